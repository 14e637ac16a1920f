import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gapsOf, gapToleranceMs } from '../../src/cases/gaps.ts';
import { common, merged, without } from '../../src/cases/intervals.ts';
import { timelineOf } from '../../src/cases/timeline.ts';
import type { TimelineEntry } from '../../src/cases/timeline-entry.ts';

const base = Date.parse('2025-03-12T09:00:00Z');

function entry(
  key: string,
  startS: number | readonly [number, number],
  lengthS: number,
  sound: boolean,
  who: readonly string[],
  system = 'a',
): TimelineEntry {
  const iso = (seconds: number): string => new Date(base + seconds * 1_000).toISOString();
  const both = typeof startS === 'number' ? null : startS;
  return {
    key,
    kind: 'recording',
    time: {
      placement: both === null ? 'exact' : 'ambiguous',
      utc: typeof startS === 'number' ? iso(startS) : null,
      candidates: both === null ? [] : both.map(iso),
      local: null,
      certainty: null,
      roughMs: 0,
    },
    lengthMs: lengthS * 1_000,
    lengthOf: sound ? 'audio' : 'call',
    callMs: sound ? null : lengthS * 1_000,
    hasAudio: sound,
    system,
    direction: 'inbound',
    status: sound ? 'matched' : 'row-without-audio',
    parties: who.map((name) => ({ role: 'caller', label: name, keys: [`name ${name}`] })),
    accounts: [],
    text: '',
    remark: '',
  };
}

const stretch = fc
  .record({ startMs: fc.integer({ min: 0, max: 200 }), length: fc.integer({ min: 0, max: 60 }) })
  .map(({ startMs, length }) => ({ startMs, endMs: startMs + length }));

test('what is left of a stretch, and what two share, is what counting moments gives', () => {
  fc.assert(
    fc.property(stretch, fc.array(stretch, { maxLength: 8 }), (whole, cover) => {
      const left = without(whole, merged(cover));
      const inside = (ms: number, some: readonly { startMs: number; endMs: number }[]): boolean =>
        some.some(({ startMs, endMs }) => startMs <= ms && ms < endMs);
      for (let ms = 0; ms < 270; ms++) expect(inside(ms, left)).toBe(inside(ms, [whole]) && !inside(ms, cover));
      for (const other of cover) {
        let shared = 0;
        for (let ms = 0; ms < 270; ms++) if (inside(ms, [whole]) && inside(ms, [other])) shared++;
        expect(common(whole, other)).toBe(shared);
      }
    }),
  );
});

const call = fc.record({
  at: fc.integer({ min: 0, max: 120 }),
  length: fc.integer({ min: 1, max: 30 }),
  sound: fc.boolean(),
  who: fc.constantFrom('anna', 'bo'),
});

test('each second in which a call without sound went on is in a gap or near a recording of the same party, never both inside', () => {
  fc.assert(
    fc.property(fc.array(call, { maxLength: 10 }), (calls) => {
      const entries = calls.map(({ at, length, sound, who }, index) => entry(`e${index}`, at, length, sound, [who]));
      const { gaps } = gapsOf(entries);
      const tolerance = gapToleranceMs / 1_000;
      for (const [index, { at, length, sound, who }] of calls.entries()) {
        if (sound) continue;
        const mine = gaps.filter(({ entry: key }) => key === `e${index}`);
        for (let s = at; s < at + length; s++) {
          const ms = base + s * 1_000 + 500;
          const isGap = mine.some(({ from, to }) => Date.parse(from) <= ms && ms < Date.parse(to));
          const isCovered = calls.some(
            (one) => one.sound && one.who === who && s + 0.5 >= one.at - tolerance && s + 0.5 < one.at + one.length + tolerance,
          );
          expect(isGap).toBe(!isCovered);
        }
      }
    }),
  );
});

test('overlaps are those of all pairs', () => {
  fc.assert(
    fc.property(fc.array(call, { maxLength: 10 }), (calls) => {
      const entries = calls.map(({ at, length, sound, who }, index) => entry(`e${index}`, at, length, sound, [who]));
      const found = timelineOf(entries).placed.flatMap((row) => row.overlaps.map((one) => `${row.key} ${one.with} ${one.ms}`));
      const expected = calls.flatMap((a, i) =>
        calls.flatMap((b, j) => {
          const shared = Math.min(a.at + a.length, b.at + b.length) - Math.max(a.at, b.at);
          return i !== j && a.sound && b.sound && shared > 0 ? [`e${i} e${j} ${shared * 1_000}`] : [];
        }),
      );
      expect(found.sort()).toEqual(expected.sort());
    }),
  );
});

test('an ambiguous hour stands at both readings and settles nothing: what it covers by one of them is a gap that may be none', () => {
  const silent = entry('silent', 0, 10, false, ['anna']);
  const recorded = entry('recorded', [0, 3_600], 10, true, ['anna']);
  const { placed, gaps } = timelineOf([silent, recorded]);
  expect(placed.map(({ key, reading }) => [key, reading])).toEqual([
    ['recorded', 'first'],
    ['silent', 'first'],
    ['recorded', 'second'],
  ]);
  expect(gaps.map(({ entry: key, evidence, sureness }) => [key, evidence, sureness])).toEqual([['silent', 'no-audio', 'ambiguous']]);
  expect(timelineOf([entry('a', [0, 3_600], 10, true, []), entry('b', 0, 10, true, [])]).placed[0]?.overlaps).toEqual([
    { with: 'b', ms: 10_000, certain: false },
  ]);
});

test('whom one system records and the other does not is told, where the other records them elsewhere in the case', () => {
  const both = [
    entry('a1', 0, 10, true, ['anna'], 'board'),
    entry('b1', 0, 10, true, ['anna'], 'pbx'),
    entry('a2', 600, 10, true, ['anna'], 'board'),
  ];
  expect(gapsOf(both).gaps.map(({ entry: key, evidence, why }) => [key, evidence, why])).toEqual([
    ['a2', 'other-system', 'recorded by board, not by pbx'],
  ]);
  expect(gapsOf([both[0], both[2]].filter((one) => one !== undefined)).gaps).toEqual([]);
});

test('what another export says of a call shows what its recording lacks; a message is a moment, in a recording or not', () => {
  const recorded = entry('r', 0, 10, true, ['anna']);
  const said = { ...entry('x', 0, 30, false, ['anna']), key: 'r' };
  const accounted = { ...recorded, accounts: [{ system: 'cdr', time: said.time, lengthMs: 30_000, parties: said.parties }] };
  expect(gapsOf([accounted]).gaps.map(({ from, to, evidence }) => [Date.parse(from) - base, Date.parse(to) - base, evidence])).toEqual([
    [12_000, 30_000, 'account'],
  ]);
  const message = (key: string, at: number): TimelineEntry => ({
    ...entry(key, at, 0, false, ['anna']),
    kind: 'message',
    lengthMs: null,
    callMs: null,
  });
  const { gaps } = gapsOf([recorded, message('m1', 5), message('m2', 60)]);
  expect(gaps.map(({ entry: key, from, to, evidence }) => [key, from === to, evidence])).toEqual([['m2', true, 'message']]);
});

test('what lies in the archive and not in the case is no gap and named as what it is; what is left over is one', () => {
  const silent = entry('silent', 0, 60, false, ['anna', 'bo']);
  const others = [entry('o1', 10, 10, true, ['anna']), entry('o2', 18, 12, true, ['anna']), entry('o3', 0, 60, true, ['cilla'])];
  const { gaps, outside } = gapsOf([silent], others);
  const seconds = ({ from, to }: { readonly from: string; readonly to: string }) => [
    (Date.parse(from) - base) / 1_000,
    (Date.parse(to) - base) / 1_000,
  ];
  // Widened by what clocks may differ; nobody recorded bo.
  expect(gaps.map((gap) => [...seconds(gap), gap.parties])).toEqual([
    [0, 8, ['anna']],
    [0, 60, ['bo']],
    [32, 60, ['anna']],
  ]);
  expect(outside.map((one) => [...seconds(one), one.parties, one.recordings])).toEqual([[8, 32, ['anna'], ['o1', 'o2']]]);
  expect(gapsOf([silent], [entry('o1', 0, 60, true, ['anna', 'bo'])])).toMatchObject({
    gaps: [],
    outside: [{ parties: ['anna', 'bo'], recordings: ['o1'] }],
  });
  // One that may have been at another hour settles nothing.
  expect(gapsOf([silent], [entry('o1', [0, 3_600], 60, true, ['anna', 'bo'])])).toMatchObject({ outside: [], gaps: [{ parties: ['anna', 'bo'] }] });
  // A row without sound is no recording.
  expect(gapsOf([silent], [entry('o1', 0, 60, false, ['anna', 'bo'])]).outside).toEqual([]);
  // Of another system than the one that lacks it.
  const board = [
    entry('a1', 0, 10, true, ['anna'], 'board'),
    entry('b1', 0, 10, true, ['anna'], 'pbx'),
    entry('a2', 600, 10, true, ['anna'], 'board'),
  ];
  expect(gapsOf(board, [entry('o1', 600, 10, true, ['anna'], 'board')]).gaps).toHaveLength(1);
  expect(gapsOf(board, [entry('o1', 600, 10, true, ['anna'], 'pbx')])).toMatchObject({ gaps: [], outside: [{ entry: 'a2', recordings: ['o1'] }] });
});
