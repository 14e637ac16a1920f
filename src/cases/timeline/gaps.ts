import { limits } from '../../core/base/limits.ts';
import { joinsCalls } from '../../core/identity/one-party.ts';
import type { KnownParties } from '../person/known-parties.ts';
import { type CaseTime, momentsOf } from './case-times.ts';
import type { TimelineEntry, TimelineParty } from './entry.ts';
import { common, type Interval, merged, without } from './intervals.ts';
import { isOneCall, settlingOf } from './one-call.ts';
import { type Comparable, createComparable } from './same-lines.ts';

/** A period during which a call was in progress and of which no recording exists. */
export interface Gap {
  readonly from: string;
  /** End of the period; equal to `from` for a single moment. */
  readonly to: string;
  /** Parties, as the evidence names them. */
  readonly parties: readonly string[];
  readonly evidence: GapEvidence;
  /** Key of the entry that is the evidence. */
  readonly entry: string;
  /** The evidence in words that name nobody. */
  readonly why: string;
  /** System that should have recorded the call. A recording of these parties by this system, from `from` to `to`, would fill the gap. */
  readonly system: string;
  /** `exact`; `assumed`: a zone was assumed; `ambiguous`: the gap exists only for one reading of an ambiguous hour, of the evidence or of a recording. */
  readonly sureness: 'exact' | 'assumed' | 'ambiguous';
}

/**
 * `no-audio`: a call without sound that was answered, or whose result is unknown; `call-longer`: the call lasted longer than its sound; `account`: another
 * export's account of the call; `other-system`: one system recorded the call, but another one that records the same lines did not; `message`: somebody wrote a
 * message while a recording outside the case was in progress. A message without a recording is no gap.
 */
export type GapEvidence = 'no-audio' | 'call-longer' | 'account' | 'message' | 'other-system';

/** The clocks of two systems may differ by this much without causing a gap. */
export const gapToleranceMs = 2_000;

/** Knowledge without a register. */
export const nothingKnown: Pick<KnownParties, 'lines' | 'sharedNames'> = { lines: [], sharedNames: new Set() };

/** A period that is covered by a party's sound. */
interface Covered extends Interval {
  readonly key: string;
  readonly system: string;
  readonly placement: CaseTime['placement'];
  readonly parties: readonly TimelineParty[];
}

/** Evidence that parties took part in a call or wrote a message. */
interface Shown {
  readonly entry: TimelineEntry;
  readonly time: CaseTime;
  readonly lengthMs: number;
  readonly parties: readonly TimelineParty[];
  readonly evidence: GapEvidence;
  readonly why: string;
  /** System whose recording is expected; null: any. */
  readonly within: string | null;
  /** Time from the start of the evidence after which a recording is expected: nothing is recorded while a call rings. */
  readonly afterMs: number;
}

/** A period in which somebody was active, of which the archive has recordings that are not in the case. */
export interface Outside extends Gap {
  /** Ids of these recordings. */
  readonly recordings: readonly string[];
}

/** Everything that is missing from a case. */
export interface Gaps {
  /** The first gaps, in order of time. */
  readonly gaps: readonly Gap[];
  readonly more: number;
  /** The first periods with recordings outside the case, in order of time. */
  readonly outside: readonly Outside[];
  readonly moreOutside: number;
  /** Persons and periods without a recording, for a search of the archive. */
  readonly asked: readonly (Interval & { readonly keys: readonly string[] })[];
  /** Number of recordings that are missing because of the gaps; one system may split a call into several recordings. */
  readonly lost: number;
  /** Number of calls without sound that were not answered, or were not to be recorded. They are not gaps. */
  readonly unanswered: number;
}

/**
 * Finds all gaps of a case.
 * @param beside recordings outside the case
 * @param known systems that record the same lines, and shared names, according to a register
 * @param unshown hidden entries of the case, which fill gaps but are no evidence
 */
export function gapsOf(
  unsettled: readonly TimelineEntry[],
  beside: readonly TimelineEntry[] = [],
  { lines, sharedNames }: Pick<KnownParties, 'lines' | 'sharedNames'> = nothingKnown,
  unshown: readonly TimelineEntry[] = [],
): Gaps {
  const settle = settlingOf([...unsettled, ...beside, ...unshown], sharedNames);
  const [entries, others, hidden] = [unsettled.map(settle), beside.map(settle), unshown.map(settle)];
  const index = coverIndex(coverOf([...entries, ...hidden]));
  const elsewhere = coverIndex(coverOf(others));
  const found = new Map<string, Gap>();
  const outside = new Map<string, Outside>();
  const asked: Gaps['asked'][number][] = [];
  for (const shown of evidenceOf(entries, createComparable(coverOf([...entries, ...hidden]), lines))) {
    const keys = [...new Set(shown.parties.flatMap((party) => party.keys))];
    if (keys.length === 0) continue;
    const isAsked = ({ system }: Covered): boolean => shown.within === null || system === shown.within;
    const cover = index.near(shown).filter(isAsked);
    const beside = elsewhere.near(shown).filter(isAsked);
    for (const gap of gapsIn(shown, cover)) {
      const span = { startMs: Date.parse(gap.from), endMs: Date.parse(gap.to) };
      asked.push({ ...span, keys: keys.filter(joinsCalls) });
      const { left, covered } = besides(span, beside, shown.time.roughMs);
      for (const { recordings, ...piece } of covered) put(outside, { ...gap, ...isoSpan(piece), recordings }, shown);
      if (shown.evidence === 'message') continue;
      for (const piece of left) put(found, { ...gap, ...isoSpan(piece) }, shown);
    }
  }
  const [gaps, known] = [inOrder(found), inOrder(outside)];
  return {
    gaps: gaps.slice(0, limits.caseGaps),
    more: Math.max(0, gaps.length - limits.caseGaps),
    outside: known.slice(0, limits.caseGaps),
    moreOutside: Math.max(0, known.length - limits.caseGaps),
    asked,
    lost: new Set(gaps.map(({ entry, system }) => `${entry} ${system}`)).size,
    unanswered: entries.filter(({ kind, hasAudio, noRecording }) => kind === 'recording' && !hasAudio && noRecording !== null).length,
  };
}

function put<Kind extends Gap>(found: Map<string, Kind>, gap: Kind, { parties }: Shown): void {
  const mark = `${gap.from} ${gap.to} ${gap.entry} ${gap.evidence} ${gap.system}`;
  const labels = [...(found.get(mark)?.parties ?? []), ...parties.map(({ label }) => label)];
  found.set(mark, { ...gap, parties: [...new Set(labels)].filter((label) => label !== '') });
}

function inOrder<Kind extends Gap>(found: ReadonlyMap<string, Kind>): Kind[] {
  return [...found.values()].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : a.entry < b.entry ? -1 : 1));
}

function isoSpan({ startMs, endMs }: Interval): Pick<Gap, 'from' | 'to'> {
  return { from: new Date(startMs).toISOString(), to: new Date(endMs).toISOString() };
}

/** Splits a gap into the part that recordings outside the case cover, and the rest. Recordings that may have been at another time cover nothing. */
function besides(
  gap: Interval,
  others: readonly Covered[],
  roughMs: number,
): { readonly left: readonly Interval[]; readonly covered: readonly (Interval & { readonly recordings: readonly string[] })[] } {
  const sure = others.filter(({ placement }) => placement !== 'ambiguous').map(({ key, ...one }) => ({ key, ...widened(one, roughMs) }));
  const left = piecesOf(gap, merged(sure));
  const taken = left.length === 0 ? [gap] : gap.endMs > gap.startMs ? without(gap, left) : [];
  const of = (piece: Interval): string[] => sure.filter((one) => touches(one, piece)).map(({ key }) => key);
  return { left, covered: taken.map((piece) => ({ ...piece, recordings: [...new Set(of(piece))].sort() })) };
}

function coverOf(entries: readonly TimelineEntry[]): Covered[] {
  return entries
    .filter(({ hasAudio }) => hasAudio)
    .flatMap(({ key, system, parties, accounts, time, sounds }) =>
      momentsOf(time).flatMap((startMs) =>
        sounds.map(({ fromMs, toMs }) => ({
          key,
          system,
          startMs: startMs + fromMs,
          endMs: startMs + toMs,
          placement: time.placement,
          // Parties that another export names for this call are on its recording.
          parties: [...parties, ...accounts.flatMap((account) => account.parties)],
        })),
      ),
    );
}

/** Index of recordings by party and time, needed because the case of a call centre may have tens of thousands of recordings of one agent. */
interface CoverIndex {
  /** Returns recordings that share a party with a piece of evidence and are near it in time, or that are the evidence itself. */
  near(shown: Pick<Shown, 'entry' | 'time' | 'lengthMs' | 'parties'>): Covered[];
}

function coverIndex(covered: readonly Covered[]): CoverIndex {
  const byKey = new Map<string, { readonly spans: Covered[]; longestMs: number }>();
  for (const one of [...covered].sort((a, b) => a.startMs - b.startMs)) {
    for (const key of new Set([own(one.key), ...one.parties.flatMap(({ keys }) => keys.filter(joinsCalls))])) {
      const of = byKey.get(key) ?? { spans: [], longestMs: 0 };
      byKey.set(key, of);
      of.spans.push(one);
      of.longestMs = Math.max(of.longestMs, one.endMs - one.startMs);
    }
  }
  return {
    near: ({ entry, time, lengthMs, parties }) => {
      const found = new Set<Covered>();
      for (const startMs of momentsOf(time)) {
        const [from, to] = [startMs - nearMs - time.roughMs, startMs + lengthMs + nearMs + time.roughMs];
        for (const key of [own(entry.key), ...parties.flatMap(({ keys }) => keys.filter(joinsCalls))]) {
          const of = byKey.get(key);
          if (of === undefined) continue;
          for (let at = firstFrom(of.spans, from - of.longestMs); at < of.spans.length; at++) {
            const span = of.spans[at];
            if (span === undefined || span.startMs > to) break;
            if (span.endMs >= from && (span.key === entry.key || isOneCall(parties, span.parties))) found.add(span);
          }
        }
      }
      return [...found];
    },
  };
}

/** Returns the index key of a recording itself, as opposed to those of its parties. */
function own(key: string): string {
  return `entry ${key}`;
}

/** Returns the index of the first period that begins at or after a moment. */
function firstFrom(spans: readonly Covered[], ms: number): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.startMs ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

function* evidenceOf(entries: readonly TimelineEntry[], comparable: Comparable): Generator<Shown> {
  for (const entry of entries) {
    const { kind, time, parties, callMs, answerMs, hasAudio, status, system, lengthMs, noRecording } = entry;
    if (kind === 'message') {
      const why = `a message (${system})`;
      // A person who writes to somebody is not on a call with that person.
      for (const party of parties) yield { entry, time, lengthMs: 0, parties: [party], evidence: 'message', why, within: null, afterMs: 0 };
      continue;
    }
    const call = { entry, time, lengthMs: callMs ?? 0, parties, within: null, afterMs: answerMs ?? 0 };
    if (!hasAudio && noRecording === null) yield { ...call, evidence: 'no-audio', why: `a call without sound (${status})` };
    else if (hasAudio && callMs !== null)
      yield { ...call, afterMs: answerMs ?? firstSound(entry), evidence: 'call-longer', why: 'the call lasted longer than its recording' };
    for (const account of noRecording === null ? entry.accounts : [])
      yield {
        entry,
        time: account.time,
        lengthMs: account.lengthMs ?? 0,
        parties: [...account.parties, ...parties],
        evidence: 'account',
        why: `what ${account.system} says of the call`,
        within: null,
        afterMs: account.answerMs ?? 0,
      };
    if (!hasAudio) continue;
    for (const [other, lines] of comparable.systemsOf(system, parties))
      yield {
        entry,
        time,
        lengthMs: Math.max(lengthMs ?? 0, ...entry.sounds.map(({ toMs }) => toMs)),
        parties: lines,
        evidence: 'other-system',
        why: `recorded by ${system}, not by ${other}`,
        within: other,
        afterMs: firstSound(entry),
      };
  }
}

function firstSound({ sounds }: TimelineEntry): number {
  return sounds.length === 0 ? 0 : Math.min(...sounds.map(({ fromMs }) => fromMs));
}

/** Yields the gaps that one piece of evidence shows. */
function* gapsIn({ entry, time, lengthMs, evidence, why, within, afterMs }: Shown, cover: readonly Covered[]): Generator<Gap> {
  const sure = merged(cover.filter(({ placement }) => placement !== 'ambiguous').map((one) => widened(one, time.roughMs)));
  const perhaps = cover.filter(({ placement }) => placement === 'ambiguous');
  // An entry with an ambiguous hour covers itself at either reading.
  const itself = time.placement === 'ambiguous' ? perhaps.filter(({ key }) => key === entry.key) : [];
  for (const startMs of momentsOf(time)) {
    const whole = { startMs: startMs + Math.min(afterMs, lengthMs), endMs: startMs + lengthMs };
    const mine = merged([...sure, ...itself.filter((one) => Math.abs(one.startMs - startMs) < 1_800_000).map((one) => widened(one, time.roughMs))]);
    for (const piece of piecesOf(whole, mine)) {
      const near = cover.some(
        ({ placement, ...one }) => placement === 'assumed' && one.endMs > piece.startMs - nearMs && one.startMs < piece.endMs + nearMs,
      );
      const ambiguous = time.placement === 'ambiguous' || perhaps.some((one) => touches(widened(one, time.roughMs), piece));
      yield {
        from: new Date(piece.startMs).toISOString(),
        to: new Date(piece.endMs).toISOString(),
        parties: [],
        evidence,
        entry: entry.key,
        why,
        system: within ?? entry.system,
        sureness: ambiguous ? 'ambiguous' : time.placement === 'assumed' || near ? 'assumed' : 'exact',
      };
    }
  }
}

/** A recording with an assumed zone may be the missing one if it is within this distance. */
const nearMs = 3_600_000;

function widened({ startMs, endMs }: Interval, roughMs: number): Interval {
  return { startMs: startMs - gapToleranceMs - roughMs, endMs: endMs + gapToleranceMs + roughMs };
}

/** Returns the parts of a period that are not covered. A single moment is either covered or not. */
function piecesOf(whole: Interval, cover: readonly Interval[]): Interval[] {
  if (whole.endMs > whole.startMs) return without(whole, cover);
  return cover.some(({ startMs, endMs }) => startMs <= whole.startMs && whole.startMs < endMs) ? [] : [whole];
}

function touches(a: Interval, b: Interval): boolean {
  return common(a, b) > 0 || (a.startMs <= b.startMs && b.startMs < a.endMs);
}
