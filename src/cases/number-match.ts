import { matchNumber, matchSpelling, type NumberKey, type NumberMatch } from '../core/number-keys.ts';
import type { NumberPlan } from '../core/numbering-plan.ts';
import type { PhoneValue } from '../core/recording.ts';

/** How sure it is that two spellings mean one number, name or id. */
export type Sureness = 'certain' | 'uncertain';

/** A likeness and what speaks for it, in words without the number. */
export interface Likeness {
  readonly sureness: Sureness;
  readonly why: string;
}

/** Digits from which on a number is looked for inside texts; shorter ones stand in too many. */
const leastInText = 7;

/** Whether a number that stands in the archive is the one that is looked for, by the rule of the catalog; null: it is another. */
export function likeNumber(wanted: readonly NumberKey[], found: PhoneValue, plan: NumberPlan | null): Likeness | null {
  const match = matchNumber(wanted, found, plan);
  return match === null ? null : likenessOf(match, found);
}

function likenessOf({ key, certainty }: NumberMatch, { damage }: Pick<PhoneValue, 'damage'>): Likeness {
  if (certainty === 'certain') return { sureness: 'certain', why: key.startsWith('i') ? 'the same number with its country' : 'the same digits' };
  if (certainty === 'damaged') {
    if (damage === 'masked') return { sureness: 'uncertain', why: 'the recorder masked digits, and those that are left fit' };
    if (damage === 'scientific') return { sureness: 'uncertain', why: 'a spreadsheet rounded it, and the digits that it kept fit' };
    return { sureness: 'uncertain', why: 'a spreadsheet made a number of it; zeros before it may be lost' };
  }
  return {
    sureness: 'uncertain',
    why: `the last ${key.length - 1} digits are the same; the country, or what stands before them, is not said on both sides`,
  };
}

/** Whether a number stands in a text among others, whatever separates its digits. */
export function numberInText(wanted: readonly NumberKey[], text: string, plan: NumberPlan | null): Likeness | null {
  if (!wanted.some(({ key }) => key.length > leastInText)) return null;
  const runs = [...text.matchAll(/\d+/g)].slice(0, 10_000);
  let uncertain: Likeness | null = null;
  for (let first = 0; first < runs.length; first++) {
    let digits = '';
    for (let at = first; at < runs.length; at++) {
      const [run, before] = [runs[at], runs[at - 1]];
      if (run === undefined) break;
      // Digits belong together over blanks, brackets, hyphens, dots and slashes.
      const between = before === undefined ? '' : text.slice(before.index + before[0].length, run.index);
      if (at > first && !/^[\s().\-/\u00a0\u2010-\u2013]{1,3}$/.test(between)) break;
      // The zero in brackets is dialled inside the country alone.
      digits += at > first && run[0] === '0' && between.endsWith('(') ? '(0)' : run[0];
      if (digits.length > 20) break;
      const sign = text[(runs[first]?.index ?? 0) - 1] === '+' ? '+' : '';
      const match = digits.length < leastInText ? null : matchSpelling(wanted, sign + digits, plan);
      if (match === null) continue;
      const like = likenessOf(match, { damage: null });
      if (like.sureness === 'certain') return like;
      if (at === first) uncertain ??= like;
    }
  }
  return uncertain;
}
