import { askedNumberKeys, type NumberKey } from '../core/number-keys.ts';
import type { NumberPlan } from '../core/numbering-plan.ts';

/** One thing that must be there. */
export interface SearchTerm {
  /** Words that stand beside each other in this order; without signs that are no letters or digits. */
  readonly words: string;
  /** The last word may go on. */
  readonly begins: boolean;
  /** Spellings of the number that it may be, each found instead of the words; empty where it is none. */
  readonly numbers: readonly NumberKey[];
  /** Number and words typed apart, as `070-174 06 05`: all of them may also be found each for itself. */
  readonly apart: readonly string[];
}

/** What a text asks for. */
export interface SearchTerms {
  readonly terms: readonly SearchTerm[];
  /** True where there are signs, but none that could ever be found. */
  readonly hopeless: boolean;
}

/** How a text is read. */
export interface ReadingOptions {
  /** Each word finds words that begin with it, also without a star. */
  readonly begins?: boolean;
  /** Of the country that national numbers are of. */
  readonly plan?: NumberPlan | null;
}

/** No person asks for more; what is behind is left aside. */
const maxTextLength = 1_000;
const maxTerms = 32;
/** Fewer digits are an extension or a case: words are enough. */
const minNumberDigits = 5;

/**
 * Reads what a person typed: words, "words beside each other", beginnings*, telephone numbers in any spelling. Every text has a meaning; no sign of the query
 * language of FTS5 has one.
 */
export function readSearch(text: string, { begins = false, plan = null }: ReadingOptions = {}): SearchTerms {
  const plain = text
    .slice(0, maxTextLength)
    .toWellFormed()
    .replace(/\p{Cc}/gu, ' ')
    .normalize('NFC');
  const pieces = [...plain.matchAll(/"([^"]*)"(\*?)|([^\s"]+)/g)];
  const terms: SearchTerm[] = [];
  let run: string[] = [];
  const endRun = (): void => {
    terms.push(...numberTerms(run, begins, plan));
    run = [];
  };
  let hasSigns = false;
  for (const [, phrase, star, word] of pieces) {
    if (word === '*' || phrase === '') continue;
    hasSigns = true;
    if (word !== undefined && /^[+(]?[\d()[\]./\-\u2010-\u2015]+\*?$/u.test(word) && /\d/.test(word)) {
      run.push(word);
      if (word.endsWith('*')) endRun();
      continue;
    }
    endRun();
    const given = phrase ?? word ?? '';
    const isOpen = star === '*' || (word !== undefined && (begins || word.endsWith('*')));
    const words = wordsOf(given);
    if (words !== '') terms.push({ words, begins: isOpen, numbers: isAddress(given) ? askedNumberKeys(given, plan) : [], apart: [] });
  }
  endRun();
  return { terms: terms.slice(0, maxTerms), hopeless: hasSigns && terms.length === 0 };
}

/** The same as an expression of FTS5 over the columns `text` and `keys`; null where nothing is asked. */
export function matchOf({ terms }: SearchTerms): string | null {
  return terms.length === 0 ? null : terms.map(termOf).join(' AND ');
}

/** Words as an expression over one column, each a beginning; null where there is none. */
export function columnMatch(column: string, text: string): string | null {
  const words = wordsOf(text.slice(0, maxTextLength).toWellFormed())
    .split(' ')
    .filter((word) => word !== '');
  return words.length === 0
    ? null
    : `${column} : (${words
        .slice(0, maxTerms)
        .map((word) => quoted(word, true))
        .join(' AND ')})`;
}

function termOf({ words, begins, numbers, apart }: SearchTerm): string {
  const ways = [`text : ${quoted(words, begins)}`];
  if (numbers.length > 0) ways.push(`keys : (${numbers.map(({ key, whole }) => quoted(key, begins && !whole)).join(' OR ')})`);
  if (apart.length > 1) ways.push(`text : (${apart.map((word, index) => quoted(word, begins && index === apart.length - 1)).join(' AND ')})`);
  return ways.length === 1 ? (ways[0] ?? '') : `(${ways.join(' OR ')})`;
}

/** A run of words of digits: one number typed with gaps, or several. */
function numberTerms(run: readonly string[], begins: boolean, plan: NumberPlan | null): SearchTerm[] {
  if (run.length === 0) return [];
  const isOpen = begins || run.at(-1)?.endsWith('*') === true;
  const whole = run.join(' ').replaceAll('*', '');
  const words = wordsOf(whole);
  if (words === '') return [];
  const numbers = whole.replace(/\D/g, '').length < minNumberDigits ? [] : askedNumberKeys(whole, plan);
  if (run.length === 1) return [{ words, begins: isOpen, numbers, apart: [] }];
  if (numbers.length > 0) return [{ words, begins: isOpen, numbers, apart: run.map(wordsOf).filter((word) => word !== '') }];
  return run.flatMap((word, index) => numberTerms([word], begins && index === run.length - 1, plan));
}

function isAddress(text: string): boolean {
  const isNumber = /^[+(]?[\d()[\]./\-\u2010-\u2015\s]+$/u.test(text) && text.replace(/\D/g, '').length >= minNumberDigits;
  return isNumber || /^(?:tel:|sips?:|\+?\d[\d.-]*@)/i.test(text);
}

/** What the tokenizer keeps: letters, digits, and private signs. Source: sqlite.org/fts5.html, section 4.3.1. */
function wordsOf(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{M}\p{Co}]+/gu, ' ').trim();
}

/** Several words in one pair of marks stand beside each other. */
function quoted(words: string, begins: boolean): string {
  return `"${words}"${begins ? ' *' : ''}`;
}
