import { closeSync, lstatSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { caseFileName, casesFolder } from '../../archive/documents/case-json.ts';
import { publicName } from '../../archive/documents/public-json.ts';
import { reportsFolder } from '../../archive/documents/report-names.ts';
import { temporaryPrefix } from '../../archive/files/durable.ts';
import { openRegular } from '../../archive/files/hash-file.ts';
import { markerName } from '../../archive/layout.ts';
import { isFileError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';

// Finds what stopped work of before the sealing has left in clear: plans and drafts of imports, and files that SQLite writes beside a catalog. Needs no key.

const jobsFolder = 'jobs';

/** First bytes of a database in clear (SQLite file format, 1.3). */
const databaseHead = 'SQLite format 3\0';

/** End of a plan's head that has its last private member, however many bags are listed before. */
const tailBytes = 65_536;

/** Matches folders of imports below `jobs/` and, for archives on several disks, below `bags/`. Folders of other work may have the only copy of a bag. */
const importWork = /(?:^|\/)(?:\.longplay-tmp-drafts-)?\d{8}t\d{6}-[0-9a-f]{16}(?:\.partial|\.gone-\d{1,6})?$/;

/** Lists folders and files of unfinished imports, and drafts of catalogs, that are in clear, relative to the archive. */
export function clearScratch(dir: string): string[] {
  const years = listed(join(dir, 'bags')).flatMap((year) => (year.startsWith(temporaryPrefix) ? [] : [`bags/${year}`]));
  const drafts = ['bags', ...years].flatMap((folder) => temporaryIn(dir, folder));
  const jobs = listed(join(dir, jobsFolder)).map((name) => `${jobsFolder}/${name}`);
  return [
    ...[...jobs, ...drafts].filter((path) => importWork.test(path) && isClearWork(dir, path)),
    ...temporaryIn(dir, '').filter((path) => begins(join(dir, path), databaseHead)),
  ];
}

function temporaryIn(dir: string, folder: string): string[] {
  return listed(join(dir, folder)).flatMap((name) => (name.startsWith(temporaryPrefix) ? [folder === '' ? name : `${folder}/${name}`] : []));
}

/** Returns true if a folder of unfinished work has a plan or a payload in clear. */
function isClearWork(dir: string, path: string, depth = 0): boolean {
  const names = listed(join(dir, path));
  return names.some((name) => {
    const file = join(dir, path, name);
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) return depth < limits.bagDepth && isClearWork(dir, `${path}/${name}`, depth + 1);
    // The README of a bag says nothing of a call, and is in clear in every bag.
    if (name === 'README.txt' && path.endsWith('/data')) return false;
    return stat?.isFile() === true && isClearFile(file, name, path.split('/').includes('data'));
  });
}

/** @param isPayload true for a file below `data/` of a draft of a bag */
function isClearFile(file: string, name: string, isPayload: boolean): boolean {
  if (isPayload) return name !== publicName && !name.endsWith(sealedEnding) && !name.endsWith(`${sealedEnding}.partial`);
  // The head of a plan is JSON in both cases. That of a sealed archive has its private members in one encrypted text.
  if (name === 'job.json') return bytesOf(file, tailBytes, Math.max(0, sizeOf(file) - tailBytes)).includes('\n  "sourceName": ');
  return name.endsWith('.jsonl') && begins(file, '{');
}

/** Folder of what repairs set aside. */
const quarantineFolder = 'quarantine';

/** Lists the folders of a quarantine that certainly hold something in clear: payload, reports, cases or a longplay.json of before the sealing. */
export function clearSetAside(dir: string): string[] {
  return listed(join(dir, quarantineFolder)).flatMap((name) => {
    const path = `${quarantineFolder}/${name}`;
    const isClear =
      isClearWork(dir, path) ||
      holdsClear(dir, `${path}/files`) ||
      bytesOf(join(dir, path, 'files', markerName), limits.archiveMarkerBytes).includes('"salt"');
    return isClear ? [path] : [];
  });
}

/** Returns true if a folder has files of reports or cases that are in clear. */
function holdsClear(dir: string, folder: string): boolean {
  const reports = listed(join(dir, folder, reportsFolder));
  if (reports.some((name) => listed(join(dir, folder, reportsFolder, name)).some((file) => !file.endsWith(sealedEnding)))) return true;
  const cases = listed(join(dir, folder, casesFolder));
  return cases.some((name) => bytesOf(join(dir, folder, casesFolder, name, caseFileName), limits.archiveMarkerBytes).includes('"title"'));
}

/** Names of the files that SQLite writes beside a catalog. */
const companions = ['catalog.sqlite-wal', 'catalog.sqlite-shm', 'catalog.sqlite-journal'];

/**
 * Lists files that SQLite wrote beside a catalog of before the sealing: those without a catalog, and a write-ahead log whose pages are in clear.
 * @param isThere true if there is a catalog
 */
export function clearCompanions(dir: string, isThere: boolean): string[] {
  const found = companions.filter((name) => lstatSync(join(dir, name), { throwIfNoEntry: false })?.isFile() === true);
  return isThere ? found.filter((name) => name.endsWith('-wal') && isClearWal(join(dir, name))) : found;
}

/** Header of a write-ahead log and of each of its frames, in bytes (SQLite file format, 4.1). */
const walHeader = 32;
const frameHeader = 24;
/** First byte of pages of a b-tree (SQLite file format, 1.6); a random byte is one of them in 4 of 256 cases. */
const treePages: ReadonlySet<number | undefined> = new Set([0x02, 0x05, 0x0a, 0x0d]);

/**
 * Returns true for a page of a b-tree in clear: its number of cells, the beginning of their content and its unused bytes are possible. Of encrypted pages, 1 in
 * 100,000 looks like one.
 */
function isTreePage(page: Buffer, pageBytes: number): boolean {
  return treePages.has(page[0]) && page.readUInt16BE(3) <= pageBytes / 4 && page.readUInt16BE(5) <= pageBytes && (page[7] ?? 0) <= 60;
}

/** Returns true if most of the first pages of a write-ahead log are pages of a b-tree or begin a database: encrypted pages are random. */
function isClearWal(file: string): boolean {
  const head = bytesOf(file, walHeader);
  if (head.length < walHeader) return false;
  const pageBytes = head.readUInt32BE(8);
  if (pageBytes < 512 || pageBytes > 65_536) return false;
  let [clear, pages] = [0, 0];
  for (let at = walHeader; pages < 16; at += frameHeader + pageBytes) {
    const frame = bytesOf(file, frameHeader + databaseHead.length, at);
    if (frame.length < frameHeader + databaseHead.length) break;
    pages++;
    const page = frame.subarray(frameHeader);
    if (isTreePage(page, pageBytes) || page.toString('latin1') === databaseHead) clear++;
  }
  return clear * 2 > pages;
}

function sizeOf(file: string): number {
  return lstatSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function begins(file: string, text: string): boolean {
  return bytesOf(file, text.length).toString('latin1') === text;
}

/** Reads some bytes of a file; none if it is not a regular file, or is gone. @throws the system's error if it cannot be read */
function bytesOf(file: string, most: number, at = 0): Buffer {
  try {
    const opened = openRegular(file);
    try {
      const bytes = Buffer.alloc(most);
      return bytes.subarray(0, readSync(opened, bytes, 0, most, at));
    } finally {
      closeSync(opened);
    }
  } catch (error) {
    if (isFileError(systemCode(error) ?? '')) return Buffer.alloc(0);
    throw error;
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    // A running import may remove its folder at any time.
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
    throw error;
  }
}
