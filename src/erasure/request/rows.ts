import { basename, dirname, join } from 'node:path';
import { bagType } from '../../archive/bag/info.ts';
import { type BagFolder, listBags } from '../../archive/bag-folders.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { chosenRows, partName, type TableChain, type TablePart, tableChains, tableParts, UnsoundTable } from '../../pipeline/keep/erase-rows.ts';
import { type OpenedFile, openNamed } from '../../sealing/stored/stored-bytes.ts';
import type { KeptRow } from '../../tables/keep/kept-row.ts';
import { findLine } from '../../tables/text/line-blocks.ts';
import type { ErasurePart } from './parts.ts';
import type { AskedRow } from './row-owners.ts';
import { isOnLine, unitsOnLine } from './rows-on-line.ts';

/** A row as named by a user. */
interface NamedRow {
  readonly text: string;
  /** Part of a kept table, e.g. `tables/…/table-0001`. */
  readonly part: string;
  /** Table within a database; '' otherwise, or if none was given. */
  readonly table: string;
  readonly number: number;
  /** True: `number` is a line of the file. */
  readonly isLine: boolean;
}

const named = /^(?:bags\/)?(tables\/[^/:]+)\/(?:data\/)?(table-\d+)(?:\/[^/:]*)?:(?:([^:]+):)?(line )?([1-9]\d{0,14})$/;

/** A row of a request. */
export interface SelectedRow {
  readonly part: Extract<ErasurePart, { readonly kind: 'row' }>;
  readonly row: AskedRow;
}

/**
 * Finds rows of kept tables by name. `tables/20260301-…/table-0001:17` is row 17 as a spreadsheet numbers it, or record 17; `…:line 12` is a line of the file,
 * as `longplay subject` names it; `…:cdr:17` is a row of one table in a dump with several tables.
 * @throws LongplayError usage E124; incomplete E123
 */
export async function selectRows(archive: Archive, texts: readonly string[], signal: AbortSignal): Promise<SelectedRow[]> {
  if (texts.length === 0) return [];
  const wanted = texts.map((text): NamedRow => {
    const [, bag = '', name = '', table = '', line, number = ''] = named.exec(text) ?? [];
    if (bag === '') throw unknown(text, 'is not the place of a row, e.g. tables/20260301-1f0c2a9e3b4d5f60/table-0001:17');
    return { text, part: `${bag}/${name}`, table, number: Number(number), isLine: line !== undefined };
  });
  const bags: BagFolder[] = [];
  for await (const bag of listBags(archive)) if (bagType(bag.path) === 'tables') bags.push(bag);
  try {
    const chains = tableChains(bags.flatMap(tableParts));
    const selected: SelectedRow[] = [];
    for (const row of wanted) {
      const chain = chains.find((each) => each.some((part) => partName(part) === row.part));
      if (chain === undefined) throw unknown(row.text, 'names a table that the archive does not keep');
      selected.push(await findRow(row, chain, signal));
    }
    return selected;
  } catch (error) {
    if (!(error instanceof UnsoundTable)) throw error;
    throw new LongplayError('incomplete', 'E123', error.message, 'check the bag with: longplay verify ARCHIVE');
  }
}

async function findRow(row: NamedRow, chain: TableChain, signal: AbortSignal): Promise<SelectedRow> {
  const line = row.isLine ? lineSpan(chain, row) : null;
  const found: KeptRow[] = [];
  const isMeant = (each: KeptRow): boolean => {
    if (row.table !== '' && each.table !== row.table) return false;
    // A number without a table never means a place outside of the records.
    if (line === null) return each.number === row.number && (row.table !== '' || each.outside === undefined);
    return isOnLine(each, line);
  };
  await chosenRows(
    chain,
    (each) => {
      if (found.length < mostOnLine && isMeant(each)) found.push(each);
      return false;
    },
    signal,
  );
  const units = line === null ? found : unitsOnLine(found);
  const [one, second] = units;
  if (one === undefined) throw line === null ? unknown(row.text, 'names no row that is there') : unknown(row.text, emptyLine, nextOfEmpty);
  if (second !== undefined) {
    const several = units.slice(0, 20).map(described).join(', ');
    throw unknown(
      row.text,
      `names several rows: ${several}${units.length > 20 ? ', …' : ''}`,
      `request those that are meant, each by its number, e.g. --row ${row.part}:${nameOf(second)}`,
    );
  }
  if (line !== null && one.isLost === true && (one.raws[0] ?? '').trimEnd().includes('\n'))
    throw unknown(
      row.text,
      `is in row ${nameOf(one)}, which could not be read and has several lines, perhaps of several rows`,
      `to erase all of its lines: --row ${row.part}:${nameOf(one)}`,
    );
  const [raw = ''] = one.raws;
  const { table, number, raws } = one;
  return {
    part: { kind: 'row', place: `${row.part}:${nameOf(one)}`, sha256: sha256Hex(raw) },
    row: { table, number, raws, path: chain[0]?.table.source.path ?? '' },
  };
}

/** Largest number of rows that are examined on one line. */
const mostOnLine = 10_000;

const emptyLine = 'has nothing that can be erased alone: it is empty, was erased, or has only names and marks of the structure of the table';
const nextOfEmpty = 'request the lines with the values, or the recordings themselves';

/** Returns the name of a row for a choice. A value of XML has the names of its elements and attribute, which are no personal data. */
function described(row: KeptRow): string {
  const path = row.outside?.kind === 'value' ? /^\/[^\s@]*@?[^\s@]* /.exec(row.raws[0] ?? '')?.[0].trim() : undefined;
  return path === undefined ? nameOf(row) : `${nameOf(row)} (${path})`;
}

function nameOf({ table, number }: Pick<KeptRow, 'table' | 'number'>): string {
  return table === '' ? String(number) : `${table}:${number}`;
}

/** Returns where a line of a part begins and ends in the whole table. */
function lineSpan(chain: TableChain, { text, part, number }: NamedRow): readonly [start: number, end: number] {
  const open = (each: TablePart): OpenedFile => {
    const path = pathOf(each);
    return openNamed(dirname(path), basename(path));
  };
  let before = 0;
  for (const [index, each] of chain.entries()) {
    const file = open(each);
    try {
      if (partName(each) !== part) {
        before += file.size;
        continue;
      }
      const earlier = chain.slice(0, index).map((one) => () => open(one));
      const found = findLine(number, file, earlier);
      if ('lines' in found) throw unknown(text, agree`names a line of a file that has ${found.lines} line[s]`);
      return [before + found.start, before + found.end];
    } finally {
      file.close();
    }
  }
  throw unknown(text, 'names a table that the archive does not keep');
}

function pathOf({ bag, name, table }: TablePart): string {
  return join(bag.path, 'data', name, table.part.path);
}

function unknown(text: string, why: string, next = '`longplay subject` names tables and lines of a person'): LongplayError {
  return new LongplayError('usage', 'E124', `'${text}' ${why}`, next);
}
