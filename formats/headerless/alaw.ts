import { rawFormat } from './raw.ts';

/** Identifies G.711 A-law without a header. */
export const rawAlaw = rawFormat({
  id: 'raw-alaw',
  title: 'G.711 A-law without a header',
  mediaType: 'audio/x-alaw-basic',
  grade: 'verified',
  facts: ['Asterisk formats/format_pcm.c; smoothness measured on 60 prompts of Asterisk in two languages; prompts of innovaphone'],
});
