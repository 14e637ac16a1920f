import { agree } from '../../core/base/agree.ts';
import type { ByteReader } from '../../core/base/bytes.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Samples, Track } from '../../core/model/format.ts';
import { oneValueCode } from '../../core/model/sound.ts';
import type { Listener } from './sample-digest.ts';

/** Creates a listener that tests whether each channel has the same value from end to end. It costs almost nothing once a sample differs from the first. */
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

/** Number of bytes that are examined first: nearly every file differs within them. */
const firstBytes = 512;

/** Length in bytes of the longest PCM sample frame that is compared; telephony has no more channels. */
const longestUnit = 64;

/**
 * Returns the bytes that the whole payload of all tracks repeats; null if the payload contains other bytes. The result is one byte, which represents no audio
 * in any coding, or in PCM one sample frame (a constant on each channel). Of a payload beyond `limits.constantWholeBytes`, evenly spaced windows are examined,
 * including the last.
 * @param reader reader of the bytes that contain the spans
 */
export async function payloadUnit(reader: ByteReader, tracks: readonly Track[], signal: AbortSignal): Promise<Uint8Array | null> {
  // Packets have headers between them, and stretches without audio have no bytes.
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

/** Returns true if bytes differ from the repeated unit. @param phase position within the unit at which the bytes begin */
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

/** Returns the finding on a payload that repeats a byte or a sample frame. */
export function payloadFinding(place: string, unit: Uint8Array): Finding {
  const hex = `0x${Array.from(unit, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
  const what = unit.length === 1 ? `every byte of its audio is ${hex}` : `its audio consists of the bytes ${hex} repeated`;
  return finding(oneValueCode, place, `${what}: it contains no audio`);
}

/** Returns the finding on samples that all have one value. */
export function samplesFinding(place: string, samples: number): Finding {
  return finding(oneValueCode, place, agree`${samples} sample[s] per channel, all of one value: it contains no audio`);
}
