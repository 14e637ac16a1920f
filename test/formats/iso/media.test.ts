import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { audioConfig } from '../../../formats/mpeg/aac-config.ts';
import { answer, answers, codesOf, soundBytes } from '../answers.ts';
import { expectSame, hasShared, int16Of, run, shared } from '../codecs/judges.ts';
import { decodeFile } from '../decode-file.ts';
import { join, numbers, pack, randomBytes, text, u32, voice } from '../wave/builder.ts';
import { aacConfig, esds, type IsoTrack, isoBox, isoFile, silentAac, soundEntry } from './builder.ts';

const folder = mkdtempSync(joinPath(tmpdir(), 'longplay-iso-'));
afterAll(() => rmSync(folder, { recursive: true }));

const rate = 16_000;
const length = 20_000;
const sound = pack(voice(length, 7), 's16le');

/** A file of FFmpeg, which must be able to seek in it. */
function encoded(name: string, args: readonly string[]): { path: string; bytes: Uint8Array } {
  const path = joinPath(folder, name);
  run('ffmpeg', ['-v', 'error', '-y', '-f', 's16le', '-ar', String(rate), '-i', 'pipe:0', ...args, path], sound);
  return { path, bytes: readFileSync(path) };
}

/** FFmpeg's output for the whole file, in which it can seek. */
function fromFile(path: string, stream: number, args: readonly string[] = []): Int16Array {
  return int16Of(run('ffmpeg', ['-v', 'error', ...args, '-i', path, '-map', `0:a:${stream}`, '-f', 's16le', '-c:a', 'pcm_s16le', 'pipe:1']));
}

describe('files of FFmpeg have the samples that FFmpeg decodes from the whole file, cut to what was encoded', () => {
  const files: readonly (readonly [name: string, args: readonly string[], codec: string, frames: number])[] = [
    ['aac.m4a', ['-c:a', 'aac'], 'aac-mp4', length],
    ['aac-index-first.m4a', ['-c:a', 'aac', '-movflags', '+faststart'], 'aac-mp4', length],
    ['aac-stereo.mp4', ['-c:a', 'aac', '-ac', '2', '-ar', '44100'], 'aac-mp4', (length * 44_100) / rate],
    ['aac-8-khz.3gp', ['-c:a', 'aac', '-ar', '8000'], 'aac-mp4', length / 2],
    ['aac.mov', ['-c:a', 'aac'], 'aac-mp4', length],
    ['alac.m4a', ['-c:a', 'alac'], 'alac-mp4', length],
    ['mp3.mp4', ['-c:a', 'libmp3lame'], 'mp3-mp4', length],
    ['mp3.mov', ['-c:a', 'libmp3lame'], 'mp3-mp4', length],
    ['flac.mp4', ['-c:a', 'flac', '-strict', '-2'], 'flac-mp4', length],
    ['ac3.mp4', ['-c:a', 'ac3', '-ar', '48000', '-ac', '2'], 'ac3-mp4', 3 * length - 256],
    ['eac3.mp4', ['-c:a', 'eac3', '-ar', '48000'], 'ac3-mp4', 3 * length - 256],
    ['ima4.mov', ['-c:a', 'adpcm_ima_qt', '-ac', '2'], 'ima4-mp4', length],
    ['mulaw.mov', ['-c:a', 'pcm_mulaw'], 'mulaw', length],
    ['alaw.mov', ['-c:a', 'pcm_alaw', '-ac', '2'], 'alaw', length],
    ['sowt.mov', ['-c:a', 'pcm_s16le', '-ac', '2'], 'pcm-s16le', length],
    ['twos.mov', ['-c:a', 'pcm_s16be'], 'pcm-s16be', length],
    ['raw.mov', ['-c:a', 'pcm_u8'], 'pcm-u8', length],
    ['s8.mov', ['-c:a', 'pcm_s8'], 'pcm-s8', length],
    ['ipcm.mp4', ['-c:a', 'pcm_s16le', '-ac', '2'], 'pcm-s16le', length],
    ['ipcm-big-endian.mp4', ['-c:a', 'pcm_s16be'], 'pcm-s16be', length],
  ];
  test.each(files)('%s', async (name, args, codec, frames) => {
    const { path, bytes } = encoded(name, args);
    const { identification, samples, channels, findings } = await decodeFile(bytes, name);
    expect(identification).toMatchObject({ format: 'iso-media', state: 'ok', findings: [], tracks: [{ codec, frames }] });
    expect(findings).toEqual([]);
    expect(samples.length).toBe(frames * channels);
    expectSame(samples, fromFile(path, 0).subarray(0, samples.length));
  });

  test.each([
    ['in24.mov', 'pcm_s24be', 'pcm-s24be'],
    ['in24-little.mov', 'pcm_s24le', 'pcm-s24le'],
    ['in32.mov', 'pcm_s32be', 'pcm-s32be'],
    ['fl32.mov', 'pcm_f32le', 'pcm-f32le'],
    ['fl64.mov', 'pcm_f64be', 'pcm-f64be'],
    ['ipcm-24.mp4', 'pcm_s24le', 'pcm-s24le'],
    ['fpcm.mp4', 'pcm_f32le', 'pcm-f32le'],
  ])('%s: more than 16 bits', async (name, encoder, codec) => {
    const { bytes } = encoded(name, ['-c:a', encoder]);
    const { identification, samples } = await decodeFile(bytes, name);
    expect(identification).toMatchObject({ state: 'ok', findings: [], tracks: [{ codec, frames: length }] });
    expectSame(samples, int16Of(Buffer.from(sound))); // the input: no bit is lost
  });

  test('Opus: the pre-skip is removed exactly, whatever the time scale', async () => {
    for (const [name, scale] of [
      ['opus.mp4', 48_000],
      ['opus-16-khz.mp4', 16_000],
    ] as const) {
      const { path, bytes } = encoded(name, ['-ar', String(scale), '-c:a', 'libopus']);
      const { identification, samples } = await decodeFile(bytes, name);
      expect(identification.findings).toEqual([]);
      expect(samples.length).toBe(3 * length);
      // In a scale of 16,000 FFmpeg removes only a third of the pre-skip, so its samples begin earlier by the rest.
      const theirs = fromFile(path, 0, ['-c:a', 'libopus']);
      expectSame(samples, theirs.subarray(scale === 48_000 ? 0 : 208).subarray(0, samples.length));
    }
  });

  test.each([
    ['fragments.mp4', ['-movflags', 'frag_keyframe+empty_moov+default_base_moof']],
    ['fragments-from-the-file.mp4', ['-movflags', 'frag_keyframe+empty_moov']],
    ['fragments-behind-an-index.mp4', ['-movflags', 'frag_keyframe']],
  ])('%s: fragments are joined', async (name, args) => {
    const { path, bytes } = encoded(name, ['-c:a', 'aac', ...args, '-frag_duration', '300000']);
    const { identification, samples, findings } = await decodeFile(bytes, name);
    expect(identification.basis).toContain('fragments');
    expect([...identification.findings, ...findings]).toEqual([]);
    const theirs = fromFile(path, 0);
    expect(theirs.length - samples.length).toBeLessThan(1024);
    expect(samples.length).toBeGreaterThanOrEqual(length);
    expectSame(samples, theirs.subarray(0, samples.length));
  });

  test('two tracks are two sides, each with its own samples', async () => {
    const two = ['-map', '0', '-map', '0', '-filter:a:1', 'volume=0.3', '-c:a', 'aac'];
    const { path, bytes } = encoded('two.m4a', two);
    const { identification, samples, channels } = await decodeFile(bytes, 'two.m4a');
    expect(identification.tracks.length).toBe(2);
    expect(channels).toBe(2);
    for (const side of [0, 1]) {
      const own = samples.filter((_, i) => i % 2 === side);
      expect(own.length).toBe(length);
      expectSame(own, fromFile(path, side).subarray(0, length));
    }
  });
});

const aac = (packets: number, more: Partial<IsoTrack> = {}): IsoTrack => ({
  entry: soundEntry('mp4a', rate, 1, 16, esds(0x40, aacConfig)),
  rate,
  packets: Array.from({ length: packets }, () => silentAac),
  duration: 1024,
  ...more,
});
const file = (track: IsoTrack, more: Partial<Parameters<typeof isoFile>[0]> = {}): Uint8Array => isoFile({ brand: 'M4A ', tracks: [track], ...more });

describe('PCM of other layouts', () => {
  const samples = voice(900, 3);
  const s16 = pack(samples, 's16le');
  test('packets with individual sizes are read by their bytes', async () => {
    const packets = [s16.subarray(0, 600), s16.subarray(600, 610), s16.subarray(610)];
    const track: IsoTrack = { entry: soundEntry('sowt', 8000, 1, 16), rate: 8000, packets, duration: 300 };
    const found = await decodeFile(file(track), 'a.mov');
    expect(found.identification).toMatchObject({ findings: [], tracks: [{ codec: 'pcm-s16le', frames: 900 }] });
    expectSame(found.samples, samples);
  });

  /** A sample entry of version 2 (QuickTime File Format): bits, flags of Core Audio, bytes of a packet. */
  const lpcm = (bits: number, flags: number, packetBytes: number): Uint8Array =>
    isoBox(
      'lpcm',
      new Uint8Array(6),
      numbers(2, [1, 2, 0], true),
      numbers(4, [0], true),
      numbers(2, [3, 16, 0xfffe, 0], true),
      numbers(4, [0x10000, 72], true),
      new Uint8Array(new Float64Array([8000]).buffer).reverse(),
      numbers(4, [1, 0x7f000000, bits, flags, packetBytes, 1], true),
    );
  test.each([
    [16, 4, 2, 'pcm-s16le'],
    [16, 6, 2, 'pcm-s16be'],
    [32, 9, 4, 'pcm-f32le'],
    [8, 0, 1, 'pcm-u8'],
    [24, 4, 4, 'unknown'],
    [20, 4, 3, 'unknown'],
  ])('lpcm of %i bits with flags %i in %i bytes is %s', async (bits, flags, packetBytes, codec) => {
    const bytes = new Uint8Array(240);
    const track: IsoTrack = {
      entry: lpcm(bits, flags, packetBytes),
      rate: 8000,
      packets: [bytes],
      duration: 1,
      even: [packetBytes, 240 / packetBytes],
    };
    const found = await answer(file(track, { brand: 'qt  ' }), 'a.mov');
    expect(found.tracks[0]).toMatchObject({ codec, sampleRateHz: 8000, channels: 1 });
    if (codec !== 'unknown') expect(found.tracks[0]?.frames).toBe(240 / packetBytes);
  });
});

test('a time scale that does not divide the rate loses no packet at the end', async () => {
  // 38 of 600 units per second are 1,013 samples, and the packets have 1,024.
  const packets = Array.from({ length: 1000 }, () => silentAac);
  const track: IsoTrack = { ...aac(0), packets, duration: 38, edits: [[0, 38]] };
  const bytes = file(track);
  const mdhd = Buffer.from(bytes).indexOf('mdhd');
  bytes.set(numbers(4, [600], true), mdhd + 16);
  const { identification, samples, findings } = await decodeFile(bytes, 'a.mov');
  expect(identification.tracks[0]?.frames).toBe(Math.round((38_000 * rate) / 600) - 1013);
  expect(samples.length).toBe(999 * 1024); // the first packet, 1,013 samples by the index, is the priming
  expect(findings.map(({ code }) => code)).toEqual(['M104']);
});

describe('edit lists', () => {
  const frames = async (edits: IsoTrack['edits']): Promise<readonly [frames: number | null | undefined, silences: unknown, codes: string[]]> => {
    const found = await answer(file(aac(100, { edits })), 'a.m4a');
    return [found.tracks[0]?.frames, found.tracks[0]?.silences, codesOf(found)];
  };
  test('cut the priming and the end of the last packet; a delay is silence', async () => {
    expect(await frames(undefined)).toEqual([102_400, undefined, []]);
    expect(await frames([[0, 1024]])).toEqual([101_376, undefined, []]);
    expect(await frames([[6336, 1024]])).toEqual([101_376, undefined, []]);
    expect(await frames([[6300, 1024]])).toEqual([100_800, undefined, []]);
    expect(
      await frames([
        [500, -1],
        [6336, 1024],
      ]),
    ).toEqual([109_376, [[0, 8000]], []]);
  });
  test('with cuts that a person made are reported and not followed', async () => {
    expect(await frames([[1000, 1024]])).toEqual([101_376, undefined, ['F309']]);
    expect(await frames([[2000, 50_000]])).toEqual([102_400, undefined, ['F309']]);
    expect(
      await frames([
        [1000, 0],
        [1000, 50_000],
      ]),
    ).toEqual([102_400, undefined, ['F309']]);
  });
  test('with a delay give silence of its length', async () => {
    const { samples } = await decodeFile(
      file(
        aac(20, {
          edits: [
            [500, -1],
            [1280, 0],
          ],
        }),
      ),
      'a.m4a',
    );
    expect(samples.length).toBe(8000 + 20 * 1024);
  });
});

test('are replaced by the comment of Apple’s encoders, as in FFmpeg', async () => {
  const comment = (words: string): Uint8Array =>
    isoBox(
      '----',
      isoBox('mean', u32(0), text('com.apple.iTunes')),
      isoBox('name', u32(0), text('iTunSMPB')),
      isoBox('data', Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0), text(words)),
    );
  const noted = (words: string): Uint8Array =>
    file(aac(20), {
      more: isoBox('udta', isoBox('meta', u32(0), isoBox('hdlr', u32(0, 0), text('mdir'), new Uint8Array(13)), isoBox('ilst', comment(words)))),
    });
  const bytes = noted(' 00000000 00000840 000001C0 0000000000004600 00000000 00000000');
  const { identification, samples } = await decodeFile(bytes, 'a.m4a');
  expect(identification.findings).toEqual([]);
  expect(samples.length).toBe(20 * 1024 - 0x840 - 0x1c0);
  const path = joinPath(folder, 'noted.m4a');
  writeFileSync(path, bytes);
  expect(fromFile(path, 0).length).toBe(20 * 1024 - 0x840); // FFmpeg cuts the start; the end is cut here
  for (const words of [' 00000000 00000840 000001C0 00000000FFFF4600', ' 00000000 0000G840 000001C0 0000000000004600', 'none'])
    expect((await answer(noted(words), 'a.m4a')).tracks[0]?.frames).toBe(20 * 1024);
});

describe('damage', () => {
  const tooMany = u32(0xffffffff);
  test('a truncated end loses the packets after it', async () => {
    const whole = file(aac(50), { indexFirst: true });
    const found = await decodeFile(whole.subarray(0, -42), 'a.m4a');
    expect(codesOf(found.identification)).toEqual(['F103']);
    expect(found.identification.state).toBe('truncated');
    expect(found.samples.length).toBe(39 * 1024);
  });

  test('an index that is truncated or was never written is reported, with the number of bytes present', async () => {
    const whole = file(aac(50));
    for (const bytes of [whole.subarray(0, -20), file(aac(50), { withoutIndex: true })]) {
      const found = await answer(bytes, 'a.m4a');
      expect(found).toMatchObject({ state: 'damaged', tracks: [{ codec: 'unknown' }] });
      expect(codesOf(found)).toEqual(['F304']);
      expect(soundBytes(found)).toBe(200);
    }
  });

  test('packets that share bytes repeatedly do not exceed the file', async () => {
    const track = aac(5, { even: [1000, 4_000_000] });
    const found = await answer(file(track), 'a.m4a');
    expect(codesOf(found)).toContain('F305');
    expect(soundBytes(found)).toBeLessThan(2000);
  });

  test('tables with impossible counts end with their boxes', async () => {
    const whole = file(aac(50));
    for (const box of ['stsz', 'stts', 'stsc', 'stco', 'elst', 'stsd']) {
      const at = Buffer.from(whole).indexOf(box);
      if (at < 0) continue;
      const bytes = whole.slice();
      bytes.set(tooMany, at + (box === 'stsz' ? 12 : 8));
      const found = await answer(bytes, 'a.m4a');
      expect(found.format).toBe('iso-media');
    }
  });

  test('sound in another file is reported', async () => {
    const whole = file(aac(50));
    const at = Buffer.from(whole).indexOf('url ');
    whole[at + 7] = 0; // the flag for "in this file"
    const found = await answer(whole, 'a.mov');
    expect(codesOf(found)).toEqual(['F304']);
    expect(found.tracks[0]?.codec).toBe('unknown');
  });
});

test('a file that begins like a box is not claimed without ftyp, index or name', async () => {
  const box = isoBox('mdat', randomBytes(500, 1));
  expect(await answers(join(box, randomBytes(50, 2)), 'a.bin')).toEqual([]);
  expect(codesOf(await answer(join(box, randomBytes(50, 2)), 'a.mov'))).toEqual(['F304']);
  const picture = join(isoBox('ftyp', text('heic'), u32(0)), isoBox('meta', new Uint8Array(20)), isoBox('mdat', new Uint8Array(20)));
  expect(await answers(picture, 'a.heic')).toEqual([]);
});

test('a file with only video has no track of sound', async () => {
  const path = joinPath(folder, 'pictures.mp4');
  run(
    'ffmpeg',
    ['-v', 'error', '-y', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', '32x32', '-i', 'pipe:0', '-c:v', 'mpeg4', path],
    new Uint8Array(32 * 48 * 5),
  );
  expect(await answer(readFileSync(path), 'pictures.mp4')).toMatchObject({ tracks: [], findings: [], state: 'ok' });
});

test.each([
  ['1208', 44_100, 1, 'AAC LC'],
  ['1390', 22_050, 2, 'AAC LC'],
  ['1588', 8000, 1, 'AAC LC'],
  ['2b8a0800', 22_050, 1, 'HE-AAC LC'], // 5, core index 7 (22,050), 1 channel, index 4 (44,100)
  ['eb8a0800', 44_100, 2, 'HE-AAC LC with parametric stereo'],
  ['131056e59d4800', 48_000, 2, 'HE-AAC LC'],
])('AudioSpecificConfig %s', (hex, sampleRateHz, channels, name) => {
  const config = audioConfig(Uint8Array.from(Buffer.from(hex, 'hex')));
  if (hex === '2b8a0800') expect(config).toMatchObject({ sampleRateHz: 44_100, channels, name });
  else expect(config).toMatchObject({ sampleRateHz, channels, name });
});

describe.skipIf(!hasShared)('files of telephones', () => {
  test.each([
    ['fixture.3gp', 279 * 160],
    ['fixture2.3gp', 485 * 160],
  ])('%s: AMR between video, every frame of it', async (name, frames) => {
    const path = joinPath(shared, 'sindresorhus_file-type', name);
    const { identification, samples, findings } = await decodeFile(readFileSync(path), name);
    expect(identification).toMatchObject({ state: 'ok', findings: [], tracks: [{ codec: 'amr-nb', frames }] });
    expect(findings).toEqual([]);
    expect(samples.length).toBe(frames);
    // FFmpeg follows the edit list, which begins some samples into the first frame; it may omit that frame, and needs some frames to converge.
    const theirs = fromFile(path, 0);
    const first = samples.length - theirs.length;
    expect(first).toBeLessThan(2 * 160);
    expectSame(samples.subarray(first + 1600), theirs.subarray(1600));
  });
});
