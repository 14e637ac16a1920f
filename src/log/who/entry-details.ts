import { constants, existsSync, readdirSync, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { appendDurable, cannotWrite, makeFolderDurable, syncFolder, temporaryPrefix } from '../../archive/files/durable.ts';
import { statOrNull } from '../../archive/files/stat-or-null.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type LogEntry, logFolder } from '../entries/log-entry.ts';
import { readSmallFile } from '../files/files.ts';
import { tileWidth } from '../tree/tile-tree.ts';
import { entryDigestOf, plainLine } from './sealed-details.ts';

// Erasable details of entries. There is one file per bundle of 256 entries, with one line of canonical JSON per set of details. An entry has the
// SHA-256 of its line in `detailsSha256`; several entries of one run share a line. Each line has a random salt, so that nobody can find an erased
// line by guessing. In a sealed archive the lines are sealed, see sealed-details.ts.

/** Folder of the details files, relative to the archive. */
export const detailsFolder = `${logFolder}/details`;

/** Members of an entry that refer to its details: the pseudonym of the author, and the digest of the line. */
export const whoMember = 'who';
export const digestMember = 'detailsSha256';
/** Member of an entry whose author is a name that was claimed with `--as`: the pseudonym of the login that claimed it. Only a key proves a person. */
export const claimedMember = 'claimed';

/** Returns the path of the details file of a bundle, relative to the archive. */
export function detailsFile(bundle: number): string {
  const number = String(bundle).padStart(6, '0');
  return `${detailsFolder}/${number.slice(0, -3)}/${number}.jsonl`;
}

/** Returns the bundle of a details file; null: another file. @param path relative to the archive */
export function bundleOfDetails(path: string): number | null {
  const [, folder, number = ''] = /^log\/details\/(\d{3,12})\/(\d{6,15})\.jsonl$/.exec(path) ?? [];
  const bundle = Number(number);
  return folder !== undefined && Number.isSafeInteger(bundle) && detailsFile(bundle) === path ? bundle : null;
}

/** Returns true for a details file, because such files are copied and repaired separately. @param path relative to the copy */
export function isDetailsFile(path: string): boolean {
  return path.startsWith(`${detailsFolder}/`);
}

/** Returns the bundle of an entry. @param seq from 1 */
export function bundleOf(seq: number): number {
  return Math.floor((seq - 1) / tileWidth);
}

/** Lines of a file by the digest that entries have of them, in order. */
export type DetailLines = ReadonlyMap<string, Uint8Array>;

/**
 * Reads the details of a bundle. Ignores text after the last line break, which is a leftover of an interrupted append.
 * @param onEmpty called for an empty line, which no append writes
 * @returns null if there is no such file, or it is not a regular file
 * @throws the system's error if the file cannot be read
 */
export async function readDetailLines(dir: string, bundle: number, onEmpty?: () => void): Promise<DetailLines | null> {
  const bytes = await readSmallFile(join(dir, detailsFile(bundle)), limits.logDetailFileBytes);
  if (bytes === null) return null;
  const lines = new Map<string, Uint8Array>();
  for (let start = 0; ; ) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0) return lines;
    const line = bytes.subarray(start, end);
    if (line.length > 0) lines.set(entryDigestOf(line), line);
    else onEmpty?.();
    start = end + 1;
  }
}

const loginStart = '"login":"';

/**
 * Returns the login name in a line of details, still escaped as JSON; null: `--as` gave no other name. Quotes inside texts are escaped, so no text
 * looks like this member.
 */
export function loginOf(line: Uint8Array): string | null {
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  const at = bytes.indexOf(loginStart);
  return at < 0 ? null : bytes.toString('latin1', at + loginStart.length, bytes.indexOf('"', at + loginStart.length));
}

/** Deletes temporary details files of killed runs, because they may have lines that are to be erased. The caller holds the log's lock. */
export async function removeUnfinished(dir: string): Promise<void> {
  const folder = join(dir, detailsFolder);
  if (!existsSync(folder)) return;
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    if (basename(path).startsWith(temporaryPrefix)) await rm(join(folder, path), { force: true });
}

/** Parses a plain line of details; null if invalid. */
function parseDetails(line: Uint8Array): EntryDetails | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    const { salt: _salt, ...details } = value as Record<string, unknown>; // an object whose members are unknown
    return details;
  } catch {
    // JSON and UTF-8 allow several encodings of one value: the line is not in the canonical one.
    return null;
  }
}

/**
 * Appends lines to the details of a bundle; they are on disk when the promise resolves. The caller holds the log's lock.
 * @throws LongplayError A107
 */
export async function appendDetailLines(dir: string, bundle: number, lines: readonly Uint8Array[]): Promise<void> {
  const path = join(dir, detailsFile(bundle));
  await makeFolderDurable(dirname(path));
  const isNew = (await statOrNull(path)) === null;
  try {
    // Never writes through a link or a pipe that somebody put there.
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await open(path, flags, 0o666);
    try {
      const { size } = await handle.stat();
      const added = lines.reduce((sum, line) => sum + line.length + 1, 1);
      if (size + added > limits.logDetailFileBytes)
        throw new LongplayError(
          'incomplete',
          'A107',
          agree`${path} would have ${size + added} byte[s], more than ${limits.logDetailFileBytes}`,
          'please report this',
        );
      const last = Buffer.alloc(1, 0x0a);
      if (size > 0) await handle.read(last, 0, 1, size - 1);
      // An interrupted append left an incomplete line.
      const parts = last[0] === 0x0a ? [] : [Buffer.of(0x0a)];
      for (const line of lines) parts.push(Buffer.from(line), Buffer.of(0x0a));
      await appendDurable(handle, Buffer.concat(parts));
    } finally {
      await handle.close();
    }
    if (isNew) await syncFolder(dirname(path));
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Details of an entry, without the salt. */
export type EntryDetails = Readonly<Record<string, unknown>>;

/** Reads the details of entries. If the entries come in order, each file is read once. */
export interface DetailsReader {
  /**
   * Returns the details of an entry. Null: it has none, they are missing, or their secret was destroyed. Sealed details are `{ sealed: true }`
   * without the keyring.
   */
  of(entry: Pick<LogEntry, 'seq' | 'detail'>): Promise<EntryDetails | null>;
}

/**
 * Returns a text that identifies the state of a bundle's details file: it changes if the file is changed or becomes readable again, and while the
 * bundle grows.
 */
export function detailsState(dir: string, bundle: number): string {
  const found = statSync(join(dir, detailsFile(bundle)), { throwIfNoEntry: false, bigint: true });
  return found === undefined ? 'none' : `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
}

/**
 * Creates a reader. Unreadable details count as missing: verification reports them. The reader opens the keyring when it meets the first sealed line.
 */
export function createDetailsReader(dir: string): DetailsReader {
  let now: { readonly bundle: number; readonly lines: DetailLines | null; readonly state: string } | null = null;
  return {
    of: async ({ seq, detail }) => {
      const digest = detail[digestMember];
      if (typeof digest !== 'string') return null;
      const bundle = bundleOf(seq);
      let line = now?.bundle === bundle ? now.lines?.get(digest) : undefined;
      if (line === undefined) {
        const state = detailsState(dir, bundle);
        if (now?.bundle === bundle && now.state === state) return null;
        const lines = await readDetailLines(dir, bundle).catch((error: unknown) => {
          if (systemCode(error) === null) throw error;
          return null;
        });
        now = { bundle, lines, state };
        line = lines?.get(digest);
      }
      const plain = line === undefined ? null : await plainLine(line);
      return plain === 'sealed' ? { sealed: true } : plain === null ? null : parseDetails(plain);
    },
  };
}
