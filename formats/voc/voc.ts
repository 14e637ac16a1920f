import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { limits } from '../../src/core/base/limits.ts';
import type { Shortfall } from '../../src/core/base/shortfall.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification, Track } from '../../src/core/model/format.ts';
import { judgeSamples } from '../judge/judge-samples.ts';
import { mostSilence, readVocSound, sameVocStream, silentFrames, type VocSound, vocBlock, vocFrames, vocInfoBytes } from './blocks.ts';

const magic = 'Creative Voice File\x1a';
/** Size of the header: magic, offset of the first block, version, check. */
const headerBytes = 26;
/** RCA's own format with the same extension (dechifro.org/rca); its codec has no specification. */
const rcaMagic = 'VCP162_VOC_File';
/** Largest number of blocks that are read: 6 GiB with 64 KiB per block. */
const mostBlocks = 100_000;
/** Largest number of audio parts that become spans; if there are more, the block decoder reads the file. */
const mostSpans = 10_000;

const names: Readonly<Record<string, string>> = {
  'pcm-u8': 'PCM, 8 bits unsigned',
  'pcm-s16le': 'PCM, 16 bits',
  alaw: 'G.711 A-law',
  mulaw: 'G.711 mu-law',
  'adpcm-4': 'Creative ADPCM, 4 bits',
  'adpcm-2.6': 'Creative ADPCM, 2.6 bits',
  'adpcm-2': 'Creative ADPCM, 2 bits',
};
const bits: Readonly<Record<string, number>> = { 'pcm-u8': 8, 'pcm-s16le': 16, alaw: 8, mulaw: 8, 'adpcm-4': 4, 'adpcm-2': 2 };

/** Identifies Sound Blaster's voice files, also written by voice mail and dictation software of the 1990s. */
export const voc: Format = {
  id: 'voc',
  title: 'Creative Voice (VOC)',
  extensions: ['.voc'],
  mediaType: 'audio/x-voc',
  grade: 'verified',
  pronom: ['fmt/1736'],
  facts: [
    'Creative Technology, Sound Blaster developer kit, as described by wiki.multimedia.cx (Creative Voice) and libsndfile 1.2 src/voc.c',
    'Files of sox 14.4, FFmpeg 7.1 and libsndfile 1.2; RCA files: signature as in dechifro.org/rca',
  ],
  async identify(bytes, _hint, signal) {
    const head = await bytes.read(0, headerBytes, signal);
    const start = String.fromCharCode(...head);
    if (start.startsWith(rcaMagic)) return rca(bytes);
    if (!start.startsWith(magic)) return null;
    const findings: Finding[] = [];
    const tell = (code: FindingCode, message: string): void => {
      findings.push(finding(code, bytes.name, message));
    };
    const answer = { format: voc.id, confidence: 'signature', basis: 'Creative Voice File at 0' } as const;
    if (head.length < headerBytes) {
      tell('F110', agree`${head.length} byte[s], a header has ${headerBytes}`);
      return { ...answer, tracks: [], findings, state: 'header-only' };
    }
    const cursor = new Cursor(head, magic.length);
    let first = cursor.u16('offset of the first block');
    const version = cursor.u16('version');
    if (((~version + 0x1234) & 0xffff) !== cursor.u16('check')) tell('F113', `version 0x${version.toString(16)} and its check do not match`);
    if (first < headerBytes || first > bytes.size) {
      tell(
        'F140',
        agree`the first block is stated to begin at ${first}; the header has ${headerBytes} byte[s], the file ${bytes.size}: ${headerBytes} is used`,
      );
      first = headerBytes;
    }
    const walk = await walkBlocks(bytes, first, signal);
    const state = walkFindings(bytes, walk, findings);
    if (walk.sound === null || walk.soundBytes === 0) {
      tell('F110', agree`${walk.blocks} block[s] and no sound`);
      return { ...answer, tracks: [], findings, state: 'header-only' };
    }
    const judged = await judgeSamples(bytes, trackOf(walk, first), signal);
    findings.push(...judged.findings);
    const basis = agree`${answer.basis}, ${walk.blocks} block[s], coding ${walk.sound.code}`;
    return { ...answer, basis, tracks: [judged.track], shortfall: shortfallOf(bytes, walk), findings, state };
  },
};

/** Returns what is missing from the file. Bytes after the terminator do not belong to the file; zeros that overwrote audio begin like a terminator. */
function shortfallOf(bytes: ByteReader, { missing, strange, end, ended }: Walk): Shortfall {
  const behind = bytes.size - end;
  return { missingBytes: missing, mayGoOn: missing > 0, strayBytes: strange.bytes + (ended ? 0 : behind), bytesBehind: ended ? behind : 0 };
}

interface Walk {
  readonly blocks: number;
  /** The first described audio; other audio is compared with it. */
  readonly sound: VocSound | null;
  /** Number of bytes of audio of that kind. */
  readonly soundBytes: number;
  readonly spans: readonly (readonly [start: number, end: number])[];
  /** True if the spans alone are the audio: there is one simple coding, and nothing lies between its parts. */
  readonly plain: boolean;
  readonly silence: number;
  /** Number of samples per channel that the block decoder produces from the blocks; null if their sizes are not reliable. */
  readonly frames: number | null;
  readonly repeats: number;
  /** Audio parts with another rate, other channels or an unknown coding. */
  readonly strange: { readonly parts: number; readonly bytes: number };
  /** Number of bytes missing from the last block. */
  readonly missing: number;
  /** How a 24-bit size that cannot hold the audio was interpreted. */
  readonly size: 'right' | 'lost' | 'short' | 'wrapped';
  /** Offset at which the walk ended; the bytes after it are not a block. */
  readonly end: number;
  /** True if the walk ended at a terminator. */
  readonly ended: boolean;
}

/**
 * Walks the blocks to the terminator, the end of the file, or the first byte that begins no block.
 * One function: one case per type of block, and all of them change the same account of what was found.
 */
async function walkBlocks(bytes: ByteReader, first: number, signal: AbortSignal): Promise<Walk> {
  const spans: [number, number][] = [];
  const strange = { parts: 0, bytes: 0 };
  let sound: VocSound | null = null;
  let current: VocSound | null = null;
  let extended: VocSound | null = null;
  let codings = 0;
  let soundBytes = 0;
  let blocks = 0;
  const silences: [samples: number, constant: number][] = [];
  let frames = 0;
  let fresh = false;
  let repeats = 0;
  let missing = 0;
  let ended = false;
  let size: Walk['size'] = 'right';
  let at = first;
  let window = new Uint8Array(0);
  let windowAt = 0;
  while (at < bytes.size && blocks < mostBlocks) {
    signal.throwIfAborted();
    if (at < windowAt || at + 16 > windowAt + window.length) {
      window = new Uint8Array(await bytes.read(at, 4096, signal));
      windowAt = at;
    }
    const head = window.subarray(at - windowAt, at - windowAt + 16);
    const type = head[0] ?? 0;
    if (type > vocBlock.newSound) break;
    if (type === vocBlock.end) {
      ended = true;
      at++;
      break;
    }
    if (head.length < 4) break;
    blocks++;
    const declared = (head[1] ?? 0) | ((head[2] ?? 0) << 8) | ((head[3] ?? 0) << 16);
    const infoBytes = vocInfoBytes(type);
    const info = head.subarray(4, 4 + infoBytes);
    const starts = type === vocBlock.sound || type === vocBlock.newSound;
    let from = at + 4 + infoBytes;
    let to = at + 4 + declared;
    if (info.length < infoBytes || (declared < infoBytes && (!starts || declared > 0 || sound !== null))) {
      // The block is too short to have any content: it is damaged, but its size may still be right.
      if (starts) current = null;
      at = to;
      continue;
    }
    if (starts && sound === null) {
      // The first audio of a writer that never updated its header, or audio whose size does not fit into 24 bits.
      const there = bytes.size - at - 4;
      if (declared === 0) size = 'lost';
      else if (type === vocBlock.newSound && (await soxForgot(bytes, to, signal))) size = 'short';
      else if (there > declared && (there - declared) % 2 ** 24 <= 1 && there - declared >= 2 ** 24) size = 'wrapped';
      if (size !== 'right') to = size === 'short' ? bytes.size - 1 : bytes.size;
    }
    if (starts) {
      current = readVocSound(type, info, type === vocBlock.sound ? extended : null);
      fresh = true;
      extended = null;
      sound ??= current;
      if (current.coding !== null && current.coding !== sound.coding) codings++;
    } else if (type === vocBlock.extended) extended = readVocSound(type, info, null);
    else if (type === vocBlock.silence) {
      silences.push([((info[0] ?? 0) | ((info[1] ?? 0) << 8)) + 1, info[2] ?? 0]);
    } else if (type === vocBlock.repeat) repeats++;
    if (type === vocBlock.more) from = at + 4;
    // libsndfile 1.2 counts the terminator as part of its one block of G.711.
    if (type === vocBlock.newSound && to === bytes.size && /law$/.test(current?.coding ?? '') && (await bytes.read(to - 1, 1, signal))[0] === 0) to--;
    if (to > bytes.size) {
      missing = to - bytes.size;
      to = bytes.size;
    }
    if ((starts || type === vocBlock.more) && to > from) {
      if (current !== null && sound !== null && (current === sound || sameVocStream(sound, current))) {
        soundBytes += to - from;
        frames += vocFrames(current, to - from, fresh);
        fresh = false;
        const last = spans.at(-1);
        if (last !== undefined && last[1] === from) last[1] = to;
        else if (spans.length <= mostSpans) spans.push([from, to]);
      } else {
        strange.parts++;
        strange.bytes += to - from;
      }
    }
    at = to;
  }
  // The last block may be too short to have any content, and state more bytes than there are.
  if (at > bytes.size) missing = at - bytes.size;
  const rate = sound?.sampleRateHz ?? 8000;
  const silence = silences.reduce((sum, [samples, constant]) => sum + silentFrames(samples, constant, rate), 0);
  const channels = sound?.channels ?? 1;
  const made = Math.min(silence, Math.floor(mostSilence / Math.max(1, channels)));
  const simple = sound !== null && sound.coding !== null && !sound.coding.startsWith('adpcm');
  const plain = simple && codings === 0 && silences.length === 0 && spans.length <= mostSpans && blocks < mostBlocks;
  return {
    blocks,
    sound,
    soundBytes,
    spans,
    plain,
    silence,
    frames: size === 'right' ? frames + made : null,
    repeats,
    strange,
    missing,
    size,
    end: Math.min(at, bytes.size),
    ended,
  };
}

/** Number of bytes by which sox 14.4 states the size of block 9 too small when it writes 16 bits. */
const soxMissing = 8;

/** Returns true if a block that is stated to end at `end` is sox's one block: the terminator, which is the file's last byte, is 8 bytes further. */
async function soxForgot(bytes: ByteReader, end: number, signal: AbortSignal): Promise<boolean> {
  if (end + soxMissing + 1 !== bytes.size) return false;
  const rest = await bytes.read(end, soxMissing + 1, signal);
  if (rest[soxMissing] !== vocBlock.end) return false;
  // Another small block may be there as well: its size then leads to the terminator.
  const type = rest[0] ?? 0;
  const size = (rest[1] ?? 0) | ((rest[2] ?? 0) << 8) | ((rest[3] ?? 0) << 16);
  return !(type >= vocBlock.sound && type <= vocBlock.newSound && 4 + size === soxMissing);
}

function walkFindings(bytes: ByteReader, walk: Walk, findings: Finding[]): Identification['state'] {
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  let state: Identification['state'] = 'ok';
  if (walk.size === 'lost') {
    tell('F101', agree`the first block of sound states 0 bytes; ${walk.soundBytes} byte[s] up to the end [is|are] used`);
    state = 'damaged';
  }
  if (walk.size === 'short')
    tell('F102', agree`the block of sound states ${soxMissing} byte[s] less than there are before the terminator; all ${walk.soundBytes} are used`);
  if (walk.size === 'wrapped') {
    tell('F102', agree`the first block of sound is longer than its 24-bit size can say; all ${walk.soundBytes} byte[s] up to the end [is|are] used`);
    state = 'damaged';
  }
  if (walk.missing > 0) {
    tell('F103', agree`the last block states ${walk.missing} byte[s] more than there [is|are]`);
    state = 'truncated';
  }
  if (walk.repeats > 0) tell('F221', agree`${walk.repeats} block[s] [requests|request] that parts are repeated; each part is played once`);
  if (walk.strange.parts > 0) {
    tell(
      'F222',
      agree`${walk.strange.parts} part[s] of sound with ${walk.strange.bytes} byte[s] [differs|differ] from the first in rate, channels or coding and [is|are] left out`,
    );
    state = 'damaged';
  }
  const made = Math.floor(mostSilence / Math.max(1, walk.sound?.channels ?? 1));
  if (walk.silence > made) tell('F223', agree`${walk.silence} sample[s] of silence [is|are] stated; ${made} [is|are] made`);
  const behind = bytes.size - walk.end;
  if (behind > 1 && walk.sound !== null) tell('F111', agree`${behind} byte[s] [follows|follow] the last block; [it is|they are] not read as audio`);
  return state;
}

function trackOf(walk: Walk, first: number): Track {
  const sound = walk.sound ?? { sampleRateHz: 0, channels: 0, code: 0, coding: null };
  const { coding } = sound;
  const decodable = coding !== null && sound.channels <= limits.channels && sound.sampleRateHz > 0;
  const name = `VOC coding ${sound.code} (${coding === null ? (sound.code === 0x200 ? 'Creative ADPCM, 16 to 4 bits' : 'not known here') : names[coding]})`;
  const described = { sampleRateHz: sound.sampleRateHz, channels: Math.max(1, sound.channels), frames: null, setup: null };
  if (!decodable) {
    const odd = coding === null ? '' : agree`: ${sound.channels} channel[s], ${sound.sampleRateHz} Hz`;
    return { ...described, codec: 'unknown', codecName: name + odd, bitsPerSample: null, blockBytes: null, spans: walk.spans };
  }
  const bitsPerSample = bits[coding] ?? null;
  if (!walk.plain)
    return {
      ...described,
      codec: 'creative-voc',
      frames: walk.frames,
      codecName: `${name}, in blocks`,
      bitsPerSample,
      blockBytes: null,
      spans: [[first, walk.end]],
    };
  return {
    ...described,
    codec: coding,
    codecName: name,
    bitsPerSample,
    blockBytes: (coding === 'pcm-s16le' ? 2 : 1) * sound.channels,
    spans: walk.spans,
  };
}

/** Identifies files of RCA's recorders, which are not decoded. */
function rca(bytes: ByteReader): Identification {
  const track: Track = {
    codec: 'unknown',
    codecName: 'RCA VOC (a coding of 700 or 4,000 bytes per second without a specification)',
    sampleRateHz: 8000,
    channels: 1,
    bitsPerSample: null,
    blockBytes: null,
    frames: null,
    setup: null,
    spans: [[0, bytes.size]],
  };
  return { format: voc.id, confidence: 'signature', basis: `${rcaMagic} at 0`, tracks: [track], findings: [], state: 'ok' };
}
