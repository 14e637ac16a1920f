import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amrNbRtp, amrWbRtp } from '../../../formats/codecs/amr-rtp.ts';
import { opusPackets } from '../../../formats/codecs/opus-packets.ts';
import type { Track } from '../../../src/core/model/format.ts';
import { opusPacketSamples } from '../../../src/ogg/opus-packet.ts';
import { oggPageBytes, readOggPage } from '../../../src/ogg/page.ts';
import { answer, codesOf } from '../answers.ts';
import { ether, type Frame, ipv4, pcapFile, rtp, sip, udp } from '../capture-builder.ts';
import { played } from '../capture-judge.ts';
import { oggPage } from '../ogg/builder.ts';
import { join, pack, randomBytes, text, u16, u32, voice } from '../wave/builder.ts';

const speech = pack(voice(16_000), 's16le');
const zeros = (length: number): number[] => new Array<number>(length).fill(0);
const numbersOf = (raw: Buffer): number[] => [...new Int16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length))];

function ffmpeg(input: Uint8Array, ...args: readonly string[]): Buffer {
  return execFileSync('ffmpeg', ['-v', 'error', ...args, '-'], { input, maxBuffer: 1e9 });
}
const encode = (rateHz: number, ...args: readonly string[]): Buffer =>
  ffmpeg(speech, '-f', 's16le', '-ar', String(rateHz), '-ac', '1', '-i', '-', ...args);
const decode = (bytes: Uint8Array, ...args: readonly string[]): number[] =>
  numbersOf(ffmpeg(bytes, ...args, '-i', '-', '-f', 's16le', '-c:a', 'pcm_s16le'));

/** A call in one direction with a packet every `ticks`, and a gap of `hole` ticks before packet `before`. */
function call(
  packets: readonly Uint8Array[],
  options: { type: number; map?: string; fmtp?: string; ticks: number; before?: number; hole?: number; everyMs: number },
): Uint8Array {
  const { type, map, fmtp, ticks, before = packets.length, hole = 0, everyMs } = options;
  const lines = [...(map === undefined ? [] : [`a=rtpmap:${type} ${map}`]), ...(fmtp === undefined ? [] : [`a=fmtp:${type} ${fmtp}`])];
  const signal = (answered: boolean): Frame => ({
    microseconds: 0,
    bytes: ether(ipv4(udp(sip({ answer: answered, port: answered ? 5_000 : 4_000, media: `RTP/AVP ${type}`, lines }), 5_060, 5_060))),
  });
  const frames = packets.map((payload, index) => {
    const late = index >= before;
    const packet = rtp({ sequence: index, timestamp: index * ticks + (late ? hole : 0), payload, type });
    return {
      microseconds: 1_000_000 + index * everyMs * 1_000 + (late ? Math.round((hole / ticks) * everyMs * 1_000) : 0),
      bytes: ether(ipv4(udp(packet))),
    };
  });
  return pcapFile([signal(false), signal(true), ...frames]);
}

const cutInto = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));

async function heard(bytes: Uint8Array): Promise<{ codes: string[]; samples: number[]; decoded: string[]; rateHz: number }> {
  const found = await answer(bytes, 'x.pcap');
  const { channels, codes, rateHz } = await played(bytes, found);
  return { codes: codesOf(found), samples: channels[0] ?? [], decoded: codes, rateHz };
}

describe('a coding has the samples of an independent judge, with the pause at its place', () => {
  test('GSM', async () => {
    const gsm = encode(8_000, '-c:a', 'libgsm', '-f', 'gsm');
    const plain = numbersOf(execFileSync('sox', ['-t', 'gsm', '-', '-t', 's16', '-'], { input: gsm }));
    const result = await heard(call(cutInto(gsm, 33), { type: 3, ticks: 160, everyMs: 20, before: 30, hole: 800 }));
    expect(result).toEqual({
      codes: ['F277', 'F264'],
      decoded: [],
      rateHz: 8_000,
      samples: [...plain.slice(0, 4_800), ...zeros(800), ...plain.slice(4_800)],
    });
  });

  test('G.722, whose clock is 8000', async () => {
    const g722 = encode(16_000, '-c:a', 'g722', '-f', 'g722');
    const plain = decode(g722, '-f', 'g722');
    const result = await heard(call(cutInto(g722, 160), { type: 9, ticks: 160, everyMs: 20, before: 20, hole: 1_600 }));
    expect(result).toEqual({
      codes: ['F277', 'F264'],
      decoded: [],
      rateHz: 16_000,
      samples: [...plain.slice(0, 6_400), ...zeros(3_200), ...plain.slice(6_400)],
    });
  });

  test('G.723.1, two frames per packet, with silence descriptors as silence', async () => {
    const g723 = encode(8_000, '-c:a', 'g723_1', '-f', 'g723_1');
    const plain = decode(g723, '-f', 'g723_1');
    const packets = cutInto(g723, 48);
    const silence = Uint8Array.of(2, 0x55, 0x55, 0x55);
    const withSilence = [...packets.slice(0, 10), silence, ...packets.slice(10)];
    const result = await heard(call(withSilence, { type: 4, ticks: 480, everyMs: 60 }));
    const speechOnly = plain.slice(0, packets.length * 480);
    expect(result).toEqual({
      codes: ['F277', 'F264'],
      decoded: [],
      rateHz: 8_000,
      samples: [...speechOnly.slice(0, 4_800), ...zeros(480), ...speechOnly.slice(4_800)],
    });
  });

  test('L16 at 16 kHz', async () => {
    const linear = pack(voice(8_000), 's16be');
    const result = await heard(call(cutInto(linear, 640), { type: 96, map: 'L16/16000', ticks: 320, everyMs: 20, before: 3, hole: 320 }));
    const plain = [...voice(8_000)];
    expect(result).toEqual({
      codes: ['F277', 'F264'],
      decoded: [],
      rateHz: 16_000,
      samples: [...plain.slice(0, 960), ...zeros(320), ...plain.slice(960)],
    });
  });

  test.each([
    [20, 38, 160],
    [30, 50, 240],
  ])('iLBC of %i ms', async (ms, bytes, frame) => {
    const coded = randomBytes(bytes * 30, ms).map((byte, index) => (index % bytes === bytes - 1 ? byte & 0xfe : byte)); // the last bit is 0 (RFC 3951, 3.8)
    const plain = decode(join(text(`#!iLBC${ms}\n`), coded), '-f', 'ilbc');
    const fmtp = ms === 20 ? { fmtp: 'mode=20' } : {};
    const result = await heard(
      call(cutInto(coded, bytes), { type: 102, map: 'iLBC/8000', ...fmtp, ticks: frame, everyMs: ms, before: 7, hole: frame }),
    );
    const right = [...plain.slice(0, 7 * frame), ...zeros(frame), ...plain.slice(7 * frame)];
    expect(result).toEqual({ codes: ['F277', 'F264'], decoded: [], rateHz: 8_000, samples: right });
  });

  test('G.726 at 32 kbit/s, the first code in the low bits', async () => {
    const coded = encode(8_000, '-c:a', 'g726le', '-b:a', '32k', '-f', 'g726le');
    const plain = decode(coded, '-f', 'g726le', '-code_size', '4', '-ar', '8000');
    const packets = cutInto(coded, 80);
    const result = await heard(call(packets, { type: 103, map: 'G726-32/8000', ticks: 160, everyMs: 20 }));
    expect({ ...result, samples: result.samples.length }).toEqual({ codes: ['F277'], decoded: [], rateHz: 8_000, samples: packets.length * 160 });
    // FFmpeg's decoder of G.726 differs slightly from that of the ITU-T: this tests the order of bits, not the last bit.
    const error = result.samples.reduce((sum, sample, index) => sum + (sample - (plain[index] ?? 0)) ** 2, 0);
    const power = plain.reduce((sum, sample) => sum + sample ** 2, 0);
    expect(error / power).toBeLessThan(0.01);
  });

  test('G.729 omits its silence descriptors and keeps their time', async () => {
    const frames = cutInto(randomBytes(400, 3), 10);
    const packets = [
      ...frames.slice(0, 20).map((frame) => join(frame, frame)),
      join(frames[20] ?? frames[0] ?? new Uint8Array(10), Uint8Array.of(1, 2)),
      Uint8Array.of(3, 4),
      ...frames.slice(21),
    ];
    const found = await answer(call(packets, { type: 18, ticks: 160, everyMs: 20 }), 'x.pcap');
    const table = found.tracks[0]?.packets;
    expect([...(table?.sizes ?? [])]).toEqual([...new Array<number>(20).fill(20), ...new Array<number>(20).fill(10)]);
    expect([...(table?.positions ?? [])]).toEqual([
      ...Array.from({ length: 21 }, (_, index) => index * 160),
      ...Array.from({ length: 19 }, (_, index) => (index + 22) * 160),
    ]);
  });

  test.each([
    ['20 ms', '20', 960],
    ['60 ms', '60', 2_880],
    ['10 ms', '10', 480],
  ])('Opus in frames of %s', async (_, ms, ticks) => {
    const ogg = encode(16_000, '-c:a', 'libopus', '-frame_duration', ms, '-b:a', '24k', '-f', 'ogg');
    const packets: Uint8Array[] = [];
    for (let at = 0; at < ogg.length; ) {
      const page = readOggPage(ogg, at);
      if (page === null) throw new Error('no page');
      const lacing = page.lacing;
      let from = 0;
      let size = 0;
      for (const segment of lacing) {
        size += segment;
        if (segment === 255) continue;
        packets.push(page.body.subarray(from, from + size));
        from += size;
        size = 0;
      }
      at += oggPageBytes(page);
    }
    const sound = packets.slice(2);
    for (const packet of sound) expect(opusPacketSamples(packet)).toBe(ticks);
    // The same packets for opusdec, in pages of an independent writer, without pre-skip.
    const head = join(text('OpusHead'), Uint8Array.of(1, 1), u16(0), u32(16_000), u16(0), Uint8Array.of(0));
    const pages = [head, join(text('OpusTags'), u32(0), u32(0)), ...sound].map((packet, index, all) =>
      oggPage({
        packets: [packet],
        granule: Math.max(0, index - 1) * ticks,
        serial: 7,
        sequence: index,
        flags: index === 0 ? 2 : index === all.length - 1 ? 4 : 0,
      }),
    );
    const folder = mkdtempSync(path(tmpdir(), 'longplay-opus-'));
    try {
      writeFileSync(path(folder, 'in.opus'), join(...pages));
      execFileSync('opusdec', ['--quiet', '--no-dither', '--rate', '48000', path(folder, 'in.opus'), path(folder, 'out.raw')]);
      const plain = numbersOf(readFileSync(path(folder, 'out.raw')));
      const before = 6;
      const result = await heard(call(sound, { type: 111, map: 'opus/48000/2', ticks, everyMs: Number(ms), before, hole: 9_600 }));
      expect({ ...result, samples: result.samples.length }).toEqual({
        codes: ['F277', 'F264'],
        decoded: [],
        rateHz: 48_000,
        samples: sound.length * ticks + 9_600,
      });
      const right = [...plain.slice(0, before * ticks), ...zeros(9_600), ...plain.slice(before * ticks)];
      const worst = result.samples.reduce((most, sample, index) => Math.max(most, Math.abs(sample - (right[index] ?? 0))), 0);
      expect(worst).toBeLessThanOrEqual(2);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('AMR', () => {
  const bits = { nb: [95, 103, 118, 134, 148, 159, 204, 244], wb: [132, 177, 253, 285, 317, 365, 397, 461, 477] } as const;
  const track = (aligned: boolean): Track => ({
    codec: 'amr',
    codecName: 'AMR',
    sampleRateHz: 8_000,
    channels: 1,
    bitsPerSample: null,
    blockBytes: null,
    frames: null,
    setup: Uint8Array.of(aligned ? 1 : 0),
    spans: [],
  });
  /** Frames as strings of bits, and the two layouts of RFC 4867 made from them. */
  const bitsOf = (bytes: Uint8Array, count: number): string =>
    [...bytes]
      .map((byte) => byte.toString(2).padStart(8, '0'))
      .join('')
      .slice(0, count);
  const bytesOf = (all: string): Uint8Array =>
    Uint8Array.from({ length: Math.ceil(all.length / 8) }, (_, index) => Number.parseInt(all.slice(index * 8, index * 8 + 8).padEnd(8, '0'), 2));
  const padded = (all: string): string => all.padEnd(Math.ceil(all.length / 8) * 8, '0');
  const entry = (type: number, isLast: boolean): string => `${isLast ? 0 : 1}${type.toString(2).padStart(4, '0')}1`;

  test.each([
    ['nb', amrNbRtp, 160],
    ['wb', amrWbRtp, 320],
  ] as const)('%s packets of both layouts become frames of the file format', (kind, codec, frame) => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bits[kind].length - 1), fc.integer({ min: 1, max: 1_000 })), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (plan, aligned) => {
          const frames = plan.map(([type, seed]) => bitsOf(randomBytes(64, seed), bits[kind][type] ?? 0));
          const entries = plan.map(([type], index) => entry(type, index === plan.length - 1));
          const packet = aligned
            ? bytesOf(['11110000', ...entries.map((word) => `${word}00`), ...frames.map(padded)].join(''))
            : bytesOf(['1111', ...entries, ...frames].join(''));
          const expected = bytesOf(plan.map(([type], index) => `0${type.toString(2).padStart(4, '0')}100${padded(frames[index] ?? '')}`).join(''));
          expect(codec.packets?.frames(packet, track(aligned))).toBe(plan.length * frame);
          expect(codec.packets?.stream?.(track(aligned)).packet(packet)).toEqual(expected);
          expect(codec.packets?.frames(packet.subarray(0, packet.length - 1), track(aligned))).toBe(0);
        },
      ),
    );
  });

  test.each([
    ['nb', false, 160],
    ['nb', true, 160],
    ['wb', false, 320],
    ['wb', true, 320],
  ] as const)('%s (octet-aligned: %s) has the samples of FFmpeg for the same frames in a file', async (kind, aligned, frame) => {
    const frames = Array.from({ length: 30 }, (_, index) => {
      const type = index % bits[kind].length;
      return { type, speech: bitsOf(randomBytes(64, index + 1), bits[kind][type] ?? 0) };
    });
    const packets = frames.map(({ type, speech }) =>
      bytesOf(aligned ? `11110000${entry(type, true)}00${padded(speech)}` : `1111${entry(type, true)}${speech}`),
    );
    const stored = frames.map(({ type, speech }) => bytesOf(`0${type.toString(2).padStart(4, '0')}100${padded(speech)}`));
    const plain = decode(join(text(kind === 'nb' ? '#!AMR\n' : '#!AMR-WB\n'), ...stored), '-f', 'amr');
    expect(plain.length).toBe(30 * frame);
    const map = kind === 'nb' ? 'AMR/8000' : 'AMR-WB/16000';
    const bytes = call(packets, {
      type: 97,
      map,
      ...(aligned ? { fmtp: 'octet-align=1' } : {}),
      ticks: frame,
      everyMs: 20,
      before: 11,
      hole: 5 * frame,
    });
    const right = [...plain.slice(0, 11 * frame), ...zeros(5 * frame), ...plain.slice(11 * frame)];
    expect(await heard(bytes)).toEqual({ codes: ['F277', 'F264'], decoded: [], rateHz: frame * 50, samples: right });
  });

  test('is recognised without signalling, and its silence is silent', async () => {
    const speechFrame = (seed: number): Uint8Array => bytesOf(`1111${entry(7, true)}${bitsOf(randomBytes(64, seed), 244)}`);
    const silence = bytesOf(`1111${entry(8, true)}${'0'.repeat(39)}`);
    const packets = Array.from({ length: 20 }, (_, index) => (index === 9 ? silence : speechFrame(index + 1)));
    const bytes = call(packets, { type: 97, ticks: 160, everyMs: 20 });
    const found = await answer(bytes, 'x.pcap');
    expect(found.tracks.map(({ codec, codecName }) => [codec, codecName])).toEqual([['amr-nb-rtp', 'AMR, bandwidth-efficient in RTP']]);
    expect(codesOf(found)).toEqual(['F277', 'F268', 'F264']);
    expect([...(found.tracks[0]?.packets?.positions ?? [])]).toEqual(packets.flatMap((_, index) => (index === 9 ? [] : [index * 160])));
    const { channels, codes } = await played(bytes, found);
    expect(codes).toEqual([]);
    expect(channels[0]?.length).toBe(20 * 160);
    expect(channels[0]?.slice(9 * 160, 10 * 160).every((sample) => sample === 0)).toBe(true);
  });
});

test('no input makes the readers of packets throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (packet, aligned) => {
      const track = { setup: Uint8Array.of(aligned ? 1 : 0), channels: 1 } as Track; // all that they read of it
      for (const codec of [opusPackets, amrNbRtp, amrWbRtp]) {
        const frames = codec.packets?.frames(packet, track) ?? 0;
        expect(Number.isInteger(frames) && frames >= 0).toBe(true);
        if (frames > 0) expect(codec.packets?.stream?.(track).packet(packet).length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 2_000 },
  );
});
