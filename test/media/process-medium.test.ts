import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Format } from '../../src/core/model/format.ts';
import { processMedium } from '../../src/media/process-medium.ts';
import type { MediaTools, MediumResult, MediumTask } from '../../src/media/tools/types.ts';
import {
  bytesOf,
  codecDoing,
  formatSaying,
  never,
  realTools,
  repeated,
  speech,
  taskOf,
  temporary,
  trackOf,
  usual,
  wav,
  woven,
} from './medium-rig.ts';

const tools = await realTools();

const codes = ({ findings }: MediumResult): string[] => findings.map(({ code }) => code);
const digest = (kind: string, bytes: Uint8Array): string => createHash(kind).update(bytes).digest('hex');

/** Files on disk with their digests. */
function judged(folder: string, name: string): { path: string; sizeBytes: number; sha256: string; sha512: string } {
  const of = (program: string): string => execFileSync(program, [join(folder, name)], { encoding: 'utf8' }).split(' ')[0] ?? '';
  return { path: name, sizeBytes: statSync(join(folder, name)).size, sha256: of('sha256sum'), sha512: of('sha512sum') };
}

function fileTask(folder: string, bytes: Uint8Array, name: string, out: string): MediumTask {
  const file = join(folder, name);
  writeFileSync(file, bytes);
  return { ...taskOf(bytes, name, out), location: { kind: 'span', file, offset: 0, size: bytes.length, spooled: false } };
}

test('a recording is kept, measured and copied, and the digests are those of sha256sum and sha512sum', async () => {
  using folder = temporary();
  const samples = speech(8_000, 3);
  const bytes = wav(samples, 8_000);
  const result = await processMedium(taskOf(bytes, '0001.WAV', folder.path), tools, never);
  expect(folder.list()).toEqual(['access-1.opus', 'original-1.wav']);
  expect(result.original).toEqual(judged(folder.path, 'original-1.wav'));
  expect(readFileSync(join(folder.path, 'original-1.wav')).equals(bytes)).toBe(true);
  expect(result.access).toMatchObject(judged(folder.path, 'access-1.opus'));
  expect(result.access).toMatchObject({ format: 'opus', sampleRateHz: 8_000, channels: 1, samples: 24_000, comparison: { passed: true } });
  expect(result.measurement).toMatchObject({ samples: 24_000, durationMs: 3_000, pcmSha256: digest('sha256', bytesOf(samples)) });
  expect(result).toMatchObject({ format: 'riff-wave', state: 'ok', decoder: 'longplay 0.1.0 pcm-s16le', accessReason: null, findings: [] });
});

test('FFmpeg and opusinfo find the copy complete and as long as the recording', async () => {
  using folder = temporary();
  await processMedium(taskOf(wav(speech(8_000, 3), 8_000), 'a.wav', folder.path), tools, never);
  const copy = join(folder.path, 'access-1.opus');
  expect(execFileSync('opusinfo', [copy], { encoding: 'utf8' })).toContain('Playback length: 0m:03.000s');
  const raw = execFileSync('ffmpeg', ['-v', 'error', '-c:a', 'libopus', '-i', copy, '-f', 's16le', '-ar', '48000', '-'], { maxBuffer: 1e8 });
  expect(raw.length).toBe(3 * 48_000 * 2);
});

test('a stereo recording keeps its sides on their channels', async () => {
  using folder = temporary();
  const sides = [speech(8_000, 3), speech(8_000, 3, 4)] as const;
  const result = await processMedium(taskOf(wav(woven(...sides), 8_000, 2), 'a.wav', folder.path), tools, never);
  expect(result).toMatchObject({ access: { channels: 2, samples: 24_000 }, codec: { channels: 2 }, findings: [] });
  const copy = join(folder.path, 'access-1.opus');
  const raw = execFileSync('ffmpeg', ['-v', 'error', '-c:a', 'libopus', '-i', copy, '-f', 's16le', '-ar', '8000', '-'], { maxBuffer: 1e8 });
  const heard = new Int16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
  const likeness = (channel: number, side: Int16Array): number => {
    let [xx, yy, xy] = [0, 0, 0];
    for (const [index, x] of side.entries()) {
      const y = heard[2 * index + channel] ?? 0;
      xx += x * x;
      yy += y * y;
      xy += x * y;
    }
    return (xy * xy) / (xx * yy);
  };
  expect(likeness(0, sides[0])).toBeGreaterThan(0.9);
  expect(likeness(1, sides[1])).toBeGreaterThan(0.9);
  expect(likeness(0, sides[1])).toBeLessThan(0.1);
});

test('a WAV copy has bit-identical samples, and sox reads them', async () => {
  using folder = temporary();
  const samples = speech(11_025, 1);
  const task = taskOf(wav(samples, 11_025), 'a.wav', folder.path, { ...usual, format: 'wav' });
  const result = await processMedium(task, tools, never);
  expect(result.access).toMatchObject({ ...judged(folder.path, 'access-1.wav'), format: 'wav', sampleRateHz: 11_025, samples: samples.length });
  const raw = execFileSync('sox', [join(folder.path, 'access-1.wav'), '-t', 's16', '-'], { maxBuffer: 1e8 });
  expect(raw.equals(bytesOf(samples))).toBe(true);
  expect(result.findings).toEqual([]);
});

test('a rate that Opus lacks is changed for the copy only', async () => {
  using folder = temporary();
  const samples = speech(11_025, 2);
  const result = await processMedium(taskOf(wav(samples, 11_025), 'a.wav', folder.path), tools, never);
  expect(result.access).toMatchObject({ format: 'opus', sampleRateHz: 12_000, comparison: { passed: true } });
  expect(Math.abs((result.access?.samples ?? 0) - 24_000)).toBeLessThanOrEqual(64);
  expect(result.measurement).toMatchObject({ sampleRateHz: 11_025, samples: 22_050, pcmSha256: digest('sha256', bytesOf(samples)) });
  expect(codes(result)).toEqual(['M117']);
});

test('a rate that Opus lacks becomes a WAV copy if there is no FFmpeg', async () => {
  using folder = temporary();
  const result = await processMedium(taskOf(wav(speech(11_025, 1), 11_025), 'a.wav', folder.path), { ...tools, ffmpeg: null }, never);
  expect(result.access).toMatchObject({ format: 'wav', sampleRateHz: 11_025, comparison: { passed: true } });
  expect(codes(result)).toEqual(['M118']);
});

test('more than two channels become a WAV copy', async () => {
  using folder = temporary();
  const bytes = wav(woven(speech(8_000, 1), speech(8_000, 1, 2), speech(8_000, 1, 3)), 8_000, 3);
  const result = await processMedium(taskOf(bytes, 'a.wav', folder.path), tools, never);
  expect(result.access).toMatchObject({ format: 'wav', channels: 3, comparison: { passed: true } });
  expect(codes(result)).toEqual(['M116']);
});

test('an original in Ogg Opus is measured and needs no copy', async () => {
  using folder = temporary();
  const opus = execFileSync('opusenc', ['--quiet', '--raw', '--raw-rate', '8000', '--raw-chan', '1', '-', '-'], { input: bytesOf(speech(8_000, 2)) });
  const result = await processMedium(taskOf(opus, 'a.opus', folder.path), tools, never);
  expect(folder.list()).toEqual(['original-1.opus']);
  expect(result).toMatchObject({
    access: null,
    accessReason: 'original is open',
    measurement: { sampleRateHz: 48_000, samples: 96_000 },
    findings: [],
  });
});

test('libopus in process and FFmpeg in its place both make a copy that passes', async () => {
  using folder = temporary();
  const bytes = wav(speech(8_000, 2), 8_000);
  const result = await processMedium(taskOf(bytes, 'a.wav', folder.path), { ...tools, opus: null }, never);
  expect(result.access).toMatchObject({ encoder: `FFmpeg ${tools.ffmpeg?.version} libopus`, samples: 16_000, comparison: { passed: true } });
});

test('the same medium twice gives the same result and the same bytes, from memory or from a file of any size', async () => {
  using folder = temporary();
  const bytes = wav(speech(8_000, 5), 8_000);
  const results: MediumResult[] = [];
  for (const [index, location] of ['memory', 'file', 'span'].entries()) {
    const out = join(folder.path, String(index));
    mkdirSync(out);
    const padded = location === 'span' ? Buffer.concat([Buffer.alloc(1_234), bytes, Buffer.alloc(99)]) : bytes;
    const task = location === 'memory' ? taskOf(bytes, 'a.wav', out) : fileTask(folder.path, padded, `${location}.bin`, out);
    const span = location === 'span' && task.location.kind === 'span' ? { ...task.location, offset: 1_234, size: bytes.length } : task.location;
    results.push(await processMedium({ ...task, location: span, name: 'a.wav', place: 'calls/a.wav' }, tools, never));
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});

test('an original too large for memory is streamed and gives the same result as in memory', async () => {
  using folder = temporary();
  // 20 MiB of mu-law: above limits.wholeMediumBytes; no copy, to keep it short.
  const bytes = new Uint8Array(20 * 1024 * 1024);
  for (let index = 0; index < bytes.length; index++) bytes[index] = (index * index) & 0xff;
  const formats = [formatSaying((size) => ({ tracks: [trackOf('mulaw', size)] }))];
  const work = { ...tools, formats };
  const inMemory = await processMedium({ ...taskOf(bytes, 'a', folder.path), accessBase: null, originalBase: null }, work, never);
  const streamed = await processMedium(
    { ...fileTask(folder.path, bytes, 'big', folder.path), name: 'a', place: 'calls/a', accessBase: null },
    work,
    never,
  );
  expect(streamed).toEqual({ ...inMemory, original: { ...inMemory.original, path: 'original-1.mup' } });
  expect(readFileSync(join(folder.path, 'original-1.mup')).equals(bytes)).toBe(true);
  expect(streamed).toMatchObject({ accessReason: 'not wanted', measurement: { samples: bytes.length } });
});

describe('the original is kept, with a finding that states why nothing was decoded,', () => {
  const silent = { access: null, measurement: null, decoder: null };
  const mulaw = formatSaying((size) => ({ tracks: [trackOf('mulaw', size)] }));
  test.each<[string, Uint8Array, Partial<MediaTools>, Partial<MediumResult>, string[]]>([
    ['of an empty file', new Uint8Array(0), {}, { ...silent, state: 'header-only', accessReason: 'no samples', format: null }, ['M112']],
    ['of an unknown format', Buffer.from('?'.repeat(500)), {}, { ...silent, state: 'unknown', accessReason: 'unknown format' }, ['M105']],
    [
      'if two formats claim it',
      Buffer.from('ab'),
      { formats: [mulaw, formatSaying(() => ({}), 'other')] },
      { ...silent, state: 'unknown', accessReason: 'formats disagree', format: null, confidence: null },
      ['M106'],
    ],
    [
      'if it has no decoder',
      Buffer.from('ab'),
      { codecs: new Map(), formats: [mulaw] },
      { ...silent, state: 'undecodable', accessReason: 'no decoder', format: 'made-up' },
      ['M107'],
    ],
    [
      'if it needs FFmpeg, which is missing',
      Buffer.from('ab'),
      { ffmpeg: null, formats: [formatSaying((size) => ({ tracks: [trackOf('mp3', size)] }))] },
      { ...silent, state: 'undecodable', accessReason: 'no FFmpeg' },
      ['M108'],
    ],
    [
      'if a format fails',
      Buffer.from('ab'),
      { formats: [{ ...mulaw, identify: async () => Promise.reject(new RangeError('offset 9')) }] },
      { ...silent, state: 'unknown', accessReason: 'unknown format', basis: 'a format failed' },
      ['M109'],
    ],
    [
      'if it is only a header',
      Buffer.from('ab'),
      { formats: [formatSaying(() => ({ state: 'header-only' }))] },
      { ...silent, state: 'header-only', accessReason: 'no samples', format: 'made-up' },
      ['M113'],
    ],
    [
      'if the coded bytes give no sample',
      Buffer.from('a'),
      { formats: [formatSaying((size) => ({ tracks: [trackOf('pcm-s16le', size, { bitsPerSample: 16 })] }))] },
      { access: null, measurement: null, state: 'undecodable', accessReason: 'no samples' },
      ['M103', 'M120'],
    ],
    [
      'if its decoder fails at once',
      Buffer.from('a'),
      {
        formats: [formatSaying((size) => ({ tracks: [trackOf('fails', size)] }))],
        codecs: new Map([
          [
            'fails',
            codecDoing('fails', () => {
              throw new Error('no');
            }),
          ],
        ]),
      },
      { access: null, measurement: null, state: 'undecodable', accessReason: 'no samples' },
      ['M109'],
    ],
    ['if no copy was requested', Buffer.from('ab'), { formats: [] }, { ...silent, state: 'unknown', basis: 'not asked', format: null }, []],
  ])('%s', async (_, bytes, less, expected, found) => {
    using folder = temporary();
    const result = await processMedium(taskOf(bytes, 'a.dat', folder.path), { ...tools, ...less }, never);
    expect(result).toMatchObject(expected);
    expect(codes(result)).toEqual(found);
    expect(folder.list()).toEqual(['original-1.dat']);
    expect(readFileSync(join(folder.path, 'original-1.dat')).equals(bytes)).toBe(true);
    expect(result.original.sha512).toBe(digest('sha512', bytes));
  });
});

test('a decoder that stops early leaves a damaged medium with the decoded part, copied', async () => {
  using folder = temporary();
  const voice = speech(8_000, 2);
  let calls = 0;
  const codec = codecDoing('breaks', () => {
    if (++calls === 2) throw new Error('no');
    return voice;
  });
  const formats = [formatSaying((size) => ({ tracks: [trackOf('breaks', size)] }))];
  const work = { ...tools, formats, codecs: new Map([['breaks', codec]]) };
  const result = await processMedium(
    taskOf(
      Uint8Array.from({ length: 100_000 }, (_, at) => at),
      'a',
      folder.path,
    ),
    work,
    never,
  );
  expect(result).toMatchObject({ state: 'damaged', measurement: { samples: 16_000 }, access: { samples: 16_000 } });
  expect(codes(result)).toEqual(['M109']);
});

test('two mono tracks become two channels, the shorter one with silence, as a finding', async () => {
  using folder = temporary();
  const [a, b] = [speech(8_000, 2), speech(8_000, 1, 3)];
  const bytes = Buffer.concat([bytesOf(a), bytesOf(b)]);
  const track = (from: number, to: number) => trackOf('pcm-s16le', 0, { bitsPerSample: 16, spans: [[from, to]] });
  const tracks = [track(0, a.byteLength), track(a.byteLength, bytes.length)];
  const result = await processMedium(taskOf(bytes, 'a', folder.path), { ...tools, formats: [formatSaying(() => ({ tracks }))] }, never);
  expect(result.measurement).toMatchObject({ channels: 2, samples: 16_000, pcmSha256: digest('sha256', bytesOf(woven(a, b))) });
  expect(result.codec).toMatchObject({ channels: 2 });
  expect(result.access).toMatchObject({ channels: 2, samples: 16_000 });
  expect(codes(result)).toEqual(['M115']);
});

test('tracks of different rates are not mixed: the first is played, the rest is an error', async () => {
  using folder = temporary();
  const bytes = bytesOf(speech(8_000, 1));
  const tracks = [trackOf('pcm-s16le', bytes.length), trackOf('pcm-s16le', bytes.length, { sampleRateHz: 16_000 })];
  const result = await processMedium(taskOf(bytes, 'a', folder.path), { ...tools, formats: [formatSaying(() => ({ tracks }))] }, never);
  expect(result).toMatchObject({ measurement: { channels: 1, samples: 8_000 } });
  expect(codes(result)).toEqual(['M114']);
});

test('a recording of only silence is reported', async () => {
  using folder = temporary();
  const result = await processMedium(taskOf(wav(new Int16Array(16_000), 8_000), 'a.wav', folder.path), tools, never);
  expect(result).toMatchObject({ state: 'ok', access: { comparison: { passed: true } } });
  expect(codes(result)).toEqual(['M121']);
});

test('a copy that does not sound like the original is deleted, the finding has the numbers, and a WAV copy replaces it', async () => {
  using folder = temporary();
  const opus = tools.opus;
  if (opus === null) throw new Error('this test needs libopus');
  const deaf: MediaTools['opus'] = {
    ...opus,
    encoder: (options) => {
      const encoder = opus.encoder(options);
      return {
        ...encoder,
        encode: (samples, packet) => encoder.encode(samples.map((sample) => -sample / 2) as Int16Array, packet),
      };
    },
  };
  const result = await processMedium(taskOf(wav(speech(8_000, 3), 8_000), 'a.wav', folder.path), { ...tools, opus: deaf }, never);
  expect(folder.list()).toEqual(['access-1.wav', 'original-1.wav']);
  expect(result).toMatchObject({
    state: 'ok',
    access: { format: 'wav', samples: 24_000, comparison: { passed: true } },
    measurement: { samples: 24_000 },
  });
  expect(codes(result)).toEqual(['M119', 'M125']);
  expect(result.findings[0]?.message).toMatch(/in whole similar by 0, less than 0\.9; level differs by -6\.\d+ dB/);
});

test.each([
  ['call.WAV', '.wav'],
  ['call.tar.gz', '.gz'],
  ['call', '.mup'],
  ['.hidden', '.mup'],
  ['call.it is not plain', '.mup'],
  ['call.ÄÖÜ', '.mup'],
  ['call.123456789', '.mup'],
])('the copy of %s ends in %s', async (name, ending) => {
  using folder = temporary();
  await processMedium(
    { ...taskOf(Buffer.from('ab'), name, folder.path), accessBase: null },
    { ...tools, formats: [formatSaying(() => ({}))] },
    never,
  );
  expect(folder.list()).toEqual([`original-1${ending}`]);
});

describe('an error that stops the work', () => {
  test('is M110 if the original is missing, shorter, longer or grows meanwhile, and leaves nothing behind', async () => {
    using folder = temporary();
    using out = temporary();
    const bytes = wav(speech(8_000, 1), 8_000);
    const failure = (task: MediumTask, work: MediaTools = tools): Promise<unknown> =>
      processMedium(task, work, never).then(
        () => null,
        (error: unknown) => error,
      );
    const task = fileTask(folder.path, bytes, 'a.wav', out.path);
    const file = join(folder.path, 'a.wav');
    const unreadable = { name: 'LongplayError', kind: 'incomplete', code: 'M110' };
    appendFileSync(file, 'x');
    expect(await failure(task)).toMatchObject(unreadable);
    truncateSync(file, bytes.length - 1);
    expect(await failure(task)).toMatchObject(unreadable);
    expect(await failure({ ...task, location: { kind: 'span', file: `${file}x`, offset: 0, size: 1, spooled: false } })).toMatchObject(unreadable);

    const large = new Uint8Array(17 * 1024 * 1024);
    const growing = fileTask(folder.path, large, 'large', out.path);
    const formats: Format[] = [
      {
        ...formatSaying(() => ({})),
        identify: async () => {
          appendFileSync(join(folder.path, 'large'), 'x');
          return null;
        },
      },
    ];
    expect(await failure(growing, { ...tools, formats })).toMatchObject(unreadable);
    expect(out.list()).toEqual([]);
  });

  test('is M111 if a file of that name exists, which is unchanged', async () => {
    using folder = temporary();
    writeFileSync(join(folder.path, 'access-1.opus'), 'mine');
    const task = taskOf(wav(speech(8_000, 1), 8_000), 'a.wav', folder.path);
    await expect(processMedium(task, tools, never)).rejects.toMatchObject({ kind: 'incomplete', code: 'M111' });
    expect(folder.list()).toEqual(['access-1.opus']);
    expect(readFileSync(join(folder.path, 'access-1.opus'), 'utf8')).toBe('mine');
  });

  test('is the reason of the signal when it is aborted in the middle, and leaves neither file nor process', async () => {
    using folder = temporary();
    const abort = new AbortController();
    const reason = new Error('stop');
    const raw = ['-f', 's16le', '-ar', '8000', '-ac', '1', '-i', 'pipe:0'];
    const bytes = execFileSync('ffmpeg', ['-v', 'error', ...raw, '-f', 'mp3', 'pipe:1'], { input: bytesOf(repeated(speech(8_000, 20), 30)) });
    const formats = [formatSaying((size) => ({ tracks: [trackOf('mp3', size)] }))];
    const opus = tools.opus;
    const stopping: MediaTools['opus'] = opus && {
      ...opus,
      decoder: (rate, channels) => {
        setImmediate(() => abort.abort(reason));
        return opus.decoder(rate, channels);
      },
    };
    await expect(processMedium(taskOf(bytes, 'a', folder.path), { ...tools, formats, opus: stopping }, abort.signal)).rejects.toBe(reason);
    expect(folder.list()).toEqual([]);
    const running = execFileSync('ps', ['-o', 'args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
    expect(running.split('\n').filter((line) => line.includes('pipe:0'))).toEqual([]);
  });
});

/** A small file system of its own, if one can be made. */
function smallDisk(): string | null {
  const path = mkdtempSync(join(tmpdir(), 'longplay-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', path], { stdio: 'ignore' });
    return path;
  } catch {
    rmdirSync(path);
    return null;
  }
}

test('is M111 on a full disk for the original as for the copy, and leaves nothing behind', async ({ skip }) => {
  const folder = smallDisk();
  if (folder === null) return skip('no small file system can be mounted here');
  try {
    const full = { kind: 'incomplete', code: 'M111' };
    await expect(processMedium(taskOf(new Uint8Array(100_000), 'a.dat', folder), tools, never)).rejects.toMatchObject(full);
    const long = { ...taskOf(wav(speech(8_000, 60), 8_000), 'a.wav', folder), originalBase: null };
    await expect(processMedium(long, tools, never)).rejects.toMatchObject(full);
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    execFileSync('umount', [folder]);
    rmdirSync(folder);
  }
});
