import { agree } from '../../src/core/base/agree.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { audioConfig } from '../mpeg/aac-config.ts';
import { type Box, boxesIn, findBox } from './boxes.ts';

/** Coding of a track's audio according to its sample entry (ISO/IEC 14496-12, 12.2.3; QuickTime File Format, sound sample description). */
export interface SoundEntry {
  /** Type of the entry in four characters, e.g. `mp4a`. */
  readonly type: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly bits: number;
  /** Id of the codec; null if no codec decodes it. */
  readonly codec: string | null;
  readonly codecName: string;
  /** Samples per channel and bytes of each packet, if all packets have one size; null if sizes differ. */
  readonly even: { readonly frames: number; readonly bytes: number } | null;
  readonly encrypted: boolean;
}

/** Size of the entry's fields: size, type and those of a plain entry; QuickTime's version 1 has 16 bytes more, version 2 has 36 more. */
const entryBytes = 36;

/** Codings by object type (ISO/IEC 14496-1, table 5, and the MP4 registration authority). */
const objectTypes = new Map<number, readonly [name: string, codec: string | null]>([
  [0x40, ['AAC', 'aac-mp4']],
  [0x66, ['MPEG-2 AAC main', 'aac-mp4']],
  [0x67, ['MPEG-2 AAC LC', 'aac-mp4']],
  [0x68, ['MPEG-2 AAC SSR', null]],
  [0x69, ['MPEG-2 audio', 'mp3-mp4']],
  [0x6b, ['MPEG-1 audio', 'mp3-mp4']],
  [0xa5, ['AC-3', 'ac3-mp4']],
  [0xa6, ['E-AC-3', 'ac3-mp4']],
  [0xa9, ['DTS', null]],
  [0xd1, ['EVRC', null]],
  [0xdd, ['Vorbis', null]],
  [0xe1, ['QCELP 13K', null]],
]);

/** Returns the codec of QuickTime's linear entries with that many bits, big-endian unless an `enda` atom says otherwise. */
function linear(type: string, bits: number, little: boolean): string | null {
  const end = little ? 'le' : 'be';
  switch (type) {
    case 'raw ':
      return bits === 16 ? 'pcm-s16be' : bits === 8 ? 'pcm-u8' : null;
    case 'sowt':
    case 'twos':
      if (bits === 8) return 'pcm-s8';
      return bits === 16 || bits === 24 || bits === 32 ? `pcm-s${bits}${type === 'sowt' ? 'le' : 'be'}` : null;
    case 'in24':
      return `pcm-s24${end}`;
    case 'in32':
      return `pcm-s32${end}`;
    case 'fl32':
      return `pcm-f32${end}`;
    case 'fl64':
      return `pcm-f64${end}`;
    case 'ipcm':
      return bits === 16 || bits === 24 || bits === 32 ? `pcm-s${bits}${end}` : null;
    case 'fpcm':
      return bits === 32 || bits === 64 ? `pcm-f${bits}${end}` : null;
    default:
      return null;
  }
}

const linearBits = new Map([
  ['in24', 24],
  ['in32', 32],
  ['fl32', 32],
  ['fl64', 64],
]);

/** Entries that only name a codec. */
const named = new Map<string, readonly [name: string, codec: string | null]>([
  ['samr', ['AMR narrowband', 'amr-nb']],
  ['sawb', ['AMR wideband', 'amr-wb']],
  ['sawp', ['AMR wideband plus', null]],
  ['sevc', ['EVRC', null]],
  ['sqcp', ['QCELP 13K', null]],
  ['Qclp', ['QCELP 13K', null]],
  ['ssmv', ['SMV', null]],
  ['ac-3', ['AC-3', 'ac3-mp4']],
  ['ec-3', ['E-AC-3', 'ac3-mp4']],
  ['.mp3', ['MPEG audio layer III', 'mp3-mp4']],
  ['ms\u0000U', ['MPEG audio layer III', 'mp3-mp4']],
  ['Opus', ['Opus', 'opus-mp4']],
  ['fLaC', ['FLAC', 'flac-mp4']],
  ['alac', ['Apple Lossless', 'alac-mp4']],
  ['ulaw', ['G.711 mu-law', 'mulaw']],
  ['alaw', ['G.711 A-law', 'alaw']],
  ['ima4', ['IMA ADPCM of QuickTime', 'ima4-mp4']],
]);

/**
 * Reads the sample entry that counts, which is the first one of stsd; returns null if there is none or its fields are cut off.
 * One function: the fields in the order of the entry, whose version and type determine which follow.
 */
export function readSoundEntry(bytes: Uint8Array, stsd: Box): SoundEntry | null {
  const at = stsd.start + 8; // version and flags, count
  if (at + entryBytes > stsd.end) return null;
  const cursor = new Cursor(bytes, at, 'big');
  const end = Math.min(stsd.end, at + cursor.u32('entry size'));
  const type = cursor.text(4, 'entry type');
  cursor.skip(8, 'reserved, data reference');
  const version = cursor.u16('version');
  cursor.skip(6, 'revision, vendor');
  let channels = cursor.u16('channels');
  let bits = cursor.u16('bits');
  const compression = cursor.u16('compression id');
  cursor.skip(2, 'packet size');
  let sampleRateHz = Math.floor(cursor.u32('sample rate, 16.16') / 65536);
  let packed: { frames: number; bytes: number } | null = null;
  let flags = 0;
  /** Size of one PCM frame as stated in versions 1 and 2; 0 if it is not stated. */
  let statedFrameBytes = 0;
  let inner = at + entryBytes;
  if (version === 1 && inner + 16 <= end) {
    const frames = cursor.u32('samples per packet');
    cursor.skip(4, 'bytes per packet');
    const frameBytes = cursor.u32('bytes per frame');
    if (frames === 1) statedFrameBytes = frameBytes;
    if (compression !== 0xfffe && frames > 0 && frameBytes > 0 && frames <= 65_536 && frameBytes <= 65_536) packed = { frames, bytes: frameBytes };
    inner += 16;
  } else if (version === 2 && inner + 36 <= end) {
    // QuickTime File Format, sound sample description V2: rate as a 64-bit float, channels, bits and flags as of Core Audio.
    const view = new DataView(bytes.buffer, bytes.byteOffset + inner, 36);
    sampleRateHz = Math.round(view.getFloat64(4));
    channels = view.getUint32(12);
    bits = view.getUint32(20);
    flags = view.getUint32(24);
    statedFrameBytes = view.getUint32(32) === 1 ? view.getUint32(28) : 0;
    inner += 36;
  }
  const children = boxesIn(bytes, inner, end);
  const wave = children.find((box) => box.type === 'wave');
  const find = (name: string): Box | null => children.find((box) => box.type === name) ?? (wave === undefined ? null : findBox(bytes, wave, name));
  const base = { type, sampleRateHz, channels, bits, encrypted: false, even: null, codec: null };
  const cookie = (name: string): Uint8Array => {
    const box = find(name);
    return box === null ? new Uint8Array(0) : bytes.subarray(box.start, box.end);
  };

  if (type === 'enca' || type === 'drms' || find('sinf') !== null) {
    const sinf = find('sinf');
    const frma = sinf === null ? null : findBox(bytes, sinf, 'frma');
    const original = frma === null ? '' : `, ${String.fromCharCode(...bytes.subarray(frma.start, frma.start + 4)).replace(/[^ -~]/g, '?')} inside`;
    return { ...base, codecName: `encrypted (${type}${original})`, encrypted: true };
  }
  if (type === 'mp4a') return { ...base, ...mpeg4(cookie('esds'), base) };
  if (type === 'alac') {
    // ALACSpecificConfig after version and flags (Apple, ALACMagicCookieDescription): bits at 5, channels at 9, rate at 20.
    const config = cookie('alac');
    if (config.length >= 28) {
      const view = new DataView(config.buffer, config.byteOffset, config.length);
      Object.assign(base, { bits: view.getUint8(9), channels: view.getUint8(13), sampleRateHz: view.getUint32(24) });
    }
  }
  if (type === 'Opus') {
    // OpusSpecificBox (Opus in ISOBMFF, 4.3.2): channels at 1; Opus is always decoded at 48 kHz.
    const count = cookie('dOps')[1];
    return { ...base, sampleRateHz: 48_000, channels: count === undefined || count === 0 ? channels : count, codec: 'opus-mp4', codecName: 'Opus' };
  }
  const little = find('enda') !== null && (cookie('enda')[1] ?? 0) === 1;
  const littleIso = ((cookie('pcmC')[4] ?? 0) & 1) === 1; // ISO/IEC 23003-5, 4.4.2: format flags, sample size.
  const width = linearBits.get(type) ?? (type === 'ipcm' || type === 'fpcm' ? (cookie('pcmC')[5] ?? bits) : bits);
  const coding = type === 'lpcm' ? lpcm(bits, flags) : linear(type, width, little || littleIso);
  if (coding !== null) {
    const even = { frames: 1, bytes: (width / 8) * channels };
    // Words wider than their samples, and channels one after the other, are not supported.
    const packedOtherwise = (statedFrameBytes > 0 && statedFrameBytes !== even.bytes) || (type === 'lpcm' && (flags & 0x20) !== 0 && channels > 1);
    if (packedOtherwise)
      return { ...base, codecName: agree`PCM, ${width} bit[s] in frames of ${statedFrameBytes} byte[s] (${type}, flags ${flags})` };
    return { ...base, bits: width, codec: coding, codecName: agree`PCM, ${width} bit[s] (${type})`, even };
  }
  const known = named.get(type);
  const codecName = known === undefined ? `sample entry ${JSON.stringify(type)}` : `${known[0]} (${type})`;
  const codec = known?.[1] ?? null;
  if (codec === 'mulaw' || codec === 'alaw') return { ...base, bits: 8, codec, codecName, even: { frames: 1, bytes: channels } };
  // QuickTime, IMA 4:1: packets of 34 bytes per channel for 64 samples, whatever the version of the entry.
  if (codec === 'ima4-mp4') return { ...base, bits: 4, codec, codecName, even: { frames: 64, bytes: 34 * channels } };
  return { ...base, codec, codecName, even: codec === 'mp3-mp4' ? null : packed };
}

/** Reads Core Audio's flags of linear audio: 1 float, 2 big-endian, 4 signed (CoreAudioTypes.h). */
function lpcm(bits: number, flags: number): string | null {
  const end = (flags & 2) !== 0 ? 'be' : 'le';
  if ((flags & 1) !== 0) return bits === 32 || bits === 64 ? `pcm-f${bits}${end}` : null;
  if (bits === 8) return (flags & 4) !== 0 ? 'pcm-s8' : 'pcm-u8';
  return (flags & 4) !== 0 && (bits === 16 || bits === 24 || bits === 32) ? `pcm-s${bits}${end}` : null;
}

/** Reads an entry of MPEG-4 audio by its elementary stream descriptor (ISO/IEC 14496-1, 7.2.6). */
function mpeg4(
  esds: Uint8Array,
  base: { sampleRateHz: number; channels: number },
): Pick<SoundEntry, 'codec' | 'codecName' | 'sampleRateHz' | 'channels'> {
  const nothing = { codec: null, codecName: 'MPEG-4 audio without its descriptor', ...base };
  let at = 4; // version and flags
  let objectType: number | null = null;
  for (let steps = 0; steps < 8 && at < esds.length; steps++) {
    const tag = esds[at++];
    let size = 0;
    for (let digit = 0; digit < 4; digit++) {
      const byte = esds[at++] ?? 0;
      size = size * 128 + (byte & 0x7f);
      if ((byte & 0x80) === 0) break;
    }
    if (tag === 3) {
      const flags = esds[at + 2] ?? 0; // 0x80 dependsOn, 0x40 URL, 0x20 OCR.
      at += 3 + (flags & 0x80 ? 2 : 0) + (flags & 0x40 ? 1 + (esds[at + 3] ?? 0) : 0) + (flags & 0x20 ? 2 : 0);
    } else if (tag === 4) {
      objectType = esds[at] ?? null;
      at += 13;
      const known = objectTypes.get(objectType ?? 0);
      if (known !== undefined && known[1] !== 'aac-mp4') return { ...base, codec: known[1], codecName: `${known[0]} (mp4a)` };
    } else if (tag === 5 && objectType !== null) {
      const known = objectTypes.get(objectType);
      if (known === undefined) break;
      const config = audioConfig(esds.subarray(at, at + size));
      if (config === null) return { ...base, codec: null, codecName: `${known[0]} with a configuration that cannot be read` };
      const channels = config.channels === 0 ? base.channels : config.channels;
      return { codec: config.decodable ? 'aac-mp4' : null, codecName: config.name, sampleRateHz: config.sampleRateHz, channels };
    } else at += size;
  }
  return objectType === null ? nothing : { ...nothing, codecName: `MPEG-4 object type 0x${objectType.toString(16)}` };
}
