import { noSound } from '../../src/core/base/byte-spread.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { byCodePoint } from '../../src/core/base/order.ts';
import { clearDoubt, hypotheses } from './hypotheses.ts';
import type { Hypothesis, Score } from './score.ts';
import { firstMaterial, glanceMaterial, type Material, secondMaterial } from './windows.ts';

/** A hypothesis and what the bytes say of it. */
export interface Weighed {
  readonly hypothesis: Hypothesis;
  /** Null where it cannot be told. */
  readonly score: Score | null;
}

/** What the bytes of a file without a header say by themselves. */
export interface Judgement {
  readonly material: Material;
  readonly weighed: readonly Weighed[];
  /** The coding that explains the bytes best, with its score; null where none does. */
  readonly best: (Weighed & { readonly score: Score }) | null;
  /** Whether the best is beyond doubt among the hypotheses: then it outweighs a name. */
  readonly clear: boolean;
  /** The next one in line, of another codec; null where there is none, or where none was asked because name and frames agree throughout. */
  readonly next: (Weighed & { readonly score: Score }) | null;
  readonly noSound: ReturnType<typeof noSound>;
}

/** A frame's sign may be missing from this share of the frames and still decide. */
const frameDoubt = 0.1;

/** From this doubt on nothing is found by looking at more windows. */
const hopelessDoubt = 0.6;

/**
 * Weighs all hypotheses on windows spread over the file; more windows where the first ones are silent in some coding. `named`: ids
 * of hypotheses that the name stands for; null where it stands for none: such files are dropped after a glance where they have nothing of sound.
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
  const kind = noSound(material.windows);
  // Frames of a speech codec may be as even as encrypted bytes, but for their signs.
  const possible = kind === null ? hypotheses : hypotheses.filter(({ evidence }) => evidence === 'frames' && kind !== 'text');
  const asked = possible.filter(({ id, namedOnly }) => namedOnly !== true || named.includes(id));
  const scored = (hypothesis: Hypothesis): Weighed => ({ hypothesis, score: hypothesis.score(material) });
  const framed = new Map(asked.filter(({ evidence }) => evidence === 'frames').map((hypothesis) => [hypothesis, scored(hypothesis)]));
  // Where each frame has the sign of the coding that the name stands for, no other outdoes it (below), and to read the bytes as all others takes long.
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

/** Sound in so few windows that others must be asked. */
function isSilent({ weighed }: Judgement): boolean {
  return weighed.some(({ hypothesis, score }) => hypothesis.evidence === 'waveform' && (score === null || (score.sounding ?? 2) < 2));
}

function isScored(one: Weighed): one is Weighed & { readonly score: Score } {
  return one.score !== null;
}

/** A score for people: how sure, and why. */
export function sureText({ hypothesis, score }: Weighed & { readonly score: Score }): string {
  return `${(1 - score.doubt).toFixed(2)} as ${hypothesis.name} (${score.text})`;
}
