import { finding } from '../src/core/finding.ts';
import type { ReconciliationStatus, Recording } from '../src/core/recording.ts';
import { parseTime } from '../src/tables/time.ts';
import type { Stage } from '../src/tables/types.ts';
import type { Values } from '../src/tables/values.ts';
import { specOf } from './generic-describe.ts';
import { candidatesOf, type ExactJoin, type Settled } from './generic-join.ts';
import type { JoinMapping, Mapping, Said, TimeColumn } from './generic-mapping.ts';
import { fileValues, type Gathered, type KeyedRow, type Making, makeRecording, type StagedFile, valuesOfRow } from './generic-recording.ts';
import { joinByWindow, momentsOf, partyKey, type Timed } from './generic-window.ts';

/** A recording with the rows that it accounts for. */
export interface Made {
  readonly made: Recording;
  readonly rows: readonly KeyedRow[];
}

type Alone = Exclude<Settled, Gathered>;

/**
 * Settles all groups of the exact join, then joins by time what it left alone, where the mapping says so.
 * @param joined rows before files, under the group that they share.
 */
export function* settle(joined: Stage, join: ExactJoin | null, making: Making, open: () => Stage, signal: AbortSignal): Generator<Made> {
  const { mapping, tables } = making;
  const made = (gathered: Gathered): Made => ({ made: makeRecording(withDoubts(gathered, making), making), rows: gathered.rows });
  const window = mapping.join?.window ?? null;
  const timed = window === null ? null : open();
  const clocks = { row: { utc: 0, local: 0 }, file: { utc: 0, local: 0 } };
  let serial = 0;
  for (const { group, values } of joined.groups()) {
    signal.throwIfAborted();
    const members = values as readonly (KeyedRow | StagedFile)[]; // put by `importAll`
    const rows = members.filter((each): each is KeyedRow => 'raw' in each);
    const files = members.filter((each): each is StagedFile => 'path' in each);
    const settled: readonly Settled[] =
      join !== null && group.startsWith('=')
        ? join.settle(rows, files, (row) => valuesOfRow(row, tables))
        : [...rows.map((row) => ({ alone: 'row', row }) as const), ...files.map((file) => ({ alone: 'file', file }) as const)];
    for (const each of settled) {
      if (!('alone' in each)) yield made(each);
      else {
        const when = window === null || timed === null ? null : timedOf(each, window, making);
        if (timed === null || when === null) yield made(unjoined(each, making));
        else {
          const id = String(serial++);
          clocks[each.alone][when.clock]++;
          for (const at of when.at) timed.put(sortable(at), '', { id, item: each, timed: when.timed });
        }
      }
    }
  }
  if (window === null || timed === null) return;
  const apart = Math.min(clocks.row.local, clocks.file.utc) + Math.min(clocks.row.utc, clocks.file.local);
  if (apart > 0) making.doubts.note('I175', 'times of rows and names of which one has a zone and the other has none', mapping.name, apart);
  for (const { item, partners, mutual } of joinByWindow(inOrder(timed, signal), window.seconds * 1_000, window.party !== null)) {
    const [partner] = partners;
    if (partner === undefined) yield made(unjoined(item, making));
    else if (partners.length > 1 || !mutual) yield made(doubtful(item, partners, windowRule(window)));
    // The row speaks for both.
    else if (item.alone === 'row' && partner.alone === 'file') {
      making.doubts.note('I171', 'rows were joined to audio by time', valuesOfRow(item.row, tables).place);
      yield made({ rows: [item.row], files: [partner.file], status: 'matched-by-window', rule: windowRule(window), findings: [] });
    }
  }
}

/** Milliseconds as text that sorts like the number; times before 1970 fall together, and no recorder is that old. */
function sortable(ms: number): string {
  return String(Math.max(0, ms)).padStart(16, '0');
}

function* inOrder(timed: Stage, signal: AbortSignal): Generator<{ at: number; id: string; item: Alone; timed: Timed }> {
  for (const { group, values } of timed.groups()) {
    signal.throwIfAborted();
    // Put by `settle`.
    for (const value of values as readonly { id: string; item: Alone; timed: Timed }[]) yield { at: Number(group), ...value };
  }
}

function timedOf(
  alone: Alone,
  window: NonNullable<JoinMapping['window']>,
  { mapping, tables }: Making,
): { clock: 'utc' | 'local'; at: readonly number[]; timed: Timed } | null {
  const values = alone.alone === 'row' ? valuesOfRow(alone.row, tables) : fileValues(alone.file.path, mapping);
  const start = alone.alone === 'row' ? mapping.columns?.start : mapping.files.columns?.start;
  if (values === null || start == null) return null;
  const moments = momentsOf(timeIn(start, values));
  if (moments === null) return null;
  const party = window.party === null ? null : values.peek(alone.alone === 'row' ? window.party.columns : [window.party.field]);
  return { clock: moments.clock, at: moments.at, timed: { side: alone.alone, at: moments.at, party: party === null ? null : partyKey(party) } };
}

function timeIn(column: TimeColumn, values: Values): ReturnType<typeof parseTime> | null {
  const utc = column.utc === null ? null : values.peek(column.utc.columns);
  if (utc !== null && column.utc !== null) return parseTime(utc, column.utc.spec);
  const raw = values.peek(column.columns);
  return raw === null ? null : parseTime(raw, specOf(column, values));
}

function windowRule({ seconds, party }: NonNullable<JoinMapping['window']>): string {
  return `start within ${seconds} s${party === null ? '' : `, ${party.columns.join(' ')} = ${party.field} of the file name`}`;
}

function doubtful(alone: Alone, partners: readonly Alone[], rule: string): Gathered {
  if (alone.alone === 'file') return { rows: [], files: [alone.file], status: 'ambiguous', rule, findings: [] };
  const files = partners.flatMap((partner) => (partner.alone === 'file' ? [partner.file] : []));
  return { rows: [alone.row], files: [], status: 'ambiguous', rule, findings: [candidatesOf([alone.row], files)(alone.row.key)] };
}

/** What found nothing: audio without a row, or a row without audio and the reason that the export gives. */
function unjoined(alone: Alone, { mapping, tables, doubts }: Making): Gathered {
  if (alone.alone === 'file') {
    return {
      rows: [],
      files: [alone.file],
      status: 'audio-without-row',
      rule: mapping.table === null ? 'the name alone' : 'no row names it',
      findings: [],
    };
  }
  const said = statusOf(alone.row, mapping, tables);
  const values = valuesOfRow(alone.row, tables);
  if (said === 'failed') doubts.note('I174', 'rows without audio say that their export failed', values.place);
  const status: ReconciliationStatus =
    said === 'deleted' ? 'deleted-at-source' : said === 'not-recorded' ? 'not-recorded-by-design' : 'row-without-audio';
  const rule = said === null ? 'no audio file for it' : `no audio file for it; ${statusColumn(mapping)} says ${said}`;
  return { rows: [alone.row], files: [], status, rule, findings: [] };
}

function statusColumn({ status, columns }: Mapping): string {
  return [...(status?.columns ?? []), ...(columns?.retention?.deleted?.columns ?? [])].join(' or ');
}

function statusOf(row: KeyedRow, { status, columns, sentinels }: Mapping, tables: Making['tables']): Said | null {
  const values = valuesOfRow(row, tables);
  const erased = columns?.retention?.deleted ?? null;
  const when = erased === null ? null : values.peek(erased.columns);
  // A time at which the audio was deleted says so, however it is written.
  if (erased !== null && when !== null && !sentinels.has(when.trim()) && parseTime(when, erased.spec).certainty !== 'sentinel') return 'deleted';
  if (status === null) return null;
  const raw = values.peek(status.columns);
  const value = raw?.trim().toLowerCase();
  const has = (list: readonly string[]): boolean => value !== undefined && list.some((each) => each.trim().toLowerCase() === value);
  if (has(status.deleted)) return 'deleted';
  if (has(status.notRecorded)) return 'not-recorded';
  if (has(status.failed)) return 'failed';
  return raw === null || sentinels.has(raw.trim()) ? status.empty : null;
}

/** What rows say that their audio belies, keys that are not unique, and documents that cannot be read. */
function withDoubts(gathered: Gathered, { mapping, tables }: Making): Gathered {
  const findings = [...gathered.findings];
  let copies = 0;
  for (const row of gathered.rows) {
    copies += row.copies;
    if (row.twin)
      findings.push(finding('I168', valuesOfRow(row, tables).place, `has the key of another row and differs from it; it is kept as ${row.key}`));
    const said = gathered.files.length === 0 ? null : statusOf(row, mapping, tables);
    if (said !== null) findings.push(finding('I170', row.key, `${statusColumn(mapping)} says ${said}, and audio is there`));
  }
  const isUnread = gathered.rows.length > 0 && gathered.rows.every(({ cells }) => cells.length === 0);
  const rule = copies === 0 ? gathered.rule : `${gathered.rule}; ${copies} identical rows left out`;
  return isUnread ? { ...gathered, findings, status: 'parse-error', rule: `${rule}; the document cannot be read` } : { ...gathered, findings, rule };
}
