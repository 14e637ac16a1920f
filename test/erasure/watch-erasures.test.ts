import { expect, test } from 'vitest';
import { createErasureChecks } from '../../src/erasure/watch-erasures.ts';
import type { LogEntry } from '../../src/log/entries/log-entry.ts';
import { destructionDetail } from '../../src/log/history/destructions.ts';

const day = 86_400_000;

/** Returns the codes that a watch gives at a time, with the place of each. */
function codesAt(now: string, entries: readonly Omit<LogEntry, 'kind' | 'seq'>[]): string[] {
  const checks = createErasureChecks(() => now, 30 * day);
  for (const [at, entry] of entries.entries()) checks.take({ ...entry, kind: 'log-entry', seq: at + 1 });
  return [...checks.look()].map(({ code, place }) => `${code} ${place}`);
}

const requested = (request: string, due: string) => ({
  time: '2026-01-01T00:00:00.000Z',
  type: 'erasure-requested',
  detail: { request, ground: 'error', recordings: 1, set: 'aa', due, waitMs: 0 },
});
const executed = (request: string, time: string) => ({ time, type: 'erasure-executed', detail: { request, recordings: 1 } });
const destroyed = (requests: readonly string[], done: readonly string[], owed: readonly string[], time: string) => ({
  time,
  type: 'secrets-destroyed',
  detail: destructionDetail({
    keyring: 'k',
    requests,
    cells: 1,
    pages: 1,
    epoch: 0,
    done: new Map(done.map((copy) => [copy, { root: 2, kept: 'file' }])),
    owed,
    doubts: [],
  }),
});

test('a watch alarms about a request from the day after its deadline until it is executed', () => {
  const asked = [requested('11111111', '2026-02-01')];
  expect(codesAt('2026-02-01T23:00:00.000Z', asked)).toEqual([]);
  expect(codesAt('2026-02-02T00:00:00.000Z', asked)).toEqual(['E117 request 11111111']);
  expect(codesAt('2026-02-02T00:00:00.000Z', [...asked, executed('11111111', '2026-02-01T12:00:00.000Z')])).toEqual([]);
});

test('a watch alarms about an erasure that a copy of the keyring has not followed for too long, until the copy has followed or was removed', () => {
  const owed = [
    requested('11111111', '2026-02-01'),
    destroyed(['11111111'], ['main'], ['copy-1'], '2026-01-05T00:00:00.000Z'),
    executed('11111111', '2026-01-05T00:00:00.000Z'),
  ];
  expect(codesAt('2026-02-04T00:00:00.000Z', owed)).toEqual([]);
  expect(codesAt('2026-02-05T00:00:00.000Z', owed)).toEqual(['E118 request 11111111']);
  // The next run concerned another request, and the copy took part in it.
  expect(codesAt('2026-02-05T00:00:00.000Z', [...owed, destroyed(['22222222'], ['main', 'copy-1'], [], '2026-02-03T00:00:00.000Z')])).toEqual([]);
  expect(codesAt('2026-02-05T00:00:00.000Z', [...owed, destroyed([], ['main'], [], '2026-02-03T00:00:00.000Z')])).toEqual([]);
});

test('a watch alarms about an erasure that was executed more than a day in the future', () => {
  const asked = [requested('11111111', '2026-02-01'), executed('11111111', '2031-01-05T00:00:00.000Z')];
  expect(codesAt('2026-01-05T00:00:00.000Z', asked)).toEqual(['E143 request 11111111']);
  expect(codesAt('2031-01-04T00:00:00.000Z', asked)).toEqual([]);
});
