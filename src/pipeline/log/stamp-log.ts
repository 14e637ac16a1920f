import { join } from 'node:path';
import { acquireLock } from '../../archive/files/lock.ts';
import { type Archive, openArchive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { checkpointFile } from '../../log/entries/log-entry.ts';
import { digestLists, type ListOf } from '../../log/files/digest-list.ts';
import { readSmallFile } from '../../log/files/files.ts';
import { openProvingLog, type ProvingLog } from '../../log/files/proof.ts';
import { type LogTools, openLog } from '../../log/log.ts';
import { inspectLog, type LogInspection } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';
import type { StampAuthority } from '../../log/stamps/authority.ts';
import { calendarStamp, type StampRenewal, stampCalendar } from '../../log/stamps/calendar.ts';
import { checkStamps, isFaulty, type StampReading } from '../../log/stamps/check.ts';
import { addStampFiles } from '../../log/stamps/entries.ts';
import { rehashStamps, renewStamps } from '../../log/stamps/renewal.ts';
import { readRootsFile, type StampRoots } from '../../log/stamps/roots.ts';
import { finishStamp, type StampWork, type StoredStamp, stampCheckpoint } from '../../log/stamps/work.ts';
import { logOrigin, parseCheckpoint } from '../../log/tree/checkpoint.ts';
import { verifyConsistency } from '../../log/tree/merkle.ts';
import { checkSignature } from '../../log/tree/signed-note.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';

/** Options for requesting and checking time stamps. */
export interface StampRequestOptions {
  readonly authority: StampAuthority;
  /** PEM file with the trusted roots. */
  readonly rootsFile: string;
  /** Object identifier of the requested policy; null: the authority chooses. */
  readonly policy: string | null;
  readonly keys: string;
  /** Returns the current time as ISO text. */
  readonly now: () => string;
  /** Returns the user who runs the program. */
  readonly actor?: LogTools['actor'];
}

/** Result of checking and renewing the stamps of a log. */
export interface StampOutcome {
  /** Number of valid stamps; number of faulty ones. */
  readonly stamps: number;
  readonly faulty: number;
  /** Number of due renewals that were made; number of those that came too late. */
  readonly renewed: number;
  readonly lost: number;
  /** Time in the stamp on the newest checkpoint; null if there is none. */
  readonly stampedAt: string | null;
  /** Number of entries that this stamp covers. */
  readonly size: number | null;
  /** Time at which the next renewal is due. */
  readonly nextRenewal: string | null;
}

/** The stamps of a log. */
interface StampsFound {
  readonly readings: readonly StampReading[];
  readonly findings: readonly Finding[];
  readonly renewals: readonly StampRenewal[];
}

/**
 * Checks the stamps of a log, renews those that are due, and obtains a stamp for the newest checkpoint.
 * @throws LongplayError L220, L221, L222; A105: another run holds the lock
 */
export async function* stampLog(archiveDir: string, options: StampRequestOptions, signal: AbortSignal): AsyncGenerator<PipelineEvent, StampOutcome> {
  const archive = await openArchive(archiveDir, 'any-stage');
  const roots = await readRootsFile(options.rootsFile);
  await using _lock = await acquireLock(archive.dir, signal);
  const log = await openLog(archive, options);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  const lists = digestLists(archive);
  const before = await readStamps(archive, { roots, lists }, options, signal);
  for (const one of before.findings) yield findingEvent(one);
  // An interrupted run wrote these files and did not log them.
  const missing = before.readings.flatMap(({ entry }) => (entry === null ? [] : [entry]));
  if (missing.length > 0) await log.appendAll(missing);
  const { authority, policy } = options;
  const work: StampWork = { authority, roots, policy, nowMs: Date.parse(options.now()), timeoutMs: null };
  let renewed = 0;
  let refused = 0;
  /** Sizes of stamps that changed since the first reading. */
  const changed = new Set(before.readings.flatMap(({ size, entry }) => (entry === null ? [] : [size])));
  const enter = async function* (done: StoredStamp | Finding): AsyncGenerator<PipelineEvent, void> {
    if (done.kind === 'finding') {
      refused++;
      yield findingEvent(done);
      return;
    }
    if (done.entry === null) return;
    // Logged before the next stamp is made: a stamp without a log entry is not trusted.
    await log.appendAll([done.entry]);
    changed.add(done.size);
    if (done.entry.type !== 'checkpoint-stamped') renewed++;
    yield {
      type: 'result',
      of: 'stamp',
      value: { what: done.entry.type, size: done.size, stampedAt: done.stamp.stampedAt, certificateEnds: done.stamp.certificateEnds },
    };
  };
  const due = (kind: StampRenewal['renewal']): ReadonlySet<number> =>
    new Set(before.renewals.flatMap(({ renewal, state, size }) => (renewal === kind && state === 'due' ? [size] : [])));
  for (const { size, unfinished } of before.readings) if (unfinished) yield* enter(await finishStamp(archive, size, 'sha256', work, signal));
  if (due('hash-tree').size > 0)
    for await (const done of rehashStamps(archive, due('hash-tree'), { digest: 'sha512', listOf: lists }, work, signal)) yield* enter(done);
  if (due('time-stamp').size > 0) for await (const done of renewStamps(archive, due('time-stamp'), work, signal)) yield* enter(done);
  const bytes = await readSmallFile(join(archive.dir, checkpointFile), limits.signedNoteBytes);
  const checkpoint = bytes === null ? null : parseCheckpoint(Buffer.from(bytes).toString('utf8'));
  if (bytes === null || checkpoint === null)
    throw new LongplayError(
      'incomplete',
      'L105',
      `${checkpointFile} of ${archive.dir} is missing or damaged`,
      'longplay verify reports what is wrong',
    );
  const stamped = await stampCheckpoint(archive, { size: checkpoint.size, bytes }, 'sha256', work, signal);
  yield* enter(stamped);
  const kept = before.readings.filter(({ size }) => !changed.has(size));
  const after = await readStamps(archive, { roots, lists, kept }, options, signal);
  return {
    stamps: provedStamps(after.readings),
    faulty: after.readings.filter(isFaulty).length + refused,
    renewed,
    lost: after.renewals.filter(({ state }) => state === 'lost').length,
    stampedAt: stamped.kind === 'finding' ? null : stamped.stamp.stampedAt,
    size: stamped.kind === 'finding' ? null : checkpoint.size,
    nextRenewal: after.renewals.map(({ dueFrom }) => dueFrom).sort()[0] ?? null,
  };
}

/** Counts the valid stamps, without incomplete, missing or altered ones. */
export function provedStamps(readings: readonly StampReading[]): number {
  return readings.filter(({ evidence }) => evidence !== null).length;
}

/** Reads and verifies all stamps of a log. @param how.kept readings that were made under the lock and are not repeated */
export async function readStamps(
  archive: Archive,
  how: { readonly roots: StampRoots; readonly lists?: ListOf; readonly kept?: readonly StampReading[] },
  { keys, now }: { readonly keys: string; readonly now: () => string },
  signal: AbortSignal,
): Promise<StampsFound> {
  const { roots, lists = digestLists(archive), kept = [] } = how;
  const found = await inspectLog(archive, keys, signal);
  const entered = new Map<string, string>();
  for await (const entry of readEntries(archive, found, signal)) addStampFiles(entered, entry);
  const nowMs = Date.parse(now());
  const fitsList = async (list: Uint8Array, size: number, digest: string): Promise<string | null> =>
    digest === 'sha512' && Buffer.from(await lists(size, signal)).equals(list) ? null : 'it does not match the entries of the log';
  let proving: ProvingLog | null = null;
  const fits = async (bytes: Uint8Array, size: number): Promise<string | null> =>
    unfitReason(archive, found, { bytes, size }, async () => {
      proving ??= await openProvingLog(archive);
      return proving;
    });
  const known = new Set(kept.map(({ size }) => size));
  const readings: StampReading[] = [...kept];
  const findings: Finding[] = [];
  for await (const item of checkStamps(archive, { roots, nowMs, fits, fitsList, entered, skips: (size) => known.has(size) }, signal)) {
    if (item.kind === 'finding') findings.push(item);
    else readings.push(item);
  }
  readings.sort((a, b) => a.size - b.size);
  findings.push(...readings.flatMap((reading) => reading.findings));
  const stamps = readings.flatMap(({ size, evidence }) => (evidence === null ? [] : [calendarStamp(size, evidence)]));
  const renewals = stampCalendar(stamps, nowMs);
  for (const { size, state, reason, dueBy } of renewals)
    if (state === 'lost') findings.push(finding('L232', `log/stamps/${size}`, `${reason}; it should have been renewed by ${dueBy.slice(0, 10)}`));
  return { readings, findings, renewals };
}

/** Returns why a stamped checkpoint does not belong to this log; null: it does. */
async function unfitReason(
  archive: Archive,
  found: LogInspection,
  { bytes, size }: { readonly bytes: Uint8Array; readonly size: number },
  prove: () => Promise<ProvingLog>,
): Promise<string | null> {
  const checkpoint = parseCheckpoint(Buffer.from(bytes).toString('utf8'));
  if (checkpoint === null) return 'it is not a checkpoint';
  if (checkpoint.origin !== logOrigin(archive.id) || checkpoint.size !== size)
    return agree`it covers ${checkpoint.size} entr[y|ies] of ${checkpoint.origin.slice(0, 80)}`;
  const key = found.keys.inForce(size);
  if (key === null || checkSignature(checkpoint.note, key).verdict !== 'valid') return 'it is not signed with the key that the log names';
  if (found.checkpoint === null || size > found.checkpoint.size) return 'the log has fewer entries';
  const log = await prove();
  return verifyConsistency(checkpoint, log.checkpoint, log.consistency(size)) ? null : 'the log does not continue it';
}
