import { join } from 'node:path';
import { describe, it } from 'vitest';
import { finos } from '../../importers/finos/importer.ts';
import { vcon } from '../../importers/vcon/importer.ts';
import { openSource } from '../../src/source/open-source.ts';
import { root } from '../cli/rig.ts';
import { never, temporaryFolder } from '../source/rig.ts';
import { expectGolden, expectSample } from './golden.ts';
import { importAll } from './import-all.ts';
import { finosSample, vconSample } from './make-json-samples.ts';
import { media } from './media.ts';
import { summaryOf } from './summary.ts';

describe.each([
  ['vcon', vcon, vconSample],
  ['finos', finos, finosSample],
] as const)('samples/%s', (name, importer, make) => {
  const folder = join(root, 'samples', name);

  it('equals the output of its generator, byte for byte', () => {
    expectSample(folder, make());
  });

  it('gives the expected result in the file beside it', async () => {
    using scratch = temporaryFolder();
    const source = await openSource([folder], { scratch: scratch.path }, never);
    const evidence = await importer.recognise(source, { zone: null, mapping: null, encoding: null, media, scratch: scratch.path }, never);
    const imported = await importAll(importer, source);
    await source.close();
    const details = imported.recordings.map(
      ({
        key,
        callStart,
        callEnd,
        durationDeclared,
        direction,
        parties,
        correlation,
        events,
        media,
        org,
        tags,
        group,
        quality,
        retention,
        extra,
      }) => ({
        key,
        times: [callStart?.utc, callEnd?.utc, durationDeclared?.ms],
        direction,
        parties: parties.map(({ role, phone, name: who, agentId }) => [role, phone?.raw ?? null, who, agentId].join(' | ')),
        correlation: correlation.map((pair) => `${pair.name} ${pair.value}`),
        events: events.map(({ type, at, lengthMs, party, raw }) => [type, at?.utc, lengthMs, party, raw].join(' | ')),
        media: media.map(({ path, channels, audioStart }) =>
          [path, channels.map(({ index, role }) => `${index} ${role}`).join(', '), audioStart?.utc].join(' | '),
        ),
        others: [...org, ...tags, ...quality, ...extra].map((pair) => `${pair.name}: ${pair.value}`),
        group,
        retention: retention?.expiresAt?.utc ?? null,
      }),
    );
    const read = { evidence, ...summaryOf(imported), details, files: imported.files.map(({ path, role }) => `${role} ${path}`) };
    expectGolden(join(root, 'samples', `${name}.expected.json`), read);
  });
});
