import type { NumberDamage, PhoneValue } from '../../core/model/recording.ts';
import { plainText } from '../../core/words/fold-text.ts';

/**
 * A telephone number or address as written, and what an export did to it. Nothing is repaired: `4,67017E+10` has lost digits that nobody can put back. A lost
 * leading zero shows only where a decimal gives it away (`46701740607,0`): `701740605` by itself may be a number of another country.
 */
export function parsePhone(raw: string): PhoneValue {
  const text = raw.trim();
  // Full-width digits are digits; an address keeps its letters.
  const plain = plainText(text);
  const damage = damageOf(plain);
  if (damage !== null) return { raw, e164: null, extension: null, sip: null, damage };
  const sip = sipAddress(text);
  const number = sip === null ? plain.replace(/^tel:/i, '') : (/^(?:sips?:)?([^@;?]*)@/i.exec(sip)?.[1] ?? '');
  return {
    raw,
    e164: /^\+[1-9]\d{6,14}$/.test(number) ? number : null, // ITU-T E.164: at most 15 digits
    extension: /^\d{2,6}$/.test(number) ? number : null,
    sip,
    damage: null,
  };
}

function damageOf(text: string): NumberDamage | null {
  // Spreadsheets: `="070…"` and `'+46…` keep text from becoming a number; what was exported is the guard, too.
  if (/^=\s*"[^"]*"$/.test(text) || /^'[+\d=(]/.test(text) || /^=[+\d]/.test(text)) return 'guard-char';
  if (/^[+-]?\d+(?:[.,]\d+)?E[+-]?\d+$/i.test(text)) return 'scientific';
  // A column too narrow, or a formula's error, in the place of the number.
  if (/^#{2,}$/.test(text) || /^#[A-ZÄÖÅÉ/0]+[?!]?$/i.test(text)) return 'overflow';
  if (/^\+?\d+[.,]0+$/.test(text)) return 'leading-zero-lost'; // it has been a number, and numbers have no leading zero
  if (/^[+\d][\d\s()-]*(?:[*xX•]{2,})[\d\s*xX•-]*$/.test(text) || /^[*xX•]{2,}[\d\s*xX•-]*$/.test(text)) return 'masked';
  return null;
}

/** The address of a SIP URI, of `"Name" <sip:…>`, or of `user@host`, without parameters; null where there is none. Source: RFC 3261, sections 19.1 and 20.10. */
function sipAddress(text: string): string | null {
  const inner = /<([^<>]{1,512})>/.exec(text)?.[1] ?? text;
  return /^(?:sips?:)?[^\s@<>;?]{1,256}@[^\s@<>;?]{1,256}/i.exec(inner)?.[0] ?? /^sips?:[^\s@<>;?]{1,256}/i.exec(inner)?.[0] ?? null;
}
