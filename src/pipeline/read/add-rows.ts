import type { RecordSorter, SortRecord } from '../../archive/files/record-sorter.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { createTurns } from '../../core/base/turns.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { saysTheSame } from '../../core/model/description.ts';
import type { MatchRule } from '../../core/model/importer.ts';
import { type CallAccount, emptyRecording, type Recording } from '../../core/model/recording.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import type { Newest } from '../../store/catalog/lookup.ts';
import type { Ledger } from '../../store/jobs/ledger.ts';
import type { EnrichRequest, PlannedAmendment } from '../../store/jobs/plan.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { contradictionsOf } from './join-calls.ts';
import type { Reading } from './read-source.ts';
import { dayOf, orderOf } from './recording-order.ts';
import { fateText, type RowFate } from './row-account.ts';
import { archivedRecording } from './withdrawn-rows.ts';

/** A row together with a recording that it describes; a JSON value. */
export interface StagedRow {
  /** Number of the row among all rows, with leading zeros. */
  readonly number: string;
  /** Place of the row, e.g. `crm.csv row 17`. */
  readonly place: string;
  readonly account: CallAccount;
  readonly findings: readonly Finding[];
}

/** Key of a row that described this recording in an earlier table and that describes others in the later one; a JSON value. */
export interface WithdrawnRow {
  readonly withdrawn: string;
}

/** Everything that is staged for one recording. */
interface StagedRecording {
  readonly recordingId: string;
  readonly staged: readonly StagedRow[];
  readonly withdrawn: readonly string[];
}

/** Number of the recordings that rows describe. */
export interface AddedRows {
  readonly recordings: number;
  /** The same numbers by status, sorted. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly toAmend: number;
}

/** What adding rows needs. */
export interface AddTools {
  readonly rule: MatchRule;
  readonly enrich: EnrichRequest;
  readonly archived: NonNullable<Reading['archived']>;
  readonly ledger: Ledger;
  /** Receives the outcome of each row, by its number. */
  readonly fates: RecordSorter;
}

/** Compares rows, sorted by recording, with the newest descriptions. Plans an amendment for each recording about which they have new content. */
export async function* addRows(
  rows: Iterable<SortRecord>,
  tools: AddTools,
  { onTaken, showsDifferences }: Pick<Reading, 'onTaken' | 'showsDifferences'>,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, AddedRows> {
  const { archived, fates, ledger } = tools;
  const statuses = new Map<string, number>();
  const turns = createTurns();
  let [recordings, toAmend] = [0, 0];
  for (const { recordingId, staged, withdrawn } of byRecording(rows)) {
    if (turns.isDue()) await turns.take(signal);
    const newest = archived.lookup.newestOf(recordingId);
    const document = newest === null ? null : archived.documentOf(newest);
    if (newest === null || document === null) {
      const place = newest === null ? recordingId : `bags/${newest.bag}/data/${recordingId}/recording.json`;
      yield findingEvent(finding('P131', place, 'cannot be read; the rows that describe its recording were not added'));
      for (const row of staged) fates.add(row.number, fateText('none', row.place));
      continue;
    }
    const said = compareRows({ staged, withdrawn }, document, tools);
    for (const { row, fate } of said.fates) fates.add(row.number, fateText(fate, row.place));
    recordings++;
    statuses.set(newest.status, (statuses.get(newest.status) ?? 0) + 1);
    const recording = archivedRecording(document);
    if (said.changes.length > 0) {
      toAmend++;
      const amends = amendmentOf(newest, tools.enrich);
      const planned = { recordingId, supersedes: null, fingerprint: document.fingerprint, amends, counted: { files: 0, bytes: 0 } };
      ledger.add({ ...planned, recording: plannedRecording(document, said) }, orderOf(recording), dayOf(recording), 0);
      if (showsDifferences === true)
        for (const { before, after } of said.changes)
          yield {
            type: 'result',
            of: 'difference',
            value: { key: recording.key, bag: newest.bag, revision: newest.revision, member: 'accounts', before, after },
          };
    }
    const standing = said.changes.length > 0 ? 'amended' : 'archived';
    const { status, sound } = newest;
    await onTaken?.(recording, {
      ...{ recordingId, status, standing, archived: newest, mends: false, sound },
      ...{ counted: { files: 0, bytes: 0 }, difference: null },
    });
    if (recordings % 1_000 === 0)
      yield { type: 'progress', phase: 'reading', done: recordings, total: null, unit: 'recordings', bytes: 0, bytesTotal: null, audioMs: 0 };
  }
  return { recordings, toAmend, statuses: Object.fromEntries([...statuses].sort(([a], [b]) => byCodePoint(a, b))) };
}

/** Groups sorted rows by recording. */
function* byRecording(rows: Iterable<SortRecord>): Generator<StagedRecording> {
  let group: { readonly recordingId: string; readonly staged: StagedRow[]; readonly withdrawn: string[] } | null = null;
  for (const { key, value } of rows) {
    if (group !== null && group.recordingId !== key) yield group;
    if (group === null || group.recordingId !== key) group = { recordingId: key, staged: [], withdrawn: [] };
    // The stage wrote it.
    const row = JSON.parse(value) as StagedRow | WithdrawnRow;
    if ('withdrawn' in row) group.withdrawn.push(row.withdrawn);
    else group.staged.push(row);
  }
  if (group !== null) yield group;
}

/** Result of comparing the rows of one recording. */
interface Compared {
  readonly fates: readonly { readonly row: StagedRow; readonly fate: RowFate }[];
  /** New accounts, with those that they replace; `after` is null if an account is withdrawn. */
  readonly changes: readonly { readonly before: CallAccount | null; readonly after: CallAccount | null }[];
  /** All accounts of the new description. */
  readonly accounts: readonly CallAccount[];
  readonly findings: readonly Finding[];
  /** Findings about accounts that no longer exist. */
  readonly settled: readonly Finding[];
}

/** Compares the rows of one recording with its accounts from the same system. Existing accounts stay, unless the request replaces them. */
function compareRows(
  { staged, withdrawn }: Pick<StagedRecording, 'staged' | 'withdrawn'>,
  { recording }: RecordingDocument,
  { rule, enrich }: AddTools,
): Compared {
  const there = recording.accounts ?? [];
  const left = there.filter(({ table, key }) => table === rule.system && withdrawn.includes(key));
  const accounts = there.filter((account) => !left.includes(account));
  /** Indexes of the accounts that this table wrote. */
  const written = new Set<number>();
  const fates: Compared['fates'][number][] = [];
  const changes: Compared['changes'][number][] = left.map((before) => ({ before, after: null }));
  const settled = left.flatMap((account) => contradictionsOf(recording, account, 0, rule.system));
  const findings: Finding[] = [];
  for (const row of staged) {
    const { account } = row;
    const at = accounts.findIndex(({ table, key }) => table === rule.system && key === account.key);
    const before = accounts[at] ?? null;
    const isSaid = before !== null && saysTheSame(before, account);
    // Of two rows with one key in one table, the first one stays.
    const stays = before !== null && (!enrich.replace || written.has(at));
    fates.push({ row, fate: isSaid ? 'known' : stays ? 'contradicting' : 'added' });
    if (isSaid || stays) continue;
    const place = before === null ? accounts.length : at;
    accounts[place] = account;
    written.add(place);
    changes.push({ before, after: account });
    if (before !== null) settled.push(...contradictionsOf(recording, before, 0, rule.system));
    findings.push(...row.findings, ...contradictionsOf(recording, account, 0, rule.system));
  }
  return { fates, changes, accounts, findings, settled };
}

function amendmentOf({ bag, revision }: Newest, { why }: EnrichRequest): PlannedAmendment {
  return { bag, revision, cause: 'table', changed: ['accounts'], decodes: false, ...(why === null ? {} : { why }) };
}

/** Returns what the plan contains about a recording: its identity, all accounts and all findings. Everything else is in the archive. */
function plannedRecording({ recording, findings: before }: RecordingDocument, { accounts, findings, settled }: Compared): Recording {
  const { importer, grade, key, callStart, reconciliation } = recording;
  const gone = new Set(settled.map((found) => canonicalJson(found)));
  const kept = before.filter((found) => !gone.has(canonicalJson(found)));
  const all = new Map([...kept, ...findings].map((found) => [canonicalJson(found), found]));
  // The status is final, because the audio is not decoded again.
  const { status, rule } = reconciliation;
  return { ...emptyRecording(importer, grade, key), callStart, reconciliation: { status, rule }, accounts, findings: [...all.values()] };
}
