import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TimelineEntry } from '../../../src/cases/timeline/entry.ts';
import { gapsOf, gapToleranceMs } from '../../../src/cases/timeline/gaps.ts';
import { common, merged, without } from '../../../src/cases/timeline/intervals.ts';
import { timelineOf } from '../../../src/cases/timeline/timeline.ts';

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
    clock: '',
    lengthMs: lengthS * 1_000,
    lengthOf: sound ? 'audio' : 'call',
    sounds: sound ? [{ fromMs: 0, toMs: lengthS * 1_000 }] : [],
    callMs: sound ? null : lengthS * 1_000,
    answerMs: null,
    noRecording: null,
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

test('remainder and intersection of spans agree with counting moments', () => {
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

test('each second of a call without audio is in a gap or near a recording of the same party, never inside both', () => {
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

test('an ambiguous time counts at both readings and proves nothing: a span that it covers by one reading is an uncertain gap', () => {
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

test('a call that one system records and the other does not is reported if the other records that party elsewhere in the case', () => {
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

test('rows of another export show what the recording of a call lacks; a message shows nothing about a call', () => {
  const recorded = entry('r', 0, 10, true, ['anna']);
  const said = { ...entry('x', 0, 30, false, ['anna']), key: 'r' };
  const accounted = { ...recorded, accounts: [{ system: 'cdr', time: said.time, lengthMs: 30_000, answerMs: null, parties: said.parties }] };
  expect(gapsOf([accounted]).gaps.map(({ from, to, evidence }) => [Date.parse(from) - base, Date.parse(to) - base, evidence])).toEqual([
    [12_000, 30_000, 'account'],
  ]);
  const message: TimelineEntry = { ...entry('m1', 60, 0, false, ['anna']), kind: 'message', lengthMs: null, callMs: null };
  expect(gapsOf([recorded, message]).gaps).toEqual([]);
});

test('recordings that are in the archive and not in the case are named as such and are not gaps; the remainder is one', () => {
  const silent = entry('silent', 0, 60, false, ['anna', 'bo']);
  const others = [entry('o1', 10, 10, true, ['anna']), entry('o2', 18, 12, true, ['anna']), entry('o3', 0, 60, true, ['cilla'])];
  const { gaps, outside } = gapsOf([silent], others);
  const seconds = ({ from, to }: { readonly from: string; readonly to: string }) => [
    (Date.parse(from) - base) / 1_000,
    (Date.parse(to) - base) / 1_000,
  ];
  // Widened by the possible difference of clocks.
  expect(gaps.map((gap) => [...seconds(gap), gap.parties])).toEqual([
    [0, 8, ['anna', 'bo']],
    [32, 60, ['anna', 'bo']],
  ]);
  expect(outside.map((one) => [...seconds(one), one.parties, one.recordings])).toEqual([[8, 32, ['anna', 'bo'], ['o1', 'o2']]]);
  expect(gapsOf([silent], [entry('o1', 0, 60, true, ['anna', 'bo'])])).toMatchObject({
    gaps: [],
    outside: [{ parties: ['anna', 'bo'], recordings: ['o1'] }],
  });
  // A recording that may have been at another hour proves nothing.
  expect(gapsOf([silent], [entry('o1', [0, 3_600], 60, true, ['anna', 'bo'])])).toMatchObject({ outside: [], gaps: [{ parties: ['anna', 'bo'] }] });
  // A row without audio is not a recording.
  expect(gapsOf([silent], [entry('o1', 0, 60, false, ['anna', 'bo'])]).outside).toEqual([]);
  // From another system than the one that lacks it.
  const board = [
    entry('a1', 0, 10, true, ['anna'], 'board'),
    entry('b1', 0, 10, true, ['anna'], 'pbx'),
    entry('a2', 600, 10, true, ['anna'], 'board'),
  ];
  expect(gapsOf(board, [entry('o1', 600, 10, true, ['anna'], 'board')]).gaps).toHaveLength(1);
  expect(gapsOf(board, [entry('o1', 600, 10, true, ['anna'], 'pbx')])).toMatchObject({ gaps: [], outside: [{ entry: 'a2', recordings: ['o1'] }] });
});

test('systems are compared if both record a line, shown by a common call or by the user; otherwise no call of one counts as missing in the other', () => {
  const desk = [entry('a1', 0, 10, true, ['anna'], 'board'), entry('b1', 600, 10, true, ['anna'], 'pbx')];
  expect(gapsOf(desk).gaps).toEqual([]);
  expect(
    gapsOf(desk, [], { lines: [['board', 'pbx']], sharedNames: new Set() }).gaps.map(({ entry: key, system, parties }) => [key, system, parties]),
  ).toEqual([
    ['a1', 'pbx', ['anna']],
    ['b1', 'board', ['anna']],
  ]);
  // A customer's number is not a line of the company: calls to two desks are recorded by each desk's system.
  const customer = (key: string, at: number, desk: string, system: string): TimelineEntry => ({
    ...entry(key, at, 10, true, [desk], system),
    parties: [
      { role: 'caller', label: '+46701740605', keys: ['tel 46701740605'] },
      { role: 'callee', label: desk, keys: [`id ${desk}`] },
    ],
  });
  const calls = [
    customer('c1', 0, '1001', 'board'),
    customer('c2', 2, '1001', 'pbx'),
    customer('c3', 900, '1001', 'board'),
    customer('c4', 1_900, '2002', 'board'),
  ];
  expect(gapsOf(calls).gaps.map(({ entry: key, system, parties }) => [key, system, parties])).toEqual([['c3', 'pbx', ['1001']]]);
});

test('an unanswered call and ringing are not gaps, and another call to the same main number covers nothing', () => {
  const unanswered = { ...entry('n', 0, 20, false, ['anna']), noRecording: 'unanswered' as const };
  expect(gapsOf([unanswered])).toMatchObject({ gaps: [], unanswered: 1, lost: 0 });
  // 30 seconds from the first ring to the end, answered after 18: 12 seconds of sound are complete.
  const rang = { ...entry('r', 0, 12, true, ['anna']), callMs: 30_000, answerMs: 18_000, sounds: [{ fromMs: 18_000, toMs: 30_000 }] };
  expect(gapsOf([rang]).gaps).toEqual([]);
  const to = (key: string, number: string, sound: boolean): TimelineEntry => ({
    ...entry(key, 100, 60, sound, []),
    parties: [
      { role: 'caller', label: number, keys: [`tel ${number}`] },
      { role: 'callee', label: '468100000', keys: ['tel 468100000'] },
    ],
  });
  const { gaps, lost } = gapsOf([to('x', '46701740605', false), to('y', '46701740606', true)]);
  expect([gaps.map(({ entry: key, from, to: end, system }) => [key, Date.parse(end) - Date.parse(from), system]), lost]).toEqual([
    [['x', 60_000, 'a']],
    1,
  ]);
  expect(gapsOf([to('x', '46701740605', false), to('y', '46701740605', true)]).gaps).toEqual([]);
});

test('both files of a recording cover time, and the time between them is one gap of one lost recording', () => {
  const split = {
    ...entry('s', 0, 12, true, ['anna']),
    callMs: 16_000,
    answerMs: 0,
    sounds: [
      { fromMs: 0, toMs: 6_000 },
      { fromMs: 7_000, toMs: 13_000 },
    ],
  };
  expect(gapsOf([split])).toMatchObject({ gaps: [{ entry: 's', evidence: 'call-longer' }], lost: 1 });
  expect(gapsOf([{ ...split, callMs: 14_000 }]).gaps).toEqual([]);
});
