import { rawFormat } from './raw.ts';

/** Identifies G.726 without a header. */
export const rawG726 = rawFormat({
  id: 'raw-g726',
  title: 'G.726 without a header',
  mediaType: 'audio/G726-32',
  grade: 'verified',
  facts: [
    'Asterisk formats/format_g726.c; ITU-T G.726: the code 0 is never sent at 24, 32 and 40 kbit/s; ITU-T test sequences and prompts coded by FFmpeg',
  ],
});
