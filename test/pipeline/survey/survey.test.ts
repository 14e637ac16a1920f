import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codecs } from '../../../formats/codecs/index.ts';
import { formats } from '../../../formats/index.ts';
import { importers } from '../../../importers/index.ts';
import type { Format } from '../../../src/core/model/format.ts';
import { WorkerCrash } from '../../../src/media/workers/worker-pool.ts';
import type { PipelineEvent } from '../../../src/pipeline/events/events.ts';
import { type SurveyOutcome, type SurveyTools, survey, type UndecidedSurvey } from '../../../src/pipeline/survey/survey.ts';
import { media } from '../../importers/media.ts';
import { formatSaying, speech, wav } from '../../media/medium-rig.ts';

const samples = join(import.meta.dirname, '../../../samples');
const codecMap = new Map(codecs.map((codec) => [codec.id, codec]));

async function surveyed(
  sources: readonly string[],
  asked: { readonly importer?: string; readonly joinSources?: true } = {},
  more: Partial<SurveyTools> = {},
): Promise<{ readonly outcome: SurveyOutcome | UndecidedSurvey; readonly events: readonly PipelineEvent[] }> {
  const tools = { importers, media, formats, codecs: codecMap, temporary: tmpdir(), clockMs: Date.now, ...more };
  const request = { sources, site: 'default', importer: null, zone: null, encoding: null, mapping: null, ...asked };
  const events: PipelineEvent[] = [];
  const running = survey(request, tools, new AbortController().signal);
  let next = await running.next();
  for (; next.done !== true; next = await running.next()) events.push(next.value);
  return { outcome: next.value, events };
}

async function decided(...of: Parameters<typeof surveyed>): Promise<SurveyOutcome> {
  const { outcome } = await surveyed(...of);
  if (!outcome.decided) throw new Error('its user must choose');
  return outcome;
}

test('both sides of a captured call are one file and one duration', async () => {
  expect((await decided([join(samples, 'formats/pcap-no-signalling.pcap')])).audio).toMatchObject([{ codec: 'mulaw', files: 1, audioMs: 270 }]);
});

test('an empty file is reported as empty, not as an unknown format', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'survey-'));
  try {
    writeFileSync(join(folder, 'empty.wav'), '');
    writeFileSync(join(folder, 'strange.wav'), 'no sound');
    const { outcome, events } = await surveyed([folder]);
    const found = events.flatMap((event) => (event.type === 'finding' ? [`${event.code} ${event.place}`] : []));
    expect(outcome).toMatchObject({ decided: true, unidentified: 1, unreadable: 0, undecodable: 0, audio: [] });
    expect('reconciliation' in outcome && outcome.reconciliation).toMatchObject({
      files: 2,
      byBucket: [
        { bucket: 'unreadable-audio', files: 1, bytes: 8 },
        { bucket: 'zero-audio', files: 1, bytes: 0 },
      ],
      recordings: { 'unreadable-audio': 1, 'zero-audio': 1 },
      recordingsTotal: 2,
    });
    expect(found.filter((line) => line.startsWith('P'))).toEqual(['P141 empty.wav', 'P140 strange.wav']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a bug in a format costs the survey only that file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'survey-'));
  try {
    for (const name of ['a.wav', 'bad.wav', 'z.wav']) writeFileSync(join(folder, name), wav(speech(8_000, 1), 8_000));
    const failing: Format = {
      ...formatSaying(() => ({})),
      identify: async (_bytes, { name }) => {
        if (name === 'bad.wav') throw new TypeError('made by the test');
        return null;
      },
    };
    const { outcome, events } = await surveyed([folder], {}, { formats: [failing, ...formats] });
    const found = events.flatMap((event) =>
      event.type === 'finding' && event.code.startsWith('M') ? [`${event.code} ${event.place} ${event.message}`] : [],
    );
    expect(found).toEqual(['M109 bad.wav identification stopped: made by the test']);
    expect(outcome).toMatchObject({ decided: true, unidentified: 1, unreadable: 0, audio: [{ files: 2 }] });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const asterisk = join(samples, 'asterisk-normal');
const siprec = join(samples, 'siprec');
const claimed = ({ claims }: SurveyOutcome | UndecidedSurvey) =>
  claims.map(({ source, of, claims: all, taken }) => [source, of, all.map(({ importer }) => importer), taken]);

test('if two importers recognise the source both are shown, and nothing is read until one is named', async () => {
  const { outcome, events } = await surveyed([asterisk, siprec]);
  expect(outcome.decided).toBe(false);
  expect(claimed(outcome)).toEqual([
    ['asterisk-normal, siprec', 'whole', ['asterisk', 'siprec'], null],
    ['asterisk-normal', 'part', ['asterisk'], 'asterisk'],
    ['siprec', 'part', ['siprec'], 'siprec'],
  ]);
  expect(outcome.claims[0]?.claims.map(({ evidence }) => evidence)).toEqual([
    expect.stringContaining('CDR table'),
    expect.stringContaining('SIPREC documents'),
  ]);
  expect(events.map(({ type }) => type)).toEqual(['claims', 'claims', 'claims']);
});

test('the named importer is used, and the others are shown all the same', async () => {
  const outcome = await decided([asterisk, siprec], { importer: 'siprec' });
  expect(claimed(outcome)[0]).toEqual(['asterisk-normal, siprec', 'whole', ['asterisk', 'siprec'], 'siprec']);
  expect(outcome.reconciliation.recordingsTotal).toBeGreaterThan(0);
});

test('joined sources are claimed one by one', async () => {
  expect(claimed(await decided([asterisk, siprec], { joinSources: true }))).toEqual([
    ['asterisk-normal', 'part', ['asterisk'], 'asterisk'],
    ['siprec', 'part', ['siprec'], 'siprec'],
  ]);
});

test('the sum of the certainties, and of calls by month including those without a date, is the number of recordings', async () => {
  for (const source of [asterisk, siprec, join(samples, 'voipmonitor'), join(samples, 'sidecar-xml')]) {
    const { calls, coverage, reconciliation } = await decided([source]);
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
    expect(sum(Object.values(calls.byCertainty))).toBe(reconciliation.recordingsTotal);
    const repeated = calls.byStanding.repeated ?? 0;
    expect(sum(coverage.months.map((month) => month.calls))).toBe(reconciliation.recordingsTotal - calls.withoutStart - repeated);
  }
});

test('without a trial the space is estimated from the headers: originals exactly, copies at most at their bit rate', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'survey-'));
  try {
    for (const at of [1, 2, 3]) writeFileSync(join(folder, `call-${at}.wav`), muLaw(at * 8_000));
    const access = { format: 'opus', bitratePerChannel: 32_000, complexity: 4 } as const;
    const forecast = (await decided([folder], {}, { forecast: { access, createPool: null, clock: () => 0 } })).forecast;
    expect(forecast).toMatchObject({ recordings: 3, originalBytes: 3 * 58 + 48_000, timeMs: null, reason: 'not tried, as requested', notTried: 3 });
    // 6 s of 4,000 bytes, and 37 bytes of page per 800 bytes.
    expect(forecast?.copyBytes.high).toBeCloseTo(24_000 * (1 + 37 / 800), 6);
    const wav = { ...access, format: 'wav' } as const;
    const asWav = (await decided([folder], {}, { forecast: { access: wav, createPool: null, clock: () => 0 } })).forecast;
    expect(asWav?.copyBytes).toEqual({ low: 96_000, high: 96_000 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a trial that fails costs only the estimated time, and leaves nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'survey-'));
  const temporary = join(folder, 'temporary');
  try {
    mkdirSync(join(folder, 'calls'));
    mkdirSync(temporary);
    for (const at of [1, 2, 3]) writeFileSync(join(folder, 'calls', `call-${at}.wav`), muLaw(at * 800));
    const access = { format: 'opus', bitratePerChannel: 32_000, complexity: 4 } as const;
    const tasks: string[] = [];
    const createPool = () => ({
      size: 2,
      start: () => undefined,
      startAll: () => undefined,
      run: async (task: { readonly kind: string }) => {
        tasks.push(task.kind);
        expect(readdirSync(temporary)).toHaveLength(1);
        throw new WorkerCrash('a thread died');
      },
      close: async () => undefined,
    });
    const { forecast } = await decided([join(folder, 'calls')], {}, { temporary, forecast: { access, createPool, clock: () => 0 } });
    expect(forecast).toMatchObject({ timeMs: null, notTried: 3, reason: 'none of 3 recordings in the trial was finished in 0 s' });
    expect(new Set(tasks)).toEqual(new Set(['recording']));
    expect(tasks.length).toBeLessThanOrEqual(4);
    expect(readdirSync(temporary)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** A WAVE file of mu-law, 8,000 Hz, mono. */
function muLaw(bytes: number): Uint8Array {
  const file = Buffer.alloc(58 + bytes, 0xff);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(50 + bytes, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  for (const [at, value] of [
    [16, 18],
    [24, 8_000],
    [28, 8_000],
    [42, 4],
    [46, bytes],
    [54, bytes],
  ] as const)
    file.writeUInt32LE(value, at);
  for (const [at, value] of [
    [20, 7],
    [22, 1],
    [32, 1],
    [34, 8],
    [36, 0],
  ] as const)
    file.writeUInt16LE(value, at);
  file.write('fact', 38, 'latin1');
  file.write('data', 50, 'latin1');
  return file;
}
