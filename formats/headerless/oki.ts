import { rawFormat } from './raw.ts';

/** Identifies OKI (Dialogic) ADPCM without a header. */
export const rawOki = rawFormat({
  id: 'raw-oki',
  title: 'OKI (Dialogic) ADPCM without a header',
  mediaType: 'audio/x-vox',
  grade: 'verified',
  facts: [
    'Dialogic ADPCM Algorithm, application note 00-1366-001 (1988); sox 14.4 -t vox; docs/explanation/guessing.md: the step index and the order of the halves in prompts',
    'Xentec Vox Studio help, dialogic_formats: 6,000 and 8,000 Hz, also mu-law, A-law and linear under the same extension',
  ],
});
