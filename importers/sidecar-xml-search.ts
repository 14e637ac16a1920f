import type { Finding } from '../src/core/finding.ts';
import { sha256Hex } from '../src/core/identifier.ts';
import type { ImportOptions } from '../src/core/importer.ts';
import type { NameValue, Party, Recording, SourceRef } from '../src/core/recording.ts';
import { extension } from '../src/core/safe-path.ts';
import type { Source } from '../src/core/source.ts';
import { durationOf, pairsOf, partyOf, timeOf } from '../src/joins/describe.ts';
import { isLostRecord } from '../src/tables/lost-record.ts';
import { peekTables } from '../src/tables/peek-tables.ts';
import { readRecords } from '../src/tables/records.ts';
import type { Stage } from '../src/tables/types.ts';
import { type Values, valuesOf } from '../src/tables/values.ts';

/** A row of a search, as it is staged under each INUM that it names. */
export interface SearchRow {
  readonly path: string;
  readonly number: number;
  readonly pairs: readonly (readonly [name: string, value: string])[];
  readonly raw: string;
}

/** A table that a search was exported to, and how many rows it has. */
export interface SearchTable {
  readonly path: string;
  readonly rows: number;
  /** Rows that name no INUM, and rows that cannot be read. */
  readonly nameless: number;
  readonly lost: number;
}

const tables = new Set(['.csv', '.tsv', '.txt']);
const inums = /(?<!\d)\d{15}(?!\d)/g;

/**
 * Whether an entry is the result of a search in Avaya Contact Recorder or Verint that was exported: a separated table with a column of INUMs and one of start times. Which columns
 * there are is each site's own layout (facts, recorders 1.8).
 */
export async function isSearchTable(source: Source, path: string, options: ImportOptions, signal: AbortSignal): Promise<boolean> {
  const entry = source.entry(path);
  if (entry === null || entry.size === 0 || !tables.has(extension(path).toLowerCase())) return false;
  const reader = await source.open(entry, signal);
  const found = await peekTables(reader, path, { kind: 'csv', declaredEncoding: options.encoding, scratch: options.scratch }, signal);
  const names = new Set(found.flatMap(({ columns }) => columns.map(folded)));
  return (names.has('inums') || names.has('inum')) && names.has('starttime');
}

/** Stages the rows of a search by each INUM that they name. */
export async function* readSearch(
  source: Source,
  path: string,
  rows: Stage,
  options: ImportOptions,
  signal: AbortSignal,
): AsyncGenerator<Finding, SearchTable> {
  const entry = source.entry(path);
  if (entry === null) throw new Error(`no entry ${path}`);
  const counts = { rows: 0, nameless: 0, lost: 0 };
  const reading = { place: path, kind: 'csv', declaredEncoding: options.encoding, scratch: options.scratch } as const;
  for await (const item of readRecords(await source.open(entry, signal), reading, signal)) {
    if (item.kind === 'finding') {
      if (isLostRecord(item)) {
        counts.rows++;
        counts.lost++;
      }
      yield item;
      continue;
    }
    counts.rows++;
    const { number, pairs, raw } = item;
    const row: SearchRow = { path, number, pairs, raw };
    const named = inumsOf(row);
    if (named.length === 0) counts.nameless++;
    for (const inum of named) rows.put(inum, `${path} ${String(number).padStart(12, '0')}`, row);
  }
  return { path, ...counts };
}

/** INUMs of a row, each once; those that spreadsheets have rewritten (`8,1E+14`) are none. */
export function inumsOf({ pairs }: SearchRow): readonly string[] {
  const cells = pairs.filter(([name]) => folded(name) === 'inums' || folded(name) === 'inum').map(([, value]) => value);
  return [...new Set(cells.flatMap((cell) => cell.match(inums) ?? []))];
}

/** What rows of one INUM say where no sidecar does. */
export function describeSearch(rows: readonly SearchRow[], zone: string | null): Partial<Recording> {
  const values = rows.map(openRow);
  const [first] = values;
  if (first === undefined) return {};
  const agents = single(first, 'Agents', 'Agent');
  const others = single(first, 'Other Parties', 'Other Party');
  const parties = [
    ...(agents === null ? [] : [partyOf('agent', /^\d{2,20}$/.test(agents) ? { agentId: agents } : { name: agents })]),
    ...(others === null ? [] : [partyOf('unknown', /^[+\d][\d\s()-]*$|@/.test(others) ? { phone: others } : { name: others })]),
  ].filter((party): party is Party => party !== null);
  const start = timeOf(first, 'Start Time', { format: 'iso', zone });
  const described = {
    // Layouts follow the user's own way of writing days, which the table does not say.
    callStart: start?.certainty === 'unreadable' ? null : start,
    durationDeclared: durationOf(first, 'Duration', 'auto-clock'),
    parties,
    org: pairsOf(first, { service: 'Services', skill: 'Skills' }),
  };
  // Lists of several agents stay as they stand: names hold commas, too.
  return { ...described, extra: leftOver(values) };
}

/** What rows say beside a sidecar, which speaks for the recording. */
export function searchPairs(rows: readonly SearchRow[]): NameValue[] {
  return leftOver(rows.map(openRow)).map(({ name, value }) => ({ name: `search.${name}`, value }));
}

export function searchRefs(rows: readonly SearchRow[]): SourceRef[] {
  return rows.map(({ path, number, raw }) => ({ kind: 'row', path, row: number, sha256: sha256Hex(raw), text: raw }));
}

function openRow({ path, number, pairs }: SearchRow): Values {
  const names = new Map(pairs.map(([name]) => [folded(name), name]));
  return valuesOf(`${path} record ${number}`, pairs, (column) => names.get(folded(column)) ?? column);
}

/** A value that is no list; taken. */
function single(row: Values, ...columns: readonly string[]): string | null {
  for (const column of columns) {
    const value = row.peek([column]);
    if (value !== null && !/[;,|\n]/.test(value)) return row.take([column])?.trim() ?? null;
  }
  return null;
}

function leftOver(rows: readonly Values[]): NameValue[] {
  const pairs = rows.flatMap((row) => row.rest().filter(({ name }) => !/^inums?$/.test(folded(name)) && !/dtmf/i.test(name)));
  return [...new Map(pairs.map((pair) => [`${pair.name}\u0001${pair.value}`, pair])).values()];
}

function folded(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
