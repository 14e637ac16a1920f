import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bagAlgorithms } from '../../archive/bag/added-digests.ts';
import { makingOf } from '../../archive/bag/info.ts';
import type { PayloadFile } from '../../archive/bag/writer.ts';
import type { BagFolder } from '../../archive/bag-folders.ts';
import {
  type ErasedRows,
  type KeptTable,
  keptTableFile,
  keptTableText,
  numbersIn,
  parseKeptTable,
  parseUnread,
  rangesOf,
  type UnreadRow,
  unreadFile,
  unreadText,
} from '../../archive/documents/kept-table.ts';
import { type ByteReader, joinedReader } from '../../core/base/bytes.ts';
import { isFileError, LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { createTurns } from '../../core/base/turns.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { createTargetFile, makeTargetFolder, orDiscard, writeTargetFile } from '../../media/bytes/target-file.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import { createSealer } from '../../sealing/sealer.ts';
import { type OpenedFile, openNamed, readNamed } from '../../sealing/stored/stored-bytes.ts';
import type { KeptRow, RowReplacement } from '../../tables/keep/kept-row.ts';
import { replacedBytes, rowReplacements } from '../../tables/keep/row-replacements.ts';
import { payloadFile } from '../make/recording-files.ts';

/** A table, or a part of a table, in a bag of tables. */
export interface TablePart {
  readonly bag: BagFolder;
  /** Name of its folder, e.g. `table-0001`. */
  readonly name: string;
  readonly table: KeptTable;
}

/** All parts of a table, in order. */
export type TableChain = readonly TablePart[];

/** The change of one part. */
export interface PartChange {
  readonly replacements: readonly Pick<RowReplacement, 'offset' | 'bytes' | 'put'>[];
  /** Erased rows that begin in the part. */
  readonly rows: readonly RowReplacement['row'][];
}

/** Thrown if rows of a kept table cannot be erased; its message says why. */
export class UnsoundTable extends Error {}

/** Thrown if the secrets of a kept table were destroyed. */
export class ErasedTable extends UnsoundTable {}

/** Converts the error of a missing file or secret to an UnsoundTable; returns any other error unchanged. */
function unsound(error: unknown, place: string): unknown {
  if (error instanceof LongplayError && error.code === 'K204') return new ErasedTable(`${place}: ${error.message}`);
  if (error instanceof LongplayError && /^K20[23]$/.test(error.code)) return new UnsoundTable(`${place}: ${error.message}`);
  const code = systemCode(error);
  return code !== null && isFileError(code) ? new UnsoundTable(`a file of ${place} cannot be read (${code})`) : error;
}

/** Returns the tables of a bag according to their documents. @throws UnsoundTable if a document cannot be read; the system's error */
export function tableParts(bag: BagFolder): TablePart[] {
  const names = readdirSync(join(bag.path, 'data')).filter((name) => /^table-\d{4,}$/.test(name));
  return names.sort(byCodePoint).map((name) => {
    const folder = join(bag.path, 'data', name);
    let table: KeptTable | null;
    try {
      table = parseKeptTable(readNamed(folder, keptTableFile, limits.keptTableBytes).plain);
    } catch (error) {
      throw unsound(error, partName({ bag, name }));
    }
    if (table === null) throw new UnsoundTable(`${name}/${keptTableFile} is not a document of a kept table`);
    return { bag, name, table };
  });
}

/** Returns the name of a part, e.g. `tables/20260101-…/table-0001`. */
export function partName({ bag, name }: Pick<TablePart, 'bag' | 'name'>): string {
  return `${bag.name}/${name}`;
}

/** Joins parts to tables: one chain for each part that no other part continues. @throws UnsoundTable if an earlier part is missing */
export function tableChains(parts: readonly TablePart[]): TableChain[] {
  const byPlace = new Map(parts.map((part) => [`${part.bag.name}/data/${part.name}/${part.table.part.path}`, part]));
  const placeOf = ({ bag, path }: { readonly bag: string; readonly path: string }): string => `${bag}/${path}`;
  const continued = new Set(parts.flatMap(({ table }) => table.continues.map(placeOf)));
  return [...byPlace].flatMap(([place, part]) => {
    if (continued.has(place)) return [];
    const earlier = part.table.continues.map((one) => {
      const found = byPlace.get(placeOf(one));
      if (found === undefined) throw new UnsoundTable(`${partName(part)} continues a table in ${one.bag}, which is missing`);
      return found;
    });
    return [[...earlier, part]];
  });
}

/**
 * Reads a whole table and returns how each of its parts changes if the chosen rows are erased.
 * @throws UnsoundTable if the rows cannot be distinguished; the system's error
 */
export async function chosenRows(
  chain: TableChain,
  isChosen: (row: KeptRow) => boolean,
  signal: AbortSignal,
): Promise<ReadonlyMap<TablePart, PartChange>> {
  const [first] = chain;
  if (first === undefined) return new Map();
  const changes = chain.map((part) => ({ part, replacements: [] as PartChange['replacements'][number][], rows: [] as RowReplacement['row'][] }));
  const files: OpenedFile[] = [];
  const turns = createTurns();
  try {
    const readers = chain.map((part) => {
      const file = openNamed(join(part.bag.path, 'data', part.name), part.table.part.path);
      files.push(file);
      return readerOf(file, part.table.source.path);
    });
    const [head, ...rest] = readers;
    if (head === undefined) return new Map();
    const numberOf = originalNumbers(chain);
    const choose = (row: KeptRow): boolean => isChosen({ ...row, number: numberOf(row.table, row.number) });
    const content = { ...first.table, records: chain.at(-1)?.table.records ?? first.table.records };
    for await (const { offset, bytes, put, row } of rowReplacements(joinedReader(head, rest), content, choose, signal)) {
      if (turns.isDue()) await turns.take(signal);
      let begin = 0;
      for (const [index, reader] of readers.entries()) {
        const [from, to] = [Math.max(offset, begin), Math.min(offset + bytes, begin + reader.size)];
        const isFirst = offset >= begin && (offset < begin + reader.size || index === readers.length - 1);
        if (isFirst) changes[index]?.rows.push({ ...row, number: numberOf(row.table, row.number) });
        // A row may begin in one part and end in the next.
        if (isFirst || to > from)
          changes[index]?.replacements.push({ offset: from - begin, bytes: Math.max(0, to - from), put: isFirst ? put : new Uint8Array() });
        begin += reader.size;
      }
    }
  } catch (error) {
    if (error instanceof RangeError) throw new UnsoundTable(`${partName(first)}: ${error.message}`);
    throw unsound(error, partName(first));
  } finally {
    for (const file of files) file.close();
  }
  return new Map(changes.flatMap(({ part, ...change }) => (change.replacements.length > 0 ? [[part, change]] : [])));
}

/**
 * Returns a function that converts the present number of a row to its original one. Erased rows of SQL leave no gap, so the rows after them have
 * moved up.
 */
function originalNumbers(chain: TableChain): (table: string, number: number) => number {
  const [first] = chain;
  if (first === undefined || !(first.table.form === 'sql-text' || first.table.kind === 'sql')) return (_table, number) => number;
  const erased = new Map<string, number[]>();
  for (const { table } of chain)
    for (const { table: name, rows } of table.erased?.rows ?? []) erased.set(name, [...(erased.get(name) ?? []), ...numbersIn(rows)]);
  for (const numbers of erased.values()) numbers.sort((a, b) => a - b);
  return (table, number) => {
    let original = number;
    for (const gone of erased.get(table) ?? []) {
      if (gone > original) break;
      original++;
    }
    return original;
  };
}

/** A part that was written to a draft. */
export interface WrittenPart {
  /** Files, by path relative to the draft. */
  readonly files: readonly PayloadFile[];
  /** Secrets of its files; null: they are in clear. */
  readonly secrets: FileSecrets | null;
}

/** Writes a part without its chosen rows to a draft; sealed with new secrets if its bag is sealed. */
export async function writePart(
  { bag, name, table }: TablePart,
  { replacements, rows }: PartChange,
  { draft, algorithms }: { readonly draft: string; readonly algorithms: readonly string[] },
  signal: AbortSignal,
): Promise<WrittenPart> {
  const from = join(bag.path, 'data', name);
  const into = join(draft, 'data', name);
  makeTargetFolder(into);
  const file = openNamed(from, table.part.path);
  const sealer = makingOf(bag.path) === null ? undefined : createSealer();
  const target = createTargetFile(join(into, table.part.path), sealer);
  try {
    const turns = createTurns();
    for await (const piece of replacedBytes(readerOf(file, table.source.path), replacements, signal)) {
      if (turns.isDue()) await turns.take(signal);
      target.write(piece);
    }
  } catch (error) {
    target.discard();
    throw error;
  } finally {
    file.close();
  }
  const part = orDiscard(target, () => target.finish());
  const { path, sizeBytes, sha256 } = table.part;
  const document: KeptTable = {
    ...table,
    part: { path, sizeBytes: part.sizeBytes, sha256: part.sha256, sha512: part.sha512 },
    erased: { before: table.erased?.before ?? { sizeBytes, sha256 }, rows: withRows(table.erased?.rows ?? [], rows) },
  };
  const texts: [name: string, text: string][] = [[keptTableFile, keptTableText(document)]];
  const hasUnread = [unreadFile, unreadFile + sealedEnding].some((each) => existsSync(join(from, each)));
  const unread = hasUnread ? parseUnread(readNamed(from, unreadFile, limits.unreadFileBytes).plain) : [];
  const left = unreadAfter(unread, replacements, rows);
  if (left.length > 0) texts.push([unreadFile, unreadText(left)]);
  const stored = [part, ...texts.map(([each, text]) => writeTargetFile(join(into, each), Buffer.from(text, 'utf8'), sealer))];
  const addedDigests = algorithms.filter((id) => !(bagAlgorithms as readonly string[]).includes(id));
  const files = stored.map((one) => payloadFile(one, { folder: into, addedDigests })).map((one) => ({ ...one, path: `data/${name}/${one.path}` }));
  return { files, secrets: sealer?.secretsOf(stored.map((one) => one.path)) ?? null };
}

function withRows(before: readonly ErasedRows[], rows: PartChange['rows']): ErasedRows[] {
  const numbers = new Map(before.map((one) => [one.table, [...numbersIn(one.rows)]]));
  for (const { table, number } of rows) numbers.set(table, [...(numbers.get(table) ?? []), number]);
  return [...numbers].map(([table, all]) => ({ table, rows: rangesOf(all) })).sort((a, b) => byCodePoint(a.table, b.table));
}

/** Returns the remaining rows that could not be read, with their new positions. */
function unreadAfter(unread: readonly UnreadRow[], replacements: PartChange['replacements'], rows: PartChange['rows']): UnreadRow[] {
  const gone = new Set(rows.map(({ table, number }) => `${number} ${table}`));
  return unread.flatMap((row) => {
    const { table, row: number, offset, bytes } = row;
    if (gone.has(`${number} ${table}`)) return [];
    if (offset === null || bytes === null) return [row];
    const isHit = replacements.some((one) => one.bytes > 0 && one.offset < offset + bytes && one.offset + one.bytes > offset);
    if (isHit) return [];
    const shift = replacements.reduce((sum, one) => (one.offset + one.bytes <= offset ? sum + one.put.length - one.bytes : sum), 0);
    return [{ ...row, offset: offset + shift }];
  });
}

/** Returns a reader of an opened file. */
function readerOf(file: OpenedFile, name: string): ByteReader {
  const read = (offset: number, length: number): Buffer => {
    const bytes = Buffer.alloc(Math.max(0, Math.min(length, file.size - offset)));
    return bytes.subarray(0, file.readInto(bytes, offset));
  };
  return {
    name: basename(name),
    size: file.size,
    read: async (offset, length) => read(offset, length),
    stream: async function* (start, end, signal) {
      for (let at = start; at < Math.min(end, file.size); ) {
        signal?.throwIfAborted();
        const piece = read(at, Math.min(limits.readChunkBytes, end - at));
        if (piece.length === 0) throw Object.assign(new Error('a file became shorter while it was read'), { code: 'EAGAIN' });
        at += piece.length;
        yield piece;
      }
    },
  };
}
