import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { audioConfig } from '../mpeg/aac-config.ts';
import type { DemuxedContainer, DemuxedSound } from './container.ts';
import { type Element, elementAt, ids } from './ebml.ts';
import { walkClusters } from './matroska-walk.ts';

/** Largest number of elements of the first level before the tracks, including tags and attachments. */
const mostElements = 4_000;
const tracksBytes = 1024 * 1024;
/** Values of TrackType (RFC 9559, section 5.1.4.1.3). */
const audioTrack = 2;

/** Returns the child elements of an element in memory; stops at one that extends beyond it. */
function children(bytes: Uint8Array): { readonly id: number; readonly body: Uint8Array }[] {
  const found: { id: number; body: Uint8Array }[] = [];
  for (let at = 0; at < bytes.length && found.length < mostElements; ) {
    const element = elementAt(bytes, at, 0);
    if (element === null || element.size === null || element.start + element.size > bytes.length) break;
    found.push({ id: element.id, body: bytes.subarray(element.start, element.start + element.size) });
    at = element.start + element.size;
  }
  return found;
}

function unsigned(body: Uint8Array): number {
  return body.reduce((value, byte) => value * 256 + byte, 0);
}

function float(body: Uint8Array): number {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  return body.length === 4 ? view.getFloat32(0) : body.length === 8 ? view.getFloat64(0) : 0;
}

/** Returns the bodies of the tracks element and of the segment's information; null if there are no tracks before the first cluster. */
async function findTracks(
  bytes: ByteReader,
  segment: Element,
  signal: AbortSignal,
): Promise<{ readonly tracks: Uint8Array; readonly info: Uint8Array; readonly end: number } | null> {
  let info = new Uint8Array(0);
  const end = segment.size === null ? bytes.size : Math.min(bytes.size, segment.start + segment.size);
  let at = segment.start;
  for (let count = 0; at < end && count < mostElements; count++) {
    const element = elementAt(await bytes.read(at, 12, signal), 0, at);
    if (element === null) return null;
    const body = async (): Promise<Uint8Array> => await bytes.read(element.start, Math.min(element.size ?? 0, tracksBytes), signal);
    if (element.id === ids.info) info = new Uint8Array(await body());
    if (element.id === ids.tracks) return { tracks: await body(), info, end: element.start + (element.size ?? 0) };
    if (element.id === ids.cluster || element.size === null) return null;
    at = element.start + element.size;
  }
  return null;
}

/**
 * Returns true for codings without packets, in which each byte lasts as long as the rate says. Such audio is never written with pauses, and a wrong rate makes
 * it shorter than the segment.
 */
const isEven = (coding: string): boolean => coding.startsWith('A_PCM/') || coding.startsWith('A_MS/ACM');

/**
 * Returns the duration of the segment from its information (RFC 9559, section 5.1.2): that of its longest track, including pauses in which nothing is stored.
 */
function statedSeconds(info: Uint8Array, even: boolean): Pick<DemuxedSound, 'statedSeconds' | 'statedSpanSeconds'> {
  let [scale, duration] = [1_000_000, 0];
  for (const { id, body } of children(info)) {
    if (id === ids.timestampScale) scale = unsigned(body);
    else if (id === ids.duration) duration = float(body);
  }
  const seconds = (duration * scale) / 1_000_000_000;
  if (!(seconds > 0 && seconds <= limits.mediumSeconds)) return {};
  return even ? { statedSeconds: seconds } : { statedSpanSeconds: seconds };
}

interface MatroskaTrack {
  readonly type: number;
  readonly sound: Pick<DemuxedSound, 'coding' | 'sampleRateHz' | 'channels' | 'encrypted'>;
}

function readTrack(entry: Uint8Array): MatroskaTrack {
  let type = 0;
  let coding = '';
  let setup = new Uint8Array(0);
  // Defaults of RFC 9559, sections 5.1.4.1.29.1 and 5.1.4.1.29.3.
  let [rate, outputRate, channels] = [8000, 0, 1];
  let encrypted = false;
  for (const { id, body } of children(entry)) {
    if (id === ids.trackType) type = unsigned(body);
    else if (id === ids.codecId) coding = String.fromCharCode(...body.subarray(0, 64)).replaceAll('\0', '');
    else if (id === ids.codecPrivate) setup = new Uint8Array(body);
    else if (id === ids.contentEncodings)
      encrypted = children(body).some(({ body: encoding }) => children(encoding).some(({ id: inner }) => inner === ids.contentEncryption));
    else if (id === ids.audio)
      for (const { id: field, body: value } of children(body)) {
        if (field === ids.samplingFrequency) rate = float(value);
        else if (field === ids.outputSamplingFrequency) outputRate = float(value);
        else if (field === ids.channels) channels = unsigned(value);
      }
  }
  const aac = coding.startsWith('A_AAC') ? audioConfig(setup) : null;
  // Opus is always decoded at 48 kHz (RFC 6716), whatever the original rate.
  const sampleRateHz = coding === 'A_OPUS' ? 48_000 : outputRate > 0 ? outputRate : (aac?.sampleRateHz ?? rate);
  return { type, sound: { coding, sampleRateHz, channels: aac !== null && aac.channels > 0 ? aac.channels : channels, encrypted } };
}

/** Describes Matroska and WebM: browsers, conference servers, screen recorders. */
export const matroska: DemuxedContainer = {
  demuxer: 'matroska',
  title: 'Matroska, WebM',
  extensions: ['.mkv', '.mka', '.webm', '.weba'],
  magics: [[0, '\x1aE\xdf\xa3']],
  confidence: 'signature',
  fact: 'Matroska, WebM: RFC 8794 (EBML), RFC 9559; files of FFmpeg with PCM, mu-law, MP3, AAC, AC-3, FLAC, Vorbis, Opus',
  sound: async (head, bytes, signal) => {
    const ebml = elementAt(head, 0, 0);
    if (ebml === null || ebml.size === null) return null;
    const at = ebml.start + ebml.size;
    const segment = elementAt(await bytes.read(at, 12, signal), 0, at);
    if (segment === null || segment.id !== ids.segment) return 'no segment follows the EBML header';
    const found = await findTracks(bytes, segment, signal);
    if (found === null) return 'no tracks are described before the first cluster';
    const all = children(found.tracks)
      .filter(({ id }) => id === ids.trackEntry)
      .slice(0, limits.channels)
      .map(({ body }) => readTrack(body));
    const audio = all.filter(({ type }) => type === audioTrack);
    const [first] = audio;
    if (first === undefined) return agree`no audio stream among ${all.length} track[s]`;
    const missingBytes = segment.size === null ? 0 : Math.max(0, segment.start + segment.size - bytes.size);
    // Video may continue after the audio ends.
    const stated = all.length === audio.length ? statedSeconds(found.info, audio.length === 1 && isEven(first.sound.coding)) : {};
    const alike = audio.every(
      ({ sound }) => sound.channels === 1 && sound.sampleRateHz === first.sound.sampleRateHz && sound.encrypted === first.sound.encrypted,
    );
    const walk = await walkClusters(
      bytes,
      found.end,
      segment.size === null ? bytes.size : Math.min(bytes.size, segment.start + segment.size),
      signal,
    );
    return { ...first.sound, ...stated, ...walk, alike, audioStreams: audio.length, otherStreams: all.length - audio.length, missingBytes };
  },
};
