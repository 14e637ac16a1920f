import { agree } from '../../src/core/base/agree.ts';
import { nonAudioText } from '../../src/core/base/byte-spread.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Hint, Identification, Track } from '../../src/core/model/format.ts';
import { extensionOf } from '../frames/extension.ts';
import { hasNmsHeader } from '../loggers/nms-vox.ts';
import { gsmInStep } from './gsm-step.ts';
import { type Judgement, judge, sureText } from './judge.ts';
import { type NamedCoding, namedCoding, rawExtensions } from './names.ts';
import { okiRate } from './oki-rate.ts';
import type { Hypothesis, Score } from './score.ts';

/** Headers that a file without a header cannot have: those of audio, of captures, and of other kinds of files. */
const signatures = [
  'RIFF',
  'RIFX',
  'RF64',
  'BW64',
  'OggS',
  '.snd',
  'dns.',
  'ID3',
  'fLaC',
  '#!AM',
  '#!iL',
  'PK\u0003\u0004',
  'FORM',
  '\u001aE\u00df\u00a3',
  '%PDF',
  '\u001f\u008b',
  'caff',
  'Crea', // Creative Voice File.
  'MS_V', // MS_VOICE.
  '0&\u00b2u', // ASF.
  '\u00d4\u00c3\u00b2\u00a1', // pcap in both byte orders, also with nanoseconds
  '\u00a1\u00b2\u00c3\u00d4',
  'M<\u00b2\u00a1',
  '\u00a1\u00b2<M',
  '\n\r\r\n', // pcapng.
  '\u007fELF',
  '\u0089PNG',
  'GIF8',
  'SQLi',
  '<?xm',
];

/** Number of bytes below which statistics do not contradict a name. */
const fewBytes = 512;
/** Factor within which a doubt counts as equal to the best one, because short files vary. */
const nearly = 1.25;
/** Largest doubt at which a coding that the name suggests is accepted. */
const believedDoubt = 0.6;

/** Returns true if a file begins with a header of another format. */
export async function hasSignature(bytes: ByteReader, signal: AbortSignal): Promise<boolean> {
  const start = String.fromCharCode(...(await bytes.read(0, 4, signal)));
  return signatures.some((signature) => start.startsWith(signature));
}

/** Extensions of headerless codings with a format of their own, which identifies files whose content matches the name. */
const answeredElsewhere = new Map([['.g729', 'g729']]);

/** Extensions of containers: their headers would be played as audio, whatever follows. */
const containers = new Set(
  (
    '.3gp .aac .aif .aiff .amr .asf .avi .awb .caf .cap .dcr .ds2 .dss .dvf .flac .m4a .mcf .mkv .mov .mp2 .mp3 .mp4 .msv .nmf .oga .ogg .opus .pcap .pcapng ' +
    '.qcp .spx .trm .voc .w64 .webm .wma'
  ).split(' '),
);

/** Returns the one answer of all raw formats: the result of bytes and name together, and the format to which it belongs; null if there is none. */
async function identifyRaw(bytes: ByteReader, hint: Hint, signal: AbortSignal): Promise<Identification | null> {
  if (bytes.size === 0) return null;
  if ((await hasSignature(bytes, signal)) || (await hasNmsHeader(bytes, signal))) return null;
  const extension = extensionOf(hint);
  const named = namedCoding(extension);
  if (named === undefined && containers.has(extension)) return null;
  const judgement = await judge(bytes, named?.codings ?? null, signal);
  const elsewhere = answeredElsewhere.get(extension);
  if (elsewhere !== undefined && judgement.best?.hypothesis.codec === elsewhere) return null;
  const verdict = (named === undefined ? null : withName(bytes, extension, named, judgement)) ?? withoutName(bytes, judgement);
  if (verdict?.format === 'raw-oki') return okiRate(verdict, bytes.size, hint.durationMs ?? null);
  const mayBeGsm = judgement.weighed.some(({ hypothesis, score }) => hypothesis.codec === 'gsm' && score !== null);
  return verdict?.format === 'raw-gsm' && mayBeGsm ? await gsmInStep(bytes, verdict, signal) : verdict;
}

/** Identifies a file whose name shows nothing, on strong evidence only: a wrong guess is worse than no answer. */
function withoutName(bytes: ByteReader, { best, clear, next }: Judgement): Identification | null {
  if (best === null || !clear || !best.score.strong) return null;
  const told = finding('F340', bytes.name, `no name or header says what this is; ${comparison(best, next)}`);
  return answer(bytes, best, null, { confidence: 'statistics', basis: comparison(best, next) }, [told]);
}

/** Identifies a file whose name means audio: its bytes decide which coding it is, and take precedence over the name if they are clear. */
function withName(bytes: ByteReader, extension: string, named: NamedCoding, judgement: Judgement): Identification | null {
  const { best, clear, next, noSound, weighed, material } = judgement;
  const standsFor = `the extension ${extension} stands for ${named.name}`;
  if (noSound !== null) {
    if (!named.sure) return null;
    const what = nonAudioText(noSound);
    const told = finding('F133', bytes.name, agree`${material.bytes} byte[s] looked at [is|are] ${what}; ${standsFor}`);
    return unread(bytes, named, `extension ${extension}, but ${what}`, 'damaged', [told]);
  }
  // Other codings that the name may mean, e.g. mu-law under .vox, are accepted if they are clear.
  const isClear = clear && best !== null && material.bytes >= fewBytes;
  if (isClear && named.codings.includes(best.hypothesis.id)) {
    return answer(bytes, best, named.sampleRateHz, { confidence: 'statistics', basis: `extension ${extension}; ${comparison(best, next)}` }, []);
  }
  if (!named.sure) return null;
  const own = weighed.filter(({ hypothesis }) => hypothesis.format === named.format && named.codings.includes(hypothesis.id));
  const scored = own
    .flatMap(({ hypothesis, score }) => (score === null ? [] : [{ hypothesis, score }]))
    .sort((x, y) => x.score.doubt - y.score.doubt);
  const [ownBest, rival] = scored;
  const usual = own[0]?.hypothesis;
  // The file is silent in its own coding: a wrong coding turns silence into noise, and noise proves nothing.
  const mayContradict = ownBest !== undefined ? isClear && best.score.doubt * 2 <= ownBest.score.doubt : isClear && usual?.evidence !== 'waveform';
  if (mayContradict && best !== null) {
    const ownText = ownBest === undefined ? '' : ` (${ownBest.score.text})`;
    const told = finding('F131', bytes.name, `${standsFor}${ownText}; as ${best.hypothesis.name}: ${best.score.text}`);
    // Only the name states a rate; the rate of linear samples is kept, whatever byte order is found.
    const rate = best.hypothesis.format === named.format ? named.sampleRateHz : null;
    return answer(bytes, best, rate, { confidence: 'statistics', basis: `${comparison(best, next)}; ${standsFor}` }, [told]);
  }
  if (usual === undefined) {
    return unread(bytes, named, `extension ${extension} only`, 'ok', [finding('F342', bytes.name, standsFor)]);
  }
  const isCoded = usual.evidence !== 'waveform';
  if (ownBest !== undefined && isCoded && ownBest.score.doubt > believedDoubt) {
    const told = finding('F343', bytes.name, `${standsFor}; ${ownBest.score.text}`);
    return unread(bytes, named, `extension ${extension}, but its bytes do not match ${named.name}`, 'damaged', [told]);
  }
  const isOpen = isCoded && rival !== undefined && ownBest !== undefined && rival.score.doubt < 2 * ownBest.score.doubt;
  if (ownBest !== undefined && !isOpen && material.bytes >= fewBytes && isBelieved(ownBest, best)) {
    return answer(
      bytes,
      ownBest,
      named.sampleRateHz,
      { confidence: 'statistics', basis: `extension ${extension}; ${comparison(ownBest, next)}` },
      [],
    );
  }
  const why =
    ownBest === undefined
      ? 'its bytes are silent or their coding cannot be checked'
      : isOpen
        ? `its bytes do not show whether they are ${ownBest.hypothesis.name} or ${rival.hypothesis.name}: ${ownBest.score.text}`
        : ownBest.score.text;
  const guess = { hypothesis: usual, score: ownBest?.score ?? null };
  return answer(bytes, guess, named.sampleRateHz, { confidence: 'hint', basis: `extension ${extension} only, ${why}` }, [
    finding('F130', bytes.name, `${standsFor}; ${why}`),
  ]);
}

type Scored = { readonly hypothesis: Hypothesis; readonly score: Score };

/** Returns true if the coding of the name is as good as any other: short files vary, and an unclear waveform does not outweigh codes that no encoder sends. */
function isBelieved(own: Scored, best: Scored | null): boolean {
  if (own.score.doubt > believedDoubt) return false;
  return best === null || own.hypothesis.evidence !== 'waveform' || own.score.doubt <= best.score.doubt * nearly;
}

function comparison(best: Scored, next: Scored | null): string {
  const runner = next === null ? '' : `, next ${(1 - next.score.doubt).toFixed(2)} as ${next.hypothesis.name}`;
  return `score ${sureText(best)}${runner}`;
}

/** Returns an answer with one track over the whole file. @param rateHz null: the coding's usual rate */
function answer(
  bytes: ByteReader,
  { hypothesis, score }: { readonly hypothesis: Hypothesis; readonly score: Score | null },
  rateHz: number | null,
  { confidence, basis }: Pick<Identification, 'confidence' | 'basis'>,
  findings: readonly Finding[],
): Identification {
  const { format, codec, name, frameBytes, channels, bitsPerSample } = hypothesis;
  const sampleRateHz = rateHz ?? hypothesis.sampleRateHz;
  const track = trackOf(bytes, codec, `${name}, no header`, sampleRateHz, frameBytes);
  const notes = notesOn(bytes, hypothesis, score, rateHz);
  return { format, confidence, basis, tracks: [{ ...track, channels, bitsPerSample }], findings: [...findings, ...notes], state: 'ok' };
}

/** Returns the findings of any answer: a rate that nothing states, two channels, frames that are cut off or lack their signature. */
function notesOn(
  bytes: ByteReader,
  { format, frameBytes, channels, sampleRateHz, evidence }: Hypothesis,
  score: Score | null,
  rateHz: number | null,
): Finding[] {
  const notes: Finding[] = [];
  const tell = (code: FindingCode, message: string): void => {
    notes.push(finding(code, bytes.name, message));
  };
  if (format === 'raw-oki' && rateHz === null) {
    const seconds = (rate: number): string => ((2 * bytes.size) / rate).toFixed(1);
    tell('F344', `at 8,000 Hz it lasts ${seconds(8000)} s, at 6,000 Hz ${seconds(6000)} s`);
  }
  if (rateHz === null && format === 'raw-linear') tell('F341', `${sampleRateHz} Hz is assumed: nothing states the rate`);
  if (channels === 2) tell('F345', `samples of two alternating channels${score === null ? '' : `: ${score.text}`}`);
  if (evidence === 'frames' && score !== null && score.doubt > 0) tell('F134', score.text);
  const rest = bytes.size % frameBytes;
  if (rest !== 0) tell('F132', agree`${bytes.size} byte[s] [is|are] ${rest} more than whole frames of ${frameBytes}`);
  return notes;
}

/** Returns an answer that names the coding and passes nothing to a decoder. */
function unread(bytes: ByteReader, named: NamedCoding, basis: string, state: Identification['state'], findings: readonly Finding[]): Identification {
  const name = state === 'ok' ? `${named.name}, no header` : `no header; named as ${named.name}, but the bytes do not match`;
  const track = trackOf(bytes, 'unknown', name, named.sampleRateHz ?? 8000, named.frameBytes);
  return { format: named.format, confidence: 'hint', basis, tracks: [track], findings, state };
}

function trackOf(bytes: ByteReader, codec: string, codecName: string, sampleRateHz: number, blockBytes: number): Track {
  return { codec, codecName, sampleRateHz, channels: 1, bitsPerSample: null, blockBytes, frames: null, setup: null, spans: [[0, bytes.size]] };
}

/** The last verdict on each reader: the raw formats are asked one after another about the same bytes. */
const verdicts = new WeakMap<ByteReader, { readonly hint: Hint; readonly verdict: Identification | null }>();

async function identifyOnce(bytes: ByteReader, hint: Hint, signal: AbortSignal): Promise<Identification | null> {
  const known = verdicts.get(bytes);
  if (known !== undefined && known.hint.name === hint.name && known.hint.durationMs === hint.durationMs) return known.verdict;
  const verdict = await identifyRaw(bytes, hint, signal);
  verdicts.set(bytes, { hint, verdict });
  return verdict;
}

/**
 * Creates a format of files without a header. All these formats use the same judge, and only the format to which the answer belongs returns it, so that two of
 * them never claim one file.
 */
export function rawFormat(descriptor: Omit<Format, 'identify' | 'extensions'>): Format {
  return {
    ...descriptor,
    extensions: rawExtensions(descriptor.id),
    async identify(bytes, hint, signal) {
      const verdict = await identifyOnce(bytes, hint, signal);
      return verdict?.format === descriptor.id ? verdict : null;
    },
  };
}
