import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { listStrays } from '../archive/layout.ts';
import { errorVerdict, type Verdict } from '../core/verdict.ts';
import { logFolder } from '../log/log-entry.ts';
import { parseTilePath, tileFiles } from '../log/log-files.ts';
import { checkCases } from './check-cases.ts';

/** Where files may lie, and which. Names that longplay gives to unfinished files are nobody's concern. */
const places: readonly { readonly folder: string; readonly allows: RegExp; readonly files: 'allowed' | 'strange' }[] = [
  {
    folder: '',
    allows:
      /^(README\.txt|check\.py|longplay\.json|longplay\.toml|bags|log|jobs|reports|cases|viewer|quarantine|catalog\.sqlite(-wal|-shm|-journal)?|lost\+found|\.lock(\..*)?)$/,
    files: 'allowed',
  },
  { folder: 'log', allows: /^(checkpoint|\.lock(\..*)?|tile|stamps|witness|details)$/, files: 'allowed' },
  { folder: 'log/details', allows: /^\d{3,}$/, files: 'strange' },
  { folder: 'jobs', allows: /^/, files: 'strange' },
  { folder: 'reports', allows: /^/, files: 'strange' },
  // What a repair moved away; what is in its folders is bad by definition.
  { folder: 'quarantine', allows: /^/, files: 'strange' },
];

/** Files that have no place in an archive: somebody put them there. What is in viewer/ is looked at elsewhere. */
export async function* checkAround(archive: { readonly dir: string }): AsyncGenerator<Verdict> {
  for (const { folder, allows, files } of places) {
    for (const entry of entriesOf(join(archive.dir, folder))) {
      if (entry.name.startsWith('.longplay-') || (allows.test(entry.name) && (files === 'allowed' || entry.isDirectory()))) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      yield errorVerdict('unexpected', 'V103', path, folder === '' ? 'does not belong into an archive' : `does not belong into ${folder}/`);
    }
  }
  for (const path of tileFiles(join(archive.dir, logFolder))) {
    const temporary = basename(path).startsWith('.longplay-');
    if (!temporary && parseTilePath(path) === null) yield errorVerdict('unexpected', 'V103', `${logFolder}/${path}`, 'is no tile of a log');
  }
  yield* checkCases(archive);
  for await (const stray of listStrays(archive)) {
    if (stray.kind === 'alien') yield errorVerdict('unexpected', 'V103', stray.path, 'is no bag and does not belong below bags/');
  }
}

function entriesOf(folder: string): ReturnType<typeof readEntries> {
  try {
    return readEntries(folder);
  } catch (error) {
    // jobs/ and reports/ may have been deleted, a log that is missing is said elsewhere.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function readEntries(folder: string): { readonly name: string; isDirectory(): boolean }[] {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}
