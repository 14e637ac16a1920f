import { fullNumberDigits, type Person } from '../../core/identity/person.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import type { TimeSpan } from '../../core/time/time-span.ts';
import { tryRecording } from '../../pipeline/open/query.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import type { SearchedArchive, Searcher } from '../store/searched-archive.ts';
import type { ListRow } from './list-rows.ts';
import type { RowPerson } from './row-people.ts';

/** A recording that may match a row. */
export interface Candidate {
  readonly found: Found;
  readonly document: RecordingDocument;
}

/** Recordings that may match a row, and recordings that could not be read. */
export interface Candidates {
  readonly all: readonly Candidate[];
  /** Number of calls at the time of the row, whoever took part; null: the row has no time, or there are too many calls to examine. */
  readonly inTime: number | null;
  /** Recordings that could not be read. */
  readonly unread: readonly string[];
}

/** Largest number of calls that are examined for one time or one id. If there are more at one time, only those with the words of the row are examined. */
const mostInTime = 500;
const mostOfId = 100;
/** Number of documents that are cached, because rows in order of time need the same ones. */
const mostDocuments = 1_000;
/** An answer, or the first sound, may follow the beginning of a call by this much. */
const answerMs = 120_000;
/** A call that is in progress at a time began at most this long before. For a call with less sound than half of `nearMs`, the limit is `nearMs`. */
const nearMs = 3_600_000;
const farMs = 24 * 3_600_000;

/** Finds recordings for rows of a list. */
export interface CandidateFinder {
  /** Finds candidates for a row. @param time time of the row, widened by the tolerance */
  find(row: ListRow, time: TimeSpan | null, people: readonly RowPerson[]): Candidates;
  /** Finds recordings of persons for a row without a match. @param time time within which they began; null: any time */
  near(people: readonly RowPerson[], time: TimeSpan | null): readonly Candidate[];
}

/** Creates a finder. Reads documents from the archive on demand and caches a few. */
export function createFinder({ archive, catalog }: SearchedArchive): CandidateFinder {
  const kept = new Map<string, RecordingDocument | null>();
  const read = (found: Found): RecordingDocument | null => {
    const known = kept.get(found.recordingId);
    if (known !== undefined) return known;
    const shown = tryRecording(archive.dir, found);
    const document = 'refused' in shown ? null : shown.document;
    const [oldest] = kept.keys();
    if (kept.size >= mostDocuments && oldest !== undefined) kept.delete(oldest);
    kept.set(found.recordingId, document);
    return document;
  };
  const siteOf = ({ site }: Pick<ListRow, 'site'>): { readonly site?: string } => (site === null ? {} : { site });
  const search = (query: Parameters<Searcher['search']>[0], most: number): Found[] => [...catalog.search({ ...query, limit: most + 1 })];
  /** Returns calls that began or were in progress at a time; null if there are too many. */
  const timed = (row: ListRow, { earliestMs, latestMs }: TimeSpan): Found[] | null => {
    const to = isoOf(latestMs + 1);
    if (row.time?.kind === 'start') {
      const some = search({ ...siteOf(row), from: isoOf(earliestMs - answerMs), to }, mostInTime);
      return some.length > mostInTime ? null : some;
    }
    const near = search({ ...siteOf(row), from: isoOf(earliestMs - nearMs), to }, mostInTime);
    const before = { from: isoOf(earliestMs - farMs), to: isoOf(earliestMs - nearMs) };
    const far = near.length > mostInTime ? [] : search({ ...siteOf(row), ...before, filter: { minLengthMs: nearMs / 2 } }, mostInTime);
    return near.length + far.length > mostInTime ? null : [...near, ...far];
  };
  const ofWords = (row: Pick<ListRow, 'site'>, people: readonly RowPerson[], time: TimeSpan | null, before: number): Found[] => {
    const range = time === null ? { undated: true } : { from: isoOf(time.earliestMs - before), to: isoOf(time.latestMs + 1) };
    const words = [...new Set(people.flatMap(({ person }) => wordsOfPerson(person)))].slice(0, mostWords);
    return words.flatMap((text) => search({ ...siteOf(row), ...range, text }, mostOfId).slice(0, mostOfId));
  };
  const candidatesOf = (rows: readonly Found[], time: TimeSpan | null): { readonly all: Candidate[]; readonly unread: string[] } => {
    const all = new Map<string, Candidate>();
    const unread = new Set<string>();
    for (const found of rows) {
      if (all.has(found.recordingId)) continue;
      const document = read(found);
      if (document === null) {
        if (time === null || mayGoOn(found, time)) unread.add(found.recordingId);
      } else all.set(found.recordingId, { found, document });
    }
    return { all: [...all.values()], unread: [...unread] };
  };
  return {
    find: (row, time, people) => {
      const inTime = time === null ? [] : timed(row, time);
      const ofTime = inTime ?? (time === null ? [] : ofWords(row, people, time, row.time?.kind === 'start' ? answerMs : farMs));
      const ofIds = row.ids.flatMap(({ kind, value }) => {
        if (kind === 'recording' && /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(value)) return search({ recordingId: value.toLowerCase() }, 1).slice(0, 1);
        const words = value.replace(/["*]/g, ' ').trim();
        if (!/[\p{L}\p{N}]/u.test(words) || words.length > mostIdChars) return [];
        const some = search({ text: `"${words}"` }, mostOfId);
        // A value that so many recordings share does not identify a call.
        return some.length > mostOfId ? [] : some;
      });
      return { ...candidatesOf([...ofIds, ...ofTime], time), inTime: time === null ? null : (inTime?.length ?? null) };
    },
    near: (people, time) => candidatesOf(ofWords({ site: null }, people, time, 0), time).all,
  };
}

/** Returns true if a call may have been in progress at a time, judging by its catalog row only. */
function mayGoOn({ earliest, latest, durationMs }: Found, time: TimeSpan): boolean {
  return earliest !== null && latest !== null && earliest <= time.latestMs && latest + (durationMs ?? nearMs) >= time.earliestMs;
}

const mostWords = 20;
const mostIdChars = 200;

/** Returns the words with which the index is searched for a person: one list per spelling. */
function wordsOfPerson({ spellings }: Person): string[] {
  return spellings
    .filter(({ isOthers }) => !isOthers)
    .map(({ raw, kind }) => (kind === 'number' && raw.replace(/\D/g, '').length >= fullNumberDigits ? raw : `"${raw.replace(/["*]/g, ' ').trim()}"`))
    .filter((text) => /[\p{L}\p{N}]/u.test(text));
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 23);
}
