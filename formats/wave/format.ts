import { Cursor } from '../../src/core/base/cursor.ts';
import { foreignSubFormat, tagText, type WaveTag, waveTag } from '../riff/wave-tags.ts';

/** The fields of a fmt chunk, as stated. */
export interface WaveFields {
  /** wFormatTag. For WAVE_FORMAT_EXTENSIBLE, the tag inside its SubFormat, or null if that GUID has none. */
  readonly tag: number | null;
  readonly extensible: boolean;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly bytesPerSecond: number;
  readonly blockBytes: number;
  /** Bits per sample; 0 if the chunk is too short to state it (WAVEFORMAT, 14 bytes). */
  readonly bitsPerSample: number;
  /** Number of bits of `bitsPerSample` that are used; the same number if no other is stated. */
  readonly validBits: number;
  /** Bytes after cbSize, except those of EXTENSIBLE itself. */
  readonly extra: Uint8Array;
}

const extensibleTag = 0xfffe;
/** Bytes that follow the tag in KSDATAFORMAT_SUBTYPE_WAVEFORMATEX GUIDs (ksmedia.h): …0000-0010-8000-00AA00389B71. */
const subFormatTail = [0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71];
const subFormatTailBig = [0x00, 0x00, 0x00, 0x10, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71];

/** Returns the fields of a fmt chunk (Microsoft mmreg.h: WAVEFORMAT, WAVEFORMATEX, WAVEFORMATEXTENSIBLE); null if it has fewer than 14 bytes. */
export function readWaveFields(body: Uint8Array, endian: 'little' | 'big'): WaveFields | null {
  if (body.length < 14) return null;
  const cursor = new Cursor(body, 0, endian);
  const tag = cursor.u16('wFormatTag');
  const channels = cursor.u16('nChannels');
  const sampleRateHz = cursor.u32('nSamplesPerSec');
  const bytesPerSecond = cursor.u32('nAvgBytesPerSec');
  const blockBytes = cursor.u16('nBlockAlign');
  const bitsPerSample = cursor.left >= 2 ? cursor.u16('wBitsPerSample') : 0;
  const extraBytes = cursor.left >= 2 ? Math.min(cursor.u16('cbSize'), cursor.left) : 0;
  const extra = cursor.bytes(extraBytes, 'extra bytes');
  const stated = { channels, sampleRateHz, bytesPerSecond, blockBytes, bitsPerSample };
  if (tag !== extensibleTag || extra.length < 22) return { ...stated, tag, extensible: tag === extensibleTag, validBits: bitsPerSample, extra };
  const inner = new Cursor(extra, 0, endian);
  const validBits = inner.u16('wValidBitsPerSample');
  inner.skip(4, 'dwChannelMask');
  // In RIFX the GUID's first field, 4 bytes, is big-endian as well: the tag is its lower half.
  const first = inner.u32('SubFormat, first field');
  const isTag = first <= 0xffff && (equal(extra.subarray(10, 22), subFormatTail.slice(2)) || equal(extra.subarray(10, 22), subFormatTailBig));
  return { ...stated, tag: isTag ? first : null, extensible: true, validBits: validBits || bitsPerSample, extra: extra.subarray(22) };
}

function equal(bytes: Uint8Array, wanted: readonly number[]): boolean {
  return bytes.length === wanted.length && wanted.every((byte, i) => bytes[i] === byte);
}

/** Returns the coding of a fmt chunk with its declared identity, as text for people. */
export function codingName(fields: WaveFields): string {
  if (fields.tag === null) return 'WAVE extensible with an unregistered SubFormat';
  const name = `WAVE tag ${tagText(fields.tag)} (${waveTag(fields.tag).name})`;
  return fields.extensible ? `${name}, extensible` : name;
}

/** Returns the meaning of the tag; the coding is null if the SubFormat has no tag. */
export function codingOf(fields: WaveFields): WaveTag {
  return fields.tag === null ? foreignSubFormat : waveTag(fields.tag);
}
