import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { answer, answers, codesOf, soundBytes } from './answers.ts';
import { expectSame, hasShared, int16Of, run, shared } from './codecs/judges.ts';
import { asfFile, dssFile, evrcGuid, qcelpGuid, qcpFile, sonyFile } from './compressed-builder.ts';
import { decodeFile } from './decode-file.ts';
import { adtsFrame, silentAac } from './iso/builder.ts';
import { join, pack, randomBytes, text, voice } from './wave/builder.ts';

const folder = mkdtempSync(joinPath(tmpdir(), 'longplay-compressed-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of FFmpeg with two seconds of voice. */
function encoded(name: string, args: readonly string[], rate = 16_000): { path: string; bytes: Uint8Array } {
  const path = joinPath(folder, name);
  run('ffmpeg', ['-v', 'error', '-y', '-f', 's16le', '-ar', String(rate), '-i', 'pipe:0', ...args, path], pack(voice(2 * rate, 7), 's16le'));
  return { path, bytes: readFileSync(path) };
}

const fromFile = (path: string): Int16Array => int16Of(run('ffmpeg', ['-v', 'error', '-i', path, '-map', '0:a:0', '-f', 's16le', 'pipe:1']));
const probe = (path: string, entry: string): string[] =>
  run('ffprobe', ['-v', 'error', '-select_streams', 'a:0', '-show_entries', entry, '-of', 'csv=p=0', path]).toString().trim().split('\n');

describe('ASF', () => {
  test.each([
    ['wmav1', 1],
    ['wmav2', 1],
    ['wmav2', 2],
  ] as const)('%s of FFmpeg with %i channels: the samples that FFmpeg decodes from the file', async (encoder, channels) => {
    const { path, bytes } = encoded(`${encoder}-${channels}.wma`, ['-c:a', encoder, '-ac', String(channels), '-b:a', '64k']);
    const { identification, samples, findings } = await decodeFile(bytes, 'a.wma');
    expect(identification).toMatchObject({ format: 'asf', state: 'ok', findings: [], tracks: [{ codec: 'wma-asf', channels }] });
    expect(findings).toEqual([]);
    expect(samples.length).toBeGreaterThan(31_000 * channels);
    expectSame(samples, fromFile(path));
  });

  test('a truncated file keeps its packets and states how many are missing', async () => {
    const { bytes } = encoded('cut.wma', ['-c:a', 'wmav2', '-b:a', '64k']);
    const { identification, samples } = await decodeFile(bytes.subarray(0, bytes.length / 2), 'a.wma');
    expect(codesOf(identification)).toEqual(['F103']);
    expect(identification.state).toBe('truncated');
    expect(samples.length).toBeGreaterThan(8000);
  });

  test('other codings in it are reported with their tag', async () => {
    const found = await answer(asfFile({ tag: 0x1234, packets: 2 }), 'a.wma');
    expect(found.tracks[0]).toMatchObject({ codec: 'unknown', codecName: 'audio (WAVE tag 0x1234 in ASF)' });
  });

  test('a header with impossible sizes gives an answer', async () => {
    const bytes = asfFile({ tag: 0x161, packets: 2 });
    for (const at of [16, 46, 150, 200]) {
      const damaged = bytes.slice();
      damaged.fill(0xff, at, at + 8);
      expect((await answer(damaged, 'a.wma')).format).toBe('asf');
    }
    expect(codesOf(await answer(bytes.subarray(0, 100), 'a.wma'))).toEqual(['F304']);
  });
});

describe('ADTS', () => {
  test.each([
    [8000, 1],
    [16_000, 1],
    [44_100, 2],
    [48_000, 2],
  ])('%i Hz with %i channels: the number of frames of ffprobe, the samples of FFmpeg', async (rate, channels) => {
    const { path, bytes } = encoded(`${rate}.aac`, ['-c:a', 'aac', '-ar', String(rate), '-ac', String(channels)]);
    const { identification, samples, findings } = await decodeFile(bytes, 'a.aac');
    const packets = probe(path, 'packet=size').length;
    expect(identification).toMatchObject({
      format: 'adts',
      state: 'ok',
      findings: [],
      tracks: [{ sampleRateHz: rate, channels, frames: packets * 1024 }],
    });
    expect(findings).toEqual([]);
    expect(soundBytes(identification)).toBe(bytes.length);
    expectSame(samples, fromFile(path));
  });

  test('junk between frames is skipped, and an ID3v1 tag at the end is not junk', async () => {
    const frames = join(...Array.from({ length: 10 }, () => adtsFrame(silentAac)));
    const found = await decodeFile(join(frames, randomBytes(40, 3), frames), 'a.aac');
    expect(codesOf(found.identification)).toEqual(['F302']);
    expect(found.samples.length).toBe(20 * 1024);
    expect(codesOf(await answer(join(frames, text('TAG'), new Uint8Array(125)), 'a.aac'))).toEqual([]);
  });

  test('MP3 is not AAC, and AAC not MP3', async () => {
    const { bytes } = encoded('a.mp3', ['-c:a', 'libmp3lame']);
    expect((await answers(bytes, 'a.aac')).map(({ format }) => format)).toEqual(['mpeg-audio']);
    for (let seed = 0; seed < 10; seed++) expect(await answers(randomBytes(60_000, seed), 'a.aac')).toEqual([]);
  });
});

describe('QCP', () => {
  const qcelpSizes = [
    [4, 34],
    [3, 16],
    [2, 7],
    [1, 3],
    [0, 0],
  ] as const;
  test.each([
    ['QCELP', qcelpGuid, qcelpSizes, [4, 14, 0, 3, 2, 1, 4]],
    [
      'EVRC',
      evrcGuid,
      [
        [4, 22],
        [3, 10],
        [1, 2],
        [0, 0],
      ] as const,
      [4, 14, 0, 3, 1, 4, 4],
    ],
  ] as const)('%s: erased and blank packets are silence of their length at their place', async (_, guid, sizes, rates) => {
    const { identification, samples } = await decodeFile(qcpFile(guid, sizes, rates), 'a.qcp');
    expect(codesOf(identification)).toEqual(['F301']);
    expect(identification.tracks[0]?.silences).toEqual([[160, 480]]);
    expect(samples.length).toBe(7 * 160);
    expect(samples.subarray(160, 480).every((sample) => sample === 0)).toBe(true);
  });

  test('bytes that are not a packet, a truncated end and a wrong count are reported', async () => {
    const bytes = qcpFile(qcelpGuid, qcelpSizes, [4, 4, 9, 9, 4]);
    const whole = await answer(bytes, 'a.qcp');
    expect(codesOf(whole)).toEqual(['F302', 'F308']);
    expect(whole?.shortfall).toEqual({ missingBytes: 0, strayBytes: 2, statedFrames: 5 * 160 });
    // One of the five is the pad byte.
    const cut = await answer(bytes.subarray(0, -5), 'a.qcp');
    expect(codesOf(cut)).toEqual(['F103', 'F302', 'F118', 'F308']);
    expect(cut?.shortfall).toEqual({ missingBytes: 4, strayBytes: 2, statedFrames: 5 * 160 });
  });
});

describe('DSS', () => {
  test.each([2, 3] as const)('version %i: frames are those of the blocks, and FFmpeg decodes as many', async (version) => {
    for (const frames of [1, 12, 13, 100]) {
      const { identification, samples } = await decodeFile(dssFile(version, [frames]), 'a.dss');
      expect(codesOf(identification)).toEqual(['M149']);
      expect(samples.length).toBe(frames * 264);
    }
  });

  test('a file without pauses is passed to FFmpeg unchanged', async () => {
    const bytes = dssFile(2, [100]);
    const [track] = (await answer(bytes, 'a.dss')).tracks;
    expect(track?.spans.length).toBe(1);
    expect(track?.spans[0]?.[0]).toBe(1024);
  });

  test('pauses are removed: the same frames give the same samples with and without them', async () => {
    const whole = (await decodeFile(dssFile(2, [200]), 'a.dss')).samples;
    for (const runs of [
      [24, 176],
      [12, 24, 164],
      [2, 2, 60, 136],
    ]) {
      const { identification, samples, findings } = await decodeFile(dssFile(2, runs), 'a.dss');
      expect(codesOf(identification)).toEqual(['F307', 'M149']);
      expect(identification.findings[0]?.message).not.toContain('silence');
      expect(findings.filter(({ code }) => code !== 'M102')).toEqual([]);
      expectSame(samples, whole);
    }
  });

  test('if a pause breaks the alternation of frames a frame of silence is inserted, and reported', async () => {
    const whole = (await decodeFile(dssFile(2, [25]), 'a.dss')).samples;
    const { identification, samples } = await decodeFile(dssFile(2, [25, 31, 8]), 'a.dss');
    expect(identification.findings[0]?.message).toContain('2 frames of silence');
    expect(samples.length).toBe((25 + 31 + 8 + 2) * 264);
    // The decoder looks some samples ahead to resample.
    expectSame(samples.subarray(0, 25 * 264 - 10), whole.subarray(0, 25 * 264 - 10));
  });

  test('a frame that a pause truncated is dropped and counted', async () => {
    const bytes = dssFile(2, [24]);
    const cut = join(bytes.subarray(0, 1024 + 512), dssFile(2, [12]).subarray(1024));
    const { identification, samples } = await decodeFile(cut, 'a.dss');
    expect(codesOf(identification)).toContain('F118');
    expect(samples.length % 264).toBe(0);
  });

  test('the time in the header is reported, and other signatures are not recognised here', async () => {
    expect((await answer(dssFile(2, [10]), 'a.dss')).basis).toContain('ended 200102 030506');
    const ds2 = dssFile(3, [10]);
    ds2.set(text('ds2'), 1);
    expect((await answers(ds2, 'a.ds2')).filter(({ format }) => format === 'dss')).toEqual([]);
  });

  test('long play is frames of G.723.1, which FFmpeg counts by their first bytes', async () => {
    const block = new Uint8Array(512);
    block.set([0, 3, 21, 0xff, 2, 0xff]);
    for (let at = 6; at + 24 <= 512; at += 24)
      block.set(
        randomBytes(24, at).map((byte, i) => (i === 0 ? byte & 0x7c : byte)),
        at,
      );
    const header = dssFile(2, [1], { coding: 2 }).subarray(0, 1024);
    const { identification, samples } = await decodeFile(join(header, block), 'a.dss');
    expect(identification.tracks[0]).toMatchObject({ codec: 'dss-lp', sampleRateHz: 8000 });
    expect(samples.length).toBe(21 * 240);
  });
});

test('files of Sony’s recorders are reported with date and length, and have no decoder', async () => {
  const found = await answer(sonyFile(12, 3000), 'a.dvf');
  expect(found.basis).toBe('MS_VOICE at 0, SONY CORPORATION at 16, 2006-10-29 08:15:30, 12.0 s stated');
  expect(found.tracks[0]).toMatchObject({ codec: 'unknown', spans: [[1024, 4024]] });
});

test('iLBC of any bytes has the length of its frames', async () => {
  for (const [magic, bytes, samples] of [
    ['#!iLBC20\n', 38, 160],
    ['#!iLBC30\n', 50, 240],
  ] as const) {
    const found = await decodeFile(join(text(magic), randomBytes(bytes * 100, 1)), 'a.lbc');
    expect(found.findings).toEqual([]);
    expect(found.samples.length).toBe(100 * samples);
  }
});

describe.skipIf(!hasShared)('files of third parties', () => {
  const table: readonly (readonly [name: string, format: string, codec: string, frames: number | null, state: string, codes: readonly string[]])[] = [
    ['sindresorhus_file-type/fixture.amr', 'amr', 'amr-nb', 42 * 160, 'ok', []],
    ['sindresorhus_file-type/fixture.3gp', 'iso-media', 'amr-nb', 279 * 160, 'ok', []],
    ['sindresorhus_file-type/fixture2.3gp', 'iso-media', 'amr-nb', 485 * 160, 'ok', []],
    ['sindresorhus_file-type/fixture.qcp', 'qcp', 'qcelp', 1711 * 160, 'ok', []],
    ['Borewit_music-metadata/asf.wma', 'asf', 'wma-asf', null, 'truncated', ['F103']],
  ];
  test.each(table)('%s', async (name, format, codec, frames, state, codes) => {
    const found = await answer(readFileSync(joinPath(shared, name)), name);
    expect(found).toMatchObject({ format, state, tracks: [{ codec, frames }] });
    expect(codesOf(found)).toEqual(codes);
  });

  test.each(['sindresorhus_file-type/fixture.qcp', 'Borewit_music-metadata/asf.wma'])(
    '%s has the samples that FFmpeg decodes from it',
    async (name) => {
      const path = joinPath(shared, name);
      const { samples, findings } = await decodeFile(readFileSync(path), name);
      // The file of Windows Media is truncated in the middle of a packet, and FFmpeg reports it.
      expect(findings.map(({ code }) => code)).toEqual(name.endsWith('wma') ? ['M102'] : []);
      expectSame(samples, fromFile(path));
    },
  );
});
