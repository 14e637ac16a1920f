import type { Archive } from '../archive/layout.ts';
import { type HeldLog, type KeepingTools, lostKeeping, readHeld } from './read-keeping.ts';
import { isActive } from './state/keeping-log.ts';

/** Why something must stay now. */
export interface Stay {
  /** Id of the hold that protects it; null: it is unknown what is protected. */
  readonly hold: string | null;
  /** The reason in words, e.g. `hold 4f2a9c01b3d5`. */
  readonly why: string;
}

/** What holds and rules say of things that belong to no known recording. */
export interface HeldEverything {
  /** Why nothing at all may be destroyed now; null: nothing forbids it. */
  readonly stay: Stay | null;
  /** True if a hold or a retention policy protects some recordings. */
  readonly protectsSome: boolean;
}

/** A hold by the empty query, as `hold add --all` enters it. */
const everything = '{}';

/** Returns whether everything is protected: by a hold on everything, or because it is unknown what is protected (D105). */
export function everythingIn({ holds, versions, log, nowMs }: HeldLog): HeldEverything {
  const active = holds.filter((hold) => isActive(hold, nowMs));
  const ofAll = active.find(({ query }) => query === everything);
  const [lost] = lostKeeping(log.findings, holds, versions, nowMs);
  const unknown = lost === undefined ? null : { hold: null, why: `it is unknown what is on hold (${lost.message})` };
  const stay = ofAll === undefined ? unknown : { hold: ofAll.id, why: `hold ${ofAll.id} covers everything` };
  return { stay, protectsSome: active.length + versions.length > 0 };
}

/** Reads from the log whether everything is protected now. @throws as `readHeld` */
export async function heldEverything(
  archive: Pick<Archive, 'dir' | 'id' | 'page'>,
  tools: KeepingTools,
  signal: AbortSignal,
): Promise<HeldEverything> {
  return everythingIn(await readHeld(archive, tools, signal));
}
