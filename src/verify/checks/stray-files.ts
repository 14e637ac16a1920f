import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { archiveLinks } from '../../archive/archive-links.ts';
import { listStrays } from '../../archive/bag-folders.ts';
import { isReportName, reportsFolder } from '../../archive/documents/report-names.ts';
import { temporaryPrefix } from '../../archive/files/durable.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { logFolder } from '../../log/entries/log-entry.ts';
import { parseTilePath, tileFiles } from '../../log/files/files.ts';
import { witnessFolder } from '../../log/files/witness.ts';
import { type CasesState, checkCases } from './cases.ts';

/** Places where files may lie. Names of longplay's unfinished files are ignored. */
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
  { folder: reportsFolder, allows: /^/, files: 'strange' },
  // Bags that a repair moved away; the content of their folders is damaged.
  { folder: 'quarantine', allows: /^/, files: 'strange' },
];

/** Yields a verdict for each file that does not belong in an archive. viewer/ is checked elsewhere. @param cases absent: nothing is known about erasures */
export async function* checkStrayFiles(archive: { readonly dir: string }, cases?: CasesState): AsyncGenerator<Verdict> {
  for (const { folder, allows, files } of places) {
    for (const entry of entriesOf(join(archive.dir, folder))) {
      if (entry.name.startsWith('.longplay-') || (allows.test(entry.name) && (files === 'allowed' || entry.isDirectory()))) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      yield errorVerdict('unexpected', 'V103', path, folder === '' ? 'does not belong in an archive' : `does not belong in ${folder}/`);
    }
  }
  const links = [...archiveLinks(archive.dir)];
  for (const { code, place, message } of links) yield errorVerdict('unexpected', code, place, message);
  yield* strangersBeside(archive.dir);
  for (const path of tileFiles(join(archive.dir, logFolder))) {
    const temporary = basename(path).startsWith('.longplay-');
    const isLink = links.some(({ place }) => place === `${logFolder}/${path}`);
    if (!temporary && !isLink && parseTilePath(path) === null)
      yield errorVerdict('unexpected', 'V103', `${logFolder}/${path}`, 'is not a tile of a log');
  }
  yield* checkCases(archive, cases);
  for await (const stray of listStrays(archive)) {
    if (stray.kind === 'alien') yield errorVerdict('unexpected', 'V103', stray.path, 'is not a bag and does not belong below bags/');
  }
}

/**
 * Yields stray files in folders that hold a single kind of file. They are warnings, because nothing else depends on them, but the reader of a report may
 * mistake such a file for a part of it.
 */
function* strangersBeside(dir: string): Generator<Verdict> {
  const below = (folder: string): string[] =>
    entriesOf(join(dir, folder)).flatMap((entry) =>
      entry.isDirectory() && !entry.name.startsWith(temporaryPrefix) ? [`${folder}/${entry.name}`] : [],
    );
  const kinds: readonly { readonly folders: readonly string[]; readonly belongs: (name: string) => boolean }[] = [
    { folders: below(reportsFolder), belongs: isReportName },
    { folders: below('log/details'), belongs: (name) => /^\d{6,}\.jsonl$/.test(name) },
    { folders: [witnessFolder], belongs: (name) => /^\d{12}\.checkpoint$/.test(name) },
  ];
  for (const { folders, belongs } of kinds)
    for (const folder of folders)
      for (const { name } of entriesOf(join(dir, folder))) {
        const path = `${folder}/${name}`;
        if (name.startsWith(temporaryPrefix) || belongs(name)) continue;
        const place = folder.startsWith(`${reportsFolder}/`) ? reportsFolder : folder;
        yield { ...errorVerdict('unexpected', 'V103', path, `does not belong in ${place}/`), severity: 'warning' };
      }
}

function entriesOf(folder: string): ReturnType<typeof readEntries> {
  try {
    return readEntries(folder);
  } catch (error) {
    // jobs/ and reports/ may have been deleted; a missing log is reported elsewhere.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function readEntries(folder: string): { readonly name: string; isDirectory(): boolean }[] {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}
