import type { Decoder, Samples } from '../../../src/core/model/format.ts';

/** A run of coded bytes. */
export interface CodedRun {
  readonly bytes: Uint8Array;
  /** Where the run begins in `bytes`. */
  readonly from: number;
  /** Its length in bytes, codes or blocks; the function that takes it says which. */
  readonly count: number;
}

/** Room for samples from index `to` of `out` on. */
export interface SampleRoom {
  readonly out: Samples;
  readonly to: number;
}

/** Describes how a codec decodes independent blocks of one fixed size to samples. */
export interface BlockCoding {
  /** Bytes of one block, all channels together; at least 1. */
  readonly blockBytes: number;
  /** Number of samples of one block, all channels together. */
  readonly blockSamples: number;
  allocate(samples: number): Samples;
  /** Decodes `blocks` whole blocks that begin at `from` into `out` from index `to`. */
  decode(bytes: Uint8Array, from: number, blocks: number, out: Samples, to: number): void;
  /**
   * Decodes an incomplete last block as far as possible. Writes `samples` samples to the start of `out` and uses `bytes` bytes. Absent: an incomplete block
   * yields no samples.
   */
  cut?(bytes: Uint8Array, out: Samples): { readonly samples: number; readonly bytes: number };
}

/** Returns a streaming decoder for blocks. It keeps bytes that do not fill a block, so that any chunking yields the same samples. */
export function blockDecoder(coding: BlockCoding): Decoder {
  const { blockBytes, blockSamples } = coding;
  const carry = new Uint8Array(blockBytes);
  let carried = 0;
  let out = coding.allocate(0);
  let droppedBytes = 0;
  const roomFor = (samples: number): Samples => {
    if (out.length < samples) out = coding.allocate(Math.max(samples, 2 * out.length));
    return out;
  };
  return {
    decode(bytes) {
      let from = 0;
      if (carried > 0) {
        from = Math.min(blockBytes - carried, bytes.length);
        carry.set(bytes.subarray(0, from), carried);
        carried += from;
        if (carried < blockBytes) return out.subarray(0, 0);
      }
      const whole = Math.floor((bytes.length - from) / blockBytes);
      const fromCarry = carried === blockBytes ? 1 : 0;
      const samples = (whole + fromCarry) * blockSamples;
      const to = roomFor(samples);
      if (fromCarry === 1) coding.decode(carry, 0, 1, to, 0);
      coding.decode(bytes, from, whole, to, fromCarry * blockSamples);
      const rest = bytes.subarray(from + whole * blockBytes);
      carry.set(rest);
      carried = rest.length;
      return to.subarray(0, samples);
    },
    finish() {
      if (carried === 0 || coding.cut === undefined) {
        droppedBytes = carried;
        carried = 0;
        return out.subarray(0, 0);
      }
      const to = roomFor(blockSamples);
      const { samples, bytes } = coding.cut(carry.subarray(0, carried), to);
      droppedBytes = carried - bytes;
      carried = 0;
      return to.subarray(0, samples);
    },
    get droppedBytes() {
      return droppedBytes;
    },
  };
}
