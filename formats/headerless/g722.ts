import { rawFormat } from './raw.ts';

/** Identifies G.722 without a header. */
export const rawG722 = rawFormat({
  id: 'raw-g722',
  title: 'G.722 without a header',
  mediaType: 'audio/G722',
  grade: 'verified',
  facts: ['Asterisk formats/format_g722.c; prompts of Asterisk'],
});
