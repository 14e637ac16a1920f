import { expect, test } from 'vitest';
import { createLogClock } from '../../src/log/history/log-clock.ts';
import { createReadingHistory, type ReadingHistory } from '../../src/log/history/reading-history.ts';
import { createTestLog, day, dayMs, type TestLog } from './schedule-log.ts';

function read(log: TestLog, nowMs: number): ReadingHistory {
  const history = createReadingHistory(() => nowMs);
  for (const step of log.steps) history.add(step);
  return history;
}

const bag = '2026/20260101-aa';

test('a bag has landed, was read, played, and its originals decoded: each by its own entries, each place separately', () => {
  const log = createTestLog();
  log.add(day(0), 'archive-created', { archive: 'x' });
  log.landed(day(1), bag);
  log.verified(day(2), bag, { played: 'copies', bytes: 5_000 });
  log.verified(day(3), bag, { played: 'all' });
  log.verified(day(4), bag, { replica: 'vault', played: 'copies', bytes: 5_000 });
  log.verified(day(5), bag);
  const history = read(log, day(10));
  expect(history.copy(bag, null)).toEqual({
    readMs: day(5),
    readAgeMs: 5 * dayMs,
    playAgeMs: 7 * dayMs,
    originalsAgeMs: 7 * dayMs,
    playTriedAgeMs: 7 * dayMs,
    originalsTriedAgeMs: 7 * dayMs,
    damage: null,
    unread: false,
    readSeq: 6,
    hitSeq: 0,
    bytes: 1_000,
  });
  expect(history.copy(bag, 'vault')).toMatchObject({ readMs: day(4), playAgeMs: 6 * dayMs, originalsAgeMs: 10 * dayMs });
  expect(history.copy('2026/20260101-bb', null)).toMatchObject({ readMs: null, readAgeMs: 10 * dayMs, unread: true });
});

test('damage remains through verifications that fail and repeated failures, and ends with one that finds the bag valid there', () => {
  const log = createTestLog();
  log.landed(day(0), bag);
  log.verified(day(1), bag, { verdict: 'faults', faults: 'corrupt=1' });
  log.verified(day(2), bag, { verdict: 'unreachable', faults: 'unreachable=3' });
  log.verified(day(3), bag, { replica: 'vault' });
  const found = { damage: { sinceMs: day(1), faults: 'corrupt=1', level: 'none' }, hitSeq: 2 };
  expect(read(log, day(4)).copy(bag, null)).toMatchObject({ ...found, readMs: day(1) });
  log.verified(day(5), bag, { verdict: 'faults', faults: 'corrupt=1' });
  expect(read(log, day(6)).copy(bag, null)).toMatchObject({ ...found, readMs: day(5) });
  log.verified(day(6), bag, { verdict: 'faults', faults: 'corrupt=2' });
  expect(read(log, day(7)).copy(bag, null)).toMatchObject({ damage: { sinceMs: day(1), faults: 'corrupt=2' }, hitSeq: 6 });
  log.add(day(7), 'bag-repaired', { bag, from: 'vault', to: 'primary', files: 1, bytes: 5, quarantine: 'q' });
  expect(read(log, day(8)).copy(bag, null)).toMatchObject({ damage: { faults: 'corrupt=2' }, unread: true });
  log.verified(day(8), bag);
  expect(read(log, day(9)).copy(bag, null)).toMatchObject({ damage: null, unread: false, hitSeq: 6 });
  expect(read(log, day(9)).hits(null)).toEqual([{ bag, hitSeq: 6 }]);
  expect(read(log, day(9)).hits('vault')).toEqual([]);
});

test('damage that only decoding shows is not cleared by a verification without decoding', () => {
  const log = createTestLog();
  log.landed(day(0), bag);
  log.verified(day(1), bag, { verdict: 'faults', faults: 'unplayable=2', played: 'copies' });
  log.verified(day(2), bag);
  expect(read(log, day(3)).copy(bag, null)).toMatchObject({ damage: { faults: 'unplayable=2', level: 'copies' }, readMs: day(2) });
  log.verified(day(3), bag, { played: 'copies' });
  expect(read(log, day(4)).copy(bag, null).damage).toBeNull();
});

test('damage that decoding the originals shows is not cleared by decoding the copies, nor by a run that could not try them all', () => {
  const log = createTestLog();
  log.landed(day(0), bag);
  log.verified(day(1), bag, { verdict: 'faults', faults: 'unplayable=2', played: 'all' });
  const found = { sinceMs: day(1), faults: 'unplayable=2', level: 'all' };
  log.verified(day(2), bag, { played: 'copies' });
  log.verified(day(3), bag, { played: 'all', untried: 1 });
  expect(read(log, day(4)).copy(bag, null).damage).toEqual(found);
  // Results of a lesser verification are added to it.
  log.verified(day(4), bag, { verdict: 'faults', faults: 'corrupt=1 unplayable=1', played: 'copies' });
  expect(read(log, day(5)).copy(bag, null).damage).toEqual({ ...found, faults: 'corrupt=1 unplayable=2' });
  log.verified(day(5), bag);
  expect(read(log, day(6)).copy(bag, null).damage).toEqual({ ...found, faults: 'corrupt=1 unplayable=2' });
  log.verified(day(6), bag, { played: 'all' });
  expect(read(log, day(7)).copy(bag, null).damage).toBeNull();
});

test('a run that could only try some still shows damage by decoding', () => {
  const log = createTestLog();
  log.landed(day(0), bag);
  log.verified(day(1), bag, { verdict: 'faults', faults: 'unplayable=1', played: 'all', untried: 3 });
  log.verified(day(2), bag);
  expect(read(log, day(3)).copy(bag, null).damage).toMatchObject({ faults: 'unplayable=1', level: 'all' });
});

test.each([
  ['some could not be tried', { untried: 2 }, false],
  ['a file is missing', { verdict: 'faults', faults: 'missing=1' }, false],
  ['a file is altered, and another does not play', { verdict: 'faults', faults: 'corrupt=1 unplayable=1' }, false],
  ['one does not play', { verdict: 'faults', faults: 'unplayable=1', untried: 0 }, true],
  ['all is OK', { untried: 0 }, true],
])('a bag counts as decoded if each file existed and was tried: %s', (_, more, decoded) => {
  const log = createTestLog();
  log.landed(day(0), bag);
  log.verified(day(1), bag, { played: 'all', ...more });
  const age = decoded ? dayMs : 2 * dayMs;
  expect(read(log, day(2)).copy(bag, null)).toMatchObject({ playAgeMs: age, originalsAgeMs: age, playTriedAgeMs: dayMs, originalsTriedAgeMs: dayMs });
});

test('a deleted bag is not part of the archive, nor is its damage; landed again it is new', () => {
  const log = createTestLog();
  log.landed(day(0), bag);
  log.landed(day(0), '2026/20260101-bb');
  log.verified(day(1), bag, { verdict: 'faults', faults: 'missing=1' });
  log.verified(day(1), bag, { verdict: 'faults', faults: 'missing=1', replica: 'vault' });
  log.add(day(2), 'deleted', { bag });
  const gone = read(log, day(3));
  expect(gone.landed().map((each) => each.bag)).toEqual(['2026/20260101-bb']);
  expect([gone.copy(bag, null).damage, gone.copy(bag, 'vault').damage, gone.hits(null)]).toEqual([null, null, [{ bag, hitSeq: 3 }]]);
  log.landed(day(4), bag);
  const again = read(log, day(5));
  expect(again.landed().map((each) => each.bag)).toEqual(['2026/20260101-bb', bag]);
  expect(again.copy(bag, null)).toMatchObject({ readMs: null, readAgeMs: dayMs, unread: true, damage: null });
});

test('a copy with an internal fault shows it in any verification, and any verification clears it', () => {
  const log = createTestLog();
  log.verified(day(1), bag, { verdict: 'faults', faults: 'unplayable=2', played: 'none' });
  expect(read(log, day(3)).copy(bag, null).damage).toMatchObject({ level: 'none' });
  log.verified(day(2), bag);
  expect(read(log, day(3)).copy(bag, null).damage).toBeNull();
});

test('entries with a future time are ignored: the earlier verification counts, and damage remains, including damage that they reported', () => {
  const log = createTestLog();
  log.landed(day(0), bag);
  log.verified(day(1), bag, { verdict: 'faults', faults: 'corrupt=1' });
  log.verified(day(4_000), bag);
  log.verified(day(4_001), bag, { played: 'all' });
  const other = '2026/20260101-bb';
  log.verified(day(4_001), other, { verdict: 'faults', faults: 'missing=1' });
  const history = read(log, day(5));
  expect(history.copy(other, null)).toMatchObject({ readMs: null, damage: { sinceMs: null, faults: 'missing=1' } });
  expect(history.copy(bag, null)).toMatchObject({
    readMs: day(1),
    playAgeMs: history.copy('never', null).playAgeMs,
    damage: { faults: 'corrupt=1' },
  });
  expect(history.clock()).toEqual({ entries: 5, behind: 0, mostBehindMs: 0, future: 3 });
  // A later entry shows that it was made before that.
  log.add(day(6), 'verification-started', { run: 'x', replica: null, scope: 'due' });
  expect(read(log, day(7)).copy(bag, null)).toMatchObject({ readMs: day(6), damage: null });
  expect(read(log, day(7)).clock()).toEqual({ entries: 6, behind: 1, mostBehindMs: 3_995 * dayMs, future: 0 });
});

test('a clock that was set back does not make verifications younger: the repeated time counts twice', () => {
  const log = createTestLog();
  log.verified(day(0), bag);
  log.add(day(40), 'x');
  log.add(day(10), 'x');
  const history = read(log, day(30));
  expect(history.copy(bag, null)).toMatchObject({ readMs: day(0), readAgeMs: 60 * dayMs });
});

test('an entry without a readable time takes that of the next; at the end it is not accepted', () => {
  const log = createTestLog();
  log.verified(day(0), bag);
  log.add('soon', 'bag-verified', { run: 'r', replica: null, bag, verdict: 'ok', played: 'none' });
  expect(read(log, day(9)).copy(bag, null)).toMatchObject({ readMs: day(0), readAgeMs: 9 * dayMs });
  log.add(day(8), 'x');
  expect(read(log, day(9)).copy(bag, null)).toMatchObject({ readMs: day(8), readAgeMs: 9 * dayMs });
});

test('written bags are unread: landed again, rehashed, copied to a replica, repaired there, moved with it', () => {
  const log = createTestLog();
  const unread = (replica: string | null): boolean => read(log, day(100)).copy(bag, replica).unread;
  log.landed(day(0), bag);
  log.verified(day(1), bag, { played: 'all' });
  expect(unread(null)).toBe(false);
  log.add(day(2), 'bag-rehashed', { bag, algorithm: 'sha3-512', tagManifestSha256: 'a', tagManifestSha512: 'b' });
  expect(unread(null)).toBe(true);
  // Its payload was not changed: the verification keeps its time.
  expect(read(log, day(3)).copy(bag, null)).toMatchObject({ readMs: day(1), playAgeMs: 2 * dayMs });
  log.verified(day(3), bag);
  log.landed(day(4), bag);
  expect(read(log, day(5)).copy(bag, null)).toMatchObject({ readMs: null, readAgeMs: dayMs, playAgeMs: dayMs, unread: true });
  log.add(day(5), 'replica-added', { replica: 'vault', path: '/mnt/vault', medium: 'disk', everyMs: 180 * dayMs });
  log.verified(day(6), bag, { replica: 'vault' });
  expect(unread('vault')).toBe(false);
  log.add(day(7), 'bag-copied', { bag, replica: 'vault', bytes: 5 });
  expect(read(log, day(8)).copy(bag, 'vault')).toMatchObject({ readMs: null, readAgeMs: dayMs, unread: true });
  log.verified(day(8), bag, { replica: 'vault' });
  log.add(day(9), 'replica-moved', { replica: 'vault', path: '/mnt/other' });
  expect(unread('vault')).toBe(true);
  expect(read(log, day(10)).replicas.get('vault')).toMatchObject({ path: '/mnt/other', medium: 'disk', everyMs: 180 * dayMs });
});

test('a removed replica is forgotten, and starts new when it is added again', () => {
  const log = createTestLog();
  log.add(day(0), 'replica-added', { replica: 'vault', path: '/v', medium: 'disk', everyMs: null });
  log.verified(day(1), bag, { replica: 'vault', verdict: 'faults', faults: 'missing=1' });
  log.add(day(2), 'replica-removed', { replica: 'vault' });
  expect([...read(log, day(3)).replicas]).toEqual([]);
  log.add(day(4), 'replica-added', { replica: 'vault', path: '/v', medium: 'disk', everyMs: 0 });
  const history = read(log, day(5));
  expect(history.copy(bag, 'vault')).toMatchObject({ readMs: null, readAgeMs: dayMs, damage: null, hitSeq: 0 });
  expect(history.replicas.get('vault')?.everyMs).toBeNull();
});

test('bags are listed in landing order with the import job that landed them', () => {
  const log = createTestLog();
  log.add(day(0), 'import-started', { job: 'one' });
  log.landed(day(0), '2026/20260102-b');
  log.landed(day(0), '2026/20260101-a');
  log.add(day(1), 'import-finished', { job: 'one' });
  log.landed(day(1), '2026/20260103-c');
  expect(read(log, day(2)).landed()).toEqual([
    { bag: '2026/20260102-b', job: 'one' },
    { bag: '2026/20260101-a', job: 'one' },
    { bag: '2026/20260103-c', job: null },
  ]);
});

test('runs are ended, kept or unfinished, with their usual pause and rate', () => {
  const log = createTestLog();
  for (let night = 0; night < 5; night++) {
    log.add(day(night), 'verification-started', { run: `r${night}`, replica: null, scope: 'due' });
    if (night === 2) continue;
    log.add(day(night) + 100_000, 'verification-finished', {
      run: `r${night}`,
      replica: null,
      bytes: 5_000_000 * (night + 1),
      complete: night !== 4,
    });
  }
  log.add(day(5), 'verification-started', { run: 'r5', replica: 'vault', scope: 'all' });
  const { runs } = read(log, day(5));
  expect(runs.of(null)).toMatchObject({ ended: { run: 'r4', scope: 'due', complete: false, ageMs: dayMs - 100_000 }, unfinished: 0 });
  expect(runs.of(null).kept).toMatchObject({ run: 'r3', timeMs: day(3) + 100_000 });
  expect(runs.of('vault')).toMatchObject({ ended: null, succeeded: null, kept: null, unfinished: 1 });
  expect(runs.usualPauseMs(null)).toBe(dayMs);
  expect(runs.usualPauseMs('vault')).toBeNull();
  expect(runs.bytesPerMs(null)).toBe(200);
});

test('malformed entries change nothing', () => {
  const log = createTestLog();
  log.landed(day(0), bag);
  log.add(day(1), 'bag-verified', { bag, replica: null, verdict: 'fine', played: 'all' });
  log.add(day(1), 'bag-verified', { bag: 5, replica: null, verdict: 'ok' });
  log.add(day(1), 'bag-verified', { bag, replica: 7, verdict: 'ok' });
  log.add(day(1), 'bag-verified', { bag, verdict: 'ok' });
  log.add(day(1), 'bag-copied', { bag, replica: null });
  log.add(day(1), 'replica-moved', { replica: 'nowhere', path: '/x' });
  log.add(day(1), 'verification-finished', { run: 'never-started', replica: null, complete: true });
  const history = read(log, day(2));
  expect(history.copy(bag, null)).toMatchObject({ readMs: null, playAgeMs: 2 * dayMs, unread: true, readAgeMs: 2 * dayMs });
  expect(history.runs.of(null)).toMatchObject({ ended: { run: 'never-started' }, succeeded: null, kept: null, everyMs: null, unfinished: 0 });
});

test('memory depends on the bags, not on the entries, and the answers stay the same', () => {
  const nowMs = day(50_000);
  const clock = createLogClock(() => nowMs);
  const history = createReadingHistory(() => nowMs, clock);
  const log = createTestLog();
  let most = 0;
  for (let at = 0; at < 40_000; at++) {
    log.verified(day(at), `2026/20260101-${at % 50}`);
    const step = log.steps.at(-1);
    if (step !== undefined) history.add(step);
    most = Math.max(most, clock.held());
  }
  for (let at = 0; at < 50; at++) {
    const copy = history.copy(`2026/20260101-${at}`, null);
    expect([copy.readMs, copy.readAgeMs]).toEqual([day(39_950 + at), nowMs - day(39_950 + at)]);
  }
  expect(most).toBeLessThan(5_000);
});
