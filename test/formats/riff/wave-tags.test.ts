import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { packWaveFormat } from '../../../formats/codecs/base/wave-prefix.ts';
import { codecs } from '../../../formats/codecs/index.ts';
import { tagText, waveTag, waveTagNumbers } from '../../../formats/riff/wave-tags.ts';
import { judgeCoding } from '../../../formats/wave/coding.ts';
import { readWaveFields, type WaveFields } from '../../../formats/wave/format.ts';
import type { Track } from '../../../src/core/model/format.ts';
import { answer, codesOf } from '../answers.ts';
import { chunk, fmt, randomBytes, riff, text, u16 } from '../wave/builder.ts';
import { waveTagPage } from '../wave/tag-page.ts';

const folder = mkdtempSync(joinPath(tmpdir(), 'longplay-tags-'));
afterAll(() => rmSync(folder, { recursive: true }));
const byId = new Map(codecs.map((codec) => [codec.id, codec]));

const fieldsOf = (tag: number, rest: Partial<WaveFields> = {}): WaveFields => ({
  tag,
  extensible: false,
  channels: 1,
  sampleRateHz: 8000,
  bytesPerSecond: 4000,
  blockBytes: 256,
  bitsPerSample: 4,
  validBits: 4,
  extra: new Uint8Array(0),
  ...rest,
});
/** MetaSound's set-up states its variant in bytes 12 to 15; it is long enough for every other decoder. */
const setup = new Uint8Array(96);
setup.set(text('VX03'), 12);
/** Headers of the kinds that recorders write: each tag is tested with all of them. */
const kinds: readonly Partial<WaveFields>[] = [
  {},
  { bitsPerSample: 16, blockBytes: 2, bytesPerSecond: 16_000 },
  { bitsPerSample: 8, blockBytes: 1, bytesPerSecond: 8000 },
  { bitsPerSample: 0, blockBytes: 65, bytesPerSecond: 1625, extra: u16(320) },
  { bitsPerSample: 0, blockBytes: 33, bytesPerSecond: 1650 },
  { bitsPerSample: 0, blockBytes: 40, bytesPerSecond: 2000, sampleRateHz: 16_000 },
  { bitsPerSample: 0, blockBytes: 38, bytesPerSecond: 1900 },
  { bitsPerSample: 2, blockBytes: 42, bytesPerSecond: 2000 },
  { bitsPerSample: 16, blockBytes: 20, bytesPerSecond: 1000, extra: setup },
  { channels: 2, bitsPerSample: 16, blockBytes: 4, bytesPerSecond: 32_000, extra: setup },
];
const trackOf = (tag: number, kind: Partial<WaveFields>): Track => ({
  ...judgeCoding(fieldsOf(tag, kind), 'little'),
  frames: null,
  spans: [[0, 1000]],
});

/** The only tags that FFmpeg ever sees, by codec: the tests below prove that FFmpeg reads each as this codec and no other. */
const tagsForFfmpeg = new Map<string, readonly [tag: number, name: string]>([
  ['gsm-ms', [0x0031, 'gsm_ms']],
  ['truespeech', [0x0022, 'truespeech']],
  ['wmav1', [0x0160, 'wmav1']],
  ['wmav2', [0x0161, 'wmav2']],
  ['wmapro', [0x0162, 'wmapro']],
  ['wmalossless', [0x0163, 'wmalossless']],
  ['wmavoice', [0x000a, 'wmavoice']],
  ['speex', [0xa109, 'speex']],
  ['msnsiren', [0x028e, 'msnsiren']],
  ['siren', [0x028e, 'msnsiren']], // FFmpeg has no tag of plain Siren; the arguments name its decoder
  ['metasound', [0x0075, 'metasound']],
  ['sipr', [0x0130, 'sipr']],
  ['kelvin', [0x0135, 'acelp.kelvin']],
  ['ftr', [0x0180, 'ftr']],
]);
/** docs/facts on audio formats, rule 1: FFmpeg mistakes these for other codecs. */
const collisions = [
  ...[0x41, 0x44, 0x49, 0x65, 0x70, 0x77, 0x78, 0x141, 0x142, 0x143, 0x145, 0x146, 0x250, 0x370, 0x2068, 0x4163, 0x4c55, 0x4c75, 0x504d, 0x506d],
  ...[0x529a, 0x5366, 0x564f, 0x596a, 0x6143, 0x6163, 0x6180, 0x6c55, 0x704d, 0x7346, 0x7366, 0x764f, 0x766f, 0x794a, 0x796a],
];

describe('the table of tags', () => {
  test('has each tag once, named, with a way to decode it or the reason why not', () => {
    expect(new Set(waveTagNumbers).size).toBe(waveTagNumbers.length);
    expect(waveTagNumbers.length).toBeGreaterThan(280);
    for (const number of waveTagNumbers) {
      const tag = waveTag(number);
      const { name, coding, reason, source } = tag;
      expect(name.length, tagText(number)).toBeGreaterThan(1);
      expect(source).not.toBe('');
      expect(coding === null, tagText(number)).toBe(reason !== null);
      if (reason !== null) expect(reason.length, tagText(number)).toBeGreaterThan(15);
    }
  });

  test.each([
    ['g729', [0x83, 0x2222, 0x729a, 0x44, 0x8c, 0x133, 0x134, 0x7290, 0x7291, 0x7292, 0x7293, 0x729c, 0xa103, 0xa114, 0xa11e, 0xa11f, 0xa123]],
    ['g723.1', [0x42, 0x43, 0xa3, 0x111, 0x7230, 0xa100, 0xa120]],
    ['g722', [0x65, 0xa112, 0x28f]],
    ['gsm', [0x86, 0xa1, 0xa10d, 0x155]],
    ['gsm-ms', [0x31, 0x32, 0x1500]],
    ['mulaw', [0x07, 0x171, 0x6c75]],
    ['alaw', [0x06, 0x172]],
    ['oki-adpcm', [0x10, 0x17]],
    ['nms-adpcm', [0x38]],
    ['yamaha-adpcm', [0x20]],
    ['g726', [0x14, 0x45, 0x64, 0x85, 0x140, 0x175, 0x4243, 0xa105, 0xa107, 0xa11b, 0x7260]],
    ['g721', [0x40, 0x8b, 0xa11a]],
    ['g728', [0x41, 0xa113, 0xa11d, 0xa122, 0x7280]],
    ['amr-nb', [0x57, 0x136, 0x4201, 0x7361, 0x7a21, 0x7a22]],
    ['amr-wb', [0x58, 0x7362, 0xa104, 0xa111]],
    ['ilbc', [0xa116]],
    ['ftr', [0x180, 0x4180, 0x8180]],
    ['truespeech', [0x22, 0x1501]],
  ])('%s has all of its tags', (coding, numbers) => {
    for (const number of numbers) expect(waveTag(number).coding, tagText(number)).toBe(coding);
  });

  test('is printed in docs/reference/wave-tags.md; an absent page is written', () => {
    const path = joinPath(import.meta.dirname, '../../../docs/reference/wave-tags.md');
    if (!existsSync(path)) writeFileSync(path, waveTagPage());
    expect(readFileSync(path, 'utf8')).toBe(waveTagPage());
  });

  test('lists these as without a decoder, each with the reason', () => {
    for (const number of [0x70, 0x77, 0x78, 0x141, 0x142, 0x1100, 0x1101, 0xa118, 0xa119, 0xa101, 0x100, 0x7000, 0x4242]) {
      const coding = judgeCoding(fieldsOf(number), 'little');
      expect(coding.codec).toBe('unknown');
      expect(coding.codecName).toMatch(/\): .{10,}/);
    }
  });
});

test('for none of the 65,536 tags FFmpeg chooses the codec: it sees a tag of its codec’s own, or none', () => {
  const seen = new Set<string>();
  for (let tag = 0; tag <= 0xffff; tag++) {
    const listed = waveTagNumbers.includes(tag);
    for (const kind of listed ? kinds : kinds.slice(0, 2)) {
      const track = trackOf(tag, kind);
      if (!listed && track.codec !== 'unknown') throw new Error(`${tagText(tag)} is in no table and decoded as ${track.codec}`);
      const decode = byId.get(track.codec)?.decode;
      if (decode?.by !== 'ffmpeg') continue;
      seen.add(track.codec);
      const { args, prefix } = decode.input(track);
      if (prefix.length === 0) {
        // A bare payload: the named demuxer knows one codec.
        if (args.indexOf('-f') !== 0 || args[1] === 'wav') throw new Error(`${tagText(tag)}: ${args.join(' ')}`);
        continue;
      }
      const handed = prefix[20] === undefined ? -1 : prefix[20] | ((prefix[21] ?? 0) << 8);
      if (String.fromCharCode(...prefix.subarray(0, 4)) !== 'RIFF') continue; // a container of the codec's own
      if (tagsForFfmpeg.get(track.codec)?.[0] !== handed) throw new Error(`${tagText(tag)} reaches FFmpeg as ${tagText(handed)}`);
    }
  }
  // Each codec of the list occurred: a loop without any proves nothing.
  expect([...tagsForFfmpeg.keys()].filter((id) => byId.get(id)?.decode.by === 'ffmpeg' && !seen.has(id))).toEqual([]);
});

test('gives tags that FFmpeg mistakes for others no codec of FFmpeg’s, or their own', () => {
  const found = collisions.map((tag) => [tagText(tag), trackOf(tag, {}).codec]).filter(([, codec]) => codec !== 'unknown');
  const own = new Map([
    ['0x0041', 'g728'],
    ['0x0044', 'g729'],
    ['0x0065', 'g722'],
  ]);
  for (const [tag, codec] of found) expect(codec).toBe(own.get(tag ?? ''));
  expect(collisions.length).toBe(35);
});

test.each([...tagsForFfmpeg])('%s: FFmpeg itself knows the tag that it is given, exactly', (id, [tag, name]) => {
  if (byId.get(id)?.decode.by !== 'ffmpeg') return; // decoded here
  const path = joinPath(folder, `${id}.wav`);
  const fields = fieldsOf(tag, { bitsPerSample: 16, blockBytes: 40, extra: setup });
  writeFileSync(path, riff([chunk('fmt ', packWaveFormat({ ...fields, tag })), chunk('data', randomBytes(4000, 1))]));
  // The payload is random: FFmpeg may fail to decode it here.
  const { stderr } = spawnSync('ffmpeg', ['-hide_banner', '-i', path, '-c', 'copy', '-f', 'null', '-'], { encoding: 'utf8' });
  expect(/Input #0[\s\S]*?Audio: ([\w.]+)/.exec(stderr)?.[1]).toBe(name);
});

describe('rules that need more than the tag', () => {
  const wave = (fields: Parameters<typeof fmt>[0], bytes = randomBytes(3300, 5)) => answer(riff([fmt(fields), chunk('data', bytes)]), 'a.wav');
  /** The codec that a rule names, built in or not. */
  const ruled = (tag: number, kind: Partial<WaveFields>): string => {
    const { codec, codecName } = judgeCoding(fieldsOf(tag, kind), 'little');
    return codec === 'unknown' ? (/the codec (\S+) is not included/.exec(codecName)?.[1] ?? 'unknown') : codec;
  };

  test.each([
    [0x38, { bitsPerSample: 2, blockBytes: 42 }, 'nms-adpcm-16'],
    [0x38, { bitsPerSample: 3, blockBytes: 62 }, 'nms-adpcm-24'],
    [0x38, { bitsPerSample: 4, blockBytes: 82 }, 'nms-adpcm-32'],
    [0x38, { bitsPerSample: 0, blockBytes: 62 }, 'nms-adpcm-24'],
    [0x38, { bitsPerSample: 4, blockBytes: 0 }, 'nms-adpcm-32'],
    [0x38, { bitsPerSample: 8, blockBytes: 162 }, 'unknown'],
    [0x45, { bitsPerSample: 2, bytesPerSecond: 2000 }, 'g726-16-msb'],
    [0x45, { bitsPerSample: 3, bytesPerSecond: 3000 }, 'g726-24-msb'],
    [0x64, { bitsPerSample: 4, bytesPerSecond: 4000 }, 'g726-32-msb'],
    [0x14, { bitsPerSample: 5, bytesPerSecond: 5000 }, 'g726-40-msb'],
    [0x45, { bitsPerSample: 0, bytesPerSecond: 3000 }, 'g726-24-msb'],
    [0x45, { bitsPerSample: 16, bytesPerSecond: 16_000 }, 'unknown'],
    [0x45, { channels: 2, bitsPerSample: 4, bytesPerSecond: 8000 }, 'unknown'],
    [0x40, { bitsPerSample: 4, bytesPerSecond: 4000 }, 'g726-32-msb'],
    [0xa116, { blockBytes: 38 }, 'ilbc-20'],
    [0xa116, { blockBytes: 50 }, 'ilbc-30'],
    [0xa116, { blockBytes: 100 }, 'ilbc-30'],
    [0xa116, { blockBytes: 0 }, 'unknown'],
    [0x10, { bitsPerSample: 4 }, 'oki-adpcm'],
    [0x10, { bitsPerSample: 3 }, 'unknown'],
    [0x20, { channels: 2, bitsPerSample: 4 }, 'yamaha-adpcm'],
    [0x20, { channels: 3, bitsPerSample: 4 }, 'unknown'],
    [0xa1, { blockBytes: 65 }, 'gsm-ms'],
    [0xa1, { blockBytes: 33 }, 'gsm'],
    [0x28e, { blockBytes: 40 }, 'msnsiren'],
    [0x28e, { blockBytes: 41 }, 'unknown'],
    [0xa115, { blockBytes: 60 }, 'siren'],
    [0x75, { extra: setup }, 'metasound'],
    [0x75, { extra: new Uint8Array(48) }, 'unknown'],
    [0x0a, { extra: new Uint8Array(46) }, 'wmavoice'],
    [0x0a, { extra: new Uint8Array(10) }, 'unknown'],
  ] as const)('tag %i with %o is %s', (tag, kind, codec) => {
    expect(ruled(tag, kind)).toBe(codec);
  });

  test('contradictory headers are reported', async () => {
    for (const fields of [
      { tag: 0x31, bits: 0, block: 1, bytesPerSecond: 1625 },
      { tag: 0x31, bits: 0, block: 0, bytesPerSecond: 1625 },
      { tag: 0x42, bits: 0, block: 1, bytesPerSecond: 800 },
      { tag: 0x22, bits: 1, block: 30, bytesPerSecond: 1067 },
    ])
      expect(codesOf(await wave(fields)), JSON.stringify(fields)).toContain('F113');
  });

  test('frames that are not those of the tag are never decoded', async () => {
    const random = [
      { tag: 0x8c, bits: 0, block: 10, bytesPerSecond: 1000 },
      { tag: 0x93, bits: 0, block: 24, bytesPerSecond: 800 },
      { tag: 0xa10d, bits: 0, block: 33, bytesPerSecond: 1650 },
      { tag: 0x57, bits: 0, block: 32, bytesPerSecond: 1600 },
      { tag: 0x58, bits: 0, block: 61, bytesPerSecond: 3000 },
      { tag: 0x180, bits: 16, block: 2, bytesPerSecond: 1000 },
      { tag: 0x1600, bits: 16, block: 1, bytesPerSecond: 1000 },
    ];
    for (const fields of random) expect((await wave(fields)).tracks[0]?.codec, tagText(fields.tag)).toBe('unknown');
  });

  test('a fmt chunk that longplay writes is read back unchanged', () => {
    const fields = fieldsOf(0x161, { extra: randomBytes(10, 1), bytesPerSecond: 12_345, channels: 2 });
    expect(readWaveFields(packWaveFormat({ ...fields, tag: 0x161 }), 'little')).toEqual(fields);
  });
});
