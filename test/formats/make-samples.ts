import { knownCodec } from '../../formats/list/known-codec.ts';
import type { Identification } from '../../src/core/model/format.ts';
import { captureSamples } from './capture-samples.ts';
import { amrFrames } from './compressed-builder.ts';
import { demuxedSamples } from './demuxed-samples.ts';
import { dssSamples } from './dictation/dss-samples.ts';
import { g729Speech, g729Stream } from './frames/g729-stream.ts';
import { boxSamples } from './make-box-samples.ts';
import { compressedSamples } from './make-compressed-samples.ts';
import { oggOpusStream } from './ogg/builder.ts';
import { packetFileSamples } from './packet-file-samples.ts';
import { iffSamples } from './simple/iff-builder.ts';
import { chunk, chunk64, fmt, join, numbers, pack, randomBytes, riff, riff64, seeded, text, u16, u32, voice } from './wave/builder.ts';

/** A small file of our own and its only right answer. */
export interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Id of the only format that claims it. */
  readonly format: string;
  /** Null if there is no track. */
  readonly codec: string | null;
  readonly state: Identification['state'];
  /** Codes of all findings, in order. */
  readonly findings: readonly string[];
  /** Bytes of sound; absent if there is none. */
  readonly soundBytes?: number;
}

const speech = voice(2000);
const s16 = pack(speech, 's16le');
const mulawBytes = pack(speech, 'mulaw');
const short = s16.subarray(0, 1000);
const shortMulaw = mulawBytes.subarray(0, 500);
const pcm = fmt({ tag: 1 });
const data = chunk('data', s16);
const shortData = chunk('data', short);
const xml = chunk('vrnt', text('<call id="1"/>'.repeat(12)));
const info = (words: string, pad = true): Uint8Array => chunk('LIST', join(text('INFO'), chunk('ICMT', text(words))), { pad });

/** Blocks of ADPCM: valid headers, pseudo-random codes. */
function adpcmBlocks(kind: 'ima' | 'ms', channels: number, blocks: number, blockBytes: number): Uint8Array {
  const next = seeded(17);
  const parts: Uint8Array[] = [];
  for (let block = 0; block < blocks; block++) {
    const body = randomBytes(blockBytes, 100 + block);
    for (let channel = 0; channel < channels; channel++) {
      const first = Math.floor(next() * 2000);
      if (kind === 'ima') body.set(join(u16(first), Uint8Array.of(Math.floor(next() * 40), 0)), channel * 4);
      else {
        // Only small codes: an encoder never makes a file whose step grows without end.
        for (let at = channels * 7; at < blockBytes; at++)
          body[at] = ((calmCodes[(body[at] ?? 0) >> 5] ?? 0) << 4) | (calmCodes[(body[at] ?? 0) & 7] ?? 0);
        body[channel] = Math.floor(next() * 7);
        body.set(u16(16 + Math.floor(next() * 60)), channels + channel * 2);
        body.set(u16(first), channels * 3 + channel * 2);
        body.set(u16(first + 3), channels * 5 + channel * 2);
      }
    }
    parts.push(body);
  }
  return join(...parts);
}
const calmCodes = [0, 1, 2, 3, 15, 14, 13, 0];
const msExtra = join(u16(500, 7), u16(256, 0, 512, 65280, 0, 0, 192, 64, 240, 0, 460, 65328, 392, 65304));

/** Frames of G.729 with right parity bits that no encoder made; an all-zero last byte keeps gains low. */
function g729Frames(frames: number): Uint8Array {
  const bytes = randomBytes(frames * 10, 29);
  for (let at = 0; at < bytes.length; at += 10) {
    let bits = (bytes[at + 2] ?? 0) & 0x3f;
    bits ^= bits >> 4;
    bits ^= bits >> 2;
    bits ^= bits >> 1;
    bytes[at + 3] = ((bytes[at + 3] ?? 0) & ~0x20) | ((1 ^ (bits & 1)) << 5);
  }
  return bytes;
}

/** Frames of G.723.1: the low two bits of the first byte state the kind: 0 of 24 bytes, 1 of 20, 2 of 4. */
function g7231Frames(): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [kind, size] of [
    [0, 24],
    [0, 24],
    [1, 20],
    [2, 4],
    [0, 24],
    [1, 20],
  ] as const) {
    const frame = randomBytes(size, 31 + parts.length);
    frame[0] = ((frame[0] ?? 0) & 0xfc) | kind;
    if (kind < 2) frame.set([(frame[4] ?? 0) & 0xfe, (frame[5] ?? 0) & 0xfd], 4); // no forbidden pitch delay
    parts.push(frame);
  }
  return join(...parts);
}

/** Frames of G.723.1 of 24 bytes, with silence frames of 4 and 1 bytes after each tenth, without forbidden codes. */
function g7231Stream(frames: number): Uint8Array {
  return join(
    ...Array.from({ length: frames }, (_, i) => {
      const frame = randomBytes(24, 400 + i);
      frame[0] = (frame[0] ?? 0) & 0xfc;
      frame[4] = (frame[4] ?? 0) & 0xfe;
      frame[5] = (frame[5] ?? 0) & 0xfd;
      return i % 10 === 9 ? join(frame, Uint8Array.of(0xa2, 0x31, 0x42, 0x17, 0x03, 0x03)) : frame;
    }),
  );
}

/** The same with lengths, as Asterisk writes them. */
function withLengths(stream: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < stream.length; ) {
    const size = [24, 20, 4, 1][(stream[at] ?? 0) & 3] ?? 1;
    parts.push(Uint8Array.of(0, size), stream.subarray(at, at + size));
    at += size;
  }
  return join(...parts);
}

/** Frames of AMR of mode 7 with pauses between them; `descriptor`: the type of a silence descriptor. */
function amrTurns(kind: 'nb' | 'wb', descriptor: number): Uint8Array {
  const speech = (frames: number): number[] => Array.from({ length: frames }, () => 7);
  return amrFrames(kind, [...speech(12), descriptor, 15, 15, ...speech(14), descriptor, 15]);
}

/** Silent frames of MPEG 2 layer III, 16 kHz mono, 8 kbit/s: 36 bytes, 576 samples. */
function mp3Frames(frames: number): Uint8Array {
  const frame = new Uint8Array(36);
  frame.set([0xff, 0xf3, 0x18, 0xc4]);
  return join(...Array.from({ length: frames }, () => frame));
}

function gsmFrames(frames: number): Uint8Array {
  const bytes = randomBytes(frames * 33, 7);
  for (let at = 0; at < bytes.length; at += 33) bytes[at] = 0xd0 | ((bytes[at] ?? 0) & 0x0f);
  return bytes;
}

/** Bytes drawn from codes of some bits, first code in the low bits; `weights` of the codes from 0 on. */
function codeBytes(bits: number, weights: readonly number[], bytes: number, seed: number): Uint8Array {
  const next = seeded(seed);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const out = new Uint8Array(bytes);
  for (let bit = 0; bit + bits <= 8 * bytes; bit += bits) {
    let left = next() * total;
    let code = 0;
    while (code < weights.length - 1 && left >= (weights[code] ?? 0)) left -= weights[code++] ?? 0;
    for (let i = 0; i < bits; i++) out[(bit + i) >> 3] = (out[(bit + i) >> 3] ?? 0) | (((code >> i) & 1) << ((bit + i) & 7));
  }
  return out;
}

/** Distribution of the codes of G.722 (lower band 0 to 3 never sent) and of G.726 at 24 kbit/s (0 never sent), as in prompts. */
const g722Weights = Array.from({ length: 256 }, (_, byte) => ((byte & 0x3f) < 4 ? 0 : 1 + ((byte * 7) % 5)));
const g726Weights = [0, 18, 8, 4, 4, 9, 20, 37];

/** An NMS voice file: header, indices, segments; `freed` of them are erased, `cut` bytes are missing at the end. */
function nmsFile(
  vtype: number,
  frameBytes: number,
  segments: readonly (readonly [message: number, bytes: Uint8Array])[],
  freed = 0,
  cut = 0,
): Uint8Array {
  const indices = 8;
  let at = 32 + 10 * indices;
  const table: Uint8Array[] = [];
  let frames = 0;
  for (const [message, bytes] of segments) {
    table.push(join(u16(message), u32(at, bytes.length / frameBytes)));
    at += bytes.length;
    frames += bytes.length / frameBytes;
  }
  const head = join(u16(vtype, indices, segments.length, segments.length - freed, indices - segments.length, 1), u32(at, frames), new Uint8Array(12));
  const unused = new Uint8Array(10 * (indices - segments.length));
  const whole = join(head, ...table, unused, ...segments.map(([, bytes]) => bytes));
  return whole.subarray(0, whole.length - cut);
}

/** Blocks of NMS ADPCM at 24 kbit/s with levels that change little from one to the next. */
function nmsBlocks(blocks: number): Uint8Array {
  const bytes = randomBytes(blocks * 62, 62).map((byte) => byte & 0x77);
  for (let block = 0; block < blocks; block++) bytes.set(u16(900 + 20 * (block % 9)), block * 62 + 60);
  return bytes;
}

/** Two alternating voices. */
function twoSides(): Uint8Array {
  const [left, right] = [pack(voice(6000), 'mulaw'), pack(voice(6000, 9, 210), 'mulaw')];
  return Uint8Array.from({ length: 12_000 }, (_, i) => ((i & 1) === 0 ? left : right)[i >> 1] ?? 0);
}

function reversedBits(byte: number): number {
  let bits = 0;
  for (let i = 0; i < 8; i++) bits |= ((byte >> i) & 1) << (7 - i);
  return bits;
}

/** OKI ADPCM of 16-bit samples by the note's encoder (Dialogic, ADPCM Algorithm, 1988): the code with the nearest step. `firstShift`: 4 = high half first. */
function okiBytes(samples: Int16Array, firstShift: 4 | 0): Uint8Array {
  const bytes = new Uint8Array(samples.length >> 1);
  let [last, step] = [0, 0];
  samples.forEach((sample, i) => {
    const size = Math.floor(16 * 1.1 ** step);
    const wanted = (sample >> 4) - last;
    const code = Math.min(7, Math.floor((Math.abs(wanted) * 4) / size)) | (wanted < 0 ? 8 : 0);
    const difference = ((2 * (code & 7) + 1) * size) >> 3;
    last = Math.min(2047, Math.max(-2048, last + (code & 8 ? -difference : difference)));
    step = Math.min(48, Math.max(0, step + ([-1, -1, -1, -1, 2, 4, 6, 8][code & 7] ?? 0)));
    bytes[i >> 1] = (bytes[i >> 1] ?? 0) | (code << ((i & 1) === 0 ? firstShift : 4 - firstShift));
  });
  return bytes;
}

const auHeader = (size: number, encoding: number, rate = 8000, channels = 1): Uint8Array =>
  join(text('.snd'), numbers(4, [24, size, encoding, rate, channels], true));
const ds64 = (dataSize: number): Uint8Array => chunk('ds64', join(numbers(8, [dataSize + 100, dataSize, dataSize / 2]), u32(0)));
const extensible = (valid: number, tag: number): Uint8Array =>
  join(u16(valid), u32(4, tag), Uint8Array.of(0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71));
const id3 = join(text('ID3'), Uint8Array.of(4, 0, 0, 0, 0, 0, 20), new Uint8Array(20));

const wave = (name: string, bytes: Uint8Array, rest: Partial<Sample> = {}): Sample => ({
  name: `${name}.wav`,
  bytes,
  format: 'riff-wave',
  codec: 'pcm-s16le',
  state: 'ok',
  findings: [],
  soundBytes: 4000,
  ...rest,
});
const coded = (name: string, codec: string, format: Uint8Array, body: Uint8Array, rest: Partial<Sample> = {}): Sample =>
  wave(name, riff([format, chunk('data', body)]), { codec, soundBytes: body.length, ...rest });
const raw = (
  name: string,
  format: string,
  codec: string,
  bytes: Uint8Array,
  findings: readonly string[] = [],
  state: Sample['state'] = 'ok',
): Sample => ({
  name,
  bytes,
  format,
  codec,
  state,
  findings,
  soundBytes: bytes.length,
});

/** A codec in the table of tags, and `unknown` while it is not in the list of codecs. */
const whenBuilt = (id: string): [codec: string] => [knownCodec(id)];

/** All samples, the same bytes in every run. */
export function formatSamples(): readonly Sample[] {
  return [
    ...packetFileSamples(),
    wave('wave-ok', riff([pcm, data])),
    wave('wave-riff-size-0-data-size-0', riff([pcm, chunk('data', s16, { size: 0 })], { size: 0 }), { findings: ['F101'], state: 'damaged' }),
    wave('wave-data-size-ffffffff', riff([pcm, chunk('data', s16, { size: 0xffffffff })], { size: 0xffffffff }), { findings: ['F101'] }),
    wave('wave-data-size-7fffffff', riff([pcm, chunk('data', s16, { size: 0x7fffffff })], { size: 0x7fffffff }), { findings: ['F101'] }),
    wave('wave-data-size-0-with-metadata-behind', riff([pcm, chunk('data', s16, { size: 0 }), xml]), {
      findings: ['F101', 'F105'],
      state: 'damaged',
    }),
    wave('wave-data-size-ffffffff-with-metadata-behind', riff([pcm, chunk('data', s16, { size: 0xffffffff }), info('hold'), xml]), {
      findings: ['F101', 'F105'],
    }),
    wave('wave-data-size-too-small', riff([pcm, chunk('data', s16, { size: 1000 })]), { findings: ['F102'], state: 'damaged' }),
    wave('wave-data-size-too-small-with-metadata-behind', riff([pcm, chunk('data', s16, { size: 1000 }), xml]), {
      findings: ['F102', 'F105'],
      state: 'damaged',
    }),
    wave('wave-data-size-too-large-with-metadata-behind', riff([pcm, chunk('data', s16, { size: 9000 }), xml]), {
      findings: ['F102', 'F105'],
      state: 'damaged',
    }),
    wave('wave-truncated', riff([pcm, data]).subarray(0, 2044), { findings: ['F103'], state: 'truncated', soundBytes: 2000 }),
    wave('wave-odd-list-without-pad', riff([pcm, info('abc', false), chunk('vrnt', text('xxxxx'), { pad: false }), data]), { findings: ['F107'] }),
    wave('wave-odd-list-with-pad', riff([pcm, info('abc'), chunk('vrnt', text('xxxxx')), data])),
    wave('wave-chunk-size-astray', riff([pcm, chunk('vrnt', text('abcdefgh'), { size: 0x7000 }), data]), { findings: ['F116'] }),
    wave('wave-fmt-behind-data', riff([data, pcm]), { findings: ['F117'] }),
    wave('wave-two-data-chunks', riff([pcm, data, data]), { findings: ['F108'], soundBytes: 8000 }),
    wave('wave-list-of-sound-and-silence', riff([pcm, chunk('LIST', join(text('wavl'), data, chunk('slnt', u32(800)), data))]), {
      findings: ['F300'],
      soundBytes: 8000,
    }),
    wave(
      'wave-list-of-ima-adpcm',
      riff([
        fmt({ tag: 0x11, bits: 4, block: 256, extra: u16(505) }),
        chunk(
          'LIST',
          join(
            text('wavl'),
            ...[chunk('slnt', u32(400)), chunk('data', adpcmBlocks('ima', 1, 2, 256)), chunk('slnt', u32(1200))],
            chunk('data', adpcmBlocks('ima', 1, 1, 256)),
          ),
        ),
      ]),
      { codec: 'ima-adpcm', findings: ['F300'], soundBytes: 768 },
    ),
    wave('wave-list-of-too-much-silence', riff([pcm, chunk('LIST', join(text('wavl'), shortData, chunk('slnt', u32(0xffffffff)), shortData))]), {
      findings: ['F223'],
      soundBytes: 2000,
    }),
    wave('wave-list-cut', riff([pcm, chunk('LIST', join(text('wavl'), shortData, chunk('slnt', u32(800)), shortData))]).subarray(0, 1584), {
      findings: ['F103', 'F300'],
      state: 'truncated',
      soundBytes: 1508,
    }),
    wave('wave-list-without-sound', riff([pcm, chunk('LIST', join(text('wavl'), chunk('slnt', u32(800))))]), {
      codec: null,
      findings: ['F110'],
      state: 'header-only',
      soundBytes: 0,
    }),
    wave('wave-amr-nb-pauses', riff([fmt({ tag: 0x57, bits: 0, block: 1 }), chunk('data', amrTurns('nb', 8))]), {
      codec: 'amr-nb',
      findings: ['F300'],
      soundBytes: 26 * 32,
    }),
    wave(
      'wave-amr-wb-pauses-with-magic',
      riff([fmt({ tag: 0x58, rate: 16_000, bits: 0, block: 1 }), chunk('data', join(text('#!AMR-WB\n'), amrTurns('wb', 9)))]),
      {
        codec: 'amr-wb',
        findings: ['F300'],
        soundBytes: 26 * 59,
      },
    ),
    wave('wave-metadata-behind', riff([pcm, data, info('note'), xml])),
    wave('wave-metadata-behind-cut', riff([pcm, data, info('a longer note')]).subarray(0, 4066), { findings: ['F104'] }),
    wave('wave-junk-before', join(new Uint8Array(512).fill(0x5a), riff([pcm, data])), { findings: ['F100'] }),
    wave('wave-junk-behind', join(riff([pcm, data]), randomBytes(300, 3)), { findings: ['F111'] }),
    wave('wave-sound-behind-consistent-header', join(riff([pcm, chunk('data', s16.subarray(0, 1200))]), s16.subarray(1200)), {
      findings: ['F102'],
      state: 'damaged',
    }),
    wave('wave-riff-size-wrong', riff([pcm, data], { size: 36 }), { findings: ['F106'] }),
    wave('wave-header-only', riff([pcm, chunk('data', new Uint8Array(0))]), { codec: null, findings: ['F110'], state: 'header-only', soundBytes: 0 }),
    wave('wave-no-data-chunk', riff([pcm, info('none')]), { codec: null, findings: ['F110'], state: 'header-only', soundBytes: 0 }),
    wave('wave-no-fmt-chunk', riff([data]), { codec: 'unknown', findings: ['F115'], state: 'damaged' }),
    wave('wave-rf64', riff([ds64(4000), pcm, chunk('data', s16, { size: 0xffffffff })], { id: 'RF64', size: 0xffffffff })),
    wave('wave-rf64-ds64-zero', riff([ds64(0), pcm, chunk('data', s16, { size: 0xffffffff })], { id: 'RF64', size: 0xffffffff }), {
      findings: ['F112', 'F101'],
    }),
    wave('wave-rf64-no-ds64', riff([pcm, chunk('data', s16, { size: 0xffffffff })], { id: 'RF64', size: 0xffffffff }), {
      findings: ['F112', 'F101'],
    }),
    wave(
      'wave-rifx',
      riff([fmt({ tag: 1, bigEndian: true }), chunk('data', pack(speech, 's16be'), { bigEndian: true })], { id: 'RIFX', bigEndian: true }),
      { codec: 'pcm-s16be' },
    ),
    wave(
      'wave-rifx-mulaw',
      riff([fmt({ tag: 7, bits: 8, bigEndian: true }), chunk('data', shortMulaw, { bigEndian: true })], { id: 'RIFX', bigEndian: true }),
      { codec: 'mulaw', soundBytes: 500 },
    ),
    wave('wave-bw64', riff([ds64(1000), pcm, chunk('data', short, { size: 0xffffffff })], { id: 'BW64', size: 0xffffffff }), { soundBytes: 1000 }),
    wave('wave-fmt-behind-data-of-size-0', riff([chunk('data', short, { size: 0 }), pcm]), {
      findings: ['F117', 'F101', 'F105'],
      state: 'damaged',
      soundBytes: 1000,
    }),
    wave('wave-two-riffs', join(riff([pcm, shortData]), riff([pcm, shortData, xml])), { findings: ['F203'], soundBytes: 2000 }),
    wave('wave-two-riffs-with-a-gap', join(riff([pcm, shortData]), new Uint8Array(468), riff([pcm, shortData])), {
      findings: ['F111', 'F203'],
      soundBytes: 2000,
    }),
    wave(
      'wave-two-riffs-first-without-length',
      join(riff([pcm, chunk('data', short, { size: 0xffffffff })], { size: 0xffffffff }), riff([pcm, shortData])),
      {
        findings: ['F101', 'F203'],
        soundBytes: 2000,
      },
    ),
    wave('wave-two-riffs-coded-otherwise', join(riff([pcm, shortData]), riff([fmt({ tag: 7, bits: 8 }), chunk('data', shortMulaw)])), {
      findings: ['F204'],
      soundBytes: 1000,
    }),
    wave('wave-riffs-in-a-riff', riff([join(riff([pcm, shortData]), riff([pcm, shortData]))], { id: 'RIFF', form: 'FTR ' }), {
      findings: ['F100', 'F203'],
      soundBytes: 2000,
    }),
    wave('wave-two-data-chunks-first-cut', riff([pcm, chunk('data', short.subarray(0, 999)), shortData]), {
      findings: ['F108', 'F118'],
      soundBytes: 1998,
    }),
    { ...wave('wave64', riff64([chunk64('fmt ', pcm.subarray(8)), chunk64('data', short)])), name: 'wave64.w64', format: 'wave64', soundBytes: 1000 },
    {
      ...wave(
        'wave64',
        riff64([chunk64('fmt ', pcm.subarray(8)), chunk64('junk', randomBytes(13, 1)), chunk64('data', short, 0), chunk64('list', xml)]),
      ),
      name: 'wave64-data-size-0-with-metadata-behind.w64',
      format: 'wave64',
      findings: ['F101', 'F105'],
      state: 'damaged',
      soundBytes: 1000,
    },
    {
      ...wave('wave64', riff64([chunk64('fmt ', fmt({ tag: 7, bits: 8 }).subarray(8)), chunk64('data', shortMulaw)]).subarray(0, 500)),
      name: 'wave64-truncated.w64',
      format: 'wave64',
      codec: 'mulaw',
      findings: ['F103'],
      state: 'truncated',
      soundBytes: 500 - 104,
    },
    wave('wave-bext', riff([chunk('bext', new Uint8Array(602)), pcm, data])),
    wave('wave-pcm-block-size-wrong', riff([fmt({ tag: 1, block: 1, bytesPerSecond: 16000 }), data]), { findings: ['F113'] }),
    wave('wave-rate-0-channels-0', riff([fmt({ tag: 1, rate: 0, channels: 0, block: 2 }), data]), { findings: ['F123'] }),
    wave('wave-odd-byte-at-end', riff([pcm, chunk('data', s16.subarray(0, 3999))]), { findings: ['F118'], soundBytes: 3999 }),
    coded('wave-extensible-pcm', 'pcm-s16le', fmt({ tag: 0xfffe, extra: extensible(16, 1) }), s16),
    coded('wave-extensible-mulaw', 'mulaw', fmt({ tag: 0xfffe, bits: 8, extra: extensible(8, 7) }), mulawBytes),
    coded('wave-extensible-foreign-guid', 'unknown', fmt({ tag: 0xfffe, extra: join(u16(16), u32(4), randomBytes(16, 5)) }), s16),
    coded('wave-pcm-u8', 'pcm-u8', fmt({ tag: 1, bits: 8 }), pack(speech, 'u8')),
    coded('wave-pcm-u8-but-mulaw', 'mulaw', fmt({ tag: 1, bits: 8 }), mulawBytes, { findings: ['F119'] }),
    coded('wave-pcm-u8-but-with-signs', 'pcm-s8', fmt({ tag: 1, bits: 8 }), pack(speech, 's8'), { findings: ['F202'] }),
    coded('wave-mulaw-but-alaw', 'alaw', fmt({ tag: 7, bits: 8 }), pack(speech, 'alaw'), { findings: ['F202'] }),
    coded('wave-pcm-s16le-stereo', 'pcm-s16le', fmt({ tag: 1, channels: 2 }), s16),
    coded('wave-pcm-s24le', 'pcm-s24le', fmt({ tag: 1, bits: 24 }), pack(speech, 's24le')),
    coded('wave-pcm-s32le', 'pcm-s32le', fmt({ tag: 1, bits: 32 }), pack(speech, 's32le')),
    coded(
      'wave-pcm-24-in-the-low-part-of-32',
      'pcm-s24le-low32',
      fmt({ tag: 0xfffe, bits: 32, extra: extensible(24, 1) }),
      join(...Array.from({ length: 500 }, (_, i) => join(pack(speech.subarray(i, i + 1), 's24le'), new Uint8Array(1)))),
      { findings: ['F120'] },
    ),
    coded('wave-pcm-f32le', 'pcm-f32le', fmt({ tag: 3, bits: 32 }), pack(speech, 'f32le')),
    coded('wave-pcm-f64le', 'pcm-f64le', fmt({ tag: 3, bits: 64 }), pack(speech, 'f64le')),
    coded('wave-alaw', 'alaw', fmt({ tag: 6, bits: 8 }), pack(speech, 'alaw')),
    coded('wave-mulaw-fmt-of-14-bytes', 'mulaw', chunk('fmt ', join(u16(7, 1), u32(8000, 8000), u16(1))), mulawBytes),
    coded('wave-mulaw-bits-16', 'mulaw', fmt({ tag: 7, bits: 16, block: 1 }), mulawBytes, { findings: ['F113'] }),
    coded('wave-mulaw-block-0', 'mulaw', fmt({ tag: 7, bits: 8, block: 0, bytesPerSecond: 0 }), mulawBytes, { findings: ['F113'] }),
    wave('wave-mulaw-fact-wrong', riff([fmt({ tag: 7, bits: 8 }), chunk('fact', u32(123)), chunk('data', mulawBytes)]), {
      codec: 'mulaw',
      soundBytes: 2000,
      findings: ['F114'],
    }),
    coded('wave-ima-adpcm', 'ima-adpcm', fmt({ tag: 0x11, bits: 4, block: 256, extra: u16(505) }), adpcmBlocks('ima', 1, 4, 256)),
    coded('wave-ima-adpcm-stereo', 'ima-adpcm', fmt({ tag: 0x11, bits: 4, channels: 2, block: 512, extra: u16(505) }), adpcmBlocks('ima', 2, 3, 512)),
    coded('wave-ima-adpcm-block-0', 'ima-adpcm', fmt({ tag: 0x11, bits: 4, block: 0, extra: u16(505) }), adpcmBlocks('ima', 1, 4, 256), {
      findings: ['F113'],
    }),
    coded('wave-ms-adpcm', 'ms-adpcm', fmt({ tag: 2, bits: 4, block: 256, extra: msExtra }), adpcmBlocks('ms', 1, 4, 256)),
    coded(
      'wave-ms-adpcm-stereo',
      'ms-adpcm',
      fmt({ tag: 2, bits: 4, channels: 2, block: 512, extra: join(u16(500), msExtra.subarray(2)) }),
      adpcmBlocks('ms', 2, 3, 512),
    ),
    wave(
      'wave-gsm',
      riff([
        fmt({ tag: 0x31, bits: 0, block: 65, bytesPerSecond: 1625, extra: u16(320) }),
        chunk('fact', u32(1900)),
        chunk('data', randomBytes(390, 65)),
      ]),
      { codec: 'gsm-ms', soundBytes: 390 },
    ),
    coded('wave-gsm-in-frames-of-33', 'gsm', fmt({ tag: 0x31, bits: 0, block: 65, bytesPerSecond: 1625, extra: u16(320) }), gsmFrames(30), {
      findings: ['F254'],
    }),
    coded('wave-g729', 'g729', fmt({ tag: 0x83, bits: 0, block: 10, bytesPerSecond: 1000 }), g729Frames(60)),
    coded('wave-g729-with-silence-frames', 'g729', fmt({ tag: 0x83, bits: 0, block: 10, bytesPerSecond: 1000 }), g729Stream, { findings: ['F250'] }),
    coded(
      'wave-g729-with-a-hole',
      'g729',
      fmt({ tag: 0x83, bits: 0, block: 10, bytesPerSecond: 1000 }),
      join(g729Speech.subarray(0, 300), new Uint8Array(25).fill(0x55), g729Speech.subarray(300)),
      { findings: ['F252', 'F251'] },
    ),
    coded('wave-g729-but-none', 'unknown', fmt({ tag: 0x83, bits: 0, block: 10, bytesPerSecond: 1000 }), mulawBytes, { findings: ['F122'] }),
    coded('wave-g723-1', 'g723.1', fmt({ tag: 0x42, bits: 0, block: 24, bytesPerSecond: 800 }), g7231Frames()),
    coded(
      'wave-truespeech',
      'truespeech',
      fmt({ tag: 0x22, bits: 1, block: 32, bytesPerSecond: 1067, extra: new Uint8Array(32) }),
      randomBytes(320, 22),
    ),
    coded('wave-mp3', 'mp3', fmt({ tag: 0x55, rate: 16000, bits: 0, block: 1, bytesPerSecond: 1000 }), mp3Frames(12)),
    coded('wave-g722', 'g722', fmt({ tag: 0x28f, bits: 0, block: 1, bytesPerSecond: 8000 }), randomBytes(800, 722)),
    coded('wave-tag-0038-nms', ...whenBuilt('nms-adpcm-32'), fmt({ tag: 0x38, bits: 4, block: 82 }), randomBytes(820, 38)),
    coded('wave-tag-0041-g728', ...whenBuilt('g728'), fmt({ tag: 0x41, bits: 4, block: 32 }), randomBytes(800, 41), {
      findings: knownCodec('g728') === 'g728' ? ['F200'] : [],
    }),
    coded('wave-tag-0044-g729', 'g729', fmt({ tag: 0x44, bits: 0, block: 10, bytesPerSecond: 1000 }), g729Frames(60)),
    coded('wave-tag-0044-no-g729', 'unknown', fmt({ tag: 0x44, bits: 0, block: 10, bytesPerSecond: 1000 }), randomBytes(600, 44), {
      findings: ['F122'],
    }),
    coded('wave-tag-a112-g722', 'g722', fmt({ tag: 0xa112, bits: 0, block: 1, bytesPerSecond: 8000 }), randomBytes(800, 722), { findings: ['F200'] }),
    coded('wave-tag-0059-no-g723-1', 'unknown', fmt({ tag: 0x59, bits: 0, block: 24, bytesPerSecond: 800 }), randomBytes(900, 59), {
      findings: ['F253'],
    }),
    coded('wave-tag-00a1-gsm', 'gsm', fmt({ tag: 0xa1, bits: 0, block: 33, bytesPerSecond: 1650 }), gsmFrames(50)),
    coded('wave-gsm-but-frames-of-33', 'gsm', fmt({ tag: 0x31, bits: 0, block: 33, bytesPerSecond: 1650, extra: u16(160) }), gsmFrames(50), {
      findings: ['F113', 'F254'],
    }),
    coded('wave-gsm-block-size-wrong', 'gsm-ms', fmt({ tag: 0x31, bits: 0, block: 1, bytesPerSecond: 1625, extra: u16(320) }), randomBytes(390, 65), {
      findings: ['F113'],
    }),
    coded('wave-tag-a118-nice-aca', 'unknown', fmt({ tag: 0xa118, bits: 4, block: 32 }), randomBytes(800, 42)),
    coded('wave-tag-4242-unregistered', 'unknown', fmt({ tag: 0x4242, bits: 4, block: 32 }), randomBytes(800, 43)),
    raw('au-mulaw.au', 'au', 'mulaw', join(auHeader(2000, 1), mulawBytes)),
    raw('au-pcm-s16be-length-unknown.au', 'au', 'pcm-s16be', join(auHeader(0xffffffff, 3), pack(speech, 's16be'))),
    raw('au-pcm-s24be-stereo.au', 'au', 'pcm-s24be', join(auHeader(6000, 4, 8000, 2), pack(speech, 's24be'))),
    raw('au-pcm-s8.au', 'au', 'pcm-s8', join(auHeader(speech.length, 2), pack(speech, 's8'))),
    raw('au-pcm-s32be.au', 'au', 'pcm-s32be', join(auHeader(speech.length * 4, 5), pack(speech, 's32be'))),
    raw('au-pcm-f32be.au', 'au', 'pcm-f32be', join(auHeader(speech.length * 4, 6), pack(speech, 'f32be'))),
    raw('au-pcm-f64be.au', 'au', 'pcm-f64be', join(auHeader(speech.length * 8, 7), pack(speech, 'f64be'))),
    raw('au-alaw-truncated.snd', 'au', 'alaw', join(auHeader(4000, 27), pack(speech, 'alaw')), ['F103'], 'truncated'),
    raw('au-g721.au', 'au', knownCodec('g726-32-lsb'), join(auHeader(400, 23), randomBytes(400, 23))),
    { ...raw('au-header-only.au', 'au', '', auHeader(0, 1), ['F110'], 'header-only'), codec: null, soundBytes: 0 },
    raw('mpeg-audio.mp3', 'mpeg-audio', 'mp3', mp3Frames(20)),
    raw('mpeg-audio-id3.mp3', 'mpeg-audio', 'mp3', join(id3, mp3Frames(20))),
    raw('mpeg-audio-junk-between-frames.mp3', 'mpeg-audio', 'mp3', join(mp3Frames(8), randomBytes(50, 9), mp3Frames(8)), ['F150'], 'damaged'),
    raw('mpeg-audio-last-frame-cut.mp3', 'mpeg-audio', 'mp3', mp3Frames(20).subarray(0, 710), ['F103'], 'truncated'),
    raw('ogg-opus.opus', 'ogg-opus', 'opus', oggOpusStream({ packets: 12, end: 12 * 960 - 100 })),
    raw('ogg-opus-stereo.opus', 'ogg-opus', 'opus', oggOpusStream({ packets: 5, channels: 2 })),
    raw('ogg-opus-not-ended.opus', 'ogg-opus', 'opus', oggOpusStream({ packets: 12, finished: false }), ['F160'], 'truncated'),
    raw('ogg-opus-cut.opus', 'ogg-opus', 'opus', oggOpusStream({ packets: 12 }).subarray(0, 400), ['F160'], 'truncated'),
    raw('ogg-opus-two-streams.opus', 'ogg-opus', 'opus', join(oggOpusStream({ packets: 4 }), oggOpusStream({ packets: 4, serial: 2 })), ['F161']),
    raw('raw-mulaw.ulaw', 'raw-mulaw', 'mulaw', mulawBytes),
    raw('raw-mulaw-as-on-asterisk.pcm', 'raw-mulaw', 'mulaw', mulawBytes),
    raw('raw-linear-but-named.pcm', 'raw-linear', 'pcm-s16le', s16, ['F131', 'F341']),
    raw('raw-alaw.alaw', 'raw-alaw', 'alaw', pack(speech, 'alaw')),
    raw('raw-alaw-but-named.ulaw', 'raw-alaw', 'alaw', pack(speech, 'alaw'), ['F131']),
    raw('raw-linear.sln', 'raw-linear', 'pcm-s16le', s16),
    raw('raw-linear-16000.sln16', 'raw-linear', 'pcm-s16le', s16),
    raw('raw-linear-odd-size.raw', 'raw-linear', 'pcm-s16le', s16.subarray(0, 3999), ['F132']),
    raw('raw-linear-big-endian.raw', 'raw-linear', 'pcm-s16be', pack(speech, 's16be'), ['F131']),
    raw('raw-silence.ulaw', 'raw-mulaw', 'mulaw', new Uint8Array(1600).fill(0xff), ['F130']),
    raw('raw-encrypted.ulaw', 'raw-mulaw', 'unknown', randomBytes(4000, 77), ['F133'], 'damaged'),
    raw('raw-text.raw', 'raw-linear', 'unknown', text('A list of calls is no sound.\n'.repeat(40)), ['F133'], 'damaged'),
    raw('raw-gsm.gsm', 'raw-gsm', 'gsm', gsmFrames(50)),
    raw('raw-gsm-but-named.ulaw', 'raw-gsm', 'gsm', gsmFrames(50), ['F131']),
    raw('raw-gsm-bytes-lost.gsm', 'raw-gsm', 'gsm', join(gsmFrames(50).subarray(0, 500), gsmFrames(50).subarray(510)), ['F252'], 'damaged'),
    raw(
      'raw-gsm-unsigned.gsm',
      'raw-gsm',
      'unknown',
      Uint8Array.from(randomBytes(65 * 20, 66), (byte) => byte & 0x77),
      ['F255'],
      'damaged',
    ),
    raw('raw-gsm-cut.gsm', 'raw-gsm', 'gsm', gsmFrames(50).subarray(0, 1640), ['F132']),
    raw('raw-g722.g722', 'raw-g722', 'g722', codeBytes(8, g722Weights, 1600, 22)),
    raw('raw-g729.g729', 'raw-g729', 'g729', g729Speech),
    raw('raw-g729-with-silence-frames.g729', 'raw-g729', 'g729', g729Stream, ['F250']),
    raw('raw-g729-cut.g729', 'raw-g729', 'g729', g729Speech.subarray(0, 635), ['F132']),
    raw('raw-g729-short.g729', 'raw-g729', 'g729', g729Speech.subarray(0, 100), ['F130']),
    raw('raw-g729-but-mulaw.g729', 'raw-g729', 'unknown', mulawBytes, ['F122'], 'damaged'),
    raw('raw-g723.g723', 'raw-g723', 'g723.1', g7231Stream(30)),
    raw('raw-g723-as-on-asterisk.g723', 'raw-g723', 'g723.1-asterisk', withLengths(g7231Stream(30))),
    raw('raw-g723-as-on-asterisk-cut.g723', 'raw-g723', 'g723.1-asterisk', withLengths(g7231Stream(30)).subarray(0, 690), ['F132']),
    raw(
      'raw-g723-as-on-asterisk-damaged.g723',
      'raw-g723',
      'g723.1-asterisk',
      join(withLengths(g7231Stream(30)), new Uint8Array(50)),
      ['F253'],
      'damaged',
    ),
    raw('raw-g723-short.g723', 'raw-g723', 'g723.1', g7231Stream(5), ['F130']),
    raw('raw-g723-but-mulaw.g723', 'raw-g723', 'unknown', mulawBytes, ['F253'], 'damaged'),
    raw(
      'raw-g722-but-noise.g722',
      'raw-g722',
      'unknown',
      Uint8Array.from(randomBytes(1600, 22), (byte) => byte & 0x7f),
      ['F343'],
      'damaged',
    ),
    ...compressedSamples(),
    ...demuxedSamples(),
    ...iffSamples(),
    ...dssSamples(),
    ...captureSamples(),
    raw('raw-mulaw-stereo.ulaw', 'raw-mulaw', 'mulaw', twoSides(), ['F345']),
    raw('raw-mulaw-bits-reversed.ulaw', 'raw-mulaw', 'mulaw-reversed', mulawBytes.map(reversedBits), ['F131']),
    raw('raw-alaw-bits-reversed.la', 'raw-alaw', 'alaw-reversed', pack(speech, 'alaw').map(reversedBits)),
    raw('raw-mulaw-without-a-telling-name.dat', 'raw-mulaw', 'mulaw', pack(voice(9000), 'mulaw'), ['F340']),
    raw('raw-oki.vox', 'raw-oki', 'oki-adpcm', okiBytes(voice(8000), 4), ['F344']),
    raw('raw-oki-low-half-first.vox', 'raw-oki', 'oki-adpcm-swapped', okiBytes(voice(8000), 0), ['F344']),
    raw('raw-mulaw-under-vox.vox', 'raw-mulaw', 'mulaw', mulawBytes),
    raw('raw-noise-under-vox.vox', 'raw-oki', 'unknown', randomBytes(1500, 8), ['F343'], 'damaged'),
    raw('raw-g726.g726-24', 'raw-g726', 'g726-24-lsb', codeBytes(3, g726Weights, 1800, 24)),
    raw('raw-nms.vce', 'raw-nms', 'nms-adpcm-24', nmsBlocks(40)),
    raw('raw-g729-without-a-telling-name.dat', 'raw-framed', 'g729', g729Frames(60), ['F340']),
    raw('raw-siren7.siren7', 'raw-unread', 'unknown', randomBytes(800, 7), ['F342']),
    { ...raw('nms-vox-one-message.vox', 'nms-vox', 'mulaw', nmsFile(10, 80, [[0, mulawBytes]])), soundBytes: 2000 },
    {
      ...raw(
        'nms-vox-messages-text-and-erased.vox',
        'nms-vox',
        'nms-adpcm-24',
        nmsFile(
          2,
          62,
          [
            [0, nmsBlocks(12)],
            [0x8000, randomBytes(62, 5)],
            [1, nmsBlocks(8)],
            [1, nmsBlocks(4)],
          ],
          1,
        ),
        ['F348', 'F349'],
      ),
      soundBytes: 1240,
    },
    {
      ...raw('nms-vox-cut.vox', 'nms-vox', 'alaw', nmsFile(11, 80, [[3, pack(speech, 'alaw')]], 0, 300), ['F350'], 'truncated'),
      soundBytes: 1700,
    },
    ...boxSamples(),
  ];
}
