import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldedText, foldedWords, plainText, searchedWords } from '../../../src/core/words/fold-text.ts';

test.each([
  ['ÅSA Øst', 'asa ost'],
  ['Straße STRASSE ſtraße ẞ', 'strasse strasse strasse ss'],
  ['ISTANBUL İstanbul ıstanbul', 'istanbul istanbul istanbul'],
  ['ΟΔΟΣ οδός', 'οδοσ οδοσ'],
  ['ＡＢＣ商事 Müller', 'abc商事 muller'],
  ['ﬁnance ﬀ ǆ', 'finance ff dz'],
  ['ガ カ゛ ｶﾞ', 'カ カ カ'],
  ['Łukasz Żółć Þór Ðe', 'lukasz zolc thor de'],
  ['０７０－１７４ ٠٧٠ ०७०', '070-174 070 070'],
  ['Королёва КОРОЛЕВА Παπαδοπούλου ΠΑΠΑΔΟΠΟΥΛΟΥ', 'королева королева παπαδοπουλου παπαδοπουλου'],
  // Apostrophes: typewriter, typographic, grave, acute (also taken apart), modifier letter, prime, full-width.
  ["O'Brien O\u2019Brien O\u2018Brien O`Brien O\u00b4Brien O \u0301Brien O\u02bcBrien O\u2032Brien O\uff07Brien", Array(9).fill("o'brien").join(' ')],
  // Soft hyphen, zero-width space and joiners, word joiner, mark of direction, byte order mark, variation selector.
  ['Ekst\u00adr\u00f6m E\u200bkst\u200c\u200dr\u2060\u00f6m \u202aEkstr\u00f6m\u202c \ufeffEk\ufe0fstr\u00f6m', 'ekstrom ekstrom ekstrom ekstrom'],
  ['A\u201117 A\u221217 A\u201417 A\uff0d17 \u201cA\u201d \u00abA\u00bb', 'a-17 a-17 a-17 a-17 "a" "a"'],
])('%s is folded to %s', (text, folded) => {
  expect(foldedText(text).replace(/\s+/g, ' ')).toBe(folded);
});

test('a text of ASCII alone is folded like any other', () => {
  const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join('');
  // With one other sign after it, the slow path is used.
  expect(foldedText(ascii)).toBe(foldedText(`${ascii}\u0301`));
  expect(foldedWords(ascii)).toBe(foldedWords(`${ascii}\u0301`));
});

test('a text is folded run by run as a whole text is', () => {
  const unit = fc.oneof(
    fc.constantFrom(..."aAeIiSs´`' \u00a0\u0301\u0308\u0327\u00adΣςσßẞÅåøﬁ゛カ①０é\u0344\u{1d400}\u{10a0a}\ud835"),
    fc.string({ unit: 'binary', maxLength: 1 }),
  );
  // All characters are beyond ASCII, so the text is one run.
  const wide = (text: string): string => text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)).replaceAll(' ', '\u3000');
  const text = fc.array(unit, { maxLength: 30 }).map((units) => units.join('').replace(/[^ -~\u0080-\uffff]/g, ''));
  fc.assert(
    fc.property(text, (given) => {
      expect(foldedText(given)).toBe(foldedText(wide(given)));
      if (!isAsciiText(given)) expect(plainText(given)).toBe(plainText(wide(given)));
    }),
    { numRuns: 4_000 },
  );
});

function isAsciiText(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

test('digits of every Unicode script become 0 to 9', () => {
  const digits: string[] = [];
  for (let code = 0; code < 0x110000; code++) if (/^\p{Nd}$/u.test(String.fromCodePoint(code))) digits.push(String.fromCodePoint(code));
  expect(digits.length % 10).toBe(0);
  expect(digits.length).toBeGreaterThan(600);
  expect(digits.map(plainText).join('')).toBe('0123456789'.repeat(digits.length / 10));
});

test('folding twice changes nothing, and neither do case and Unicode normalisation before it', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 });
  fc.assert(
    fc.property(text, (given) => {
      const folded = foldedText(given);
      expect(foldedText(folded)).toBe(folded);
      expect(foldedWords(foldedWords(given))).toBe(foldedWords(given));
      for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) expect(foldedText(given.normalize(form))).toBe(folded);
      // A word is found by each of its own words.
      expect(searchedWords(given).startsWith(foldedWords(given))).toBe(true);
    }),
    { numRuns: 2_000 },
  );
  // Every letter, not only random ones.
  const others: string[] = [];
  for (let code = 0; code < 0x110000; code++) {
    const sign = String.fromCodePoint(code);
    // The iota that Greek writes below a letter becomes a letter beside it in capitals.
    if (!/^\p{L}$/u.test(sign) || sign.normalize('NFD').includes('\u0345')) continue;
    if (new Set([sign, sign.toLowerCase(), sign.toUpperCase()].map(foldedText)).size > 1) others.push(sign);
  }
  expect(others).toEqual([]);
});

test('Latin, Greek and Cyrillic letters are equal if Unicode collation treats them as equal in searches', () => {
  const { compare } = new Intl.Collator('und', { sensitivity: 'base', usage: 'search' });
  const letters: string[] = [];
  for (let code = 0x41; code < 0x2000; code++)
    if (/^[\p{scx=Latin}\p{scx=Greek}\p{scx=Cyrillic}]$/u.test(String.fromCodePoint(code)) && /\p{L}/u.test(String.fromCodePoint(code)))
      letters.push(String.fromCodePoint(code));
  expect(letters.length).toBeGreaterThan(1_600);
  letters.sort(compare);
  const others = letters.slice(1).flatMap((sign, at) => {
    const before = letters[at] ?? '';
    return compare(before, sign) === 0 && foldedText(before).replace('\u00b7', '') !== foldedText(sign).replace('\u00b7', '') ? [before + sign] : [];
  });
  // Phonetic letters and a separate iota, with which no name is written.
  expect(others.filter((pair) => !/[\u0250-\u02ff\u1d00-\u1dff\u037a]/.test(pair))).toEqual([]);
});

test('a long run of digits inside a word with letters is also a word, and a shorter one is not', () => {
  expect(searchedWords('rec0701740605x.WAV')).toBe('rec0701740605x wav 0701740605');
  expect(searchedWords('0701740605_a1b12345c.wav')).toBe('0701740605 a1b12345c wav');
});
