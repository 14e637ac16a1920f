import type { ByteReader } from '../../core/base/bytes.ts';
import type { Finding } from '../../core/findings/finding.ts';
import { isLostRecord } from '../../core/findings/lost-record.ts';
import type { TimeValue } from '../../core/model/recording.ts';
import { spanOf, type TimeSpan } from '../../core/time/time-span.ts';
import { readRecords } from '../../tables/records.ts';
import { parseTime } from '../../tables/values/time.ts';
import type { IdKind } from '../hand-over/case-index.ts';
import { type ListColumn, type ListField, placed, recognised } from './list-columns.ts';

/** Time of the call in a row. `start`: the call began then; `at`: it was in progress then; `window`: it was in progress at some time in between. */
export interface RowTime {
  readonly kind: 'start' | 'at' | 'window';
  /** Earliest and latest time, both included, without tolerance. A time written to the minute or the day spans that minute or day. */
  readonly span: TimeSpan;
  /** False: the time holds for only one reading of the list's clock. */
  readonly isSure: boolean;
}

/** A person in a row. */
export interface RowWho {
  readonly field: 'caller' | 'callee' | 'party' | 'trader' | 'client';
  /** Values that belong to one person. */
  readonly values: readonly string[];
}

/** A row of a list of calls or orders. */
export interface ListRow {
  readonly kind: 'row';
  /** Row number from 1, without the header. */
  readonly number: number;
  /** Time of the call; null: the row has no time, or it could not be parsed. */
  readonly time: RowTime | null;
  readonly who: readonly RowWho[];
  /** Ids that identify a recording or its call. */
  readonly ids: readonly { readonly kind: 'recording' | 'call' | 'order'; readonly value: string }[];
  /** Ids that a recording may carry but that do not identify a single call. */
  readonly carried: readonly { readonly kind: Exclude<IdKind, 'order' | 'trader' | 'client'>; readonly value: string }[];
  readonly site: string | null;
  /** Content of the row as text, field by field. */
  readonly says: string;
  /** Why the row cannot identify a call; null if it can. */
  readonly problem: string | null;
}

/** How to read a list. */
export interface ListReading {
  /** Columns and their meanings; empty: recognised by name. */
  readonly columns: readonly ListColumn[];
  readonly timeFormat: string;
  /** Returns the IANA zone of times without an offset, for a site or, with null, for all sites; null if unknown. */
  readonly zoneOf: (site: string | null) => string | null;
  /** Returns the archive's site that a cell names; null if it names none. */
  readonly siteOf: (text: string) => string | null;
  /** Name of the list in messages. */
  readonly place: string;
  /** Folder for temporary files. */
  readonly scratch: string;
}

/** How a list is interpreted; yielded once, before its rows. */
export interface ListHead {
  readonly kind: 'head';
  readonly columns: readonly ListColumn[];
  /** Names of unused columns. */
  readonly unused: readonly string[];
}

/** A row that the table reader could not parse. */
export interface LostRow {
  readonly kind: 'lost';
  readonly finding: Finding;
}

/** Cell texts that mean "nobody" or "nothing". */
const nothing = /^(?:|-|\\N|null|none|n\/a|unknown|anonymous)$/i;

/**
 * Reads a separated table of any separator, encoding and size row by row.
 * @throws LongplayError usage C191 if its columns are not those of a list of calls
 */
export async function* readList(
  reader: ByteReader,
  { columns: given, place, scratch, ...reading }: ListReading,
  signal: AbortSignal,
): AsyncGenerator<ListHead | ListRow | LostRow | Finding> {
  let columns: ReturnType<typeof placed> | null = null;
  for await (const item of readRecords(reader, { place, kind: 'csv', declaredEncoding: null, scratch }, signal)) {
    if (item.kind === 'finding') {
      yield isLostRecord(item) ? { kind: 'lost', finding: item } : item;
      continue;
    }
    if (columns === null) {
      const header = item.pairs.map(([name]) => name);
      columns = placed(given.length > 0 ? given : recognised(header), header, place);
      const used = new Set(columns.flatMap(({ places }) => places));
      yield { kind: 'head', columns, unused: header.filter((_, index) => !used.has(index)) };
    }
    yield rowOf(item.number, item.pairs, columns, reading);
  }
}

function rowOf(
  number: number,
  pairs: readonly (readonly [name: string, value: string])[],
  columns: ReturnType<typeof placed>,
  { timeFormat: format, zoneOf, siteOf }: Pick<ListReading, 'timeFormat' | 'zoneOf' | 'siteOf'>,
): ListRow {
  const textsOf = (field: ListField): string[] =>
    columns
      .filter((one) => one.field === field)
      .map(({ places }) =>
        places
          .map((place) => (pairs[place]?.[1] ?? '').trim())
          .filter((text) => text !== '')
          .join(' '),
      )
      .filter((text) => !nothing.test(text));
  const [siteText] = textsOf('site');
  const site = siteText === undefined ? null : siteOf(siteText);
  const times = (field: 'start' | 'at' | 'after' | 'before'): TimeValue | null => {
    const [text] = textsOf(field);
    return text === undefined ? null : parseTime(text, { format, zone: zoneOf(site) });
  };
  const { time, problem } = timeOf({ start: times('start'), at: times('at'), after: times('after'), before: times('before') });
  const who = (['caller', 'callee', 'trader', 'client', 'party'] as const).flatMap((field): RowWho[] => {
    const texts = textsOf(field);
    // Several columns of one field describe one person; each column of `party` describes a separate person. Several values in one cell are several persons.
    if (field !== 'party' && texts.length > 1) return [{ field, values: texts }];
    return texts.flatMap((text) => partsOf(text).map((part) => ({ field, values: [part] })));
  });
  const ids = (['recording', 'call', 'order'] as const).flatMap((kind) => textsOf(kind).map((value) => ({ kind, value })));
  const carried = (['lei', 'instrument'] as const).flatMap((kind) => textsOf(kind).map((value) => ({ kind, value })));
  const nobody = who.length === 0 && ids.length === 0 && !carried.some(({ kind }) => kind === 'lei');
  const why =
    ids.length > 0
      ? null
      : time === null
        ? (problem ?? 'it has neither a time nor an id')
        : nobody
          ? 'it names nobody and no id: a time alone finds no call'
          : null;
  const fields = [...new Set(columns.map(({ field }) => field))];
  const says = fields
    .flatMap((field) => textsOf(field).map((text) => `${field}=${text}`))
    .join(', ')
    .slice(0, mostSaid);
  return { kind: 'row', number, time, who, ids, carried, site, says, problem: why };
}

/** Splits a cell with several persons at characters that occur in neither numbers nor names. */
function partsOf(text: string): string[] {
  return text
    .split(/[;|]/)
    .map((part) => part.trim())
    .filter((part) => !nothing.test(part))
    .slice(0, mostOfCell);
}

/** Largest number of persons per cell that are searched, and largest number of characters per row that are kept. */
const mostOfCell = 50;
const mostSaid = 1_000;

function timeOf({ start, at, after, before }: Readonly<Record<'start' | 'at' | 'after' | 'before', TimeValue | null>>): {
  readonly time: RowTime | null;
  readonly problem: string | null;
} {
  const [kind, first] = start !== null ? (['start', start] as const) : at !== null ? (['at', at] as const) : (['window', after] as const);
  const unreadable = { time: null, problem: 'its time cannot be read' };
  if (first === null) return { time: null, problem: null };
  const from = spanOf(first);
  const to = kind === 'window' ? spanOf(before) : from;
  if (from === null || to === null) return unreadable;
  const isSure = [first, ...(kind === 'window' && before !== null ? [before] : [])].every(({ utc }) => utc !== null);
  if (to.latestMs < from.earliestMs) return { time: null, problem: 'its window ends before it begins' };
  const span = { earliestMs: from.earliestMs, latestMs: to.latestMs };
  // A time that is only a day is a window in which a call began.
  return { time: { kind: first.precision === 'day' ? 'window' : kind, span, isSure }, problem: null };
}
