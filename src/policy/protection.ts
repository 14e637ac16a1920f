import { resultOf } from '../core/base/with-result.ts';
import { holdReasons, type Judgement, type ProtectionReason } from './judge.ts';
import { addNamed } from './named-in-held-cases.ts';
import { type KeepingTools, type KeptArchive, readKeeping } from './read-keeping.ts';
import type { Bound } from './rules/interval.ts';

/** Grounds of a deletion. */
export type DeletionGround = 'subject-request' | 'retention' | 'court-order' | 'error';

/** Whether a recording may be deleted now. */
export interface Protection {
  readonly recordingId: string;
  /** Reasons that forbid deleting the recording on this ground; empty: nothing forbids it. */
  readonly reasons: readonly ProtectionReason[];
  /** True for the ground `retention` if no not-after has passed, so that nothing demands the deletion. */
  readonly notDemanded: boolean;
  /** Earliest not-after that the version of the policy in force gives; null: none, or unknown. */
  readonly notAfter: Bound | null;
}

/**
 * Returns for each of these recordings whether it may be deleted now on this ground. Of one that is not in the catalog only the holds that name it are known,
 * and those of cases whose messages name it.
 */
export async function readProtections(
  opened: KeptArchive,
  ids: Iterable<string>,
  ground: DeletionGround,
  tools: KeepingTools,
  signal: AbortSignal,
): Promise<Map<string, Protection>> {
  const keeping = await resultOf(readKeeping(opened, tools, signal));
  const found = new Map<string, Protection>();
  const absent = new Set(ids);
  for (const row of opened.catalog.keepingRows([...absent])) {
    absent.delete(row.recordingId);
    found.set(row.recordingId, protectionOf(keeping.judge(row), ground));
  }
  if (absent.size > 0) addNamed(opened.archive, keeping.holds, (id) => absent.has(id), signal);
  const unreadable = keeping.unreadable.map((what): ProtectionReason => ({ kind: 'unreadable', what }));
  for (const recordingId of absent)
    found.set(recordingId, { recordingId, reasons: [...unreadable, ...holdReasons(recordingId, keeping.holds)], notDemanded: false, notAfter: null });
  return found;
}

/** Returns whether a recording may be deleted on a ground. */
export function protectionOf(judgement: Judgement, ground: DeletionGround): Protection {
  const { row, reasons, state, notAfter } = judgement;
  const isByRetention = ground === 'retention';
  return {
    recordingId: row.recordingId,
    reasons: reasons.filter(({ kind }) => isByRetention || kind !== 'unmapped'),
    notDemanded: isByRetention && state !== 'due' && state !== 'deferred',
    notAfter,
  };
}

/** Words why a recording must not be deleted now, with dates; null: nothing forbids it. */
export function protectionWords({ reasons, notDemanded, notAfter }: Protection): string | null {
  if (reasons.length > 0) return reasons.map(reasonWords).join('; ');
  if (!notDemanded) return null;
  return notAfter === null || !Number.isFinite(notAfter.atMs)
    ? 'no rule of retention demands its deletion'
    : `no rule of retention demands its deletion before ${momentText(notAfter.atMs)}: rule ${notAfter.rule} of version ${notAfter.version}`;
}

/** Words a reason for a person, with ids of holds and names of rules, and without a query or a party. */
export function reasonWords(reason: ProtectionReason): string {
  switch (reason.kind) {
    case 'hold':
      return reason.namedIn === null ? `hold ${reason.hold}` : `hold ${reason.hold}: messages of case ${reason.namedIn} name it`;
    case 'recorder-hold':
      return reason.isEarlier
        ? `an earlier description states a legal ${reason.field} of the recorder that no rule names, and the present one does not`
        : `the recorder states a legal ${reason.field} that no rule names`;
    case 'not-before':
      return Number.isFinite(reason.bound.atMs)
        ? `not before ${momentText(reason.bound.atMs)}: rule ${reason.bound.rule} of version ${reason.bound.version}`
        : `for ever: rule ${reason.bound.rule} of version ${reason.bound.version}`;
    case 'unmapped':
      return reason.field === 'policy'
        ? 'the recorder states a retention policy that no rule names'
        : 'the recorder states an expiry that no rule names, or that is not a time';
    case 'unreadable':
      return reason.what;
  }
}

/** Writes a moment of an interval as an ISO time. */
export function momentText(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().replace('.000Z', 'Z') : 'for ever';
}
