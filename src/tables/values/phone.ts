import type { NumberDamage, PhoneValue } from '../../core/model/recording.ts';
import { plainText } from '../../core/words/fold-text.ts';

/**
 * Parses a telephone number or address as written, and detects damage by an export. Repairs nothing: the digits that `4,67017E+10` lost are gone. A lost
 * leading zero is detected only by decimals (`46701740607,0`), because `701740605` by itself may be a number in another country.
 */
export function parsePhone(raw: string): PhoneValue {
  const text = raw.trim();
  // Full-width digits count as digits, and an address keeps its letters.
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
  // In spreadsheets, `="070…"` and `'+46…` prevent that text becomes a number. The export also contains these guard characters.
  if (/^=\s*"[^"]*"$/.test(text) || /^'[+\d=(]/.test(text) || /^=[+\d]/.test(text)) return 'guard-char';
  if (/^[+-]?\d+(?:[.,]\d+)?E[+-]?\d+$/i.test(text)) return 'scientific';
  // A column that is too narrow, or an error of a formula, in place of the number.
  if (/^#{2,}$/.test(text) || /^#[A-ZÄÖÅÉ/0]+[?!]?$/i.test(text)) return 'overflow';
  if (/^\+?\d+[.,]0+$/.test(text)) return 'leading-zero-lost'; // the cell was a number, and numbers have no leading zero
  if (/^[+\d][\d\s()-]*(?:[*xX•]{2,})[\d\s*xX•-]*$/.test(text) || /^[*xX•]{2,}[\d\s*xX•-]*$/.test(text)) return 'masked';
  return null;
}

/**
 * Returns the address in a SIP URI, in `"Name" <sip:…>`, or in `user@host`, without parameters; null if there is none. Source: RFC 3261, sections 19.1 and
 * 20.10.
 */
function sipAddress(text: string): string | null {
  const inner = /<([^<>]{1,512})>/.exec(text)?.[1] ?? text;
  return /^(?:sips?:)?[^\s@<>;?]{1,256}@[^\s@<>;?]{1,256}/i.exec(inner)?.[0] ?? /^sips?:[^\s@<>;?]{1,256}/i.exec(inner)?.[0] ?? null;
}
