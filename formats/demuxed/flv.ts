import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { audioConfig } from '../mpeg/aac-config.ts';
import type { DemuxedContainer, DemuxedSound } from './container.ts';
import { walkUnits } from './walk.ts';

/** Largest number of tags that are read to find the first of audio and of video. */
const mostTags = 1_000;
const tagHeaderBytes = 11;
const audioTag = 8;
const videoTag = 9;
const scriptTag = 18;
/** Number of bytes that are read of onMetaData, which FFmpeg and servers write with a few hundred bytes and the duration near the start. */
const scriptBytes = 4096;
/** The key as AMF0 writes it, followed by the type of a number. */
const durationKey = '\0\x08duration\0';

/** Codings by SoundFormat (Adobe Flash Video File Format 10.1, E.4.2.1): name, and the rate if the format fixes it. */
const codings = new Map<number, readonly [name: string, rateHz: number | null]>([
  [0, ['PCM, order of bytes not stated', null]],
  [1, ['ADPCM of Flash', null]],
  [2, ['MP3', null]],
  [3, ['PCM, little-endian', null]],
  [4, ['Nellymoser', 16_000]],
  [5, ['Nellymoser', 8000]],
  [6, ['Nellymoser', null]],
  [7, ['A-law', 8000]],
  [8, ['mu-law', 8000]],
  [10, ['AAC', null]],
  [11, ['Speex', 16_000]],
  [14, ['MP3', 8000]],
]);
const mono: readonly number[] = [4, 5, 11];

/** Describes Flash Video. */
export const flv: DemuxedContainer = {
  demuxer: 'flv',
  title: 'Flash Video',
  extensions: ['.flv'],
  magics: [[0, 'FLV\x01']],
  confidence: 'signature',
  fact: 'FLV: Adobe Flash Video File Format Specification 10.1, annex E; files of FFmpeg with MP3, AAC, Nellymoser, Speex, with and without video',
  sound: async (head, bytes, signal) => {
    const [, , , , flags = 0, a = 0, b = 0, c = 0, d = 0] = head;
    let stated: Pick<DemuxedSound, 'statedSpanSeconds'> = {};
    // Each tag is preceded by the size of the previous tag.
    let at = a * 0x1000000 + b * 0x10000 + c * 256 + d + 4;
    const first = at;
    let otherStreams = (flags & 1) === 1 ? 1 : 0;
    for (let count = 0; count < mostTags && at + tagHeaderBytes < bytes.size; count++) {
      const tag = await bytes.read(at, tagHeaderBytes + 16, signal);
      const [type = 0, s1 = 0, s2 = 0, s3 = 0] = tag;
      if ((type & 0x1f) === videoTag) otherStreams = 1;
      if ((type & 0x1f) === scriptTag) stated = statedSeconds(await bytes.read(at + tagHeaderBytes, scriptBytes, signal));
      if ((type & 0x1f) === audioTag) {
        const sound = soundOf(tag.subarray(tagHeaderBytes), otherStreams);
        return typeof sound === 'string' ? sound : { ...sound, ...stated, ...(await walkTags(bytes, first, signal)) };
      }
      at += tagHeaderBytes + s1 * 0x10000 + s2 * 256 + s3 + 4;
    }
    return 'no audio tag at its beginning';
  },
};

/** Each tag is followed by its size. */
const sizeBytes = 4;

/** Returns the size of a tag including the size after it; 0 if it is not a tag. The number of the stream is always 0 (annex E.4.1). */
function tagBytes(head: Uint8Array): number {
  const [type = 0, s1 = 0, s2 = 0, s3 = 0, , , , , i1 = 1, i2 = 1, i3 = 1] = head;
  const isKnown = [audioTag, videoTag, scriptTag].includes(type & 0x1f) && (type & 0xc0) === 0;
  return isKnown && i1 + i2 + i3 === 0 ? tagHeaderBytes + s1 * 0x10000 + s2 * 256 + s3 + sizeBytes : 0;
}

/**
 * Counts bytes that are in no tag. If there are any, tags with an earlier time count as well, because a copy of the preceding bytes has overwritten other tags.
 * If all bytes are in tags, such times mean that a stream restarted.
 */
async function walkTags(bytes: ByteReader, first: number, signal: AbortSignal): Promise<Pick<DemuxedSound, 'strayBytes' | 'lackingBytes'>> {
  let [latest, misplaced] = [0, 0];
  const onUnit = (head: Uint8Array, size: number, strayBytes: number): void => {
    const [type = 0, , , , t1 = 0, t2 = 0, t3 = 0, t4 = 0] = head;
    if ((type & 0x1f) !== audioTag) return;
    const time = t4 * 0x1000000 + t1 * 0x10000 + t2 * 256 + t3;
    if (time < latest && strayBytes > 0) misplaced += size;
    latest = Math.max(latest, time);
  };
  const { strayBytes, lackingBytes } = await walkUnits(bytes, [first, bytes.size], { headBytes: tagHeaderBytes, sizeOf: tagBytes, onUnit }, signal);
  return { strayBytes: strayBytes + misplaced, lackingBytes: Math.max(0, lackingBytes - sizeBytes) };
}

/** Returns the duration in seconds from onMetaData (annex E.5); it includes pauses in which nothing is stored. */
function statedSeconds(script: Uint8Array): Pick<DemuxedSound, 'statedSpanSeconds'> {
  const at = String.fromCharCode(...script).indexOf(durationKey) + durationKey.length;
  if (at < durationKey.length || at + 8 > script.length) return {};
  const seconds = new DataView(script.buffer, script.byteOffset + at, 8).getFloat64(0);
  return seconds > 0 && seconds <= limits.mediumSeconds ? { statedSpanSeconds: seconds } : {};
}

function soundOf(tag: Uint8Array, otherStreams: number): DemuxedSound | string {
  const first = tag[0] ?? 0;
  const coding = codings.get(first >> 4);
  if (coding === undefined) return `sound format ${first >> 4} has no decoder`;
  const [name, ownRate] = coding;
  const stated = {
    coding: name,
    sampleRateHz: ownRate ?? 44_100 >> (3 - ((first >> 2) & 3)),
    channels: mono.includes(first >> 4) ? 1 : (first & 1) + 1,
  };
  // AAC always states 44 kHz and two channels; its first tag holds the actual values.
  const aac = name === 'AAC' && tag[1] === 0 ? audioConfig(tag.subarray(2)) : null;
  const sound = aac === null ? stated : { coding: aac.name, sampleRateHz: aac.sampleRateHz, channels: aac.channels || stated.channels };
  return { ...sound, otherStreams };
}
