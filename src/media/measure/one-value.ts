import type { ByteReader } from '../../core/base/bytes.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Samples, Track } from '../../core/model/format.ts';
import { oneValue } from '../../core/model/sound.ts';
import type { Listener } from './sample-digest.ts';

/** Listens whether each channel holds the same value from end to end. Costs next to nothing once a sample differs from the first. */
export function createConstancy(_sampleRateHz: number, channels: number): Listener<boolean> {
  let first: Samples | null = null;
  let isConstant = true;
  return {
    push(samples) {
      if (!isConstant) return;
      first ??= samples.slice(0, channels);
      for (let at = 0; at < samples.length; at++)
        if (samples[at] !== first[at % channels]) {
          isConstant = false;
          return;
        }
    },
    finish: () => isConstant,
  };
}

/** Bytes that are looked at first: nearly every file shows here that it is not one value. */
const firstBytes = 512;

/** Bytes of a sample frame of PCM that are compared with each other; more channels than that are none of telephony. */
const longestUnit = 64;

/**
 * Returns the bytes that the whole payload of all tracks repeats, or null where there are others: one byte, which carries no sound whatever the coding, or in PCM one sample frame (a constant on
 * each channel). Of a payload beyond `limits.constantWholeBytes` it looks at windows that are spread evenly, the last one included.
 * @param reader of the bytes in which the spans lie
 */
export async function payloadUnit(reader: ByteReader, tracks: readonly Track[], signal: AbortSignal): Promise<Uint8Array | null> {
  // Packets have headers between them, and stretches without sound are no bytes.
  if (tracks.some(({ packets }) => packets !== undefined)) return null;
  let unit: Uint8Array | null = null;
  for (const track of tracks) {
    const { spans } = track;
    const period = unitBytes(track);
    for (const [start, end] of spans) {
      for (const [from, to] of windows(start, Math.min(end, reader.size))) {
        signal.throwIfAborted();
        const bytes = await reader.read(from, to - from, signal);
        if (unit === null && bytes.length > 0) unit = bytes.slice(0, period);
        if (unit !== null && (unit.length !== period || differs(bytes, unit, (from - start) % period))) return null;
      }
    }
  }
  return unit?.every((byte, _at, [first]) => byte === first) === true ? unit.subarray(0, 1) : unit;
}

function unitBytes({ codec, blockBytes }: Track): number {
  return codec.startsWith('pcm-') && blockBytes !== null && blockBytes >= 1 && blockBytes <= longestUnit ? blockBytes : 1;
}

/** Whether bytes are other than the unit repeated. @param phase place in the unit at which they begin */
function differs(bytes: Uint8Array, unit: Uint8Array, phase: number): boolean {
  let at = phase;
  for (const byte of bytes) {
    if (byte !== unit[at]) return true;
    at = at + 1 === unit.length ? 0 : at + 1;
  }
  return false;
}

function* windows(start: number, end: number): Generator<readonly [from: number, to: number]> {
  const { constantWholeBytes: whole, constantWindowBytes: window, constantWindows: count } = limits;
  if (start < end) yield [start, Math.min(start + firstBytes, end)];
  if (end - start <= whole) {
    for (let at = start + firstBytes; at < end; at += window) yield [at, Math.min(at + window, end)];
    return;
  }
  for (let index = 0; index < count; index++) {
    const at = start + Math.floor(((end - start - window) * index) / (count - 1));
    yield [at, at + window];
  }
}

/** Returns the finding of a payload that repeats a byte or a sample frame. */
export function payloadFinding(place: string, unit: Uint8Array): Finding {
  const hex = `0x${Array.from(unit, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  const what = unit.length === 1 ? `every byte of its audio is ${hex}` : `its audio is the bytes ${hex} repeated`;
  return finding(oneValue, place, `${what}: it holds no sound`);
}

/** Returns the finding of samples of one value. */
export function samplesFinding(place: string, samples: number): Finding {
  return finding(oneValue, place, `${samples} samples per channel, all of one value: it holds no sound`);
}
