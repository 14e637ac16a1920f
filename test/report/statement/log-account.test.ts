import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LoggedStep } from '../../../src/log/history/logged-step.ts';
import { createLogAccount } from '../../../src/report/statement/log-account.ts';
import { makeStatement } from '../../../src/report/statement/make-statement.ts';
import { statementText } from '../../../src/report/statement/text.ts';

const noTotals = { bags: 1, recordings: 3, originals: 0, copies: 0, originalBytes: 0, copyBytes: 0, durationMs: 0 };
const dayMs = 24 * 3_600_000;
const begin = Date.UTC(2026, 0, 1);
const bags = ['2020/a', '2020/b'];
const replicas = [null, 'tape'];
const strata = 'mulaw/asterisk/2019=5/1 gsm/nice/2020=2/0/1';

/** One entry of a log with arbitrary events; the clock advances or goes back. */
const entry = fc.record({
  step: fc.integer({ min: -30, max: 60 }),
  type: fc.constantFrom(
    ...['bag-landed', 'bag-landed', 'bag-verified', 'bag-verified', 'bag-verified', 'bag-verified', 'bag-repaired', 'bag-rehashed', 'bag-copied'],
    ...['verification-started', 'verification-finished', 'replica-added'],
  ),
  bag: fc.constantFrom(...bags),
  replica: fc.constantFrom(...replicas),
  run: fc.constantFrom('r1', 'r2', 'r3'),
  verdict: fc.constantFrom('ok', 'ok', 'faults', 'unreachable'),
  played: fc.constantFrom('none', 'copies', 'all'),
  complete: fc.boolean(),
  errors: fc.constantFrom(0, 0, 2),
  count: fc.integer({ min: 0, max: 3 }),
});

type Drawn = typeof entry extends fc.Arbitrary<infer Value> ? Value : never;

function detailOf({ type, bag, replica, run, verdict, played, complete, errors, count }: Drawn): LoggedStep['detail'] {
  switch (type) {
    case 'bag-landed':
      return { bag, recordings: count };
    case 'bag-verified':
      return {
        run,
        replica,
        bag,
        verdict,
        faults: verdict === 'ok' ? '' : 'corrupt=1',
        played,
        strata: played === 'none' ? '' : strata,
        bytes: 1_000,
      };
    case 'bag-repaired':
      return { bag, from: 'tape', to: replica ?? 'primary', files: count, bytes: 10, quarantine: '' };
    case 'bag-copied':
      return { bag, replica: 'tape', bytes: 1 };
    case 'verification-started':
      return { run, replica, scope: 'all', everyMs: 90 * dayMs, play: 'none', decoders: 'ours' };
    case 'verification-finished':
      return { run, replica, complete, errors, bags: count, recordings: count, unreachable: 0 };
    case 'replica-added':
      return { replica: 'tape', path: '/tape', medium: 'tape', everyMs: 200 * dayMs };
    default:
      return { bag };
  }
}

function stepsOf(drawn: readonly Drawn[]): LoggedStep[] {
  let at = begin;
  return drawn.map((each, index) => {
    at += each.step * dayMs;
    return { seq: index + 1, time: new Date(at).toISOString(), type: each.type, detail: detailOf(each) };
  });
}

/** The same queries, computed from the whole list each time. */
function recount(steps: readonly LoggedStep[], nowMs: number) {
  const times = steps.map(({ time }) => Date.parse(time));
  const believed = steps.map((_, at) => Math.min(...times.slice(at)) <= nowMs);
  const ageOf = (at: number): number => {
    const forward = times.slice(at + 1).reduce((sum, time, more) => sum + Math.max(0, time - (times[at + more] ?? time)), 0);
    return forward + Math.max(0, nowMs - (times.at(-1) ?? nowMs));
  };
  const is = (at: number, type: string, more: Record<string, unknown>): boolean =>
    steps[at]?.type === type && Object.entries(more).every(([name, value]) => steps[at]?.detail[name] === value);
  const all = steps.map((_, at) => at);
  const landed = bags.filter((bag) => all.some((at) => is(at, 'bag-landed', { bag })));
  const place = (replica: string | null) => {
    const out = { well: 0, damaged: 0, late: 0, unread: 0 };
    const periodMs =
      replica === null ? (all.some((at) => is(at, 'verification-started', { replica: null })) ? 90 * dayMs : 365 * dayMs) : 200 * dayMs;
    for (const bag of landed) {
      const writes = all.filter((at) =>
        replica === null
          ? is(at, 'bag-landed', { bag }) || is(at, 'bag-rehashed', { bag }) || is(at, 'bag-repaired', { bag, to: 'primary' })
          : is(at, 'bag-copied', { bag }) || is(at, 'bag-repaired', { bag, to: replica }),
      );
      const written = Math.max(-1, ...writes);
      const readings = all.filter((at) => is(at, 'bag-verified', { bag, replica }) && steps[at]?.detail.verdict !== 'unreachable');
      const fault = readings.findLast((at) => steps[at]?.detail.verdict === 'faults');
      const mended = fault !== undefined && readings.some((at) => at > fault && steps[at]?.detail.verdict === 'ok' && believed[at]);
      const read = readings.findLast((at) => believed[at]);
      const current = read !== undefined && read > written;
      if (fault !== undefined && !mended) out.damaged++;
      else if (current && ageOf(read) <= periodMs) out.well++;
      else out.late++;
      if (!current) out.unread++;
    }
    return out;
  };
  const success = all.findLast(
    (at) =>
      is(at, 'verification-finished', { replica: null, complete: true, errors: 0 }) && Number(steps[at]?.detail.bags) > 0 && believed[at] === true,
  );
  const plays = landed.flatMap((bag) => {
    const readings = all.filter((at) => is(at, 'bag-verified', { bag, replica: null }) && steps[at]?.detail.verdict !== 'unreachable');
    const came = all.findLast((at) => is(at, 'bag-landed', { bag })) ?? -1;
    const play = readings.findLast((at) => at > came && steps[at]?.detail.played !== 'none' && believed[at]);
    const fault = readings.findLast((at) => steps[at]?.detail.verdict === 'faults');
    const stands = fault !== undefined && !readings.some((at) => at > fault && steps[at]?.detail.verdict === 'ok' && believed[at]);
    // Damage seen at a later verification invalidates an earlier decoding.
    return play === undefined || (stands && (readings.at(-1) ?? play) > play) ? [] : [play];
  });
  return {
    landed,
    place,
    success: success === undefined ? null : { run: steps[success]?.detail.run, ageMs: ageOf(success) },
    played: plays.length,
    // If a file is altered, not all of it was decoded.
    playedWhole: plays.filter((at) => steps[at]?.detail.verdict === 'ok').length,
    repairs: all.filter((at) => steps[at]?.type === 'bag-repaired').length,
    types: new Map([...new Set(steps.map(({ type }) => type))].map((type) => [type, steps.filter((step) => step.type === type).length])),
  };
}

function accountOf(steps: readonly LoggedStep[], nowMs: number) {
  const accounting = createLogAccount(nowMs);
  for (const step of steps) accounting.add(step);
  return accounting.account();
}

test('for any log, in any order and with any clock, the numbers equal those of a naive recount', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 40 }), fc.integer({ min: -20, max: 700 }), (drawn, nowDay) => {
      const steps = stepsOf(drawn);
      const nowMs = begin + nowDay * dayMs;
      const account = accountOf(steps, nowMs);
      const naive = recount(steps, nowMs);
      expect(account.holdings.bags).toBe(naive.landed.length);
      for (const place of account.places) {
        const { well, damaged, late, unread } = place;
        expect({ well, damaged, late, unread }).toEqual(naive.place(place.replica));
        expect(well + damaged + late).toBe(place.bags);
        expect(place.ages.reduce((sum, count) => sum + count, 0)).toBe(place.bags - unread);
      }
      expect(account.places).toHaveLength(1 + Number(naive.types.has('replica-added')));
      const { lastSuccess } = account.places[0] ?? {};
      expect(lastSuccess == null ? null : { run: lastSuccess.run, ageMs: lastSuccess.ageMs }).toEqual(naive.success);
      expect(account.playability).toMatchObject({ bags: naive.playedWhole, played: 7 * naive.played, failed: naive.played, otherwise: naive.played });
      expect(account.repairs.entries).toBe(naive.repairs);
      expect(new Map(account.deeds.map(({ type, entries }) => [type, entries]))).toEqual(naive.types);
    }),
    { numRuns: 1_500 },
  );
});

function step(seq: number, day: number, type: string, detail: LoggedStep['detail']): LoggedStep {
  return { seq, time: new Date(begin + day * dayMs).toISOString(), type, detail };
}

const run = { run: 'x', replica: null };
const landedBag = step(1, 0, 'bag-landed', { bag: '2020/a', recordings: 3 });

test('a run that could not reach the bags counts as no verification, no success and no damage', () => {
  const account = accountOf(
    [
      landedBag,
      step(2, 1, 'verification-started', { ...run, scope: 'all' }),
      step(3, 1, 'bag-verified', {
        ...run,
        bag: '2020/a',
        verdict: 'unreachable',
        faults: 'unreachable=4',
        played: 'copies',
        strata: 'mulaw/x/2020=3/0',
      }),
      step(4, 1, 'verification-finished', { ...run, complete: true, bags: 1, recordings: 0, errors: 4, unreachable: 4 }),
    ],
    begin + 2 * dayMs,
  );
  expect(account.places[0]).toMatchObject({ well: 0, damaged: 0, late: 1, unread: 1, lastSuccess: null, lastRun: { unreachable: 4, elsewhere: 0 } });
  expect(account.playability.bags).toBe(0);
  expect(account.faults).toEqual([]);
});

test('a verification with a future time shows nothing about an earlier repair', () => {
  const read = { ...run, bag: '2020/a', verdict: 'ok', faults: '', played: 'none' };
  const repaired = step(3, 2, 'bag-repaired', { bag: '2020/a', from: 'tape', to: 'primary', files: 1, bytes: 1 });
  const steps = [landedBag, step(2, 1, 'bag-verified', read), repaired, step(4, 900, 'bag-verified', read)];
  expect(accountOf(steps, begin + 3 * dayMs).places[0]).toMatchObject({ well: 0, late: 1, unread: 1 });
  expect(accountOf(steps, begin + 901 * dayMs).places[0]).toMatchObject({ well: 1, late: 0, unread: 0 });
});

test('faults of the log, the catalog and files around the bags are distinguished from those of bags', () => {
  const account = accountOf(
    [
      landedBag,
      step(2, 1, 'verification-started', { ...run, scope: 'all' }),
      step(3, 1, 'bag-verified', { ...run, bag: '2020/a', verdict: 'faults', faults: 'corrupt=1 missing=2', played: 'none' }),
      step(4, 1, 'verification-finished', { ...run, complete: true, bags: 1, errors: 5, unreachable: 0 }),
    ],
    begin + 2 * dayMs,
  );
  expect(account.places[0]?.lastRun).toMatchObject({ errors: 5, elsewhere: 2 });
  expect(account.faults).toEqual([{ replica: null, bag: '2020/a', faults: 'corrupt=1 missing=2', since: '2026-01-02T00:00:00.000Z' }]);
});

test('the first line of the text is the last success, and the absence of one is stated in the same place', () => {
  const facts = {
    archive: 'id',
    writtenAt: new Date(begin + 10 * dayMs).toISOString(),
    log: { size: 4, root: 'r', findings: [], key: 'k' },
    unsigned: 'no key',
    catalog: { totals: noTotals, checks: [], codecs: [], imports: [], unfinished: [], strata: [], formats: { kinds: [], bagsWithout: 0 } },
    bags: { decoded: new Map(), held: [] },
    decoders: { codecs: new Map(), ffmpeg: null },
  };
  const firstLines = (steps: readonly LoggedStep[]): string[] =>
    statementText(makeStatement(accountOf(steps, begin + 10 * dayMs), facts))
      .split('\n')
      .slice(0, 2);
  expect(firstLines([landedBag])).toEqual(['Last success: NEVER. The log has no finished verification of this archive.', 'UNSIGNED: no key.']);
  const ended = step(3, 4, 'verification-finished', { ...run, complete: true, bags: 1, recordings: 3, errors: 0 });
  expect(firstLines([landedBag, ended])[0]).toBe('Last success: 2026-01-05T00:00:00.000Z, 6 d ago: 1 bag with 3 recordings read, no faults.');
  const empty = step(3, 4, 'verification-finished', { ...run, complete: true, bags: 0, recordings: 0, errors: 0 });
  expect(firstLines([landedBag, empty])[0]).toBe('Last success: NEVER. The last finished verification, on 2026-01-05, read nothing.');
});

describe('decoding results', () => {
  const decoded = (seq: number, played: string, strata: string, more: LoggedStep['detail'] = {}): LoggedStep =>
    step(seq, seq, 'bag-verified', { ...run, bag: '2020/a', verdict: 'ok', faults: '', played, untried: 0, strata, ...more });
  const failing = { verdict: 'faults', faults: 'unplayable=1' };
  const told = (...steps: readonly LoggedStep[]): readonly number[] => {
    const { bags, played, failed } = accountOf([landedBag, ...steps], begin + 20 * dayMs).playability;
    return [bags, played, failed];
  };

  test('failures of the originals are not cleared by a run that decoded the copies, and are by one that decoded as much', () => {
    const originals = decoded(2, 'all', 'gsm/x/2020=2/1', failing);
    expect(told(originals, decoded(3, 'copies', 'gsm/x/2020=3/0'))).toEqual([1, 2, 1]);
    expect(told(originals, decoded(3, 'all', 'gsm/x/2020=1/0', { untried: 2 }))).toEqual([1, 2, 1]);
    expect(told(originals, decoded(3, 'copies', 'gsm/x/2020=3/0'), decoded(4, 'all', 'gsm/x/2020=3/0'))).toEqual([1, 3, 0]);
    expect(told(originals, decoded(3, 'copies', 'gsm/x/2020=1/2', failing))).toEqual([1, 1, 2]);
  });

  test('a bag with an untried or missing part does not count as decoded, and its failures do', () => {
    expect(told(decoded(2, 'all', 'gsm/x/2020=2/0', { untried: 1 }))).toEqual([0, 0, 0]);
    expect(told(decoded(2, 'all', 'gsm/x/2020=2/0', { verdict: 'faults', faults: 'missing=1' }))).toEqual([0, 0, 0]);
    expect(told(decoded(2, 'all', 'gsm/x/2020=1/1', { ...failing, untried: 1 }))).toEqual([0, 1, 1]);
  });
});
