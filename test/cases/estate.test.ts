import { expect, test } from 'vitest';
import { ofCountry } from '../../src/cases/person/known-parties.ts';
import { recordingEntry } from '../../src/cases/timeline/entry.ts';
import { timelineOf } from '../../src/cases/timeline/timeline.ts';
import type { NameValue, Party } from '../../src/core/model/recording.ts';
import type { RecordingDocument, StoredMedium } from '../../src/core/model/recording-document.ts';
import { mediaSpans, soundMs } from '../../src/core/time/media-spans.ts';
import { catalogEntry } from '../../src/store/catalog/catalog-entry.ts';
import { parsePhone } from '../../src/tables/values/phone.ts';
import { parseTime } from '../../src/tables/values/time.ts';
import { plainDocument } from '../archive/plain-document.ts';

// An estate of two systems that complement each other: an exchange in Stockholm and a logger of a trading floor. Its generator decides which recordings are lost.

const beginMs = Date.UTC(2025, 2, 12, 8);
const iso = (second: number): string => new Date(beginMs + second * 1_000).toISOString();
const at = (second: number) => parseTime(iso(second), { zone: null, format: 'iso' });

/** A file: its begin, in seconds of the estate; null: the recorder does not state it. */
interface File {
  readonly from: number | null;
  readonly seconds: number;
  readonly side?: StoredMedium['side'];
}

interface Call {
  readonly system: 'pbx' | 'logger';
  readonly start: number;
  readonly answer?: number | null;
  readonly end: number;
  readonly caller: string;
  readonly line: string;
  readonly name?: string;
  readonly files: readonly File[];
  readonly extra?: readonly NameValue[];
  readonly status?: 'matched' | 'split-audio' | 'row-without-audio' | 'not-recorded-by-design';
}

function documentOf(number: number, { system, start, answer = start, end, caller, line, name, files, extra = [], status }: Call): RecordingDocument {
  const party = (role: Party['role'], said: string, of: string | null): Party => ({
    role,
    phone: parsePhone(said),
    name: of,
    agentId: null,
    device: null,
  });
  const base = plainDocument(number, {
    importer: system === 'pbx' ? 'asterisk' : 'generic',
    callStart: at(start),
    callAnswer: answer === null ? null : at(answer),
    callEnd: at(end),
    parties: [party('caller', caller, null), party('callee', line, name ?? null)],
    extra,
    reconciliation: { status: status ?? (files.length > 0 ? 'matched' : 'row-without-audio'), rule: 'made' },
  });
  const media = files.map(({ from, seconds, side = 'mixed' }) => ({
    path: `${number}.wav`,
    kind: 'audio',
    side,
    channels: [],
    audioStart: from === null ? null : at(from),
    measurement: { durationMs: seconds * 1_000 },
    original: { path: 'original-1.wav', sizeBytes: 1, sha256: '0'.repeat(64), sha512: '0'.repeat(128) },
    codec: null,
    access: null,
    findings: [],
  })) as unknown as StoredMedium[]; // the members that the catalog and a time line read
  return { ...base, site: system, media };
}

/** Returns pseudo-random numbers, the same in each run. */
function createDice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test.each([1, 2, 3])('in an estate of complementing systems exactly the six lost recordings are reported as gaps (%i)', (seed) => {
  const dice = createDice(seed);
  const calls: Call[] = [];
  const lost = new Set<number>();
  let clock = 0;
  const next = (seconds: number): { readonly start: number; readonly end: number } => {
    const start = clock + 30 + dice(300);
    clock = start + seconds;
    return { start, end: clock };
  };
  const customer = (): string => `+4670174${String(605 + dice(90)).padStart(4, '0')}`;
  const add = (call: Call, isLost = false): void => {
    if (isLost) lost.add(calls.length);
    calls.push(call);
  };
  const whole = (system: Call['system'], line: string, name?: string): Call => {
    const seconds = 20 + dice(100);
    const { start, end } = next(seconds);
    // A call rings and is recorded from the answer on; the exchange states the second of the answer, the logger does not.
    const answer = start + dice(10);
    return {
      ...{ system, start, answer, end, caller: customer(), line, files: [{ from: system === 'pbx' ? answer : null, seconds: end - answer }] },
      ...(name === undefined ? {} : { name }),
    };
  };
  for (let number = 0; number < 24; number++) add(whole('pbx', '1001', 'Dealer One'));
  for (let number = 0; number < 14; number++) add(whole('logger', '2001', 'Dealer One'));
  // Unanswered calls: by the exchange's status, by a talk time of zero, by design.
  for (const [name, value, status] of [
    ['disposition', 'NO ANSWER', 'row-without-audio'],
    ['disposition', 'BUSY', 'row-without-audio'],
    ['billsec', '0', 'row-without-audio'],
    ['connect_duration', '0', 'row-without-audio'],
    ['sip-response', '486', 'row-without-audio'],
    ['note', 'x', 'not-recorded-by-design'],
  ] as const)
    add({ system: 'pbx', ...next(20), answer: null, caller: customer(), line: '1001', files: [], extra: [{ name, value }], status });
  // Transfers: two files of six seconds; the second begins where the recorder states, or just after the first.
  for (const from of [7, null]) {
    const { start, end } = next(from === null ? 12 : 13);
    const files = [
      { from: start, seconds: 6 },
      { from: from === null ? null : start + from, seconds: 6 },
    ];
    add({ system: 'pbx', start, end, caller: customer(), line: '1001', files, status: 'split-audio' });
  }
  // Recorded from the ringing on, and as long as the talk.
  const rang = next(60);
  add({ system: 'pbx', ...rang, answer: rang.start + 15, caller: customer(), line: '1001', files: [{ from: rang.start, seconds: 45 }] });
  // Lost: two calls without sound, one of them while another customer talks on the same main number; two that continue after their recording ends; one whose second half is gone;
  // one that begins before its recording.
  add({ system: 'pbx', ...next(60), caller: customer(), line: '1001', files: [], extra: [{ name: 'disposition', value: 'ANSWERED' }] }, true);
  const busy = next(60);
  add({ system: 'pbx', ...busy, caller: '+46701740699', line: '+468100100', files: [] }, true);
  add({ system: 'pbx', ...busy, caller: '+46701740600', line: '+468100100', files: [{ from: busy.start, seconds: 60 }] });
  for (const system of ['pbx', 'logger'] as const) {
    const { start, end } = next(90);
    add({ system, start, end, caller: customer(), line: '1001', files: [{ from: start, seconds: 40 }] }, true);
  }
  const half = next(20);
  add({ system: 'pbx', ...half, caller: customer(), line: '1001', files: [{ from: half.start, seconds: 8 }], status: 'split-audio' }, true);
  const late = next(80);
  add({ system: 'pbx', ...late, caller: customer(), line: '1001', files: [{ from: late.start + 30, seconds: 50 }] }, true);

  const documents = calls.map((call, number) => documentOf(number, call));
  const { gaps, lost: counted, unanswered } = timelineOf(documents.map((document) => recordingEntry(document, ofCountry('46'))));
  const shown = new Set(gaps.map(({ entry }) => documents.findIndex(({ recordingId }) => recordingId === entry)));
  expect([...shown].sort((a, b) => a - b)).toEqual([...lost]);
  expect([counted, unanswered]).toEqual([6, 6]);
  // What would fill each gap.
  for (const { entry, system, from, to } of gaps) {
    const call = calls[documents.findIndex(({ recordingId }) => recordingId === entry)];
    expect(system).toBe(call?.system === 'pbx' ? 'asterisk pbx' : 'generic logger');
    expect(Date.parse(from)).toBeGreaterThanOrEqual(Date.parse(iso(call?.start ?? 0)));
    expect(Date.parse(to)).toBeLessThanOrEqual(Date.parse(iso(call?.end ?? 0)));
  }
});

test('a transfer of two files of six seconds lasts twelve, in the catalog and in the time line, one after the other or as the recorder states', () => {
  const files: readonly File[] = [
    { from: 0, seconds: 6 },
    { from: null, seconds: 6 },
  ];
  const call: Call = { system: 'pbx', start: 0, end: 13, caller: '+46701740605', line: '1001', files, status: 'split-audio' };
  const document = documentOf(1, call);
  expect([mediaSpans(document).map(({ fromMs, toMs }) => [fromMs, toMs]), soundMs(document)]).toEqual([
    [
      [0, 6_000],
      [6_000, 12_000],
    ],
    12_000,
  ]);
  expect(catalogEntry(document).durationMs).toBe(12_000);
  expect(timelineOf([recordingEntry(document, ofCountry(null))])).toMatchObject({ gaps: [], placed: [{ lengthMs: 12_000 }] });
  // Two sides of one call overlap in time, whatever the status.
  const sides = documentOf(2, {
    ...call,
    files: [
      { from: null, seconds: 6, side: 'in' },
      { from: null, seconds: 5, side: 'out' },
    ],
    status: 'matched',
  });
  expect([soundMs(sides), catalogEntry(sides).durationMs]).toEqual([6_000, 6_000]);
  // If the recorder states a pause between two files, the pause is not sound.
  const apart = documentOf(3, {
    ...call,
    end: 40,
    files: [
      { from: 0, seconds: 6 },
      { from: 30, seconds: 6 },
    ],
  });
  expect([
    soundMs(apart),
    timelineOf([recordingEntry(apart, ofCountry(null))]).gaps.map(({ from, to }) => [Date.parse(from) - beginMs, Date.parse(to) - beginMs]),
  ]).toEqual([
    12_000,
    [
      [8_000, 28_000],
      [38_000, 40_000],
    ],
  ]);
});
