import type { Directory } from '../../core/identity/directory.ts';
import { nameKey } from '../../core/identity/judge-party.ts';
import type { Period } from '../../core/identity/period.ts';
import { fullNumberDigits, type GivenValue, type Person, personOf } from '../../core/identity/person.ts';
import type { Searcher } from '../person/find-person.ts';
import { personIn } from '../person/known-person.ts';
import type { ListRow, RowWho } from './list-rows.ts';

/** Somebody of a row, to be looked for. */
export interface RowPerson {
  readonly who: RowWho;
  readonly person: Person;
}

/** Makes persons of the cells of a list. */
export interface RowPeople {
  of(row: ListRow): readonly RowPerson[];
  /** The same person with the names that others in the archive have as well. Looks through the archive, once per name. */
  withNamesakes(person: Person): Person;
}

/** What persons are made with. */
export interface PeopleSources {
  readonly archiveDir: string;
  readonly catalog: Searcher;
  /** Calling code of the case; null: none. */
  readonly country: string | null;
  /** The same of sites, by the register. */
  readonly countries: Readonly<Record<string, string>>;
  /** Null: no register was given. */
  readonly directory: Directory | null;
  /** True where all calls are of one site, so that a short number is one line. */
  readonly isOneSite: boolean;
  readonly signal: AbortSignal;
}

/** Persons that are remembered: a list has the same ones again and again. */
const mostKept = 20_000;
/** Whose a short number was at the time of a row holds for calls this far from it. */
const aroundMs = 86_400_000;

/** Makes persons by one rule: a value that a register names stands for all that its entry has; a short number is a line, whose the row says it was at its time. */
export function createRowPeople({ archiveDir, catalog, country, countries, directory, isOneSite, signal }: PeopleSources): RowPeople {
  const kept = new Map<string, Person>();
  const namesakes = new Map<string, ReadonlySet<string>>();
  const remember = <Value>(all: Map<string, Value>, key: string, value: Value): Value => {
    if (all.size >= mostKept) all.clear();
    all.set(key, value);
    return value;
  };
  const personFor = (row: ListRow, who: RowWho): Person => {
    const span = row.time?.isSure === true ? row.time.span : null;
    // Which line it is can be told where it is said at which site it is, or there is one site alone.
    const period = span !== null && (isOneSite || row.site !== null) ? { fromMs: span.earliestMs - aroundMs, toMs: span.latestMs + aroundMs } : null;
    const site = row.site;
    const bearers = new Map(who.values.flatMap((text) => directory?.bearers(text, { span, site }) ?? []).map((one) => [one.key, one]));
    const given = who.values.map((text) => givenOf(text, who, period, site));
    const isTimed = given.some((one) => one.period !== null);
    const key = JSON.stringify([who.field === 'trader' || who.field === 'client', who.values, site, [...bearers.keys()]]);
    const known = isTimed ? undefined : kept.get(key);
    if (known !== undefined) return known;
    // One entry stands for all that it has; of several, and of one that is not certain, nothing is.
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
        namesakes.get(key + others) ??
        remember(namesakes, key + others, personIn(archiveDir, catalog, { values, countries }, country, signal).sharedNames);
      return { ...person, sharedNames: shared };
    },
  };
}

/** A value as the list has it. The number of a trader or client is an id, and no line. */
function givenOf(text: string, { field }: RowWho, period: Period | null, site: string | null): GivenValue {
  const none = { text, kind: null, period: null, site: null, isShared: false, isOthers: false, entry: null };
  if (!isShort(text)) return none;
  return field === 'trader' || field === 'client' ? { ...none, kind: 'id' } : { ...none, kind: 'extension', period, site };
}

/** True for digits that are an extension or the number of somebody's entry. */
export function isShort(text: string): boolean {
  return /^\d+$/.test(text.trim()) && text.trim().length < fullNumberDigits;
}
