import { type Archive, sealingPage } from '../archive/layout.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import { findingTable } from '../core/findings/finding-table.ts';
import { foldedText } from '../core/words/fold-text.ts';
import { isHarmless } from '../log/entries/harmless.ts';
import { createDetailsFates, type DetailsFates } from '../log/erasure/details-fate.ts';
import { inspectLog, type LogInspection } from '../log/read/inspect-log.ts';
import { readEntries } from '../log/read/read-log.ts';
import { createRegister, type Replica } from '../log/read/replica-register.ts';
import { createDetailsReader } from '../log/who/entry-details.ts';
import { createNotes, type KnownNotes } from '../log/who/notes.ts';
import { createTagIndex } from '../log/who/tag-index.ts';
import type { PipelineEvent } from '../pipeline/events/events.ts';
import { type ArchiveQuery, catalogQuery } from '../pipeline/open/bag-verification.ts';
import { tryRecording } from '../pipeline/open/query.ts';
import { unlockArchive } from '../sealing/stored/archive-secrets.ts';
import type { Catalog } from '../store/catalog/catalog.ts';
import { catalogEntry } from '../store/catalog/catalog-entry.ts';
import type { KeepingRow } from '../store/catalog/keeping-row.ts';
import { createJudge, type EarlierDescriptions, type Judgement, type KeepingFacts } from './judge.ts';
import { addNamed } from './named-in-held-cases.ts';
import type { ReviewersTags } from './rules/match-rule.ts';
import { createKeepingLog, type Hold, isActive, type KeepingLog, type PolicyVersion } from './state/keeping-log.ts';

/** An archive whose recordings are judged. */
export interface KeptArchive {
  readonly archive: Archive;
  readonly catalog: Pick<Catalog, 'keepingRows' | 'earlier' | 'search' | 'countBy'>;
}

/** Tools for judging recordings. */
export interface KeepingTools {
  /** Folder of this machine's keys and memory of logs. */
  readonly keys: string;
  /** Returns the current ISO time. */
  readonly now: () => string;
}

/** What a log says about holds and retention. */
export interface HeldLog {
  readonly holds: readonly Hold[];
  readonly versions: readonly PolicyVersion[];
  readonly landings: ReturnType<KeepingLog['landings']>;
  readonly replicas: readonly Replica[];
  readonly notes: KnownNotes;
  /** What happened to details of entries that are not known. */
  readonly fates: DetailsFates;
  readonly log: LogInspection;
  readonly nowMs: number;
}

/**
 * Reads the log, without the catalog. In a sealed archive, the lists of holds and the rules are sealed, so its keyring is opened.
 * @throws LongplayError K200, K201; what opening the keyring throws
 */
export async function readHeld(archive: Pick<Archive, 'dir' | 'id' | 'page'>, { keys, now }: KeepingTools, signal: AbortSignal): Promise<HeldLog> {
  await unlockArchive({ page: await sealingPage(archive.dir) });
  const log = await inspectLog(archive, keys, signal);
  const keeping = createKeepingLog(createDetailsReader(archive.dir));
  const notes = createNotes();
  const register = createRegister();
  const fates = createDetailsFates(archive);
  for await (const entry of readEntries(archive, log, signal)) {
    await keeping.take(entry);
    notes.take(entry);
    register.take(entry);
    fates.take(entry);
  }
  return {
    ...{ holds: keeping.holds(), versions: keeping.versions(), landings: keeping.landings() },
    ...{ replicas: [...register.replicas.values()], notes, fates, log, nowMs: Date.parse(now()) },
  };
}

/** Holds and retention of an archive at a moment. */
export interface Keeping extends KeepingFacts {
  /** All holds, including those that are over. */
  readonly allHolds: readonly Hold[];
  /** The version of the policy in force; null: none. */
  readonly current: PolicyVersion | null;
  /** Registered replicas. */
  readonly replicas: readonly Replica[];
  /** Findings D105 that say why nothing may be deleted. */
  readonly lost: readonly Finding[];
  judge(row: KeepingRow): Judgement;
}

/**
 * Reads from the signed log what must be kept: holds, versions of the retention policy, times of imports. Evaluates holds that follow their query against the
 * catalog now, and reads which recordings the messages of cases on hold name.
 * Does not throw for a log with faults, a lost list of a hold or lost rules: `unreadable` names them, and nothing may be deleted.
 */
export async function* readKeeping(
  { archive, catalog }: KeptArchive,
  tools: KeepingTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, Keeping> {
  const { holds: allHolds, versions, landings, replicas, notes, log, nowMs } = await readHeld(archive, tools, signal);
  const holds = allHolds.filter((hold) => isActive(hold, nowMs));
  const lost = lostKeeping(log.findings, allHolds, versions, nowMs);
  for (const hold of holds) {
    if (!followsQuery(hold)) continue;
    for (const { recordingId } of catalog.search(yield* catalogQuery(archive, catalog, queryOf(hold.query), signal))) {
      signal.throwIfAborted();
      hold.list.add(recordingId);
    }
  }
  addNamed(archive, holds, (id) => isCatalogued(catalog, id), signal);
  const tags = await tagsOfReviewers(archive.dir, versions, notes, signal);
  const facts: KeepingFacts = { holds, versions, landings, tags, unreadable: lost.map(({ message }) => message), nowMs };
  const judge = createJudge(facts, (row) => earlierOf(archive.dir, catalog, row));
  return { ...facts, allHolds, current: versions.at(-1) ?? null, replicas, lost, judge };
}

function isCatalogued(catalog: KeptArchive['catalog'], recordingId: string): boolean {
  for (const _ of catalog.keepingRows([recordingId])) return true;
  return false;
}

/** Returns true if a hold covers what its query finds now, besides the recordings that it covered when it was entered. */
export function followsQuery(hold: Hold): hold is Hold & { readonly query: string } {
  return hold.following && hold.query !== null && hold.unreadable === null;
}

/**
 * Returns D105 for each reason why it is unknown what must be kept: a log with faults, and holds and rules that cannot be read. A key that replaced a lost one
 * is no such reason.
 */
export function lostKeeping(log: readonly Finding[], holds: readonly Hold[], versions: readonly PolicyVersion[], nowMs: number): Finding[] {
  const wrong = log.filter((one) => !isHarmless(one, true) && findingTable.get(one.code)?.severity === 'error');
  return [
    ...wrong.map(({ code, place, message }) => finding('D105', place, `the log is damaged (${code} ${message})`)),
    ...holds.flatMap((hold) =>
      hold.unreadable === null || !isActive(hold, nowMs) ? [] : [finding('D105', `log:${hold.seq}`, `hold ${hold.id}: ${hold.unreadable}`)],
    ),
    ...versions.flatMap(({ version, policy, entry }) =>
      policy === null ? [finding('D105', `log:${entry.seq}`, `the rules of version ${version} of the retention policy are missing or altered`)] : [],
    ),
  ];
}

function queryOf(text: string): ArchiveQuery {
  // The text is trusted: `addHold` wrote it, and a digest in a signed entry fixes it.
  return JSON.parse(text) as ArchiveQuery;
}

/** Finds the recordings that have the reviewers' tags named in rules. */
export async function tagsOfReviewers(
  dir: string,
  versions: readonly PolicyVersion[],
  notes: KnownNotes,
  signal: AbortSignal,
): Promise<ReviewersTags> {
  const named = new Map<string, Set<string>>();
  for (const { policy } of versions)
    for (const { when } of policy?.rules ?? []) for (const tag of when.tag ?? []) named.set(foldedText(tag), new Set());
  if (named.size === 0) return named;
  for (const { text, recording } of await createTagIndex(dir, () => notes).all(signal))
    if (text !== null) named.get(foldedText(text))?.add(recording);
  return named;
}

/** Reads the descriptions of a recording that amendments have replaced. */
export function earlierOf(
  dir: string,
  catalog: { earlier(recordingId: string): readonly { readonly bag: string }[] },
  row: KeepingRow,
): EarlierDescriptions {
  const earlier = catalog.earlier(row.recordingId);
  const rows: KeepingRow[] = [];
  for (const { bag } of earlier) {
    const read = tryRecording(dir, { bag, recordingId: row.recordingId });
    if (!('refused' in read)) rows.push({ ...catalogEntry(read.document), bag });
  }
  return { rows, bags: earlier.map(({ bag }) => bag), isWhole: rows.length === earlier.length && earlier.length >= row.revision - 1 };
}
