import type { Directory } from '../../core/identity/directory.ts';
import { nameKey } from '../../core/identity/judge-party.ts';
import type { Period } from '../../core/identity/period.ts';
import { fullNumberDigits, type GivenValue, type Person, personOf } from '../../core/identity/person.ts';
import { personAtOnce } from '../person/known-person.ts';
import type { SearchedArchive } from '../store/searched-archive.ts';
import type { ListRow, RowWho } from './list-rows.ts';

/** A person in a row, for whom the archive is searched. */
export interface RowPerson {
  readonly who: RowWho;
  readonly person: Person;
}

/** Creates persons from the cells of a list. */
export interface RowPeople {
  of(row: ListRow): readonly RowPerson[];
  /** Returns the person with the names that others in the archive share. Searches the archive once per name. */
  withNamesakes(person: Person): Person;
}

/** Sources from which persons are created. */
export interface PeopleSources {
  readonly searched: SearchedArchive;
  /** Calling code of the case; null if it has none. */
  readonly country: string | null;
  /** Calling codes of sites, according to the register. */
  readonly countries: Readonly<Record<string, string>>;
  /** The register of persons; null if none was given. */
  readonly directory: Directory | null;
  /** True if all calls are from one site, so that a short number identifies one line. */
  readonly isOneSite: boolean;
  readonly signal: AbortSignal;
}

/** Number of persons that are cached, because a list repeats them. */
const mostKept = 20_000;
/** The register's owner of a short number at the time of a row counts as the owner for calls within this distance. */
const aroundMs = 86_400_000;

/**
 * Creates persons by one rule: a value that the register knows stands for the whole entry; a short number is a line, which belongs to the person who had it at
 * the time of the row.
 */
export function createRowPeople({ searched, country, countries, directory, isOneSite, signal }: PeopleSources): RowPeople {
  const kept = new Map<string, Person>();
  const namesakes = new Map<string, ReadonlySet<string>>();
  const remember = <Value>(all: Map<string, Value>, key: string, value: Value): Value => {
    if (all.size >= mostKept) all.clear();
    all.set(key, value);
    return value;
  };
  const personFor = (row: ListRow, who: RowWho): Person => {
    const span = row.time?.isSure === true ? row.time.span : null;
    // A line can be identified only if the row's site is known, or if there is only one site.
    const period = span !== null && (isOneSite || row.site !== null) ? { fromMs: span.earliestMs - aroundMs, toMs: span.latestMs + aroundMs } : null;
    const site = row.site;
    const bearers = new Map(who.values.flatMap((text) => directory?.bearers(text, { span, site }) ?? []).map((one) => [one.key, one]));
    const given = who.values.map((text) => givenOf(text, who, period, site));
    const isTimed = given.some((one) => one.period !== null);
    const key = JSON.stringify([who.field === 'trader' || who.field === 'client', who.values, site, [...bearers.keys()]]);
    const known = isTimed ? undefined : kept.get(key);
    if (known !== undefined) return known;
    // A single certain entry stands for everything that it contains. If there are several entries, or one is uncertain, nothing is certain.
    const isSure = bearers.size === 1 && [...bearers.values()].every((one) => one.isSure);
    const registered = [...bearers.values()].flatMap(({ values }) => (isSure ? values : values.map((one) => ({ ...one, isShared: true }))));
    const isName = ({ text }: GivenValue): boolean => bearers.size > 1 && !isShort(text);
    const own = [...registered, ...given.map((one) => (isName(one) ? { ...one, isShared: true } : one))];
    const person = personOf(own, country, countries);
    return isTimed ? person : remember(kept, key, person);
  };
  return {
    of: (row) => row.who.map((who) => ({ who, person: personFor(row, who) })),
    withNamesakes: (person) => {
      const values = person.spellings.map(({ raw: text, ...rest }) => ({ ...rest, text }));
      const key = JSON.stringify(values.filter(({ kind }) => kind === 'name' || kind === 'open').map(({ words }) => nameKey(words)));
      const others = JSON.stringify(values.filter(({ kind }) => kind !== 'name' && kind !== 'open' && kind !== 'extension').map(({ id }) => id));
      const shared =
        namesakes.get(key + others) ?? remember(namesakes, key + others, personAtOnce(searched, { values, countries }, country, signal).sharedNames);
      return { ...person, sharedNames: shared };
    },
  };
}

/** Converts a value of the list for the search. The number of a trader or client is an id, not a line. */
function givenOf(text: string, { field }: RowWho, period: Period | null, site: string | null): GivenValue {
  const none = { text, kind: null, period: null, site: null, isShared: false, isOthers: false, entry: null };
  if (!isShort(text)) return none;
  return field === 'trader' || field === 'client' ? { ...none, kind: 'id' } : { ...none, kind: 'extension', period, site };
}

/** Returns true for digits that may be an extension, or the number of a person's register entry. */
export function isShort(text: string): boolean {
  return /^\d+$/.test(text.trim()) && text.trim().length < fullNumberDigits;
}
