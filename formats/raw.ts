import { noSoundText } from '../src/core/byte-spread.ts';
import type { ByteReader } from '../src/core/bytes.ts';
import { type Finding, finding } from '../src/core/finding.ts';
import type { Format, Hint, Identification, Track } from '../src/core/format.ts';
import { extensionOf } from './extension.ts';
import type { Hypothesis, Score } from './raw-hypotheses.ts';
import { type Judgement, judge, sureText } from './raw-judge.ts';
import { type NamedCoding, namedCoding, rawExtensions } from './raw-names.ts';

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
  '#!iL',
  'PK\u0003\u0004',
  'FORM',
  '\u001aE\u00df\u00a3',
  '%PDF',
  '\u001f\u008b',
];

/** Bytes below which statistics do not contradict a name. */
const fewBytes = 512;
/** A doubt within this factor of the best is as good as the best: short files scatter. */
const nearly = 1.25;
/** A coding that the name stands for is believed up to this doubt. */
const believedDoubt = 0.6;

/** The one answer of all raw formats: what bytes and name together say, and which format it belongs to. Null: nobody's. */
async function identifyRaw(bytes: ByteReader, hint: Hint, signal: AbortSignal): Promise<Identification | null> {
  if (bytes.size === 0) return null;
  const start = String.fromCharCode(...(await bytes.read(0, 4, signal)));
  if (signatures.some((signature) => start.startsWith(signature))) return null;
  const extension = extensionOf(hint);
  const named = namedCoding(extension);
  const judgement = await judge(bytes, named !== undefined, signal);
  if (named === undefined) return withoutName(bytes, judgement);
  return withName(bytes, extension, named, judgement);
}

/** A file whose name says nothing is claimed on strong evidence only: a wrong guess is worse than no answer. */
function withoutName(bytes: ByteReader, { best, clear, next }: Judgement): Identification | null {
  if (best === null || !clear || !best.score.strong) return null;
  const { hypothesis, score } = best;
  const findings = [finding('F340', bytes.name, `no name or header says what this is; ${comparison(best, next)}`)];
  if (hypothesis.evidence === 'waveform') {
    findings.push(finding('F341', bytes.name, `${hypothesis.sampleRateHz} Hz is assumed: nothing states the rate`));
  }
  return answer(bytes, hypothesis, hypothesis.sampleRateHz, 'statistics', comparison(best, next), [
    ...findings,
    ...unsigned(bytes, hypothesis, score),
  ]);
}

function withName(bytes: ByteReader, extension: string, named: NamedCoding, judgement: Judgement): Identification | null {
  const { best, clear, next, noSound, weighed, material } = judgement;
  if (noSound !== null) {
    const what = noSoundText(noSound);
    return unread(bytes, named, `extension ${extension}, but ${what}`, 'damaged', [
      finding('F133', bytes.name, `${material.bytes} bytes looked at are ${what}; the extension ${extension} stands for ${named.name}`),
    ]);
  }
  const own = weighed.filter(({ hypothesis }) => named.codings.includes(hypothesis.id));
  const rate = (hypothesis: Hypothesis): number =>
    // A rate stands in the name only; that of linear samples is kept, whatever their order turns out to be.
    hypothesis.format === named.format ? (named.sampleRateHz ?? hypothesis.sampleRateHz) : hypothesis.sampleRateHz;
  const ownBest = own
    .flatMap(({ hypothesis, score }) => (score === null ? [] : [{ hypothesis, score }]))
    .sort((a, b) => a.score.doubt - b.score.doubt)[0];
  const usual = own[0]?.hypothesis;
  const isOwn = best !== null && named.codings.includes(best.hypothesis.id);
  // Silent in its own coding: a wrong one makes noise of silence, and noise proves nothing.
  const contradicts = best !== null && clear && !isOwn && material.bytes >= fewBytes && (ownBest !== undefined || usual?.evidence !== 'waveform');
  if (contradicts && (ownBest === undefined || best.score.doubt * 2 <= ownBest.score.doubt)) {
    const { hypothesis, score } = best;
    const ownText = ownBest === undefined ? '' : ` (${ownBest.score.text})`;
    return answer(
      bytes,
      hypothesis,
      rate(hypothesis),
      'statistics',
      `${comparison(best, next)}; the extension ${extension} stands for ${named.name}`,
      [
        finding('F131', bytes.name, `the extension ${extension} stands for ${named.name}${ownText}; as ${hypothesis.name}: ${score.text}`),
        ...unsigned(bytes, hypothesis, score),
      ],
    );
  }
  if (usual === undefined) {
    return unread(bytes, named, `extension ${extension} only`, 'ok', [
      finding('F342', bytes.name, `the extension ${extension} stands for ${named.name}`),
    ]);
  }
  if (ownBest !== undefined && material.bytes >= fewBytes && isBelieved(ownBest, best, clear)) {
    const { hypothesis, score } = ownBest;
    return answer(
      bytes,
      hypothesis,
      rate(hypothesis),
      'statistics',
      `extension ${extension}; ${comparison(ownBest, next)}`,
      unsigned(bytes, hypothesis, score),
    );
  }
  if (ownBest !== undefined && usual.evidence !== 'waveform' && ownBest.score.doubt >= 0.5) {
    return unread(bytes, named, `extension ${extension}, but its bytes are not ${named.name}`, 'damaged', [
      finding('F343', bytes.name, `the extension ${extension} stands for ${named.name}; ${ownBest.score.text}`),
    ]);
  }
  const why = ownBest === undefined ? 'its bytes cannot be measured or are silent' : ownBest.score.text;
  return answer(bytes, usual, rate(usual), 'hint', `extension ${extension} only, ${why}`, [
    finding('F130', bytes.name, `the extension ${extension} stands for ${named.name}; ${why}`),
    ...(ownBest === undefined ? [] : unsigned(bytes, usual, ownBest.score)),
  ]);
}

type Scored = { readonly hypothesis: Hypothesis; readonly score: Score };

function isBelieved(own: Scored, best: Scored | null, clear: boolean): boolean {
  if (own.score.doubt > believedDoubt) return false;
  if (best === null || own.score.doubt <= best.score.doubt * nearly) return true;
  // Codes that no encoder sends are not outdone by a waveform that nobody is sure of.
  return own.hypothesis.evidence !== 'waveform' && (!clear || own.hypothesis.id === best.hypothesis.id);
}

function comparison(best: Scored, next: Scored | null): string {
  const runner = next === null ? '' : `, next ${(1 - next.score.doubt).toFixed(2)} as ${next.hypothesis.name}`;
  return `score ${sureText(best)}${runner}`;
}

/** Frames that lack their sign. */
function unsigned(bytes: ByteReader, hypothesis: Hypothesis, score: Score): Finding[] {
  return hypothesis.evidence === 'frames' && score.doubt > 0 ? [finding('F134', bytes.name, score.text)] : [];
}

/** An answer with one track over the whole file. */
function answer(
  bytes: ByteReader,
  hypothesis: Hypothesis,
  sampleRateHz: number,
  confidence: Identification['confidence'],
  basis: string,
  findings: readonly Finding[],
): Identification {
  const { frameBytes } = hypothesis;
  const rest = bytes.size % frameBytes;
  const cut = rest === 0 ? [] : [finding('F132', bytes.name, `${bytes.size} bytes are ${rest} more than whole frames of ${frameBytes}`)];
  const track = trackOf(bytes, hypothesis.codec, `${hypothesis.name}, no header`, sampleRateHz, frameBytes);
  return {
    format: hypothesis.format,
    confidence,
    basis,
    tracks: [{ ...track, channels: hypothesis.channels, bitsPerSample: hypothesis.bitsPerSample }],
    findings: [...findings, ...cut],
    state: 'ok',
  };
}

/** An answer that names what it is and hands nothing to a decoder. */
function unread(bytes: ByteReader, named: NamedCoding, basis: string, state: Identification['state'], findings: readonly Finding[]): Identification {
  const name = state === 'ok' ? `${named.name}, no header` : `no header; named as ${named.name}, but the bytes are none`;
  const track = trackOf(bytes, 'unknown', name, named.sampleRateHz ?? 8000, named.frameBytes);
  return { format: named.format, confidence: 'hint', basis, tracks: [track], findings, state };
}

function trackOf(bytes: ByteReader, codec: string, codecName: string, sampleRateHz: number, blockBytes: number): Track {
  return { codec, codecName, sampleRateHz, channels: 1, bitsPerSample: null, blockBytes, frames: null, setup: null, spans: [[0, bytes.size]] };
}

/** The last verdict on each reader: the raw formats ask one after the other about the same bytes. */
const verdicts = new WeakMap<ByteReader, { readonly name: string; readonly verdict: Identification | null }>();

async function identifyOnce(bytes: ByteReader, hint: Hint, signal: AbortSignal): Promise<Identification | null> {
  const known = verdicts.get(bytes);
  if (known !== undefined && known.name === hint.name) return known.verdict;
  const verdict = await identifyRaw(bytes, hint, signal);
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
      const verdict = await identifyOnce(bytes, hint, signal);
      return verdict?.format === descriptor.id ? verdict : null;
    },
  };
}
