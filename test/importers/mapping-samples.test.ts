import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { generic } from '../../importers/generic.ts';
import { sidecarXml } from '../../importers/sidecar-xml.ts';
import type { ImportOptions } from '../../src/core/importer.ts';
import { importAll } from './import-all.ts';
import { genericSample, sidecarSample } from './make-mapping-samples.ts';
import { memorySourceOfFolder } from './memory-source.ts';

const samples = fileURLToPath(new URL('../../samples', import.meta.url));

describe.each([
  { name: 'generic-csv', importer: generic, make: genericSample },
  { name: 'sidecar-xml', importer: sidecarXml, make: sidecarSample },
])('samples/$name', ({ name, importer, make }) => {
  const folder = join(samples, name);

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
    for await (const { path } of (await memorySourceOfFolder(folder)).entries(new AbortController().signal)) there.push(path);
    expect(there.sort()).toEqual([...made.keys()].sort());
  });

  it('is read as the file beside it says', async () => {
    const source = await memorySourceOfFolder(folder);
    const mapping = join(folder, 'mapping.toml');
    const options: Omit<ImportOptions, 'scratch'> = {
      zone: 'Europe/Stockholm',
      encoding: null,
      mapping: existsSync(mapping) ? { name: 'mapping.toml', text: readFileSync(mapping, 'utf8') } : null,
    };
    const evidence = await importer.recognise(source, { ...options, scratch: '' }, new AbortController().signal);
    const read = { evidence, ...(await importAll(importer, source, options)) };
    const golden = join(samples, `${name}.expected.json`);
    if (!existsSync(golden)) writeFileSync(golden, `${JSON.stringify(read, null, 2)}\n`);
    expect(read).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
  });
});
