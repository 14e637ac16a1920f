import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification } from '../../src/core/model/format.ts';
import { extensionOf } from '../frames/extension.ts';
import { beforeTags, tagBytesAt, tagHeadBytes } from '../frames/frame-tags.ts';
import { addSpan, type FrameWindow, frameWindow } from '../frames/frame-window.ts';
import { type LostFrames, type LostStretch, lostFramesFindings, mostLost } from '../frames/lost-frames.ts';
import { aacRates } from './aac-config.ts';
import { skipId3 } from './id3.ts';

/** The header of one frame (ISO/IEC 14496-3, 1.A.2.2). */
interface AdtsFrame {
  readonly objectType: number;
  readonly sampleRateHz: number;
  /** Number of channels; 0 if only the frame itself states it. */
  readonly channels: number;
  /** Size including the header. */
  readonly size: number;
  /** Number of samples per channel: 1,024 per raw data block. */
  readonly frames: number;
  /** The fields that do not change within a stream (1.A.2.2.1). */
  readonly fixed: number;
}

const headerBytes = 7;
/** Number of consecutive frames that make a stream: a header has 15 fixed bits, and its length leads to the next header. */
const framesNeeded = 4;
/** Number of bytes after tags in which the first frame is searched if the name says AAC. */
const junkBytes = 4096;
/** Size of the largest frame: 8,191 bytes (13 bits). */
const largest = 8191;

/** Identifies AAC as a stream of frames. */
export const adts: Format = {
  id: 'adts',
  title: 'AAC stream (ADTS)',
  extensions: ['.aac', '.adts'],
  mediaType: 'audio/aac',
  grade: 'verified',
  pronom: ['fmt/1812'],
  facts: ['ISO/IEC 14496-3, 1.A.2; files of FFmpeg 7.1, whose demuxer finds the same frames'],
  async identify(bytes, hint, signal) {
    const tagged = await skipId3(bytes, signal);
    const window = frameWindow(bytes, signal);
    const named = adts.extensions.includes(extensionOf(hint));
    // Every file is tested, and few are AAC: for the others, only the first bytes are read.
    if (!named && readFrame(await bytes.read(tagged, headerBytes, signal), 0) === null) return null;
    const start = await firstFrame(window, tagged, named ? junkBytes : 0);
    if (start === null) return null;
    const walk = await walkFrames(window, start.at, start.frame);
    const lost = await lostOf(bytes, walk, signal);
    const findings: Finding[] = [];
    const tell = (code: FindingCode, message: string): void => {
      findings.push(finding(code, bytes.name, message));
    };
    let state: Identification['state'] = 'ok';
    if (start.at > tagged) tell('F100', agree`${start.at - tagged} byte[s] [precedes|precede] the first frame`);
    if (walk.junk > 0) {
      tell('F302', agree`${walk.junk} byte[s] in ${walk.gaps} place[s] [belongs|belong] to no frame`);
      state = 'damaged';
    }
    findings.push(...lostFramesFindings(lost, bytes.name));
    if (walk.strangers > 0) tell('F151', agree`${walk.strangers} of ${walk.count} frame[s] [is|are] of another kind than the first`);
    if (walk.missing > 0) {
      tell('F103', `the last frame lacks ${walk.missing} of its bytes`);
      state = 'truncated';
    }
    const { frame } = start;
    const channels = frame.channels === 0 ? 2 : frame.channels === 7 ? 8 : frame.channels;
    if (frame.channels === 0) tell('F123', 'only the frames state the number of channels, 2 are assumed');
    return {
      format: adts.id,
      confidence: 'structure',
      basis: `${tagged > 0 ? `ID3 up to ${tagged}, ` : ''}${walk.count} ADTS frames from ${start.at}`,
      tracks: [
        {
          codec: 'aac-adts',
          codecName: `AAC ${['main', 'LC', 'SSR', 'LTP'][frame.objectType - 1]} (ADTS)`,
          sampleRateHz: frame.sampleRateHz,
          channels,
          bitsPerSample: null,
          blockBytes: null,
          frames: walk.strangers === 0 ? walk.frames : null,
          setup: null,
          spans: walk.spans,
        },
      ],
      findings,
      state,
    };
  },
};

function readFrame(bytes: Uint8Array, at: number): AdtsFrame | null {
  if (bytes[at] !== 0xff) return null;
  const [, b1, b2 = 0, b3 = 0, b4 = 0, b5 = 0, b6] = bytes.subarray(at, at + headerBytes);
  // Sync of 12 bits and a layer of 0, which distinguishes AAC from MPEG audio layers I to III.
  if (b1 === undefined || b6 === undefined || (b1 & 0xf6) !== 0xf0) return null;
  const sampleRateHz = aacRates[(b2 >> 2) & 15];
  const size = ((b3 & 3) << 11) | (b4 << 3) | (b5 >> 5);
  if (sampleRateHz === undefined || size < headerBytes + ((b1 & 1) === 0 ? 2 : 0)) return null;
  return {
    objectType: (b2 >> 6) + 1,
    sampleRateHz,
    channels: ((b2 & 1) << 2) | (b3 >> 6),
    size,
    frames: 1024 * ((b6 & 3) + 1),
    fixed: (b1 << 16) | ((b2 & 0xfd) << 8) | (b3 & 0xc0), // without the private bit
  };
}

/** Returns true if frames of one kind follow the frame at `at`, or the file ends after it. */
async function proven(window: FrameWindow, at: number, frame: AdtsFrame): Promise<boolean> {
  let next = at + frame.size;
  for (let count = 1; count < framesNeeded; count++) {
    if (next === window.size) return count >= 2;
    const following = readFrame(await window.read(next, headerBytes), 0);
    if (following === null || following.fixed !== frame.fixed) return false;
    next += following.size;
  }
  return true;
}

async function firstFrame(window: FrameWindow, from: number, search: number): Promise<{ at: number; frame: AdtsFrame } | null> {
  for (let at = from; at <= from + search && at + headerBytes <= window.size; at++) {
    const frame = readFrame(await window.read(at, framesNeeded * largest), 0);
    if (frame !== null && (await proven(window, at, frame))) return { at, frame };
  }
  return null;
}

/** Returns the size of a tag that begins here, if frames or the end of the file follow it; otherwise its size is not trusted. */
async function tagAt(window: FrameWindow, at: number): Promise<number> {
  const size = tagBytesAt(await window.read(at, tagHeadBytes), 0);
  if (size === 0 || at + size >= window.size) return at + size === window.size ? size : 0;
  const next = readFrame(await window.read(at + size, framesNeeded * largest), 0);
  return next !== null && (await proven(window, at + size, next)) ? size : 0;
}

/** Returns the stretches that no frame covers. */
async function lostOf(
  bytes: ByteReader,
  { between, seconds, spans, tagged }: Awaited<ReturnType<typeof walkFrames>>,
  signal: AbortSignal,
): Promise<LostFrames> {
  const end = spans.at(-1)?.[1] ?? 0;
  const left = bytes.size - end - Math.max(tagged, bytes.size - (await beforeTags(bytes, end, signal)));
  const frameBytes = spans.reduce((sum, [from, to]) => sum + to - from, 0);
  return { between, behind: left > 0 ? { offset: end, bytes: left, seconds } : null, frameBytes, seconds };
}

/** Walks frame by frame. Counts bytes between frames and after the last one, except an ID3v1 tag. */
async function walkFrames(window: FrameWindow, start: number, first: AdtsFrame) {
  const spans: [number, number][] = [];
  const walk = { count: 0, frames: 0, junk: 0, gaps: 0, strangers: 0, missing: 0 };
  const between: LostStretch[] = [];
  let skipped = 0;
  let tagged = 0;
  for (let at = start; at < window.size && spans.length < limits.trackStretches; ) {
    // Reads enough to hold the frames that must follow after a gap as well.
    const view = window.peek(at, headerBytes) ?? (await window.read(at, framesNeeded * largest));
    const frame = readFrame(view, 0);
    if (frame === null || (skipped > 0 && !(await proven(window, at, frame)))) {
      if (frame === null && (view[0] === 0x54 || at + headerBytes > window.size) && window.size - at === 128) break; // ID3v1: TAG and 125 bytes.
      const tag = frame === null ? await tagAt(window, at) : 0;
      skipped += Math.max(1, tag);
      tagged += tag;
      at += Math.max(1, tag);
      continue;
    }
    if (skipped > 0) {
      walk.junk += skipped;
      walk.gaps++;
      if (skipped > tagged && between.length < mostLost)
        between.push({ offset: at - skipped, bytes: skipped - tagged, seconds: walk.frames / first.sampleRateHz });
      skipped = 0;
      tagged = 0;
    }
    if (at + frame.size > window.size) {
      walk.missing = at + frame.size - window.size;
      break;
    }
    if (frame.sampleRateHz !== first.sampleRateHz || frame.channels !== first.channels) walk.strangers++;
    addSpan(spans, at, at + frame.size);
    walk.count++;
    walk.frames += frame.frames;
    at += frame.size;
  }
  if (skipped > 0) {
    walk.junk += skipped;
    walk.gaps++;
  }
  return { ...walk, spans, between, tagged, seconds: walk.frames / first.sampleRateHz };
}
