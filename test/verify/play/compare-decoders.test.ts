import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codecMap } from '../../../src/cli/machine/context.ts';
import { mediaTools } from '../../../src/cli/machine/media-tools.ts';
import type { Verdict } from '../../../src/core/model/verdict.ts';
import { encodeStrata } from '../../../src/log/history/strata.ts';
import { decoderIdentities } from '../../../src/media/tools/decoder-identity.ts';
import type { WorkerPool } from '../../../src/media/workers/worker-pool.ts';
import type { CatalogPlace } from '../../../src/store/catalog/catalog.ts';
import { type CatalogCheck, type CatalogContents, checkCatalog } from '../../../src/store/catalog/check-catalog.ts';
import { type CompareEvent, type CompareOutcome, compareDecoders, playedStrata } from '../../../src/verify/play/compare-decoders.ts';
import { poolForTests } from '../../cli/in-process.ts';
import { createRig, type Rig } from '../../cli/rig.ts';
import { alter, findRecording, importCalls, makeCalls, otherFfmpeg } from '../play-rig.ts';

let rig: Rig;
let archive: string;
let open: CatalogCheck;
let catalog: CatalogContents;
const never = new AbortController().signal;

beforeAll(async () => {
  rig = createRig();
  archive = rig.path('archive');
  await makeCalls(rig);
  await importCalls(rig, archive);
  open = checkCatalog(join(archive, 'catalog.sqlite'), tmpdir());
  if (open.contents === null) throw new Error(open.problems.join('; '));
  catalog = open.contents;
});
afterAll(async () => {
  open.close();
  await rig[Symbol.asyncDispose]();
});

interface Compared {
  readonly verdicts: readonly Verdict[];
  readonly outcome: CompareOutcome;
}

async function drain(events: AsyncGenerator<CompareEvent, CompareOutcome>): Promise<Compared> {
  const verdicts: Verdict[] = [];
  for (let next = await events.next(); ; next = await events.next()) {
    if (next.done === true) return { verdicts, outcome: next.value };
    if (next.value.kind === 'verdict') verdicts.push(next.value);
  }
}

/** Compares what imported the archive with an FFmpeg. */
async function compared(ffmpeg: string, options: { readonly from?: string; readonly perStratum?: number } = {}): Promise<Compared> {
  const from = options.from ?? decoderIdentities(await mediaTools({ ffmpeg: null, opus: null }));
  const to = decoderIdentities(await mediaTools({ ffmpeg, opus: null }));
  const pool = poolForTests(2, ffmpeg);
  try {
    const tools = {
      pool,
      codecs: codecMap(),
      catalog,
      seed: 'run 1',
      ...(options.perStratum === undefined ? {} : { perStratum: options.perStratum }),
    };
    return await drain(compareDecoders({ dir: archive }, { from, to }, tools, never));
  } finally {
    await pool.close();
  }
}

const said = (verdicts: readonly Verdict[]): string[] => verdicts.map(({ code, severity, path }) => `${code} ${severity} ${path}`).sort();
const file = (key: string, name: string): string => `${findRecording(archive, key).place}/${name}`;
const byFfmpeg = (code: string): string[] =>
  [file('3', 'original-1.mp3'), file('4', 'original-1.opus'), file('5', 'original-1.mp3')].map((path) => `${code} error ${path}`).sort();

describe('after a change of FFmpeg', () => {
  test('with the same samples, a sample of what it decodes is compared and found equal; other codecs are not concerned', async () => {
    const { verdicts, outcome } = await compared(otherFfmpeg(rig, 'same', { version: '99.1' }));
    expect(verdicts).toEqual([]);
    expect(outcome).toMatchObject({ changed: ['FFmpeg'], differences: 0, unconcerned: 4, audioMs: 12_000 });
    const whole = { importer: 'generic', recordings: 1, drawn: 1, same: 1, near: 0, different: 0, undecodable: 0, untried: 0 };
    expect(outcome.strata).toEqual([
      { codec: 'mp3', year: '2019', ...whole },
      { codec: 'mp3', year: '2024?', ...whole },
      { codec: 'opus', year: '2019', ...whole },
    ]);
  });

  test('that plays a decibel less, each recording that it decodes is reported', async () => {
    const { verdicts, outcome } = await compared(otherFfmpeg(rig, 'quieter', { version: '99.1', filter: 'volume=-1dB' }));
    expect(said(verdicts)).toEqual(byFfmpeg('V201'));
    expect(outcome.differences).toBe(3);
    expect(encodeStrata(playedStrata(outcome.strata))).toBe('mp3/generic/2019=0/1 mp3/generic/2024?=0/1 opus/generic/2019=0/1');
  });

  test('that decodes nothing, they are undecodable', async () => {
    const { verdicts, outcome } = await compared(otherFfmpeg(rig, 'failing', { version: '99.1', filter: 'nosuchfilter' }));
    expect(said(verdicts)).toEqual(byFfmpeg('V200'));
    expect(outcome.strata.map(({ undecodable, different }) => [undecodable, different])).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
  });

  test('that rounds differently, one warning per kind names the first and their number', async () => {
    const { verdicts, outcome } = await compared(otherFfmpeg(rig, 'rounding', { version: '99.1', filter: 'volume=-0.2dB' }));
    expect(said(verdicts)).toEqual(['V202 warning bags', 'V202 warning bags']);
    expect(verdicts.map(({ message }) => message.slice(0, 11)).sort()).toEqual(['1 original ', '2 originals']);
    expect(outcome.differences).toBe(0);
    expect(encodeStrata(playedStrata(outcome.strata))).toBe('mp3/generic/2019=1/0/1 mp3/generic/2024?=1/0/1 opus/generic/2019=1/0/1');
  });

  test('that is missing, they cannot be judged', async () => {
    const { verdicts, outcome } = await compared('none');
    expect(said(verdicts)).toEqual(['V205 warning bags', 'V205 warning bags']);
    expect(outcome.strata.map(({ untried }) => untried)).toEqual([1, 1, 1]);
    expect(outcome.differences).toBe(0);
  });
});

test('after a change of libopus copies are played, after one of longplay everything', async () => {
  const to = decoderIdentities(await mediaTools({ ffmpeg: null, opus: null }));
  const older = await compared(otherFfmpeg(rig, 'plain', {}), { from: to.replace(/libopus \S+/, 'libopus 1.0') });
  // All with a copy, four of 4 s and one of 2 s, and the Opus, which has none: untried. The unknown one was never decoded.
  expect(older.outcome).toMatchObject({ changed: ['libopus'], unconcerned: 1, audioMs: 18_000, differences: 0 });
  expect(older.outcome.strata.find(({ codec }) => codec === 'opus')).toMatchObject({ same: 0, untried: 1 });
  const ours = await compared(otherFfmpeg(rig, 'plain', {}), { from: to.replace(/longplay \S+;/, 'longplay 0.0.9;') });
  expect(ours.outcome).toMatchObject({ changed: ['longplay'], unconcerned: 1, audioMs: 18_000 + 22_000, differences: 0 });
});

test('without a change nothing is compared', async () => {
  const to = decoderIdentities(await mediaTools({ ffmpeg: null, opus: null }));
  const refuse = (): never => {
    throw new Error('was asked');
  };
  const pool: WorkerPool = { size: 1, start: () => {}, startAll: () => {}, run: refuse, close: async () => {} };
  const { verdicts, outcome } = await drain(
    compareDecoders({ dir: archive }, { from: to, to }, { pool, codecs: codecMap(), catalog: { places: refuse }, seed: '' }, never),
  );
  expect([verdicts, outcome]).toEqual([[], { from: to, to, changed: [], strata: [], unconcerned: 0, differences: 0, audioMs: 0 }]);
});

test('altered or missing files show nothing about decoders', async () => {
  const altered = findRecording(archive, '3');
  await alter(rig, altered, 'original-1.mp3', (bytes) => bytes.subarray(0, 9_000));
  // The document describes the file at its import.
  writeFileSync(join(altered.folder, 'recording.json'), JSON.stringify(altered.document));
  rmSync(join(findRecording(archive, '4').folder, 'original-1.opus'));
  writeFileSync(join(findRecording(archive, '5').folder, 'recording.json'), '{}');
  const { verdicts, outcome } = await compared(otherFfmpeg(rig, 'louder', { version: '99.1', filter: 'volume=1dB' }));
  expect(verdicts).toEqual([]);
  expect(outcome.strata.map(({ untried, different }) => [untried, different])).toEqual([
    [1, 0],
    [1, 0],
    [1, 0],
  ]);
});

describe('of many recordings', () => {
  const place = (index: number, codecs: string): CatalogPlace => ({
    recordingId: `${index.toString(16).padStart(8, '0')}-0000-8000-8000-000000000000`,
    bag: `2019/b${index % 7}`,
    codecs,
    importer: 'asterisk',
    start: '2019-03-12T00:00:00Z',
  });
  const many = [
    ...Array.from({ length: 2_000 }, (_, index) => place(index, 'mp3')),
    ...Array.from({ length: 100 }, (_, index) => place(10_000 + index, 'aac-adts')),
    ...Array.from({ length: 50 }, (_, index) => place(20_000 + index, 'gsm')),
    // What a manipulated catalog might contain.
    ...['../../etc', '2019/..', '2019/b/..', '/etc/x', 'x'].map((bag) => ({ ...place(30_000, 'mp3'), bag })),
    { ...place(30_001, 'mp3'), recordingId: '../../../etc/passwd' },
  ];

  /** A pool that records its tasks, and finds everything unchanged. */
  function remembering(): { pool: WorkerPool; asked: string[] } {
    const asked: string[] = [];
    const run = async ({ bag, recordings }: { bag: string; recordings: readonly { recordingId: string }[] }): Promise<unknown> => {
      expect(recordings.length).toBeLessThanOrEqual(8);
      asked.push(...recordings.map(({ recordingId }) => `${bag} ${recordingId}`));
      const played = { name: 'original-1.mp3', of: 'original', outcome: 'same', reasons: [], codec: 'mp3', audioMs: 1_000 };
      return recordings.map(({ recordingId }) => ({ recordingId, files: [played], trouble: null }));
    };
    // Only such tasks arrive, and their result is that of their handler.
    return { asked, pool: { size: 2, start: () => {}, startAll: () => {}, run: run as unknown as WorkerPool['run'], close: async () => {} } };
  }

  const from = 'longplay 0.1.0; FFmpeg 7.1 0; libopus 1.5.2';
  const to = 'longplay 0.1.0; FFmpeg 8.0 0; libopus 1.5.2';
  const draw = async (seed: string): Promise<{ asked: string[]; outcome: CompareOutcome }> => {
    const { pool, asked } = remembering();
    const { outcome } = await drain(
      compareDecoders({ dir: '/archive' }, { from, to }, { pool, codecs: codecMap(), catalog: { places: () => many }, seed }, never),
    );
    return { asked, outcome };
  };

  test('299 of each stratum are drawn, bag by bag, smaller ones completely, and names lead nowhere else', async () => {
    const { asked, outcome } = await draw('run 1');
    expect(outcome).toMatchObject({ unconcerned: 50, audioMs: 399_000 });
    expect(outcome.strata.map(({ codec, recordings, drawn, same }) => [codec, recordings, drawn, same])).toEqual([
      ['aac-adts', 100, 100, 100],
      ['mp3', 2_000, 299, 299],
    ]);
    expect(new Set(asked).size).toBe(399);
    expect(asked).toEqual([...asked].sort());
    expect(asked.every((one) => /^\/archive\/bags\/2019\/b\d \S+$/.test(one))).toBe(true);
    expect((await draw('run 1')).asked).toEqual(asked);
    expect((await draw('run 2')).asked).not.toEqual(asked);
  });
});
