import type { Codec } from '../../../src/core/model/format.ts';
import { blockDecoder, type CodedRun } from '../base/block-decoder.ts';
import { framesInBlocks } from '../base/coded-frames.ts';
import { decodeGsmFrame, type GsmChannel, gsmChannel } from './frame.ts';
import { readGsmBits, readGsmBitsMs } from './packing.ts';

/** Size in bytes and number of samples of one frame as packed by libgsm: the signature 0xD in four bits, then the 260 bits of the standard. */
export const gsmFrame = { bytes: 33, frames: 160 } as const;
/** Size in bytes and number of samples of one block of Microsoft's GSM: two frames without signature (mmreg.h, GSM610WAVEFORMAT). */
export const gsmMsBlock = { bytes: 65, frames: 320 } as const;

/** Decodes frames of 33 bytes. */
function decodeFrames(channel: GsmChannel, { bytes, from, count }: CodedRun, out: Int16Array, to: number): void {
  for (let frame = 0; frame < count; frame++) {
    readGsmBits(bytes, from + frame * gsmFrame.bytes, channel.parameters);
    decodeGsmFrame(channel, out, to + frame * gsmFrame.frames);
  }
}

/** Decodes the first or second frame of Microsoft's block. */
function decodeMsFrame(channel: GsmChannel, block: Pick<CodedRun, 'bytes' | 'from'>, second: boolean, out: Int16Array, to: number): void {
  readGsmBitsMs(block.bytes, block.from, second, channel.parameters);
  decodeGsmFrame(channel, out, to);
}

/** Decodes Microsoft's blocks of two frames. */
function decodeMsBlocks(channel: GsmChannel, { bytes, from, count }: CodedRun, out: Int16Array, to: number): void {
  for (let block = 0; block < count; block++) {
    const coded = { bytes, from: from + block * gsmMsBlock.bytes };
    decodeMsFrame(channel, coded, false, out, to + block * gsmMsBlock.frames);
    decodeMsFrame(channel, coded, true, out, to + block * gsmMsBlock.frames + gsmFrame.frames);
  }
}

/** Decodes GSM 06.10, 33 bytes for 160 samples. The rate is that of the track: 8000 Hz except on boards that ran at another rate. */
export const gsm: Codec = {
  id: 'gsm',
  title: 'GSM 06.10 (33-byte frames)',
  facts: [
    'ETSI EN 300 961 (GSM 06.10) 5.2 and 5.3, bit-exact; packing of libgsm 1.0.22; the same samples as libgsm and sox 14.4, and as FFmpeg 7.1 except where the standard saturates: there FFmpeg’s native decoder wraps around, and its libgsm does not',
  ],
  frames: (track) => framesInBlocks(track, gsmFrame.bytes, gsmFrame.frames),
  decode: {
    by: 'us',
    decoder() {
      const channel = gsmChannel();
      return blockDecoder({
        blockBytes: gsmFrame.bytes,
        blockSamples: gsmFrame.frames,
        allocate: (samples) => new Int16Array(samples),
        decode: (bytes, from, blocks, out, to) => decodeFrames(channel, { bytes, from, count: blocks }, out as Int16Array, to), // `allocate` above creates no other
      });
    },
  },
};

/** Decodes Microsoft's GSM 06.10, WAVE tag 0x0031, which is also Asterisk's `.WAV` and `.wav49`. */
export const gsmMs: Codec = {
  id: 'gsm-ms',
  title: 'GSM 06.10 (Microsoft, 65-byte blocks)',
  facts: [
    'ETSI EN 300 961 (GSM 06.10) 5.2 and 5.3, bit-exact; Microsoft mmreg.h, GSM610WAVEFORMAT; packing of libgsm 1.0.22 (WAV49); the same samples as sox 14.4, and as FFmpeg 7.1 except where the standard saturates',
  ],
  frames: (track) => framesInBlocks(track, gsmMsBlock.bytes, gsmMsBlock.frames),
  decode: {
    by: 'us',
    decoder() {
      const channel = gsmChannel();
      return blockDecoder({
        blockBytes: gsmMsBlock.bytes,
        blockSamples: gsmMsBlock.frames,
        allocate: (samples) => new Int16Array(samples),
        decode: (bytes, from, blocks, out, to) => decodeMsBlocks(channel, { bytes, from, count: blocks }, out as Int16Array, to), // as above
        // 260 bits make the first frame of a block complete.
        cut(bytes, out) {
          if (bytes.length < 33) return { samples: 0, bytes: 0 };
          decodeMsFrame(channel, { bytes, from: 0 }, false, out as Int16Array, 0);
          return { samples: gsmFrame.frames, bytes: 33 };
        },
      });
    },
  },
};
