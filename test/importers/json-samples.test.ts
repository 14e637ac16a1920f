import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { finos } from '../../importers/finos.ts';
import { vcon } from '../../importers/vcon.ts';
import { openSource } from '../../src/source/open-source.ts';
import { root } from '../cli/rig.ts';
import { never, temporaryFolder } from '../source/rig.ts';
import { importAll } from './import-all.ts';
import { finosSample, vconSample } from './make-json-samples.ts';
import { memorySourceOfFolder } from './memory-source.ts';
import { summaryOf } from './summary.ts';

describe.each([
  ['vcon', vcon, vconSample],
  ['finos', finos, finosSample],
] as const)('samples/%s', (name, importer, make) => {
  const folder = join(root, 'samples', name);

  it('is what its generator makes, byte for byte', async () => {
    const made = make();
    for (const [path, bytes] of made) {
      const file = join(folder, path);
      if (!existsSync(file)) {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, bytes);
      }
      expect(Buffer.compare(readFileSync(file), bytes), path).toBe(0);
    }
    const there: string[] = [];
    for await (const { path } of (await memorySourceOfFolder(folder)).entries(never)) there.push(path);
    expect(there.sort()).toEqual([...made.keys()].sort());
  });

  it('is read as the file beside it says', async () => {
    using scratch = temporaryFolder();
    const source = await openSource([folder], { scratch: scratch.path }, never);
    const evidence = await importer.recognise(source, { zone: null, mapping: null, encoding: null, scratch: scratch.path }, never);
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
    const golden = join(root, 'samples', `${name}.expected.json`);
    if (!existsSync(golden)) writeFileSync(golden, `${JSON.stringify(read, null, 2)}\n`);
    expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
  });
});
