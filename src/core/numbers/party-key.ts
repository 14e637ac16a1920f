/**
 * Returns a key that all spellings of one party share. For numbers it is the last seven digits, because countries and trunks write `+46701740605`,
 * `0046701740605` and `0701740605`; shorter numbers are kept whole; for names it is the name without letter case.
 */
export function partyKey(text: string): string {
  const digits = text.replace(/\D/g, '');
  const isNumber = digits.length >= 2 && /^[\s\d+().*#/-]+$/.test(text);
  return isNumber ? digits.slice(-7) : text.trim().normalize('NFC').toLowerCase();
}
