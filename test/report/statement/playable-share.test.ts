import { expect, test } from 'vitest';
import type { LoggedStep } from '../../../src/log/history/logged-step.ts';
import type { PlayedStratum } from '../../../src/log/history/strata.ts';
import { createLogAccount } from '../../../src/report/statement/log-account.ts';
import { playableShare } from '../../../src/report/statement/playable-share.ts';
import type { CatalogStratum } from '../../../src/report/statement/statement.ts';
import { randomFrom } from '../random-from.ts';

const held = (codecs: string, recordings: number, withSound = recordings, year: string | null = '2019'): CatalogStratum => ({
  ...{ codecs, importer: 'asterisk', year, recordings, withSound },
  durationMs: 0,
});

/** The share if these were played and failed, each text as in the log. Each recording is a bag of its own, as if each had been drawn. */
function shareOf(catalog: readonly CatalogStratum[], decoded: Readonly<Record<string, readonly [played: number, failed: number]>>, landed = 0) {
  const strata = Object.entries(decoded).map(([codec, [played, failed]]): PlayedStratum => {
    const [name = '', year = '2019'] = codec.split('@');
    return { codec: name, importer: 'asterisk', year, played, failed, otherwise: 0 };
  });
  const sum = (member: 'played' | 'failed'): number => strata.reduce((total, one) => total + one[member], 0);
  const bags = {
    decoded: new Map(
      strata.flatMap((stratum) =>
        Array.from({ length: stratum.played + stratum.failed }, (_, at): [string, PlayedStratum[]] => {
          const isGood = at < stratum.played;
          const { codec, importer, year } = stratum;
          const place = year.endsWith('?')
            ? strata.filter((one) => one.codec === codec && one.year < year).reduce((n, one) => n + one.played, at)
            : at;
          return [`${codec}/${place}`, [{ codec, importer, year, played: isGood ? 1 : 0, failed: isGood ? 0 : 1, otherwise: 0 }]];
        }),
      ),
    ),
    held: catalog.flatMap(({ codecs, importer, year, withSound }) =>
      Array.from({ length: withSound }, (_, at) => ({ bag: `${codecs}/${at}`, codecs, importer, year, withSound: 1 })),
    ),
  };
  return playableShare({ played: sum('played'), failed: sum('failed'), otherwise: 0, strata, sample: null }, catalog, landed, bags);
}

test('if everything was decoded, the bad ones are those found, with any confidence', () => {
  const { bounds, strata, notShown } = shareOf([held('gsm', 100), held('mulaw', 900)], { gsm: [98, 2], mulaw: [900, 0] });
  expect(bounds.map(({ bad, badShare }) => [bad, badShare])).toEqual([
    [2, 0.002],
    [2, 0.002],
  ]);
  expect(strata.map((one) => one.bounds[0]?.bad)).toEqual([2, 0]);
  expect(notShown).toBe(0);
});

test('recordings without any decoding may all be bad: codings without a decoder, strata never reached, recordings of lost bags', () => {
  const { recordings, notShown, bounds } = shareOf([held('mulaw', 900), held('unknown', 40), held('gsm', 60)], { mulaw: [900, 0] }, 1_050);
  expect({ recordings, notShown }).toEqual({ recordings: 1_050, notShown: 150 });
  // 40 and 60 of the catalog, and 50 that the log counted and the catalog does not have any more.
  expect(bounds.map(({ bad }) => bad)).toEqual([150, 150]);
});

test('a recording without a sound file is counted separately', () => {
  const { recordings, withoutSound, bounds } = shareOf([held('', 30, 0), held('mulaw', 70)], { mulaw: [70, 0] }, 100);
  expect({ recordings, withoutSound, bad: bounds[0]?.bad }).toEqual({ recordings: 70, withoutSound: 30, bad: 0 });
});

test('calls of an unknown year are one group, whatever year they were imported in', () => {
  const { strata } = shareOf([held('gsm', 9, 9, null)], { 'gsm@2024?': [4, 0], 'gsm@2025?': [5, 0] });
  expect(strata).toMatchObject([{ codec: 'gsm', year: '?', recordings: 9, played: 9, bounds: [{ bad: 0 }, { bad: 0 }] }]);
});

test('strata beyond those that the log distinguishes make no bound smaller', () => {
  const catalog = [held('gsm', 100), held('mulaw', 100)];
  const all = shareOf(catalog, { gsm: [100, 0], mulaw: [40, 0] });
  const some = shareOf(catalog, { gsm: [100, 0], '?@?': [40, 0] });
  expect(some.recordings).toBe(200);
  expect(some.bounds[0]?.bad).toBeGreaterThan(all.bounds[0]?.bad ?? 0);
});

test('for random draws from strata that were decoded partly and unevenly, the bound holds as often as stated', () => {
  const random = randomFrom(2_026);
  const kinds = [
    { codec: 'mulaw', recordings: 400, bad: 1, checked: 350 },
    { codec: 'gsm', recordings: 60, bad: 20, checked: 6 },
    { codec: 'mp3', recordings: 30, bad: 9, checked: 3 },
  ];
  const truth = kinds.reduce((sum, { bad }) => sum + bad, 0);
  const trials = 200;
  let [held95, pooled] = [0, 0];
  for (let trial = 0; trial < trials; trial++) {
    const decoded: Record<string, [number, number]> = {};
    for (const { codec, recordings, bad, checked } of kinds) {
      let [failed, badLeft] = [0, bad];
      for (let drawn = 0; drawn < checked; drawn++) {
        if (random() * (recordings - drawn) >= badLeft) continue;
        failed++;
        badLeft--;
      }
      decoded[codec] = [checked - failed, failed];
    }
    const catalog = kinds.map(({ codec, recordings }) => held(codec, recordings));
    if ((shareOf(catalog, decoded).bounds[0]?.bad ?? 0) >= truth) held95++;
    // All in one group, as if it had been one draw.
    const pot = Object.values(decoded).reduce<[number, number]>(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
    if ((shareOf([held('pot', 490)], { pot }).bounds[0]?.bad ?? 0) >= truth) pooled++;
  }
  expect(held95 / trials).toBeGreaterThanOrEqual(0.95);
  // The error that is avoided here.
  expect(pooled / trials).toBeLessThan(0.5);
});

/** The account of bag-verified entries of one bag with ten recordings. */
function playabilityOf(...details: readonly LoggedStep['detail'][]) {
  const accounting = createLogAccount(Date.UTC(2027, 0));
  const time = '2026-01-01T00:00:00.000Z';
  accounting.add({ seq: 1, time, type: 'bag-landed', detail: { bag: 'b', recordings: 10 } });
  for (const [at, detail] of details.entries())
    accounting.add({ seq: at + 2, time, type: 'bag-verified', detail: { run: 'r', replica: null, bag: 'b', ...detail } });
  return accounting.account().playability;
}

const well = { verdict: 'ok', faults: '', played: 'copies', strata: 'gsm/asterisk/2019=10/0' };

test('a bag that was decoded and then lost or damaged does not count, and counts again once it is found valid', () => {
  expect(playabilityOf(well)).toMatchObject({ bags: 1, spoiled: 0, played: 10 });
  const lost = { verdict: 'faults', faults: 'missing=1', played: 'none', strata: '' };
  expect(playabilityOf(well, lost)).toMatchObject({ bags: 0, spoiled: 1, played: 0, strata: [], oldestAgeMs: null });
  expect(playabilityOf(well, lost, { ...well, played: 'none', strata: '' })).toMatchObject({ bags: 1, spoiled: 0, played: 10 });
});

test('if part of a bag could not be tried, failures of the rest still count', () => {
  const partly = { verdict: 'faults', faults: 'unplayable=2', played: 'copies', untried: 5, strata: 'gsm/asterisk/2019=3/2' };
  expect(playabilityOf(well, partly)).toMatchObject({ bags: 0, spoiled: 0, played: 3, failed: 2 });
  // A later verification that decoded nothing finds nothing else, and clears nothing.
  expect(playabilityOf(well, partly, { verdict: 'ok', faults: '', played: 'none', strata: '' })).toMatchObject({ spoiled: 0, played: 3, failed: 2 });
});
