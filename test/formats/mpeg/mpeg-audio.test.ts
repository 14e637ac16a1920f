import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readMpegFrame } from '../../../formats/mpeg/mpeg-frame.ts';
import { answer, answers, codesOf, soundBytes } from '../answers.ts';
import { run } from '../codecs/judges.ts';
import { playback, samplesOf } from '../playback.ts';
import { join, numbers, pack, randomBytes, text, voice } from '../wave/builder.ts';

const folder = mkdtempSync(joinPath(tmpdir(), 'longplay-mpeg-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** An MP3 of LAME. */
function mp3(rate: number, kbits: number, channels = 1, samples = 8000): Uint8Array {
  const path = joinPath(folder, `${rate}-${kbits}-${channels}.mp3`);
  const input = ['-f', 's16le', '-ar', String(rate), '-ac', String(channels), '-i', 'pipe:0'];
  run(
    'ffmpeg',
    ['-v', 'error', '-y', ...input, '-c:a', 'libmp3lame', '-b:a', `${kbits}k`, '-id3v2_version', '0', path],
    pack(voice(samples * channels), 's16le'),
  );
  return readFileSync(path);
}

describe('MP3 of LAME', () => {
  test.each([
    [8000, 8, 1],
    [8000, 16, 1],
    [11_025, 24, 1],
    [12_000, 32, 2],
    [16_000, 24, 1],
    [22_050, 56, 2],
    [24_000, 64, 1],
    [32_000, 64, 2],
    [44_100, 128, 2],
    [48_000, 320, 2],
  ])('%i Hz at %i kbit/s with %i channels: everything is frames, and the count is that of the input', async (rate, kbits, channels) => {
    const bytes = mp3(rate, kbits, channels);
    const found = await answer(bytes, 'a.mp3');
    expect(codesOf(found)).toEqual([]);
    expect(found.tracks[0]).toMatchObject({ codec: 'mp3', sampleRateHz: rate, channels, frames: 8000 });
    expect(soundBytes(found)).toBe(bytes.length);
  });
});

const speech = mp3(8000, 16, 1, 16_000);

test('tags before and after are not sound', async () => {
  const id3v1 = join(text('TAG'), new Uint8Array(125));
  const id3v2 = join(text('ID3'), Uint8Array.of(4, 0, 0, 0, 0, 2, 0), new Uint8Array(256));
  const found = await answer(join(id3v2, id3v2, speech, id3v1), 'a.mp3');
  expect(codesOf(found)).toEqual([]);
  expect(found.tracks[0]?.spans).toEqual([[532, 532 + speech.length]]);
  expect((await answer(join(id3v2, speech), 'without-a-name')).format).toBe('mpeg-audio');
});

test('a tag that extends beyond the end of the file is not MPEG and causes no endless loop', async () => {
  expect(await answers(join(text('ID3'), Uint8Array.of(4, 0, 0, 0x7f, 0x7f, 0x7f, 0x7f)), 'a.mp3')).toEqual([]);
});

test('junk before the first frame is only skipped if the name says MPEG', async () => {
  const bytes = join(randomBytes(333, 4), speech);
  const found = await answer(bytes, 'a.mp3');
  expect(codesOf(found)).toEqual(['F100']);
  expect(found.tracks[0]?.spans[0]?.[0]).toBe(333);
  expect(await answers(bytes, 'a.bin')).toEqual([]);
});

test('two recordings of different kinds in one file are reported', async () => {
  const found = await answer(join(speech, mp3(16_000, 24)), 'a.mp3');
  expect(codesOf(found)).toEqual(['F151']);
  expect(found.tracks[0]?.frames).toBeNull();
});

test('a wave file of random bytes contains no MPEG stream', async () => {
  for (let seed = 0; seed < 20; seed++) expect(await answers(randomBytes(60_000, seed), 'a.mp3')).toEqual([]);
});

describe('the length by frames is what FFmpeg decodes', () => {
  const encode = (name: string, args: readonly string[], rate = 16_000): Uint8Array => {
    const input = ['-f', 's16le', '-ar', String(rate), '-i', 'pipe:0'];
    run('ffmpeg', ['-v', 'error', '-y', ...input, ...args, '-id3v2_version', '0', joinPath(folder, name)], pack(voice(30_000), 's16le'));
    return new Uint8Array(readFileSync(joinPath(folder, name)));
  };
  /** Offsets of frames, by an independent header parser. */
  const framesOf = (bytes: Uint8Array): number[] => {
    const at: number[] = [];
    for (let i = 0; i < bytes.length; i += readMpegFrame(bytes, i)?.size ?? bytes.length) at.push(i);
    return at;
  };
  const sources: readonly (readonly [name: string, args: readonly string[], rate: number])[] = [
    ['constant.mp3', ['-c:a', 'libmp3lame', '-b:a', '32k', '-write_xing', '0'], 16_000],
    ['variable-without-header.mp3', ['-c:a', 'libmp3lame', '-q:a', '4', '-write_xing', '0'], 16_000],
    ['variable.mp3', ['-c:a', 'libmp3lame', '-q:a', '4'], 16_000],
    ['mpeg-1.mp3', ['-c:a', 'libmp3lame', '-b:a', '128k', '-ac', '2'], 44_100],
    ['mpeg-2.5.mp3', ['-c:a', 'libmp3lame', '-b:a', '16k', '-write_xing', '0'], 8000],
    ['layer-2.mp2', ['-c:a', 'mp2', '-b:a', '64k'], 16_000],
    ['layer-2-mpeg-1.mp2', ['-c:a', 'mp2', '-b:a', '128k', '-ac', '2'], 44_100],
  ];
  describe.each(sources)('%s', (name, args, rate) => {
    const whole = encode(name, args, rate);
    const at = framesOf(whole);
    const cut = (from: number, to: number): Uint8Array => join(whole.subarray(0, at[from]), whole.subarray(at[to]));
    const tagged = /^(variable|mpeg-1).mp3/.test(name);
    const ape = join(text('APETAGEX'), new Uint8Array(24), text('album=x'.repeat(40)), text('APETAGEX'), new Uint8Array(24));
    const damaged: readonly (readonly [what: string, bytes: Uint8Array, findings: readonly string[]])[] = [
      ['whole', whole, []],
      ['ID3v1 and APE tags at the end', join(whole, ape, text('TAG'), new Uint8Array(125)), []],
      [
        'a large ID3v2 tag at the beginning',
        join(text('ID3'), Uint8Array.of(3, 0, 0, 0, 0x20, 0, 0), new Uint8Array(0x20 << 14).fill(0xff), whole),
        [],
      ],
      [
        'an ID3v2 tag of impossible size at the beginning',
        join(text('ID3'), Uint8Array.of(3, 0, 0, 0x7f, 0, 0, 0), new Uint8Array(50), whole),
        ['F230'],
      ],
      ['the first frames lost', whole.subarray(at[10]), []],
      ['the last frames lost', whole.subarray(0, at[at.length - 5]), tagged ? ['F103'] : []],
      ['a hole', cut(20, 24), tagged ? ['F103'] : []],
      ['the last frame truncated', whole.subarray(0, -5), ['F103']],
      ['junk between frames', join(whole.subarray(0, at[20]), randomBytes(300, 5), whole.subarray(at[20])), ['F150']],
      ['half a frame between frames', join(whole.subarray(0, (at[20] ?? 0) + 33), whole.subarray(at[21])), tagged ? ['F150', 'F103'] : ['F150']],
    ];
    test.each(damaged)('%s', async (_what, bytes, findings) => {
      const { found, track } = await playback(bytes, `a${name.slice(name.lastIndexOf('.'))}`);
      expect(codesOf(found)).toEqual(findings);
      const made = samplesOf({ ...track, frames: null }, bytes).length / track.channels;
      expect(track.frames).not.toBeNull();
      const stated = track.frames ?? 0;
      // The pipeline cuts padding that LAME states, because FFmpeg on a pipe does not.
      if (tagged) expect(made - stated).toBeLessThan(1152);
      else expect(made).toBe(stated);
      expect(made).toBeGreaterThanOrEqual(stated);
    });
  });

  test('LAME’s tag gives the original length; tags of other encoders do not cut', async () => {
    const bytes = encode('gapless.mp3', ['-c:a', 'libmp3lame', '-q:a', '4']);
    expect((await answer(bytes, 'a.mp3')).tracks[0]?.frames).toBe(30_000);
    const lame = Buffer.from(bytes).indexOf('Lavc');
    const other = bytes.slice();
    other.set(text('XXXX'), lame);
    const { track } = await playback(other, 'a.mp3');
    expect(track.frames).toBe(samplesOf({ ...track, frames: null }, other).length);
    const none = bytes.slice();
    none.fill(0, lame + 21, lame + 24); // neither delay nor padding
    const without = (await playback(none, 'a.mp3')).track;
    expect(without.frames).toBe(samplesOf({ ...without, frames: null }, none).length);
  });

  test('Fraunhofer’s tag is not sound', async () => {
    const bytes = encode('fhg.mp3', ['-c:a', 'libmp3lame', '-b:a', '32k', '-write_xing', '0']);
    const first = new Uint8Array(144);
    first.set(bytes.subarray(0, 4));
    const count = framesOf(bytes).length;
    first.set(join(text('VBRI'), numbers(2, [1, 1105, 50], true), numbers(4, [bytes.length + 144, count], true), numbers(2, [0, 1, 2, 1], true)), 36);
    const { found, track } = await playback(join(first, bytes), 'a.mp3');
    expect(codesOf(found)).toEqual([]);
    expect(track.frames).toBe(count * 576);
    expect(samplesOf({ ...track, frames: null }, join(first, bytes)).length).toBe(count * 576);
  });
});

test('free format is reported and not decoded', async () => {
  const frame = new Uint8Array(200);
  frame.set([0xff, 0xfb, 0x00, 0xc0]);
  const padded = new Uint8Array(201);
  padded.set([0xff, 0xfb, 0x02, 0xc0]);
  const bytes = join(frame, padded, frame, frame, padded, frame, frame);
  const found = await answer(bytes, 'a.mp3');
  expect(found.tracks[0]).toMatchObject({ codec: 'unknown', codecName: expect.stringContaining('free format') });
  expect(await answers(bytes, 'a.bin')).toEqual([]);
});

test('two joined recordings have one length; their number is reported', async () => {
  const bytes = join(speech, speech);
  const found = await answer(bytes, 'a.mp3');
  expect(codesOf(found)).toEqual(['F220']);
  const [track] = found.tracks;
  if (track === undefined) throw new Error('no track');
  expect(samplesOf({ ...track, frames: null }, bytes).length).toBe(track.frames);
});
