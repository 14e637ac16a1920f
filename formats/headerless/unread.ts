import { rawFormat } from './raw.ts';

/** Identifies files without a header that are recognised only by their names and have no decoder here. */
export const rawUnread = rawFormat({
  id: 'raw-unread',
  title: 'audio without a header that is identified but not decoded',
  mediaType: 'application/octet-stream',
  grade: 'documented',
  facts: [
    'Asterisk formats/format_siren7.c, format_siren14.c, format_g719.c: frames of 80, 120 and 160 bytes; no file was available to check a decoder',
    'realcare.intervoice.com: .d500 and .ivc; Xentec Vox Studio help: .vap; their layouts are not published',
  ],
});
