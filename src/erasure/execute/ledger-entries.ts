import type { BagFolder } from '../../archive/bag-folders.ts';
import type { NewEntry } from '../../log/entries/log-entry.ts';
import { filesErased, recordingsErased } from '../../log/erasure/known-erasures.ts';
import type { ErasureMarks } from '../../log/keys/erasure-marks.ts';
import type { ArchiveLog } from '../../log/log.ts';
import type { FileMark } from './redact.ts';

/** Facts from which entries of the ledger are built. */
export interface LedgerSource {
  readonly marks: ErasureMarks;
  /** Returns the request by which a recording is erased; null: none. */
  readonly requestOf: (recordingId: string) => string | null;
  /** Returns the mark of a file that is erased alone; null: the file stays. */
  readonly fileMark: FileMark;
}

/** Recordings and files that due requests erase now. */
export interface AskedNow {
  /** Request ids by recording id. */
  readonly recordings: ReadonlyMap<string, string>;
  /** Request ids by file name, by recording id. */
  readonly files: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Day of the erasure, `YYYY-MM-DD`. */
  readonly on: string;
}

/** Returns a lookup of recordings and files to be erased, by due requests and by the ledger. */
export function ledgerLookup(log: Pick<ArchiveLog, 'erasures'>, marks: ErasureMarks, asked: () => AskedNow): LedgerSource {
  return {
    marks,
    requestOf: (id) => {
      const mark = marks.of(id);
      const { erased, intended } = log.erasures();
      return asked().recordings.get(id) ?? (erased.get(mark) ?? intended.get(mark))?.request ?? null;
    },
    fileMark: (id, file) => {
      const { files: due, on } = asked();
      const request = due.get(id)?.get(file);
      if (request !== undefined) return { request, on };
      const { files, intendedFiles } = log.erasures();
      if (files.size + intendedFiles.size === 0) return null;
      const mark = marks.ofFile(id, file);
      const known = files.get(mark) ?? intendedFiles.get(mark);
      return known === undefined ? null : { request: known.request, on: known.at.slice(0, 10) };
    },
  };
}

/** Returns the entries of the ledger, one per request. */
export function marksOf(
  { name }: Pick<BagFolder, 'name'>,
  gone: ReadonlySet<string>,
  { marks, requestOf }: Pick<LedgerSource, 'marks' | 'requestOf'>,
): NewEntry[] {
  const byRequest = new Map<string, string[]>();
  for (const id of gone) {
    const request = requestOf(id);
    if (request !== null) byRequest.set(request, [...(byRequest.get(request) ?? []), marks.of(id)]);
  }
  return [...byRequest].flatMap(([request, some]) => ledgerEntries(request, name, some));
}

/** Returns the entries of the ledger of files, one per request. @param gone names of the files that were in the bag, by recording id */
export function fileMarksOf(
  { name }: Pick<BagFolder, 'name'>,
  gone: ReadonlyMap<string, ReadonlySet<string>>,
  { marks, fileMark }: Pick<LedgerSource, 'marks' | 'fileMark'>,
): NewEntry[] {
  const byRequest = new Map<string, string[]>();
  for (const [id, files] of gone)
    for (const file of files) {
      const request = fileMark(id, file)?.request;
      if (request !== undefined) byRequest.set(request, [...(byRequest.get(request) ?? []), marks.ofFile(id, file)]);
    }
  return [...byRequest].flatMap(([request, some]) =>
    ledgerChunks(some).map((each) => ({ type: filesErased, detail: { request, bag: name, files: each.length, marks: each.join(' ') } })),
  );
}

/** Largest number of marks in one entry, which may have at most 65,535 bytes. */
const marksAtOnce = 1_000;

/**
 * Returns entries of the ledger.
 * @param bag name of the bag; null: the recordings were in no bag
 * @param type type of the entries; absent: that of recordings
 */
export function ledgerEntries(request: string, bag: string | null, marks: readonly string[], type = recordingsErased): NewEntry[] {
  return ledgerChunks(marks).map((some) => ({ type, detail: { request, ...(bag === null ? {} : { bag }), marks: some.join(' ') } }));
}

/** Divides marks into groups of one entry each. */
export function ledgerChunks(marks: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (let at = 0; at < marks.length; at += marksAtOnce) chunks.push([...marks.slice(at, at + marksAtOnce)].sort());
  return chunks;
}
