import { rawFormat } from './raw.ts';

/** Identifies GSM 06.10 without a header. */
export const rawGsm = rawFormat({
  id: 'raw-gsm',
  title: 'GSM 06.10 without a header',
  mediaType: 'audio/GSM',
  grade: 'verified',
  facts: [
    'Asterisk formats/format_gsm.c; signature of ETSI GSM 06.10 frames as in FFmpeg libavformat/gsmdec.c; prompts of Asterisk in five languages',
  ],
});
