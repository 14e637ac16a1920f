import { type Box, boxesIn, findBox } from './boxes.ts';

/** Samples of an AAC encoder's output: number before the audio, and number of audio samples. */
export interface Gapless {
  readonly priming: number;
  readonly frames: number;
}

/**
 * Reads the substitute for an edit list that iTunes and Apple's encoders write: the comment `iTunSMPB` in moov/udta/meta/ilst. Of its hexadecimal words, the
 * second is the priming, the third the padding, and the fourth the number of samples between (FFmpeg 7.1 libavformat/mov.c).
 */
export function readGapless(moov: Uint8Array, within: Box): Gapless | null {
  const meta = findBox(moov, within, 'udta', 'meta');
  // In MP4, meta has a version and flags before its boxes; in QuickTime it has none.
  const list = meta === null ? null : (findBox(moov, { start: meta.start + 4, end: meta.end }, 'ilst') ?? findBox(moov, meta, 'ilst'));
  if (list === null) return null;
  for (const item of boxesIn(moov, list.start, list.end)) {
    if (item.type !== '----') continue;
    const name = findBox(moov, item, 'name');
    const data = findBox(moov, item, 'data');
    if (name === null || data === null || latin(moov, name.start + 4, name.end) !== 'iTunSMPB') continue;
    const words = latin(moov, data.start + 8, data.end)
      .trim()
      .split(/\s+/);
    const [priming, , frames] = words.slice(1, 4).map((word) => (/^[0-9a-f]{8,16}$/i.test(word) ? Number.parseInt(word, 16) : Number.NaN));
    if (priming !== undefined && frames !== undefined && Number.isSafeInteger(priming) && Number.isSafeInteger(frames) && frames > 0)
      return { priming, frames };
  }
  return null;
}

function latin(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 256)));
}
