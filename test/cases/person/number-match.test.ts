import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numberInText } from '../../../src/cases/person/number-match.ts';
import { likeNumber } from '../../../src/core/identity/number-likeness.ts';
import { queryNumberKeys } from '../../../src/core/numbers/number-keys.ts';
import { planOf } from '../../../src/core/numbers/number-reading.ts';
import { parsePhone } from '../../../src/tables/values/phone.ts';

function like(wanted: string, found: string, country: string | null): string | null {
  const plan = country === null ? null : planOf(country);
  const asked = queryNumberKeys(wanted, plan);
  expect(asked).not.toEqual([]);
  return likeNumber(asked, parsePhone(found), plan)?.sureness ?? null;
}

describe('two spellings of one number', () => {
  test.each([
    ['+46701740605', '+46701740605', null, 'certain'],
    ['+46701740605', '0046701740605', null, 'certain'],
    ['+46701740605', '+46 (0)70-174 06 05', null, 'certain'],
    ['46701740605', '46701740605', null, 'certain'],
    ['+46701740605', '46701740605', '46', 'certain'],
    // Ambiguous digits that some place dials as they are: a user who knows better states the country, or lists this spelling too.
    ['+46701740605', '46701740605', null, 'uncertain'],
    ['+46701740605', '46701740605', '47', 'uncertain'],
    ['+12025550134', '011 46 70 174 06 05', '1', null],
    ['+46701740605', '011 46 70 174 06 05', '1', 'certain'],
    ['+46701740605', '1740605', null, 'uncertain'],
    ['1740605', '+46701740605', null, 'uncertain'],
    ['+46701740605', '="0701740605"', null, 'uncertain'],
    ['+46701740605', '070-174 06 05', '46', 'certain'],
    ['070-174 06 05', 'sip:+46701740605@pbx.example;user=phone', '46', 'certain'],
    ['+46701740605', '0701740605', null, 'uncertain'],
    ['+46701740605', '701740605', null, 'uncertain'],
    ['+46701740605', '="0701740605"', '46', 'certain'],
    ['+46701740605', '０７０１７４０６０５', '46', 'certain'],
    ['+46701740605', '＋４６（０）７０１７４０６０５', null, 'certain'],
    ['+46701740605', '070_174_06_05', '46', 'certain'],
    ['+46701740605', '+46\u200970\u202f174/06\u2212\u00ad05', null, 'certain'],
    ['+46701740605', '\u202a+46701740605\u202c', null, 'certain'],
    ['+46701740605', '4,67017E+10', null, 'uncertain'],
    ['+46701740605', '46701740605,0', null, 'uncertain'],
    ['+46701740605', '701740605.0', null, 'uncertain'],
    ['+46701740605', '+4670174xxxx', null, 'uncertain'],
    ['+12025550134', '(202) 555-0134', '1', 'certain'],
    ['+12025550134', '1-202-555-0134', '1', 'certain'],
    ['1001', '1001', null, 'certain'],
    ['1001', 'sip:1001@192.0.2.1', null, 'certain'],
    // Different numbers.
    ['+46701740605', '+46701740606', null, null],
    ['+46701740605', '0701740605', '47', 'uncertain'],
    ['+46701740605', '+47701740605', null, null],
    ['+46701740605', '4,6802E+10', null, null],
    ['+46701740605', '+4670175xxxx', null, null],
    ['+46701740605', '****', null, null],
    ['+46701740605', '0605', null, null],
    ['1001', '11001', null, null],
  ] as const)('%s and %s (country %s): %s', (wanted, found, country, expected) => {
    expect(like(wanted, found, country)).toBe(expected);
  });

  test('are found in a text with any separators between the digits, but not inside longer numbers', () => {
    const sweden = planOf('46');
    const number = queryNumberKeys('+46701740605', sweden);
    for (const text of [
      'in-1001-46701740605-20251026.wav',
      'call +46 70-174 06 05 now',
      'tel:0046701740605',
      '"46701740605","1001"',
      '20251026_070_174_06_05_x',
      'ring ０７０１７４０６０５',
      '070\u00ad1740605',
    ])
      expect([text, numberInText(number, text, sweden)?.sureness]).toEqual([text, 'certain']);
    for (const text of ['1467017406051', '4670174060', '2025-10-26 02:29:56', ''])
      expect([text, numberInText(number, text, sweden)]).toEqual([text, null]);
  });

  test('never certainly match if the digits differ, and always match if only separators differ', () => {
    const digits = fc.stringMatching(/^[1-9]\d{9,13}$/);
    fc.assert(
      fc.property(digits, digits, (a, b) => {
        if (a !== b) expect(like(`+${a}`, `+${b}`, null)).toBe(null);
      }),
    );
    fc.assert(
      fc.property(digits, fc.array(fc.constantFrom('', ' ', '-', '.'), { minLength: 14, maxLength: 14 }), (number, separators) => {
        const spelled = [...number].map((digit, index) => digit + (separators[index] ?? '')).join('');
        expect(like(`+${number}`, `+${spelled.replace(/[-. ]$/, '')}`, null)).toBe('certain');
      }),
    );
  });
});
