import { byCodePoint } from '../base/order.ts';
import { nameKey } from './judge-party.ts';
import { alikeKey } from './name-likeness.ts';
import { commonPeriod, type Period, periodText, withoutPeriod } from './period.ts';
import { foldedId, type GivenValue, wordsOf } from './person.ts';

/** A name, number, id or extension of a person in a register. */
export interface RegisteredValue {
  readonly kind: 'name' | 'number' | 'id' | 'extension';
  readonly text: string;
  readonly period: Period | null;
  /** The only site where it is theirs; null: every site. */
  readonly site: string | null;
  /** Place of the value in the entry, e.g. `extensions 1`. */
  readonly place: string;
}

/** A person in a register. */
export interface RegisteredPerson {
  readonly key: string;
  readonly values: readonly RegisteredValue[];
}

/** A register of persons and sites: `people.toml`. */
export interface People {
  /** Calling code digits of each site's country. */
  readonly countries: Readonly<Record<string, string>>;
  readonly persons: readonly RegisteredPerson[];
  /** Systems that record the same lines, each as `importer` or `importer site`. */
  readonly lines: readonly (readonly string[])[];
}

/** Everything that a register says about one person, ready for a search. */
export interface Expanded {
  readonly key: string;
  readonly values: readonly GivenValue[];
  readonly countries: Readonly<Record<string, string>>;
  /** Reasons why results for this person may be uncertain, in words without a name or a full number. */
  readonly lacks: readonly string[];
}

/** A problem in a register that makes results uncertain. */
export interface PeopleProblem {
  readonly kind: 'no-period' | 'overlap' | 'shared' | 'namesakes';
  readonly place: string;
  readonly message: string;
}

const always: Period = { fromMs: null, toMs: null };

/** The same value in the entry of another person. */
export interface Rival {
  readonly key: string;
  readonly value: RegisteredValue;
}

/** Values of all persons by identity, to find other holders of a value quickly. */
export type RivalIndex = ReadonlyMap<string, readonly Rival[]>;

/**
 * Returns the identity of a value, e.g. `number 46701740605`. Two values that are or may be one have the same identity; for a name it is the key that
 * all spellings share.
 */
export function identityOf({ kind, text }: Pick<RegisteredValue, 'kind' | 'text'>): string {
  if (kind === 'name') return `name ${alikeKey(wordsOf(text))}`;
  return kind === 'id' ? `id ${foldedId(text)}` : `${kind} ${text.replace(/\D/g, '')}`;
}

/** Indexes all values of a register by identity. */
export function indexPeople({ persons }: Pick<People, 'persons'>): RivalIndex {
  const index = new Map<string, Rival[]>();
  for (const { key, values } of persons)
    for (const value of values) {
      const identity = identityOf(value);
      const some = index.get(identity);
      if (some === undefined) index.set(identity, [{ key, value }]);
      else some.push({ key, value });
    }
  return index;
}

function rivalsOf(index: RivalIndex, key: string, value: RegisteredValue): Rival[] {
  const isThere = (site: string | null): boolean => site === null || value.site === null || site === value.site;
  return (index.get(identityOf(value)) ?? []).filter((rival) => rival.key !== key && isThere(rival.value.site));
}

/** Returns the persons of a register that a text names: by key, otherwise by a name. */
export function personsNamed({ persons }: People, wanted: string): readonly RegisteredPerson[] {
  const byKey = persons.filter(({ key }) => key === wanted.trim());
  if (byKey.length > 0) return byKey;
  const words = nameKey(wordsOf(wanted));
  return words === '' ? [] : persons.filter(({ values }) => values.some(({ kind, text }) => kind === 'name' && nameKey(wordsOf(text)) === words));
}

/**
 * Returns everything that a register says about a person: their values, which of them somebody else has as well, and which were somebody else's at
 * other times.
 */
export function expandPerson(people: People, { key, values }: RegisteredPerson, index: RivalIndex = indexPeople(people)): Expanded {
  const given: GivenValue[] = [];
  const lacks: string[] = [];
  for (const value of values) {
    const { kind, text, period, site, place } = value;
    const entry = `${key}, ${place}`;
    const one = (of: Period | null, isShared: boolean, isOthers = false): GivenValue => ({ text, kind, period: of, site, isShared, isOthers, entry });
    const rivals = rivalsOf(index, key, value);
    if (kind === 'extension' && period === null) {
      lacks.push(`${place} has no period: a call that matches only this is not certain`);
      given.push(one(null, rivals.length > 0));
      continue;
    }
    let own = [period ?? always];
    for (const rival of rivals) {
      const theirs = rival.value.period ?? always;
      for (const common of own.map((part) => commonPeriod(part, theirs)).filter((part) => part !== null)) {
        given.push(one(common, true));
        lacks.push(`${place} belonged to two persons ${periodText(common)} (the other: ${rival.key})`);
      }
      own = own.flatMap((part) => withoutPeriod(part, theirs));
      // The values of others are known from the holders of a short number at other times.
      if (kind === 'extension')
        for (const part of withoutPeriod(theirs, period ?? always))
          given.push({ ...one(part, false, true), site: rival.value.site, entry: `${rival.key}, ${rival.value.place}` });
    }
    for (const part of own) given.push(one(part.fromMs === null && part.toMs === null ? null : part, false));
  }
  return { key, values: given, countries: people.countries, lacks };
}

/** Returns the problems that make results uncertain, in the order of the register. */
export function checkPeople(people: People): readonly PeopleProblem[] {
  const index = indexPeople(people);
  const problems: PeopleProblem[] = [];
  for (const { key, values } of people.persons) {
    for (const value of values) {
      const { kind, period, place } = value;
      const at = `people.${key}, ${place}`;
      if (kind === 'extension' && period === null)
        problems.push({ kind: 'no-period', place: at, message: 'has no period: it is unknown who had it at the time of a call' });
      // Each pair is reported once, at the first of the two.
      for (const rival of rivalsOf(index, key, value).filter((one) => byCodePoint(key, one.key) < 0)) {
        const common = commonPeriod(period ?? always, rival.value.period ?? always);
        if (common === null) continue;
        const other = `people.${rival.key}, ${rival.value.place}`;
        const isSame = nameKey(wordsOf(value.text)) === nameKey(wordsOf(rival.value.text));
        const name = isSame ? `is also the name of ${other}` : `may be a spelling of the name of ${other}`;
        if (kind === 'name') problems.push({ kind: 'namesakes', place: at, message: `${name}: a name alone is not certain` });
        else if (kind === 'extension') problems.push({ kind: 'overlap', place: at, message: `also belongs to ${other}, ${periodText(common)}` });
        else problems.push({ kind: 'shared', place: at, message: `also belongs to ${other}, ${periodText(common)}: alone it is not certain` });
      }
    }
  }
  return problems;
}
