import { count } from '../../src/core/words/quantity.ts';
import { numbersOf, pageText } from './page-text.ts';

/** Sources of the numbers of a part of a page. */
export type Held =
  /** The expected text of the page, word by word, with each number taken from the code. */
  | { readonly kind: 'code'; readonly says: string; readonly typed: string | null }
  /** Numbers from other authorities, or examples; `source` names them. */
  | { readonly kind: 'fact'; readonly says: string; readonly source: string }
  /** Measured figures: a section by its heading, or a paragraph or table by its beginning. `by` is the file that measures them again. */
  | { readonly kind: 'measured'; readonly begins: string; readonly by: string | null; readonly saidIn: string | null }
  /** A page about exit codes: each number without a unit that can be an exit code is one. */
  | { readonly kind: 'exits' };

export const everyExit: Held = { kind: 'exits' };

/**
 * A piece of a sentence in which each number is a value: `code\`waits for ${constant(…)} hours\``. Numbers are formatted as on pages. A number typed into the text is a fault
 * (`typed`), because it would not change with the code.
 */
export function code(texts: TemplateStringsArray, ...values: readonly (number | string)[]): Held {
  const typed = numbersOf(pageText('', texts.join('`-`')));
  const says = String.raw({ raw: texts }, ...values.map((value) => (typeof value === 'number' ? figure(value) : value)));
  return { kind: 'code', says, typed: typed.numbers[0]?.written ?? null };
}

/** Parts of sentences whose numbers cannot be computed: from a specification, a vendor, or made up as examples. */
export function fact(source: string, ...pieces: readonly string[]): readonly Held[] {
  return pieces.map((says) => ({ kind: 'fact', says, source }));
}

/** @param saidIn heading of the section that states day and machine, if it is another one */
export function measured(begins: string, by: string | null = null, saidIn: string | null = null): Held {
  return { kind: 'measured', begins, by, saidIn };
}

/** `2,000`, `0.5` */
export function figure(value: number): string {
  return Number.isInteger(value) ? count(value) : String(value);
}

/** `Ten`, at the beginning of a sentence. */
export function inWordsFirst(value: number): string {
  const words = inWords(value);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const smallNumbers = [
  'no',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
];

/** `sixteen`; digits above that, except for round numbers. */
export function inWords(value: number): string {
  return { 20: 'twenty', 100: 'a hundred' }[value] ?? smallNumbers[value] ?? figure(value);
}

/** Sizes and times in the form used on pages. */
export const kib = (bytes: number): number => bytes / 1024;
export const mib = (bytes: number): number => bytes / 1024 ** 2;
export const gib = (bytes: number): number => bytes / 1024 ** 3;
export const seconds = (ms: number): number => ms / 1_000;
export const minutes = (ms: number): number => ms / 60_000;
export const hours = (ms: number): number => ms / 3_600_000;
export const days = (ms: number): number => ms / 86_400_000;
export const percent = (share: number): number => Number((share * 100).toPrecision(10));
/** dBFS of a power of full scale. */
export const decibel = (power: number): number => Number((10 * Math.log10(power)).toFixed(1));
