import type { TimeValue } from '../../core/model/recording.ts';

/** How precisely a time can be placed among others. `local`: only a clock of unknown zone; `unknown`: no time at all. */
export type Placement = 'exact' | 'assumed' | 'ambiguous' | 'local' | 'unknown';

/** A time as cases use it. */
export interface CaseTime {
  readonly placement: Placement;
  /** The time in UTC; null if unknown. */
  readonly utc: string | null;
  /** Both readings of an ambiguous time (DST fold), the earlier one first; empty for other times. */
  readonly candidates: readonly string[];
  /** Local time, if nothing else is known; else null. */
  readonly local: string | null;
  readonly certainty: TimeValue['certainty'] | null;
  /** Uncertainty in ms that follows from the written precision. */
  readonly roughMs: number;
}

const roughness = { ms: 0, s: 1_000, min: 60_000, day: 86_400_000 } as const;

/** Converts a recorder's time. */
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

/** Returns the possible moments of a time, in epoch ms; empty if UTC is unknown. */
export function momentsOf(time: CaseTime): readonly number[] {
  return (time.utc === null ? time.candidates : [time.utc]).map((text) => Date.parse(text));
}

/** Returns the first moment of a UTC time or of a prefix of one (`2019-03`), in epoch ms. */
export function startOfIso(text: string): number {
  const rest = '0000-01-01T00:00:00.000Z';
  return Date.parse(text.length >= 19 ? `${text}Z` : text + rest.slice(text.length));
}
