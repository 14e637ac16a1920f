import { byCodePoint } from '../../core/base/order.ts';
import { type DecodingLevel, higher } from '../../log/history/decoding.ts';
import type { ReadingHistory } from '../../log/history/reading-history.ts';
import { type DueState, type StandingBag, stateOf } from './due-state.ts';
import { howManyNow } from './even-pace.ts';
import { createNeighbourhood } from './neighbours.ts';

/** The operator's settings. */
export interface DuePolicy {
  /** Period within which every bag is read completely. */
  readonly everyMs: number;
  /** Period within which every bag is decoded; null: only bags in which decoding found damage are decoded. */
  readonly playEveryMs: number | null;
  /** Which audio is decoded: only the access copies, or the originals, too. */
  readonly play: 'copies' | 'all';
  /** Time from one run to the next; null: the usual interval in the log or, if the log shows none, at least a day. */
  readonly runEveryMs: number | null;
  /** Bytes that one run may read; null: no limit, or unknown. */
  readonly runBytes: number | null;
}

/** An existing bag. */
export interface PresentBag {
  readonly bag: string;
  /** Null: unknown; then the size in the log is used, or else the average of the other bags. */
  readonly bytes: number | null;
}

/**
 * Why a bag is in the list. `damaged`: a verification found faults, and none since has found the bag sound. `neighbour`: the bag lies near a damaged one and
 * has not been read since that damage was found. `overdue`: its period has ended. `due`: its period ends soon. `ahead`: an even pace requires it now. `unread`:
 * it has not been read since it was written.
 */
export type DueReason = 'damaged' | 'neighbour' | 'overdue' | 'due' | 'ahead' | 'unread';

/** One bag to be read. */
export interface DueItem {
  readonly bag: string;
  readonly reason: DueReason;
  /** Level of decoding, in addition to reading the bag. */
  readonly play: DecodingLevel;
  readonly bytes: number;
  /** Milliseconds since 1970 by the log's clock rule; null: never. */
  readonly lastReadMs: number | null;
  /** End of the bag's reading period, or of its decoding period if that ends sooner. A bag that cannot be decoded is tried again after a period. */
  readonly deadlineMs: number;
}

/** The work of a run, in order, and the state of the archive. */
export interface DueList {
  /** Items by urgency. The list has all work, whatever the budget: the run stops when the budget is used up. */
  readonly items: readonly DueItem[];
  readonly state: DueState;
  /**
   * Bytes of urgent bags that may be read before the regular work: this number for known damage, and the same again for damage that the run finds. Null:
   * `urgentBags` applies instead.
   */
  readonly urgentBytes: number | null;
  /** Returns the neighbours of a bag, nearest first: they are checked at once when the bag is found damaged. */
  neighboursOf(bag: string): readonly string[];
  /** Returns the item of an existing bag, even if the list does not have it; null: the bag does not exist. */
  itemOf(bag: string, reason: DueReason): DueItem | null;
}

const dayMs = 24 * 3_600_000;
/** Number of intervals by which work is brought forward: two runs may fail and the clock may step once before a bag is late. */
const pausesAhead = 3;

interface Candidate extends StandingBag {
  readonly bag: string;
  /** Time since the last attempt to decode; `playAgeMs` is larger if that attempt was impossible. */
  readonly triedAgeMs: number;
}

/**
 * Computes what to read of one replica. First come damaged bags and their neighbours, as far as they take no more than the regular work of one run, or a few
 * bags; then bags that are overdue, due, or required by an even pace, by deadline; then the remaining damaged bags, and unread ones. The regular work precedes
 * unread bags: a large import must not push the rest of the archive over its period. Unread bags also have their place by age in the regular work.
 * @param bags existing bags, each once
 */
export function dueList(history: ReadingHistory, bags: readonly PresentBag[], replica: string | null, policy: DuePolicy): DueList {
  const { everyMs, playEveryMs } = policy;
  const nowMs = history.now();
  const runEveryMs = policy.runEveryMs ?? history.runs.usualPauseMs(replica) ?? Math.max(dayMs, history.runs.longestPauseMs(replica));
  const margin = (period: number): number => Math.min(period / 2, pausesAhead * runEveryMs);
  // Decoding includes reading: if decoding is required more often, it sets the pace of both.
  const readTargetMs = Math.min(everyMs - margin(everyMs), playEveryMs === null ? Number.POSITIVE_INFINITY : playEveryMs - margin(playEveryMs));
  const playTargetMs = playEveryMs === null ? null : playEveryMs - margin(playEveryMs);

  const candidates = candidatesOf(history, bags, replica, policy);
  const byBag = new Map(candidates.map((candidate) => [candidate.bag, candidate]));
  const present = new Set(byBag.keys());
  const near = createNeighbourhood(history.landed(), present);
  const weightOfAll = candidates.reduce((sum, { weight }) => sum + weight, 0);
  const regular = candidates.slice(0, howManyNow(weighted(candidates, 'ageMs'), readTargetMs, runEveryMs));

  const mustPlay = (candidate: Candidate): boolean =>
    levelOfDamage(candidate) !== 'none' ||
    // The bag is decoded now; otherwise it would have to be read once more for decoding before its next reading.
    (playTargetMs !== null && candidate.triedAgeMs + everyMs >= playTargetMs);
  const playing = new Set(candidates.filter(mustPlay));
  if (playTargetMs !== null) spreadPlaying(candidates, regular, { playTargetMs, runEveryMs }, playing);
  const item = (candidate: Candidate, reason: DueReason): DueItem => {
    const { bag, copy, ageMs, triedAgeMs } = candidate;
    const leftMs = Math.min(everyMs - ageMs, playEveryMs === null ? Number.POSITIVE_INFINITY : playEveryMs - triedAgeMs);
    const play = playing.has(candidate) ? higher(policy.play, levelOfDamage(candidate)) : 'none';
    return { bag, reason, play, bytes: candidate.weight, lastReadMs: copy.readMs, deadlineMs: nowMs + leftMs };
  };

  const damaged = candidates.filter(({ copy }) => copy.damage !== null);
  const neighbours = neighboursUnread(history, replica, byBag, near);
  const urgent = [
    ...damaged.map((candidate) => item(candidate, 'damaged')),
    ...neighbours.filter(({ copy }) => copy.damage === null).map((candidate) => item(candidate, 'neighbour')),
  ];
  // A failed disk makes half of the archive urgent: that must not stop the reading of the other half.
  const shareBytes = Math.ceil((weightOfAll * runEveryMs) / readTargetMs);
  const urgentBytes = policy.runBytes === null ? null : urgentShare(shareBytes, policy.runBytes);
  const first = beforeRegular(urgent, { shareBytes, urgentBytes });
  // By attempts: bags that cannot be decoded here would otherwise be late in each run, ahead of all that can be decoded.
  const late = playTargetMs === null ? [] : candidates.filter(({ triedAgeMs }) => triedAgeMs >= playTargetMs);
  const scheduled = [...new Set([...regular, ...late])].map((candidate) => item(candidate, reasonOf(candidate, policy, readTargetMs, playTargetMs)));
  const unread = candidates.filter(({ copy }) => copy.unread).map((candidate) => item(candidate, 'unread'));
  const items = once([
    ...first,
    ...scheduled.sort((a, b) => a.deadlineMs - b.deadlineMs), // stable: keeps the order of age
    ...urgent,
    ...unread,
  ]);
  const known = { damaged: damaged.length, neighbours: neighbours.length, runEveryMs, marginMs: margin(everyMs), shareBytes };
  const state = stateOf(candidates, policy, nowMs, known);
  return {
    items,
    state,
    urgentBytes,
    neighboursOf: near,
    itemOf: (bag, reason) => {
      const candidate = byBag.get(bag);
      return candidate === undefined ? null : item(candidate, reason);
    },
  };
}

/** Returns all bags, longest unread first; bags of equal age in the order of reading, then of landing. */
function candidatesOf(history: ReadingHistory, bags: readonly PresentBag[], replica: string | null, { play }: DuePolicy): Candidate[] {
  const place = new Map(history.landed().map(({ bag }, at) => [bag, at]));
  const copies = bags.map(({ bag, bytes }) => {
    const copy = history.copy(bag, replica);
    return { bag, copy, size: bytes ?? copy.bytes };
  });
  const sizes = copies.flatMap(({ size }) => size ?? []);
  const usual = sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, sizes.length);
  return copies
    .map(({ bag, copy, size }) => ({
      bag,
      copy,
      weight: Math.max(1, Math.round(size ?? usual)),
      ageMs: copy.readAgeMs,
      playAgeMs: play === 'all' ? Math.max(copy.playAgeMs, copy.originalsAgeMs) : copy.playAgeMs,
      triedAgeMs: play === 'all' ? Math.max(copy.playTriedAgeMs, copy.originalsTriedAgeMs) : copy.playTriedAgeMs,
    }))
    .sort(
      (a, b) =>
        b.ageMs - a.ageMs || a.copy.readSeq - b.copy.readSeq || (place.get(a.bag) ?? -1) - (place.get(b.bag) ?? -1) || byCodePoint(a.bag, b.bag),
    );
}

function weighted(candidates: readonly Candidate[], age: 'ageMs' | 'triedAgeMs'): { readonly ageMs: number; readonly weight: number }[] {
  return candidates.map((candidate) => ({ ageMs: candidate[age], weight: candidate.weight }));
}

/** Adds bags to decode: as many as an even pace requires, chosen from those that are read anyway, longest undecoded first. */
function spreadPlaying(
  candidates: readonly Candidate[],
  regular: readonly Candidate[],
  { playTargetMs, runEveryMs }: { readonly playTargetMs: number; readonly runEveryMs: number },
  playing: Set<Candidate>,
): void {
  const byTriedAge = (all: readonly Candidate[]): Candidate[] => [...all].sort((a, b) => b.triedAgeMs - a.triedAgeMs);
  const order = byTriedAge(candidates);
  let wanted = order.slice(0, howManyNow(weighted(order, 'triedAgeMs'), playTargetMs, runEveryMs)).reduce((sum, { weight }) => sum + weight, 0);
  for (const candidate of byTriedAge(regular)) {
    if (wanted <= 0) return;
    playing.add(candidate);
    wanted -= candidate.weight;
  }
}

/** Returns neighbours of damaged bags that have not been read since the damage was found. */
function neighboursUnread(
  history: ReadingHistory,
  replica: string | null,
  byBag: ReadonlyMap<string, Candidate>,
  near: (bag: string) => readonly string[],
): Candidate[] {
  const found = new Set<Candidate>();
  for (const { bag, hitSeq } of history.hits(replica)) {
    for (const name of near(bag)) {
      const candidate = byBag.get(name);
      if (candidate !== undefined && candidate.copy.readSeq < hitSeq) found.add(candidate);
    }
  }
  return [...found];
}

function reasonOf({ ageMs, playAgeMs, copy }: Candidate, policy: DuePolicy, readTargetMs: number, playTargetMs: number | null): DueReason {
  if (ageMs > policy.everyMs || playAgeMs > (policy.playEveryMs ?? Number.POSITIVE_INFINITY)) return 'overdue';
  if (copy.unread) return 'unread';
  return ageMs >= readTargetMs || (playTargetMs !== null && playAgeMs >= playTargetMs) ? 'due' : 'ahead';
}

/** Returns the level of decoding that shows whether a bag's damage is repaired. */
function levelOfDamage({ copy }: Candidate): DecodingLevel {
  return copy.damage?.level ?? 'none';
}

/** Number of urgent bags, of any size, that a run without a limit reads before the regular work: the four on each side of a damaged one. */
const urgentBags = 8;

/**
 * Returns how many bytes of a run's limit urgent bags may take: half for damage known at the start of the run, the same again for damage that the run finds.
 * Both halves together are what the regular work leaves, and at least a quarter of the limit, because an archive with too small a budget would otherwise never
 * check damaged places.
 */
function urgentShare(shareBytes: number, runBytes: number): number {
  return Math.max(runBytes - shareBytes, runBytes / 4) / 2;
}

/**
 * Returns true if one more urgent bag may precede the regular work. In a limited run, urgent bags stay within their share of bytes. In an unlimited run, the
 * first `urgentBags` may always precede it, and more until they equal the regular work of one run.
 * @param before urgent bags that already precede the regular work
 */
export function isBeforeRegular(
  bytes: number,
  before: { readonly bags: number; readonly bytes: number },
  { shareBytes, urgentBytes }: { readonly shareBytes: number; readonly urgentBytes: number | null },
): boolean {
  return urgentBytes === null ? before.bags < urgentBags || before.bytes < shareBytes : before.bytes + bytes <= urgentBytes;
}

function beforeRegular(items: readonly DueItem[], shares: { readonly shareBytes: number; readonly urgentBytes: number | null }): DueItem[] {
  let [bags, bytes] = [0, 0];
  return items.filter((item) => {
    if (!isBeforeRegular(item.bytes, { bags, bytes }, shares)) return false;
    bags++;
    bytes += item.bytes;
    return true;
  });
}

function once(items: readonly DueItem[]): DueItem[] {
  const seen = new Set<string>();
  return items.filter(({ bag }) => !seen.has(bag) && seen.add(bag));
}
