import type { Decoder } from '../../../src/core/model/format.ts';
import { createBlockCutter, createFrameCutter } from './blocks.ts';

/** How one codec of the DSS family makes samples of its frames. */
export interface DssCoding {
  /** Samples of one frame, whatever its length. */
  readonly frameSamples: number;
  frameBytes(mode: number, first: number): number | null;
  /** Writes a frame's samples to `out` from `to`; false where no encoder writes such a frame. */
  decode(bytes: Uint8Array, at: number, mode: number, out: Int16Array, to: number): boolean;
  /** After a pause or an edit. Absent: the state lasts. */
  reset?(): void;
}

/** Makes a block readable in place; of a cut one `size` bytes are there. Returns how many of them can be read. */
export type BlockCipher = (block: Uint8Array, size: number) => number;

/** Frames by which a wrong key is known: it makes four of five frames impossible, damage only some. */
const trialFrames = 8;

/**
 * A streaming decoder over blocks of 512 bytes. Frames that no encoder writes are decoded all the same, and told; where the first
 * ones of encrypted sound are such the key is wrong, whatever its check says, and nothing is decoded.
 */
export function dssDecoder(coding: DssCoding, cipher: BlockCipher | null): Decoder {
  let out = new Int16Array(0);
  let made = 0;
  let frames = 0;
  let impossible = 0;
  /** What the first frames gave is held back until the key is believed. */
  let onTrial = cipher !== null;
  let wrongKey = false;
  let droppedBytes = 0;
  const cutter = createFrameCutter({
    frameBytes: coding.frameBytes,
    frame(bytes, at, mode) {
      if (wrongKey) return;
      if (out.length < made + coding.frameSamples) {
        const larger = new Int16Array(Math.max(64 * coding.frameSamples, 2 * out.length));
        larger.set(out);
        out = larger;
      }
      frames++;
      if (!coding.decode(bytes, at, mode, out, made)) impossible++;
      made += coding.frameSamples;
      if (onTrial && frames === trialFrames) {
        onTrial = false;
        wrongKey = impossible >= trialFrames / 2;
        if (wrongKey) made = 0;
      }
    },
    broken: () => coding.reset?.(),
  });
  const pieces = createBlockCutter((block, size) => cutter.block(block, 0, cipher === null ? size : cipher(block, size)));
  return {
    decode(bytes) {
      if (!onTrial) made = 0;
      pieces.push(bytes);
      return out.subarray(0, onTrial ? 0 : made);
    },
    finish() {
      if (!onTrial) made = 0;
      const before = frames;
      const size = pieces.finish();
      if (frames === before) droppedBytes = size;
      cutter.finish();
      return out.subarray(0, made);
    },
    get droppedBytes() {
      return droppedBytes;
    },
    get troubles() {
      if (wrongKey) return [['F325', `${impossible} of the first ${frames} frames are none that an encoder writes`] as const];
      return impossible === 0 ? [] : [['F326', `${impossible} of ${frames} frames are none that an encoder writes`] as const];
    },
  };
}
