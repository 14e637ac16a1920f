import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldedWords } from '../../../src/core/words/fold-text.ts';
import { alikeWords, hasSameLetters, otherSpellings } from '../../../src/core/words/transcription.ts';

test.each([
  ['Müller', ['mueller']],
  ['Mueller', ['muller']],
  ['Åse', ['aase']],
  ['Aase', ['ase']],
  ['Sørbø', ['soerboe']],
  ['Kjær', ['kjar']],
  ["O'Brien", ['obrien']],
  ['Jo Noe', []],
  ['Anna Berg', []],
  // An id is not a name.
  ['1f0c2aae', []],
])('%s is also searched as %j', (written, others) => {
  expect(otherSpellings(written)).toEqual(others);
});

test('a name typed with letter pairs is searched by similar spellings', () => {
  const letters = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe', æ: 'ae' } as const;
  const part = fc.constantFrom('b', 'rg', 'm', 'st', 'i', 'l', 'n', ...Object.keys(letters));
  fc.assert(
    fc.property(fc.array(part, { minLength: 4, maxLength: 9 }), (parts) => {
      const name = `B${parts.join('')}l`;
      const transcribed = name.replace(/[äöüåøæ]/g, (letter) => letters[letter as keyof typeof letters]);
      expect(alikeWords(transcribed)).toBe(alikeWords(name));
      expect([foldedWords(name), ...otherSpellings(name)]).toContain(foldedWords(transcribed));
      // In the other direction up to three letters, and never more than a few.
      if ((name.match(/[äöüåøæ]/g) ?? []).length <= 3 && !/[äöüåøæ]{2}/.test(name))
        expect([foldedWords(transcribed), ...otherSpellings(transcribed)]).toContain(foldedWords(name.replaceAll('æ', 'ä')));
      expect(otherSpellings(transcribed).length).toBeLessThanOrEqual(8);
    }),
  );
});

test('spellings with different letters are folded alike: sharp s and double s, ligature and two letters', () => {
  expect(hasSameLetters('Groß', 'GROẞ')).toBe(true);
  expect(hasSameLetters('Groß', 'Gross')).toBe(false);
  expect(hasSameLetters('Kjær', 'kjaer')).toBe(false);
  expect(hasSameLetters('Åsa Öberg', 'asa oberg')).toBe(true);
});
