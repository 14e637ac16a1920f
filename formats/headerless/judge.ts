import { nonAudioKind } from '../../src/core/base/byte-spread.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { byCodePoint } from '../../src/core/base/order.ts';
import { clearDoubt, hypotheses } from './hypotheses.ts';
import type { Hypothesis, Score } from './score.ts';
import { firstMaterial, glanceMaterial, type Material, secondMaterial } from './windows.ts';

/** A hypothesis and its score. */
export interface ScoredHypothesis {
  readonly hypothesis: Hypothesis;
  /** Score of the hypothesis; null if it cannot be determined. */
  readonly score: Score | null;
}

/** Result of judging the bytes of a file without a header. */
export interface Judgement {
  readonly material: Material;
  readonly weighed: readonly ScoredHypothesis[];
  /** The coding that explains the bytes best, with its score; null if none does. */
  readonly best: (ScoredHypothesis & { readonly score: Score }) | null;
  /** True if the best hypothesis is beyond doubt, so that it takes precedence over the name. */
  readonly clear: boolean;
  /** The next best hypothesis with another codec; null if there is none, or if none was tried because name and frames agree throughout. */
  readonly next: (ScoredHypothesis & { readonly score: Score }) | null;
  readonly noSound: ReturnType<typeof nonAudioKind>;
}

/** Share of frames without the signature up to which the signature still decides. */
const frameDoubt = 0.1;

/** Doubt from which more windows do not help. */
const hopelessDoubt = 0.6;

/**
 * Tests all hypotheses on windows spread over the file; uses more windows if the first ones are silent in some coding.
 * @param named ids of hypotheses that the name suggests; null if it suggests none: such a file is dropped after a short test if it shows no audio
 */
export async function judge(bytes: ByteReader, named: readonly string[] | null, signal: AbortSignal): Promise<Judgement> {
  if (named === null) {
    const glance = weigh(await glanceMaterial(bytes, signal), []);
    if (glance.noSound !== null || (!isSilent(glance) && (glance.best?.score.doubt ?? 1) > hopelessDoubt)) return glance;
  }
  const first = weigh(await firstMaterial(bytes, signal), named ?? []);
  if (first.noSound !== null || first.clear || !isSilent(first)) return first;
  const more = await secondMaterial(bytes, signal);
  return more === null ? first : weigh(more, named ?? []);
}

function weigh(material: Material, named: readonly string[]): Judgement {
  const kind = nonAudioKind(material.windows);
  // Frames of a speech codec may be distributed as evenly as encrypted bytes, except for their signatures.
  const possible = kind === null ? hypotheses : hypotheses.filter(({ evidence }) => evidence === 'frames' && kind !== 'text');
  const asked = possible.filter(({ id, namedOnly }) => namedOnly !== true || named.includes(id));
  const scored = (hypothesis: Hypothesis): ScoredHypothesis => ({ hypothesis, score: hypothesis.score(material) });
  const framed = new Map(asked.filter(({ evidence }) => evidence === 'frames').map((hypothesis) => [hypothesis, scored(hypothesis)]));
  // If each frame has the signature of the coding that the name suggests, no other coding can be better (see below), and reading the bytes in all other codings
  // is slow.
  const isSettled = [...framed.values()].some(
    ({ hypothesis, score }) => score?.strong === true && score.doubt === 0 && named.includes(hypothesis.id),
  );
  const weighed = isSettled ? [...framed.values()] : asked.map((hypothesis) => framed.get(hypothesis) ?? scored(hypothesis));
  const ranked = weighed.filter(isScored).sort((a, b) => a.score.doubt - b.score.doubt || byCodePoint(a.hypothesis.id, b.hypothesis.id));
  const by = (evidence: Hypothesis['evidence']): typeof ranked => ranked.filter(({ hypothesis }) => hypothesis.evidence === evidence);
  const [frames] = by('frames').filter(({ score }) => score.doubt <= frameDoubt);
  const [waveform] = by('waveform');
  const waveformNext = by('waveform').find(
    ({ hypothesis }) => hypothesis.codec !== waveform?.hypothesis.codec && waveform?.hypothesis.echoes?.includes(hypothesis.codec) !== true,
  );
  const isClear = waveform !== undefined && waveform.score.doubt <= clearDoubt && waveform.score.doubt * 2 <= (waveformNext?.score.doubt ?? 1);
  const [codes, codesNext] = by('codes').filter(({ score }) => score.doubt < 0.5);
  const isCode = codes !== undefined && (codesNext === undefined || codes.score.doubt * 2 <= codesNext.score.doubt);
  if (kind !== null && frames === undefined) return { material, weighed, best: null, clear: false, next: null, noSound: kind };
  const best = frames ?? (isClear ? waveform : undefined) ?? codes ?? waveform ?? null;
  const clear = frames !== undefined || isClear || isCode;
  const next = ranked.find(({ hypothesis }) => hypothesis.codec !== best?.hypothesis.codec) ?? null;
  return { material, weighed, best, clear, next, noSound: null };
}

/** Returns true if so few windows have audio that more must be read. */
function isSilent({ weighed }: Judgement): boolean {
  return weighed.some(({ hypothesis, score }) => hypothesis.evidence === 'waveform' && (score === null || (score.sounding ?? 2) < 2));
}

function isScored(one: ScoredHypothesis): one is ScoredHypothesis & { readonly score: Score } {
  return one.score !== null;
}

/** Returns a text about a score: how certain it is, and why. */
export function sureText({ hypothesis, score }: ScoredHypothesis & { readonly score: Score }): string {
  return `${(1 - score.doubt).toFixed(2)} as ${hypothesis.name} (${score.text})`;
}
