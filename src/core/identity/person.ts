import { type NumberKey, queryNumberKeys } from '../numbers/number-keys.ts';
import { planOf, readNumber } from '../numbers/number-reading.ts';
import type { NumberPlan } from '../numbers/numbering-plan.ts';
import { utcClock } from '../time/zone-clock.ts';
import { foldedText, foldedWords } from '../words/fold-text.ts';
import type { Decision } from './decision.ts';
import { type Period, readMoment } from './period.ts';

/**
 * Kind of a value: a full number, a short number (extension), an id or address, a name. `open`: one word without digits, which may be a name or an
 * id.
 */
export type ValueKind = 'number' | 'extension' | 'id' | 'name' | 'open';

/** A value from a register of persons, or as typed. */
export interface GivenValue {
  readonly text: string;
  /** Null: derived from the text. */
  readonly kind: ValueKind | null;
  /** When it was theirs; null: not stated. */
  readonly period: Period | null;
  /** The only site where it is theirs; null: everywhere. */
  readonly site: string | null;
  /** True if the value alone is never certain, because somebody else has it at the same time. */
  readonly isShared: boolean;
  /** True for a number or id that somebody else had then: such a value contradicts the identity. */
  readonly isOthers: boolean;
  /** Place in the register, e.g. `anna-berg, extensions 1`; null: it was typed. */
  readonly entry: string | null;
}

/** One spelling of the wanted person. */
export interface Spelling extends Omit<GivenValue, 'text' | 'kind'> {
  readonly raw: string;
  readonly kind: ValueKind;
  /** Keys of the number, if the spelling may be one; otherwise empty. */
  readonly number: readonly NumberKey[];
  /** Words of a name, folded and sorted; empty if it is not a name. */
  readonly words: readonly string[];
  /** The whole text as an id or address, folded. */
  readonly id: string;
}

/** The wanted person, with all given names and numbers. */
export interface Person {
  readonly spellings: readonly Spelling[];
  /** Plan for numbers without a country; null: unknown. */
  readonly plan: NumberPlan | null;
  /** Plans of sites whose country is known; in recordings of that site they take precedence over `plan`. */
  readonly sitePlans: ReadonlyMap<string, NumberPlan>;
  /** Names among the spellings (words joined by a blank) that others in the archive share: see `createBearers`. */
  readonly sharedNames: ReadonlySet<string>;
  /**
   * Decisions of persons; they take precedence over all evidence. Null: there are none.
   * @param field `parties[0]`, `accounts[0].parties[1]`; null: of the recording as a whole
   */
  readonly decided: ((recordingId: string, field: string | null) => Decision | null) | null;
}

/** Number of digits from which a number belongs to a subscriber rather than to an extension. */
export const fullNumberDigits = 7;

/**
 * Creates a wanted person. Texts without content are left out.
 * @param country digits of a calling code; null: unknown
 * @param countries digits of the calling code per site
 */
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

/** Returns the same person for recordings of a site, with the numbering plan of that site's country. */
export function personAt(person: Person, site: string): Person {
  const plan = person.sitePlans.get(site);
  return plan === undefined ? person : { ...person, plan };
}

/**
 * Parses a typed value: `1001@2025-09-01..2025-10-26T01:00Z` has a period, which is in UTC if it has no offset; `1001@..` was theirs at all times.
 */
function typedValue(text: string): GivenValue {
  const none = { kind: null, site: null, isShared: false, isOthers: false, entry: null };
  const [, value = '', from = '', to = ''] = /^(.+)@([\dTZ:+-]*)\.\.([\dTZ:+-]*)$/.exec(text.trim()) ?? [];
  const [fromMs = null, toMs = null] = [from, to].map((moment) => (moment === '' ? null : readMoment(moment, utcClock)));
  const isPeriod = value !== '' && !(from !== '' && fromMs === null) && !(to !== '' && toMs === null);
  return isPeriod ? { ...none, text: value, period: { fromMs, toMs } } : { ...none, text, period: null };
}

/** Parses one value; null if it has no content. */
function spellingOf({ text, kind: said, ...given }: GivenValue, plan: NumberPlan | null): Spelling | null {
  const raw = text.trim();
  // Removes what a spreadsheet puts around a number, e.g. `="070…"` or `'070…`.
  const plain = raw
    .replace(/^=\s*"(.*)"$/, '$1')
    .replace(/^['=](?=[+\d(])/, '')
    .trim();
  const id = foldedId(plain);
  if (id === '') return null;
  const read = readNumber(plain, plan);
  const number = read === null ? [] : queryNumberKeys(plain, plan);
  const kind = said ?? kindOf(plain, read === null ? null : read.digits.length);
  // A value with a digit, e.g. `Desk 7` or `agent-7`, matches only with all of its words.
  const words = kind === 'number' || kind === 'extension' || plain.includes('@') ? [] : /\p{Nd}/u.test(plain) ? allWordsOf(plain) : wordsOf(plain);
  return { ...given, raw, kind, number: kind === 'name' ? [] : number, words, id };
}

function kindOf(plain: string, digits: number | null): ValueKind {
  if (digits !== null) return digits < fullNumberDigits ? 'extension' : 'number';
  if (/^<?(?:sips?|mailto):/i.test(plain) || plain.includes('@')) return 'id';
  if (/\p{L}.*\s.*\S|\S.*\s.*\p{L}/u.test(plain)) return 'name';
  return /\p{Nd}/u.test(plain) ? 'id' : foldedWords(plain).includes(' ') ? 'name' : 'open';
}

/** Returns the words with letters, folded, in code-point order: `Berg, Anna` and `anna berg` are one name. */
export function wordsOf(text: string): readonly string[] {
  return foldedWords(text)
    .split(' ')
    .filter((word) => /\p{L}/u.test(word))
    .sort();
}

/** Returns all words, including those of digits only. */
export function allWordsOf(text: string): readonly string[] {
  const words = foldedWords(text).split(' ').sort();
  return words.some((word) => /\p{L}/u.test(word)) ? words : [];
}

/** Folds an id or address for comparison. */
export function foldedId(text: string): string {
  return foldedText(
    text
      .trim()
      .replace(/^<?(?:sips?:|mailto:|tel:)/i, '')
      .replace(/>$/, ''),
  );
}
