import { codecs } from '../../formats/codecs/index.ts';
import { formats } from '../../formats/index.ts';
import type { Finding } from '../../src/core/findings/finding.ts';
import type { Identification } from '../../src/core/model/format.ts';
import { openMedium } from '../../src/media/bytes/medium-bytes.ts';
import { decodeMedium, playable } from '../../src/media/decode/decode-medium.ts';
import { findFfmpeg } from '../../src/media/ffmpeg/ffmpeg.ts';
import { identifyMedium } from '../../src/media/identify/identify-medium.ts';
import { never } from './answers.ts';

const tools = { codecs: new Map(codecs.map((codec) => [codec.id, codec])), ffmpeg: await findFfmpeg() };

/** A file as the media room decodes it: samples interleaved by channel. */
export interface DecodedFile {
  readonly identification: Identification;
  readonly samples: Int16Array;
  readonly channels: number;
  readonly whole: boolean;
  /** Findings of decoding; those of the format are in `identification`. */
  readonly findings: readonly Finding[];
}

/** Identifies and decodes a file; throws if it is unknown or cannot be played. */
export async function decodeFile(bytes: Uint8Array, name: string): Promise<DecodedFile> {
  const medium = openMedium({ kind: 'bytes', bytes }, name);
  const identification = await identifyMedium(medium.reader, { name }, formats, never);
  if (identification === null) throw new Error(`${name}: nobody knows it`);
  const play = playable(identification, tools, name);
  if ('reason' in play) throw new Error(`${name}: ${play.reason}`);
  const parts: Int16Array[] = [];
  const { whole, findings } = await decodeMedium(
    play,
    { bytes: medium, place: name },
    (samples) => {
      parts.push(samples instanceof Int16Array ? samples.slice() : Int16Array.from(samples, (value) => Math.round(value * 32_768)));
    },
    never,
  );
  const samples = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return { identification, samples, channels: play.channels, whole, findings };
}

/** Distance of samples from a reference, in dB: energy of the reference over that of the difference. */
export function signalToDifference(samples: Int16Array, reference: Int16Array): number {
  let signal = 0;
  let difference = 0;
  for (let i = 0; i < reference.length; i++) {
    signal += (reference[i] ?? 0) ** 2;
    difference += ((reference[i] ?? 0) - (samples[i] ?? 0)) ** 2;
  }
  return 10 * Math.log10(signal / Math.max(1, difference));
}
