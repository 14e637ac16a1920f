import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asterisk } from '../../../importers/asterisk/importer.ts';
import { openSource } from '../../../src/source/open-source.ts';
import { brief, importAll } from '../import-all.ts';

const sample = fileURLToPath(new URL('../../../samples/asterisk-normal', import.meta.url));

/** The sample as an operator would hand it over, packed by tar and zip. */
describe('the same export', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'packings-'));
    execFileSync('tar', ['-cf', join(folder, 'export.tar'), '-C', sample, '.']);
    execFileSync('tar', ['-czf', join(folder, 'deep.tar.gz'), '-C', join(sample, '..'), 'asterisk-normal']);
    execFileSync('zip', ['-qr', join(folder, 'export.zip'), '.'], { cwd: sample });
    mkdirSync(join(folder, 'handover'));
    execFileSync('cp', ['-r', `${sample}/cdr-csv`, `${sample}/cel-custom`, `${sample}/asterisk.conf`, join(folder, 'handover')]);
    execFileSync('tar', ['-cf', join(folder, 'handover/monitor.tar'), '-C', sample, 'monitor']);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function told(path: string) {
    const source = await openSource([path], { scratch: folder }, new AbortController().signal);
    try {
      const imported = await importAll(asterisk, source);
      const recordings = Object.entries(brief(imported)).map(([key, { status, start, end, media }]) => [
        key,
        status,
        start,
        end,
        media.map((medium) => medium.replace(/^(\S+) .*[/!]/, '$1 ')),
      ]);
      return { recordings: recordings.toSorted(), findings: imported.findings.toSorted(), tables: imported.tables.map((table) => table.byStatus) };
    } finally {
      await source.close();
    }
  }

  it.each(['export.tar', 'deep.tar.gz', 'export.zip', 'handover'])('gives the same recordings from %s as from its folder', async (packing) => {
    const plain = await told(sample);
    expect(plain.recordings).toHaveLength(6);
    expect(await told(join(folder, packing))).toEqual(plain);
  });
});
