import type { Directory } from '../../core/identity/directory.ts';
import { nameKey } from '../../core/identity/judge-party.ts';
import type { Period } from '../../core/identity/period.ts';
import { fullNumberDigits, type GivenValue, type Person, personOf } from '../../core/identity/person.ts';
import { personIn } from '../person/known-person.ts';
import type { SearchedArchive } from '../store/searched-archive.ts';
import type { ListRow, RowWho } from './list-rows.ts';

/** A person of a row, to be searched. */
export interface RowPerson {
  readonly who: RowWho;
  readonly person: Person;
}

/** Creates persons from the cells of a list. */
export interface RowPeople {
  of(row: ListRow): readonly RowPerson[];
  /** Returns the person extended by the names that others in the archive share. Searches the archive, once per name. */
  withNamesakes(person: Person): Person;
}

/** What persons are created from. */
export interface PeopleSources {
  readonly searched: SearchedArchive;
  /** Calling code of the case; null: none. */
  readonly country: string | null;
  /** Calling codes of sites, from the register. */
  readonly countries: Readonly<Record<string, string>>;
  /** Null: no register was given. */
  readonly directory: Directory | null;
  /** True if all calls are from one site, so that a short number is one line. */
  readonly isOneSite: boolean;
  readonly signal: AbortSignal;
}

/** Number of persons that are cached: a list repeats the same ones. */
const mostKept = 20_000;
/** The owner of a short number at the time of a row applies to calls within this distance. */
const aroundMs = 86_400_000;

/** Creates persons by one rule: a value that the register knows stands for its whole entry; a short number is a line, and belongs to whoever the row says had it at that time. */
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
    // A line can be identified if the site is known, or if there is only one.
    const period = span !== null && (isOneSite || row.site !== null) ? { fromMs: span.earliestMs - aroundMs, toMs: span.latestMs + aroundMs } : null;
    const site = row.site;
    const bearers = new Map(who.values.flatMap((text) => directory?.bearers(text, { span, site }) ?? []).map((one) => [one.key, one]));
    const given = who.values.map((text) => givenOf(text, who, period, site));
    const isTimed = given.some((one) => one.period !== null);
    const key = JSON.stringify([who.field === 'trader' || who.field === 'client', who.values, site, [...bearers.keys()]]);
    const known = isTimed ? undefined : kept.get(key);
    if (known !== undefined) return known;
    // One entry stands for everything that it has; if there are several, or it is uncertain, nothing is certain.
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
        namesakes.get(key + others) ?? remember(namesakes, key + others, personIn(searched, { values, countries }, country, signal).sharedNames);
      return { ...person, sharedNames: shared };
    },
  };
}

/** Converts a value of the list. The number of a trader or client is an id, not a line. */
function givenOf(text: string, { field }: RowWho, period: Period | null, site: string | null): GivenValue {
  const none = { text, kind: null, period: null, site: null, isShared: false, isOthers: false, entry: null };
  if (!isShort(text)) return none;
  return field === 'trader' || field === 'client' ? { ...none, kind: 'id' } : { ...none, kind: 'extension', period, site };
}

/** Returns true for digits that are an extension or the number of a person's entry. */
export function isShort(text: string): boolean {
  return /^\d+$/.test(text.trim()) && text.trim().length < fullNumberDigits;
}
