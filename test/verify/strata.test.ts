import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createStrataTally, decodeStrata, encodeStrata, type PlayedStratum, stratumOf } from '../../src/log/history/strata.ts';

const word = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,39}$/);
const count = fc.nat({ max: 5_000_000 });
const played: fc.Arbitrary<PlayedStratum> = fc
  .record({
    codec: fc.oneof(
      fc.constant('-'),
      fc.array(word, { minLength: 1, maxLength: 2 }).map((words) => words.join('+')),
    ),
    importer: word,
    year: fc.oneof(
      fc.constant('?'),
      fc.integer({ min: 1000, max: 9999 }).map(String),
      fc.integer({ min: 1000, max: 9999 }).map((year) => `${year}?`),
    ),
    played: count,
    failed: count,
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ share, ...rest }) => ({ ...rest, otherwise: Math.floor(rest.played * share) }));
const key = ({ codec, importer, year }: PlayedStratum): string => `${codec}/${importer}/${year}`;
const sums = (strata: readonly PlayedStratum[]): number[] =>
  (['played', 'failed', 'otherwise'] as const).map((member) => strata.reduce((sum, stratum) => sum + stratum[member], 0));

test('the results are read back unchanged from the text of the log', () => {
  fc.assert(
    fc.property(fc.uniqueArray(played, { selector: key, maxLength: 64 }), (strata) => {
      const some = strata.filter((stratum) => stratum.played + stratum.failed > 0).sort((a, b) => (key(a) < key(b) ? -1 : 1));
      expect(decodeStrata(encodeStrata(strata))).toEqual(some);
    }),
  );
});

test('with any number of strata the text fits a line of the log, the largest are listed separately, and the sums are kept', () => {
  fc.assert(
    fc.property(fc.array(played, { minLength: 65, maxLength: 300 }), (strata) => {
      const text = encodeStrata(strata);
      expect(text.length).toBeLessThan(16 * 1024);
      const back = decodeStrata(text) ?? [];
      expect(back.length).toBeLessThanOrEqual(64);
      expect(sums(back)).toEqual(sums(strata));
      // A second conversion changes nothing.
      expect(encodeStrata(back)).toBe(text);
      const tally = createStrataTally();
      for (const stratum of strata) tally.add(stratum, stratum);
      const largest = tally.list().reduce((most, one) => (one.played + one.failed > most.played + most.failed ? one : most));
      expect(back).toContainEqual(largest);
    }),
    { numRuns: 30 },
  );
});

test('an invalid text is distinguished from one in which nothing was played', () => {
  expect(decodeStrata('')).toEqual([]);
  for (const text of [
    ' ',
    'gsm',
    'gsm/asterisk/2019',
    'gsm/asterisk/2019=1',
    'gsm/asterisk/19=1/0',
    'gsm/asterisk/2019=1/0 ',
    'a b/c/2019=1/0',
    'gsm/x/2019=-1/0',
  ])
    expect(decodeStrata(text), text).toBeNull();
  fc.assert(fc.property(fc.string(), (text) => decodeStrata(text) === null || encodeStrata(decodeStrata(text) ?? []) !== undefined));
});

test('a recording is in the year of its call, or else of its import; invalid words are ignored', () => {
  const of = (codecs: string, importer: string, start: string | null, year: string | null = '2024'): string =>
    Object.values(stratumOf({ codecs, importer, start }, () => year)).join('/');
  expect(of('gsm mulaw', 'asterisk', '2019-03-12T10:00:00Z')).toBe('gsm+mulaw/asterisk/2019');
  expect(of('', 'asterisk', null)).toBe('-/asterisk/2024?');
  expect(of('gsm', 'asterisk', null, null)).toBe('gsm/asterisk/?');
  expect(of('gsm', 'asterisk', '20190312')).toBe('gsm/asterisk/2024?');
  expect(of('g=1/0 mp3', 'Ebba Ek', '2019')).toBe('?+mp3/?/2019');
  expect(of(Array.from({ length: 40 }, (_, index) => `codec${index}`).join(' '), 'x', '2019')).toBe('?/x/2019');
  // Whatever a document states, it can be written and read.
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.option(fc.string()), fc.option(word), (codecs, importer, start, year) => {
      const stratum = stratumOf({ codecs, importer, start }, () => (year === null ? null : '2024'));
      expect(decodeStrata(encodeStrata([{ ...stratum, played: 1, failed: 0, otherwise: 0 }]))).toHaveLength(1);
    }),
  );
});
