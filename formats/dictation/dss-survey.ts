import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { createBlockCutter, createFrameCutter, type DssCounts, dssBlockBytes, readDssBlock } from '../codecs/dss/blocks.ts';
import { qpFrameBytes } from '../codecs/dss/ds2-qp.ts';
import { dssReadableBytes } from '../codecs/dss/keys.ts';
import { spFrameBytes } from '../codecs/dss/sp.ts';

/** Kinds of frames that one decoder plays together. */
export type DssFamily = 'sp' | 'qp';

/** Facts from the headers of a recording's blocks. */
export interface DssSurvey {
  /** Number of blocks in which frames begin, by mode. */
  readonly modes: ReadonlyMap<number, number>;
  /** The family of the recording's frames, or of most of them; null if none are known. */
  readonly family: DssFamily | null;
  /** The mode of most of its blocks. */
  readonly mode: number;
  /** Number of whole blocks that were read. */
  readonly blocks: number;
  /** Bytes of an incomplete last block. */
  readonly tailBytes: number;
  readonly counts: DssCounts;
  /** Number of frames that a decoder will find; null if only decryption can show it, or not everything was read. */
  readonly frames: number | null;
  /** Number of frames according to the headers, which may be more; null if not everything was read. */
  readonly statedFrames: number | null;
  /** Number of frames, before the last one, that lack their end. */
  readonly cutFrames: number;
  /** True if the last frame lacks its end. */
  readonly endsInFrame: boolean;
}

/** Reads the block headers from `start` to the end, or up to `limits.framesCheckedBytes`. */
export async function surveyDssBlocks(bytes: ByteReader, start: number, encrypted: boolean, signal: AbortSignal): Promise<DssSurvey> {
  const cutters = {
    sp: createFrameCutter({ frameBytes: spFrameBytes, frame: () => {} }),
    qp: createFrameCutter({ frameBytes: qpFrameBytes, frame: () => {} }),
  };
  const modes = new Map<number, number>();
  const statedByMode = new Map<number, number>();
  let blocks = 0;
  const pieces = createBlockCutter((block, size) => {
    if (size === dssBlockBytes) blocks++;
    const head = readDssBlock(block.subarray(0, size), 0);
    if (head !== null && head.frames > 0) {
      modes.set(head.mode, (modes.get(head.mode) ?? 0) + 1);
      statedByMode.set(head.mode, (statedByMode.get(head.mode) ?? 0) + head.frames);
    }
    for (const cutter of Object.values(cutters)) cutter.block(block, 0, encrypted ? dssReadableBytes(size) : size);
  });
  const end = Math.min(bytes.size, start + limits.framesCheckedBytes);
  for await (const piece of bytes.stream(start, end, signal)) pieces.push(piece);
  signal.throwIfAborted();
  const tailBytes = pieces.finish();
  const family: DssFamily | null =
    cutters.sp.counts.frames + cutters.qp.counts.frames === 0 ? null : cutters.sp.counts.frames > cutters.qp.counts.frames ? 'sp' : 'qp';
  const ofFamily = [...modes].filter(([mode]) => family === null || (family === 'sp' ? spFrameBytes(mode) : qpFrameBytes(mode, 0)) !== null);
  const [[mode] = [0]] = ofFamily.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const { counts, finish } = cutters[family ?? 'sp'];
  const complete = end === bytes.size;
  // The first bit of a frame shows whether it is short or long; here it is encrypted.
  const hidden = encrypted && modes.has(7);
  return {
    modes,
    family,
    mode,
    blocks,
    tailBytes,
    counts,
    frames: complete && family !== null && !hidden ? counts.frames : null,
    statedFrames: complete ? ofFamily.reduce((sum, [of]) => sum + (statedByMode.get(of) ?? 0), 0) : null,
    cutFrames: hidden || family === null ? 0 : counts.cutFrames,
    endsInFrame: complete && !hidden && family !== null && finish(),
  };
}
