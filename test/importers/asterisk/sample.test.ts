import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { asterisk } from '../../../importers/asterisk/importer.ts';
import { expectGolden, expectSample } from '../golden.ts';
import { type Imported, importAll } from '../import-all.ts';
import { asteriskSample } from '../make-asterisk-sample.ts';
import { media } from '../media.ts';
import { memorySourceOfFolder } from '../memory-source.ts';

const samples = fileURLToPath(new URL('../../../samples', import.meta.url));
const folder = join(samples, 'asterisk-normal');
const golden = join(samples, 'asterisk-normal.expected.json');

describe('samples/asterisk-normal', () => {
  it('equals the output of its generator, byte for byte', () => {
    expectSample(folder, asteriskSample());
  });

  it('gives the expected result in the file beside it', async () => {
    const source = await memorySourceOfFolder(folder);
    const options = { zone: 'Europe/Stockholm', mapping: null, encoding: null, media };
    const evidence = await asterisk.recognise(source, { ...options, scratch: '' }, new AbortController().signal);
    const read = { evidence, ...told(await importAll(asterisk, source, options)) };
    expectGolden(golden, read);
  });

  it('gives the same result without the zone, which every uniqueid in it states', async () => {
    const zoned = told(await importAll(asterisk, await memorySourceOfFolder(folder), { zone: 'Europe/Stockholm' }));
    expect(told(await importAll(asterisk, await memorySourceOfFolder(folder)))).toEqual(zoned);
  });
});

function told({ recordings, tables, files, findings }: Imported) {
  return {
    recordings: recordings.map((recording) => ({
      key: recording.key,
      status: recording.reconciliation.status,
      rule: recording.reconciliation.rule,
      times: [recording.callStart, recording.callAnswer, recording.callEnd].map((time) => time?.utc ?? null),
      certainty: recording.callStart?.certainty ?? null,
      declaredMs: recording.durationDeclared?.ms ?? null,
      direction: recording.direction.value,
      parties: recording.parties.map(({ role, phone, name }) => [role, phone?.raw ?? null, name]),
      org: recording.org,
      tags: recording.tags,
      media: recording.media.map(({ path, side, audioStart }) => [side, path, audioStart?.utc ?? null]),
      events: recording.events.map(({ type, at }) => `${at?.utc} ${type}`),
      rows: recording.provenance.filter((ref) => ref.kind === 'row').map((ref) => `${ref.path} ${ref.row}`),
    })),
    tables: tables.map(({ path, unit, records, byStatus }) => ({ path, unit, records, byStatus })),
    files: files.map(({ path, role, reason }) => `${role} ${path}: ${reason}`),
    findings,
  };
}
