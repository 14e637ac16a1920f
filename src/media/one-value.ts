import type { ByteReader } from '../core/bytes.ts';
import { type Finding, finding } from '../core/finding.ts';
import type { Samples, Track } from '../core/format.ts';
import { limits } from '../core/limits.ts';
import { oneValue } from '../core/sound.ts';
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

/**
 * Returns the byte of which the whole payload of all tracks consists, or null where there are two different ones. Whatever the coding, such a payload carries no sound.
 * Of a payload beyond `limits.constantWholeBytes` it looks at windows that are spread evenly, the last one included.
 * @param reader of the bytes in which the spans lie
 */
export async function payloadByte(reader: ByteReader, tracks: readonly Track[], signal: AbortSignal): Promise<number | null> {
  // Packets have headers between them, and stretches without sound are no bytes.
  if (tracks.some(({ packets }) => packets !== undefined)) return null;
  let value: number | null = null;
  const isOther = (bytes: Uint8Array): boolean => {
    value ??= bytes[0] ?? null;
    return bytes.some((byte) => byte !== value);
  };
  for (const { spans } of tracks) {
    for (const [start, end] of spans) {
      for (const [from, to] of windows(start, Math.min(end, reader.size))) {
        signal.throwIfAborted();
        if (isOther(await reader.read(from, to - from, signal))) return null;
      }
    }
  }
  return value;
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

/** Returns the finding of a payload of one byte. */
export function payloadFinding(place: string, value: number): Finding {
  return finding(oneValue, place, `every byte of its audio is 0x${value.toString(16).padStart(2, '0')}: it holds no sound`);
}

/** Returns the finding of samples of one value. */
export function samplesFinding(place: string, samples: number): Finding {
  return finding(oneValue, place, `${samples} samples per channel, all of one value: it holds no sound`);
}
