import { expect, test } from 'vitest';
import { createKnownErasures, finalRequests } from '../../../src/log/erasure/known-erasures.ts';
import { destructionDetail } from '../../../src/log/history/destructions.ts';
import type { LoggedStep } from '../../../src/log/history/logged-step.ts';

const destroyed = (epoch: number, owed: readonly string[] = []): LoggedStep['detail'] =>
  destructionDetail({
    keyring: 'k',
    requests: ['11'],
    cells: 1,
    pages: 1,
    epoch,
    done: new Map([['main', { root: 2, kept: 'file' }]]),
    owed,
    doubts: [],
  });

/** Returns when request 11 is final, and whether it may be logged as final in an epoch. */
function finality(
  epoch: number,
  ...entries: readonly (readonly [type: string, detail: LoggedStep['detail']])[]
): readonly [at: string | null, may: boolean] {
  const known = createKnownErasures('a');
  const asked = { request: '11', ground: 'error', recordings: 1, set: 'x', due: '2026-12-31', waitMs: 0 };
  const all = [['erasure-requested', asked], ...entries] as const;
  for (const [at, [type, detail]] of all.entries()) known.take({ seq: at + 1, time: `2026-12-0${at + 1}T00:00:00.000Z`, type, detail });
  return [known.requests.get('11')?.finalAt ?? null, finalRequests(known, epoch).includes('11')];
}

test('an erasure whose secrets came back and were destroyed again is not final before the next recovery epoch', () => {
  const final = ['erasure-final', { request: '11', keyring: 'k', epoch: 2 }] as const;
  expect(finality(1, ['secrets-destroyed', destroyed(1)])).toEqual([null, false]);
  expect(finality(2, ['secrets-destroyed', destroyed(1)])).toEqual([null, true]);
  expect(finality(2, ['secrets-destroyed', destroyed(1)], final)).toEqual(['2026-12-03T00:00:00.000Z', false]);
  const again = [['secrets-destroyed', destroyed(1)], final, ['secrets-destroyed', destroyed(2)]] as const;
  expect(finality(2, ...again)).toEqual([null, false]);
  expect(finality(3, ...again)).toEqual([null, true]);
  expect(finality(3, ...again, final)).toEqual(['2026-12-05T00:00:00.000Z', false]);
  expect(finality(3, ['secrets-destroyed', destroyed(1, ['copy-1'])])).toEqual([null, false]);
});
