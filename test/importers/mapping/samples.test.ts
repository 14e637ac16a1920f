import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import { generic } from '../../../importers/mapping/importer.ts';
import { sidecarXml } from '../../../importers/sidecar-xml/importer.ts';
import type { ImportOptions } from '../../../src/core/model/importer.ts';
import { expectGolden, expectSample } from '../golden.ts';
import { importAll } from '../import-all.ts';
import { genericSample, sidecarSample } from '../make-mapping-samples.ts';
import { media } from '../media.ts';
import { memorySourceOfFolder } from '../memory-source.ts';

const samples = fileURLToPath(new URL('../../../samples', import.meta.url));

describe.each([
  { name: 'generic-csv', importer: generic, make: genericSample },
  { name: 'sidecar-xml', importer: sidecarXml, make: sidecarSample },
])('samples/$name', ({ name, importer, make }) => {
  const folder = join(samples, name);

  it('equals the output of its generator, byte for byte', () => {
    expectSample(folder, make());
  });

  it('gives the expected result in the file beside it', async () => {
    const source = await memorySourceOfFolder(folder);
    const mapping = join(folder, 'mapping.toml');
    const options: Omit<ImportOptions, 'scratch'> = {
      zone: 'Europe/Stockholm',
      encoding: null,
      media,
      mapping: existsSync(mapping) ? { name: 'mapping.toml', text: readFileSync(mapping, 'utf8') } : null,
    };
    const evidence = await importer.recognise(source, { ...options, scratch: '' }, new AbortController().signal);
    const read = { evidence, ...(await importAll(importer, source, options)) };
    expectGolden(join(samples, `${name}.expected.json`), read);
  });
});
