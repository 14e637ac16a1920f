import { limits } from '../../src/core/base/limits.ts';
import { addSpan, type FrameWindow } from '../frames/frame-window.ts';
import { type LostFrames, type LostStretch, mostLost } from '../frames/lost-frames.ts';

/** Properties of the narrow-band or the wide-band coding. */
export interface AmrKind {
  /** Size of a frame including its header, by frame type; 0: the type does not occur in files. */
  readonly sizes: readonly number[];
  /** Number of speech types; the frame types below it are speech. */
  readonly speechTypes: number;
  readonly sampleRateHz: number;
  /** Samples of one frame: 20 ms. */
  readonly frameSamples: number;
  readonly codec: string;
  readonly name: string;
  /** kbit/s by frame type. */
  readonly rates: readonly string[];
}

/** Frame type of a lost frame. The frame type of a silence descriptor is the first one that is not speech (3GPP TS 26.101 table 1a, TS 26.201 table 1a). */
const lost = 14; // wide band only

/** 3GPP TS 26.101, tables 1a and 2: bits of class A, B and C in whole bytes, and the header byte of RFC 4867, section 5.3. */
export const amrNarrow: AmrKind = {
  sizes: [13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1],
  speechTypes: 8,
  sampleRateHz: 8000,
  frameSamples: 160,
  codec: 'amr-nb',
  name: 'AMR narrowband',
  rates: ['4.75', '5.15', '5.9', '6.7', '7.4', '7.95', '10.2', '12.2'],
};

/** Frames of AMR-WB (3GPP TS 26.201, tables 1a and 2). */
export const amrWide: AmrKind = {
  sizes: [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1],
  speechTypes: 9,
  sampleRateHz: 16000,
  frameSamples: 320,
  codec: 'amr-wb',
  name: 'AMR wideband',
  rates: ['6.6', '8.85', '12.65', '14.25', '15.85', '18.25', '19.85', '23.05', '23.85'],
};

/** One channel of a walk over frames. */
export interface AmrChannel {
  /** Spans of speech frames, in order. */
  readonly spans: [number, number][];
  /** Stretches without speech frames, in samples. */
  readonly silences: [number, number][];
  /** Number of all frames. */
  frames: number;
}

/** Result of a walk over AMR frames; offsets are those of the reader. */
export interface AmrWalk {
  readonly channels: readonly AmrChannel[];
  readonly frames: number;
  /** Number of silence descriptors and of frames without data. */
  readonly pauses: number;
  /** Number of frames whose quality bit is 0, and of lost frames. */
  readonly bad: number;
  readonly lost: number;
  /** Number of speech frames by type. */
  readonly types: readonly number[];
  readonly junk: number;
  /** Bad and lost frames with their positions, and the playing time of one channel's frames. */
  readonly lostFrames: LostFrames;
  readonly gaps: number;
  /** Number of bytes missing from the last frame. */
  readonly missing: number;
  /** False if there were more stretches than a track may have; the rest of the file was not walked. */
  readonly complete: boolean;
}

/** Number of consecutive frames that confirm a position after bytes that belong to no frame. */
const framesNeeded = 4;
const largest = 61;
/** Number of bytes that are searched at a time. */
const searchBytes = 32 * 1024;

/** Returns the size of the frame that begins with this byte, or 0 if no frame does: the bit before the type and the last two bits must be 0 (RFC 4867, 5.3). */
export function amrFrameBytes(kind: AmrKind, head: number | undefined): number {
  return head === undefined || (head & 0x83) !== 0 ? 0 : (kind.sizes[head >> 3] ?? 0);
}

/** Walks frames from `start` to the end. With several channels, each block holds one frame per channel, in order (RFC 4867, section 5.3). */
export async function walkAmr(window: FrameWindow, start: number, kind: AmrKind, channelCount: number): Promise<AmrWalk> {
  const channels: AmrChannel[] = Array.from({ length: channelCount }, () => ({ spans: [], silences: [], frames: 0 }));
  const types = new Array<number>(16).fill(0);
  const walk = { frames: 0, pauses: 0, bad: 0, lost: 0, junk: 0, gaps: 0, missing: 0 };
  const between: LostStretch[] = [];
  let behind: LostStretch | null = null;
  let stretches = 0;
  const seconds = (): number => (Math.ceil(walk.frames / channelCount) * kind.frameSamples) / kind.sampleRateHz;
  let at = start;
  while (at < window.size && stretches < limits.trackStretches) {
    const head = (window.peek(at, 1) ?? (await window.read(at, largest)))[0];
    const size = amrFrameBytes(kind, head);
    if (size === 0 || head === undefined) {
      const next = await resync(window, at + 1, kind);
      walk.junk += next - at;
      walk.gaps++;
      const stretch = { offset: at, bytes: next - at, seconds: seconds() };
      if (next === window.size) behind = stretch;
      else if (between.length < mostLost) between.push(stretch);
      at = next;
      continue;
    }
    if (at + size > window.size) {
      walk.missing = at + size - window.size;
      break;
    }
    const channel = channels[walk.frames % channelCount];
    if (channel === undefined) break;
    const type = head >> 3;
    if (type < kind.speechTypes) {
      const before = channel.spans.length;
      addSpan(channel.spans, at, at + size);
      stretches += channel.spans.length - before;
      types[type] = (types[type] ?? 0) + 1;
      if ((head & 4) === 0) walk.bad++;
    } else {
      const from = channel.frames * kind.frameSamples;
      const before = channel.silences.length;
      addSpan(channel.silences, from, from + kind.frameSamples);
      stretches += channel.silences.length - before;
      if (type === lost) walk.lost++;
      else walk.pauses++;
    }
    channel.frames++;
    walk.frames++;
    at += size;
  }
  const lostFrames = { between, behind, frameBytes: at - start - walk.junk, seconds: seconds() };
  return { channels, ...walk, lostFrames, types, complete: walk.missing > 0 || at >= window.size };
}

/** Returns the next offset, from `from` on, where frames follow each other or end with the file; the file's size if there is none. */
async function resync(window: FrameWindow, from: number, kind: AmrKind): Promise<number> {
  const ahead = framesNeeded * largest;
  for (let base = from; base < window.size; ) {
    const view = window.peek(base, searchBytes) ?? (await window.read(base, searchBytes));
    // Positions too near the end of the view are tested again with the next view, unless the file ends there.
    const last = base + view.length >= window.size ? view.length : view.length - ahead;
    for (let at = 0; at < last; at++) {
      let next = at;
      for (let count = 0; ; count++) {
        if (count === framesNeeded || (count > 1 && base + next === window.size)) return base + at;
        const size = amrFrameBytes(kind, view[next]);
        if (size === 0) break;
        next += size;
      }
    }
    base += last;
  }
  return window.size;
}

/** Returns the modes of the speech frames in words, e.g. `12.2 kbit/s` or `4.75 to 12.2 kbit/s`. */
export function amrModes({ types }: AmrWalk, kind: AmrKind): string {
  const used = kind.rates.filter((_, type) => (types[type] ?? 0) > 0);
  const [first] = used;
  const last = used.at(-1);
  if (first === undefined || last === undefined) return 'no speech';
  return first === last ? `${first} kbit/s` : `${first} to ${last} kbit/s`;
}
