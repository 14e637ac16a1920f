import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { amazonConnect } from '../../importers/amazon-connect.ts';
import { genesysCloud } from '../../importers/genesys-cloud.ts';
import { genesysGir } from '../../importers/genesys-gir.ts';
import { mediasense } from '../../importers/mediasense.ts';
import { zoomPhone } from '../../importers/zoom-phone.ts';
import { importAll } from './import-all.ts';
import { connectSample, genesysSample, girSample, mediasenseSample, zoomSample } from './make-cloud-samples.ts';
import { memorySourceOfFolder } from './memory-source.ts';
import { summaryOf } from './summary.ts';

const samples = fileURLToPath(new URL('../../samples', import.meta.url));

describe.each([
  { name: 'amazon-connect', importer: amazonConnect, make: connectSample },
  { name: 'genesys-cloud', importer: genesysCloud, make: genesysSample },
  { name: 'genesys-gir', importer: genesysGir, make: girSample },
  { name: 'mediasense', importer: mediasense, make: mediasenseSample },
  { name: 'zoom-phone', importer: zoomPhone, make: zoomSample },
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
    const summary = summaryOf(await importAll(importer, await memorySourceOfFolder(folder)));
    const golden = `${folder}.expected.json`;
    if (!existsSync(golden)) writeFileSync(golden, `${JSON.stringify(summary, null, 2)}\n`);
    expect(summary).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
  });
});
