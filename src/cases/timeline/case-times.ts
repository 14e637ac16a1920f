import type { TimeValue } from '../../core/model/recording.ts';

/** How a time can be placed among others. `local`: a clock of which no zone is known; `unknown`: no time at all. */
export type Placement = 'exact' | 'assumed' | 'ambiguous' | 'local' | 'unknown';

/** A time as a case uses it. */
export interface CaseTime {
  readonly placement: Placement;
  /** UTC, where it is known. */
  readonly utc: string | null;
  /** The two readings of an hour that occurred twice, earlier first; else empty. */
  readonly candidates: readonly string[];
  /** The clock's reading, where that is all there is. */
  readonly local: string | null;
  readonly certainty: TimeValue['certainty'] | null;
  /** How far off it may be by the way it is written, ms. */
  readonly roughMs: number;
}

const roughness = { ms: 0, s: 1_000, min: 60_000, day: 86_400_000 } as const;

/** A recorder's time as a case uses it. */
export function caseTime(time: TimeValue | null): CaseTime {
  const none: CaseTime = { placement: 'unknown', utc: null, candidates: [], local: null, certainty: time?.certainty ?? null, roughMs: 0 };
  if (time === null) return none;
  const rest = { certainty: time.certainty, roughMs: roughness[time.precision] };
  const isMoment = (text: string): boolean => !Number.isNaN(Date.parse(text));
  if (time.utc !== null && isMoment(time.utc))
    return { placement: time.certainty === 'exact' ? 'exact' : 'assumed', utc: time.utc, candidates: [], local: null, ...rest };
  const candidates = time.candidates.filter(isMoment).slice(0, 2);
  if (candidates.length === 2) return { placement: 'ambiguous', utc: null, candidates, local: time.local, ...rest };
  if (time.local !== null && isMoment(`${time.local}Z`)) return { placement: 'local', utc: null, candidates: [], local: time.local, ...rest };
  return none;
}

/** The moments that a time may be, in epoch ms; empty where nothing is known of UTC. */
export function momentsOf(time: CaseTime): readonly number[] {
  return (time.utc === null ? time.candidates : [time.utc]).map((text) => Date.parse(text));
}

/** The first moment of a UTC time or of the beginning of one (`2019-03`), in epoch ms. */
export function startOfIso(text: string): number {
  const rest = '0000-01-01T00:00:00.000Z';
  return Date.parse(text.length >= 19 ? `${text}Z` : text + rest.slice(text.length));
}
