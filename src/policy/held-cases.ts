import type { Archive } from '../archive/layout.ts';
import { LongplayError } from '../core/base/error.ts';
import { shellWord } from '../core/words/shell-word.ts';
import { inspectLog } from '../log/read/inspect-log.ts';
import { readEntries } from '../log/read/read-log.ts';
import { type KeepingTools, lostKeeping, readHeld } from './read-keeping.ts';
import { createKeepingLog, type Hold, isActive } from './state/keeping-log.ts';

/** Which cases are on hold. */
export interface HeldCases {
  /** Returns why the messages of a case must stay, e.g. `hold 4f2a9c01b3d5`; null: nothing protects them. */
  of(caseId: string): string | null;
}

/** A hold by the empty query, as `hold add --all` enters it. */
const everything = '{}';

/**
 * Reads which cases are on hold: by a hold on the case, or by one on everything. If a hold cannot be read, or the log is damaged, every case counts as protected.
 * @throws as `readHeld`
 */
export async function heldCases(archive: Pick<Archive, 'dir' | 'id' | 'page'>, tools: KeepingTools, signal: AbortSignal): Promise<HeldCases> {
  const { holds, versions, log, nowMs } = await readHeld(archive, tools, signal);
  const active = holds.filter((hold) => isActive(hold, nowMs));
  const ofAll = active.find(({ query }) => query === everything);
  const [lost] = lostKeeping(log.findings, holds, versions, nowMs);
  const unknown = lost === undefined ? null : `it is unknown what is on hold (${lost.message})`;
  return {
    of: (caseId) => {
      const hold = ofCase(active, caseId) ?? ofAll;
      return hold === undefined ? unknown : `hold ${hold.id}`;
    },
  };
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
  const why = held.of(caseId);
  if (why === null) return;
  const dir = shellWord(archive.dir);
  const release = why.startsWith('hold ') ? `longplay hold release ${dir} ${why.slice('hold '.length)} --reason TEXT` : null;
  throw new LongplayError(
    'incomplete',
    'D115',
    `case ${caseId} stays as it is: ${why}`,
    release === null ? `longplay verify ${dir} names what is damaged` : `when the hold is over: ${release}`,
  );
}

/** Answers from the entries alone, which needs no key; null if their details are needed: a hold is not on a case, or the log has faults. */
async function heldByCase(archive: Pick<Archive, 'dir' | 'id'>, { keys, now }: KeepingTools, signal: AbortSignal): Promise<HeldCases | null> {
  const log = await inspectLog(archive, keys, signal);
  const keeping = createKeepingLog({ of: async () => null });
  for await (const entry of readEntries(archive, log, signal)) await keeping.take(entry);
  const nowMs = Date.parse(now());
  const active = keeping.holds().filter((hold) => isActive(hold, nowMs));
  if (active.some((hold) => hold.case === null) || lostKeeping(log.findings, [], [], nowMs).length > 0) return null;
  return {
    of: (caseId) => {
      const hold = ofCase(active, caseId);
      return hold === undefined ? null : `hold ${hold.id}`;
    },
  };
}

function ofCase(active: readonly Hold[], caseId: string): Hold | undefined {
  return active.findLast((hold) => hold.case === caseId);
}
