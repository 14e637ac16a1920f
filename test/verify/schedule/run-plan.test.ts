import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { baggingYear, payloadBytes } from '../../../src/archive/bag/info.ts';
import type { BagFolder } from '../../../src/archive/bag-folders.ts';
import { createReadingHistory, type ReadingHistory } from '../../../src/log/history/reading-history.ts';
import { createBudget } from '../../../src/verify/schedule/budget.ts';
import { dueBags, type RunPlan } from '../../../src/verify/schedule/run-plan.ts';
import { createTestLog, day, dayMs } from '../schedule-log.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A bag with this bag-info.txt; null: a pipe in its place. */
function bag(name: string, info: string | null): BagFolder {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  const file = join(path, 'bag-info.txt');
  if (info === null) execFileSync('mkfifo', [file]);
  else writeFileSync(file, info);
  return { name, folder: `bags/${name}`, path };
}

function plan(bags: readonly BagFolder[], history: ReadingHistory, bytes: number): RunPlan {
  const schedule = { everyMs: 30 * dayMs, playEveryMs: null, play: 'copies', budget: { ms: null, bytes }, budgetText: null } as const;
  return dueBags(
    bags,
    history,
    schedule,
    false,
    createBudget({ ms: null, bytes }, () => 0),
  );
}

test("a bag's stated size and year are read from a regular file, and from nothing else", () => {
  const said = bag('2026/20260101-said', 'Bagging-Date: 2019-03-12\r\nPayload-Oxum: 4711.12\r\n');
  expect([baggingYear(said.path), payloadBytes(said.path)]).toEqual(['2019', 4_711]);
  const pipe = bag('2026/20260101-pipe', null);
  expect([baggingYear(pipe.path), payloadBytes(pipe.path)]).toEqual([null, null]);
  const link = bag('2026/20260101-link', '');
  rmSync(join(link.path, 'bag-info.txt'));
  symlinkSync(join(said.path, 'bag-info.txt'), join(link.path, 'bag-info.txt'));
  expect([baggingYear(link.path), payloadBytes(link.path)]).toEqual([null, null]);
  expect([baggingYear(join(folder, 'nowhere')), payloadBytes(join(folder, 'nowhere'))]).toEqual([null, null]);
});

test('a bag that was read before counts in the budget with the bytes read, whatever it states', () => {
  const bags = ['a', 'b', 'c', 'd'].map((each) => bag(`2026/20260102-${each}`, 'Payload-Oxum: 1.1\n'));
  const log = createTestLog();
  for (const { name } of bags) log.landed(day(0), name);
  for (const { name } of bags) log.verified(day(1), name, { bytes: 500 });
  const history = createReadingHistory(() => day(60));
  for (const step of log.steps) history.add(step);
  const run = plan(bags, history, 1_000);
  expect([run.next()?.bag.name, run.next()?.bag.name, run.next()]).toEqual([bags[0]?.name, bags[1]?.name, null]);
});

test('an unknown bag counts with its stated size until it is read, and then with the bytes read', () => {
  const bags = ['e', 'f', 'g'].map((each) => bag(`2026/20260103-${each}`, 'Payload-Oxum: 999999999.1\n'));
  const history = createReadingHistory(() => day(60));
  const run = plan(bags, history, 1_000);
  const first = run.next()?.bag.name ?? '';
  expect(run.next()).toBeNull();
  const read = { files: 1, recordings: 0, audioMs: 0, strata: '', untried: 0 };
  run.checked(first, { ...read, bytes: 400, verdict: 'ok', faults: '' });
  const second = run.next()?.bag.name ?? '';
  run.checked(second, { ...read, bytes: 0, verdict: 'unreachable', faults: 'unreachable=1' });
  expect(run.next()).not.toBeNull();
});
