import { trunkPrefixOf } from '../core/numbering-plan.ts';
import type { PhoneValue } from '../core/recording.ts';

/** How sure it is that two spellings mean one number, name or id. */
export type Sureness = 'certain' | 'uncertain';

/** A likeness and what speaks for it, in words without the number. */
export interface Likeness {
  readonly sureness: Sureness;
  readonly why: string;
}

/** A number as somebody dials or writes it, taken apart. */
export interface DialledNumber {
  /** Digits with country code and without any prefix; null where the spelling does not show a country. */
  readonly international: string | null;
  /** Digits behind a trunk prefix, or bare digits: what stands at the end of every longer spelling. */
  readonly significant: string;
  /** Digits as written. */
  readonly written: string;
}

/** Digits that two spellings must share before one that lacks its beginning may be the other. */
const leastShared = 7;
/** Digits of a number with its country code from which on bare digits cannot well be anything else. */
const wholeDigits = 10;

/** The digits of a calling code such as `+46`, `0046` or `46`; null where it is none. */
export function callingCode(text: string): string | null {
  return /^(?:\+|00)?([1-9]\d{0,2})$/.exec(text.trim())?.[1] ?? null;
}

/** Takes a spelling apart; null where it is no number. @param country digits of a calling code; null: national numbers stay what they are */
export function dialledNumber(raw: string, country: string | null): DialledNumber | null {
  const user = /^(?:<?sips?:)?([^@;?<>]*)@/i.exec(raw.trim())?.[1];
  // "+46 (0)70…": the trunk prefix that is dialled at home alone.
  const text = (user ?? raw.trim().replace(/^(?:sips?|tel):/i, '')).replace(/^((?:\+|00)[\d\s-]*)\(0\)/, '$1');
  if (!/^\+?[\d\s().\-/\u00a0\u2010-\u2013]+$/.test(text)) return null;
  const written = text.replace(/\D/g, '');
  if (written.length < 2 || written.length > 40) return null;
  if (text.startsWith('+')) return { international: written, significant: written, written };
  if (written.startsWith('00') && written.length > 9) return { international: written.slice(2), significant: written.slice(2), written };
  if (country === '1' && written.startsWith('011') && written.length > 10)
    return { international: written.slice(3), significant: written.slice(3), written };
  const trunk = country === null ? '0' : trunkPrefixOf(country);
  const isNational = written.length > 6 && trunk !== '' && written.startsWith(trunk) && !(country !== null && trunk === '1' && written.length !== 11);
  if (isNational) {
    const significant = written.slice(trunk.length);
    return { international: country === null ? null : country + significant, significant, written };
  }
  // A country without trunk prefix: what does not begin with its code is national.
  if (country !== null && trunk === '' && written.length > 6 && !(written.startsWith(country) && written.length >= wholeDigits))
    return { international: country + written, significant: written, written };
  if (country === '1' && written.length === 10) return { international: `1${written}`, significant: written, written };
  return { international: null, significant: written, written };
}

/** Whether a number that stands in the archive is the one that is looked for; null: it is another. */
export function likeNumber(wanted: DialledNumber, found: PhoneValue, country: string | null): Likeness | null {
  if (found.damage !== null) return likeDamaged(wanted, found, country);
  const other = dialledNumber(found.e164 ?? found.sip ?? found.raw, country);
  return other === null ? null : likeDialled(wanted, other);
}

/** The same of two spellings that nothing was done to. */
export function likeDialled(wanted: DialledNumber, other: DialledNumber): Likeness | null {
  if (wanted.international !== null && other.international !== null)
    return wanted.international === other.international ? { sureness: 'certain', why: 'the same number with its country' } : null;
  if (wanted.written === other.written) return { sureness: 'certain', why: 'the same digits' };
  // Whole with its country code, only the plus is missing on one side.
  const [whole, bare] = wanted.international === null ? [other.international, wanted.written] : [wanted.international, other.written];
  if (whole !== null && whole === bare)
    return bare.length >= wholeDigits
      ? { sureness: 'certain', why: 'the same digits, country code without +' }
      : { sureness: 'uncertain', why: 'the same digits, which may lack a country code' };
  const [long, short] =
    wanted.significant.length >= other.significant.length ? [wanted.significant, other.significant] : [other.significant, wanted.significant];
  if (short.length >= leastShared && long.endsWith(short))
    return { sureness: 'uncertain', why: `the last ${short.length} digits are the same; the country is not known on both sides` };
  return null;
}

function likeDamaged(wanted: DialledNumber, { raw, damage }: PhoneValue, country: string | null): Likeness | null {
  const text = raw.trim();
  const spellings = spellingsOf(wanted);
  const uncertain = (why: string): Likeness => ({ sureness: 'uncertain', why });
  if (damage === 'guard-char') {
    const bare = dialledNumber(text.replace(/[='"]/g, ''), country);
    const like = bare === null ? null : likeDialled(wanted, bare);
    return like === null ? null : uncertain(`a spreadsheet's guard sign stands before it; ${like.why}`);
  }
  if (damage === 'scientific') {
    const parts = /^\+?(\d+)(?:[.,](\d+))?E\+?(\d+)$/i.exec(text);
    const length = Number(parts?.[3]) + (parts?.[1]?.length ?? 0);
    const digits = ((parts?.[1] ?? '') + (parts?.[2] ?? '')).replace(/0+$/, '');
    if (parts === null || digits.length < 3) return null;
    // A spreadsheet rounds the last digit that it keeps.
    const kept = digits.slice(0, -1);
    const fits = spellings.some(
      (one) => one.length === length && one.startsWith(kept) && Math.abs(Number(one.slice(0, digits.length)) - Number(digits)) <= 1,
    );
    return fits ? uncertain(`a spreadsheet kept ${digits.length} of its ${length} digits, and these fit`) : null;
  }
  if (damage === 'leading-zero-lost') {
    const digits = text.replace(/[.,]0+$/, '').replace(/\D/g, '');
    const isEnd = digits.length >= leastShared && wanted.significant.endsWith(digits);
    return isEnd || spellings.includes(digits) ? uncertain('a spreadsheet made a number of it; zeros before it may be lost') : null;
  }
  if (damage === 'masked') {
    const signs = text.replace(/[\s()-]/g, '').replace(/^\+/, '');
    if ((signs.match(/\d/g)?.length ?? 0) < 3) return null;
    const pattern = new RegExp(`^${signs.replace(/[*xX•]+/g, '\\d+')}$`);
    return spellings.some((one) => pattern.test(one)) ? uncertain('the recorder masked digits, and those that are left fit') : null;
  }
  return null;
}

/** The ways in which a number's digits are written. */
function spellingsOf({ international, significant, written }: DialledNumber): readonly string[] {
  const whole = international === null ? [] : [international, `00${international}`];
  return [...new Set([written, significant, `0${significant}`, ...whole])];
}

/** Whether a number stands in a text among others, whatever separates its digits. */
export function numberInText(wanted: DialledNumber, text: string): Likeness | null {
  if (wanted.significant.length < leastShared) return null;
  const runs = [...text.matchAll(/\d+/g)].slice(0, 10_000);
  let uncertain: Likeness | null = null;
  for (let first = 0; first < runs.length; first++) {
    let digits = '';
    for (let at = first; at < runs.length; at++) {
      const [run, before] = [runs[at], runs[at - 1]];
      if (run === undefined) break;
      // Digits belong together over blanks, brackets, hyphens, dots and slashes.
      if (at > first && before !== undefined && !/^[\s().\-/\u00a0\u2010-\u2013]{1,3}$/.test(text.slice(before.index + before[0].length, run.index)))
        break;
      digits += run[0];
      if (digits.length > 20) break;
      const sign = text[(runs[first]?.index ?? 0) - 1] === '+' ? '+' : '';
      const found = dialledNumber(sign + digits, null);
      const like = found === null ? null : likeDialled(wanted, found);
      if (like?.sureness === 'certain') return like;
      if (like !== null && at === first) uncertain ??= like;
    }
  }
  return uncertain;
}
