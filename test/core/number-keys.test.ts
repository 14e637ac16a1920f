import fc from 'fast-check';
import { expect, test } from 'vitest';
import { askedNumberKeys, matchNumber, storedNumberKeys } from '../../src/core/number-keys.ts';
import { numberPlan } from '../../src/core/numbering-plan.ts';
import { parsePhone } from '../../src/tables/phone.ts';

const sweden = numberPlan('46');
const match = (asked: string, stored: string, plan = null as typeof sweden | null): string | null =>
  matchNumber(askedNumberKeys(asked, plan), parsePhone(stored));

test('every spelling of a number finds every other, and says how sure that is', () => {
  const spellings = [
    '+46701740605',
    '+46 (0)70-174 06 05',
    '0046701740605',
    '46701740605',
    '070-174 06 05',
    '0701740605',
    'sip:+46701740605@pbx.example',
  ];
  for (const asked of spellings) for (const stored of spellings) expect([asked, stored, match(asked, stored)]).not.toContain(null);
  expect(match('+46701740605', '0046701740605')).toBe('certain');
  expect(match('+46701740605', 'sip:+46701740605@pbx.example;user=phone')).toBe('certain');
  expect(match('070-174 06 05', '0701740605')).toBe('certain');
  expect(match('+46701740605', '0701740605')).toBe('possible');
  expect(match('070-174 06 05', '+46701740605', sweden)).toBe('certain');
});

test('another number, and the same digits of another country where one is named, are not found', () => {
  expect(match('+46701740605', '+46701740606')).toBeNull();
  expect(match('+46701740605', '+44701740605')).toBeNull();
  expect(match('070-174 06 05', '+44701740605', sweden)).toBeNull();
  // Whose zero it is was not said.
  expect(match('070-174 06 05', '+44701740605')).toBe('possible');
  expect(match('1001', '46701001')).toBeNull();
});

test('numbers of countries that dial otherwise are found: no trunk prefix, 1, 8, 06, a zero that stays', () => {
  expect(match('+12025550143', '(202) 555-0143')).toBe('possible');
  expect(match('+12025550143', '12025550143')).toBe('possible');
  expect(match('(202) 555-0143', '+12025550143')).toBe('possible');
  expect(match('+447700900123', '07700 900123')).toBe('possible');
  expect(match('07700 900123', '00447700900123')).toBe('possible');
});

test('what a spreadsheet did to a number leaves it findable and says that it is uncertain', () => {
  expect(match('+46701740605', '4,67017E+10')).toBe('damaged');
  expect(match('0046701740605', '4.67017406E+10')).toBe('damaged');
  expect(match('0701740605', '701740605,0')).toBe('damaged');
  expect(match('+46701740605', "'+46701740605")).toBe('certain');
  expect(match('+46701740605', '="0701740605"')).toBe('possible');
  expect(match('+46701740605', '4,67018E+10')).toBeNull();
  expect(storedNumberKeys(parsePhone('070-174****'))).toEqual([]);
});

test('an extension is itself and nothing else', () => {
  expect(storedNumberKeys(parsePhone('1001'))).toEqual(['d1001']);
  expect(match('1001', '1001')).toBe('certain');
  expect(match('1001', 'sip:1001@pbx.example')).toBe('certain');
  expect(storedNumberKeys(parsePhone('anonymous'))).toEqual([]);
  expect(askedNumberKeys('Åsa')).toEqual([]);
});

test('any text gives keys of small letters and digits alone, and finds itself where it has a digit', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[+0-9 ()/.-]{1,30}$/)), (text) => {
      const phone = parsePhone(text);
      const asked = askedNumberKeys(text);
      for (const key of [...asked.map((each) => each.key), ...storedNumberKeys(phone)]) expect(key).toMatch(/^[a-z][0-9]+(e[0-9]+)?$/);
      if (storedNumberKeys(phone).length > 0 && phone.damage === null) expect(matchNumber(asked, phone)).toBe('certain');
    }),
  );
});
