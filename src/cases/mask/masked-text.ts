import { foldedId } from '../../core/identity/person.ts';
import { withoutEncoded } from './encoded-text.ts';
import { addresses, digitRuns, foldedPlaces, type HiddenSpan, looseRuns, tokens, withoutSpans, words } from './hidden-text.ts';
import type { NameIndex } from './name-forms.ts';

/** Facts about the data subject and others, for masking a text. */
export interface KnownOthers {
  readonly isOwnText: (text: string) => boolean;
  readonly isOwnNumber: (run: string) => boolean;
  /** Words of the data subject's names. */
  readonly own: NameIndex;
  /** Words of others' names. */
  readonly others: readonly NameIndex[];
  /** Words of other persons' names in the case. A longer word that contains one of them also counts as a name. */
  readonly parts: ReadonlySet<string>;
  /** Returns true if a text is a known id. @param text folded text */
  readonly isId: (text: string) => boolean;
}

/** Length of the shortest name that is searched inside longer words. */
const shortestPart = 4;

/** Particles of names, e.g. `de`, that in lower case are also common words of a language. */
const particles: ReadonlySet<string> = new Set('a e i o y af al av da de di do du el la le of on no so an en et is in to at as it he'.split(' '));

/** Masks others in free text, including encoded forms of their names. */
export function maskedText(value: string, known: KnownOthers): string {
  const plain = (text: string): string => maskedPlain(text, known);
  return plain(withoutEncoded(value, plain));
}

/** Masks addresses, then numbers, then ids and names, all found in the folded text. */
function maskedPlain(value: string, known: KnownOthers): string {
  const places = foldedPlaces(value);
  const { folded, starts } = places;
  const rawOf = (from: number, to: number): string => value.slice(starts[from], starts[to]);
  const spans: HiddenSpan[] = [];
  const taken = new Uint8Array(folded.length);
  const isFree = (from: number, to: number): boolean => !taken.subarray(from, to).includes(1);
  const keep = (from: number, to: number): void => void taken.fill(1, from, to);
  /** Replaces the part of a span that has been neither kept nor replaced before. */
  const hide = (from: number, to: number, by: string): void => {
    for (let at = from; at < to; at++) {
      if (taken[at] === 1) continue;
      let end = at;
      while (end < to && taken[end] === 0) end++;
      if (/[\p{L}\p{N}\p{Co}]/u.test(folded.slice(at, end))) spans.push({ from: at, to: end, by });
      keep(at, end);
      at = end;
    }
  };
  const runsOf = (pattern: RegExp): { readonly found: string; readonly from: number; readonly to: number }[] =>
    [...folded.matchAll(pattern)].map(({ 0: found, index: from }) => ({ found, from, to: from + found.length }));
  for (const { from, to } of runsOf(addresses)) {
    if (known.isOwnText(rawOf(from, to))) keep(from, to);
    else hide(from, to, '[address]');
  }
  const numbers = runsOf(digitRuns).filter(({ from, to }) => isFree(from, to));
  for (const { found, from, to } of numbers) if (known.isOwnNumber(found)) keep(from, to);
  for (const { found, from, to } of runsOf(looseRuns)) {
    const isWhole = /(?:\d\D*){8}/.test(found) && !/^\d\d[:.]\d\d\b/.test(found);
    if (isWhole && isFree(from, to) && !known.isOwnNumber(found.replace(/[^+\d]/g, ''))) hide(from, to, '[number]');
  }
  for (const { found, from, to } of numbers) if (!known.isOwnNumber(found) && isNumber(found, known)) hide(from, to, '[number]');
  for (const { found, from } of runsOf(tokens)) {
    const id = found.replace(/[._'\-/]+$/, '');
    if (isFree(from, from + id.length) && known.isId(foldedId(id))) hide(from, from + id.length, '[name]');
  }
  const hidden = runsOf(words).map(({ found: word, from, to }) => ({ word, from, to, is: isFree(from, to) && isOthers(word, known) }));
  for (const [at, { word, from, to, is }] of hidden.entries()) {
    if (!is) continue;
    // A particle belongs to a name if it is next to one, or is capitalised like one.
    const isBeside = [hidden[at - 1], hidden[at + 1]].some((next) => next?.is === true && next.word.length > 2);
    if (!particles.has(word) || isBeside || rawOf(from, to) !== word) hide(from, to, '[name]');
  }
  return withoutSpans(value, places, spans);
}

/** Returns true for digits that must be masked as a number. Digits that are too few to identify anybody, and are nobody's extension, remain. */
function isNumber(run: string, { isId }: KnownOthers): boolean {
  // Dates, times of day and amounts of money identify nobody and show when and why something happened.
  if (/^(?:19|20)\d\d-\d\d-\d\d(?: \d\d)?$/.test(run)) return false;
  const parts = run.split(/\D+/);
  return parts.join('').length >= 5 || parts.some((part) => part !== '' && isId(part));
}

function isOthers(word: string, { own, others, parts }: KnownOthers): boolean {
  const isOwn = own.form(word);
  if (isOwn === 3) return false;
  const form = Math.max(...others.map((index) => index.form(word)));
  // A word that is as close to another person's name as to the data subject's is masked.
  if (form > 0) return form >= isOwn;
  if (isOwn > 0) return false;
  for (const part of parts) if (part.length >= shortestPart && word.includes(part)) return true;
  return false;
}
