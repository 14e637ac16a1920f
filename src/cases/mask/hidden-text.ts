import { betweenDigits, foldedText } from '../../core/words/fold-text.ts';

/** A folded text with the position of each of its characters in the original text, so that a match in the folded text can be replaced in the original. */
export interface FoldedPlaces {
  readonly folded: string;
  /** For each UTF-16 unit of `folded`: start of its character in the original text; one more entry for the end. */
  readonly starts: readonly number[];
}

/** A part of a folded text that will be replaced. */
export interface HiddenSpan {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

/** Folds a text character by character. */
export function foldedPlaces(text: string): FoldedPlaces {
  let folded = '';
  const starts: number[] = [];
  let at = 0;
  // Foldings are cached, because a text has few different characters.
  const known = new Map<string, string>();
  for (const sign of text) {
    // Each character can be folded by itself: only the final sigma depends on its neighbours, and it folds to sigma.
    const plain = known.get(sign) ?? foldedText(sign);
    known.set(sign, plain);
    for (let unit = 0; unit < plain.length; unit++) starts.push(at);
    folded += plain;
    at += sign.length;
  }
  starts.push(at);
  return { folded, starts };
}

/** Returns the text with spans replaced, which must not overlap. Invisible characters are removed with their surroundings. */
export function withoutSpans(text: string, { starts }: FoldedPlaces, spans: readonly HiddenSpan[]): string {
  let made = '';
  let done = 0;
  for (const { from, to, by } of [...spans].sort((a, b) => a.from - b.from)) {
    const [first = text.length, behind = text.length] = [starts[from], starts[to]];
    made += text.slice(done, first) + by;
    done = Math.max(behind, done);
  }
  return made + text.slice(done);
}

/** Matches mail and SIP addresses. */
export const addresses = /[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}.-]{1,253}/gu;
/** Matches digits that may form one number. */
export const digitRuns = new RegExp(`\\+?\\d(?:[${betweenDigits}]{0,3}\\d)*`, 'gu');
/** Matches digits that begin like a number, with any single character between groups of digits: `0701,740,607`, `070|174|06|07`. */
export const looseRuns = /(?<![\p{L}\p{N}])(?:\+\d|0\d)\d*(?:[^\p{L}\p{N}\s]\d+)+/gu;
/** Matches possible ids: characters without a gap. */
export const tokens = /[\p{L}\p{N}\p{Co}][^\s,;:!?()<>"]*/gu;
/** Matches words. */
export const words = /[\p{L}\p{N}\p{Co}]+/gu;
