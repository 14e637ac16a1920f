import type { ByteReader } from '../src/core/bytes.ts';
import { type Finding, finding } from '../src/core/finding.ts';
import type { Format, Identification } from '../src/core/format.ts';
import { limits } from '../src/core/limits.ts';
import { extensionOf } from './extension.ts';
import { skipId3 } from './id3.ts';
import { type MpegFrame, readMpegFrame, sameStream } from './mpeg-frame.ts';

/** Frames in a row that make a stream: a header has 12 fixed bits and its length leads to the next. */
const framesNeeded = 4;
/** Bytes behind tags in which the first frame is looked for where the name says MPEG. */
const junkBytes = 4096;
const windowBytes = 256 * 1024;

/** MP3 and MP2: no header of the file, frames from the first byte or behind ID3 tags. */
export const mpegAudio: Format = {
  id: 'mpeg-audio',
  title: 'MPEG audio (MP3, MP2)',
  extensions: ['.mp3', '.mp2', '.mpga'],
  mediaType: 'audio/mpeg',
  grade: 'verified',
  pronom: ['fmt/134'],
  facts: [
    'ISO/IEC 11172-3, ISO/IEC 13818-3; ID3v2.4 structure, section 3.1; Xing and LAME tags as in FFmpeg 7.1 libavformat/mp3dec.c; files of LAME and FFmpeg',
  ],
  async identify(bytes, hint, signal) {
    const tagged = await skipId3(bytes, signal);
    const named = mpegAudio.extensions.includes(extensionOf(hint));
    const start = await firstFrame(bytes, tagged, tagged > 0 || named ? junkBytes : 0, signal);
    if (start === null) return null;
    const walk = await walkFrames(bytes, start.at, signal);
    const findings: Finding[] = [];
    const tell = (code: string, message: string): void => {
      findings.push(finding(code, bytes.name, message));
    };
    let state: Identification['state'] = 'ok';
    if (start.at > tagged) tell('F100', `${start.at - tagged} bytes lie before the first frame`);
    if (walk.junk > 0) {
      tell('F150', `${walk.junk} bytes in ${walk.gaps} places lie between frames`);
      state = 'damaged';
    }
    if (walk.strangers > 0) tell('F151', `${walk.strangers} of ${walk.count} frames are of another kind than the first`);
    if (walk.missing > 0) {
      tell('F103', `the last frame lacks ${walk.missing} of its bytes`);
      state = 'truncated';
    }
    const { frame } = start;
    const layer = { 1: 'I', 2: 'II', 3: 'III' }[frame.layer];
    const uniform = walk.strangers === 0 && walk.complete && walk.junk === 0;
    return {
      format: mpegAudio.id,
      confidence: 'structure',
      basis: `${tagged > 0 ? `ID3 up to ${tagged}, ` : ''}${Math.min(walk.count, framesNeeded)} frames in a row from ${start.at}`,
      tracks: [
        {
          codec: frame.layer === 3 ? 'mp3' : frame.layer === 2 ? 'mp2' : 'unknown',
          codecName: `MPEG audio layer ${layer}`,
          sampleRateHz: frame.sampleRateHz,
          channels: frame.channels,
          bitsPerSample: null,
          blockBytes: null,
          frames: uniform ? await lameFrames(bytes, start.at, frame, signal) : null,
          setup: null,
          spans: [[start.at, walk.end]],
        },
      ],
      findings,
      state,
    };
  },
};

/** The first place within `search` bytes where `framesNeeded` frames of one kind follow each other, or all that there are to the end. */
async function firstFrame(bytes: ByteReader, from: number, search: number, signal: AbortSignal): Promise<{ at: number; frame: MpegFrame } | null> {
  const window = await bytes.read(from, search + 16 * 1024, signal); // the longest frames have 2,880 bytes
  const windowEnds = from + window.length >= bytes.size;
  for (let at = 0; at <= search && at < window.length; at++) {
    const frame = readMpegFrame(window, at);
    if (frame === null) continue;
    let count = 1;
    let next = at + frame.size;
    while (count < framesNeeded) {
      const following = readMpegFrame(window, next);
      if (following === null || !sameStream(frame, following)) break;
      count++;
      next += following.size;
    }
    // Two frames that end exactly with the file prove as much as four that do not.
    if (count === framesNeeded || (count >= 2 && windowEnds && next === window.length)) return { at: from + at, frame };
  }
  return null;
}

interface FrameWalk {
  readonly count: number;
  /** End of the last frame. */
  readonly end: number;
  readonly junk: number;
  readonly gaps: number;
  readonly strangers: number;
  /** Bytes that the last frame lacks. */
  readonly missing: number;
  /** False where only the first `limits.framesCheckedBytes` were walked. */
  readonly complete: boolean;
}

/** Walks frame by frame; what lies between frames is counted, what lies behind the last one (ID3v1, APE, zeros) is not sound. */
async function walkFrames(bytes: ByteReader, start: number, signal: AbortSignal): Promise<FrameWalk> {
  const stop = Math.min(bytes.size, start + limits.framesCheckedBytes);
  let window = new Uint8Array(0);
  let windowAt = 0;
  let first: MpegFrame | null = null;
  let at = start;
  let end = start;
  let skipped = 0;
  const walk = { count: 0, junk: 0, gaps: 0, strangers: 0, missing: 0 };
  while (at < stop) {
    if (at + 4 > windowAt + window.length && windowAt + window.length < bytes.size) {
      window = new Uint8Array(await bytes.read(at, windowBytes, signal));
      windowAt = at;
    }
    const frame = readMpegFrame(window, at - windowAt);
    // Behind a gap one header alone is chance: the next frame must follow, or the end.
    const lost = frame === null || (skipped > 0 && !(await followed(bytes, at, frame, signal)));
    if (frame === null || lost) {
      at++;
      skipped++;
      continue;
    }
    if (skipped > 0) {
      walk.junk += skipped;
      walk.gaps++;
      skipped = 0;
    }
    first ??= frame;
    if (!sameStream(first, frame)) walk.strangers++;
    walk.count++;
    walk.missing = Math.max(0, at + frame.size - bytes.size);
    at += frame.size;
    end = Math.min(at, bytes.size);
  }
  const complete = stop === bytes.size;
  return { ...walk, end: complete ? end : bytes.size, complete };
}

async function followed(bytes: ByteReader, at: number, frame: MpegFrame, signal: AbortSignal): Promise<boolean> {
  const next = await bytes.read(at + frame.size, 4, signal);
  const following = readMpegFrame(next, 0);
  return following !== null && sameStream(frame, following);
}

/**
 * Samples per channel without encoder delay and padding, as the LAME part of a Xing or Info tag in the first frame states
 * them; null where there is none. The tag's own frame is not sound.
 */
async function lameFrames(bytes: ByteReader, at: number, frame: MpegFrame, signal: AbortSignal): Promise<number | null> {
  if (frame.layer !== 3) return null;
  const head = await bytes.read(at, frame.size, signal);
  const tag = 4 + frame.sideBytes;
  if (head.length < tag + 144) return null;
  const id = String.fromCharCode(...head.subarray(tag, tag + 4));
  if (id !== 'Xing' && id !== 'Info') return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const flags = view.getUint32(tag + 4);
  if ((flags & 1) === 0) return null;
  const count = view.getUint32(tag + 8);
  // Flags 1, 2, 4, 8: count, bytes, table of 100 and quality; then LAME's version (9), 12 more bytes, delay and padding in 12 bits each.
  let lame = tag + 8;
  for (const [flag, size] of [
    [1, 4],
    [2, 4],
    [4, 100],
    [8, 4],
  ] as const) {
    if (flags & flag) lame += size;
  }
  const both = ((head[lame + 21] ?? 0) << 16) | ((head[lame + 22] ?? 0) << 8) | (head[lame + 23] ?? 0);
  const frames = count * frame.frames - (both >> 12) - (both & 0xfff);
  return both > 0 && frames > 0 && count <= bytes.size / 24 ? frames : null;
}
