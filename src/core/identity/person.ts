import { askedNumberKeys, type NumberKey } from '../numbers/number-keys.ts';
import { planOf, readNumber } from '../numbers/number-reading.ts';
import type { NumberPlan } from '../numbers/numbering-plan.ts';
import { utcClock } from '../time/zone-clock.ts';
import { foldedText, foldedWords } from '../words/fold-text.ts';
import { type Period, readMoment } from './period.ts';

/** What a value is: a full number, a short one (extension), an id or address, a name. `open`: one word without digits, which may be a name or an id. */
export type ValueKind = 'number' | 'extension' | 'id' | 'name' | 'open';

/** A value as it is given: by a register of persons, or typed. */
export interface GivenValue {
  readonly text: string;
  /** Null: it is read from the text. */
  readonly kind: ValueKind | null;
  /** When it was theirs; null: that is not said. */
  readonly period: Period | null;
  /** The only site where it is theirs; null: wherever it stands. */
  readonly site: string | null;
  /** True for what is never certain alone: somebody else has it at the same time. */
  readonly isShared: boolean;
  /** True for a number or id that somebody else had then: it speaks against. */
  readonly isOthers: boolean;
  /** Where the register has it, e.g. `anna-berg, extensions 1`; null: it was typed. */
  readonly entry: string | null;
}

/** One way to name the person who is looked for. */
export interface Spelling extends Omit<GivenValue, 'text' | 'kind'> {
  readonly raw: string;
  readonly kind: ValueKind;
  /** Ways to write it, where it may be a number; else empty. */
  readonly number: readonly NumberKey[];
  /** Words of a name, folded and sorted; empty where it is none. */
  readonly words: readonly string[];
  /** The whole as an id or address, folded. */
  readonly id: string;
}

/** What a person decided about a recording or a party: `is`: it is the one who is looked for; `is-not`: it is not. */
export type Decision = 'is' | 'is-not';

/** The person who is looked for, under all names and numbers that were given. */
export interface Person {
  readonly spellings: readonly Spelling[];
  /** Of the country that numbers without one are of; null: that is not known. */
  readonly plan: NumberPlan | null;
  /** Of sites whose country is known; it takes precedence over `plan` in recordings of that site. */
  readonly sitePlans: ReadonlyMap<string, NumberPlan>;
  /** Names among the spellings (their words, joined by a blank) that others in the archive have as well: see `createBearers`. */
  readonly sharedNames: ReadonlySet<string>;
  /**
   * What persons decided; it takes precedence over all evidence. Null: nothing was decided.
   * @param field `parties[0]`, `accounts[0].parties[1]`; null: of the recording as a whole
   */
  readonly decided: ((recordingId: string, field: string | null) => Decision | null) | null;
}

/** Digits from which on a number is a subscriber's and no extension. */
export const fullNumberDigits = 7;

/** Makes somebody to look for. Texts that say nothing are left out. @param country digits of a calling code; null: not known @param countries the same of sites */
export function personOf(given: readonly (string | GivenValue)[], country: string | null, countries: Readonly<Record<string, string>> = {}): Person {
  const plan = country === null ? null : planOf(country);
  const spellings = given.map((one) => spellingOf(typeof one === 'string' ? typedValue(one) : one, plan)).filter((one) => one !== null);
  const sitePlans = new Map<string, NumberPlan>();
  for (const [site, code] of Object.entries(countries)) {
    const of = planOf(code);
    if (of !== null) sitePlans.set(site, of);
  }
  return { spellings, plan, sitePlans, sharedNames: new Set(), decided: null };
}

/** The same person, asked of recordings of a site: with its country. */
export function personAt(person: Person, site: string): Person {
  const plan = person.sitePlans.get(site);
  return plan === undefined ? person : { ...person, plan };
}

/** A value as somebody types it: `1001@2025-09-01..2025-10-26T01:00Z` has a period, in UTC where it names no offset; `1001@..` was theirs at all times. */
function typedValue(text: string): GivenValue {
  const none = { kind: null, site: null, isShared: false, isOthers: false, entry: null };
  const [, value = '', from = '', to = ''] = /^(.+)@([\dTZ:+-]*)\.\.([\dTZ:+-]*)$/.exec(text.trim()) ?? [];
  const [fromMs = null, toMs = null] = [from, to].map((moment) => (moment === '' ? null : readMoment(moment, utcClock)));
  const isPeriod = value !== '' && !(from !== '' && fromMs === null) && !(to !== '' && toMs === null);
  return isPeriod ? { ...none, text: value, period: { fromMs, toMs } } : { ...none, text, period: null };
}

/** Reads one value; null where it says nothing. */
function spellingOf({ text, kind: said, ...given }: GivenValue, plan: NumberPlan | null): Spelling | null {
  const raw = text.trim();
  // A spreadsheet's guard around a number, e.g. `="070…"` or `'070…`.
  const plain = raw
    .replace(/^=\s*"(.*)"$/, '$1')
    .replace(/^['=](?=[+\d(])/, '')
    .trim();
  const id = foldedId(plain);
  if (id === '') return null;
  const read = readNumber(plain, plan);
  const number = read === null ? [] : askedNumberKeys(plain, plan);
  const kind = said ?? kindOf(plain, read === null ? null : read.digits.length);
  // What has a digit in it, e.g. `Desk 7` or `agent-7`, is one by all of its words.
  const words = kind === 'number' || kind === 'extension' || plain.includes('@') ? [] : /\p{Nd}/u.test(plain) ? allWordsOf(plain) : wordsOf(plain);
  return { ...given, raw, kind, number: kind === 'name' ? [] : number, words, id };
}

function kindOf(plain: string, digits: number | null): ValueKind {
  if (digits !== null) return digits < fullNumberDigits ? 'extension' : 'number';
  if (/^<?(?:sips?|mailto):/i.test(plain) || plain.includes('@')) return 'id';
  if (/\p{L}.*\s.*\S|\S.*\s.*\p{L}/u.test(plain)) return 'name';
  return /\p{Nd}/u.test(plain) ? 'id' : foldedWords(plain).includes(' ') ? 'name' : 'open';
}

/** Words with letters in them, folded, in code-point order: `Berg, Anna` and `anna berg` are one name. */
export function wordsOf(text: string): readonly string[] {
  return foldedWords(text)
    .split(' ')
    .filter((word) => /\p{L}/u.test(word))
    .sort();
}

/** All words, with those of digits alone. */
export function allWordsOf(text: string): readonly string[] {
  const words = foldedWords(text).split(' ').sort();
  return words.some((word) => /\p{L}/u.test(word)) ? words : [];
}

/** An id or address as it is compared. */
export function foldedId(text: string): string {
  return foldedText(
    text
      .trim()
      .replace(/^<?(?:sips?:|mailto:|tel:)/i, '')
      .replace(/>$/, ''),
  );
}
