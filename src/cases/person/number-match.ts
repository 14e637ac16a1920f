import type { Likeness } from '../../core/identity/likeness.ts';
import { likenessOf } from '../../core/identity/number-likeness.ts';
import { matchSpelling, type NumberKey } from '../../core/numbers/number-keys.ts';
import type { NumberPlan } from '../../core/numbers/numbering-plan.ts';
import { betweenDigits, plainText } from '../../core/words/fold-text.ts';

/** Length of the shortest number that is searched inside texts; shorter ones occur in too many texts. */
const leastInText = 7;

/** Matches separators between the digits of one number. */
const between = new RegExp(`^[${betweenDigits}]{1,3}$`, 'u');

/** Returns how certainly a number occurs in a text, whatever separates its digits; null if it does not occur. */
export function numberInText(wanted: readonly NumberKey[], written: string, plan: NumberPlan | null): Likeness | null {
  if (!wanted.some(({ key }) => key.length > leastInText)) return null;
  const text = plainText(written);
  const runs = [...text.matchAll(/\d+/g)].slice(0, 10_000);
  let uncertain: Likeness | null = null;
  for (let first = 0; first < runs.length; first++) {
    let digits = '';
    for (let at = first; at < runs.length; at++) {
      const [run, before] = [runs[at], runs[at - 1]];
      if (run === undefined) break;
      const gap = before === undefined ? '' : text.slice(before.index + before[0].length, run.index);
      if (at > first && !between.test(gap)) break;
      // A zero in brackets is dialled only within the country.
      digits += at > first && run[0] === '0' && gap.endsWith('(') ? '(0)' : run[0];
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
