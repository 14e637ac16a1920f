import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { Track } from '../../src/core/model/format.ts';
import { imaFramesIn, lastIndex } from '../codecs/adpcm/ima-adpcm.ts';
import { msFramesIn } from '../codecs/adpcm/ms-adpcm.ts';
import { lookAt } from '../judge/smoothness.ts';
import type { WaveCoding } from './coding.ts';
import type { WaveFields } from './format.ts';

// IMA and MS ADPCM restart in each block: with a wrong block length, a fraction of the audio or noise is played. The headers of the blocks show the right
// length.

/** Number of bytes that are examined; only the first of them if nothing contradicts the header. */
const searchedBytes = 1024 * 1024;
const checkedBytes = 64 * 1024;
/** Smallest share of right headers; damaged blocks leave at least this share. */
const share = 0.8;
/**
 * Share of headers in place at which a length that no field contradicts is right: half of the true length would have half of them, and foreign bytes in a call
 * hide a part.
 */
const undisputedShare = 0.6;
/** Share by which fields may differ and still agree. */
const tolerance = 0.05;
const longestBlock = 0xffff;

interface BlockKind {
  readonly framesIn: (bytes: number, channels: number) => number;
  /** Size of a channel's header. */
  readonly headerBytes: number;
  /** Block lengths that writers choose are multiples of this many bytes per channel. */
  readonly step: number;
  /** Smallest number of headers after the first that rules out chance: for a length that a field or convention suggests, and for any length. */
  readonly fewest: { readonly named: number; readonly any: number };
  readonly blockOf: (frames: number, channels: number) => number;
  readonly isHeader: (bytes: Uint8Array, at: number, channels: number) => boolean;
}

const kinds: Readonly<Record<string, BlockKind>> = {
  // int16 sample, uint8 index and uint8 0 per channel: one in 736 offsets in random bytes looks like this.
  'ima-adpcm': {
    framesIn: imaFramesIn,
    headerBytes: 4,
    step: 4,
    fewest: { named: 2, any: 5 },
    blockOf: (frames, channels) => (4 + (frames - 1) / 2) * channels,
    isHeader(bytes, at, channels) {
      for (let channel = 0; channel < channels; channel++) {
        if ((bytes[at + 4 * channel + 2] ?? 0xff) > lastIndex || bytes[at + 4 * channel + 3] !== 0) return false;
      }
      return true;
    },
  },
  // uint8 pair, then int16 step per channel: with the seven pairs that every file has, one in 73 offsets looks like this.
  'ms-adpcm': {
    framesIn: msFramesIn,
    headerBytes: 7,
    step: 1,
    fewest: { named: 3, any: 8 },
    blockOf: (frames, channels) => (7 + (frames - 2) / 2) * channels,
    isHeader(bytes, at, channels) {
      for (let channel = 0; channel < channels; channel++) {
        // A step is positive.
        if ((bytes[at + channel] ?? 0xff) > 6 || (bytes[at + channels + 2 * channel + 1] ?? 0xff) > 0x7f) return false;
      }
      return true;
    },
  },
};

/** Headers at each multiple of a length, except the first; headers in silence are not counted, because they show nothing. */
interface Headers {
  readonly seen: number;
  readonly right: number;
}

/** Counts the headers. @param leastShare share of right headers that must be reachable; counting stops when too many are wrong */
function headersAt(bytes: Uint8Array, block: number, channels: number, { isHeader, headerBytes }: BlockKind, leastShare = share): Headers {
  let [seen, right] = [0, 0];
  const wrongAllowed = (bytes.length / block) * (1 - leastShare) + 1;
  for (let at = block; at + headerBytes * channels + 4 <= bytes.length; at += block) {
    if (!isTelling(bytes, at - 4, at + headerBytes * channels + 4)) continue;
    seen++;
    if (isHeader(bytes, at, channels)) right++;
    else if (seen - right > wrongAllowed) break;
  }
  return { seen, right };
}

function isTelling(bytes: Uint8Array, start: number, end: number): boolean {
  let others = 0;
  for (let at = start; at < end; at++) if (bytes[at] !== 0) others++;
  return others >= 4;
}

const fits = ({ seen, right }: Headers, fewest: number): boolean => seen >= fewest && right >= share * seen;

/** Returns the block length that the headers show: that of the fields, a usual one, or the shortest of any; null if they show none. */
function findBlock(bytes: Uint8Array, named: readonly number[], channels: number, kind: BlockKind): { block: number; headers: Headers } | null {
  const shortest = kind.headerBytes * channels + 4;
  const usual = Array.from({ length: 9 }, (_, power) => 128 * 2 ** power);
  const possible = [...named, ...usual].filter((block) => Number.isInteger(block) && block >= shortest && block <= longestBlock);
  for (const block of possible) {
    const headers = headersAt(bytes, block, channels, kind);
    if (fits(headers, kind.fewest.named)) return { block, headers };
  }
  const step = kind.step * channels;
  const longest = Math.min(longestBlock, bytes.length / kind.fewest.any);
  for (let block = Math.ceil(shortest / step) * step; block <= longest; block += step) {
    const headers = headersAt(bytes, block, channels, kind);
    if (fits(headers, kind.fewest.any)) return { block, headers };
  }
  return null;
}

/**
 * Judges the block length of IMA and MS ADPCM by the block headers, if fields contradict each other or the blocks are not where the header states.
 *
 * `fact`: samples per channel that the fact chunk states; null if it states none
 */
export async function judgeBlocks(
  bytes: ByteReader,
  spans: Track['spans'],
  coding: WaveCoding,
  { extra, blockBytes: statedBlock, fact }: Pick<WaveFields, 'extra' | 'blockBytes'> & { readonly fact: number | null },
  signal: AbortSignal,
): Promise<{ coding: WaveCoding; findings: readonly Finding[] }> {
  const kind = kinds[coding.codec];
  const [span] = spans;
  const { channels, unit } = coding;
  if (coding.codec === withoutBlocks && span !== undefined)
    return { coding, findings: await judgeUnblocked(bytes, span, coding, statedBlock, signal) };
  if (kind === undefined || unit === null || span === undefined) return { coding, findings: [] };
  const samples = extra.length >= 2 ? (extra[0] ?? 0) | ((extra[1] ?? 0) << 8) : 0;
  const size = spans.reduce((sum, [start, end]) => sum + end - start, 0);
  const contradiction = contradictionOf(kind, coding, unit, { samples, size, fact });
  const length = span[1] - span[0];
  const checked = Math.min(length, Math.max(checkedBytes, 4 * unit.bytes));
  const begin = await bytes.read(span[0], checked, signal);
  const stated = headersAt(begin, unit.bytes, channels, kind, 0);
  if (contradiction === null && stated.right >= undisputedShare * stated.seen) return { coding, findings: [] };
  const searched = length > checked ? await bytes.read(span[0], Math.min(length, searchedBytes), signal) : begin;
  const found = findBlock(searched, samples >= 3 ? [kind.blockOf(samples, channels), unit.bytes] : [unit.bytes], channels, kind);
  if (found === null) {
    const foreign = foreignHeaders(begin, unit.bytes, coding);
    if (foreign !== null) return { coding, findings: [finding('F391', bytes.name, foreign)] };
    // Damage alone is reported elsewhere.
    if (contradiction === null) return { coding, findings: [] };
    const message = agree`${contradiction}; the bytes do not show the length of the blocks, and it is decoded in blocks of ${unit.bytes} byte[s]`;
    return { coding, findings: [finding('F391', bytes.name, message)] };
  }
  const { block, headers } = found;
  const fit = kind.framesIn(block, channels);
  // If the length is wrong, the number of samples was probably computed from it.
  const near = block === unit.bytes ? (1 - tolerance) * fit : fit - 8;
  const frames = samples <= fit && samples > near ? samples : fit;
  if (block === unit.bytes && frames === unit.frames) return { coding, findings: [] };
  const why = contradiction ?? agree`blocks of ${statedBlock} byte[s] are stated, and ${stated.right} of ${stated.seen} have a header there`;
  const message = agree`${why}; ${headers.right} of ${headers.seen} header[s] [is|are] at multiples of ${block} byte[s], and it is decoded in blocks of ${block} byte[s] with ${frames} sample[s]`;
  const setup = coding.setup?.slice() ?? null;
  if (setup !== null && setup.length >= 2) setup.set([frames & 0xff, frames >> 8]);
  return { coding: { ...coding, setup, blockBytes: block, unit: { bytes: block, frames } }, findings: [finding('F397', bytes.name, message)] };
}

/** A coding that headers declare with blocks like the others, but that has none. */
const withoutBlocks = 'yamaha-adpcm';
/** Smallest number of headers of another coding at block borders: by chance, one in 736 looks like one. */
const fewestForeign = 5;
const foreignShare = 0.9;
/** Share of blocks with an impossible step index from which the blocks belong to another coding: random bytes have 65 in 100, IMA ADPCM none. */
const beyondShare = 0.3;

/** Returns `F391` if audio that is stated to have no blocks has the headers of a coding with blocks. */
async function judgeUnblocked(
  bytes: ByteReader,
  [start, end]: readonly [number, number],
  { channels, codecName }: WaveCoding,
  statedBlock: number,
  signal: AbortSignal,
): Promise<Finding[]> {
  const begin = await bytes.read(start, Math.min(end - start, checkedBytes), signal);
  for (const [codec, kind] of Object.entries(kinds)) {
    for (const block of [statedBlock, 256, 512, 1_024, 2_048]) {
      if (block < kind.headerBytes * channels + 4) continue;
      const { seen, right } = headersAt(begin, block, channels, kind);
      if (seen < fewestForeign || right < foreignShare * seen) continue;
      const message = agree`${codecName} is stated; ${right} of ${seen} header[s] of ${codec} lie at multiples of ${block} byte[s], and it is decoded as stated`;
      return [finding('F391', bytes.name, message)];
    }
  }
  return [];
}

/** Returns the evidence against IMA ADPCM, which is blocks that begin with an index beyond the last step; null if there is none. */
function foreignHeaders(bytes: Uint8Array, block: number, { codec, codecName, channels }: WaveCoding): string | null {
  // Encrypted data are reported elsewhere.
  if (codec !== 'ima-adpcm' || lookAt([bytes], []).uniform) return null;
  let [seen, beyond] = [0, 0];
  for (let at = 0; at + 4 * channels <= bytes.length; at += block) {
    seen++;
    if ((bytes[at + 2] ?? 0) > lastIndex) beyond++;
  }
  if (beyond < fewestForeign || beyond < beyondShare * seen) return null;
  return agree`${codecName} is stated; ${beyond} of ${seen} block[s] [begins|begin] with a step index beyond the last, ${lastIndex}, which is impossible, and it is decoded as stated`;
}

/** Returns in words which fields cannot be true at once; null if all can. */
function contradictionOf(
  kind: BlockKind,
  { channels, sampleRateHz }: WaveCoding,
  unit: { readonly bytes: number; readonly frames: number },
  { samples, size, fact }: { readonly samples: number; readonly size: number; readonly fact: number | null },
): string | null {
  const fit = kind.framesIn(unit.bytes, channels);
  const held = Math.ceil(size / unit.bytes) * unit.frames;
  const counted = fact !== null && fact <= held && fact > held - 2 * unit.frames;
  const stated = agree`blocks of ${unit.bytes} byte[s], which hold ${fit} sample[s], and ${samples} sample[s] per block are stated`;
  if (samples > (1 + tolerance) * fit) return stated;
  if (samples >= 2 && samples < (1 - tolerance) * fit && !counted) return stated;
  // No block has more than two samples per byte: such a count is certainly wrong, e.g. because it counts both channels.
  if (fact === null || fact > (size * 2) / channels) return null;
  const lost = fact - held;
  if (lost <= 0 || (lost < tolerance * fact && lost < 2 * sampleRateHz)) return null;
  return agree`the fact chunk states ${fact} sample[s], blocks of ${unit.bytes} byte[s] hold ${held}`;
}
