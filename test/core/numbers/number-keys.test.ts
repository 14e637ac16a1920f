import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchNumber, queryNumberKeys, storedNumberKeys } from '../../../src/core/numbers/number-keys.ts';
import { numberPlan } from '../../../src/core/numbers/numbering-plan.ts';
import { parsePhone } from '../../../src/tables/values/phone.ts';

const sweden = numberPlan('46');
const match = (asked: string, stored: string, plan = null as typeof sweden | null): string | null =>
  matchNumber(queryNumberKeys(asked, plan), parsePhone(stored))?.certainty ?? null;

test('every spelling of a number finds every other, and states its certainty', () => {
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

test('another number, and the same digits of another country if one is given, are not found', () => {
  expect(match('+46701740605', '+46701740606')).toBeNull();
  expect(match('+46701740605', '+44701740605')).toBeNull();
  expect(match('070-174 06 05', '+44701740605', sweden)).toBeNull();
  // The country of its zero was not given.
  expect(match('070-174 06 05', '+44701740605')).toBe('possible');
  expect(match('1001', '46701001')).toBeNull();
});

test('numbers of countries with other dialling rules are found: no trunk prefix, 1, 8, 06, a zero that stays', () => {
  expect(match('+12025550143', '(202) 555-0143')).toBe('possible');
  expect(match('+12025550143', '12025550143')).toBe('possible');
  expect(match('(202) 555-0143', '+12025550143')).toBe('possible');
  expect(match('+447700900123', '07700 900123')).toBe('possible');
  expect(match('07700 900123', '00447700900123')).toBe('possible');
  // As dialled in North America.
  expect(match('+46701740605', '011 46 70 174 06 05')).toBe('possible');
  expect(match('46701740605', '01146701740605')).toBe('possible');
  expect(match('01146701740605', '+46701740605')).toBe('possible');
  expect(match('070-174 06 05', '01146701740605', sweden)).toBe('possible');
  expect(match('+46701740606', '01146701740605')).toBeNull();
});

test('a number changed by a spreadsheet is found and marked as uncertain', () => {
  expect(match('+46701740605', '4,67017E+10')).toBe('damaged');
  expect(match('0046701740605', '4.67017406E+10')).toBe('damaged');
  expect(match('0701740605', '701740605,0')).toBe('damaged');
  expect(match('+46701740605', "'+46701740605")).toBe('certain');
  expect(match('+46701740605', '="0701740605"')).toBe('possible');
  expect(match('+46701740605', '4,67018E+10')).toBeNull();
  expect(storedNumberKeys(parsePhone('070-174****'))).toEqual([]);
});

test('an extension matches only itself', () => {
  expect(storedNumberKeys(parsePhone('1001'))).toEqual(['d1001']);
  expect(match('1001', '1001')).toBe('certain');
  expect(match('1001', 'sip:1001@pbx.example')).toBe('certain');
  expect(storedNumberKeys(parsePhone('anonymous'))).toEqual([]);
  expect(queryNumberKeys('Åsa')).toEqual([]);
});

test('any text gives keys of only small letters and digits, and finds itself if it has a digit', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[+0-9 ()/.-]{1,30}$/)), (text) => {
      const phone = parsePhone(text);
      const asked = queryNumberKeys(text);
      for (const key of [...asked.map((each) => each.key), ...storedNumberKeys(phone)]) expect(key).toMatch(/^[a-z][0-9]+(e[0-9]+)?$/);
      if (storedNumberKeys(phone).length > 0 && phone.damage === null) expect(matchNumber(asked, phone)?.certainty).toBe('certain');
    }),
  );
});

test('digits of a full number without its plus are possibly it, and certainly if the country is given', () => {
  expect(match('+46701740605', '46701740605')).toBe('possible');
  expect(match('46701740605', '+46701740605')).toBe('possible');
  expect(matchNumber(queryNumberKeys('+46701740605', sweden), parsePhone('46701740605'), sweden)?.certainty).toBe('certain');
  expect(matchNumber(queryNumberKeys('46701740605', sweden), parsePhone('+46701740605'), sweden)?.certainty).toBe('certain');
  // Without the zero that a spreadsheet removed it is shorter, and stays uncertain.
  expect(matchNumber(queryNumberKeys('+46701740605', sweden), parsePhone('701740605'), sweden)?.certainty).toBe('possible');
});

test('a local number is possibly the end of a longer one', () => {
  for (const whole of ['+46701740605', '0046701740605', '46701740605', '070-174 06 05'])
    expect([whole, match(whole, '1740605'), match('1740605', whole), match(whole, '01740605'), match(whole, '740605')]).toEqual([
      whole,
      'possible',
      'possible',
      null,
      null,
    ]);
});

test('digits that a recorder masked are compared if there is a number to compare them with', () => {
  expect(match('+46701740605', '070-174****')).toBe('damaged');
  expect(match('070-174 06 05', '070-174 xx xx')).toBe('damaged');
  expect(match('+46701740605', '070-175****')).toBeNull();
  expect(match('+46701740605', '****')).toBeNull();
});

/** Digits of a national number by country, as most numbers have them. */
const lengths = { '46': 9, '44': 10, '49': 10, '33': 9, '7': 10, '36': 9, '45': 8, '1': 10, '353': 9, '81': 9 } as const;
const numbers = fc
  .tuple(fc.constantFrom(...(Object.keys(lengths) as (keyof typeof lengths)[])), fc.stringMatching(/^[2-9]\d{9}$/))
  .map(([code, digits]) => ({ code, national: digits.slice(0, lengths[code]), trunk: numberPlan(code).trunkPrefixes[0] ?? '' }));
const grouped = (digits: string, every: number): string => digits.replace(new RegExp(`(\\d{${every}})(?=\\d)`, 'g'), '$1 ');

test('each spelling of a number finds each other in both directions, and no spelling is certainly another number', () => {
  fc.assert(
    fc.property(numbers, fc.integer({ min: 2, max: 4 }), ({ code, national, trunk }, every) => {
      const ways = [
        `+${code}${national}`,
        `+${grouped(code + national, every)}`,
        `00 ${code} ${grouped(national, every)}`,
        `${code}${national}`,
        `sip:+${code}${national}@pbx.example`,
        national,
        ...(trunk === '0' ? [`0${grouped(national, every)}`, `+${code} (0)${national}`, `="0${national}"`] : []),
      ];
      for (const asked of ways.filter((way) => !way.startsWith('=')))
        for (const stored of ways) expect([asked, stored, match(asked, stored)]).not.toContain(null);
      // With its country given, only spellings that also state it are certain.
      for (const stored of ways) {
        const saysCountry = /^(?:sip:)?(?:\+|00)/.test(stored);
        expect([stored, match(`+${code}${national}`, stored)]).toEqual([stored, saysCountry ? 'certain' : 'possible']);
      }
    }),
  );
});

test('a number of another country, or with one different digit, is never certain; with both countries given it is not found', () => {
  fc.assert(
    fc.property(numbers, numbers, fc.nat(7), ({ code, national, trunk }, other, at) => {
      const digit = String((Number(national[at]) + 1) % 10);
      const wrong = national.slice(0, at) + digit + national.slice(at + 1);
      expect(match(`+${code}${national}`, `+${code}${wrong}`)).toBeNull();
      if (other.code !== code) expect(match(`+${code}${national}`, `+${other.code}${national}`)).toBeNull();
      for (const stored of [`${trunk}${wrong}`, wrong, `${other.code}${wrong}`]) expect(match(`+${code}${national}`, stored)).not.toBe('certain');
    }),
  );
});

test('with the country of an archive every reading of a national number is of that country, or it is not found', () => {
  fc.assert(
    fc.property(numbers, numbers, ({ code, national }, other) => {
      const plan = numberPlan(code);
      const dialled = (plan.trunkPrefixes[0] ?? '') + national;
      const of = (asked: string): string | null => matchNumber(queryNumberKeys(asked, plan), parsePhone(dialled), plan)?.certainty ?? null;
      expect(of(`+${code}${national}`)).toBe('certain');
      expect(of(dialled)).toBe('certain');
      if (other.code !== code && `${other.code}${other.national}` !== code + national)
        expect(of(`+${other.code}${other.national}`)).not.toBe('certain');
    }),
  );
});

test('digits that a spreadsheet rounded or cut are found from three digits on, for any number', () => {
  fc.assert(
    fc.property(numbers, fc.integer({ min: 4, max: 9 }), ({ code, national }, kept) => {
      const digits = code + national;
      const rounded = Number(digits).toExponential(kept).replace('.', ',').toUpperCase();
      const cut = `${digits[0]},${digits.slice(1, 1 + kept)}E+${digits.length - 1}`;
      for (const stored of [rounded, cut, rounded.replace(',', '.')]) {
        const significant = stored.replace(/E.*/, '').replace(/\D/g, '').replace(/0+$/, '').length;
        expect([stored, match(`+${digits}`, stored)]).toEqual([stored, significant < 3 ? null : 'damaged']);
      }
    }),
  );
});
