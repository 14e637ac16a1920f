import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLogClock } from '../../src/log/history/log-clock.ts';
import { createReadingHistory } from '../../src/log/history/reading-history.ts';
import type { DuePolicy } from '../../src/verify/schedule/due-list.ts';
import { createTestLog, day, dayMs } from './schedule-log.ts';
import { createWorld, type Night } from './schedule-world.ts';

const everyDays = 30;
const policy: DuePolicy = { everyMs: everyDays * dayMs, playEveryMs: 100 * dayMs, play: 'copies', runEveryMs: null, runBytes: null };
/** Three pauses of a day: see the margin in src/verify/schedule/due-list.ts. */
const targetDays = everyDays - 3;
const tenYears = 3_650;
const nightsOfTest = 150;

const largest = 300;
const sizes = fc.array(fc.integer({ min: 1, max: largest }), { minLength: 1, maxLength: 80 });
const lateMin = fc.integer({ min: 0, max: 120 });
const quietNights = fc.array(fc.record({ lateMin }), { minLength: nightsOfTest, maxLength: nightsOfTest });

test('a budget of the even share, and no more, keeps the period: no bag is ever older, nor undecoded for longer', () => {
  fc.assert(
    fc.property(sizes, quietNights, (bags, nights) => {
      const world = createWorld(bags, policy, (bytes) => bytes / targetDays);
      for (const night of nights) world.pass(night);
      expect(world.worst().readMs).toBeLessThanOrEqual(policy.everyMs);
      expect(world.worst().playMs).toBeLessThanOrEqual(100 * dayMs);
    }),
    { numRuns: 6 },
  );
});

test('a smaller budget cannot: the test above could fail', () => {
  const world = createWorld(
    Array.from({ length: 300 }, () => 100),
    policy,
    (bytes) => (bytes / everyDays) * 0.8,
  );
  for (let night = 0; night < nightsOfTest; night++) world.pass({});
  expect(world.worst().readMs).toBeGreaterThan(policy.everyMs);
});

test('without a budget each night reads the even share and no more, although all bags were read on one day', () => {
  fc.assert(
    fc.property(sizes, quietNights, (bags, nights) => {
      const world = createWorld(bags, policy, () => Number.POSITIVE_INFINITY);
      const sizeOf = new Map(world.bags().map(({ bag, bytes }) => [bag, bytes]));
      const total = bags.reduce((sum, size) => sum + size, 0);
      const read = nights.map((night) => world.pass(night).reduce((sum, bag) => sum + (sizeOf.get(bag) ?? 0), 0));
      expect(read[0]).toBe(total);
      // The first night reads unverified bags; then one share and a bag per night, and a tenth for late nights.
      for (const bytes of read.slice(1)) expect(bytes).toBeLessThanOrEqual((1.1 * total) / targetDays + Math.max(...bags));
      const passes = read.slice(1).reduce((sum, bytes) => sum + bytes, 0) / total;
      expect(passes).toBeLessThanOrEqual((1.05 * nightsOfTest) / targetDays + 1);
      expect(world.worst().readMs).toBeLessThanOrEqual(policy.everyMs);
    }),
    { numRuns: 6 },
  );
});

/** In each ten nights at most one without a finished run or with a clock that is set back; the clock may be set forward at any time. */
const tenNights: fc.Arbitrary<Night[]> = fc
  .record({
    at: fc.integer({ min: 0, max: 9 }),
    trouble: fc.oneof(
      fc.record({ missed: fc.constant(true) }),
      fc.record({ killedAfter: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ clockDays: fc.constantFrom(-tenYears, -20, -1, tenYears) }),
      fc.constant({}),
    ),
    others: fc.array(
      fc.record(
        {
          lateMin,
          damaged: fc.integer({ min: 0, max: 99 }),
          mended: fc.boolean(),
          imported: fc.integer({ min: 1, max: largest }),
          clockDays: fc.constantFrom(0, 0, 0, 0, 0, 0, 20, tenYears),
        },
        { requiredKeys: [] },
      ),
      { minLength: 10, maxLength: 10 },
    ),
  })
  .map(({ at, trouble, others }) => others.map((night, index) => (index === at ? { ...night, clockDays: 0, ...trouble } : night)));

const troubledNights = fc.array(tenNights, { minLength: nightsOfTest / 10, maxLength: nightsOfTest / 10 }).map((tens) => tens.flat());

test('missed and killed runs, imports, clocks that are set back and forward by ten years: the true age never exceeds the period', () => {
  fc.assert(
    fc.property(sizes, troubledNights, (bags, nights) => {
      // The regular work, and the rest of two bad nights.
      const world = createWorld(bags, policy, (bytes) => (3 * bytes) / targetDays + largest);
      for (const { damaged: _damaged, ...night } of nights) {
        world.pass(night);
        expect(world.worst().readMs).toBeLessThanOrEqual(policy.everyMs);
      }
    }),
    { numRuns: 6 },
  );
});

/** Six times the even share, and two of the largest bags: work before the regular work gets the remainder, and a bag. */
function enough(bytes: number): number {
  return (6 * bytes) / targetDays + 2 * largest;
}

test('the same with damage, of one bag or of half of the archive: urgent work never takes the time of the rest', () => {
  fc.assert(
    fc.property(sizes, troubledNights, (bags, nights) => {
      const world = createWorld(bags, policy, enough);
      for (const night of nights) {
        world.pass(night);
        expect(world.worst().readMs).toBeLessThanOrEqual(policy.everyMs);
      }
    }),
    { numRuns: 4 },
  );
});

test('unreadable bags take nothing from the budget of the others', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 2, max: 5 }), quietNights, (bags, each, nights) => {
      const world = createWorld(bags, policy, (bytes) => bytes / targetDays, { unreachable: (bag) => bag % each === 0 });
      for (const night of nights) world.pass(night);
      expect(world.worst().readMs).toBeLessThanOrEqual(policy.everyMs);
    }),
    { numRuns: 6 },
  );
});

test('bags that can never be decoded completely take no turn of the others, and are tried equally often', () => {
  const often = { ...policy, playEveryMs: 40 * dayMs };
  fc.assert(
    fc.property(sizes, fc.integer({ min: 2, max: 5 }), quietNights, (bags, each, nights) => {
      const undecodable = (bag: number): boolean => bag % each === 0;
      const world = createWorld(bags, often, (bytes) => bytes / targetDays, { undecodable });
      for (const night of nights) world.pass(night);
      expect(world.worst().readMs).toBeLessThanOrEqual(often.everyMs);
      expect(world.worst().playMs).toBeLessThanOrEqual(often.playEveryMs);
      // Twice three times forty days have passed.
      const tries = world.log.steps.filter(({ detail }) => detail.bag === world.bags()[0]?.bag && detail.untried === 1).length;
      expect([tries >= 3, tries <= 10]).toEqual([true, true]);
    }),
    { numRuns: 6 },
  );
});

test('remaining damage takes no more of a small budget than the regular work leaves', () => {
  fc.assert(
    fc.property(sizes, fc.array(fc.integer({ min: 0, max: 79 }), { minLength: 1, maxLength: 20 }), quietNights, (bags, struck, nights) => {
      const world = createWorld(bags, policy, (bytes) => (2 * bytes) / targetDays);
      for (const [at, night] of nights.entries()) world.pass({ ...night, ...(struck[at] === undefined ? {} : { damaged: struck[at] }) });
      expect(world.worst().readMs).toBeLessThanOrEqual(policy.everyMs);
    }),
    { numRuns: 6 },
  );
});

test('a weekly timer keeps the period from its beginning, before three runs have shown that it is weekly', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: largest }), { minLength: 30, maxLength: 80 }), (bags) => {
      // All was read on one day; half of the period is the margin of a weekly timer.
      const world = createWorld(bags, policy, (bytes) => (1.05 * 7 * bytes) / (everyDays / 2), { pauseDays: 7, readAtFirst: true });
      for (let week = 0; week < 12; week++) world.pass({});
      expect(world.worst().readMs).toBeLessThanOrEqual(policy.everyMs);
    }),
    { numRuns: 6 },
  );
});

test('damage that was found remains until the bag is read and found valid, whatever the clock does', () => {
  fc.assert(
    fc.property(sizes, troubledNights, (bags, nights) => {
      const world = createWorld(bags, policy, enough);
      for (const night of nights) {
        world.pass(night);
        const history = world.history();
        const shown = world.bags().filter(({ bag }) => history.copy(bag, null).damage !== null);
        const found = world.foundDamaged();
        // A verification that found it valid may have a future time, and is not accepted yet: more work, never less.
        expect([...found].filter((bag) => !shown.some((each) => each.bag === bag))).toEqual([]);
        if (history.clock().future === 0) expect(shown.map(({ bag }) => bag).sort()).toEqual([...found].sort());
      }
    }),
    { numRuns: 6 },
  );
});

/** Entries at most a day apart, of a clock that is set by hand now and then. */
const clockSteps = fc.array(
  fc.record({ pauseMin: fc.integer({ min: 0, max: 1_440 }), setDays: fc.constantFrom(0, 0, 0, 0, 0, -tenYears, tenYears, -40, 40, -1, 1) }),
  { minLength: 1, maxLength: 60 },
);

test('an age is never less than the true one, except by the pause in which the clock was set back; and never less than the time of the entry allows', () => {
  fc.assert(
    fc.property(clockSteps, (steps) => {
      let trueMs = day(0);
      let offsetMs = 0;
      const clock = createLogClock(() => trueMs + offsetMs);
      const made = steps.map(({ pauseMin, setDays }, at) => {
        const before = { trueMs, clockMs: trueMs + offsetMs };
        trueMs += pauseMin * 60_000;
        offsetMs += setDays * dayMs;
        // The pause as the largest amount that the clock can hide.
        const hiddenMs = trueMs + offsetMs < before.clockMs + (trueMs - before.trueMs) ? trueMs - before.trueMs : 0;
        return { moment: clock.take(at + 1, new Date(trueMs + offsetMs).toISOString()), trueMs, hiddenMs };
      });
      trueMs += 60_000;
      for (const [at, { moment, trueMs: madeMs }] of made.entries()) {
        const hiddenMs = made.slice(at + 1).reduce((sum, each) => sum + each.hiddenMs, 0);
        expect(clock.ageOf(moment)).toBeGreaterThanOrEqual(trueMs - madeMs - hiddenMs);
        const timeMs = clock.timeOf(moment);
        const least = Math.min(...made.slice(at).map((each) => each.moment.statedMs));
        expect(timeMs).toBe(least <= trueMs + offsetMs ? least : null);
        if (timeMs !== null) expect(clock.ageOf(moment)).toBeGreaterThanOrEqual(trueMs + offsetMs - timeMs);
      }
    }),
    { numRuns: 500 },
  );
});

const verdicts = fc.record({
  bag: fc.integer({ min: 0, max: 5 }),
  replica: fc.constantFrom(null, 'vault'),
  verdict: fc.constantFrom('ok', 'faults', 'unreachable'),
  played: fc.constantFrom('none', 'copies', 'all'),
  setDays: fc.constantFrom(0, 0, 0, -tenYears, tenYears),
});

test('a bag counts as read only if an entry says that it was read there: no other bag, replica or failed attempt counts for it', () => {
  fc.assert(
    fc.property(fc.array(verdicts, { maxLength: 60 }), (entries) => {
      const log = createTestLog();
      let clockMs = day(0);
      for (const { bag, setDays, ...more } of entries) {
        clockMs += 60_000 + setDays * dayMs;
        log.verified(clockMs, `2026/20260101-${bag}`, more);
      }
      const history = createReadingHistory(() => clockMs);
      for (const step of log.steps) history.add(step);
      for (const replica of [null, 'vault', 'other']) {
        for (let bag = 0; bag < 7; bag++) {
          const copy = history.copy(`2026/20260101-${bag}`, replica);
          const readings = log.steps.filter(
            ({ detail }) => detail.bag === `2026/20260101-${bag}` && detail.replica === replica && detail.verdict !== 'unreachable',
          );
          expect(copy.readSeq).toBe(readings.at(-1)?.seq ?? 0);
          const never = history.copy('2026/20260101-nobody', replica);
          if (readings.length === 0) expect(copy).toEqual({ ...never, bytes: copy.bytes });
          if (!readings.some(({ detail }) => detail.played !== 'none')) expect(copy.playAgeMs).toBe(never.playAgeMs);
          if (!readings.some(({ detail }) => detail.played === 'all')) expect(copy.originalsAgeMs).toBe(never.originalsAgeMs);
        }
      }
    }),
    { numRuns: 200 },
  );
});
