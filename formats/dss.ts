import type { ByteReader } from '../src/core/bytes.ts';
import { type Finding, finding } from '../src/core/finding.ts';
import type { Format, Identification } from '../src/core/format.ts';
import { frameWindow } from './frame-window.ts';

const blockBytes = 512;
/** Header of a block; the rest is coded sound. */
const blockHeaderBytes = 6;
const payloadBytes = blockBytes - blockHeaderBytes;
/** Frames of standard play take 42 and 40 bytes by turns, in two of which they share a word; 264 samples each. */
const frameBytes = [42, 40] as const;
const spSamples = 264;
const spRateHz = 11_025;

/** What FFmpeg 7.1 libavformat/dss.c reads: author, times and coding of the header. */
const offsets = { endTime: 0x32, coding: 0x2a4 } as const;

/** Dictation of Olympus, Philips and Grundig recorders, versions 2 and 3. DS2 and encrypted files begin otherwise. */
export const dss: Format = {
  id: 'dss',
  title: 'DSS dictation (Olympus, Philips)',
  extensions: ['.dss'],
  mediaType: 'audio/x-dss',
  grade: 'experimental',
  pronom: ['fmt/1007'],
  facts: [
    'FFmpeg 7.1 libavformat/dss.c (header, coding); github.com/hirparak/dss-codec CODEC_SPECIFICATION.md, "Audio Block Structure" and "Demuxing" (blocks, pauses); no recording at hand',
  ],
  async identify(bytes, _hint, signal) {
    const head = await bytes.read(0, 4, signal);
    const [version = 0] = head;
    if ((version !== 2 && version !== 3) || String.fromCharCode(...head.subarray(1)) !== 'dss') return null;
    const findings: Finding[] = [];
    const tell = (code: string, message: string): void => {
      findings.push(finding(code, bytes.name, message));
    };
    const start = version * blockBytes;
    const header = await bytes.read(0, start, signal);
    const date = String.fromCharCode(...header.subarray(offsets.endTime, offsets.endTime + 12));
    const dated = /^\d{12}$/.test(date) ? `, ended ${date.slice(0, 6)} ${date.slice(6)} (yymmdd hhmmss)` : '';
    const answer = { format: dss.id, confidence: 'signature', basis: `0x0${version} "dss" at 0${dated}` } as const;
    if (bytes.size < start + blockBytes) {
      tell('F110', `a header of ${start} bytes and no whole block`);
      return { ...answer, tracks: [], findings, state: 'header-only' };
    }
    const rest = (bytes.size - start) % blockBytes;
    let state: Identification['state'] = 'ok';
    if (rest > 0) {
      tell('F118', `${bytes.size - start} bytes of blocks are ${rest} more than whole ones of ${blockBytes}`);
      state = 'truncated';
    }
    const coding = header[offsets.coding] ?? 0xff;
    const blocks = Math.floor((bytes.size - start) / blockBytes);
    const walk = await walkBlocks(bytes, start, blocks, coding === 0, signal);
    if (walk.pauses > 0) tell('F307', `${walk.pauses} of ${blocks} blocks begin no frame`);
    if (walk.frames === 0) {
      tell('F110', `${blocks} blocks without a frame`);
      return { ...answer, tracks: [], findings, state: 'header-only' };
    }
    const known = coding === 0 ? 'DSS standard play' : coding === 2 ? 'DSS long play (G.723.1)' : `DSS coding ${coding}`;
    const whole = walk.brokenAt === null;
    if (!whole) tell('F302', `the frames of block ${walk.brokenAt} of ${blocks} do not begin where those before it end: FFmpeg would lose step`);
    const codec = coding === 0 ? 'dss-sp' : coding === 2 ? 'dss-lp' : 'unknown';
    return {
      ...answer,
      tracks: [
        {
          codec: whole ? codec : 'unknown',
          codecName: whole ? known : `${known} with a pause or gap in its blocks`,
          sampleRateHz: coding === 2 ? 8000 : spRateHz,
          channels: 1,
          bitsPerSample: null,
          blockBytes: null,
          frames: coding === 0 ? walk.frames * spSamples : null,
          setup: header,
          spans: [[start, walk.end]],
        },
      ],
      findings,
      state: whole ? state : 'damaged',
    };
  },
};

interface BlockWalk {
  readonly frames: number;
  readonly pauses: number;
  /** First block whose frames do not follow those before; null where all do. */
  readonly brokenAt: number | null;
  /** Where the last frame ends. */
  readonly end: number;
}

/**
 * Walks the headers of blocks. Byte 2 counts the frames that begin in a block; byte 1 and the highest bit of byte 0 tell where the first
 * of them does and which of the two kinds it is. Frames of standard play are laid out by turns over all blocks, and FFmpeg reads them
 * so without looking at the headers: only where every header agrees with that is the outcome right.
 */
async function walkBlocks(bytes: ByteReader, start: number, blocks: number, standard: boolean, signal: AbortSignal): Promise<BlockWalk> {
  const window = frameWindow(bytes, signal);
  let frames = 0;
  let pauses = 0;
  let brokenAt: number | null = null;
  /** Where the next frame begins in the payloads of all blocks, and its kind. */
  let next = 0;
  let lastBlock = -1;
  for (let block = 0; block < blocks; block++) {
    const head = await window.read(start + block * blockBytes, blockHeaderBytes);
    const count = head[2] ?? 0;
    if (count === 0) {
      pauses++;
      continue;
    }
    // Sound behind a pause: the frame before it may go on into the pause, and the next begins with the block.
    if (lastBlock !== block - 1) brokenAt ??= block;
    lastBlock = block;
    if (standard) {
      const swapped = (head[0] ?? 0) >> 7;
      const first = Math.max(0, 2 * (head[1] ?? 0) + 2 * swapped - blockHeaderBytes);
      if (brokenAt === null && (next !== block * payloadBytes + first || frames % 2 !== swapped)) brokenAt = block;
      for (let i = 0; i < count; i++) next += frameBytes[(frames + i) % 2] ?? 0;
      if (brokenAt === null && block < blocks - 1 && next < (block + 1) * payloadBytes && (await followed(window, start, block + 1, blocks)))
        brokenAt = block + 1;
    }
    frames += count;
  }
  // The last frame may end in a block in which none begins: that is no pause.
  if (standard && brokenAt === null && pauses > 0 && next > (lastBlock + 1) * payloadBytes) pauses--;
  const end = standard ? endOf(start, next) : start + (lastBlock + 1) * blockBytes;
  return { frames, pauses, brokenAt, end: Math.min(end, start + blocks * blockBytes) };
}

/** Whether any later block begins a frame. */
async function followed(window: ReturnType<typeof frameWindow>, start: number, from: number, blocks: number): Promise<boolean> {
  for (let block = from; block < blocks; block++) {
    if (((await window.read(start + block * blockBytes, blockHeaderBytes))[2] ?? 0) > 0) return true;
  }
  return false;
}

/** The place in the file where the payload byte before `next` ends. */
function endOf(start: number, next: number): number {
  const block = Math.floor((next - 1) / payloadBytes);
  return start + block * blockBytes + blockHeaderBytes + (next - block * payloadBytes);
}
