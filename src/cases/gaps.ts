import { limits } from '../core/limits.ts';
import { type CaseTime, momentsOf } from './case-times.ts';
import { common, type Interval, merged, without } from './intervals.ts';
import type { TimelineEntry, TimelineParty } from './timeline-entry.ts';

/** A time at which somebody was active and of which there is no recording of them. */
export interface Gap {
  readonly from: string;
  /** Later than `from`, or the same: a moment. */
  readonly to: string;
  /** Whom it is about, as the evidence names them. */
  readonly parties: readonly string[];
  readonly evidence: GapEvidence;
  /** Entry that shows it. */
  readonly entry: string;
  /** What shows it, in words without anybody's name. */
  readonly why: string;
  /** `exact`; `assumed`: by a zone that was assumed; `ambiguous`: by one reading of an hour that occurred twice, of the evidence or of a recording. */
  readonly sureness: 'exact' | 'assumed' | 'ambiguous';
}

/**
 * `no-audio`: a row of a call without sound; `call-longer`: the call lasted longer than its recording; `account`: what another export says of the call; `message`: somebody
 * wrote or was written to; `other-system`: recorded in one system, and not in another one that records the same party elsewhere in the case.
 */
export type GapEvidence = 'no-audio' | 'call-longer' | 'account' | 'message' | 'other-system';

/** Clocks of two systems differ by this much without anything missing. */
export const gapToleranceMs = 2_000;

/** A stretch in which the sound of a party lies. */
interface Covered extends Interval {
  readonly key: string;
  readonly system: string;
  readonly placement: CaseTime['placement'];
  readonly parties: readonly TimelineParty[];
}

/** Something that shows that parties were active. */
interface Shown {
  readonly entry: TimelineEntry;
  readonly time: CaseTime;
  readonly lengthMs: number;
  readonly parties: readonly TimelineParty[];
  readonly evidence: GapEvidence;
  readonly why: string;
  /** The system in which a recording is asked for; null: any. */
  readonly within: string | null;
}

/** A time at which somebody was active, and of which recordings of them lie in the archive, but not in the case. */
export interface Outside extends Gap {
  /** Their ids. */
  readonly recordings: readonly string[];
}

/** What is missing in a case. */
export interface Gaps {
  /** In order of time, the first of them. */
  readonly gaps: readonly Gap[];
  readonly more: number;
  /** In order of time, the first of them. */
  readonly outside: readonly Outside[];
  readonly moreOutside: number;
  /** Whom a recording is missing of, and when: for whoever looks for one elsewhere. */
  readonly asked: readonly (Interval & { readonly keys: readonly string[] })[];
}

/** All gaps of a case. @param others recordings that are not in it */
export function gapsOf(entries: readonly TimelineEntry[], others: readonly TimelineEntry[] = []): Gaps {
  const index = coverIndex(coverOf(entries));
  const elsewhere = coverIndex(coverOf(others));
  const found = new Map<string, Gap>();
  const outside = new Map<string, Outside>();
  const asked: Gaps['asked'][number][] = [];
  for (const shown of evidenceOf(entries, index)) {
    for (const party of shown.parties) {
      if (party.keys.length === 0) continue;
      const cover = index.near(party.keys, shown).filter(({ system }) => shown.within === null || system === shown.within);
      const beside = elsewhere.near(party.keys, shown).filter(({ system }) => shown.within === null || system === shown.within);
      for (const gap of gapsIn(shown, cover)) {
        const span = { startMs: Date.parse(gap.from), endMs: Date.parse(gap.to) };
        asked.push({ ...span, keys: party.keys });
        const { left, covered } = besides(span, beside, shown.time.roughMs);
        for (const { recordings, ...piece } of covered) put(outside, { ...gap, ...isoSpan(piece), recordings }, shown, party);
        for (const piece of left) put(found, { ...gap, ...isoSpan(piece) }, shown, party);
      }
    }
  }
  const [gaps, known] = [inOrder(found), inOrder(outside)];
  return {
    gaps: gaps.slice(0, limits.caseGaps),
    more: Math.max(0, gaps.length - limits.caseGaps),
    outside: known.slice(0, limits.caseGaps),
    moreOutside: Math.max(0, known.length - limits.caseGaps),
    asked,
  };
}

/** One gap of a call is one gap, whoever took part. */
function put<Kind extends Gap>(found: Map<string, Kind>, gap: Kind, { within }: Shown, { label }: TimelineParty): void {
  const mark = `${gap.from} ${gap.to} ${gap.entry} ${gap.evidence} ${within ?? ''}`;
  found.set(mark, { ...gap, parties: [...new Set([...(found.get(mark)?.parties ?? []), label])] });
}

function inOrder<Kind extends Gap>(found: ReadonlyMap<string, Kind>): Kind[] {
  return [...found.values()].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : a.entry < b.entry ? -1 : 1));
}

function isoSpan({ startMs, endMs }: Interval): Pick<Gap, 'from' | 'to'> {
  return { from: new Date(startMs).toISOString(), to: new Date(endMs).toISOString() };
}

/** What of a gap recordings beside the case cover, and what is left of it. Those that may have been at another time cover nothing. */
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
    .flatMap(({ key, system, parties, accounts, time, lengthMs }) =>
      momentsOf(time).map((startMs) => ({
        key,
        system,
        startMs,
        endMs: startMs + (lengthMs ?? 0),
        placement: time.placement,
        // Whom another export names in this call is on its recording.
        parties: [...parties, ...accounts.flatMap((account) => account.parties)],
      })),
    );
}

/** Recordings by whom they are of and when: a case of a call centre has tens of thousands of one agent. */
interface CoverIndex {
  /** Those of a party that lie near a piece of evidence. */
  near(keys: readonly string[], shown: Pick<Shown, 'time' | 'lengthMs'>): Covered[];
  /** Systems that have recordings of a party. */
  systems(keys: readonly string[]): ReadonlySet<string>;
}

function coverIndex(covered: readonly Covered[]): CoverIndex {
  const byKey = new Map<string, { readonly spans: Covered[]; readonly systems: Set<string>; longestMs: number }>();
  for (const one of [...covered].sort((a, b) => a.startMs - b.startMs)) {
    for (const key of new Set(one.parties.flatMap(({ keys }) => keys))) {
      const of = byKey.get(key) ?? { spans: [], systems: new Set<string>(), longestMs: 0 };
      byKey.set(key, of);
      of.spans.push(one);
      of.systems.add(one.system);
      of.longestMs = Math.max(of.longestMs, one.endMs - one.startMs);
    }
  }
  return {
    near: (keys, { time, lengthMs }) => {
      const found = new Set<Covered>();
      for (const startMs of momentsOf(time)) {
        const [from, to] = [startMs - nearMs - time.roughMs, startMs + lengthMs + nearMs + time.roughMs];
        for (const key of keys) {
          const of = byKey.get(key);
          if (of === undefined) continue;
          for (let at = firstFrom(of.spans, from - of.longestMs); at < of.spans.length; at++) {
            const span = of.spans[at];
            if (span === undefined || span.startMs > to) break;
            if (span.endMs >= from) found.add(span);
          }
        }
      }
      return [...found];
    },
    systems: (keys) => new Set(keys.flatMap((key) => [...(byKey.get(key)?.systems ?? [])])),
  };
}

/** Index of the first stretch that begins at a moment or later. */
function firstFrom(spans: readonly Covered[], ms: number): number {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.startMs ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

function* evidenceOf(entries: readonly TimelineEntry[], index: CoverIndex): Generator<Shown> {
  for (const entry of entries) {
    const { kind, time, parties, callMs, hasAudio, status } = entry;
    if (kind === 'message') {
      yield { entry, time, lengthMs: 0, parties, evidence: 'message', why: `a message (${entry.system})`, within: null };
      continue;
    }
    if (!hasAudio) yield { entry, time, lengthMs: callMs ?? 0, parties, evidence: 'no-audio', why: `a call without sound (${status})`, within: null };
    else if (callMs !== null)
      yield { entry, time, lengthMs: callMs, parties, evidence: 'call-longer', why: 'the call lasted longer than its recording', within: null };
    for (const account of entry.accounts)
      yield {
        entry,
        time: account.time,
        lengthMs: account.lengthMs ?? 0,
        parties: account.parties,
        evidence: 'account',
        why: `what ${account.system} says of the call`,
        within: null,
      };
    if (!hasAudio) continue;
    for (const party of parties) {
      for (const system of index.systems(party.keys))
        if (system !== entry.system)
          yield {
            entry,
            time,
            lengthMs: entry.lengthMs ?? 0,
            parties: [party],
            evidence: 'other-system',
            why: `recorded by ${entry.system}, not by ${system}`,
            within: system,
          };
    }
  }
}

/** The gaps of one party that one piece of evidence shows. */
function* gapsIn({ entry, time, lengthMs, evidence, why }: Shown, cover: readonly Covered[]): Generator<Gap> {
  const sure = merged(cover.filter(({ placement }) => placement !== 'ambiguous').map((one) => widened(one, time.roughMs)));
  const perhaps = cover.filter(({ placement }) => placement === 'ambiguous');
  // An entry whose hour occurred twice covers itself by either reading.
  const own = time.placement === 'ambiguous' ? perhaps.filter(({ key }) => key === entry.key) : [];
  for (const startMs of momentsOf(time)) {
    const whole = { startMs, endMs: startMs + lengthMs };
    const mine = merged([...sure, ...own.filter((one) => Math.abs(one.startMs - startMs) < 1_800_000).map((one) => widened(one, time.roughMs))]);
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
        sureness: ambiguous ? 'ambiguous' : time.placement === 'assumed' || near ? 'assumed' : 'exact',
      };
    }
  }
}

/** A recording this near, placed by an assumed zone, may be the one that seems to be missing. */
const nearMs = 3_600_000;

function widened({ startMs, endMs }: Interval, roughMs: number): Interval {
  return { startMs: startMs - gapToleranceMs - roughMs, endMs: endMs + gapToleranceMs + roughMs };
}

/** What of a stretch is not covered; a moment is covered or not. */
function piecesOf(whole: Interval, cover: readonly Interval[]): Interval[] {
  if (whole.endMs > whole.startMs) return without(whole, cover);
  return cover.some(({ startMs, endMs }) => startMs <= whole.startMs && whole.startMs < endMs) ? [] : [whole];
}

function touches(a: Interval, b: Interval): boolean {
  return common(a, b) > 0 || (a.startMs <= b.startMs && b.startMs < a.endMs);
}
