import { rawFormat } from './raw.ts';

/** Identifies linear PCM without a header. */
export const rawLinear = rawFormat({
  id: 'raw-linear',
  title: 'linear PCM without a header',
  mediaType: 'audio/L16',
  grade: 'verified',
  facts: ['Asterisk formats/format_sln.c; smoothness measured on 60 prompts of Asterisk in two languages'],
});
