import type { Codec } from '../../src/core/model/format.ts';

function amrCodec(id: string, title: string, magic: string, fact: string): Codec {
  const prefix = Uint8Array.from(magic, (character) => character.charCodeAt(0));
  return {
    id,
    title,
    facts: [
      `${fact}; RFC 4867, section 5.3; FFmpeg 7.1 drops frames without speech, so formats pass it only the others and report the silence between them`,
    ],
    decode: { by: 'ffmpeg', input: () => ({ args: ['-f', 'amr'], prefix }) },
  };
}

/** Decodes speech frames as in a file, each with its header byte; 160 samples at 8 kHz. */
export const amrNb: Codec = amrCodec(
  'amr-nb',
  'AMR narrowband',
  '#!AMR\n',
  '3GPP TS 26.090; in all modes the difference from the speech that opencore-amr decodes is at least 20 dB below that speech',
);

/** Decodes like `amrNb`; 320 samples at 16 kHz. */
export const amrWb: Codec = amrCodec(
  'amr-wb',
  'AMR wideband',
  '#!AMR-WB\n',
  '3GPP TS 26.190; in all modes the difference from the speech that opencore-amr decodes is at least 16 dB below that speech',
);
