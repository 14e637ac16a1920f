import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import { amazonConnect } from '../../../importers/amazon-connect/importer.ts';
import { genesysCloud } from '../../../importers/genesys-cloud/importer.ts';
import { genesysGir } from '../../../importers/genesys-gir/importer.ts';
import { mediasense } from '../../../importers/mediasense/importer.ts';
import { zoomPhone } from '../../../importers/zoom-phone/importer.ts';
import { expectGolden, expectSample } from '../golden.ts';
import { importAll } from '../import-all.ts';
import { connectSample, genesysSample, girSample, mediasenseSample, zoomSample } from '../make-cloud-samples.ts';
import { memorySourceOfFolder } from '../memory-source.ts';
import { summaryOf } from '../summary.ts';

const samples = fileURLToPath(new URL('../../../samples', import.meta.url));

describe.each([
  { name: 'amazon-connect', importer: amazonConnect, make: connectSample },
  { name: 'genesys-cloud', importer: genesysCloud, make: genesysSample },
  { name: 'genesys-gir', importer: genesysGir, make: girSample },
  { name: 'mediasense', importer: mediasense, make: mediasenseSample },
  { name: 'zoom-phone', importer: zoomPhone, make: zoomSample },
])('samples/$name', ({ name, importer, make }) => {
  const folder = join(samples, name);

  it('equals the output of its generator, byte for byte', () => {
    expectSample(folder, make());
  });

  it('gives the expected result in the file beside it', async () => {
    const summary = summaryOf(await importAll(importer, await memorySourceOfFolder(folder)));
    expectGolden(`${folder}.expected.json`, summary);
  });
});
