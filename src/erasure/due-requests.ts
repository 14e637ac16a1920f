import { agree } from '../core/base/agree.ts';
import { LongplayError } from '../core/base/error.ts';
import { finding } from '../core/findings/finding.ts';
import { type ErasedRecording, type KnownErasure, liftGround } from '../log/erasure/known-erasures.ts';
import { confirmedAfterMs, findJump } from '../log/history/clock-jump.ts';
import { findingEvent, type PipelineEvent } from '../pipeline/events/events.ts';
import type { BagEraser } from './execute/bag.ts';
import { type ListedItems, listedItems, stateOf } from './request/find.ts';
import { daysUntil } from './status.ts';

/** Requests that are approved and whose waiting time has passed; `due` lists those that may be executed. */
interface DueRequests {
  readonly asked: readonly KnownErasure[];
  readonly due: readonly KnownErasure[];
  /** True: the log has lost entries. */
  readonly isShort: boolean;
}

/**
 * Returns the requests to execute. Returns none if the log has lost entries, because holds may be lost with them; earlier erasures are repeated in any case.
 */
export function* dueRequests(log: Pick<BagEraser['log'], 'erasures' | 'findings'>, now: string): Generator<PipelineEvent, DueRequests> {
  const asked = [...log.erasures().requests.values()].filter((one) => stateOf(one, now) === 'due');
  const isShort = log.findings.some(({ code }) => code === 'A116');
  if (isShort && asked.length > 0)
    yield findingEvent(finding('L105', 'log', 'entries were lost, and holds may be among them: no request is executed'));
  return { asked, due: isShort ? [] : asked, isShort };
}

/**
 * Returns the requests that may be executed by the machine's clock; none after a forward movement of the clock that nothing confirms (E142), because by a clock that is ahead
 * waiting times, holds and periods of retention have ended.
 */
export async function* byTrueClock(
  due: readonly KnownErasure[],
  entries: BagEraser['entries'],
  { now, isClockRight }: { readonly now: () => string; readonly isClockRight: boolean },
): AsyncGenerator<PipelineEvent, readonly KnownErasure[]> {
  if (due.length === 0 || isClockRight) return due;
  // Nothing need happen in an archive while a request waits.
  const waitMs = Math.max(...due.map((one) => one.waitMs));
  const jump = await findJump(entries(), now(), confirmedAfterMs + waitMs);
  if (jump === null) return due;
  const [from, to] = [jump.from, jump.to].map((time) => time.slice(0, 16).replace('T', ' '));
  const days = -daysUntil(jump.from, jump.to);
  const message = agree`the clock of the log's entries went from ${from} to ${to} UTC, ${days} day[s], and nothing confirms it; ${due.length} due request[s] [is|are] not executed`;
  yield findingEvent(finding('E142', 'clock', message));
  return [];
}

/**
 * Reads the lists of due requests. Leaves out a request whose list is lost (E108), unless everything in it is already erased or announced and only the final
 * entry is missing.
 */
export async function* dueLists(
  due: readonly KnownErasure[],
  { archive, log, marks }: BagEraser,
): AsyncGenerator<PipelineEvent, ReadonlyMap<KnownErasure, ListedItems>> {
  const lists = new Map<KnownErasure, ListedItems>();
  for (const one of due) {
    if (one.ground === liftGround) continue;
    try {
      const items = await listedItems(archive.dir, one, marks);
      lists.set(one, items);
    } catch (error) {
      if (!(error instanceof LongplayError) || error.code !== 'E108') throw error;
      // A stopped run may have destroyed the secret of the list before it entered the result.
      const { intended, intendedFiles, files, messages } = log.erasures();
      const countOf = (some: ReadonlyMap<string, ErasedRecording>): number =>
        [...some.values()].filter(({ request }) => request === one.request).length;
      const asked = [...messages.values()].filter(({ request, isAsked }) => isAsked && request === one.request).length;
      const isAnnounced = one.erased + countOf(intended) === one.recordings && countOf(intendedFiles) + countOf(files) + asked === one.parts;
      if (isAnnounced) lists.set(one, { ids: [], parts: [] });
      else yield findingEvent(finding('E108', `request ${one.request}`, error.message));
    }
  }
  return lists;
}
