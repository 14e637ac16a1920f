import type { Archive } from '../archive/layout.ts';
import { type KeepingTools, lostKeeping, readHeld } from './read-keeping.ts';
import { isActive } from './state/keeping-log.ts';

/** What holds and rules say of things that belong to no known recording. */
export interface HeldEverything {
  /** Why nothing at all may be destroyed now, e.g. a hold on everything; null: nothing forbids it. */
  readonly why: string | null;
  /** True if a hold or a retention policy protects some recordings. */
  readonly protectsSome: boolean;
}

/** A hold by the empty query, as `hold add --all` enters it. */
const everything = '{}';

/**
 * Reads from the log whether everything is protected now: by a hold on everything, or because it is unknown what is protected (D105).
 * @throws as `readHeld`
 */
export async function heldEverything(
  archive: Pick<Archive, 'dir' | 'id' | 'page'>,
  tools: KeepingTools,
  signal: AbortSignal,
): Promise<HeldEverything> {
  const { holds, versions, log, nowMs } = await readHeld(archive, tools, signal);
  const active = holds.filter((hold) => isActive(hold, nowMs));
  const ofAll = active.find(({ query }) => query === everything);
  const [lost] = lostKeeping(log.findings, holds, versions, nowMs);
  const unknown = lost === undefined ? null : `it is unknown what is on hold (${lost.message})`;
  return { why: ofAll === undefined ? unknown : `hold ${ofAll.id} covers everything`, protectsSome: active.length + versions.length > 0 };
}
