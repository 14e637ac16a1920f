import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification, Track } from '../../src/core/model/format.ts';
import { extensionOf } from '../frames/extension.ts';
import { lostFramesFindings } from '../frames/lost-frames.ts';
import { skipId3 } from './id3.ts';
import { type MpegFrame, readMpegFrame, sameStream } from './mpeg-frame.ts';
import { decoderDelay, type MpegTag, readMpegTag } from './mpeg-tag.ts';
import { freeFormatDistance, walkMpeg } from './mpeg-walk.ts';

/** Number of consecutive frames that make a stream: a header has 12 fixed bits, and its length leads to the next header. */
const framesNeeded = 4;
/** Number of bytes after tags in which the first frame is searched if the name says MPEG. */
const junkBytes = 4096;
/** Size of an ID3v2 header; its body is searched if its stated size is not trusted. */
const id3Bytes = 10;
const lostTagBytes = 256 * 1024;

/** Identifies MP3 and MP2: no file header, frames from the first byte or after ID3 tags. */
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
    let tagged = await skipId3(bytes, signal);
    const named = mpegAudio.extensions.includes(extensionOf(hint));
    // A tag that extends beyond the end of the file would hide all audio: its size is not trusted.
    const lost = tagged >= bytes.size && tagged > 0;
    if (lost) tagged = id3Bytes;
    const start = await firstFrame(bytes, tagged, lost ? lostTagBytes : tagged > 0 || named ? junkBytes : 0, signal);
    if (start === null) return await freeFormat(bytes, tagged, named, signal);
    const walk = await walkMpeg(bytes, start.at, signal);
    const findings: Finding[] = [];
    const tell = (code: FindingCode, message: string): void => {
      findings.push(finding(code, bytes.name, message));
    };
    const { frame } = start;
    const tag = readMpegTag(await bytes.read(start.at, frame.size, signal), frame);
    const sounding = walk.count - (tag === null ? 0 : 1);
    let state: Identification['state'] = 'ok';
    if (lost) tell('F230', `an ID3 tag states more bytes than the file has; the first frame is at ${start.at}`);
    else if (start.at > tagged) tell('F100', agree`${start.at - tagged} byte[s] [precedes|precede] the first frame`);
    if (walk.junk > 0) {
      tell('F150', agree`${walk.junk} byte[s] in ${walk.gaps} place[s] [is|are] between frames and [is|are] left out`);
      state = 'damaged';
    }
    const lostFrames = walk.lost === null ? [] : lostFramesFindings(walk.lost, bytes.name);
    findings.push(...lostFrames);
    if (lostFrames.length > 0) state = 'damaged';
    if (walk.strangers > 0) tell('F151', agree`${walk.strangers} of ${walk.count} frame[s] [is|are] of another kind than the first`);
    const stated = walk.complete && tag !== null ? tag.frames : null;
    if (walk.missing > 0) {
      tell('F103', `the last frame lacks ${walk.missing} of its bytes`);
      state = 'truncated';
    } else if (stated !== null && stated > sounding) {
      tell('F103', agree`${stated} frame[s] [is|are] stated, but ${sounding} [is|are] present`);
      state = 'truncated';
    } else if (stated !== null && stated < sounding && walk.strangers === 0) {
      tell('F220', agree`${stated} frame[s] [is|are] stated, but ${sounding} [is|are] present`);
    }
    const layer = { 1: 'I', 2: 'II', 3: 'III' }[frame.layer];
    const uniform = walk.strangers === 0 && walk.complete;
    return {
      format: mpegAudio.id,
      confidence: 'structure',
      basis: agree`${tagged > 0 ? `ID3 up to ${tagged}, ` : ''}${Math.min(walk.count, framesNeeded)} frame[s] in a row from ${start.at}`,
      tracks: [
        {
          codec: frame.layer === 3 ? 'mp3' : frame.layer === 2 ? 'mp2' : 'unknown',
          codecName: `MPEG audio layer ${layer}`,
          sampleRateHz: frame.sampleRateHz,
          channels: frame.channels,
          bitsPerSample: null,
          blockBytes: null,
          frames: uniform ? soundFrames(sounding, frame, tag) : null,
          setup: null,
          spans: walk.spans,
        },
      ],
      shortfall: stated !== null && stated >= sounding ? { statedFrames: stated * frame.frames } : {},
      findings,
      state,
    };
  },
};

/**
 * Returns the number of samples per channel that decoding yields: those of all frames except the tag's own, without those that the encoder says it added at
 * both ends. If the encoder does not say, its delay stays at the beginning, as in every player. FFmpeg removes the decoder delay itself.
 */
function soundFrames(frames: number, frame: MpegFrame, tag: MpegTag | null): number | null {
  const all = frames * frame.frames;
  if (tag?.gapless == null) return all > 0 ? all : null;
  const behindDelay = all - tag.gapless.delay - decoderDelay;
  const known = tag.frames !== null && tag.frames === frames && tag.gapless.padding > 0;
  const exact = known ? Math.min(behindDelay, all - tag.gapless.delay - tag.gapless.padding) : behindDelay;
  return exact > 0 ? exact : null;
}

/** Identifies audio in a free format, for which there is no decoder here. */
async function freeFormat(bytes: ByteReader, at: number, named: boolean, signal: AbortSignal): Promise<Identification | null> {
  if (!named && at === 0) return null;
  const window = await bytes.read(at, 16 * 1024, signal);
  const distance = freeFormatDistance(window);
  if (distance === null) return null;
  const track: Track = {
    codec: 'unknown',
    codecName: 'MPEG audio in a free format, which FFmpeg does not decode',
    sampleRateHz: 0,
    channels: (window[3] ?? 0) >> 6 === 3 ? 1 : 2,
    bitsPerSample: null,
    blockBytes: null,
    frames: null,
    setup: null,
    spans: [[at, bytes.size]],
  };
  const basis = agree`5 headers without a bit rate, ${distance} byte[s] apart`;
  return { format: mpegAudio.id, confidence: 'structure', basis, tracks: [track], findings: [], state: 'ok' };
}

/** Returns the first offset within `search` bytes at which `framesNeeded` frames of one kind, or all frames up to the end, follow each other. */
async function firstFrame(bytes: ByteReader, from: number, search: number, signal: AbortSignal): Promise<{ at: number; frame: MpegFrame } | null> {
  const window = await bytes.read(from, search + 16 * 1024, signal); // The longest frames have 2,880 bytes.
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
