import type { Codec } from '../../src/core/model/format.ts';

/** Placeholder for every coding without a decoder here; the track's `codecName` names the coding. */
export const unknown: Codec = {
  id: 'unknown',
  title: 'no decoder',
  facts: ['a coding that is named by its container but for which no open decoder is known, or none is verified yet'],
  decode: { by: 'nobody', reason: 'no verified decoder for this coding: the original is kept and described, no access copy is made' },
};
