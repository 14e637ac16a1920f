import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codecs } from '../../../formats/codecs/index.ts';
import { waveCodecs } from '../../../formats/codecs/wave-through-ffmpeg.ts';
import type { Codec } from '../../../src/core/model/format.ts';
import { answer } from '../answers.ts';
import { formatSamples } from '../make-samples.ts';
import { pack, voice } from '../wave/builder.ts';
import { hasShared, run, shared, throughFfmpeg } from './judges.ts';

/** Sound of a file as FFmpeg decodes it from a pipe, in samples per channel. */
async function frames(bytes: Uint8Array, name: string): Promise<{ made: number; stated: number | null; samples: Int16Array }> {
  const of = (await answer(bytes, name)).tracks[0];
  if (of === undefined) throw new Error(`${name}: no track`);
  const samples = throughFfmpeg(of, Buffer.concat(of.spans.map(([start, end]) => bytes.subarray(start, end))));
  return { made: samples.length / of.channels, stated: of.frames, samples };
}

/** Samples per channel that the standards specify for each of our own samples. */
const expected = new Map([
  ['wave-g723-1.wav', 6 * 240],
  ['raw-g723.g723', 39 * 240],
  ['raw-g723-as-on-asterisk.g723', 39 * 240],
  ['wave-truespeech.wav', 10 * 240],
  ['wave-mp3.wav', 12 * 576],
  ['mpeg-audio.mp3', 20 * 576],
  ['mpeg-audio-id3.mp3', 20 * 576],
  ['ogg-opus.opus', 12 * 960 - 100 - 312],
  ['ogg-opus-stereo.opus', 5 * 960 - 312],
  ['ogg-opus-not-ended.opus', 12 * 960 - 312],
  ['amr-nb.amr', 12 * 160],
  ['amr-nb-pauses.amr', 4 * 160],
  ['amr-wb.awb', 9 * 320],
  ['amr-nb-two-channels.amr', 6 * 160],
  ['ilbc-20.lbc', 10 * 160],
  ['ilbc-30.lbc', 10 * 240],
  ['ilbc-of-asterisk.ilbc', 10 * 240],
  ['mp4-aac.m4a', 12 * 1024],
  ['mp4-alac.m4a', 4 * 256],
  ['mp4-mp3.m4a', 8 * 576],
  ['mp4-opus.m4a', 10 * 960 - 312],
  ['mp4-flac.m4a', 5 * 256],
  ['mp4-index-first-two-sides.m4a', 12 * 1024],
  ['quicktime-ima4.mov', 640],
  ['3gp-amr-pauses.3gp', 10 * 160],
  ['qcp-qcelp.qcp', 7 * 160],
  ['qcp-qcelp-erased.qcp', 3 * 160],
  ['qcp-evrc.qcp', 6 * 160],
  ['adts-aac.aac', 10 * 1024],
  ['dss-sp.dss', 30 * 264],
  ['dss-sp-3-pauses-behind.dss', 31 * 264],
  ['ogg-flac.oga', 2400],
  // FFmpeg pads the last packet of these; the pipeline cuts to the container's count.
  ['ogg-vorbis.ogg', 2560],
  ['ogg-speex.spx', 16 * 160],
  ['ogg-speex-wide-band.spx', 16 * 320],
  ['caf-alac.caf', 2400],
  ['caf-aac.caf', 4 * 1024],
  ['caf-opus.caf', 16 * 960],
  ['dss-sp-pause.dss', 25 * 264],
]);

test.each([...expected])('%s: FFmpeg decodes exactly %i samples of it from a pipe', async (name, count) => {
  const sample = formatSamples().find((candidate) => candidate.name === name);
  expect((await frames(sample?.bytes ?? new Uint8Array(0), name)).made).toBe(count);
});

/** Tested below with encoders' files, in `compressed.test.ts`, `iso-media.test.ts` and `demuxed.test.ts`; those of WAVE alone have tests of their own. */
const elsewhere = ['mp2', 'wma-asf', 'dss-lp', 'ac3-mp4', 'through-ffmpeg', ...waveCodecs.map(({ id }) => id)];
/** Codings that exist only in packets are tested in `rtp-codecs.test.ts`. */
const isOfPackets = (codec: Codec): boolean => codec.packets?.stream !== undefined;

test('each codec that FFmpeg decodes is tested here', () => {
  const run = new Set(formatSamples().flatMap(({ name, codec }) => (expected.has(name) && codec !== null ? [codec] : [])));
  const wanted = codecs.filter((codec) => codec.decode.by === 'ffmpeg' && !elsewhere.includes(codec.id) && !isOfPackets(codec)).map(({ id }) => id);
  expect([...run].sort()).toEqual(wanted.sort());
});

test('MPEG layer II of FFmpeg’s encoder is identified and decoded', async () => {
  const silence = new Uint8Array(48_000);
  const bytes = run('ffmpeg', ['-v', 'error', '-f', 's16le', '-ar', '16000', '-i', 'pipe:0', '-c:a', 'mp2', '-f', 'mp2', 'pipe:1'], silence);
  const { tracks, findings } = await answer(bytes, 'a.mp2');
  expect(findings).toEqual([]);
  expect(tracks[0]).toMatchObject({ codec: 'mp2', sampleRateHz: 16000, channels: 1 });
  expect((await frames(bytes, 'a.mp2')).made).toBe(21 * 1152);
});

test('LAME’s tag states the number of encoded samples', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-mp3-'));
  const path = join(folder, 'a.mp3');
  run(
    'ffmpeg',
    ['-v', 'error', '-f', 's16le', '-ar', '8000', '-i', 'pipe:0', '-c:a', 'libmp3lame', '-b:a', '16k', path],
    pack(voice(10_001), 's16le'),
  );
  const { tracks, findings } = await answer(readFileSync(path), 'a.mp3');
  rmSync(folder, { recursive: true });
  expect(findings).toEqual([]);
  expect(tracks[0]).toMatchObject({ codec: 'mp3', sampleRateHz: 8000, channels: 1, frames: 10_001 });
});

test('Opus of opusenc and of FFmpeg: the number of frames is that of opusdec', async () => {
  const silence = new Uint8Array(16_000 * 2);
  const files = [
    run('opusenc', ['--quiet', '--raw', '--raw-rate', '8000', '--raw-chan', '1', '-', '-'], silence),
    run('ffmpeg', ['-v', 'error', '-f', 's16le', '-ar', '8000', '-i', 'pipe:0', '-c:a', 'libopus', '-f', 'ogg', 'pipe:1'], silence),
  ];
  for (const bytes of files) {
    const { made, stated } = await frames(bytes, 'a.opus');
    const theirs = run('opusdec', ['--quiet', '--rate', '48000', '-', '-'], bytes).length / 2;
    expect(stated).toBe(theirs);
    expect(made).toBe(theirs);
    expect((await answer(bytes, 'a.opus')).findings).toEqual([]);
  }
});

describe.skipIf(!hasShared)('real and derived files', () => {
  const files: readonly (readonly [name: string, frames: number])[] = [
    ['synthetic/derived-codecs/a.g723.wav', 232 * 240],
    ['synthetic/derived-codecs/a.g723', 232 * 240],
  ];
  test.each(files)('%s: %i samples', async (name, count) => {
    expect((await frames(readFileSync(join(shared, name)), name)).made).toBe(count);
  });
});
