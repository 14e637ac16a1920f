import { expect, test } from 'vitest';
import { dueState, isOverdue } from '../../../src/archive/documents/case-due.ts';
import { parseCase } from '../../../src/archive/documents/case-json.ts';
import type { ReviewState } from '../../../src/archive/documents/case-progress.ts';
import { createHandOvers, nextNumber } from '../../../src/cases/hand-over/hand-overs.ts';
import { requestedHandOver } from '../../../src/cases/hand-over/supplement.ts';
import { reviewOf, withheldAs } from '../../../src/cases/store/review-state.ts';
import { isDay } from '../../../src/core/time/calendar-day.ts';

const standsAs = (...states: ReviewState[]): string | null =>
  withheldAs(reviewOf(states.map((state) => ({ item: 'm1', state, reason: 'x', at: '2026-01-01T00:00:00.000Z', by: null }))).get('m1'))?.as ?? null;

test('a privileged item stays privileged until it is released, whatever else is marked; a release also removes "not relevant"', () => {
  expect(standsAs()).toBe(null);
  expect(standsAs('relevant')).toBe(null);
  expect(standsAs('privileged', 'relevant')).toBe('privileged');
  expect(standsAs('privileged', 'not-relevant')).toBe('privileged');
  expect(standsAs('not-relevant', 'relevant')).toBe(null);
  expect(standsAs('relevant', 'not-relevant')).toBe('not-relevant');
  expect(standsAs('privileged', 'released')).toBe(null);
  expect(standsAs('not-relevant', 'privileged', 'released')).toBe(null);
  expect(standsAs('privileged', 'released', 'not-relevant')).toBe('not-relevant');
  expect(standsAs('privileged', 'released', 'privileged')).toBe('privileged');
});

test('a deadline counts days of UTC, is met by a hand-over after it was set, and can be withdrawn', () => {
  const set = (due: string | null, at: string) => ({ due, reason: '', at, by: null });
  const one = { deadlines: [set('2026-12-30', '2026-11-30T09:00:00.000Z')] };
  expect(dueState({}, [], '2026-12-01T00:00:00.000Z')).toEqual({ due: null, daysLeft: null, metAt: null });
  const stands = ([at, ...handedOver]: readonly string[]) => dueState(one, handedOver, at ?? '');
  expect(stands(['2026-12-30T23:59:59.000Z'])).toEqual({ due: '2026-12-30', daysLeft: 0, metAt: null });
  expect(isOverdue(stands(['2026-12-30T23:59:59.000Z']))).toBe(false);
  expect(isOverdue(stands(['2026-12-31T00:00:00.000Z']))).toBe(true);
  // Across the end of a year, and before the deadline was set.
  expect(stands(['2027-01-02T12:00:00.000Z', '2026-11-01T00:00:00.000Z'])).toEqual({ due: '2026-12-30', daysLeft: -3, metAt: null });
  expect(isOverdue(stands(['2027-01-02T12:00:00.000Z', '2026-12-29T00:00:00.000Z']))).toBe(false);
  const moved = { deadlines: [...one.deadlines, set('2027-01-30', '2026-12-29T09:00:00.000Z')] };
  expect(dueState(moved, [], '2027-01-02T12:00:00.000Z')).toEqual({ due: '2027-01-30', daysLeft: 28, metAt: null });
  expect(dueState({ deadlines: [...moved.deadlines, set(null, '2027-01-01T00:00:00.000Z')] }, [], '2028-01-01T00:00:00.000Z').due).toBe(null);
  expect(['2026-02-29', '2028-02-29', '2026-2-1', '2026-12-30T00:00', '0000-00-00'].map(isDay)).toEqual([false, true, false, false, false]);
});

test('an interrupted hand-over whose bag did not get its name is not the last hand-over', () => {
  const handOvers = createHandOvers('20261130-00000000');
  const take = (seq: number, type: string, detail: Record<string, string | number | boolean>): void =>
    handOvers.take({ seq, time: `2026-01-0${seq}T00:00:00.000Z`, type, detail: { case: '20261130-00000000', ...detail } });
  take(1, 'exported', { recordings: 1, handOver: 1 });
  take(2, 'handed-over', { handOver: 1 });
  take(3, 'exported', { recordings: 1, handOver: 2 });
  const asked = (wanted: string): number => requestedHandOver(handOvers, wanted, { id: '20261130-00000000', masked: false }).number;
  expect([asked('last'), asked('2026-01-03'), asked('2'), nextNumber(handOvers)]).toEqual([1, 1, 2, 3]);
  take(4, 'handed-over', { handOver: 2 });
  expect([asked('last'), asked('2026-01-03')]).toEqual([2, 2]);
});

test('hand-overs of versions without numbers are counted; lists left by a killed run belong to no hand-over', () => {
  const handOvers = createHandOvers('20261130-00000000');
  const take = (seq: number, type: string, detail: Record<string, string | number | boolean>): void =>
    handOvers.take({ seq, time: '2026-01-01T00:00:00.000Z', type, detail: { case: '20261130-00000000', ...detail } });
  take(1, 'exported', { recordings: 1 });
  take(2, 'export-begun', { recordings: 2000 });
  take(3, 'export-begun', { recordings: 2000 });
  take(4, 'export-begun', { recordings: 5 });
  take(5, 'exported', { recordings: 2005, handOver: 2 });
  handOvers.take({ seq: 6, time: '', type: 'exported', detail: { case: '20261130-11111111', recordings: 1 } });
  expect(handOvers.all.map(({ number, lists }) => [number, lists.map(({ seq }) => seq)])).toEqual([
    [1, [1]],
    [2, [3, 4, 5]],
  ]);
  expect(nextNumber(handOvers)).toBe(3);
});

test('case.json without the new members is read, and one with invalid members is damaged', () => {
  const old = {
    format: 'longplay-case',
    version: 1,
    id: '20261130-00000000',
    archive: 'a',
    title: 't',
    createdAt: '2026-01-01T00:00:00.000Z',
    createdBy: null,
    country: null,
    subject: null,
    recordings: [],
    messages: [],
  };
  expect(parseCase(old)).toMatchObject({ id: old.id });
  const stamp = { reason: 'x', at: '2026-01-01T00:00:00.000Z', by: null };
  expect(parseCase({ ...old, reviews: [{ item: 'm1', state: 'privileged', ...stamp }], deadlines: [{ due: null, ...stamp }] })).toHaveProperty(
    'reviews',
  );
  expect(parseCase({ ...old, reviews: [{ item: '../m1', state: 'privileged', ...stamp }] })).toBe('its reviews are not a list of reviews');
  expect(parseCase({ ...old, reviews: [{ item: 'm1', state: 'secret', ...stamp }] })).toBe('its reviews are not a list of reviews');
  expect(parseCase({ ...old, deadlines: [{ due: '2026-02-30', ...stamp }] })).toBe('its deadlines are not a list of days');
});
