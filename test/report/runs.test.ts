import { expect, test } from 'vitest';
import type { LoggedStep } from '../../src/log/history/logged-step.ts';
import { createLogAccount } from '../../src/report/statement/log-account.ts';
import { standingDamage, watchReasons } from '../../src/report/statement/watch-reasons.ts';

const dayMs = 24 * 3_600_000;
const begin = Date.UTC(2026, 0, 1);
const demands = { maxAgeMs: 8 * dayMs, minBags: 1 };

/** The account of a log with entries given by day, type and detail. */
function accountOf(nowDay: number, ...steps: readonly (readonly [day: number, type: string, detail: LoggedStep['detail']])[]) {
  const accounting = createLogAccount(begin + nowDay * dayMs);
  for (const [index, [day, type, detail]] of steps.entries())
    accounting.add({ seq: index + 1, time: new Date(begin + day * dayMs).toISOString(), type, detail });
  return accounting.account();
}

const landed = [0, 'bag-landed', { bag: '2020/a', recordings: 3 }] as const;
const started = (day: number, run: string, more: LoggedStep['detail'] = {}) =>
  [day, 'verification-started', { run, replica: null, scope: 'all', ...more }] as const;
const finished = (day: number, run: string, more: LoggedStep['detail'] = {}) =>
  [day, 'verification-finished', { run, replica: null, complete: true, bags: 1, recordings: 3, errors: 0, unreachable: 0, ...more }] as const;
const verified = (day: number, run: string, faults: string) =>
  [day, 'bag-verified', { run, replica: null, bag: '2020/a', verdict: faults === '' ? 'ok' : 'faults', faults, played: 'none' }] as const;

test('overlapping runs are distinguished: the end of one forgets neither the scope nor the faults of another', () => {
  const account = accountOf(
    9,
    ...[landed, started(1, 'long', { scope: 'due' }), verified(1, 'long', 'corrupt=2'), started(2, 'short'), finished(2, 'short')],
    finished(3, 'long', { errors: 2 }),
  );
  expect(account.places[0]?.lastRun).toMatchObject({ run: 'long', scope: 'due', errors: 2, elsewhere: 0 });
});

test('a run that started after a completed one and did not end is unfinished, one that started before it is ignored', () => {
  const unfinished = (...steps: Parameters<typeof accountOf>[1][]) => accountOf(9, ...steps).places[0]?.unfinished;
  expect(unfinished(landed, started(1, 'killed'), started(2, 'well'), finished(2, 'well'))).toBe(0);
  expect(unfinished(landed, started(2, 'well'), started(2, 'killed'), finished(2, 'well'))).toBe(1);
});

test('removing a replica removes its success: a new one of the same name has none', () => {
  const added = [0, 'replica-added', { replica: 'tape', path: '/tape', medium: '', everyMs: null }] as const;
  const read = [started(1, 'r', { replica: 'tape', everyMs: 90 * dayMs }), finished(1, 'r', { replica: 'tape' })];
  const before = accountOf(9, landed, added, ...read);
  expect(before.places[1]).toMatchObject({ replica: 'tape', lastSuccess: { run: 'r' }, periodMs: 90 * dayMs });
  const after = accountOf(9, landed, added, ...read, [2, 'replica-removed', { replica: 'tape' }], [3, 'replica-added', added[2]]);
  expect(after.places[1]).toMatchObject({ replica: 'tape', lastSuccess: null, lastRun: null, periodFrom: 'assumed' });
});

test('a schedule without due work is kept while its runs come and nothing is overdue', () => {
  const due = { scope: 'due', everyMs: 90 * dayMs };
  const quiet = [
    landed,
    started(1, 'first', due),
    finished(1, 'first'),
    started(19, 'night', due),
    finished(19, 'night', { bags: 0, recordings: 0 }),
  ];
  const codes = (day: number, steps: Parameters<typeof accountOf>[1][]) => watchReasons(accountOf(day, ...steps), demands).map(({ code }) => code);
  expect(codes(20, quiet)).toEqual([]);
  // Its runs stop, or something is overdue, or it was to read all and read nothing.
  expect(codes(28, quiet)).toEqual(['W161']);
  expect(codes(100, [...quiet, started(99, 'late', due), finished(99, 'late', { bags: 0 })])).toEqual(['W161', 'W162', 'W166']);
  expect(codes(20, [...quiet.slice(0, 3), started(19, 'all'), finished(19, 'all', { bags: 0 })])).toEqual(['W161', 'W162']);
  // Nothing was ever read, and nothing was due: the first bags are new.
  expect(codes(20, [landed, ...quiet.slice(3)])).toEqual([]);
  expect(codes(28, [landed, ...quiet.slice(3)])).toEqual(['W160']);
});

test('recordings that a playing run left untried are a reason and no success, until a later run has tried them', () => {
  const plays = { play: 'copies' };
  const bag = (day: number, run: string, more: LoggedStep['detail']) =>
    [
      day,
      'bag-verified',
      { run, replica: null, bag: '2020/a', verdict: 'ok', faults: '', played: 'copies', strata: 'gsm/x/2020=3/0', ...more },
    ] as const;
  const well = [landed, started(1, 'well', plays), bag(1, 'well', { untried: 0 }), finished(1, 'well', { untried: 0 })];
  const closed = { untried: 4, unopened: 3, closed: 1 };
  const failed = [...well, started(2, 'failed', plays), bag(2, 'failed', closed), finished(2, 'failed', { untried: 3, closed: 6 })];
  const account = accountOf(3, ...failed);
  expect(account.places[0]).toMatchObject({
    lastSuccess: { run: 'well' },
    lastKept: { run: 'well' },
    left: { time: '2026-01-03T00:00:00.000Z', recordings: 3, unopened: 3, items: 6, bag: '2020/a' },
  });
  // Playability is not shown for what the keyring does not open any more.
  expect(account.playability).toMatchObject({ played: 0, spoiled: 1 });
  const reasons = (...steps: Parameters<typeof accountOf>[1][]) => watchReasons(accountOf(3, ...steps), demands).map(({ code }) => code);
  expect(watchReasons(account, demands)).toEqual([
    expect.objectContaining({ code: 'W171', message: expect.stringContaining('left 3 recordings and 6 other sealed items untried, e.g. in 2020/a') }),
  ]);
  // A run that plays nothing, or stops before its end, has not tried them; a complete run has.
  expect(reasons(...failed, started(3, 'bytes'), finished(3, 'bytes'))).toEqual(['W171']);
  const tried = [started(3, 'again', plays), bag(3, 'again', { untried: 0 })];
  expect(reasons(...failed, ...tried, finished(3, 'again', { untried: 0, complete: false }))).toEqual(['W171']);
  expect(reasons(...failed, ...tried, finished(3, 'again', { untried: 0 }))).toEqual([]);
  // A scheduled run tries bags again, and opens nothing else.
  const night = [started(3, 'night', { ...plays, scope: 'due' }), bag(3, 'night', { untried: 0 }), finished(3, 'night', { untried: 0 })];
  expect(reasons(...failed, ...night)).toEqual(['W171']);
  const inBags = [...well, started(2, 'failed', plays), bag(2, 'failed', { untried: 1 }), finished(2, 'failed', { untried: 1 })];
  expect(reasons(...inBags)).toEqual(['W171']);
  expect(reasons(...inBags, ...night)).toEqual([]);
  // An entry of a release that did not state how much was left untried keeps its earlier meaning.
  expect(reasons(landed, started(1, 'older', plays), bag(1, 'older', { untried: 1 }), finished(1, 'older', { closed: 2 }))).toEqual([]);
});

test('a file around the bags that the system refuses to read is unreachable and not damage', () => {
  const account = accountOf(
    9,
    ...[landed, started(1, 'r'), verified(1, 'r', 'corrupt=1 unreachable=2'), finished(1, 'r', { errors: 5, unreachable: 3 })],
  );
  expect(account.places[0]?.lastRun).toMatchObject({ errors: 5, unreachable: 3, elsewhere: 1 });
  const only = accountOf(9, landed, started(1, 'r'), verified(1, 'r', ''), finished(1, 'r', { errors: 1, unreachable: 1 }));
  expect(standingDamage(only)).toEqual([]);
  expect(watchReasons(only, demands).map(({ code }) => code)).toEqual(['W160', 'W167']);
});
