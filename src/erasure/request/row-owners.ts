import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bagType } from '../../archive/bag/info.ts';
import { listBags } from '../../archive/bag-folders.ts';
import type { Archive } from '../../archive/layout.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import { type RecordingDocument, type StoredFile, sealedEnding } from '../../core/model/recording-document.ts';
import { readBagDocuments } from '../../pipeline/open/catalog-sync.ts';
import { isErasedAlone, readNamed } from '../../sealing/stored/stored-bytes.ts';
import type { KeptRow } from '../../tables/keep/kept-row.ts';
import { asciiOf, isPerhapsKey, perhapsKeysOf, rowTokens } from './row-keys.ts';

/** A row of a kept table, with the path of the table in the source. */
export interface AskedRow extends Pick<KeptRow, 'table' | 'number' | 'raws'> {
  readonly path: string;
}

/** The recordings to which rows belong. */
export interface RowOwners {
  /** Ids of the recordings of each row, in the order of the rows. */
  readonly owners: readonly ReadonlySet<string>[];
  /** Number of descriptions that cannot be read: the rows may belong to their recordings. */
  readonly unread: number;
}

/**
 * Finds the recordings to which rows belong, from all descriptions in the bags: recordings that were imported from the row, and those of which the row has a
 * key, e.g. the row of an event.
 */
export async function ownersOf(archive: Archive, rows: readonly AskedRow[], signal: AbortSignal): Promise<RowOwners> {
  const owners = rows.map(() => new Set<string>());
  const traces = new Map<string, Set<number>>();
  const add = (trace: string, at: number): void => void traces.set(trace, (traces.get(trace) ?? new Set()).add(at));
  for (const [at, { raws, path, table, number }] of rows.entries()) {
    for (const raw of raws) {
      add(`digest ${sha256Hex(raw)}`, at);
      for (const [token] of raw.matchAll(rowTokens)) if (isPerhapsKey(token)) add(`key ${token}`, at);
    }
    // A table with a declared encoding is read without that declaration: letters beyond ASCII, and with them the digest, may differ.
    if (/[^\u0000-\u007f]/.test(raws[0] ?? '')) for (const within of ['', `${table}:`]) add(`place ${path}:${within}${number}`, at);
  }
  let unread = 0;
  for await (const bag of rows.length === 0 ? [] : listBags(archive)) {
    signal.throwIfAborted();
    if (bagType(bag.path) === 'tables') continue;
    for (const read of readBagDocuments(bag.path, bag.name)) {
      if (read.kind !== 'document') {
        unread++;
        continue;
      }
      const { document } = read;
      const { recordingId } = document;
      const { certain, perhaps } = tracesOf(document);
      for (const trace of certain) for (const at of traces.get(trace) ?? []) owners[at]?.add(recordingId);
      const doubtful = perhaps.flatMap((trace) => [...(traces.get(trace) ?? [])]);
      if (doubtful.length === 0) continue;
      const text = knownText(join(bag.path, 'data', recordingId), document);
      for (const at of doubtful) if (text === null || text.includes(asciiOf(rows[at]?.raws[0] ?? ''))) owners[at]?.add(recordingId);
    }
  }
  return { owners, unread };
}

/** Returns the text of a recording's rows without letters beyond ASCII; null: a file with them cannot be read. */
function knownText(folder: string, document: RecordingDocument): string | null {
  try {
    return asciiOf(textOfRows(folder, document));
  } catch (error) {
    if (!(error instanceof LongplayError) && systemCode(error) === null) throw error;
    return null;
  }
}

/** Returns what leads from a row to a recording; `perhaps`: only if the recording's files have the text of the row. */
function tracesOf(document: RecordingDocument): { readonly certain: readonly string[]; readonly perhaps: readonly string[] } {
  const { recording } = document;
  const rows = [recording, ...(recording.accounts ?? [])].flatMap(({ provenance }) => provenance.filter(({ kind }) => kind === 'row'));
  return {
    certain: [...rows.map(({ sha256 }) => `digest ${sha256}`), ...perhapsKeysOf(document).map((key) => `key ${key}`)],
    perhaps: rows.map(({ path, row }) => `place ${path}:${row}`),
  };
}

/** Returns the text of a recording's files that have its rows; '' if it has no rows. @param folder folder of its description */
export function textOfRows(folder: string, { recording, sources }: RecordingDocument): string {
  const hasRows = [recording, ...(recording.accounts ?? [])].some(({ provenance }) => provenance.some(({ kind }) => kind === 'row'));
  // A larger file is a sidecar, e.g. a vCon with its sound.
  const isRead = (file: StoredFile): boolean =>
    file.bag === undefined &&
    file.sizeBytes <= limits.recordingJsonBytes &&
    !isErasedAlone(folder, file) &&
    [file.path, file.path + sealedEnding].some((each) => existsSync(join(folder, each)));
  const texts = (hasRows ? sources : []).flatMap((file) =>
    isRead(file) ? [readNamed(folder, file.path, limits.recordingJsonBytes).plain.toString('utf8')] : [],
  );
  return texts.join('\n');
}
