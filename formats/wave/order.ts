import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Track } from '../../src/core/model/format.ts';
import type { G726Bits } from '../codecs/g726/decoder.ts';
import type { BitOrder } from '../codecs/g726/g726.ts';
import { g726Rates, g726WindowBytes, isCertainlySmoother, judgeG726Order, orderOfRate, ratesByZeros } from '../judge/g726-order.ts';
import { judgeOkiOrder } from '../judge/oki-order.ts';
import type { WaveCoding } from './coding.ts';
import type { WaveFields } from './format.ts';
import { chooseG726Order, g726Codec } from './g726.ts';

/** Number of windows, and size of each, as used when the judges of the order were measured. */
const windows = 4;
const windowBytes = 16_380; // a multiple of the 15 bytes in which all groups of codes end
/** Number of bytes of each window that decides 326 of 336 pieces, none of them wrongly (g726-order.ts); the rest is examined if these bytes do not decide. */
const firstBytes = 4_095;

/** Reads windows spread over the audio, each beginning with a complete group of codes. */
async function codeWindows(bytes: ByteReader, track: Track, signal: AbortSignal): Promise<Uint8Array[]> {
  const [start, end] = track.spans.reduce((longest, span) => (span[1] - span[0] > longest[1] - longest[0] ? span : longest), [0, 0] as const);
  const size = end - start;
  if (size <= windows * windowBytes) return size > 0 ? [await bytes.read(start, size, signal)] : [];
  const step = Math.floor((size - windowBytes) / (windows - 1) / g726WindowBytes) * g726WindowBytes;
  return Promise.all(Array.from({ length: windows }, (_, index) => bytes.read(start + index * step, windowBytes, signal)));
}

/**
 * Returns the track with its codes in the order that the bytes show. No field of a header states the order. If the bytes do not show it either, the practice of
 * the tag's known writers is assumed and reported.
 */
export async function settleOrder(
  bytes: ByteReader,
  track: Track,
  coding: WaveCoding,
  fields: WaveFields,
  signal: AbortSignal,
): Promise<{ track: Track; findings: Finding[] }> {
  const tell = (code: FindingCode, message: string): Finding => finding(code, bytes.name, message);
  if (track.codec === 'oki-adpcm' && track.channels === 1) {
    const { order, rounding, basis } = judgeOkiOrder(await codeWindows(bytes, track, signal));
    const swapped = order === 'low-first';
    const codec = `oki-adpcm${rounding === 'parts' ? '-parts' : ''}${swapped ? '-swapped' : ''}`;
    return { track: { ...track, codec }, findings: swapped ? [tell('F202', `the low half of each byte comes first: ${basis}`)] : [] };
  }
  const stated = g726Rates.find((bits) => bits === coding.g726Bits);
  if (stated === undefined || track.codec === 'unknown') return { track, findings: [] };
  const seen = seenCodes(await codeWindows(bytes, track, signal), stated);
  const findings =
    seen.basis === null ? [] : [tell('F202', agree`codes of ${stated} bit[s] are stated, the bytes have codes of ${seen.bits}: ${seen.basis}`)];
  if (seen.order !== null) return { track: { ...track, codec: g726Codec(seen.bits, seen.order) }, findings };
  const { order, why } = chooseG726Order(fields.tag);
  findings.push(tell('F201', agree`the order of codes of ${seen.bits} bit[s] is not stated and the bytes do not show it; assumed: ${why}`));
  return { track: { ...track, codec: g726Codec(seen.bits, order) }, findings };
}

/** Number of bits of a code, and the order of codes if the bytes show it. */
interface SeenCodes {
  readonly bits: G726Bits;
  readonly order: BitOrder | null;
  /** Why the header is rejected; null if it is accepted. */
  readonly basis: string | null;
}

/**
 * Returns what the windows show. The code 0 distinguishes 16 kbit/s from the other rates in any audio, however quiet: a stated rate that it excludes is
 * rejected if another rate is smooth. If it leaves several rates, another one has to be certain. Roughness alone contradicts nothing: quiet calls, noise and
 * tones are often smoother at a wrong rate.
 */
function seenCodes(found: readonly Uint8Array[], stated: G726Bits): SeenCodes {
  const parts = found.length > 1 ? found.map((window) => window.subarray(0, firstBytes)) : partsOf(found[0] ?? new Uint8Array(0));
  const few = parts.length > 0 ? parts : found;
  const rates = ratesByZeros(few, stated);
  if (rates.some((bits) => bits !== stated)) {
    const isPossible = rates.includes(stated);
    const { bits, order, basis, scores } = judgeG726Order(found, rates, isPossible ? stated : null);
    if (bits !== null && bits !== stated && (!isPossible || (order !== null && isCertainlySmoother(scores, bits)))) return { bits, order, basis };
  }
  return { bits: stated, order: orderOfRate(few, stated) ?? orderOfRate(found, stated), basis: null };
}

/**
 * Divides a file's only window into as many parts as other files have windows, each beginning with a complete group of codes; returns none if the window is too
 * short.
 */
function partsOf(window: Uint8Array): Uint8Array[] {
  if (window.length < 2 * windows * firstBytes) return [];
  const step = Math.floor((window.length - firstBytes) / (windows - 1) / g726WindowBytes) * g726WindowBytes;
  return Array.from({ length: windows }, (_, index) => window.subarray(index * step, index * step + firstBytes));
}
