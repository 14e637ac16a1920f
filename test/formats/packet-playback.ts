import { codecs } from '../../formats/codecs/index.ts';
import type { Identification } from '../../src/core/model/format.ts';
import { openMedium } from '../../src/media/bytes/medium-bytes.ts';
import { decodeMedium, playable } from '../../src/media/decode/decode-medium.ts';
import { never } from './answers.ts';

/** Samples of each channel, decoded only by longplay. */
export async function decodedSides(found: Identification, bytes: Uint8Array): Promise<Int16Array[]> {
  const play = playable(found, { codecs: new Map(codecs.map((codec) => [codec.id, codec])), ffmpeg: null }, 'test');
  if ('reason' in play) throw new Error(play.reason);
  const parts: Int16Array[] = [];
  const medium = openMedium({ kind: 'bytes', bytes }, 'test');
  await decodeMedium(play, { bytes: medium, place: 'test' }, (samples) => void parts.push(Int16Array.from(samples)), never);
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  const all = new Int16Array(total);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return Array.from({ length: play.channels }, (_, channel) => all.filter((_value, index) => index % play.channels === channel));
}
