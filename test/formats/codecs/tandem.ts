import type { G726Bits } from '../../../formats/codecs/g726/decoder.ts';
import { alawValues, mulawValues } from '../../../formats/codecs/waveform/g711.ts';

/**
 * The last part of a G.726 decoder with companded output: COMPRESS and the synchronous coding adjustment of ITU-T G.726, 4.2.8. The test sequences were made with it; longplay's
 * decoder has linear output and does not need it.
 */
export type Law = 'a' | 'm';

/** Lowest logarithm (12 bits, two's complement) of each step of the coder and the code that it gives, in ascending order of sound: tables 16 to 19. */
const decisions: Readonly<Record<G726Bits, readonly (readonly [from: number, code: number])[]>> = {
  2: [
    [-2048, 2],
    [0, 2],
    [261, 3],
  ],
  3: [
    [-2048, 3],
    [8, 5],
    [218, 6],
    [331, 7],
  ],
  4: [
    [-2048, 7],
    [-124, 9],
    [80, 10],
    [178, 11],
    [246, 12],
    [300, 13],
    [349, 14],
    [400, 15],
  ],
  5: [
    [-2048, 15],
    [-122, 17],
    [-16, 18],
    [68, 19],
    [139, 20],
    [198, 21],
    [250, 22],
    [298, 23],
    [339, 24],
    [378, 25],
    [413, 26],
    [445, 27],
    [475, 28],
    [502, 29],
    [528, 30],
    [553, 31],
  ],
};

/** SR as a code of the law before A-law's even bits are inverted (COMPRESS). */
function compressed(sr: number, law: Law): number {
  if (law === 'a') {
    const whole = sr === -32768 ? -2 : sr;
    const magnitude = Math.min(4095, whole < 0 ? ((1 - whole) >> 1) - 1 : whole >> 1);
    const segment = magnitude < 32 ? 0 : 31 - Math.clz32(magnitude) - 4;
    return ((segment << 4) | ((magnitude >> Math.max(1, segment)) & 0x0f) | (sr < 0 ? 0x80 : 0)) ^ 0x80;
  }
  const magnitude = Math.min(8158, sr < 0 ? -sr & 0x7fff : sr) + 33;
  const segment = 31 - Math.clz32(magnitude) - 5;
  return ((segment << 4) | ((magnitude >> (segment + 1)) & 0x0f) | (sr < 0 ? 0x80 : 0)) ^ 0xff;
}

/** Rank of a code by its decoded value. */
const rank = (code: number, law: Law): number => {
  const magnitude = law === 'a' ? code & 0x7f : ~code & 0x7f;
  return code & 0x80 ? magnitude : -1 - magnitude;
};
const ofRank = (at: number, law: Law): number => {
  const magnitude = at < 0 ? -1 - at : at;
  return (law === 'a' ? magnitude : ~magnitude & 0x7f) | (at < 0 ? 0 : 0x80);
};

/** The companded sample that a decoder of tandem coding gives, as it stands in the ITU-T files. */
export function tandemSample(
  bits: G726Bits,
  code: number,
  { se, y, sr }: { readonly se: number; readonly y: number; readonly sr: number },
  law: Law,
): number {
  const sp = compressed(sr, law);
  const linear = (law === 'a' ? (alawValues[sp ^ 0x55] ?? 0) : (mulawValues[sp] ?? 0)) >> 2; // EXPAND
  const difference = ((linear - se) << 16) >> 16; // SUBTA
  const magnitude = difference < 0 ? -difference & 0x7fff : difference;
  const exponent = magnitude === 0 ? 0 : 31 - Math.clz32(magnitude);
  const log = (exponent << 7) + (((magnitude << 7) >> exponent) & 0x7f); // LOG
  const normalised = ((log - (y >> 2)) << 20) >> 20; // SUBTB
  const half = 1 << (bits - 1);
  let again = decisions[bits].findLast(([from]) => normalised >= from)?.[1] ?? 0;
  if (difference < 0) again = 2 * half - 1 - again;
  if (bits > 2 && again === half) again = half - 1;
  const sent = code < half ? code + half : code & (half - 1);
  if (again === sent) return law === 'a' ? sp ^ 0x55 : sp;
  // One step towards the sent code, but not beyond the end. Mu-law has two zeros; the negative one is skipped.
  let at = rank(sp, law) + (again > sent ? -1 : 1);
  if (law === 'm' && again > sent && at === -1) at = -2;
  at = Math.max(-128, Math.min(127, at));
  const adjusted = ofRank(at, law);
  return law === 'a' ? adjusted ^ 0x55 : adjusted;
}
