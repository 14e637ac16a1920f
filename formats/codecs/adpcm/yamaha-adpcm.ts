import type { Codec } from '../../../src/core/model/format.ts';
import { blockDecoder, type CodedRun, type SampleRoom } from '../base/block-decoder.ts';
import { framesInBlocks } from '../base/coded-frames.ts';

/** Scale of the next step by a code's magnitude, in 256ths: Yamaha YM2608 application manual, ADPCM section (0.9, 0.9, 0.9, 0.9, 1.2, 1.6, 2.0, 2.4). */
const scales = Int16Array.of(230, 230, 230, 230, 307, 409, 512, 614);
const smallestStep = 127; // same source
const largestStep = 24576;

/** One channel: last 16-bit sample and step. */
interface State {
  predictor: number;
  step: number;
}

/** Decodes the halves of one channel, every `channels`-th half, the low one of a byte first. */
function decodeChannel(
  { bytes, from, count }: CodedRun,
  [channel, channels]: readonly [channel: number, channels: number],
  state: State,
  { out, to }: SampleRoom,
): void {
  let { predictor, step } = state;
  for (let half = channel; half < 2 * count; half += channels) {
    const code = ((bytes[from + (half >> 1)] ?? 0) >> ((half & 1) << 2)) & 0x0f;
    const difference = (step * (2 * (code & 7) + 1)) >> 3;
    predictor += code & 8 ? -difference : difference;
    if (predictor > 32767) predictor = 32767;
    else if (predictor < -32768) predictor = -32768;
    step = (step * (scales[code & 7] ?? 0)) >> 8;
    if (step < smallestStep) step = smallestStep;
    else if (step > largestStep) step = largestStep;
    out[to + half] = predictor;
  }
  state.predictor = predictor;
  state.step = step;
}

/** Decodes Yamaha ADPCM, WAVE tag 0x0020: 4 bits per sample, one stream without blocks; with two channels, the left one is in the low half. */
export const yamahaAdpcm: Codec = {
  id: 'yamaha-adpcm',
  title: 'Yamaha ADPCM',
  facts: ['Yamaha YM2608 application manual (ADPCM-B); FFmpeg 7.1 gives the same samples, mono and stereo'],
  frames: (track) => framesInBlocks(track, track.channels, 2),
  decode: {
    by: 'us',
    decoder({ channels }) {
      const states = Array.from({ length: channels }, (): State => ({ predictor: 0, step: smallestStep }));
      return blockDecoder({
        blockBytes: channels,
        blockSamples: 2 * channels,
        allocate: (samples) => new Int16Array(samples),
        decode(bytes, from, blocks, out, to) {
          states.forEach((state, channel) => {
            decodeChannel({ bytes, from, count: blocks * channels }, [channel, channels], state, { out, to });
          });
        },
      });
    },
  },
};
