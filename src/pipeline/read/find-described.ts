import type { MatchRule } from '../../core/model/importer.ts';
import type { NameValue, Party, Recording, TimeValue } from '../../core/model/recording.ts';
import type { DocumentedRecording, RecordingDocument } from '../../core/model/recording-document.ts';
import { partyKey } from '../../core/numbers/party-key.ts';
import type { Lookup, Newest } from '../../store/catalog/lookup.ts';
import type { AmendmentTools } from './amend-archived.ts';

/** What finding described recordings needs. */
export interface DescribedTools extends Pick<AmendmentTools, 'documentOf'> {
  readonly lookup: Pick<Lookup, 'havingValue' | 'matching' | 'newestOf' | 'withKey'>;
  /** Only recordings of this site; null: of all sites. */
  readonly site: string | null;
}

/** The recordings that a row describes. */
export type DescribedByRow =
  | { readonly kind: 'found'; readonly by: 'id' | 'window'; readonly recordings: readonly Newest[] }
  /** Several recordings, of which one would have to be chosen; or more than one row can describe. */
  | { readonly kind: 'several' }
  /** `hasValues` is false if the row lacks the values by which it would be matched. */
  | { readonly kind: 'none'; readonly hasValues: boolean };

/** Largest number of recordings that one row may describe (calls of one customer or order), and of candidates that are examined for one row. */
export const mostDescribed = 1_000;
/** Largest number of candidates with a number and a similar time. */
const mostNear = 200;
/** Largest number of numbers and agents of one row that are looked up. */
const mostParties = 16;

/**
 * Creates a function that finds the archived recordings that a row describes, as `longplay amend` matches them: by the values that the rule names,
 * otherwise by number and time.
 */
export function findDescribed(rule: MatchRule, tools: DescribedTools): (row: Recording) => DescribedByRow {
  const { lookup, documentOf, site } = tools;
  /** Returns the newest states of those recordings whose newest description passes a test, each once. */
  const passing = (ids: readonly string[], test: (document: RecordingDocument) => boolean): Newest[] => {
    const found = new Map<string, Newest>();
    for (const id of ids) {
      // The recording that supersedes another one has the description.
      const newest = lookup.newestOf(id);
      if (newest === null || found.has(newest.recordingId)) continue;
      const document = documentOf(newest);
      if (document !== null && (site === null || document.site === site) && test(document)) found.set(newest.recordingId, newest);
    }
    return [...found.values()];
  };
  const settle = (by: 'id' | 'window', found: readonly Newest[], isCrowded: boolean): DescribedByRow | null => {
    if (isCrowded || (found.length > 1 && (by === 'window' || !rule.several))) return { kind: 'several' };
    return found.length === 0 ? null : { kind: 'found', by, recordings: found };
  };
  const byValues = (wanted: readonly NameValue[]): DescribedByRow | null => {
    const key = wanted.find(({ name }) => name === 'key')?.value.trim();
    // The catalog has the keys of the newest descriptions, so no document must be read for them.
    if (key !== undefined && wanted.length === 1) {
      const found = lookup.withKey(key).filter((newest) => site === null || newest.site === site);
      return settle('id', found.slice(0, mostDescribed), found.length > mostDescribed);
    }
    // The longest value is likely to be the rarest.
    const rarest = wanted.reduce((longest, each) => (each.value.length > longest.length ? each.value : longest), '');
    const ids = key === undefined ? lookup.havingValue(rarest, mostDescribed + 1) : lookup.withKey(key).map(({ recordingId }) => recordingId);
    const found = passing(ids, ({ recording }) => wanted.every((one) => hasValue(recording, one)));
    return settle('id', found, ids.length > mostDescribed && found.length > 0);
  };
  const byWindow = ({ callStart, parties }: Recording, windowMs: number): DescribedByRow | null => {
    const at = callStart?.utc == null ? null : Date.parse(callStart.utc);
    const texts = textsOfParties(parties).slice(0, mostParties);
    if (at === null || texts.length === 0) return null;
    const numbers = new Set(texts.map(partyKey));
    const range = { from: new Date(at - windowMs).toISOString(), to: new Date(at + windowMs + 1).toISOString(), limit: mostNear + 1 };
    const each = texts.map((text) => lookup.matching({ ...range, text: `"${text.replaceAll('"', ' ')}"` }));
    const isOfRow = ({ recording }: RecordingDocument): boolean =>
      isNear(recording.callStart, at, windowMs) && textsOfParties(recording.parties).some((text) => numbers.has(partyKey(text)));
    return settle(
      'window',
      passing(each.flat(), isOfRow),
      each.some((ids) => ids.length > mostNear),
    );
  };
  return (row) => {
    const wanted = rule.names.flatMap((name) => row.correlation.find((pair) => pair.name === name && pair.value.trim() !== '') ?? []);
    const hasAll = rule.names.length > 0 && wanted.length === rule.names.length;
    const found = hasAll ? byValues(wanted) : null;
    if (found !== null) return found;
    const near = rule.windowMs === null ? null : byWindow(row, rule.windowMs);
    return near ?? { kind: 'none', hasValues: hasAll || (rule.windowMs !== null && row.callStart?.utc != null) };
  };
}

/** Returns true if a recording, or another system's account of it under the same id, has a value under a name. `key` is the recorder's own key. */
function hasValue(recording: DocumentedRecording, { name, value }: NameValue): boolean {
  const wanted = value.trim();
  const said = [recording, ...(recording.accounts ?? []).filter(({ joinedBy }) => joinedBy === 'id')];
  if (name === 'key')
    return recording.key === wanted || (recording.accounts ?? []).some((account) => account.table === undefined && account.key === wanted);
  return said.some((each) =>
    [each.sourceKeys, each.correlation, each.tags, each.org, each.extra].some((pairs) =>
      pairs.some((pair) => pair.name === name && pair.value.trim() === wanted),
    ),
  );
}

/** Returns the numbers of parties and ids of agents, as written. */
function textsOfParties(parties: readonly Party[]): string[] {
  const all = parties.flatMap(({ phone, agentId }) =>
    [phone?.raw, agentId].flatMap((text) => (text == null || text.trim() === '' ? [] : [text.trim()])),
  );
  return [...new Set(all)];
}

/** Returns true if a start is known in UTC and within a window around a time. */
function isNear(start: TimeValue | null, at: number, windowMs: number): boolean {
  return start?.utc != null && Math.abs(Date.parse(start.utc) - at) <= windowMs;
}
