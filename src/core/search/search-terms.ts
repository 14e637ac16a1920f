import { type NumberKey, queryNumberKeys } from '../numbers/number-keys.ts';
import type { NumberPlan } from '../numbers/numbering-plan.ts';
import { betweenDigits, foldedWords, plainText } from '../words/fold-text.ts';
import { otherSpellings } from '../words/transcription.ts';

/** One part of a search that must match. */
export interface SearchTerm {
  /** Consecutive words, in this order: `foldedWords`. */
  readonly words: string;
  /** True if a word of the text may be longer than the last word. */
  readonly begins: boolean;
  /** Spellings of the number that the words may be: alternatives to the words; empty if they are not a number. */
  readonly numbers: readonly NumberKey[];
  /** Parts of a number typed with gaps, e.g. `070-174 06 05`, folded. As an alternative to the words, all parts may be found separately. */
  readonly apart: readonly string[];
  /** Digits of such a number as one word, as file names have them; empty: it was typed as one word, or is not a number. */
  readonly joined: string;
  /** Other spellings of the words (`otherSpellings`): alternatives to the words, with an uncertain match. */
  readonly alike: readonly string[];
}

/** Terms of a search text. */
export interface SearchTerms {
  readonly terms: readonly SearchTerm[];
  /** True if the text consists of characters that can never be found. */
  readonly hopeless: boolean;
  /** True if the text exceeds `searchLimits`, so that its rest is ignored. */
  readonly isCut: boolean;
}

/** Options for reading a search text. */
export interface ReadingOptions {
  /** True: each word matches words that begin with it, also without a star. */
  readonly begins?: boolean;
  /** Numbering plan for national numbers. */
  readonly plan?: NumberPlan | null;
}

/** Limits of a search text; nobody types more. */
export const searchLimits = { characters: 1_000, words: 32 };
/** Smallest number of digits of a number: fewer digits are an extension or a case number, for which searching the words suffices. */
const minNumberDigits = 5;
/** A word of digits, possibly with gaps. */
const numberWord = new RegExp(`^[+(]?[\\d${betweenDigits}]+\\*?$`, 'u');
const numberText = new RegExp(`^[+(]?[\\d${betweenDigits}]+$`, 'u');

/**
 * Parses a search text: words, "quoted phrases", beginnings*, telephone numbers in any spelling. Every text is valid; characters of the query
 * language of FTS5 have no special meaning. The catalog, `search` and the pages use only this parser.
 */
export function readSearch(text: string, { begins = false, plan = null }: ReadingOptions = {}): SearchTerms {
  const plain = plainText(text.slice(0, searchLimits.characters).replace(/\p{Cc}/gu, ' '));
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
    if (word !== undefined && numberWord.test(word) && /\d/.test(word)) {
      run.push(word);
      if (word.endsWith('*')) endRun();
      continue;
    }
    endRun();
    const given = phrase ?? word ?? '';
    const isOpen = star === '*' || (word !== undefined && (begins || word.endsWith('*')));
    const words = foldedWords(given);
    const numbers = isAddress(given) ? queryNumberKeys(given, plan) : [];
    if (words !== '')
      terms.push({
        words,
        begins: isOpen,
        numbers,
        apart: [],
        joined: joinedDigits(given, words),
        alike: numbers.length > 0 ? [] : otherSpellings(given),
      });
  }
  endRun();
  return {
    terms: terms.slice(0, searchLimits.words),
    hopeless: hasSigns && terms.length === 0,
    isCut: text.length > searchLimits.characters || terms.length > searchLimits.words,
  };
}

/** Interprets consecutive words of digits: one number typed with gaps, or several. */
function numberTerms(run: readonly string[], begins: boolean, plan: NumberPlan | null): SearchTerm[] {
  if (run.length === 0) return [];
  const isOpen = begins || run.at(-1)?.endsWith('*') === true;
  const whole = run.join(' ').replaceAll('*', '');
  const words = foldedWords(whole);
  if (words === '') return [];
  const numbers = whole.replace(/\D/g, '').length < minNumberDigits ? [] : queryNumberKeys(whole, plan);
  const joined = numbers.length === 0 ? '' : joinedDigits(whole, words);
  if (run.length === 1) return [{ words, begins: isOpen, numbers, apart: [], joined, alike: [] }];
  if (numbers.length > 0) return [{ words, begins: isOpen, numbers, apart: run.map(foldedWords).filter((word) => word !== ''), joined, alike: [] }];
  return run.flatMap((word, index) => numberTerms([word], begins && index === run.length - 1, plan));
}

function isAddress(text: string): boolean {
  return isNumber(text) || /^(?:tel:|sips?:|\+?\d[\d.-]*@)/i.test(text);
}

function isNumber(text: string): boolean {
  return numberText.test(text) && text.replace(/\D/g, '').length >= minNumberDigits;
}

/** Joins `+46 (0)70-174 06 05` to 46701740605, as in a file name. */
function joinedDigits(text: string, words: string): string {
  const digits = text.replaceAll('(0)', '').replace(/\D/g, '');
  return isNumber(text) && digits !== words ? digits : '';
}
