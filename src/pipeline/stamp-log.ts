import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type Archive, openArchive } from '../archive/layout.ts';
import { acquireLock } from '../archive/lock.ts';
import { LongplayError } from '../core/error.ts';
import { type Finding, finding } from '../core/finding.ts';
import { limits } from '../core/limits.ts';
import { logOrigin, parseCheckpoint } from '../log/checkpoint.ts';
import { inspectLog, type LogInspection } from '../log/inspect-log.ts';
import { openLog } from '../log/log.ts';
import { checkpointFile } from '../log/log-entry.ts';
import { readSmallFile } from '../log/log-files.ts';
import { verifyConsistency } from '../log/merkle.ts';
import { entryAt, proveConsistency } from '../log/proof.ts';
import { readEntries } from '../log/read-log.ts';
import { checkSignature } from '../log/signed-note.ts';
import type { StampAuthority } from '../log/stamp-authority.ts';
import { type StampRenewal, stampCalendar } from '../log/stamp-calendar.ts';
import { checkStamps, type StampReading } from '../log/stamp-check.ts';
import { foldStampFiles } from '../log/stamp-entries.ts';
import { rehashStamps, renewStamps } from '../log/stamp-renewal.ts';
import { readRootsFile, type StampRoots } from '../log/stamp-roots.ts';
import { type StampDone, type StampWork, stampCheckpoint } from '../log/stamp-work.ts';
import { findingEvent, type PipelineEvent } from './events.ts';

/** What time stamps are asked for and held against. */
export interface StampRequestOptions {
  readonly authority: StampAuthority;
  /** PEM file with the roots that are trusted. */
  readonly rootsFile: string;
  /** Object identifier; null leaves it to the authority. */
  readonly policy: string | null;
  readonly keys: string;
  /** ISO time of now. */
  readonly now: () => string;
}

/** What became of the stamps of a log. */
export interface StampOutcome {
  /** Stamps that are kept, and of them those that were found faulty. */
  readonly stamps: number;
  readonly faulty: number;
  /** Renewals that were due and were made; and those whose moment has passed. */
  readonly renewed: number;
  readonly lost: number;
  /** Time in the stamp on the newest checkpoint; null where there is none. */
  readonly stampedAt: string | null;
  /** Entries that it covers. */
  readonly size: number | null;
  /** When the next renewal is due. */
  readonly nextRenewal: string | null;
}

/** What is known of a log's stamps. */
interface StampsFound {
  readonly readings: readonly StampReading[];
  readonly findings: readonly Finding[];
  readonly renewals: readonly StampRenewal[];
}

/**
 * Checks the stamps of a log, renews those that are due, and has the newest checkpoint stamped.
 * @throws LongplayError L220, L221, L222; A105: a run is at work
 */
export async function* stampLog(archiveDir: string, options: StampRequestOptions, signal: AbortSignal): AsyncGenerator<PipelineEvent, StampOutcome> {
  const archive = await openArchive(archiveDir);
  const roots = await readRootsFile(options.rootsFile);
  await using _lock = await acquireLock(archive.dir, signal);
  const log = await openLog(archive, options);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  const before = await readStamps(archive, roots, options, signal);
  for (const one of before.findings) yield findingEvent(one);
  // What a stopped run had written and not entered.
  const missing = before.readings.flatMap(({ entry }) => (entry === null ? [] : [entry]));
  if (missing.length > 0) await log.appendAll(missing);
  const { authority, policy } = options;
  const work: StampWork = { authority, roots, policy, nowMs: Date.parse(options.now()), timeoutMs: null };
  let renewed = 0;
  let refused = 0;
  const enter = async function* (done: StampDone | Finding): AsyncGenerator<PipelineEvent, void> {
    if (done.kind === 'finding') {
      refused++;
      yield findingEvent(done);
      return;
    }
    if (done.entry === null) return;
    // Before the next one: a stamp that the log does not tell of is not believed.
    await log.appendAll([done.entry]);
    if (done.entry.type !== 'checkpoint-stamped') renewed++;
    yield {
      type: 'result',
      of: 'stamp',
      value: { what: done.entry.type, size: done.size, stampedAt: done.stamp.stampedAt, certificateEnds: done.stamp.certificateEnds },
    };
  };
  const due = (kind: StampRenewal['renewal']): ReadonlySet<number> =>
    new Set(before.renewals.flatMap(({ renewal, state, size }) => (renewal === kind && state === 'due' ? [size] : [])));
  if (due('hash-tree').size > 0)
    for await (const done of rehashStamps(archive, due('hash-tree'), 'sha512', digestLists(archive), work, signal)) yield* enter(done);
  if (due('time-stamp').size > 0) for await (const done of renewStamps(archive, due('time-stamp'), work, signal)) yield* enter(done);
  const bytes = await readSmallFile(join(archive.dir, checkpointFile), limits.signedNoteBytes);
  const checkpoint = bytes === null ? null : parseCheckpoint(Buffer.from(bytes).toString('utf8'));
  if (bytes === null || checkpoint === null)
    throw new LongplayError('incomplete', 'L105', `${checkpointFile} of ${archive.dir} is missing or damaged`, 'longplay verify names what is wrong');
  const stamped = await stampCheckpoint(archive, { size: checkpoint.size, bytes }, 'sha256', work, signal);
  yield* enter(stamped);
  const after = await readStamps(archive, roots, options, signal);
  return {
    stamps: after.readings.length,
    faulty: after.readings.filter(({ findings }) => findings.length > 0).length + refused,
    renewed,
    lost: after.renewals.filter(({ state }) => state === 'lost').length,
    stampedAt: stamped.kind === 'finding' ? null : stamped.stamp.stampedAt,
    size: stamped.kind === 'finding' ? null : checkpoint.size,
    nextRenewal: after.renewals.map(({ dueFrom }) => dueFrom).sort()[0] ?? null,
  };
}

/** Reads and proves all stamps of a log. */
export async function readStamps(
  archive: Archive,
  roots: StampRoots,
  { keys, now }: { readonly keys: string; readonly now: () => string },
  signal: AbortSignal,
): Promise<StampsFound> {
  const found = await inspectLog(archive, keys, signal);
  const entered = new Map<string, string>();
  for await (const entry of readEntries(archive, found, signal)) foldStampFiles(entered, entry);
  const nowMs = Date.parse(now());
  const listOf = digestLists(archive);
  const fitsList = async (list: Uint8Array, size: number, digest: string): Promise<string | null> =>
    digest === 'sha512' && Buffer.from(await listOf(size, signal)).equals(list) ? null : 'it is not that of the entries of the log';
  const fits = (bytes: Uint8Array, size: number): Promise<string | null> => unfitReason(archive, found, bytes, size);
  const readings: StampReading[] = [];
  const findings: Finding[] = [];
  for await (const item of checkStamps(archive, { roots, nowMs, fits, fitsList, entered }, signal)) {
    if (item.kind === 'finding') findings.push(item);
    else {
      readings.push(item);
      findings.push(...item.findings);
    }
  }
  const stamps = readings.flatMap(({ size, evidence }) => {
    const last = evidence?.stamps.at(-1);
    return evidence === null || last === undefined
      ? []
      : [{ size, stampedAt: last.stampedAt, certificateEnds: last.certificateEnds, algorithms: last.algorithms, digests: evidence.digests }];
  });
  const renewals = stampCalendar(stamps, nowMs);
  for (const { size, state, reason, dueBy } of renewals)
    if (state === 'lost') findings.push(finding('L232', `log/stamps/${size}`, `${reason}; it should have been renewed by ${dueBy.slice(0, 10)}`));
  return { readings, findings, renewals };
}

/** Why a stamped checkpoint is not of this log. */
async function unfitReason(archive: Archive, found: LogInspection, bytes: Uint8Array, size: number): Promise<string | null> {
  const checkpoint = parseCheckpoint(Buffer.from(bytes).toString('utf8'));
  if (checkpoint === null) return 'it is no checkpoint';
  if (checkpoint.origin !== logOrigin(archive.id) || checkpoint.size !== size)
    return `it is of ${checkpoint.size} entries of ${checkpoint.origin.slice(0, 80)}`;
  const key = found.keys.inForce(size);
  if (key === null || checkSignature(checkpoint.note, key).verdict !== 'valid') return 'it is not signed with the key that the log names';
  if (found.checkpoint === null || size > found.checkpoint.size) return 'the log has fewer entries';
  const { checkpoint: now, hashes } = await proveConsistency(archive, size);
  return verifyConsistency(checkpoint, now, hashes) ? null : 'the log does not continue it';
}

/**
 * Lists of the SHA-512 of each entry up to a size: what the log holds, told by a digest that lasts longer than that of its tree. Each entry is read
 * once, however many sizes are asked for.
 */
function digestLists(archive: Archive): (size: number, signal: AbortSignal) => Promise<Uint8Array> {
  const lines: string[] = [];
  return async (size, signal) => {
    for (let index = lines.length; index < size; index++) {
      signal.throwIfAborted();
      const entry = await entryAt(archive, index);
      if (entry === null)
        throw new LongplayError(
          'incomplete',
          'L105',
          `entry ${index + 1} of the log of ${archive.dir} is missing`,
          'longplay verify names what is wrong',
        );
      lines.push(`${createHash('sha512').update(entry).digest('hex')}  ${index + 1}\n`);
    }
    return Buffer.from(lines.slice(0, size).join(''), 'utf8');
  };
}
