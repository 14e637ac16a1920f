import type { ByteReader } from '../src/core/bytes.ts';
import { type Finding, finding } from '../src/core/finding.ts';
import type { Track } from '../src/core/format.ts';
import { type G726Judgement, g726Rates, g726WindowBytes, judgeG726Order } from './g726-order.ts';
import { judgeOkiOrder } from './oki-order.ts';
import type { WaveCoding } from './wave-coding.ts';
import type { WaveFields } from './wave-format.ts';
import { chooseG726Order, g726Codec } from './wave-g726.ts';

/** Windows and bytes of each: what the judges of the order were measured with. */
const windows = 4;
const windowBytes = 16_380; // a multiple of the 15 bytes in which all groups of codes end
/** Of each window as much as decides 326 of 336 pieces, none of them wrongly (g726-order.ts); the rest is looked at where that does not decide. */
const firstBytes = 4_095;

/** Windows spread over the sound, each from a whole group of codes on. */
async function codeWindows(bytes: ByteReader, track: Track, signal: AbortSignal): Promise<Uint8Array[]> {
  const [start, end] = track.spans.reduce((longest, span) => (span[1] - span[0] > longest[1] - longest[0] ? span : longest), [0, 0] as const);
  const size = end - start;
  if (size <= windows * windowBytes) return size > 0 ? [await bytes.read(start, size, signal)] : [];
  const step = Math.floor((size - windowBytes) / (windows - 1) / g726WindowBytes) * g726WindowBytes;
  return Promise.all(Array.from({ length: windows }, (_, index) => bytes.read(start + index * step, windowBytes, signal)));
}

/**
 * The track with its codes in the order that the bytes show. No field of a header states it; where the bytes do not show it either, what the
 * known writers of the tag do is assumed, and told.
 */
export async function settleOrder(
  bytes: ByteReader,
  track: Track,
  coding: WaveCoding,
  fields: WaveFields,
  signal: AbortSignal,
): Promise<{ track: Track; findings: Finding[] }> {
  const tell = (code: string, message: string): Finding => finding(code, bytes.name, message);
  if (track.codec === 'oki-adpcm' && track.channels === 1) {
    const { order, rounding, basis } = judgeOkiOrder(await codeWindows(bytes, track, signal));
    const swapped = order === 'low-first';
    const codec = `oki-adpcm${rounding === 'parts' ? '-parts' : ''}${swapped ? '-swapped' : ''}`;
    return { track: { ...track, codec }, findings: swapped ? [tell('F202', `the low half of each byte comes first: ${basis}`)] : [] };
  }
  const { g726Bits: stated } = coding;
  if (stated === null || track.codec === 'unknown') return { track, findings: [] };
  const seen = seenOrder(await codeWindows(bytes, track, signal), stated);
  if (seen.order !== null && seen.bits !== null) {
    const contradicted = seen.bits !== stated;
    const findings = contradicted ? [tell('F202', `codes of ${stated} bits are stated, the bytes hold some of ${seen.bits}: ${seen.basis}`)] : [];
    return { track: { ...track, codec: g726Codec(seen.bits, seen.order) }, findings };
  }
  const { order, why } = chooseG726Order(fields.tag);
  return {
    track: { ...track, codec: g726Codec(stated, order) },
    findings: [tell('F201', `the order of codes of ${stated} bits is not stated and the bytes do not show it; taken: ${why}`)],
  };
}

/** What the windows show; parts of them are enough where they agree with the header. */
function seenOrder(found: readonly Uint8Array[], stated: number): G726Judgement {
  const likely = g726Rates.find((bits) => bits === stated) ?? null;
  const parts = found.length > 1 ? found.map((window) => window.subarray(0, firstBytes)) : partsOf(found[0] ?? new Uint8Array(0));
  if (parts.length > 0) {
    const first = judgeG726Order(parts, g726Rates, likely);
    if (first.order !== null && first.bits === stated) return first;
  }
  return judgeG726Order(found, g726Rates, likely);
}

/** As many parts of a file's only window as others have windows, each from a whole group of codes on; none where the window is hardly longer. */
function partsOf(window: Uint8Array): Uint8Array[] {
  if (window.length < 2 * windows * firstBytes) return [];
  const step = Math.floor((window.length - firstBytes) / (windows - 1) / g726WindowBytes) * g726WindowBytes;
  return Array.from({ length: windows }, (_, index) => window.subarray(index * step, index * step + firstBytes));
}
