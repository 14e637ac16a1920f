import { foldedText, foldedWords } from '../fold-text.ts';
import { askedNumberKeys, type NumberKey } from '../number-keys.ts';
import { planOf, readNumber } from '../number-reading.ts';
import type { NumberPlan } from '../numbering-plan.ts';

/** What a value is: a full number, a short one (extension), an id or address, a name. `open`: one word without digits, which may be a name or an id. */
export type ValueKind = 'number' | 'extension' | 'id' | 'name' | 'open';

/** A stretch of time, `[fromMs, toMs)`; null: without an end on that side. */
export interface Period {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** One way to name the person who is looked for. */
export interface Spelling {
  readonly raw: string;
  readonly kind: ValueKind;
  /** Ways to write it, where it may be a number; else empty. */
  readonly number: readonly NumberKey[];
  /** Words of a name, folded and sorted; empty where it is none. */
  readonly words: readonly string[];
  /** The whole as an id or address, folded. */
  readonly id: string;
  /** When it was theirs; null: that is not said. */
  readonly period: Period | null;
}

/** What a person decided about a recording or a party: `is`: it is the one who is looked for; `is-not`: it is not. */
export type Decision = 'is' | 'is-not';

/** The person who is looked for, under all names and numbers that were given. */
export interface Person {
  readonly spellings: readonly Spelling[];
  /** Of the country that numbers without one are of; null: that is not known. */
  readonly plan: NumberPlan | null;
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

/** Makes somebody to look for. Texts that say nothing are left out. */
export function personOf(texts: readonly string[], country: string | null): Person {
  const plan = country === null ? null : planOf(country);
  const spellings = texts.map((text) => spellingOf(text, plan)).filter((one) => one !== null);
  return { spellings, plan, sharedNames: new Set(), decided: null };
}

/** Reads one value; null where it says nothing. */
export function spellingOf(text: string, plan: NumberPlan | null): Spelling | null {
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
  const kind = kindOf(plain, read === null ? null : read.digits.length);
  // What has a digit in it, e.g. `Desk 7` or `agent-7`, is one by all of its words.
  const words = kind === 'number' || kind === 'extension' || plain.includes('@') ? [] : /\p{Nd}/u.test(plain) ? allWordsOf(plain) : wordsOf(plain);
  return { raw, kind, number, words, id, period: null };
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
