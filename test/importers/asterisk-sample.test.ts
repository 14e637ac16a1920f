import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { asterisk } from '../../importers/asterisk.ts';
import { type Imported, importAll } from './import-all.ts';
import { asteriskSample } from './make-asterisk-sample.ts';
import { memorySourceOfFolder } from './memory-source.ts';

const samples = fileURLToPath(new URL('../../samples', import.meta.url));
const folder = join(samples, 'asterisk-normal');
const golden = join(samples, 'asterisk-normal.expected.json');

describe('samples/asterisk-normal', () => {
  it('is what its generator makes, byte for byte', async () => {
    const made = asteriskSample();
    for (const [path, bytes] of made) {
      const file = join(folder, path);
      if (!existsSync(file)) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, bytes);
      }
      expect(Buffer.compare(readFileSync(file), bytes), path).toBe(0);
    }
    const there: string[] = [];
    for await (const { path } of (await memorySourceOfFolder(folder)).entries(new AbortController().signal)) there.push(path);
    expect(there.sort()).toEqual([...made.keys()].sort());
  });

  it('is read as the file beside it says', async () => {
    const source = await memorySourceOfFolder(folder);
    const options = { zone: 'Europe/Stockholm', mapping: null, encoding: null };
    const evidence = await asterisk.recognise(source, { ...options, scratch: '' }, new AbortController().signal);
    const read = { evidence, ...told(await importAll(asterisk, source, options)) };
    if (!existsSync(golden)) writeFileSync(golden, `${JSON.stringify(read, null, 2)}\n`);
    expect(read).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
  });

  it('is read the same without the zone, which every uniqueid in it gives', async () => {
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
