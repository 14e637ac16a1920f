import type { ByteReader } from '../src/core/bytes.ts';
import { type Finding, finding } from '../src/core/finding.ts';
import type { Format, Hint, Identification, Track } from '../src/core/format.ts';
import { extensionOf } from './extension.ts';
import { findGsmFrames, type GsmFrames } from './gsm-frames.ts';
import { lookAt, type Reading, roughnessText, sampleWindows, smoothest } from './smoothness.ts';

/** A coding of files without a header. */
export interface RawCoding {
  /** Id of the codec. */
  readonly codec: string;
  readonly name: string;
  readonly sampleRateHz: number;
  /** Bytes of one frame. */
  readonly frameBytes: number;
  readonly bitsPerSample: number | null;
  /** How the smoothness of its bytes is measured; null where it cannot be. */
  readonly reading: Reading | null;
}

/** Codings by the format that answers for them and the extension that stands for them: Asterisk's formats/format_*.c, innovaphone's voice files. */
const named = new Map<string, readonly [format: string, coding: RawCoding]>();
const mulaw: RawCoding = { codec: 'mulaw', name: 'G.711 mu-law', sampleRateHz: 8000, frameBytes: 1, bitsPerSample: 8, reading: 'mulaw' };
const alaw: RawCoding = { ...mulaw, codec: 'alaw', name: 'G.711 A-law', reading: 'alaw' };
const linear = (sampleRateHz: number): RawCoding => ({
  codec: 'pcm-s16le',
  name: 'PCM, 16 bits, little-endian',
  sampleRateHz,
  frameBytes: 2,
  bitsPerSample: 16,
  reading: 'pcm-s16le',
});
for (const extension of ['.ulaw', '.ul', '.mu', '.ulw', '.pcm', '.g711u']) named.set(extension, ['raw-mulaw', mulaw]);
for (const extension of ['.alaw', '.al', '.alw', '.g711a']) named.set(extension, ['raw-alaw', alaw]);
for (const extension of ['.sln', '.slin', '.raw']) named.set(extension, ['raw-linear', linear(8000)]);
for (const [suffix, rate] of [
  ['12', 12000],
  ['16', 16000],
  ['24', 24000],
  ['32', 32000],
  ['44', 44100],
  ['48', 48000],
  ['96', 96000],
  ['192', 192000],
] as const) {
  named.set(`.sln${suffix}`, ['raw-linear', linear(rate)]);
}
named.set('.g722', ['raw-g722', { codec: 'g722', name: 'G.722', sampleRateHz: 16000, frameBytes: 1, bitsPerSample: null, reading: null }]);
named.set('.gsm', ['raw-gsm', { codec: 'gsm', name: 'GSM 06.10', sampleRateHz: 8000, frameBytes: 33, bitsPerSample: null, reading: null }]);

/** Which format answers when the bytes contradict the name. */
const byReading = new Map<Reading, readonly [format: string, coding: Omit<RawCoding, 'sampleRateHz'>]>([
  ['mulaw', ['raw-mulaw', mulaw]],
  ['alaw', ['raw-alaw', alaw]],
  ['pcm-s16le', ['raw-linear', linear(8000)]],
  ['pcm-s16be', ['raw-linear', { ...linear(8000), codec: 'pcm-s16be', name: 'PCM, 16 bits, big-endian', reading: 'pcm-s16be' }]],
  ['pcm-u8', ['raw-linear', { ...mulaw, codec: 'pcm-u8', name: 'PCM, 8 bits unsigned', reading: 'pcm-u8' }]],
  ['pcm-s8', ['raw-linear', { ...mulaw, codec: 'pcm-s8', name: 'PCM, 8 bits signed', reading: 'pcm-s8' }]],
]);

/** Roughness below which a reading is believed: speech read rightly has about 0.16, random bytes 1.97. */
const smooth = 0.9;
/** A contradiction needs more: at most this, and at most half of what the name's coding has. */
const verySmooth = 0.5;
/** Readings within this factor of the smoothest still count as the smoothest: short windows scatter. */
const nearly = 1.25;
/** Bytes below which smoothness says nothing. */
const fewBytes = 512;
/** Headers that no file without a header has. */
const signatures = [
  'RIFF',
  'RIFX',
  'RF64',
  'OggS',
  '.snd',
  'dns.',
  'ID3',
  'fLaC',
  '#!AM',
  'PK\u0003\u0004',
  'FORM',
  '\u001aE\u00df\u00a3',
  '%PDF',
  '\u001f\u008b',
];

/** Whether a file begins with a header that no file without one has. */
export async function hasSignature(bytes: ByteReader, signal: AbortSignal): Promise<boolean> {
  const start = String.fromCharCode(...(await bytes.read(0, 4, signal)));
  return signatures.some((signature) => start.startsWith(signature));
}

/** Extensions that stand for a raw format, for its descriptor. */
export function rawExtensions(format: string): string[] {
  return [...named].filter(([, [owner]]) => owner === format).map(([extension]) => extension);
}

/** The one answer of all raw formats: what their bytes and name together say, and which format it belongs to. */
async function judge(bytes: ByteReader, hint: Hint, signal: AbortSignal): Promise<Identification | null> {
  const extension = extensionOf(hint);
  const entry = named.get(extension);
  if (bytes.size === 0) return null;
  let unsigned: string | null = null;
  if (await mayBeGsm(bytes, entry?.[1].codec === 'gsm', signal)) {
    const gsm = await findGsmFrames(bytes, signal);
    if (gsm.frames >= gsmFramesNeeded && gsm.signed >= gsm.frames * gsmShare) return gsmAnswer(bytes, extension, gsm);
    if (gsm.frames >= unsignedFrames && gsm.signed < gsm.frames / 2)
      unsigned = `${gsm.frames - gsm.signed} of ${gsm.frames} frames lack the signature 0xD`;
  }
  if (entry === undefined) return null;
  if (await hasSignature(bytes, signal)) return null;

  const [format, coding] = entry;
  const look = lookAt(await sampleWindows(bytes, 0, bytes.size, signal));
  const best = smoothest(look);
  const own = coding.reading === null ? undefined : look.roughness.get(coding.reading);
  if (look.text || look.uniform) {
    const what = look.text ? 'printable text' : 'bytes as evenly spread as encrypted ones';
    return answer(bytes, format, { ...coding, codec: 'unknown' }, 'hint', `extension ${extension}, but ${what}`, [
      finding('F133', bytes.name, `${look.bytes} bytes looked at are ${what}; the extension ${extension} stands for ${coding.name}`),
    ]);
  }
  const wrong =
    best !== null &&
    look.bytes >= fewBytes &&
    best.reading !== coding.reading &&
    best.roughness <= verySmooth &&
    (own === undefined || own === null ? coding.reading === null : best.roughness <= own / 2);
  const other = wrong ? byReading.get(best.reading) : undefined;
  if (wrong && other !== undefined) {
    const [otherFormat, otherCoding] = other;
    const message = `the extension ${extension} stands for ${coding.name} (roughness ${roughnessText(own)}); as ${otherCoding.name} it is ${roughnessText(best.roughness)}`;
    // A rate stands in the name only; that of linear samples is kept, whatever their order turns out to be.
    const sampleRateHz = format === 'raw-linear' ? coding.sampleRateHz : 8000;
    return answer(
      bytes,
      otherFormat,
      { ...otherCoding, sampleRateHz },
      'statistics',
      `roughness ${roughnessText(best.roughness)} as ${otherCoding.name}`,
      [finding('F131', bytes.name, message)],
    );
  }
  if (unsigned !== null) {
    return answer(bytes, format, { ...coding, codec: 'unknown' }, 'hint', `extension ${extension}, but ${unsigned}`, [
      finding('F255', bytes.name, `the extension ${extension} stands for ${coding.name}; ${unsigned}`),
    ]);
  }
  if (own !== undefined && own !== null && best !== null && look.bytes >= fewBytes && own <= smooth && own <= best.roughness * nearly) {
    return answer(bytes, format, coding, 'statistics', `roughness ${roughnessText(own)} as ${coding.name}, extension ${extension}`, []);
  }
  const why =
    coding.reading === null
      ? 'its bytes cannot be measured'
      : own === null || best === null
        ? 'its bytes are silent'
        : `roughness ${roughnessText(own)}`;
  return answer(bytes, format, coding, 'hint', `extension ${extension} only, ${why}`, [
    finding('F130', bytes.name, `the extension ${extension} stands for ${coding.name}; ${why}`),
  ]);
}

/** An answer with one track, over the whole file where no spans are given. */
function answer(
  bytes: ByteReader,
  format: string,
  coding: RawCoding,
  confidence: Identification['confidence'],
  basis: string,
  findings: readonly Finding[],
  spans: Track['spans'] = [[0, bytes.size]],
): Identification {
  const rest = spans.reduce((sum, [start, end]) => sum + end - start, 0) % coding.frameBytes;
  const cut =
    rest === 0 || coding.codec === 'unknown'
      ? []
      : [finding('F132', bytes.name, `${bytes.size} bytes are ${rest} more than whole frames of ${coding.frameBytes}`)];
  const track: Track = {
    codec: coding.codec,
    codecName: coding.codec === 'unknown' ? `no header; named as ${coding.name}, but the bytes are none` : `${coding.name}, no header`,
    sampleRateHz: coding.sampleRateHz,
    channels: 1,
    bitsPerSample: coding.bitsPerSample,
    blockBytes: coding.frameBytes,
    frames: null,
    setup: null,
    spans,
  };
  return { format, confidence, basis, tracks: [track], findings: [...findings, ...cut], state: coding.codec === 'unknown' ? 'damaged' : 'ok' };
}

const gsmFrameBytes = 33;
const gsmFramesNeeded = 5;
const gsmShare = 0.9;
/** Frames from which a missing signature says that there are none. */
const unsignedFrames = 20;
/** Frames at the start that are looked at before all are. */
const gsmFramesRead = 2000;

/**
 * Whether the first frames are worth a walk: most begin with GSM's signature, or the name says so; and other places do not have it
 * as well (A-law silence is 0xD5).
 */
async function mayBeGsm(bytes: ByteReader, named: boolean, signal: AbortSignal): Promise<boolean> {
  const head = await bytes.read(0, gsmFrameBytes * gsmFramesRead, signal);
  const frames = Math.floor(head.length / gsmFrameBytes);
  if (frames < gsmFramesNeeded || (!named && (head[0] ?? 0) >> 4 !== 0xd)) return false;
  let signed = 0;
  let anywhere = 0;
  for (let at = 0; at < frames * gsmFrameBytes; at++) {
    if ((head[at] ?? 0) >> 4 !== 0xd) continue;
    anywhere++;
    if (at % gsmFrameBytes === 0) signed++;
  }
  const elsewhere = (anywhere - signed) / (frames * (gsmFrameBytes - 1));
  return elsewhere <= 0.5 && (named || signed >= frames * gsmShare);
}

function gsmAnswer(bytes: ByteReader, extension: string, gsm: GsmFrames): Identification {
  const [format, coding] = named.get('.gsm') ?? ['raw-gsm', { ...mulaw, codec: 'gsm', name: 'GSM 06.10', frameBytes: gsmFrameBytes }];
  const findings: Finding[] = [];
  const tell = (code: string, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  const entry = named.get(extension);
  if (entry !== undefined && entry[0] !== format) {
    tell(
      'F131',
      `the extension ${extension} stands for ${entry[1].name}; ${gsm.signed} of ${gsm.frames} frames of 33 bytes have the signature of GSM`,
    );
  }
  if (gsm.signed < gsm.frames) tell('F134', `${gsm.frames - gsm.signed} of ${gsm.frames} frames lack the signature 0xD`);
  if (gsm.strayBytes > 0) tell('F252', `${gsm.strayBytes} bytes at ${gsm.spans.length - 1} places fit no frame of GSM and are left out`);
  const basis = `${gsm.signed} of ${gsm.frames} frames of 33 bytes begin with 0xD`;
  const found = answer(bytes, format, coding, 'statistics', basis, findings, gsm.spans);
  return gsm.strayBytes > 0 ? { ...found, state: 'damaged' } : found;
}

/** The last verdict on each reader: the raw formats ask one after the other about the same bytes. */
const verdicts = new WeakMap<ByteReader, { readonly name: string; readonly verdict: Identification | null }>();

async function judgeOnce(bytes: ByteReader, hint: Hint, signal: AbortSignal): Promise<Identification | null> {
  const known = verdicts.get(bytes);
  if (known !== undefined && known.name === hint.name) return known.verdict;
  const verdict = await judge(bytes, hint, signal);
  verdicts.set(bytes, { name: hint.name, verdict });
  return verdict;
}

/**
 * A format of files without a header. All of them ask the same judge, and only the one that the answer belongs to gives it: two
 * of them never claim one file.
 */
export function rawFormat(descriptor: Omit<Format, 'identify' | 'extensions'>): Format {
  return {
    ...descriptor,
    extensions: rawExtensions(descriptor.id),
    async identify(bytes, hint, signal) {
      const verdict = await judgeOnce(bytes, hint, signal);
      return verdict?.format === descriptor.id ? verdict : null;
    },
  };
}
