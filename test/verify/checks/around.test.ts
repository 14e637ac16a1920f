import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { logLinks } from '../../../src/archive/archive-links.ts';
import { checkStrayFiles } from '../../../src/verify/checks/stray-files.ts';
import { createWatchChecks } from '../../../src/verify/checks/watch-checks.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'longplay-around-'));
  for (const file of ownFiles) put(file);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const ownFiles = [
  'bags/2019/20190312-0000/bagit.txt',
  'catalog.sqlite',
  'jobs/20190312t000000-0/plan',
  'log/checkpoint',
  'log/tile/0/000.p/7',
  'log/tile/entries/000.p/7',
  'log/details/000/000000.jsonl',
  'log/witness/000000000007.checkpoint',
  'reports/20190312t000000-0/report.html',
  'reports/20190312t000000-0/recordings.csv.partial',
  'reports/archive/statement.note',
];
const put = (path: string): void => {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), 'x');
};
/** Replaces a file or folder by a link to its new place. */
const link = (path: string): void => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'longplay-elsewhere-'));
  renameSync(join(dir, path), join(elsewhere, 'it'));
  symlinkSync(join(elsewhere, 'it'), join(dir, path));
};
const said = async (): Promise<string[]> => {
  const verdicts: string[] = [];
  for await (const { severity, code, path } of checkStrayFiles({ dir })) verdicts.push(`${severity} ${code} ${path}`);
  return verdicts;
};

test('files of longplay are not reported, and each other file beside them is', async () => {
  expect(await said()).toEqual([]);
  const strange = [
    'reports/20190312t000000-0/invoice.html',
    'reports/archive/page.js',
    'log/details/000/notes',
    'log/witness/000000000007.checkpoint.exe',
  ];
  for (const path of strange) put(path);
  expect(await said()).toEqual(strange.map((path) => `warning V103 ${path}`));
});

test('folders at the top may be on other disks', async () => {
  for (const path of ['log', 'reports', 'bags']) link(path);
  expect(await said()).toEqual([]);
});

test.each(['log/tile/entries/000.p/7', 'log/tile/0/000.p', 'log/checkpoint', 'log/details/000/000000.jsonl', 'log/witness', 'catalog.sqlite'])(
  'a link in the place of %s is reported by a verification, a watch and, for the log, by its verification',
  async (path) => {
    link(path);
    expect(await said()).toEqual([`error V131 ${path}`]);
    const seen: string[] = [];
    for await (const { code, place } of createWatchChecks(() => '2026-01-01T00:00:00.000Z').look(
      { dir, id: 'any', page: null, isBeingSealed: false },
      true,
      new AbortController().signal,
    ))
      seen.push(`${code} ${place}`);
    expect(seen).toEqual([`V131 ${path}`]);
    expect([...logLinks(dir)].map(({ place }) => place)).toEqual(path.startsWith('log') ? [path] : []);
  },
);
