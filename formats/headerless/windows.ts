import type { ByteReader } from '../../src/core/base/bytes.ts';

/** The parts of a file without a header that are examined: small windows spread over the file, in the order of their offsets. */
export interface Material {
  /** Size of the whole file in bytes. */
  readonly size: number;
  /** The windows. Each begins at a multiple of `windowStep`, unless the file has only a few bytes. */
  readonly windows: readonly Uint8Array[];
  /** Offset of each window in the file. */
  readonly offsets: readonly number[];
  /** Total size of all windows in bytes. */
  readonly bytes: number;
}

/**
 * Step between possible window starts. With it, frames of GSM (33 bytes) and G.729 (10), codes of G.726 (3 and 5 bytes for 8 codes) and 16-bit stereo samples
 * (4) are not split.
 */
export const windowStep = 660;
/** Size of a window: more than half a second of G.711 at 8 kHz. This is long enough to contain voiced speech, and short enough to read many places. */
export const windowBytes = 7 * windowStep;
/** Number of windows for a short test; `firstLook`, `secondLook`: for a first examination, and for a second one if the first found only silence. */
const glance = 3;
const firstLook = 10;
const secondLook = 64;

/** Reads a few places of a file, in order to drop files that are nothing like audio. */
export function glanceMaterial(bytes: ByteReader, signal: AbortSignal): Promise<Material> {
  return material(bytes, glance, signal);
}

/** Reads the windows of the first examination; reads a small file completely. */
export function firstMaterial(bytes: ByteReader, signal: AbortSignal): Promise<Material> {
  return material(bytes, firstLook, signal);
}

/** Reads four times as many places, for a file whose first windows were silent; null if the first examination covered everything. */
export async function secondMaterial(bytes: ByteReader, signal: AbortSignal): Promise<Material | null> {
  return bytes.size <= firstLook * windowBytes ? null : await material(bytes, secondLook, signal);
}

/** Returns the windows, joined if they are adjacent. */
export function runsOf({ windows, offsets }: Material): Uint8Array[] {
  const runs: Uint8Array[][] = [];
  windows.forEach((window, i) => {
    const before = (offsets[i - 1] ?? 0) + (windows[i - 1]?.length ?? 0);
    if (i > 0 && before === offsets[i]) runs.at(-1)?.push(window);
    else runs.push([window]);
  });
  return runs.map((parts) => {
    const run = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      run.set(part, at);
      at += part.length;
    }
    return run;
  });
}

/** Reads at most `count` windows, evenly spread, the first at the start. */
async function material(bytes: ByteReader, count: number, signal: AbortSignal): Promise<Material> {
  const { size } = bytes;
  let windows: Uint8Array[];
  const offsets: number[] = [];
  if (size <= count * windowBytes) {
    const whole = size === 0 ? new Uint8Array(0) : await bytes.read(0, size, signal);
    windows = Array.from({ length: Math.ceil(whole.length / windowBytes) }, (_, i) => whole.subarray(i * windowBytes, (i + 1) * windowBytes));
    for (let at = 0; at < whole.length; at += windowBytes) offsets.push(at);
  } else {
    const distance = (size - windowBytes) / (count - 1);
    windows = [];
    for (let i = 0; i < count; i++) {
      const offset = Math.floor((i * distance) / windowStep) * windowStep;
      windows.push(await bytes.read(offset, windowBytes, signal));
      offsets.push(offset);
    }
  }
  return { size, ...withoutFillers(windows, offsets) };
}

/** Number of bytes at the end of a window whose earlier occurrence is searched. */
const probeBytes = 32;
/** Smallest number of windows that must remain, and smallest share. */
const fewestLeft = 3;
const leastLeft = 0.5;

/**
 * Removes windows that end in a repeated pattern, like unwritten space: it is not audio, and a few loud windows would outweigh all others. Keeps all windows if
 * most of them end in such a pattern.
 */
function withoutFillers(windows: readonly Uint8Array[], offsets: readonly number[]): Pick<Material, 'windows' | 'offsets' | 'bytes'> {
  const kept = windows.flatMap((window, index) => (endsInPattern(window) ? [] : [index]));
  const isMost = kept.length >= fewestLeft && kept.length >= leastLeft * windows.length;
  const left = isMost ? kept : [...windows.keys()];
  const [of, places] = [left.map((index) => windows[index] ?? new Uint8Array(0)), left.map((index) => offsets[index] ?? 0)];
  return { windows: of, offsets: places, bytes: of.reduce((sum, window) => sum + window.length, 0) };
}

/** Returns true if at least half of a window repeats the bytes before it, and is not a single value, which may be silence. */
function endsInPattern(window: Uint8Array): boolean {
  const last = window.length - probeBytes;
  const half = window.length >> 1;
  if (last <= half) return false;
  const before = Buffer.from(window.buffer, window.byteOffset, window.length - 1).lastIndexOf(window.subarray(last), last - 1);
  const period = last - before;
  if (before < 0 || period < 2 || period > half) return false;
  return window.subarray(half).every((byte, index) => byte === window[half + index - period]);
}
