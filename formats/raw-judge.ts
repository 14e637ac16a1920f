import type { ByteReader } from '../src/core/bytes.ts';
import { byCodePoint } from '../src/core/order.ts';
import { clearDoubt, type Hypothesis, hypotheses, type Score } from './raw-hypotheses.ts';
import { firstMaterial, glanceMaterial, type Material, secondMaterial } from './raw-windows.ts';

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
  /** The next one in line, of another codec; null where there is none. */
  readonly next: (Weighed & { readonly score: Score }) | null;
  /** `text`: printable throughout; `even`: all byte values equally often, as of encrypted or compressed data. */
  readonly noSound: 'text' | 'even' | null;
}

/** A frame's sign may be missing from this share of the frames and still decide. */
const frameDoubt = 0.1;

/** From this doubt on nothing is found by looking at more windows. */
const hopelessDoubt = 0.6;

/**
 * Weighs all hypotheses on windows spread over the file; more windows where the first ones are silent in some coding. `named`: the name
 * stands for sound; other files are dropped after a glance where they have nothing of it.
 */
export async function judge(bytes: ByteReader, named: boolean, signal: AbortSignal): Promise<Judgement> {
  if (!named) {
    const glance = weigh(await glanceMaterial(bytes, signal));
    if (glance.noSound !== null || (!isSilent(glance) && (glance.best?.score.doubt ?? 1) > hopelessDoubt)) return glance;
  }
  const first = weigh(await firstMaterial(bytes, signal));
  if (first.noSound !== null || first.clear || !isSilent(first)) return first;
  const more = await secondMaterial(bytes, signal);
  return more === null ? first : weigh(more);
}

function weigh(material: Material): Judgement {
  const noSound = spreadOf(material);
  // Frames of a speech codec may be as even as encrypted bytes, but for their signs.
  const asked = noSound === null ? hypotheses : hypotheses.filter(({ evidence }) => evidence === 'frames' && noSound !== 'text');
  const weighed = asked.map((hypothesis) => ({ hypothesis, score: hypothesis.score(material) }));
  const ranked = weighed.filter(isScored).sort((a, b) => a.score.doubt - b.score.doubt || byCodePoint(a.hypothesis.id, b.hypothesis.id));
  const by = (evidence: Hypothesis['evidence']): typeof ranked => ranked.filter(({ hypothesis }) => hypothesis.evidence === evidence);
  const [frames] = by('frames').filter(({ score }) => score.doubt <= frameDoubt);
  const [waveform] = by('waveform');
  const waveformNext = by('waveform').find(({ hypothesis }) => hypothesis.codec !== waveform?.hypothesis.codec);
  const isClear = waveform !== undefined && waveform.score.doubt <= clearDoubt && waveform.score.doubt * 2 <= (waveformNext?.score.doubt ?? 1);
  const [codes, codesNext] = by('codes').filter(({ score }) => score.doubt < 0.5);
  const isCode = codes !== undefined && (codesNext === undefined || codes.score.doubt * 2 <= codesNext.score.doubt);
  if (noSound !== null && frames === undefined) return { material, weighed, best: null, clear: false, next: null, noSound };
  const best = frames ?? (isClear ? waveform : undefined) ?? codes ?? waveform ?? null;
  const clear = frames !== undefined || isClear || isCode;
  const next = ranked.find(({ hypothesis }) => hypothesis.codec !== best?.hypothesis.codec) ?? null;
  return { material, weighed, best, clear, next, noSound: null };
}

/** Sound in so few windows that others must be asked. */
function isSilent({ weighed }: Judgement): boolean {
  return weighed.some(({ hypothesis, score }) => hypothesis.evidence === 'waveform' && hypothesis.channels === 1 && (score?.sounding ?? 0) < 2);
}

function isScored(one: Weighed): one is Weighed & { readonly score: Score } {
  return one.score !== null;
}

/** Chi-square of 255 degrees of freedom has mean 255 and deviation 22.6: ten deviations above. Real G.729 has 700 in 8 kB, GSM 2,000. */
const evenChiSquare = 480;
/** Fewer bytes do not show whether they are evenly spread. */
const evenBytes = 2048;

function spreadOf({ windows, bytes }: Material): Judgement['noSound'] {
  const counts = new Uint32Array(256);
  for (const window of windows) for (const byte of window) counts[byte] = (counts[byte] ?? 0) + 1;
  let chiSquare = 0;
  let distinct = 0;
  let unprintable = 0;
  counts.forEach((count, byte) => {
    chiSquare += (count - bytes / 256) ** 2 / (bytes / 256);
    if (count > 0) distinct++;
    const printable = (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
    if (!printable) unprintable += count;
  });
  if (bytes > 0 && unprintable === 0 && distinct >= 10) return 'text'; // a constant byte such as 0x55, silence in A-law, is no text
  return bytes >= evenBytes && chiSquare < evenChiSquare ? 'even' : null;
}

/** A score for people: how sure, and why. */
export function sureText({ hypothesis, score }: Weighed & { readonly score: Score }): string {
  return `${(1 - score.doubt).toFixed(2)} as ${hypothesis.name} (${score.text})`;
}
