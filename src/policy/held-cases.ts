import type { Archive } from '../archive/layout.ts';
import { LongplayError } from '../core/base/error.ts';
import { shellWord } from '../core/words/shell-word.ts';
import { inspectLog } from '../log/read/inspect-log.ts';
import { readEntries } from '../log/read/read-log.ts';
import { everythingIn, type Stay } from './held-everything.ts';
import { type KeepingTools, lostKeeping, readHeld } from './read-keeping.ts';
import { createKeepingLog, type Hold, isActive } from './state/keeping-log.ts';

/** Which cases are on hold. */
export interface HeldCases {
  /** Returns why the messages of a case must stay; null: nothing protects them. */
  of(caseId: string): Stay | null;
}

/**
 * Reads which cases are on hold: by a hold on the case, or by one on everything. If a hold cannot be read, or the log is damaged, every case counts as protected.
 * @throws as `readHeld`
 */
export async function heldCases(archive: Pick<Archive, 'dir' | 'id' | 'page'>, tools: KeepingTools, signal: AbortSignal): Promise<HeldCases> {
  const held = await readHeld(archive, tools, signal);
  const { stay } = everythingIn(held);
  return { of: (caseId) => holdOn(held.holds, caseId, held.nowMs) ?? stay };
}

/**
 * Refuses to remove a case that is on hold. The keyring is opened only if the archive is sealed and there are holds that are not on cases.
 * @throws LongplayError incomplete D115; what reading the holds throws
 */
export async function refuseHeldCase(
  archive: Pick<Archive, 'dir' | 'id' | 'page'>,
  caseId: string,
  tools: KeepingTools,
  signal: AbortSignal,
): Promise<void> {
  const held = (await heldByCase(archive, tools, signal)) ?? (await heldCases(archive, tools, signal));
  const stay = held.of(caseId);
  if (stay === null) return;
  const dir = shellWord(archive.dir);
  throw new LongplayError(
    'incomplete',
    'D115',
    `case ${caseId} stays as it is: ${stay.why}`,
    stay.hold === null
      ? `longplay verify ${dir} names what is damaged`
      : `when the hold is over: longplay hold release ${dir} ${stay.hold} --reason TEXT`,
  );
}

/** Answers from the entries alone, which needs no key; null if their details are needed: a hold is not on a case, or the log has faults. */
async function heldByCase(archive: Pick<Archive, 'dir' | 'id'>, { keys, now }: KeepingTools, signal: AbortSignal): Promise<HeldCases | null> {
  const log = await inspectLog(archive, keys, signal);
  const keeping = createKeepingLog({ of: async () => null });
  for await (const entry of readEntries(archive, log, signal)) await keeping.take(entry);
  const nowMs = Date.parse(now());
  const holds = keeping.holds();
  if (holds.some((hold) => hold.case === null && isActive(hold, nowMs)) || lostKeeping(log.findings, [], [], nowMs).length > 0) return null;
  return { of: (caseId) => holdOn(holds, caseId, nowMs) };
}

/** Returns the last hold on a case that is active; null: there is none. */
function holdOn(holds: readonly Hold[], caseId: string, nowMs: number): Stay | null {
  const hold = holds.findLast((one) => one.case === caseId && isActive(one, nowMs));
  return hold === undefined ? null : { hold: hold.id, why: `hold ${hold.id}` };
}
