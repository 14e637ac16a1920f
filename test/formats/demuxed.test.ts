import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { throughFfmpegCodec } from '../../formats/codecs/demuxed.ts';
import { demuxedContainers } from '../../formats/demuxed/table.ts';
import { formats } from '../../formats/index.ts';
import { memoryReader } from '../../src/core/base/bytes.ts';
import { identifyMedium } from '../../src/media/identify/identify-medium.ts';
import { createRig, type Rig, root } from '../cli/rig.ts';
import { never } from './answers.ts';
import { decodedTogether } from './ffmpeg-together.ts';
import { pack, voice } from './wave/builder.ts';

let rig: Rig;
beforeAll(() => {
  rig = createRig();
  mkdirSync(rig.path('in'));
  writeFileSync(rig.path('speech.raw'), pack(voice(12_000), 's16le'));
  const outputs = Object.entries(byFfmpeg).flatMap(([name, recipe]) => [...(recipe[0] === '-map' ? [] : soundOnly), ...recipe, rig.path('in', name)]);
  run('ffmpeg', ['-v', 'error', '-y', ...rawIn, ...pictureIn, ...outputs]);
  for (const [name, rate] of Object.entries(bySox)) {
    const type = name.slice(name.lastIndexOf('.') + 1);
    const source = ['-t', 'raw', '-e', 'signed', '-b', '16', '-L', '-r', '8000', '-c', '1', rig.path('speech.raw')];
    run('sox', ['-D', ...source, '-r', String(rate), '-t', type, rig.path('in', name)]);
  }
});
afterAll(async () => await rig[Symbol.asyncDispose]());

const rawIn = ['-f', 's16le', '-ar', '8000', '-ac', '1', '-i', 'speech.raw'];
const pictureIn = ['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=25:duration=1.5'];
const soundOnly = ['-map', '0:a'];
/** A second and a half of video, coded beside the sound. */
const picture = ['-map', '1:v', '-map', '0:a'];

/** Containers and codings that FFmpeg writes, all in one process. */
const byFfmpeg: Readonly<Record<string, readonly string[]>> = {
  'pcm.mka': ['-c:a', 'pcm_s16le'],
  'opus.webm': ['-c:a', 'libopus'],
  'vorbis.webm': ['-ar', '16000', '-c:a', 'libvorbis'],
  'aac-stereo.mkv': ['-ar', '16000', '-ac', '2', '-c:a', 'aac'],
  'video-and-two-sounds.mkv': [...picture, '-map', '0:a', '-c:v', 'mpeg4', '-c:a', 'libmp3lame', '-ar', '16000'],
  'pcm.avi': ['-c:a', 'pcm_s16le'],
  'video.avi': [...picture, '-c:v', 'mpeg4', '-c:a', 'libmp3lame', '-ar', '16000'],
  'plain.ac3': ['-ar', '48000', '-c:a', 'ac3'],
  'five-and-one.ac3': ['-ar', '32000', '-ac', '6', '-c:a', 'ac3'],
  'plain.eac3': ['-ar', '48000', '-c:a', 'eac3'],
  'plain.dts': ['-ar', '48000', '-ac', '2', '-c:a', 'dca', '-strict', '-2'],
  'plain.mlp': ['-ar', '48000', '-ac', '2', '-c:a', 'mlp', '-strict', '-2'],
  'plain.thd': ['-ar', '48000', '-ac', '2', '-c:a', 'truehd', '-strict', '-2'],
  'layer-3.flv': ['-ar', '22050', '-c:a', 'libmp3lame'],
  'aac.flv': ['-ar', '44100', '-c:a', 'aac'],
  'layer-2.ts': ['-ar', '48000', '-c:a', 'mp2', '-f', 'mpegts'],
  'aac.ts': ['-ar', '48000', '-c:a', 'aac', '-f', 'mpegts'],
  'private.m2ts': ['-ar', '48000', '-b:a', '64k', '-c:a', 'mp2', '-f', 'mpegts'],
  'video.m2ts': [...picture, '-c:v', 'mpeg2video', '-c:a', 'ac3', '-ar', '48000', '-f', 'mpegts'],
  'video.mpg': [...picture, '-c:v', 'mpeg2video', '-c:a', 'mp2', '-ar', '48000'],
  'plain.vob': ['-ar', '48000', '-c:a', 'ac3', '-f', 'vob'],
  'pcm.nut': ['-c:a', 'pcm_s16le'],
  'real.rm': ['-c:a', 'real_144'],
  'plain.tta': ['-c:a', 'tta'],
  'plain.wv': ['-c:a', 'wavpack'],
  'plain.ircam': ['-c:a', 'pcm_s16le', '-f', 'ircam'],
  'plain.sox': ['-c:a', 'pcm_s32le'],
  'plain.smjpeg': ['-c:a', 'pcm_s16le', '-f', 'smjpeg'],
};

/** Types that sox writes, with a rate that they support. */
const bySox: Readonly<Record<string, number>> = {
  's.sf': 8000,
  's.avr': 8000,
  's.paf': 8000,
  's.fap': 8000,
  's.pvf': 8000,
  's.sds': 8000,
  's.wve': 8000,
  's.hcom': 22_050,
};

function run(program: string, args: readonly string[]): Buffer {
  const { status, stdout, stderr } = spawnSync(program, [...args], { cwd: rig.folder, maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** The samples that FFmpeg decodes from each file without further options, by its path. */
function samplesOf(paths: readonly string[]): ReadonlyMap<string, Buffer> {
  const decoded = decodedTogether(paths.map((path) => ({ path, args: [] })));
  return new Map(paths.map((path, at) => [path, decoded[at] ?? Buffer.alloc(0)]));
}

test('WAV copies of files by FFmpeg and sox in these containers have bit-identical samples to those of FFmpeg', async () => {
  const { code, summary } = await rig.json(['convert', 'in', '--out', 'copies', '--access', 'wav']);
  const names = [...Object.keys(byFfmpeg), ...Object.keys(bySox)];
  // The second sound beside a video is not used: the copy of the first is doubtful.
  expect([code, summary.converted, summary.notConverted, summary.unknown, summary.doubtful]).toEqual([3, names.length, 0, 0, 1]);
  const copies = readFileSync(rig.path('copies/conversions.jsonl'), 'utf8').trimEnd().split('\n');
  const pairs = copies.map((line) => JSON.parse(line) as { from: string; to: string });
  expect(pairs.map(({ from }) => from).sort()).toEqual(names.sort());
  const samples = samplesOf(pairs.flatMap(({ from, to }) => [rig.path('in', from), rig.path('copies', to)]));
  const different = pairs.flatMap(({ from, to }) => {
    const expected = samples.get(rig.path('in', from)) ?? Buffer.alloc(0);
    return expected.length > 0 && expected.equals(samples.get(rig.path('copies', to)) ?? Buffer.alloc(0)) ? [] : [from];
  });
  expect(different).toEqual([]);
});

test('each of the files is identified by its content alone, with video and further sounds reported', async () => {
  for (const name of [...Object.keys(byFfmpeg), ...Object.keys(bySox)]) {
    const found = await identifyMedium(memoryReader(readFileSync(rig.path('in', name)), 'call.dat'), { name: 'call.dat' }, formats, never);
    const expected = [...(name === 'video-and-two-sounds.mkv' ? ['F306'] : []), ...(name.startsWith('video') ? ['F400'] : [])];
    expect([name, found?.format, found?.findings.map(({ code }) => code)]).toEqual([name, 'through-ffmpeg', expected]);
  }
});

test('a file from which FFmpeg decodes no sample on a pipe is an error, not one without audio', async () => {
  mkdirSync(rig.path('long'));
  // The headers of a track, followed by something that is not a cluster.
  const headers = readFileSync(join(root, 'samples/formats/matroska-mulaw.mka')).subarray(0, 200);
  for (const zeros of [400, 9_000]) writeFileSync(rig.path('long', `${zeros}.mka`), Buffer.concat([headers, Buffer.alloc(zeros)]));
  const { code, lines } = await rig.json(['import', 'long', '--into', 'archive']);
  const refused = lines.flatMap((line) => (line.type === 'finding' && line.code === 'M135' ? [line.place] : []));
  expect([code, refused.sort()]).toEqual([3, ['400.mka', '9000.mka']]);
  const listed = await rig.json(['list', 'archive']);
  expect(listed.lines.filter((line) => line.type !== 'summary' && JSON.stringify(line).includes('unreadable-audio'))).toHaveLength(2);
});

test('a bare header is a file without sound', async () => {
  for (const [name, bytes] of [
    ['ircam-mulaw.sf', 1024],
    ['paris.paf', 2048],
    ['avr.avr', 128],
    ['pvf.pvf', 15],
    ['sox.sox', 32],
    ['psion.wve', 32],
  ] as const) {
    const whole = readFileSync(join(root, 'samples/formats', name));
    const found = await identifyMedium(memoryReader(whole.subarray(0, bytes), 'call.dat'), { name: 'call.dat' }, formats, never);
    expect([name, found?.state, found?.tracks]).toEqual([name, 'header-only', []]);
    // One sample of the widest format.
    const more = await identifyMedium(memoryReader(whole.subarray(0, bytes + 4), 'call.dat'), { name: 'call.dat' }, formats, never);
    expect([name, more?.tracks.length]).toEqual([name, 1]);
  }
});

test('without FFmpeg the files are reported as not converted', async () => {
  mkdirSync(rig.path('one'));
  copyFileSync(rig.path('in/pcm.mka'), rig.path('one/call.dat'));
  const { code, stderr } = await rig.run(['convert', 'one', '--out', 'without', '--access', 'wav'], { env: { LONGPLAY_FFMPEG: 'none' } });
  expect([code, stderr]).toEqual([3, expect.stringContaining('P160 call.dat: was not converted: no FFmpeg')]);
});

describe('FFmpeg', () => {
  test('is given the demuxer, may use no other, and may open nothing but its pipes', async () => {
    const program = run('sh', ['-c', 'command -v ffmpeg']).toString().trim();
    writeFileSync(
      rig.path('noting'),
      `#!/bin/sh\nfor arg; do printf '%s ' "$arg"; done >> '${rig.path('noted')}'\necho >> '${rig.path('noted')}'\nexec ${program} "$@"\n`,
    );
    chmodSync(rig.path('noting'), 0o755);
    mkdirSync(rig.path('few'));
    for (const name of ['opus.webm', 'plain.ac3']) copyFileSync(rig.path('in', name), rig.path('few', name));
    expect((await rig.run(['convert', 'few', '--out', 'few-out'], { env: { LONGPLAY_FFMPEG: rig.path('noting') } })).code).toBe(0);
    const inputs = readFileSync(rig.path('noted'), 'utf8').match(/-protocol_whitelist pipe [^/]*?-i pipe:\d+/g) ?? [];
    for (const demuxer of ['matroska', 'ac3'])
      expect(inputs.some((input) => input.includes(`-f ${demuxer} -format_whitelist ${demuxer} -vn -sn -dn -i pipe:`))).toBe(true);
    expect(readFileSync(rig.path('noted'), 'utf8').match(/-i pipe:/g)).toHaveLength(inputs.length);
  });

  test('fetches nothing, whatever playlist follows the beginning of a container', async () => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests++;
      response.end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    try {
      const { port } = server.address() as AddressInfo;
      const list = `#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:${port}/x.ts\nfile://${rig.path('speech.raw')}\n#EXT-X-ENDLIST\n`;
      mkdirSync(rig.path('hostile'));
      for (const { demuxer, magics } of demuxedContainers) {
        const [at, magic] = magics[0] ?? [0, ''];
        writeFileSync(rig.path('hostile', `${demuxer}.dat`), Buffer.from(`${'\0'.repeat(at)}${magic}${list}`, 'latin1'));
      }
      // A subtitle of AVI may have any format that FFmpeg finds in it.
      const avi = readFileSync(join(root, 'samples/formats/avi-video-and-mulaw.avi'));
      const at = avi.indexOf('vids');
      avi.write('txts', at, 'latin1');
      const gab2 = Buffer.concat([Buffer.from('GAB2\0\x02\0\0\0\0\0\x04\0', 'latin1'), Buffer.alloc(4), Buffer.from(list)]);
      gab2.writeUInt32LE(list.length, 13);
      const chunk = Buffer.concat([Buffer.from('00tx'), Buffer.alloc(4), gab2, Buffer.alloc(gab2.length & 1)]);
      chunk.writeUInt32LE(gab2.length, 4);
      const movi = avi.indexOf('movi') + 4;
      writeFileSync(rig.path('hostile/subtitled.avi'), Buffer.concat([avi.subarray(0, movi), chunk, avi.subarray(movi)]));
      const { code } = await rig.run(['convert', 'hostile', '--out', 'hostile-out']);
      expect([code, requests]).toEqual([3, 0]);
    } finally {
      server.close();
    }
  });

  test('is never given a demuxer outside of the list', () => {
    const { decode } = throughFfmpegCodec;
    const track = {
      codec: 'through-ffmpeg',
      codecName: '',
      sampleRateHz: 8000,
      channels: 1,
      bitsPerSample: null,
      blockBytes: null,
      frames: null,
      spans: [],
    };
    for (const demuxer of ['concat', 'hls', 'lavfi', '', 'matroska -i /etc/passwd'])
      expect(() => decode.by === 'ffmpeg' && decode.input({ ...track, setup: Buffer.from(demuxer) })).toThrow('not a demuxer of the list');
  });
});

test('decodes nothing else and leaves no file if a file is truncated anywhere, or has noise after its first bytes', async () => {
  mkdirSync(rig.path('cut'));
  copyFileSync(join(root, 'samples/formats/wave-ok.wav'), rig.path('cut/whole.wav'));
  const noise = Buffer.from(Uint32Array.from({ length: 6000 }, (_, i) => Math.imul(i + 1, 2_654_435_761)).buffer);
  for (const name of ['pcm.mka', 'video.avi', 'plain.ac3', 'aac.flv', 'video.m2ts', 'video.mpg', 'pcm.nut', 'real.rm', 'plain.wv']) {
    const bytes = readFileSync(rig.path('in', name));
    for (const share of [0.02, 0.5, 0.97]) writeFileSync(rig.path('cut', `${share}-${name}`), bytes.subarray(0, Math.floor(bytes.length * share)));
    // RealAudio 14.4 accepts any bits as sound.
    if (name !== 'real.rm') writeFileSync(rig.path('cut', `noise-${name}`), Buffer.concat([bytes.subarray(0, 400), noise]));
  }
  const { code, summary, lines } = await rig.json(['convert', 'cut', '--out', 'cut-out']);
  expect(code).toBe(3);
  expect(existsSync(rig.path('cut-out/whole.opus'))).toBe(true);
  const { converted, notConverted, skipped, unknown } = summary as Record<string, number>;
  expect((converted ?? 0) + (notConverted ?? 0) + (skipped ?? 0) + (unknown ?? 0)).toBe(36);
  // Each file whose sound ended early is reported.
  const named = new Set(lines.filter(({ type }) => type === 'finding').map(({ place }) => place));
  expect([...named].filter((place) => String(place).startsWith('noise-'))).toHaveLength(8);
});
