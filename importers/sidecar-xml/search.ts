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
 * The result of a search in Avaya Contact Recorder or Verint that was exported: a separated table with a column of INUMs and one of start times. Which columns there
 * are is each site's own layout (recorder facts 1.8).
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

/** Whether an entry may be such a table by its name. */
export function mayBeSearch({ path, size }: Entry): boolean {
  return size > 0 && searchTable.file?.test(path) === true;
}

/** Whether an entry is such a table. */
export async function isSearchTable(source: Source, entry: Entry, options: ImportOptions, signal: AbortSignal): Promise<boolean> {
  const { encoding, scratch } = options;
  const found = await peekTables(await source.open(entry, signal), entry.path, { kind: 'csv', declaredEncoding: encoding, scratch }, signal);
  return found.some(({ columns }) => searchTable.hasColumns?.(columns) === true);
}

/** Values of a row; in names of columns only letters and digits count. */
export function searchValues(row: StagedValues): Values {
  const names = new Map(row.pairs.map(([name]) => [folded(name), name]));
  return valuesOf(placeOf({ ...row, table: '' }), row.pairs, (column) => names.get(folded(column)) ?? column);
}

/** INUMs of a row, each once; those that spreadsheets have rewritten (`8,1E+14`) are none. */
export function inumsOf({ pairs }: JoinedRecord): readonly string[] {
  const cells = pairs.filter(([name]) => folded(name) === 'inums' || folded(name) === 'inum').map(([, value]) => value);
  return [...new Set(cells.flatMap((cell) => cell.match(inums) ?? []))];
}

/** What rows of one INUM say where no sidecar does. */
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
    // Layouts follow the user's own way of writing days, which the table does not say.
    callStart: start?.certainty === 'unreadable' ? null : start,
    durationDeclared: durationOf(first, 'Duration', 'auto-clock'),
    parties,
    org: pairsOf(first, { service: 'Services', skill: 'Skills' }),
  };
  // Lists of several agents stay as they stand: names hold commas, too.
  return { ...described, extra: leftOver(rows) };
}

/** What rows say beside a sidecar, which speaks for the recording. */
export function searchPairs(rows: readonly JoinedRecord[]): NameValue[] {
  return leftOver(rows).map(({ name, value }) => ({ name: `search.${name}`, value }));
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
