import type { Archive } from '../archive/layout.ts';
import type { Finding } from '../core/findings/finding.ts';
import { findingTable } from '../core/findings/finding-table.ts';
import { foldedText } from '../core/words/fold-text.ts';
import { isHarmless } from '../log/entries/harmless.ts';
import { inspectLog } from '../log/read/inspect-log.ts';
import { readEntries } from '../log/read/read-log.ts';
import { createDetailsReader } from '../log/who/entry-details.ts';
import { createNotes, type KnownNotes } from '../log/who/notes.ts';
import { createTagIndex } from '../log/who/tag-index.ts';
import type { PipelineEvent } from '../pipeline/events/events.ts';
import { type ArchiveQuery, catalogQuery } from '../pipeline/open/bag-verification.ts';
import { tryRecording } from '../pipeline/open/query.ts';
import type { Catalog } from '../store/catalog/catalog.ts';
import { catalogEntry } from '../store/catalog/catalog-entry.ts';
import type { KeepingRow } from '../store/catalog/keeping-row.ts';
import { createJudge, type EarlierDescriptions, type Judgement, type KeepingFacts, type ProtectionReason } from './judge.ts';
import type { ReviewersTags } from './rules/match-rule.ts';
import { createKeepingLog, type Hold, type PolicyVersion } from './state/keeping-log.ts';

/** An archive whose recordings are judged. */
export interface KeptArchive {
  readonly archive: Archive;
  readonly catalog: Pick<Catalog, 'keepingRows' | 'earlier' | 'search' | 'countBy'>;
}

/** Tools of a judgement. */
export interface KeepingTools {
  /** Folder of this machine's keys and memory of logs. */
  readonly keys: string;
  /** Returns the current ISO time. */
  readonly now: () => string;
}

/** Holds and retention of an archive at a moment. */
export interface Keeping extends KeepingFacts {
  /** All holds, including those that are over. */
  readonly allHolds: readonly Hold[];
  /** The version of the policy in force; null: none. */
  readonly current: PolicyVersion | null;
  judge(row: KeepingRow): Judgement;
}

/**
 * Reads from the signed log what must be kept: holds, versions of the retention policy, times of imports. Holds that follow their query are evaluated against the catalog now.
 * A log with faults, a lost list of a hold or lost rules do not throw: they are in `unreadable`, and nothing may be deleted.
 */
export async function* readKeeping(
  { archive, catalog }: KeptArchive,
  { keys, now }: KeepingTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, Keeping> {
  const found = await inspectLog(archive, keys, signal);
  const log = createKeepingLog(createDetailsReader(archive.dir));
  const notes = createNotes();
  for await (const entry of readEntries(archive, found, signal)) {
    await log.take(entry);
    notes.take(entry);
  }
  const nowMs = Date.parse(now());
  const allHolds = log.holds();
  const versions = log.versions();
  const holds = allHolds.filter((hold) => isActive(hold, nowMs));
  const unreadable = [
    ...logFaults(found.findings),
    ...holds.flatMap(({ id, unreadable: what }) => (what === null ? [] : [`hold ${id}: ${what}`])),
    ...versions.flatMap(({ version, policy }) =>
      policy === null ? [`the rules of version ${version} of the retention policy are missing or altered`] : [],
    ),
  ];
  for (const hold of holds) {
    if (!hold.following || hold.query === null || hold.unreadable !== null) continue;
    for (const { recordingId } of catalog.search(yield* catalogQuery(archive, catalog, queryOf(hold.query), signal))) hold.list.add(recordingId);
  }
  const tags = await tagsOfReviewers(archive.dir, versions, notes, signal);
  const facts: KeepingFacts = { holds, versions, landings: log.landings(), tags, unreadable, nowMs };
  const judge = createJudge(facts, (row) => earlierOf(archive.dir, catalog, row));
  return { ...facts, allHolds, current: versions.at(-1) ?? null, judge };
}

/** True if a hold protects at a moment. */
export function isActive({ released, untilMs }: Pick<Hold, 'released' | 'untilMs'>, nowMs: number): boolean {
  return released === null && (untilMs === null || untilMs > nowMs);
}

/** Grounds of a deletion. */
export type DeletionGround = 'subject-request' | 'retention' | 'court-order' | 'error';

/** Whether a recording may be deleted now. */
export interface Protection {
  readonly recordingId: string;
  /** Reasons that forbid its deletion by this ground; empty: nothing forbids it. */
  readonly reasons: readonly ProtectionReason[];
  /** True for the ground `retention` if no not-after has passed: nothing demands its deletion. */
  readonly notDemanded: boolean;
  readonly judgement: Judgement;
}

/** Returns whether a recording may be deleted by a ground. */
export function protectionOf(judgement: Judgement, ground: DeletionGround): Protection {
  const { row, reasons, state } = judgement;
  const isByRetention = ground === 'retention';
  return {
    recordingId: row.recordingId,
    reasons: reasons.filter(({ kind }) => isByRetention || kind !== 'unmapped'),
    notDemanded: isByRetention && state !== 'due' && state !== 'deferred',
    judgement,
  };
}

/** Returns for each of these recordings that is in the catalog whether it may be deleted now, by this ground. */
export async function readProtections(
  opened: KeptArchive,
  ids: Iterable<string>,
  ground: DeletionGround,
  tools: KeepingTools,
  signal: AbortSignal,
): Promise<Map<string, Protection>> {
  const events = readKeeping(opened, tools, signal);
  let next = await events.next();
  while (next.done !== true) next = await events.next();
  const found = new Map<string, Protection>();
  for (const row of opened.catalog.keepingRows(ids)) found.set(row.recordingId, protectionOf(next.value.judge(row), ground));
  return found;
}

/** Words a reason for a person: with ids of holds and names of rules, without a query or a party. */
export function reasonWords(reason: ProtectionReason): string {
  switch (reason.kind) {
    case 'hold':
      return `hold ${reason.hold}`;
    case 'recorder-hold':
      return `the recorder states a legal ${reason.field === 'hold' ? 'hold' : 'lock'} that no rule names`;
    case 'not-before':
      return `not before ${momentText(reason.bound.atMs)}: rule ${reason.bound.rule} of version ${reason.bound.version}`;
    case 'unmapped':
      return reason.field === 'policy'
        ? 'the recorder states a retention policy that no rule names'
        : 'the recorder states an expiry that no rule names';
    case 'unreadable':
      return reason.what;
  }
}

/** Writes a moment of an interval as an ISO time. */
export function momentText(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().replace('.000Z', 'Z') : 'for ever';
}

/** Faults of a log by which entries may be missing or false. A key that replaced a lost one is none. */
function logFaults(findings: readonly Finding[]): string[] {
  const wrong = findings.filter((one) => !isHarmless(one, true) && findingTable.get(one.code)?.severity === 'error');
  return wrong.map(({ code, message }) => `the log is damaged (${code} ${message})`);
}

function queryOf(text: string): ArchiveQuery {
  // The digest in the signed entry fixes it, and `addHold` wrote it.
  return JSON.parse(text) as ArchiveQuery;
}

/** Reviewers' tags that rules name. */
async function tagsOfReviewers(dir: string, versions: readonly PolicyVersion[], notes: KnownNotes, signal: AbortSignal): Promise<ReviewersTags> {
  const named = new Map<string, Set<string>>();
  for (const { policy } of versions)
    for (const { when } of policy?.rules ?? []) for (const tag of when.tag ?? []) named.set(foldedText(tag), new Set());
  if (named.size === 0) return named;
  for (const { text, recording } of await createTagIndex(dir, () => notes).all(signal))
    if (text !== null) named.get(foldedText(text))?.add(recording);
  return named;
}

function earlierOf(dir: string, catalog: KeptArchive['catalog'], row: KeepingRow): EarlierDescriptions {
  const earlier = catalog.earlier(row.recordingId);
  const rows: KeepingRow[] = [];
  for (const { bag } of earlier) {
    const read = tryRecording(dir, { bag, recordingId: row.recordingId });
    if (!('refused' in read)) rows.push({ ...catalogEntry(read.document), bag });
  }
  return { rows, bags: earlier.map(({ bag }) => bag), isWhole: rows.length === earlier.length && earlier.length === row.revision - 1 };
}
