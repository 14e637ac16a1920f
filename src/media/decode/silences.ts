import type { Samples, Track } from '../../core/model/format.ts';
import type { SampleReceiver } from '../bytes/sample-receiver.ts';

/** Number of frames of silence that are passed on at a time. */
const pieceFrames = 8_192;

/** Inserts a track's stretches of silence between the samples of its spans. `finish` adds those at the end, unless nothing was decoded. */
export function fillSilences(
  { silences = [], channels }: Pick<Track, 'silences' | 'channels'>,
  to: SampleReceiver,
): SampleReceiver & { finish(): Promise<void> } {
  let index = 0;
  /** Number of frames passed on, including silence. */
  let position = 0;
  let zeros: Samples | null = null;

  const silence = async (frames: number): Promise<void> => {
    for (let left = frames; left > 0 && zeros !== null; left -= pieceFrames) {
      await to.push(zeros.subarray(0, Math.min(left, pieceFrames) * channels));
    }
    position += frames;
  };
  const woven = async (samples: Samples): Promise<void> => {
    zeros ??= samples instanceof Int16Array ? new Int16Array(pieceFrames * channels) : new Float32Array(pieceFrames * channels);
    let from = 0;
    while (from < samples.length) {
      const next = silences[index];
      if (next !== undefined && next[0] <= position) {
        await silence(next[1] - next[0]);
        index++;
        continue;
      }
      const until = next === undefined ? samples.length : Math.min(samples.length, from + (next[0] - position) * channels);
      await to.push(samples.subarray(from, until));
      position += (until - from) / channels;
      from = until;
    }
  };
  return {
    push: (samples) => (silences.length === 0 ? to.push(samples) : woven(samples)),
    async finish() {
      for (; zeros !== null && index < silences.length; index++) {
        const [start, end] = silences[index] ?? [0, 0];
        await silence(end - start);
      }
    },
    excess: (samples) => to.excess(samples),
    get decoded() {
      return to.decoded;
    },
  };
}
