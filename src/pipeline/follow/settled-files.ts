import { createHash } from 'node:crypto';
import type { Admission, FoundFile } from '../../source/admission.ts';
import { containerKind } from '../../source/read/container-kind.ts';
import type { ScannedFile } from '../../source/scan-source.ts';
import { headerState, isDocumentName, isLineTable, isTemporaryName } from './file-signs.ts';

/**
 * Why a file is held back: its size or time still changes, its name is temporary, it has no audio yet, or its header says that it is not finished.
 */
export type HeldReason = 'changing' | 'temporary-name' | 'empty' | 'unfinished-header';

/** A file that is held back. */
export interface HeldFile {
  readonly path: string;
  readonly reason: HeldReason;
  /** Time, on the clock of the scans, since when the file is held back for this reason. */
  readonly sinceMs: number;
}

/** Result of a scan of all files. */
export interface ScanResult {
  readonly files: number;
  /** Files that have settled since the last scan: their number, their bytes, and the number whose names are not those of tables or documents. */
  readonly fresh: { readonly files: number; readonly bytes: number; readonly recordings: number };
  /** Latest time stamp of a file, epoch ms; null if there are no files. */
  readonly newestMs: number | null;
}

/**
 * Knows which files of a running recorder have settled, i.e. kept their size and time for a while. Only the clock of this machine counts, not that of
 * the file system.
 */
export interface SettledFiles {
  /** Compares all files with the previous scan. @param atMs time of the scan; never runs backwards */
  observe(files: AsyncIterable<ScannedFile>, atMs: number): Promise<ScanResult>;
  /** Begins a listing and forgets which files were unfinished in the last one. @param atMs as in `observe` */
  beginListing(atMs: number): void;
  /** Decides how a file of a listing is read. */
  admit(file: FoundFile): Admission;
  /** Returns true if the current listing has the file and the file is not finished. */
  isUnfinished(path: string): boolean;
  /** Returns the files that are held back, sorted by path. */
  held(): HeldFile[];
}

/** How long files must stay unchanged. */
export interface SettleTimes {
  readonly settleMs: number;
  /** For files without audio: a recorder may open a file long before the first packet. */
  readonly emptyMs: number;
}

/** A file that has not settled. */
interface Unsettled {
  readonly state: number;
  readonly firstMs: number;
  /** When its size or time last changed. */
  readonly sinceMs: number;
}

/**
 * Creates the memory of a follow run. It stores two numbers per settled file, and for an unsettled one also the path.
 * One function: scans and listings share the same memory.
 */
export function createSettledFiles({ settleMs, emptyMs }: SettleTimes): SettledFiles {
  /** Digests of path, size and time of settled files. */
  let settled = new Set<number>();
  let settledPaths = new Set<number>();
  let unsettled = new Map<string, Unsettled>();
  /** Files that are held back for another reason than a change, with the time since when they are. */
  const signs = new Map<string, HeldFile>();
  let unfinished = new Set<string>();
  let nowMs = 0;

  const hold = (path: string, reason: HeldReason): void => {
    unfinished.add(path);
    const before = signs.get(path);
    signs.set(path, before?.reason === reason ? before : { path, reason, sinceMs: nowMs });
  };

  return {
    observe: async (files, atMs) => {
      const [nowSettled, nowPaths, nowUnsettled] = [new Set<number>(), new Set<number>(), new Map<string, Unsettled>()];
      const present = new Set<string>();
      nowMs = atMs;
      let count = 0;
      let newestMs: number | null = null;
      const fresh = { files: 0, bytes: 0, recordings: 0 };
      for await (const { path, size, modifiedMs } of files) {
        count++;
        newestMs = Math.max(newestMs ?? modifiedMs, modifiedMs);
        if (signs.has(path)) present.add(path);
        if (isTemporaryName(path)) {
          if (!signs.has(path)) signs.set(path, { path, reason: 'temporary-name', sinceMs: atMs });
          present.add(path);
          continue;
        }
        const state = digestOf(path, size, modifiedMs);
        const known = pathDigest(path);
        if (settledPaths.has(known)) nowPaths.add(known);
        if (settled.has(state)) {
          nowSettled.add(state);
          continue;
        }
        const before = unsettled.get(path);
        const firstMs = before?.firstMs ?? atMs;
        const sinceMs = before?.state === state ? before.sinceMs : atMs;
        if (atMs - sinceMs < settleMs) {
          nowUnsettled.set(path, { state, firstMs, sinceMs });
          continue;
        }
        nowSettled.add(state);
        nowPaths.add(known);
        fresh.files++;
        fresh.bytes += size;
        if (!isDocumentName(path)) fresh.recordings++;
      }
      [settled, settledPaths, unsettled] = [nowSettled, nowPaths, nowUnsettled];
      for (const path of signs.keys()) if (!present.has(path)) signs.delete(path);
      return { files: count, fresh, newestMs };
    },

    beginListing: (atMs) => {
      unfinished = new Set();
      nowMs = atMs;
    },

    admit: ({ path, size, modifiedMs, head }) => {
      if (isTemporaryName(path)) return 'not';
      if (!settled.has(digestOf(path, size, modifiedMs))) {
        if (isLineTable(head)) {
          // A new file of lines may be a document that is being written in one go.
          const isKnown = settledPaths.has(pathDigest(path)) || nowMs - (unsettled.get(path)?.firstMs ?? nowMs) >= settleMs;
          return isKnown ? 'lines' : 'not';
        }
        if (!isBinary(head) || containerKind(head, path) !== null || isSqlite(head)) return 'not';
        unfinished.add(path);
        return 'growing';
      }
      const state = headerState(head, size);
      if (state === 'unfinished') {
        hold(path, 'unfinished-header');
        return 'growing';
      }
      if (state === 'empty') {
        const since = signs.get(path);
        if (since === undefined || since.reason !== 'empty' || nowMs - since.sinceMs < emptyMs) {
          hold(path, 'empty');
          return 'growing';
        }
        return 'whole';
      }
      signs.delete(path);
      return 'whole';
    },

    isUnfinished: (path) => unfinished.has(path),

    held: () => {
      const changing = [...unsettled].map(([path, { firstMs }]): HeldFile => ({ path, reason: 'changing', sinceMs: firstMs }));
      const isOver = ({ reason, sinceMs }: HeldFile): boolean => reason === 'empty' && nowMs - sinceMs >= emptyMs;
      const signed = [...signs.values()].filter((file) => !unsettled.has(file.path) && !isOver(file));
      return [...changing, ...signed].sort((a, b) => (a.path < b.path ? -1 : 1));
    },
  };
}

/** Returns true for an SQLite database (file format, section 1.2): while a database is being written, it cannot be read as bytes. */
function isSqlite(head: Uint8Array): boolean {
  return Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1', 0, 16) === 'SQLite format 3\0';
}

/** Returns true for content that is not text. */
function isBinary(head: Uint8Array): boolean {
  return head.length === 0 || head.some((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x20));
}

/**
 * Returns 48 bits that stand for a state of a file. Among a million files, two states get the same bits once in five hundred runs, and that matters
 * only within the settle time.
 */
function digestOf(path: string, size: number, modifiedMs: number): number {
  return shortDigest(`${path}\n${size}\n${modifiedMs}`);
}

function pathDigest(path: string): number {
  return shortDigest(path);
}

function shortDigest(text: string): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6);
}
