/**
 * Returns a form in which two spellings of one party are equal: for numbers the last seven digits, since countries and trunks write
 * `+46701740605`, `0046701740605` and `0701740605`; shorter numbers whole; names without letter case.
 */
export function partyKey(text: string): string {
  const digits = text.replace(/\D/g, '');
  const isNumber = digits.length >= 2 && /^[\s\d+().*#/-]+$/.test(text);
  return isNumber ? digits.slice(-7) : text.trim().normalize('NFC').toLowerCase();
}
