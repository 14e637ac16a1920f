import type { Samples, Track } from '../../core/model/format.ts';
import { excessOf, type SampleReceiver } from '../bytes/sample-receiver.ts';
import type { SampleSink } from './decode-track.ts';

/** Number of samples of all channels that are sent to the sink at once: packets are small, and each call costs time. */
const blockSamples = 16_384;

/** Places samples on a timeline, with silence between them. */
export interface TimeLine extends SampleReceiver {
  /** Moves to the frame at which the next samples begin. If that is before the present end, they begin at the end. */
  seek(frame: number): Promise<void>;
  push(samples: Samples): Promise<void>;
  /** Adds silence up to a frame, and sends everything to the sink. */
  finish(frame: number): Promise<void>;
  /** Number of frames so far, including silence. */
  readonly end: number;
  /** Number of packets that began before the previous one had ended, and the largest delay in frames. */
  readonly late: { readonly count: number; readonly most: number };
}

/** Creates a timeline that begins at frame 0 and sends blocks to the sink. `codedBytes` limits the number of samples to which they may decode. */
export function createTimeLine({ channels, sampleRateHz }: Pick<Track, 'channels' | 'sampleRateHz'>, codedBytes: number, sink: SampleSink): TimeLine {
  let block: Samples | null = null;
  let filled = 0;
  let end = 0;
  let decoded = 0;
  const late = { count: 0, most: 0 };
  /** Number of silent frames that are held back until the type of the samples is known. */
  let owed = 0;

  const flush = async (): Promise<void> => {
    if (block !== null && filled > 0) await sink(block.subarray(0, filled));
    filled = 0;
  };
  const put = async (samples: Samples | null, count: number): Promise<void> => {
    block ??= samples instanceof Float32Array ? new Float32Array(blockSamples) : new Int16Array(blockSamples);
    for (let done = 0; done < count; ) {
      const size = Math.min(count - done, blockSamples - filled);
      if (samples === null) block.fill(0, filled, filled + size);
      else block.set(samples.subarray(done, done + size), filled);
      filled += size;
      done += size;
      if (filled === blockSamples) await flush();
    }
  };
  const pay = async (): Promise<void> => {
    const count = owed;
    owed = 0;
    await put(null, count);
  };
  const silence = async (frames: number): Promise<void> => {
    end += frames;
    owed += frames * channels;
    if (block !== null) await pay();
  };

  return {
    async seek(frame) {
      if (frame > end) await silence(frame - end);
      else if (frame < end) {
        late.count++;
        late.most = Math.max(late.most, end - frame);
      }
    },
    async push(samples) {
      if (samples.length === 0) return;
      const count = samples.length - (samples.length % channels);
      if (block === null) {
        block = samples instanceof Float32Array ? new Float32Array(blockSamples) : new Int16Array(blockSamples);
        await pay();
      }
      decoded += count / channels;
      end += count / channels;
      await put(samples, count);
    },
    async finish(frame) {
      if (frame > end) await silence(frame - end);
      await pay();
      await flush();
    },
    excess: (samples) => excessOf(decoded * channels + samples.length, codedBytes, end + samples.length / channels, sampleRateHz),
    get decoded() {
      return decoded;
    },
    get end() {
      return end;
    },
    late,
  };
}
