import { rawFormat } from './raw.ts';

/** Identifies frames of a speech codec without a header and without a name that shows it. */
export const rawFramed = rawFormat({
  id: 'raw-framed',
  title: 'frames of G.729 without a header or an identifying name',
  mediaType: 'audio/G729',
  grade: 'verified',
  facts: ['ITU-T G.729, 3.7.2: parity of the pitch delay; correct in every frame of five real files, and in half of the frames of anything else'],
});
