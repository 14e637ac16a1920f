import type { ImportOptions } from '../../src/core/model/importer.ts';
import type { NameValue, Party, Recording } from '../../src/core/model/recording.ts';
import type { Entry, Source } from '../../src/core/model/source.ts';
import { peekTables } from '../../src/tables/peek-tables.ts';
import { type Values, valuesOf } from '../../src/tables/values/values.ts';
import type { JoinedRecord } from '../engine/records/call.ts';
import { durationOf, pairsOf, partyOf, timeOf } from '../engine/records/describe.ts';
import { placeOf } from '../engine/records/records.ts';
import type { StagedValues, TableShape } from '../engine/records/shape.ts';

const inums = /(?<!\d)\d{15}(?!\d)/g;

/**
 * The exported result of a search in Avaya Contact Recorder or Verint: a separated table with a column of INUMs and one of start times. Each site chooses its other
 * columns (recorder facts 1.8).
 */
export const searchTable: TableShape = {
  kind: 'table',
  file: /\.(?:csv|tsv|txt)$/i,
  columns: [],
  hasColumns: (columns) => {
    const names = new Set(columns.map(folded));
    return (names.has('inums') || names.has('inum')) && names.has('starttime');
  },
};

/** Returns true if a table of search results may have the name of this entry. */
export function mayBeSearch({ path, size }: Entry): boolean {
  return size > 0 && searchTable.file?.test(path) === true;
}

/** Returns true if an entry is a table of search results, by its columns. */
export async function isSearchTable(source: Source, entry: Entry, options: ImportOptions, signal: AbortSignal): Promise<boolean> {
  const { encoding, scratch } = options;
  const found = await peekTables(await source.open(entry, signal), entry.path, { kind: 'csv', declaredEncoding: encoding, scratch }, signal);
  return found.some(({ columns }) => searchTable.hasColumns?.(columns) === true);
}

/** Returns the values of a row; in names of columns, only letters and digits count. */
export function searchValues(row: StagedValues): Values {
  const names = new Map(row.pairs.map(([name]) => [folded(name), name]));
  return valuesOf(placeOf({ ...row, table: '' }), row.pairs, (column) => names.get(folded(column)) ?? column);
}

/** Returns the INUMs of a row, each once; values that spreadsheets have rewritten (`8,1E+14`) do not count as INUMs. */
export function inumsOf({ pairs }: JoinedRecord): readonly string[] {
  const cells = pairs.filter(([name]) => folded(name) === 'inums' || folded(name) === 'inum').map(([, value]) => value);
  return [...new Set(cells.flatMap((cell) => cell.match(inums) ?? []))];
}

/** Describes a recording from the rows of one INUM, if there is no sidecar. */
export function describeSearch(rows: readonly JoinedRecord[], zone: string | null): Partial<Recording> {
  const [first] = rows;
  if (first === undefined) return {};
  const agents = single(first, 'Agents', 'Agent');
  const others = single(first, 'Other Parties', 'Other Party');
  const parties = [
    ...(agents === null ? [] : [partyOf('agent', /^\d{2,20}$/.test(agents) ? { agentId: agents } : { name: agents })]),
    ...(others === null ? [] : [partyOf('unknown', /^[+\d][\d\s()-]*$|@/.test(others) ? { phone: others } : { name: others })]),
  ].filter((party): party is Party => party !== null);
  const start = timeOf(first, 'Start Time', { format: 'iso', zone });
  const described = {
    // Layouts use the user's own date format, which the table does not state.
    callStart: start?.certainty === 'unreadable' ? null : start,
    durationDeclared: durationOf(first, 'Duration', 'auto-clock'),
    parties,
    org: pairsOf(first, { service: 'Services', skill: 'Skills' }),
  };
  // Lists of several agents are kept unchanged: names contain commas, too.
  return { ...described, extra: leftOver(rows) };
}

/** Returns the facts in rows beyond those of a sidecar, which takes precedence for the recording. */
export function searchPairs(rows: readonly JoinedRecord[]): NameValue[] {
  return leftOver(rows).map(({ name, value }) => ({ name: `search.${name}`, value }));
}

/** Takes and returns a value that is not a list. */
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
