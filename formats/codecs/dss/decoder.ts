import type { Decoder } from '../../../src/core/model/format.ts';
import { createBlockCutter, createFrameCutter } from './blocks.ts';

/** Describes how one codec of the DSS family decodes its frames. */
export interface DssCoding {
  /** Number of samples of one frame, whatever its length. */
  readonly frameSamples: number;
  frameBytes(mode: number, first: number): number | null;
  /** Writes a frame's samples to `out` from `to`; returns false if no encoder writes such a frame. */
  decode(bytes: Uint8Array, at: number, mode: number, out: Int16Array, to: number): boolean;
  /** Resets the state after a pause or an edit. Absent: the state continues. */
  reset?(): void;
}

/** Decrypts a block in place; an incomplete one has `size` bytes. Returns how many of its bytes can be read. */
export type BlockCipher = (block: Uint8Array, size: number) => number;

/** Number of frames on which a key is tested: a wrong key makes four out of five frames impossible, damage only some. */
const trialFrames = 8;

/**
 * Returns a streaming decoder for blocks of 512 bytes. Frames that no encoder writes are decoded all the same, and reported. If the first frames of encrypted
 * audio are impossible, the key is wrong whatever its check word says, and nothing is decoded.
 */
export function dssDecoder(coding: DssCoding, cipher: BlockCipher | null): Decoder {
  let out = new Int16Array(0);
  let made = 0;
  let frames = 0;
  let impossible = 0;
  /** The output of the first frames is held back until the key is accepted. */
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
      if (wrongKey) return [['F325', `${impossible} of the first ${frames} frames are ones that no encoder writes`] as const];
      return impossible === 0 ? [] : [['F326', `${impossible} of ${frames} frames are ones that no encoder writes`] as const];
    },
  };
}
