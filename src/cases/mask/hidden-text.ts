import { betweenDigits, foldedText } from '../../core/words/fold-text.ts';

/** A text as it is folded, with the place in the text as it stands for each of its signs: what is found in the one is replaced in the other. */
export interface FoldedPlaces {
  readonly folded: string;
  /** Of each UTF-16 unit of `folded`: where the sign that it is from begins; one more for the end. */
  readonly starts: readonly number[];
}

/** A part of a folded text that is replaced. */
export interface HiddenSpan {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

/** Folds sign by sign. */
export function foldedPlaces(text: string): FoldedPlaces {
  let folded = '';
  const starts: number[] = [];
  let at = 0;
  // Few different signs make a text.
  const known = new Map<string, string>();
  for (const sign of text) {
    // Each sign for itself: no letter is folded by its neighbours but the last sigma, which is one sigma.
    const plain = known.get(sign) ?? foldedText(sign);
    known.set(sign, plain);
    for (let unit = 0; unit < plain.length; unit++) starts.push(at);
    folded += plain;
    at += sign.length;
  }
  starts.push(at);
  return { folded, starts };
}

/** The text with the spans, which do not overlap, replaced. Signs that nobody sees go with what is around them. */
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
/** Digits that may be one number. */
export const digitRuns = new RegExp(`\\+?\\d(?:[${betweenDigits}]{0,3}\\d)*`, 'gu');
/** Digits that begin as a number does, with any single sign between their groups: `0701,740,607`, `070|174|06|07`. */
export const looseRuns = /(?<![\p{L}\p{N}])(?:\+\d|0\d)\d*(?:[^\p{L}\p{N}\s]\d+)+/gu;
/** What may be an id: signs without a gap. */
export const tokens = /[\p{L}\p{N}\p{Co}][^\s,;:!?()<>"]*/gu;
/** Words. */
export const words = /[\p{L}\p{N}\p{Co}]+/gu;
