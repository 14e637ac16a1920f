import { askedNumberKeys, type NumberKey } from '../numbers/number-keys.ts';
import type { NumberPlan } from '../numbers/numbering-plan.ts';
import { betweenDigits, foldedWords, plainText } from '../words/fold-text.ts';
import { otherSpellings } from '../words/transcription.ts';

/** One thing that must be there. */
export interface SearchTerm {
  /** Words that stand beside each other in this order: `foldedWords`. */
  readonly words: string;
  /** The last word may go on. */
  readonly begins: boolean;
  /** Spellings of the number that it may be, each found instead of the words; empty where it is none. */
  readonly numbers: readonly NumberKey[];
  /** Parts of a number that was typed with gaps, e.g. `070-174 06 05`, folded: all of them may also be found each for itself. */
  readonly apart: readonly string[];
  /** The digits of such a number as one word, as names of files have them; empty: it was typed as one, or is none. */
  readonly joined: string;
  /** The words as somebody else may spell them (`otherSpellings`): found instead of the words, and perhaps the same. */
  readonly alike: readonly string[];
}

/** What a text asks for. */
export interface SearchTerms {
  readonly terms: readonly SearchTerm[];
  /** True where there are signs, but none that could ever be found. */
  readonly hopeless: boolean;
  /** True where more was asked than `mostAsked`: what is behind is left aside. */
  readonly isCut: boolean;
}

/** How a text is read. */
export interface ReadingOptions {
  /** Each word finds words that begin with it, also without a star. */
  readonly begins?: boolean;
  /** Of the country that national numbers are of. */
  readonly plan?: NumberPlan | null;
}

/** No person asks for more. */
export const mostAsked = { characters: 1_000, words: 32 };
/** Fewer digits are an extension or a case: words are enough. */
const minNumberDigits = 5;
/** A word of digits, and a number typed with gaps. */
const numberWord = new RegExp(`^[+(]?[\\d${betweenDigits}]+\\*?$`, 'u');
const numberText = new RegExp(`^[+(]?[\\d${betweenDigits}]+$`, 'u');

/**
 * Reads what a person typed: words, "words beside each other", beginnings*, telephone numbers in any spelling. Every text has a meaning; no sign of the query
 * language of FTS5 has one. The catalog, `search` and pages read it by this alone.
 */
export function readSearch(text: string, { begins = false, plan = null }: ReadingOptions = {}): SearchTerms {
  const plain = plainText(text.slice(0, mostAsked.characters).replace(/\p{Cc}/gu, ' '));
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
    const numbers = isAddress(given) ? askedNumberKeys(given, plan) : [];
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
    terms: terms.slice(0, mostAsked.words),
    hopeless: hasSigns && terms.length === 0,
    isCut: text.length > mostAsked.characters || terms.length > mostAsked.words,
  };
}

/** A run of words of digits: one number typed with gaps, or several. */
function numberTerms(run: readonly string[], begins: boolean, plan: NumberPlan | null): SearchTerm[] {
  if (run.length === 0) return [];
  const isOpen = begins || run.at(-1)?.endsWith('*') === true;
  const whole = run.join(' ').replaceAll('*', '');
  const words = foldedWords(whole);
  if (words === '') return [];
  const numbers = whole.replace(/\D/g, '').length < minNumberDigits ? [] : askedNumberKeys(whole, plan);
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

/** `+46 (0)70-174 06 05` is 46701740605 in the name of a file. */
function joinedDigits(text: string, words: string): string {
  const digits = text.replaceAll('(0)', '').replace(/\D/g, '');
  return isNumber(text) && digits !== words ? digits : '';
}
