import { byCodePoint } from '../../core/base/order.ts';
import { type DecodingLevel, higher } from '../../log/history/decoding.ts';
import type { ReadingHistory } from '../../log/history/reading-history.ts';
import { type DueState, type StandingBag, stateOf } from './due-state.ts';
import { howManyNow } from './even-pace.ts';
import { createNeighbourhood } from './neighbours.ts';

/** What the operator asked for. */
export interface DuePolicy {
  /** Every bag is read in full within this. */
  readonly everyMs: number;
  /** And decoded within this; null: only where damage was found by decoding. */
  readonly playEveryMs: number | null;
  /** What is decoded then: the access copies, or the originals as well. */
  readonly play: 'copies' | 'all';
  /** From one run to the next; null: as the log shows, else a day. */
  readonly runEveryMs: number | null;
  /** What one run may read; null: as much as it needs, or nobody knows. */
  readonly runBytes: number | null;
}

/** A bag that is there. */
export interface PresentBag {
  readonly bag: string;
  /** Null: not known, then as the log has it, else as large as the others. */
  readonly bytes: number | null;
}

/**
 * Why a bag stands in the list. `damaged`: a verification found faults, and none since has found it well. `neighbour`: it lies near one that
 * was found damaged, and has not been read since. `overdue`: its period is over. `due`: its period would be over before long. `ahead`: an
 * even pace wants it now. `unread`: nothing has read it since it was written.
 */
export type DueReason = 'damaged' | 'neighbour' | 'overdue' | 'due' | 'ahead' | 'unread';

/** One bag to be read. */
export interface DueItem {
  readonly bag: string;
  readonly reason: DueReason;
  /** What is decoded beside the reading. */
  readonly play: DecodingLevel;
  readonly bytes: number;
  /** Milliseconds since 1970 by the log's clock rule; null: never. */
  readonly lastReadMs: number | null;
  /** End of its period, or of its period for decoding where that is sooner; what cannot be decoded is tried again after a period. */
  readonly deadlineMs: number;
}

/** What a run has to do, in order, and how things stand. */
export interface DueList {
  /** The first ones first. All of it, whatever the budget: the run stops when that is used up. */
  readonly items: readonly DueItem[];
  readonly state: DueState;
  /** Bytes of what is urgent that may go before the regular work, of what was known and as much again of what the run finds; null: `urgentBags`. */
  readonly urgentBytes: number | null;
  /** Who lies near a bag, nearest first: to be checked at once when it is found damaged. */
  neighboursOf(bag: string): readonly string[];
  /** The item of a bag that is there, also where it stands not in the list; null: it is not there. */
  itemOf(bag: string, reason: DueReason): DueItem | null;
}

const dayMs = 24 * 3_600_000;
/** A run may fail, and the next, and the clock may step once, before a bag is late. */
const pausesAhead = 3;

interface Candidate extends StandingBag {
  readonly bag: string;
  /** Since decoding was last tried: `playAgeMs` is older where it could not be done. */
  readonly triedAgeMs: number;
}

/**
 * What is to be read of one replica: first what was found damaged, and what lies near such, as far as they take no more than the regular
 * work of one run, or a few bags; then what is overdue, due, or wanted by an even pace, by deadline; then the rest of the damaged, and what was never read.
 * The regular work comes before what was never read: a large import may not push the rest of the archive over its period. What was never
 * read has its place by age among the regular work, too.
 * @param bags those that are there, each once
 */
export function dueList(history: ReadingHistory, bags: readonly PresentBag[], replica: string | null, policy: DuePolicy): DueList {
  const { everyMs, playEveryMs } = policy;
  const nowMs = history.now();
  const runEveryMs = policy.runEveryMs ?? history.runs.usualPauseMs(replica) ?? Math.max(dayMs, history.runs.longestPauseMs(replica));
  const margin = (period: number): number => Math.min(period / 2, pausesAhead * runEveryMs);
  // Decoding reads as well: where it is wanted more often than reading, it sets the pace of both.
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
    // Now, or it would have to be read once more just for that before the next reading.
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
  // A dead disk makes half of the archive urgent: that may not stop the reading of the other half.
  const shareBytes = Math.ceil((weightOfAll * runEveryMs) / readTargetMs);
  const urgentBytes = policy.runBytes === null ? null : urgentShare(shareBytes, policy.runBytes);
  const first = beforeRegular(urgent, { shareBytes, urgentBytes });
  // By attempts: what cannot be decoded here would be late in each run, and stand before all that can be.
  const late = playTargetMs === null ? [] : candidates.filter(({ triedAgeMs }) => triedAgeMs >= playTargetMs);
  const scheduled = [...new Set([...regular, ...late])].map((candidate) => item(candidate, reasonOf(candidate, policy, readTargetMs, playTargetMs)));
  const unread = candidates.filter(({ copy }) => copy.unread).map((candidate) => item(candidate, 'unread'));
  const items = once([
    ...first,
    ...scheduled.sort((a, b) => a.deadlineMs - b.deadlineMs), // stable: as they stand in the order of age
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

/** All bags, the longest unread first; of those that are alike, in the order in which they were read, then landed. */
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

/** Adds to what is decoded: as much as an even pace wants, of what is read anyway, the longest not decoded first. */
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

/** Those that lie near one that was hit, and were not read since. */
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

/** How much must be decoded to find its damage gone. */
function levelOfDamage({ copy }: Candidate): DecodingLevel {
  return copy.damage?.level ?? 'none';
}

/** Bags that a run without a limit reads before the regular work however large they are: the next four on each side of one that was found damaged. */
const urgentBags = 8;

/**
 * Of what a run may read, what the regular work does not need; a quarter where that is more, or an archive whose budget is too small would never look
 * where damage was found. Half of it is for what is known when the run begins, half for what it finds.
 */
function urgentShare(shareBytes: number, runBytes: number): number {
  return Math.max(runBytes - shareBytes, runBytes / 4) / 2;
}

/**
 * May one more urgent bag go before the regular work? Where a run has a limit, as long as it stays within its share; else as much as the regular work of
 * one run, and a few bags in any case. @param before those that do
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
