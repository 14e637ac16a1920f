import { agree } from '../base/agree.ts';
import type { PhoneValue } from '../model/recording.ts';
import { matchNumber, type NumberKey, type NumberMatch } from '../numbers/number-keys.ts';
import type { NumberPlan } from '../numbers/numbering-plan.ts';
import type { Likeness } from './likeness.ts';

/** Similarity of two numbers. */
export interface NumberLikeness extends Likeness {
  /** True if the two numbers are different in case the assumed country is right. */
  readonly doubted: boolean;
}

/** Judges by the rule of the catalog whether a number in the archive is the wanted one; null: it is another number. */
export function likeNumber(wanted: readonly NumberKey[], found: PhoneValue, plan: NumberPlan | null): NumberLikeness | null {
  const match = matchNumber(wanted, found, plan);
  return match === null ? null : likenessOf(match, found);
}

/** Converts a match of numbers to a similarity with its reason. */
export function likenessOf({ key, certainty, against }: NumberMatch, { damage }: Pick<PhoneValue, 'damage'>): NumberLikeness {
  const doubted = against !== null;
  const perhaps = (why: string): NumberLikeness => ({ sureness: 'uncertain', why, doubted });
  if (certainty === 'certain')
    return { sureness: 'certain', why: key.startsWith('i') ? 'the same number with its country' : 'the same digits', doubted: false };
  if (doubted)
    return perhaps(
      agree`read as a number of +${against}, the assumed country, it is a different number; without a country its last ${key.length - 1} digit[s] [matches|match]`,
    );
  if (certainty === 'damaged') {
    if (damage === 'masked') return perhaps('the recorder masked digits, and the remaining ones match');
    if (damage === 'scientific') return perhaps('a spreadsheet rounded it, and the remaining digits match');
    return perhaps('a spreadsheet converted it to a number; leading zeros may be lost');
  }
  return perhaps(agree`the last ${key.length - 1} digit[s] [is|are] the same; the country, or a prefix, is not stated on both sides`);
}
