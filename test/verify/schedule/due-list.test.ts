import { describe, expect, test } from 'vitest';
import { createReadingHistory, type ReadingHistory } from '../../../src/log/history/reading-history.ts';
import { createBudget } from '../../../src/verify/schedule/budget.ts';
import { type DueList, type DuePolicy, dueList } from '../../../src/verify/schedule/due-list.ts';
import { forecast } from '../../../src/verify/schedule/forecast.ts';
import { createNeighbourhood } from '../../../src/verify/schedule/neighbours.ts';
import { scheduleFindings } from '../../../src/verify/schedule/schedule-findings.ts';
import { createWorkQueue, type WorkQueue } from '../../../src/verify/schedule/work-queue.ts';
import { createTestLog, day, dayMs, type TestLog } from '../schedule-log.ts';

const policy: DuePolicy = { everyMs: 90 * dayMs, playEveryMs: null, play: 'copies', runEveryMs: dayMs, runBytes: null };

function historyOf(log: TestLog, nowMs: number): ReadingHistory {
  const history = createReadingHistory(() => nowMs);
  for (const step of log.steps) history.add(step);
  return history;
}

function list(log: TestLog, nowMs: number, bags: readonly string[], more: Partial<DuePolicy> = {}, replica: string | null = null): DueList {
  return dueList(
    historyOf(log, nowMs),
    bags.map((bag) => ({ bag, bytes: 100 })),
    replica,
    { ...policy, ...more },
  );
}

function shown({ items }: DueList): string[] {
  return items.map(({ bag, reason, play }) => `${bag} ${reason}${play === 'none' ? '' : ` ${play}`}`);
}

/** Each name is of a different day, so that only landing order makes neighbours. */
function name(number: number): string {
  return `2026/${20_260_100 + number}-x`;
}

/** Bags far apart in the landing order: with twenty others between each. */
function farApart(log: TestLog, bags: readonly string[]): void {
  for (const [at, bag] of bags.entries()) {
    log.landed(day(-200), bag);
    for (let other = 0; other < 20; other++) log.landed(day(-200), `2025/2025${String(1_000 + at * 20 + other)}-other`);
  }
}

describe('the order of work', () => {
  test('is damaged, near the damaged, then by deadline: overdue, due, needed for an even pace; finally unverified bags', () => {
    const log = createTestLog();
    const [overdue1, overdue2, due, unread, fine, hit, near, far] = [1, 2, 3, 4, 5, 6, 7, 8].map(name) as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    farApart(log, [overdue1, overdue2, due, fine, hit, far]);
    log.landed(day(-200), near);
    log.verified(day(-120), overdue1);
    log.verified(day(-91), overdue2);
    log.verified(day(-88), due);
    log.verified(day(-30), near);
    log.verified(day(-20), far);
    log.verified(day(-10), hit, { verdict: 'faults', faults: 'corrupt=1' });
    log.verified(day(-5), fine);
    log.landed(day(-1), unread);
    // `near` is a neighbour of none here: the bags between are missing.
    const all = [fine, far, unread, hit, due, overdue2, overdue1, near];
    expect(shown(list(log, day(0), all))).toEqual([`${hit} damaged`, `${overdue1} overdue`, `${overdue2} overdue`, `${due} due`, `${unread} unread`]);
    const order = [...historyOf(log, day(0)).landed()].map(({ bag }) => bag);
    const beside = order[order.indexOf(hit) + 1] ?? '';
    expect(shown(list(log, day(0), [...all, beside])).slice(0, 3)).toEqual([`${hit} damaged`, `${beside} neighbour`, `${overdue1} overdue`]);
  });

  test('excludes a neighbour that was read since the damage was found; repeated damage adds no neighbour twice', () => {
    const log = createTestLog();
    for (let at = 0; at < 4; at++) log.landed(day(-50), name(at));
    for (let at = 0; at < 4; at++) log.verified(day(-40), name(at));
    log.verified(day(-10), name(1), { verdict: 'faults', faults: 'corrupt=1' });
    const bags = [0, 1, 2, 3].map(name);
    expect(shown(list(log, day(0), bags))).toEqual([`${name(1)} damaged`, `${name(0)} neighbour`, `${name(2)} neighbour`, `${name(3)} neighbour`]);
    log.verified(day(-9), name(0));
    log.verified(day(-9), name(2), { verdict: 'unreachable' });
    log.verified(day(-8), name(1), { verdict: 'faults', faults: 'corrupt=1' });
    log.verified(day(-8), name(3));
    expect(shown(list(log, day(-7), bags))).toEqual([`${name(1)} damaged`, `${name(2)} neighbour`]);
    // Repaired, but its neighbour was not read.
    log.verified(day(-7), name(1));
    expect(shown(list(log, day(-6), bags))).toEqual([`${name(2)} neighbour`]);
    // Each replica by itself.
    expect(list(log, day(-6), bags, {}, 'vault').state).toMatchObject({ damaged: 0, neighbours: 0, unread: 4 });
  });

  test('does not stop the rest for a dead disk: the damaged take the regular work of one run, then the others have their turn', () => {
    const log = createTestLog();
    const bags = Array.from({ length: 90 }, (_, at) => name(at));
    for (const bag of bags) log.landed(day(-200), bag);
    for (const bag of bags.slice(60)) log.verified(day(-95), bag);
    for (const bag of bags.slice(0, 60)) log.verified(day(-1), bag, { verdict: 'faults', faults: 'missing=9' });
    const reasons = list(log, day(0), bags).items.map(({ reason }) => reason);
    // 90 bags in 87 days are 1.03 per day: eight damaged in any case, the overdue, then the rest of the damaged.
    expect(reasons.slice(7, 9)).toEqual(['damaged', 'overdue']);
    expect(reasons.filter((reason) => reason === 'overdue')).toHaveLength(30);
    expect(reasons.filter((reason) => reason === 'damaged')).toHaveLength(60);
    expect(reasons.lastIndexOf('overdue')).toBe(37);
  });

  test('has the regular work before a large import, and the import after it', () => {
    const log = createTestLog();
    const old = Array.from({ length: 87 }, (_, at) => name(at));
    const fresh = Array.from({ length: 40 }, (_, at) => `2027/20270101-${at}`);
    for (const bag of old) log.landed(day(-200), bag);
    for (const [at, bag] of old.entries()) log.verified(day(-87 + at), bag);
    for (const bag of fresh) log.landed(day(0), bag);
    const found = shown(list(log, day(0) + 3_600_000, [...fresh, ...old]));
    expect(found[0]).toBe(`${old[0]} due`);
    expect(found.slice(-40)).toEqual(fresh.map((bag) => `${bag} unread`));
  });

  test('has among bags of equal age the one that was read first, in any order of input', () => {
    const log = createTestLog();
    for (const at of [3, 1, 2]) log.landed(day(-300), name(at));
    for (const at of [2, 3, 1]) log.verified(day(-100), name(at));
    for (const bags of [
      [1, 2, 3],
      [3, 2, 1],
    ])
      expect(shown(list(log, day(0), bags.map(name)))).toEqual([2, 3, 1].map((at) => `${name(at)} overdue`));
  });
});

describe('decoding', () => {
  test('is combined with the last verification before its period ends, so that nothing is read for it alone', () => {
    const log = createTestLog();
    log.landed(day(-300), name(1));
    log.verified(day(-100), name(1));
    log.landed(day(-200), name(2));
    log.verified(day(-100), name(2));
    // Played again within 365 days: the first would be 390 days old at its next verification, the second 290.
    const found = list(log, day(0), [name(1), name(2)], { playEveryMs: 365 * dayMs });
    expect(shown(found)).toEqual([`${name(1)} overdue copies`, `${name(2)} overdue`]);
    expect(shown(list(log, day(0), [name(1)], { playEveryMs: 365 * dayMs, play: 'all' }))).toEqual([`${name(1)} overdue all`]);
  });

  test('happens in every verification if it is needed more often, and the period of decoding is kept', () => {
    const log = createTestLog();
    log.landed(day(-60), name(1));
    log.verified(day(-40), name(1), { played: 'copies' });
    expect(shown(list(log, day(0), [name(1)]))).toEqual([]);
    expect(shown(list(log, day(0), [name(1)], { playEveryMs: 42 * dayMs }))).toEqual([`${name(1)} due copies`]);
    expect(list(log, day(5), [name(1)], { playEveryMs: 42 * dayMs }).state.playOverdue).toEqual({ bags: 1, sinceMs: day(2) });
  });

  test('is repeated for damage that only decoding showed, even if it was not requested', () => {
    const log = createTestLog();
    log.landed(day(-2), name(1));
    log.verified(day(-1), name(1), { verdict: 'faults', faults: 'unplayable=1', played: 'copies' });
    expect(shown(list(log, day(0), [name(1)]))).toEqual([`${name(1)} damaged copies`]);
  });

  test('of originals is needed for `all` if they were never decoded, whatever their copies had', () => {
    const log = createTestLog();
    log.landed(day(-400), name(1));
    log.verified(day(-1), name(1), { played: 'copies' });
    expect(list(log, day(0), [name(1)], { playEveryMs: 365 * dayMs, play: 'all' }).state.playOverdue.bags).toBe(1);
    expect(list(log, day(0), [name(1)], { playEveryMs: 365 * dayMs }).state.playOverdue.bags).toBe(0);
  });
});

test('the status states counts, what is overdue since when, and when the next is due', () => {
  const log = createTestLog();
  for (let at = 0; at < 5; at++) log.landed(day(-200), name(at));
  log.verified(day(-100), name(0));
  log.verified(day(-95), name(1));
  log.verified(day(-80), name(2));
  log.verified(day(-10), name(3), { verdict: 'faults', faults: 'corrupt=1' });
  const { state } = list(log, day(0), [0, 1, 2, 3, 4].map(name));
  expect(state).toEqual({
    bags: 5,
    bytes: 500,
    inTime: 2,
    unread: 1,
    damaged: 1,
    neighbours: 4,
    // The unverified one counts from its landing.
    overdue: { bags: 3, sinceMs: day(-110) },
    playOverdue: { bags: 0, sinceMs: null },
    oldestMs: 200 * dayMs,
    nextDueMs: day(10),
    runEveryMs: dayMs,
    marginMs: 3 * dayMs,
    shareBytes: Math.ceil(500 / 87),
  });
  expect(list(createTestLog(), day(0), []).state).toMatchObject({ bags: 0, nextDueMs: null, oldestMs: 0, overdue: { bags: 0, sinceMs: null } });
  expect(list(createTestLog(), day(0), []).items).toEqual([]);
});

test('if a run has a limit, urgent work gets the rest after the regular work, in whole bags only', () => {
  const log = createTestLog();
  const bags = Array.from({ length: 90 }, (_, at) => name(at));
  for (const bag of bags) log.landed(day(-200), bag);
  for (const bag of bags.slice(60)) log.verified(day(-95), bag);
  for (const bag of bags.slice(0, 60)) log.verified(day(-1), bag, { verdict: 'faults', faults: 'missing=9' });
  const before = (runBytes: number): number => list(log, day(0), bags, { runBytes }).items.findIndex(({ reason }) => reason === 'overdue');
  // 100 bytes each, a share of 104 per run; half of the rest for known damage, half for new damage.
  expect(before(1_000)).toBe(4);
  // A budget of at most the share: a quarter, halved.
  expect(before(104)).toBe(0);
  expect(before(10)).toBe(0);
});

test('undecodable bags are tried once per period, and delay nothing else meanwhile', () => {
  const log = createTestLog();
  const [never, other] = [name(1), name(2)];
  farApart(log, [never, other]);
  const often: Partial<DuePolicy> = { everyMs: 90 * dayMs, playEveryMs: 60 * dayMs };
  log.verified(day(-70), other, { played: 'copies' });
  log.verified(day(-5), never, { played: 'copies', untried: 4 });
  const { items, state } = list(log, day(0), [never, other], often);
  expect(items.map(({ bag, play }) => [bag, play])).toEqual([[other, 'copies']]);
  expect(state.playOverdue.bags).toBe(2);
  expect(list(log, day(60), [never, other], often).items.map(({ bag }) => bag)).toEqual([other, never]);
});

test('a bag whose damage only decoding shows is decoded to the same extent as when it was found, whatever the schedule decodes', () => {
  const log = createTestLog();
  for (const [at, level] of ['none', 'copies', 'all'].entries()) {
    log.landed(day(-9), name(at));
    log.verified(day(-8), name(at), { verdict: 'faults', faults: 'unplayable=1', played: level });
  }
  const bags = [0, 1, 2].map(name);
  const plays = (more: Partial<DuePolicy>): string[] => list(log, day(0), bags, more).items.map(({ play }) => play);
  expect(plays({ playEveryMs: null })).toEqual(['none', 'copies', 'all']);
  expect(plays({ playEveryMs: 2 * dayMs })).toEqual(['copies', 'copies', 'all']);
  expect(plays({ playEveryMs: 2 * dayMs, play: 'all' })).toEqual(['all', 'all', 'all']);
});

test('before three runs show the pause it is the longest seen, and at least a day', () => {
  const log = createTestLog();
  const pause = (at: number): number => list(log, day(at), [name(1)], { runEveryMs: null }).state.runEveryMs / dayMs;
  log.add(day(0), 'verification-started', { run: 'a', replica: null, scope: 'due' });
  expect([pause(0), pause(7)]).toEqual([1, 7]);
  log.add(day(7), 'verification-started', { run: 'b', replica: null, scope: 'due' });
  expect([pause(7), pause(8), pause(21)]).toEqual([7, 7, 14]);
  log.add(day(9), 'verification-started', { run: 'c', replica: null, scope: 'due' });
  expect(pause(30)).toBe(7);
});

test('the pause between runs is taken from the log, and is a day if it shows none', () => {
  const log = createTestLog();
  expect(list(log, day(0), [name(1)], { runEveryMs: null }).state.runEveryMs).toBe(dayMs);
  for (const at of [0, 7, 14, 21]) log.add(day(at), 'verification-started', { run: `r${at}`, replica: null, scope: 'due' });
  expect(list(log, day(22), [name(1)], { runEveryMs: null }).state).toMatchObject({ runEveryMs: 7 * dayMs, marginMs: 21 * dayMs });
  // Never more than half of the period.
  expect(list(log, day(22), [name(1)], { runEveryMs: null, everyMs: 10 * dayMs }).state.marginMs).toBe(5 * dayMs);
});

test('unknown sizes are taken as those of the others; missing bags are not read', () => {
  const log = createTestLog();
  for (const at of [1, 2, 3]) log.landed(day(-1), name(at));
  log.verified(day(0), name(3), { bytes: 900 });
  const found = dueList(
    historyOf(log, day(0)),
    [
      { bag: name(1), bytes: 300 },
      { bag: name(2), bytes: null },
      { bag: name(3), bytes: null },
    ],
    null,
    policy,
  );
  expect(found.items.map(({ bag, bytes }) => [bag, bytes])).toEqual([
    [name(1), 300],
    [name(2), 600],
  ]);
  expect(found.itemOf(name(3), 'neighbour')).toMatchObject({ bytes: 900, lastReadMs: day(0), deadlineMs: day(90) });
  expect(found.itemOf(name(9), 'neighbour')).toBeNull();
});

describe('neighbours', () => {
  const landed = Array.from({ length: 200 }, (_, at) => ({
    bag: `2026/202601${at < 100 ? '01' : '02'}-${String(at).padStart(3, '0')}`,
    job: at < 150 ? 'one' : 'two',
  }));
  const bagAt = (at: number): string => landed[at]?.bag ?? '';

  test('that landed next to the bag come first, then those of the same day, then those of the same import', () => {
    const near = createNeighbourhood(landed, new Set(landed.map(({ bag }) => bag)))(bagAt(99));
    expect(near.slice(0, 4)).toEqual([bagAt(98), bagAt(100), bagAt(97), bagAt(101)]);
    expect(near).toHaveLength(32 + 24);
    expect(near).not.toContain(bagAt(99));
    expect(near.indexOf(bagAt(91))).toBeLessThan(near.indexOf(bagAt(90)));
    // 32 of its day; of the next day those that landed beside it, or with the same import.
    expect(near).toContain(bagAt(67));
    expect(near).toContain(bagAt(115));
    expect(near).not.toContain(bagAt(66));
  });

  test('exist only if present, also for a missing bag or one that never landed', () => {
    const present = new Set([bagAt(10), bagAt(12)]);
    expect(createNeighbourhood(landed, present)(bagAt(11))).toEqual([bagAt(10), bagAt(12)]);
    expect(createNeighbourhood(landed, new Set(['2026/20260102-stranger', bagAt(150), bagAt(5)]))('2026/20260102-stranger')).toEqual([bagAt(150)]);
    expect(createNeighbourhood([], new Set())('undated/undated-1')).toEqual([]);
  });
});

describe('a run in progress', () => {
  const log = createTestLog();
  const bags = Array.from({ length: 30 }, (_, at) => name(at));
  for (const bag of bags) log.landed(day(-200), bag);
  for (const bag of bags) log.verified(day(-40), bag);
  log.verified(day(-30), name(20), { verdict: 'faults', faults: 'corrupt=1' });
  for (const bag of bags.slice(1)) if (bag !== name(20)) log.verified(day(-20), bag);
  const known = (bag: string): string | null => (bag === name(20) ? 'corrupt=1' : null);
  const begin = (due: DueList, bytes: number | null = null): WorkQueue =>
    createWorkQueue(due, { budget: createBudget({ ms: null, bytes }, () => 0), knownFaults: known, bytesOf: (item) => item.bytes });

  test('gives each bag once; neighbours of new damage come next, neighbours of known damage do not', () => {
    const queue = begin(list(log, day(0), bags, { everyMs: 30 * dayMs }));
    expect(queue.next()).toMatchObject({ bag: name(20), reason: 'damaged' });
    expect(queue.checked(name(20), { verdict: 'faults', faults: 'corrupt=1', bytes: 100 })).toBe(0);
    expect(queue.next()).toMatchObject({ bag: name(0), reason: 'overdue' });
    // The share of a run is 30 bags in 27 days: eight bags are more, the others wait.
    expect(queue.checked(name(0), { verdict: 'faults', faults: 'corrupt=1', bytes: 100 })).toBe(8);
    expect(queue.next()).toMatchObject({ bag: name(1), reason: 'neighbour' });
    expect(queue.next()).toMatchObject({ bag: name(2), reason: 'neighbour' });
    const before = queue.left();
    expect(queue.checked(name(2), { verdict: 'faults', faults: 'missing=1', bytes: 100 })).toBe(0);
    expect(queue.left()).toBeGreaterThanOrEqual(before);
    const rest: string[] = [];
    for (let item = queue.next(); item !== null; item = queue.next()) rest.push(item.bag);
    const all = [name(20), name(0), name(1), name(2), ...rest];
    expect(new Set(all).size).toBe(all.length);
    // Neighbours of the damage were given out before the end.
    for (let at = 3; at <= 10; at++) expect(rest).toContain(name(at));
    expect(queue.left()).toBe(0);
  });

  test('counts a given bag by its expected size, and by the bytes read once that is known: an unreachable bag costs nothing', () => {
    const queue = begin(list(log, day(0), bags, { everyMs: 10 * dayMs }), 250);
    const [first, second, third] = [queue.next(), queue.next(), queue.next()].map((item) => item?.bag ?? '');
    expect([first === '', third === '', queue.next()]).toEqual([false, false, null]);
    queue.checked(first ?? '', { verdict: 'unreachable', faults: 'unreachable=3', bytes: 0 });
    expect(queue.next()).not.toBeNull();
    expect(queue.next()).toBeNull();
    // Half of it was readable.
    queue.checked(second ?? '', { verdict: 'ok', faults: '', bytes: 40 });
    expect(queue.next()).not.toBeNull();
    queue.checked(third ?? '', { verdict: 'ok', faults: '', bytes: 5_000 });
    expect(queue.next()).toBeNull();
  });

  test('treats known damage of another kind as new', () => {
    const queue = begin(list(log, day(0), bags));
    expect(queue.next()?.bag).toBe(name(20));
    expect(queue.checked(name(20), { verdict: 'faults', faults: 'corrupt=1 missing=4', bytes: 100 })).toBeGreaterThan(0);
  });
});

describe('the forecast', () => {
  const log = createTestLog();
  for (let at = 0; at < 87; at++) log.landed(day(0), name(at));
  for (let at = 0; at < 87; at++) log.verified(day(0), name(at), { bytes: 1e12 });
  const { state } = dueList(
    historyOf(log, day(1)),
    Array.from({ length: 87 }, (_, at) => ({ bag: name(at), bytes: 1e12 })),
    null,
    policy,
  );
  const hour = 3_600_000;

  test.each([
    ['none', null, 1e5, { givenBytes: null, suffices: true, keepsMs: null }],
    ['a sufficient size', { ms: null, bytes: 1e12 }, null, { givenBytes: 1e12, suffices: true, keepsMs: 90 * dayMs }],
    ['an insufficient size', { ms: null, bytes: 5e11 }, null, { givenBytes: 5e11, suffices: false, keepsMs: 177 * dayMs }],
    ['a time, without measurements', { ms: 2 * hour, bytes: null }, null, { givenBytes: null, suffices: null, keepsMs: null }],
    ['a sufficient time', { ms: 2 * hour, bytes: null }, 2e5, { givenBytes: 1.44e12, suffices: true }],
    ['an insufficient time', { ms: 2 * hour, bytes: null }, 1e5, { givenBytes: 7.2e11, suffices: false }],
    ['both, and the size is too small at any rate', { ms: 2 * hour, bytes: 1e9 }, null, { givenBytes: 1e9, suffices: false }],
    ['both, and the time is unknown', { ms: 2 * hour, bytes: 1e13 }, null, { suffices: null, keepsMs: null }],
    ['both, and the time is the limit', { ms: hour, bytes: 1e13 }, 1e5, { givenBytes: 3.6e11, suffices: false }],
  ])('of a budget of %s', (_title, budget, bytesPerMs, expected) => {
    expect(forecast(state, budget, bytesPerMs)).toMatchObject({ neededBytes: 1e12, ...expected });
  });

  test('the messages for the operator have numbers, and there are none if everything is OK', () => {
    const standing = {
      place: '/srv/archive',
      everyMs: policy.everyMs,
      playEveryMs: 365 * dayMs,
      state,
      forecast: forecast(state, null, null),
      clock: { entries: 9, behind: 0, mostBehindMs: 0, future: 0 },
    };
    expect(scheduleFindings(standing)).toEqual([]);
    const troubled = scheduleFindings({
      ...standing,
      state: { ...state, damaged: 2, overdue: { bags: 3, sinceMs: day(-7) }, playOverdue: { bags: 1, sinceMs: day(-1) } },
      forecast: forecast(state, { ms: null, bytes: 5e11 }, null),
      clock: { entries: 9, behind: 2, mostBehindMs: 3_650 * dayMs, future: 1 },
    });
    expect(troubled.map(({ code, place, message }) => `${code} ${place} ${message}`)).toEqual([
      'W100 /srv/archive a run every 24 h must read 1.0 TB of 87.0 TB to read everything in 90 d, and the budget lets it read 500 GB; it keeps a period of 177 d',
      'W101 /srv/archive 3 of 87 bags were not read for more than 90 d; the first has been overdue since 2025-12-25',
      'W102 /srv/archive 1 of 87 bags were not decoded for more than 365 d; the first has been overdue since 2025-12-31',
      'W103 /srv/archive 2 of 87 bags were found damaged, and no verification since has found them intact',
      'W104 /srv/archive 2 of 9 entries of the log have an earlier time than a previous one, by at most 10 y; the last entry has a time in the future and is ignored',
    ]);
  });
});
