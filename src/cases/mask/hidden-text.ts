import { betweenDigits, foldedText } from '../../core/words/fold-text.ts';

/** A folded text, with the position of each of its characters in the original text: what is found in one is replaced in the other. */
export interface FoldedPlaces {
  readonly folded: string;
  /** For each UTF-16 unit of `folded`: start of the original character; one more for the end. */
  readonly starts: readonly number[];
}

/** A part of a folded text that is to be replaced. */
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
  // A text has few different characters.
  const known = new Map<string, string>();
  for (const sign of text) {
    // Each character can be folded alone: only the final sigma depends on its neighbours, and it folds to sigma.
    const plain = known.get(sign) ?? foldedText(sign);
    known.set(sign, plain);
    for (let unit = 0; unit < plain.length; unit++) starts.push(at);
    folded += plain;
    at += sign.length;
  }
  starts.push(at);
  return { folded, starts };
}

/** Replaces the spans, which do not overlap. Invisible characters are removed with their surroundings. */
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

/** Mail and SIP addresses. */
export const addresses = /[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}.-]{1,253}/gu;
/** Digits that may form one number. */
export const digitRuns = new RegExp(`\\+?\\d(?:[${betweenDigits}]{0,3}\\d)*`, 'gu');
/** Digits that begin like a number, with any single character between their groups: `0701,740,607`, `070|174|06|07`. */
export const looseRuns = /(?<![\p{L}\p{N}])(?:\+\d|0\d)\d*(?:[^\p{L}\p{N}\s]\d+)+/gu;
/** Possible ids: characters without a gap. */
export const tokens = /[\p{L}\p{N}\p{Co}][^\s,;:!?()<>"]*/gu;
/** Words. */
export const words = /[\p{L}\p{N}\p{Co}]+/gu;
