import { createRecordSorter, type RecordSorter } from '../../archive/files/record-sorter.ts';
import { LongplayError } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { createTurns } from '../../core/base/turns.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Importer, ImportItem, ImportOptions, MatchRule, TableRead } from '../../core/model/importer.ts';
import type { CallAccount, Recording } from '../../core/model/recording.ts';
import { latestPlausible, withoutFalseCertainty } from '../../core/time/plausible-start.ts';
import type { Ledger } from '../../store/jobs/ledger.ts';
import type { EnrichRequest } from '../../store/jobs/plan.ts';
import { rowPlace } from '../../tables/text/row-place.ts';
import { findingEvent, type PipelineEvent, type Reconciliation } from '../events/events.ts';
import { type AddedRows, addRows, type StagedRow, type WithdrawnRow } from './add-rows.ts';
import { type DescribedByRow, findDescribed, mostDescribed } from './find-described.ts';
import { accountOf } from './join-calls.ts';
import { matchedRows } from './matched-rows.ts';
import { importOptions } from './open-sources.ts';
import { type Listed, listSource, type Reading, type ReadRequest, type SourceRead, type SourceReading } from './read-source.ts';
import { createRowCount, fateText, type RowFate } from './row-account.ts';

/** The request to add the rows of a later table. */
export type EnrichingRequest = ReadRequest & { readonly enrich: EnrichRequest };

/** The archive whose recordings the rows describe. */
type Archived = NonNullable<Reading['archived']>;

/**
 * Reads the rows of a later table, finds the archived recordings that they describe, and plans an amendment for each recording about which they have
 * new content. Rows are sorted on disk by recording, so that memory does not grow with the table.
 */
export async function* enrichArchived(
  { opened: { source, scratch }, ledger, notes }: SourceReading,
  request: EnrichingRequest,
  reading: Reading,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, SourceRead> {
  const { importers, media, archived, clockMs } = reading;
  if (archived === undefined) throw new Error('no archive to enrich');
  const listed = yield* listSource(source, ledger, notes, signal);
  const options: ImportOptions = { ...importOptions(request, scratch, media), matches: true };
  const { importer, rule } = ruleOf(importers, options);
  const evidence = (await importer.recognise(source, options, signal)) ?? '';
  yield { type: 'recognised', importer: importer.id, title: importer.title, grade: importer.grade, evidence };
  const [staged, fates] = [createRecordSorter(scratch), createRecordSorter(scratch)];
  try {
    const rows = rowStage({ rule, request, archived, staged, fates, latest: latestPlausible(clockMs) });
    const turns = createTurns();
    let items = 0;
    for await (const item of importer.items(source, options, signal)) {
      if (turns.isDue()) await turns.take(signal);
      reading.onItem?.(item, importer.id);
      for (const found of takeItem(item, ledger, rows)) yield findingEvent(found);
      if (++items % 1_000 === 0)
        yield { type: 'progress', phase: 'reading', done: items, total: null, unit: 'rows', bytes: 0, bytesTotal: null, audioMs: 0 };
    }
    const adding = { rule, enrich: request.enrich, archived, ledger, fates };
    const added = yield* addRows(staged.sorted(), adding, reading, signal);
    const count = countFates(fates);
    yield* [...unclaimed(ledger), ...notes.take(), ...count.findings()].map(findingEvent);
    const tables = rows.tables();
    return { importer: importer.id, listed, reconciliation: reconciliationOf(ledger, listed, { ...added, tables, rows: count.account(tables) }) };
  } finally {
    staged.close();
    fates.close();
  }
}

/**
 * Returns the importer that reads tables with a mapping, and the match rule of the mapping.
 * @throws LongplayError I154 without a mapping; I150 to I152
 */
function ruleOf(importers: readonly Importer[], options: ImportOptions): { readonly importer: Importer; readonly rule: MatchRule } {
  for (const importer of importers) if (importer.matchRule !== undefined) return { importer, rule: importer.matchRule(options) };
  throw new LongplayError('usage', 'I154', 'no importer reads tables with a mapping file', 'use an unchanged longplay');
}

/** Stages the rows of the table as they come. */
interface RowStage {
  take(row: Recording): void;
  table(read: TableRead): void;
  /** Returns the tables with the outcomes of their rows. */
  tables(): Omit<TableRead, 'kind'>[];
}

/** What a stage needs. */
interface StageTools {
  readonly rule: MatchRule;
  readonly request: EnrichingRequest;
  readonly archived: Archived;
  readonly staged: RecordSorter;
  readonly fates: RecordSorter;
  readonly latest: string;
}

/**
 * Creates the stage. It stages each row once for each recording that the row describes; if there is none, the outcome of the row is known at once.
 */
function rowStage({ rule, request, archived, staged, fates, latest }: StageTools): RowStage {
  const find = findDescribed(rule, { ...archived, site: request.enrich.site });
  const [tables, matched] = [[] as TableRead[], matchedRows()];
  let rows = 0;
  /** Returns the recordings that a row of this key described in an earlier table and no longer describes. */
  const heldElsewhere = (key: string, found: DescribedByRow): string[] => {
    const now = new Set(found.kind === 'found' ? found.recordings.map(({ recordingId }) => recordingId) : []);
    const { site } = request.enrich;
    const held = archived.lookup.withAccount(rule.system, key, mostDescribed).filter((one) => site === null || one.site === site);
    return held.map(({ recordingId }) => recordingId).filter((id) => !now.has(id));
  };
  return {
    take: (read) => {
      const row = withoutFalseCertainty(read, latest);
      const number = String(++rows).padStart(12, '0');
      const place = placeOf(row);
      const found = find(row);
      if (found.kind === 'several') matched.add([row], 'ambiguous');
      if (found.kind === 'found') matched.add([row]);
      // If several recordings match, none is chosen and nothing is withdrawn. If none matches, another rule may have matched the row earlier: it is
      // withdrawn only on request.
      const { replace } = request.enrich;
      const others = found.kind === 'found' || (found.kind === 'none' && replace) ? heldElsewhere(row.key, found) : [];
      if (others.length > 0 && !replace) {
        fates.add(number, fateText('contradicting', place));
        return;
      }
      for (const recordingId of others) staged.add(recordingId, JSON.stringify({ withdrawn: row.key } satisfies WithdrawnRow).toWellFormed());
      if (found.kind !== 'found') fates.add(number, fateText(found.kind === 'none' && !found.hasValues ? 'valueless' : found.kind, place));
      else {
        const account: CallAccount = { ...accountOf(row, found.by), table: rule.system };
        const text = JSON.stringify({ number, place, account, findings: row.findings } satisfies StagedRow);
        for (const { recordingId } of found.recordings) staged.add(recordingId, text.toWellFormed());
      }
    },
    table: (read) => tables.push(read),
    tables: () => tables.map(({ kind: _kind, ...table }) => matched.applied(table)).sort((a, b) => byCodePoint(a.path, b.path)),
  };
}

/** Returns the place of a row, e.g. `crm.csv row 17`. */
function placeOf({ provenance, key }: Recording): string {
  const [ref] = provenance;
  return ref === undefined ? key : ref.row === null ? ref.path : rowPlace(ref.path, ref.row);
}

function* takeItem(item: ImportItem, ledger: Ledger, rows: RowStage): Generator<Finding> {
  if (item.kind === 'finding') yield item;
  else if (item.kind === 'table') rows.table(item);
  else if (item.kind === 'file') {
    ledger.claim(item.path, item.role);
    if (item.role === 'alien') yield finding('P107', item.path, `belongs to no recording: ${item.reason}; it is not imported`);
  } else if (item.media.length === 0) {
    yield* item.findings;
    rows.take(item);
  } else
    for (const { path } of item.media)
      if (ledger.claim(path, 'alien') === 'ok') yield finding('P107', path, 'is not a table: an amendment adds no file; it is not imported');
}

function* unclaimed(ledger: Ledger): Generator<Finding> {
  for (const path of [...ledger.unclaimed()]) {
    ledger.claim(path, 'alien');
    yield finding('P107', path, 'belongs to no recording and is not a table; it is not imported');
  }
}

/** Counts each row once: a row that describes several recordings counts as added if it is new to one of them. */
function countFates(fates: RecordSorter): ReturnType<typeof createRowCount> {
  const count = createRowCount();
  const order: readonly RowFate[] = ['added', 'contradicting', 'known', 'several', 'none', 'valueless'];
  let last: { readonly key: string; fate: RowFate; readonly place: string } | null = null;
  for (const { key, value } of fates.sorted()) {
    // `fateText` wrote it.
    const [fate, place] = JSON.parse(value) as [RowFate, string];
    if (last !== null && last.key === key) {
      if (order.indexOf(fate) < order.indexOf(last.fate)) last.fate = fate;
      continue;
    }
    if (last !== null) count.take(last.fate, last.place);
    last = { key, fate, place };
  }
  if (last !== null) count.take(last.fate, last.place);
  return count;
}

function reconciliationOf(
  ledger: Ledger,
  { entries, bytes }: Listed,
  { statuses, recordings, toAmend, tables, rows }: AddedRows & Pick<Reconciliation, 'tables' | 'rows'>,
): Reconciliation {
  return {
    type: 'reconciliation',
    files: entries,
    bytes,
    byBucket: ledger.buckets(),
    tables,
    recordings: statuses,
    recordingsTotal: recordings,
    alreadyArchived: recordings,
    comparedByBytes: 0,
    changed: 0,
    toImport: 0,
    ...(toAmend > 0 ? { toAmend } : {}),
    ...(rows === undefined ? {} : { rows }),
  };
}
