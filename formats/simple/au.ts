import { agree } from '../../src/core/base/agree.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification, Track } from '../../src/core/model/format.ts';
import { judgeSamples } from '../judge/judge-samples.ts';
import { bytesAfter, judgeBytesAfter } from '../judge/sound-behind.ts';
import { knownCodec } from '../list/known-codec.ts';
import { isSizeMark } from '../riff/riff.ts';

/** Meaning of an encoding number in the header: name, size of one sample, codec if there is one. */
type Encoding = readonly [name: string, bytes: number | null, codec: ((endian: 'be' | 'le') => string) | null];

/** Sun Microsystems, audio.h (SunOS 4) and NeXT, soundstruct.h; numbers as in FFmpeg libavformat/au.c. */
const encodings = new Map<number, Encoding>([
  [1, ['mu-law', 1, () => 'mulaw']],
  [2, ['PCM, 8 bits', 1, () => 'pcm-s8']],
  [3, ['PCM, 16 bits', 2, (endian) => `pcm-s16${endian}`]],
  [4, ['PCM, 24 bits', 3, (endian) => `pcm-s24${endian}`]],
  [5, ['PCM, 32 bits', 4, (endian) => `pcm-s32${endian}`]],
  [6, ['floating point, 32 bits', 4, (endian) => `pcm-f32${endian}`]],
  [7, ['floating point, 64 bits', 8, (endian) => `pcm-f64${endian}`]],
  [8, ['fragmented samples', null, null]],
  [10, ['DSP program', null, null]],
  [27, ['A-law', 1, () => 'alaw']],
]);

/** Encodings whose samples do not fill whole bytes: name, codec, bits, and the smallest unit of complete samples. */
const packed = new Map<number, readonly [name: string, codec: string, bits: number, bytes: number]>([
  // Sun's ccitt library packs codes from the lowest bit on (g711.c and g72x.c of Sun, 1992).
  [23, ['G.721 ADPCM, 32 kbit/s', 'g726-32-lsb', 4, 1]],
  [24, ['G.722', 'g722', 4, 1]],
  [25, ['G.723 ADPCM, 24 kbit/s', 'g726-24-lsb', 3, 3]],
  [26, ['G.723 ADPCM, 40 kbit/s', 'g726-40-lsb', 5, 5]],
]);

const headerBytes = 24;
const lengthUnknown = 0xffffffff;
/** Magic at offset 0: `.snd`, and `dns.` if all numbers are little-endian (DEC). */
const magics = new Map<string, 'be' | 'le'>([
  ['.snd', 'be'],
  ['dns.', 'le'],
]);

/** Identifies Sun and NeXT audio. */
export const au: Format = {
  id: 'au',
  title: 'Sun audio (AU, SND)',
  extensions: ['.au', '.snd'],
  mediaType: 'audio/basic',
  grade: 'verified',
  pronom: ['x-fmt/139'],
  facts: ['Sun Microsystems, audio file format (au manual page); FFmpeg 7.1 libavformat/au.c; files written by sox 14.4 and FFmpeg 7.1'],
  /** One function: the fields in the order of the header, each with what it may contradict. */
  async identify(bytes, _hint, signal) {
    const head = await bytes.read(0, headerBytes, signal);
    if (head.length < 4) return null;
    const endian = magics.get(String.fromCharCode(...head.subarray(0, 4)));
    if (endian === undefined) return null;
    const findings: Finding[] = [];
    const tell = (code: FindingCode, message: string): void => {
      findings.push(finding(code, bytes.name, message));
    };
    const answer = { format: au.id, confidence: 'signature', basis: `${endian === 'be' ? '.snd' : 'dns.'} at 0` } as const;
    if (head.length < headerBytes) {
      tell('F110', agree`${head.length} byte[s], a header has ${headerBytes}`);
      return { ...answer, tracks: [], findings, state: 'header-only' };
    }
    const cursor = new Cursor(head, 4, endian === 'be' ? 'big' : 'little');
    const offset = cursor.u32('data offset');
    const declared = cursor.u32('data size');
    const encoding = cursor.u32('encoding');
    let sampleRateHz = cursor.u32('sample rate');
    let channels = cursor.u32('channels');
    if (sampleRateHz === 0) {
      sampleRateHz = 8000;
      tell('F123', 'a rate of 0 Hz is stated, 8000 Hz is assumed');
    }
    if (channels === 0) {
      channels = 1;
      tell('F123', '0 channels are stated, 1 is assumed');
    }

    let start = offset;
    if (offset < headerBytes || offset > bytes.size) {
      start = headerBytes;
      tell(
        'F140',
        agree`audio is stated to begin at ${offset}; the header has ${headerBytes} byte[s], the file ${bytes.size}: ${headerBytes} is used`,
      );
    }
    const there = bytes.size - start;
    let end = bytes.size;
    let missingBytes = 0;
    let state: Identification['state'] = 'ok';
    if (there === 0) {
      tell('F110', agree`a header of ${start} byte[s] and no sound`);
      return { ...answer, tracks: [], findings, state: 'header-only' };
    }
    if (declared === 0) {
      tell('F101', agree`0 bytes of sound are stated; ${there} byte[s] up to the end [is|are] used`);
      state = 'damaged';
    } else if (declared !== lengthUnknown && declared > there && isSizeMark(declared)) {
      tell('F101', agree`0x${declared.toString(16).toUpperCase()} byte[s] of sound [is|are] stated; ${there} byte[s] up to the end [is|are] used`);
    } else if (declared !== lengthUnknown && declared > there) {
      tell('F103', agree`${declared} byte[s] of sound [is|are] stated, but ${there} [is|are] present`);
      missingBytes = declared - there;
      state = 'truncated';
    } else if (declared < there) {
      // 0xFFFFFFFF is the format's own value for an unknown length: no finding.
      end = start + declared;
    }

    const coding = codingOf(encoding, channels, endian);
    const { codec, unitBytes } = coding;
    if (codec === 'g722' && sampleRateHz !== 16000) {
      tell('F113', `${sampleRateHz} Hz are stated, G.722 has 16000`);
      sampleRateHz = 16000;
    }
    if (unitBytes !== null && state !== 'truncated' && (end - start) % unitBytes !== 0) {
      tell('F118', agree`${end - start} byte[s] of sound [is|are] ${(end - start) % unitBytes} more than whole samples of ${unitBytes}`);
    }
    const track: Track = {
      codec,
      codecName: `AU encoding ${encoding} (${coding.name})${coding.refused ? agree`: ${channels} channel[s]` : ''}`,
      sampleRateHz,
      channels,
      bitsPerSample: coding.bits,
      blockBytes: coding.blockBytes,
      frames: null,
      setup: null,
      spans: [[start, end]],
    };
    const believed = await judgeSamples(bytes, track, signal);
    findings.push(...believed.findings);
    const judged = await judgeBytesAfter(bytes, believed.track, state, findings, signal);
    const shortfall = { missingBytes, bytesBehind: bytesAfter(judged.track, bytes) };
    return { ...answer, basis: `${answer.basis}, encoding ${encoding}`, tracks: [judged.track], shortfall, findings, state: judged.state };
  },
};

interface Coding {
  readonly name: string;
  readonly codec: string;
  readonly bits: number | null;
  /** Size of one sample of all channels; null if samples do not fill whole bytes. */
  readonly blockBytes: number | null;
  /** Size of the smallest unit that can be decoded; null if nothing can be decoded. */
  readonly unitBytes: number | null;
  /** True if only the number of channels prevents decoding. */
  readonly refused: boolean;
}

function codingOf(encoding: number, channels: number, endian: 'be' | 'le'): Coding {
  const byPieces = packed.get(encoding);
  if (byPieces !== undefined) {
    const [name, id, bits, bytes] = byPieces;
    const codec = channels === 1 ? knownCodec(id) : 'unknown';
    return { name, codec, bits, blockBytes: null, unitBytes: codec === 'unknown' ? null : bytes, refused: channels !== 1 };
  }
  const [name, bytes, codecOf] = encodings.get(encoding) ?? ['not registered', null, null];
  const bits = bytes === null ? null : bytes * 8;
  const refused = channels > limits.channels;
  if (codecOf === null || bytes === null || refused) return { name, codec: 'unknown', bits, blockBytes: null, unitBytes: null, refused };
  return { name, codec: codecOf(endian), bits, blockBytes: bytes * channels, unitBytes: bytes * channels, refused };
}
