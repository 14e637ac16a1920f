import { hypotheses } from './hypotheses.ts';

/** Meaning of an extension. */
export interface NamedCoding {
  /** The format that identifies the file if the bytes do not contradict the name. */
  readonly format: string;
  /** Ids of hypotheses, the usual one first: bytes that match any of them do not contradict the name. Empty: no decoder exists. */
  readonly codings: readonly string[];
  /** Rate in the name; null if it is the coding's usual rate. */
  readonly sampleRateHz: number | null;
  /** Name of the coding in words, if `codings` is empty. */
  readonly name: string;
  readonly frameBytes: number;
  /** False: the name alone does not show audio, so the bytes must. */
  readonly sure: boolean;
  /** False: the extension belongs to another format, which did not recognise the bytes. */
  readonly own: boolean;
}

const table = new Map<string, NamedCoding>();

function add(extensions: string, format: string, codings: readonly string[], more: Partial<NamedCoding> = {}): void {
  const first = hypotheses.find(({ id }) => id === codings[0]);
  if (first === undefined) throw new Error(`no hypothesis ${codings[0]}`);
  for (const extension of extensions.split(' ')) {
    table.set(extension, { format, codings, sampleRateHz: null, name: first.name, frameBytes: first.frameBytes, sure: true, own: true, ...more });
  }
}

// Asterisk, formats/format_pcm.c (its .pcm is mu-law); innovaphone, voice files .g711a and .g711u; sox, -t lu and -t la: bits reversed.
add('.ulaw .ul .mu .ulw .pcm .g711u', 'raw-mulaw', ['mulaw', 'mulaw stereo']);
add('.lu', 'raw-mulaw', ['mulaw-reversed']);
add('.alaw .al .alw .g711a', 'raw-alaw', ['alaw', 'alaw stereo']);
add('.la', 'raw-alaw', ['alaw-reversed']);
// Asterisk, formats/format_sln.c.
const linear = ['pcm-s16le', 'pcm-s16le stereo'];
add('.sln .slin .raw', 'raw-linear', linear, { sampleRateHz: 8000 });
for (const [suffix, rate] of [
  ['8', 8000],
  ['12', 12000],
  ['16', 16000],
  ['24', 24000],
  ['32', 32000],
  ['44', 44100],
  ['48', 48000],
  ['96', 96000],
  ['192', 192000],
] as const) {
  add(`.sln${suffix}`, 'raw-linear', linear, { sampleRateHz: rate });
}
// Asterisk, formats/format_g722.c and format_gsm.c.
add('.g722', 'raw-g722', ['g722']);
add('.gsm', 'raw-gsm', ['gsm']);
// Dialogic boards: OKI ADPCM, also mu-law, A-law and linear (Xentec Vox Studio help, dialogic_formats; Intel Voice API guide 05-2332, table 10).
const companded = ['mulaw', 'alaw', 'pcm-u8', 'pcm-s16le'];
add('.vox', 'raw-oki', ['oki-adpcm', 'oki-adpcm-swapped', 'oki-adpcm-parts', 'oki-adpcm-parts-swapped', ...companded]);
// Asterisk, formats/format_g726.c: blocks of RFC 3551, first code in the low bits.
for (const kbits of [16, 24, 32, 40]) add(`.g726-${kbits}`, 'raw-g726', [`g726-${kbits}-lsb`, `g726-${kbits}-msb`]);
const g726 = [32, 24, 40, 16].flatMap((kbits) => [`g726-${kbits}-lsb`, `g726-${kbits}-msb`]);
add('.g726', 'raw-g726', g726);
// NMS vceinfo.c: .vce is a flat file of any encoding, NMS at 24 kbit/s unless specified.
add('.vce', 'raw-nms', ['nms-adpcm-24', 'nms-adpcm-32', 'nms-adpcm-16', 'mulaw', 'alaw', 'pcm-s16le', 'oki-adpcm', 'g726-32-lsb', 'g726-32-msb']);
// The header of Sun's .snd is often missing; the data may be in any coding.
const anything = hypotheses.filter(({ evidence }) => evidence === 'waveform').map(({ id }) => id);
add('.snd', 'raw-mulaw', anything, { sure: false, own: false });

/** Codings without a known open decoder, or whose decoder could not be checked with a real file. */
for (const [extension, name, frameBytes] of [
  ['.siren7', 'Siren 7 (G.722.1, 32 kbit/s, Asterisk format_siren7.c: 80 bytes for 20 ms at 16 kHz)', 80],
  ['.siren14', 'Siren 14 (G.722.1 Annex C, 48 kbit/s, Asterisk format_siren14.c: 120 bytes for 20 ms at 32 kHz)', 120],
  ['.g719', 'G.719 (64 kbit/s, Asterisk format_g719.c: 160 bytes for 20 ms at 48 kHz)', 160],
  ['.d500', 'Intervoice .d500', 1],
  ['.ivc', 'Intervoice .ivc (ADPCM at 32 kbit/s of unknown kind)', 1],
  ['.vap', 'Dialogic indexed prompts (.vap)', 1],
] as const) {
  table.set(extension, { format: 'raw-unread', codings: [], sampleRateHz: null, name, frameBytes, sure: true, own: true });
}

/** Returns the meaning of an extension in lower case with its dot; undefined if it means no raw coding. */
export function namedCoding(extension: string): NamedCoding | undefined {
  return table.get(extension);
}

/** Returns the extensions of a raw format, for its descriptor. */
export function rawExtensions(format: string): string[] {
  return [...table].filter(([, coding]) => coding.format === format && coding.own).map(([extension]) => extension);
}
