import { openArchive } from '../archive/layout.ts';
import { isHarmless } from '../log/entries/harmless.ts';
import { createKnownErasures, type KnownErasure } from '../log/erasure/known-erasures.ts';
import { owedCopies } from '../log/history/destructions.ts';
import { debtFindings, lockFindings } from '../log/history/erasure-debts.ts';
import { inspectLog } from '../log/read/inspect-log.ts';
import { readEntries } from '../log/read/read-log.ts';
import { judgeLog } from '../log/read/replica-behind.ts';
import { createDetailsReader } from '../log/who/entry-details.ts';
import { findingEvent, type PipelineEvent } from '../pipeline/events/events.ts';
import { createKeyringCheck, type KeyringPlaces } from '../pipeline/log/archive-keyring.ts';
import { findErased } from '../pipeline/open/erased.ts';
import { stateOf } from './request/find.ts';

/** State of a request, for display. */
export interface ErasureStatus extends Omit<KnownErasure, 'lists' | 'set' | 'lastSeq'> {
  /** State; `under-way`: executed in the archive, and still owed by a replica or a copy of the keyring. */
  readonly state: ReturnType<typeof stateOf> | 'under-way';
  /** Names of replicas that owe the erasure. */
  readonly owedBy: readonly string[];
  /** Days until the day by which the request is to be executed; negative: overdue. Null: it need not be executed any more. */
  readonly daysLeft: number | null;
  /** Reason; null if it has been erased. */
  readonly reason: string | null;
  /** Copies of the keyring that owe the erasure: they still open the erased recordings. */
  readonly owed: readonly string[];
}

/** Totals of `longplay erase status`. */
export interface ErasureTotals {
  /** Number of faults of the log, because of which requests may be missing. */
  readonly logFaults: number;
  readonly requests: number;
  /** Requests that are neither executed nor withdrawn. */
  readonly waiting: number;
  readonly due: number;
  readonly overdue: number;
  /** Number of recordings that were erased, according to the ledger. */
  readonly erased: number;
  /** Number of bags, recordings and files whose erasure was interrupted. */
  readonly interrupted: number;
  /** Replicas that owe an erasure. */
  readonly owing: number;
  /** Number of executed requests that are not final: a copy of the keyring owes them, or the recovery is still in the epoch of the erasure. */
  readonly underWay: number;
  /** Number of copies of the keyring of which an older state was restored (K128). */
  readonly behind: number;
  /** True if no copy that can be reached is newer: the keyring opens again what was erased. */
  readonly keyringOpens: boolean;
  /** True if the keyring had a recovery when secrets were destroyed: such an erasure is final only in a later epoch. */
  readonly epochs: boolean;
}

/**
 * Yields an archive's requests to erase, each as a `result` of kind `erasure`, and its approvers, each as one of kind `approver`. Writes nothing.
 * @param asked `recordings`: also yields the erased recordings of a sealed archive, each as one of kind `erased-recording`
 */
export async function* erasureStatus(
  archiveDir: string,
  { recordings }: { readonly recordings: boolean },
  { keys, ...places }: KeyringPlaces,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ErasureTotals> {
  const archive = await openArchive(archiveDir);
  const found = await inspectLog(archive, keys, signal);
  const { findings, mine } = await judgeLog(archive, found, keys, signal);
  for (const one of findings) yield findingEvent(one);
  const known = createKnownErasures(archive.id);
  const keyring = createKeyringCheck({ keys, ...places });
  const beside = createDetailsReader(archive.dir);
  const names = new Map<string, string>();
  const reasons = new Map<string, string>();
  for await (const entry of readEntries(archive, found, signal)) {
    known.take(entry);
    keyring.take(entry);
    const { type, detail } = entry;
    if (type !== 'approver-added' && type !== 'erasure-requested') continue;
    const details = await beside.of(entry);
    if (type === 'approver-added' && typeof details?.name === 'string') names.set(String(detail.key).split('+')[1] ?? '', details.name);
    if (type === 'erasure-requested' && typeof details?.reason === 'string') reasons.set(String(detail.request), details.reason);
  }
  const at = places.now();
  const debts = [...known.debts.values()];
  for (const debt of debts) for (const found of debtFindings(debt)) yield findingEvent(found);
  for (const one of lockFindings(known, at)) yield findingEvent(one);
  const totals = {
    logFaults: findings.filter((one) => !isHarmless(one, mine)).length,
    requests: 0,
    waiting: 0,
    due: 0,
    overdue: 0,
    erased: known.erased.size,
    interrupted: known.open.size + known.intended.size + known.intendedFiles.size,
    owing: debts.length,
    underWay: 0,
    behind: 0,
    keyringOpens: false,
    epochs: known.destructions.some(({ epoch }) => epoch > 0),
  };
  const behind = await keyring.behind(archive, signal);
  for (const one of behind.findings) yield findingEvent(one);
  totals.behind = behind.copies.size;
  totals.keyringOpens = behind.isEvery;
  const owedByCopies = owedCopies(known);
  const sealed = new Set(known.destructions.flatMap((one) => one.requests));
  for (const { lists: _lists, set: _set, lastSeq, ...one } of known.requests.values()) {
    const stated = stateOf(one, at);
    const owedBy = known.owedBy({ lastSeq });
    const owed = [...new Set([...(owedByCopies.get(one.request) ?? []), ...(sealed.has(one.request) ? behind.copies.keys() : [])])];
    const state = stated === 'executed' && owedBy.length + owed.length > 0 ? 'under-way' : stated;
    const isOver = state === 'executed' || state === 'withdrawn';
    const daysLeft = isOver ? null : daysUntil(one.due, at);
    const finalAt = owed.length > 0 ? null : one.finalAt;
    const status: ErasureStatus = { ...one, finalAt, state, owedBy, owed, daysLeft, reason: reasons.get(one.request) ?? null };
    totals.requests++;
    if (!isOver) totals.waiting++;
    if (stated === 'executed' && (one.finalAt === null || behind.copies.size > 0) && sealed.has(one.request)) totals.underWay++;
    if (state === 'due') totals.due++;
    if (daysLeft !== null && daysLeft < 0) totals.overdue++;
    yield { type: 'result', of: 'erasure', value: { ...status } };
  }
  for (const [id, { removedAt, addedAt }] of known.approvers)
    yield { type: 'result', of: 'approver', value: { approver: id, name: names.get(id) ?? null, addedAt, removedAt } };
  if (recordings)
    for (const { at: time, ...one } of await findErased(archive, '', keys, signal))
      yield { type: 'result', of: 'erased-recording', value: { ...one, bags: one.bags.join(' '), erasedAt: time } };
  return totals;
}

const dayMs = 86_400_000;

/** Returns the days from a time to a day, both in UTC. */
export function daysUntil(day: string, time: string): number {
  return Math.round((Date.parse(day) - Date.parse(time.slice(0, 10))) / dayMs);
}
