import { agree } from '../../core/base/agree.ts';
import type { TimeSpan } from '../../core/time/time-span.ts';
import { counted } from '../../core/words/quantity.ts';
import type { Catalog, Found } from '../../store/catalog/catalog.ts';
import type { CandidateFinder, Candidates } from './candidates.ts';
import { type RowAnswer, without } from './decide-row.ts';
import { isOf } from './judge-row.ts';
import type { ListRow } from './list-rows.ts';
import type { RowPeople, RowPerson } from './row-people.ts';

/**
 * Distance around a row within which recordings of the same persons are searched; below, the number of rows for which this is done. If more rows are missing,
 * the reason is another one.
 */
const aroundMs = 3_600_000;
const mostLooked = 1_000;

/** Sources that explain why no recording was found. */
export interface MissingSources {
  readonly catalog: Pick<Catalog, 'search'>;
  readonly finder: CandidateFinder;
  readonly people: RowPeople;
  /** True if the archive has recordings without any time. */
  readonly hasUndated: boolean;
  /** Results that later rows reuse. */
  readonly memory: MissingMemory;
}

/** Results that consecutive missing rows share. */
export interface MissingMemory {
  /** Number of rows for which the nearest recording was searched. */
  looked: number;
  /** The last period without any recording. */
  silence: { readonly site: string | null; readonly fromMs: number; readonly toMs: number; readonly words: string } | null;
}

/**
 * Explains why no recording was found for a row. Possibly one exists that cannot be read or has no time.
 * @param time of the row, widened by the tolerance; null if it has none
 */
export function whyMissing(
  row: ListRow,
  time: TimeSpan | null,
  { inTime, unread }: Pick<Candidates, 'inTime' | 'unread'>,
  persons: readonly RowPerson[],
  { catalog, finder, people, hasUndated, memory }: MissingSources,
): RowAnswer {
  if (unread.length > 0)
    return {
      ...without('missing', [agree`${unread.length} recording[s] of that time or id cannot be read`]),
      outcome: 'perhaps',
      perhaps: unread.slice(0, mostTold),
    };
  if (time === null) return without('missing', ['no recording has its id']);
  const undated = hasUndated ? finder.near(persons, null).filter((one) => isOf(row, one, persons, people)) : [];
  if (undated.length > 0)
    return {
      ...without('missing', ['the recording has no time']),
      outcome: 'perhaps',
      perhaps: undated.map(({ found }) => found.recordingId).slice(0, mostTold),
    };
  const around = { earliestMs: time.earliestMs - aroundMs, latestMs: time.latestMs + aroundMs };
  const others =
    persons.length === 0 || memory.looked++ >= mostLooked ? [] : finder.near(persons, around).filter((one) => isOf(row, one, persons, people));
  const nearest = others.flatMap(({ found }) => distanceOf(found, time) ?? []).sort((a, b) => Math.abs(a) - Math.abs(b))[0];
  const next = nearest === undefined ? [] : [`the nearest recording with these parties begins ${distanceText(nearest)}`];
  if (inTime !== 0)
    return without('missing', [
      inTime === null
        ? 'none of the many recordings in that time is with its parties'
        : `${counted(inTime, 'recording')} in that time, none with its parties`,
      ...next,
    ]);
  return without('missing', [silence(row, time, catalog, memory), ...next]);
}

const mostTold = 1_000;

/** Returns how long before or after a time a recording began, in ms; null if uncertain. */
function distanceOf({ earliest, latest }: Found, time: TimeSpan): number | null {
  if (earliest === null || latest === null || latest - earliest > 60_000) return null;
  return earliest > time.latestMs ? earliest - time.latestMs : latest < time.earliestMs ? latest - time.earliestMs : null;
}

function distanceText(ms: number): string {
  const seconds = Math.ceil(Math.abs(ms) / 1_000);
  const length = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return `${length} ${ms < 0 ? 'before' : 'after'} the time that the tolerance allows`;
}

/** Reports that nothing at all was recorded around a time, and the beginning and end of that period. */
function silence(
  { site }: Pick<ListRow, 'site'>,
  { earliestMs, latestMs }: TimeSpan,
  catalog: Pick<Catalog, 'search'>,
  memory: MissingMemory,
): string {
  const { silence: known } = memory;
  if (known !== null && known.site === site && known.fromMs <= earliestMs && known.toMs > latestMs) return known.words;
  const within = site === null ? {} : { site };
  const [before] = catalog.search({ ...within, to: isoOf(earliestMs), newestFirst: true, limit: 1 });
  const [after] = catalog.search({ ...within, from: isoOf(latestMs + 1), limit: 1 });
  const words = silenceWords(site, before, after);
  const isoMs = (found: Found | undefined, open: number): number =>
    found?.start == null ? open : Date.parse(`${found.start.slice(0, 23).replace(/Z$/, '')}Z`);
  memory.silence = { site, fromMs: isoMs(before, Number.NEGATIVE_INFINITY), toMs: isoMs(after, Number.POSITIVE_INFINITY), words };
  return words;
}

function silenceWords(site: string | null, before: Found | undefined, after: Found | undefined): string {
  const where = site === null ? 'the archive' : 'the site';
  const text = (found: Found | undefined): string | null => (found?.start == null ? null : found.start.slice(0, 16).replace('T', ' '));
  const [last, next] = [text(before), text(after)];
  if (last === null && next === null) return `${where} has no recording with a time`;
  if (last === null) return `${where} has no recording before ${next}`;
  if (next === null) return `${where} has no recording after ${last}`;
  return `${where} has no recording from that time: the previous one begins ${last}, the next ${next}`;
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 23);
}
