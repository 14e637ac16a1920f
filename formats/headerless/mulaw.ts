import { rawFormat } from './raw.ts';

/** Identifies G.711 mu-law without a header. */
export const rawMulaw = rawFormat({
  id: 'raw-mulaw',
  title: 'G.711 mu-law without a header',
  mediaType: 'audio/basic',
  grade: 'verified',
  pronom: ['x-fmt/201'],
  facts: ['Asterisk formats/format_pcm.c; smoothness measured on 60 prompts of Asterisk in two languages; prompts of innovaphone'],
});
