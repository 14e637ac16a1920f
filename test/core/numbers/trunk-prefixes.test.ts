import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Metadata, type MetadataJson } from 'libphonenumber-js/core';
import { expect, test } from 'vitest';
import { matchNumber, queryNumberKeys } from '../../../src/core/numbers/number-keys.ts';
import { planOf } from '../../../src/core/numbers/number-reading.ts';
import { splitNumber } from '../../../src/core/numbers/numbering-plan.ts';
import { trunkPrefixCodes } from '../../../src/core/numbers/trunk-prefixes.ts';
import { parsePhone } from '../../../src/tables/values/phone.ts';

const { resolve } = createRequire(import.meta.url);
const metadata = JSON.parse(readFileSync(resolve('libphonenumber-js/metadata.min.json'), 'utf8')) as MetadataJson;
/** Each country code with the prefix that the first of its countries dials before a number of another area. */
const known = Object.entries(metadata.country_calling_codes).map(([code, [main]]) => {
  const plans = new Metadata(metadata);
  if (main === undefined) throw new Error(`nobody has ${code}`);
  plans.selectNumberingPlan(main);
  // Its types lack the method, which its own formatter calls; 0 if there is none.
  const plan = plans.numberingPlan as unknown as { nationalPrefix(): string | 0 | undefined };
  return [code, plan.nationalPrefix() || ''] as const;
});

test('the table of trunk prefixes equals that of libphonenumber, of the version that it names', () => {
  const byPrefix: Record<string, string> = {};
  for (const [code, prefix] of known) if (prefix !== '0') byPrefix[prefix] = `${byPrefix[prefix] ?? ''} ${code}`.trim();
  expect(known.length).toBeGreaterThan(200);
  expect(trunkPrefixCodes).toEqual(byPrefix);
  const { version } = JSON.parse(readFileSync(resolve('libphonenumber-js/package.json'), 'utf8')) as { readonly version: string };
  expect(readFileSync(new URL('../../../src/core/numbers/trunk-prefixes.ts', import.meta.url), 'utf8')).toContain(`libphonenumber-js ${version} has`);
});

test('each country code is removed from the number after it', () => {
  for (const [code] of known) expect(splitNumber(`${code}21234567`)).toEqual({ countryCode: code, national: '21234567' });
});

const certainty = (asked: string, stored: string, country: string): string | null => {
  const plan = planOf(country);
  return matchNumber(queryNumberKeys(asked, plan), parsePhone(stored), plan)?.certainty ?? null;
};

test.each([
  ['Mexico, which has no trunk prefix since 2019', '+525512345678', '5512345678', '52'],
  ['Mexico before', '+525512345678', '01 55 1234 5678', '52'],
  ['Lithuania', '+37052123456', '0 5 212 3456', '370'],
  ['Lithuania before', '+37052123456', '8 5 212 3456', '370'],
  ['Belarus', '+375172123456', '8 017 212 34 56', '375'],
  ['Turkmenistan', '+99312212345', '8 12 212345', '993'],
  ['Chile', '+56221234567', '2 2123 4567', '56'],
  ['Hong Kong', '+85221234567', '2123 4567', '852'],
  ['Qatar', '+97444123456', '4412 3456', '974'],
  ['Hungary', '+3612345678', '06 1 234 5678', '36'],
])('a number as dialled in %s is recognised as that number', (_where, asked, stored, country) => {
  expect([certainty(asked, stored, country), certainty(stored, asked, country)]).toEqual(['certain', 'certain']);
});
