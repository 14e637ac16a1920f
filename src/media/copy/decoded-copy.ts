import type { DecodedCopy } from '../../core/model/recording-document.ts';
import { likenessOf } from '../measure/likeness.ts';
import { createMeasure } from '../measure/measure.ts';
import { createLateListener, type Listener } from '../measure/sample-digest.ts';
import type { CopyDecoder } from '../tools/types.ts';

/** Measures a copy for `recording.json` while it is verified; null if its number of channels is wrong. */
export function createDecodedCopy(decoder: CopyDecoder, sampleRateHz: number, channels: number): Listener<DecodedCopy | null> {
  const measure = createLateListener(createMeasure, sampleRateHz, channels);
  return {
    push(samples) {
      // With a wrong number of channels, the frames are not whole; the comparison reports that.
      if (decoder.channels === channels) measure.push(samples);
    },
    finish() {
      const measurement = measure.finish();
      if (measurement === null || decoder.channels !== channels) return null;
      const { pcmSha256, rmsDb, peaks } = likenessOf(measurement);
      return { decoder: decoder.decoder, pcmSha256, rmsDb, peaks };
    },
  };
}
