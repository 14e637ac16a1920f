import { foldedId } from '../core/identity/person.ts';
import { addresses, digitRuns, foldedPlaces, type HiddenSpan, looseRuns, tokens, withoutSpans, words } from './hidden-text.ts';
import type { NameIndex } from './name-forms.ts';

/** What is known of the person and of others, for a text. */
export interface KnownOthers {
  readonly isOwnText: (text: string) => boolean;
  readonly isOwnNumber: (run: string) => boolean;
  /** Words of the person's names. */
  readonly own: NameIndex;
  /** Words of others' names. */
  readonly others: readonly NameIndex[];
  /** Words of names of others in the case: also a longer word that has one of them inside is theirs. */
  readonly parts: ReadonlySet<string>;
  /** @param text folded */
  readonly isId: (text: string) => boolean;
}

/** Letters from which on a name is looked for inside longer words. */
const shortestPart = 4;

/** What stands before names and, in small letters, in every other line of a language. */
const particles: ReadonlySet<string> = new Set('a e i o y af al av da de di do du el la le of on no so an en et is in to at as it he'.split(' '));

/** Free text without others: addresses, then numbers, then ids and names. The text is looked at as it is folded, whatever stands there. */
export function maskedText(value: string, known: KnownOthers): string {
  const places = foldedPlaces(value);
  const { folded, starts } = places;
  const rawOf = (from: number, to: number): string => value.slice(starts[from], starts[to]);
  const spans: HiddenSpan[] = [];
  const each = (pattern: RegExp, by: string, isHidden: (found: string, from: number) => boolean): void => {
    for (const { 0: found, index: from } of folded.matchAll(pattern)) if (isHidden(found, from)) spans.push({ from, to: from + found.length, by });
  };
  const kept: HiddenSpan[] = [];
  each(addresses, '[address]', (found, from) => {
    const isOwn = known.isOwnText(rawOf(from, from + found.length));
    if (isOwn) kept.push({ from, to: from + found.length, by: '' });
    return !isOwn;
  });
  const isKept = (from: number): boolean => kept.some((one) => from >= one.from && from < one.to);
  each(digitRuns, '[number]', (run, from) => {
    if (isKept(from)) return false;
    const isOwn = known.isOwnNumber(run);
    if (isOwn) kept.push({ from, to: from + run.length, by: '' });
    return !isOwn && isNumber(run, known);
  });
  // Those go before what was found of them; where one of the person's own is inside, that one stays.
  for (const { 0: run, index: from } of folded.matchAll(looseRuns)) {
    const to = from + run.length;
    const isWhole = /(?:\d\D*){8}/.test(run) && !/^\d\d[:.]\d\d\b/.test(run);
    if (!isWhole || kept.some((one) => from < one.to && one.from < to) || known.isOwnNumber(run.replace(/[^+\d]/g, ''))) continue;
    spans.unshift({ from, to, by: '[number]' });
  }
  each(tokens, '[name]', (found, from) => !isKept(from) && known.isId(foldedId(found.replace(/[._'\-/]+$/, ''))));
  const hidden = [...folded.matchAll(words)].map(({ 0: word, index: from }) => ({ word, from, is: !isKept(from) && isOthers(word, known) }));
  for (const [at, { word, from, is }] of hidden.entries()) {
    if (!is) continue;
    // A particle is of a name where it stands beside one, or is written as one.
    const isBeside = [hidden[at - 1], hidden[at + 1]].some((next) => next?.is === true && next.word.length > 2);
    if (particles.has(word) && !isBeside && rawOf(from, from + word.length) === word) continue;
    spans.push({ from, to: from + word.length, by: '[name]' });
  }
  return withoutSpans(value, places, spans);
}

/** Digits that belong together: kept where they are too few to be anybody's and nobody's extension. */
function isNumber(run: string, { isId }: KnownOthers): boolean {
  // A day, a time of day and a sum of money are no number of anybody, and tell when and what for.
  if (/^(?:19|20)\d\d-\d\d-\d\d(?: \d\d)?$/.test(run)) return false;
  const parts = run.split(/\D+/);
  return parts.join('').length >= 5 || parts.some((part) => part !== '' && isId(part));
}

function isOthers(word: string, { own, others, parts }: KnownOthers): boolean {
  const isOwn = own.form(word);
  if (isOwn === 3) return false;
  const form = Math.max(...others.map((index) => index.form(word)));
  // As near to the one as to the other: rather hidden.
  if (form > 0) return form >= isOwn;
  if (isOwn > 0) return false;
  for (const part of parts) if (part.length >= shortestPart && word.includes(part)) return true;
  return false;
}
