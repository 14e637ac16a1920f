import { expect, test } from 'vitest';
import { changesAhead, changesSince, createCaseHistories } from '../../../src/log/read/case-digests.ts';

test('something erased from an older state leaves the number of lost changes in the history, until the loss is acknowledged; a deletion is for ever', () => {
  const id = '20260301-1f0c2a9e';
  const histories = createCaseHistories();
  const enter = (type: string, detail: Readonly<Record<string, string | number>>): void =>
    histories.take({ seq: 0, time: '', type, detail: { case: id, ...detail } } as unknown as Parameters<typeof histories.take>[0]); // the members that are read
  const changed = (sha256: string, deed: string, more: Readonly<Record<string, number>> = {}): void =>
    enter('case-changed', { sha256, deed, ...more });
  const since = (digest: string): number | null => changesSince(histories.of.get(id) ?? { digests: [], deleted: false }, digest);
  for (const [digest, deed] of [
    ['a', 'opened'],
    ['b', 'messages-added'],
    ['c', 'messages-erased'],
    ['d', 'deadline-set'],
  ] as const)
    changed(digest, deed);
  expect(['a', 'b', 'c', 'd', 'x'].map(since)).toEqual([2, 1, 1, 0, null]);
  changed('e', 'recordings-erased', { lacking: 2 });
  expect(['a', 'd', 'e'].map(since)).toEqual([2, 0, 2]);
  changed('f', 'sealed');
  expect(since('f')).toBe(2);
  // Erased again from the state that lacks nothing.
  changed('g', 'recordings-erased', { lacking: 0 });
  expect(since('g')).toBe(0);
  changed('h', 'recordings-erased', { lacking: 1 });
  changed('h', 'accepted');
  expect(since('h')).toBe(0);
  enter('case-deleted', {});
  changed('i', 'recordings-erased');
  expect(histories.of.get(id)?.deleted).toBe(true);
});

test('a state that has changes which the newest one lacks is ahead of it, however often something is erased from the newest one, until the loss is acknowledged', () => {
  const id = '20260301-1f0c2a9e';
  const histories = createCaseHistories();
  const changed = (sha256: string, deed: string, more: Readonly<Record<string, number>> = {}): void =>
    histories.take({ seq: 0, time: '', type: 'case-changed', detail: { case: id, sha256, deed, ...more } } as unknown as Parameters<
      typeof histories.take
    >[0]); // the members that are read
  const ahead = (): number[] =>
    ['a', 'b', 'c', 'd', 'e'].map((digest) => changesAhead(histories.of.get(id) ?? { digests: [], deleted: false }, digest));
  changed('a', 'opened');
  changed('b', 'messages-added');
  changed('c', 'deadline-set');
  expect(ahead()).toEqual([0, 0, 0, 0, 0]);
  changed('d', 'recordings-erased', { lacking: 2 });
  expect(ahead()).toEqual([0, 1, 2, 0, 0]);
  changed('e', 'messages-erased', { lacking: 2 });
  expect(ahead()).toEqual([0, 1, 2, 0, 0]);
  changed('e', 'accepted');
  expect(ahead()).toEqual([0, 0, 0, 0, 0]);
});
