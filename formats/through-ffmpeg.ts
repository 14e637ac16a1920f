import { agree } from '../src/core/base/agree.ts';
import type { ByteReader } from '../src/core/base/bytes.ts';
import { limits } from '../src/core/base/limits.ts';
import type { Shortfall } from '../src/core/base/shortfall.ts';
import { type Finding, finding } from '../src/core/findings/finding.ts';
import type { FindingCode } from '../src/core/findings/finding-table.ts';
import type { Format, Identification, Track } from '../src/core/model/format.ts';
import { type DemuxedContainer, type DemuxedSound, headBytes } from './demuxed/container.ts';
import { demuxedContainers } from './demuxed/table.ts';
import { judgeSamples } from './judge/judge-samples.ts';
import { knownCodec } from './list/known-codec.ts';

/** Identifies containers without a reader in longplay: FFmpeg reads the whole file with the demuxer that is named, and returns the first audio stream. */
export const throughFfmpeg: Format = {
  id: 'through-ffmpeg',
  title: 'Containers that FFmpeg demuxes',
  extensions: demuxedContainers.flatMap(({ extensions }) => extensions),
  mediaType: 'application/octet-stream',
  grade: 'documented',
  facts: [
    'longplay reads the header, counts frames, blocks or clusters, and decodes plain samples after a header; FFmpeg 7.1, restricted to one demuxer, demuxes and decodes everything else from a pipe and gives the same samples as from the file',
    'layouts: RFC 8794 and 9559 (Matroska), Microsoft AVI RIFF File Reference, ISO/IEC 11172-1 and 13818-1 (MPEG), ETSI TS 102 366 (AC-3) and 102 114 (DTS); `longplay formats through-ffmpeg` lists all containers with their sources',
  ],
  codings: demuxedContainers.map(({ demuxer, title, magics, fact }) => ({
    declared: magics.map(([at, magic]) => `${hex(magic)} at ${at}`).join(', '),
    name: `${title} (demuxer ${demuxer})`,
    codec: 'through-ffmpeg',
    note: fact,
  })),
  async identify(bytes, _hint, signal) {
    const head = await bytes.read(0, headBytes, signal);
    for (const container of demuxedContainers) {
      if (!container.magics.some(([at, magic]) => startsAt(head, at, magic))) continue;
      const sound = await describe(container, head, bytes, signal);
      if (sound !== null) return await answer(container, sound, bytes, signal);
    }
    return null;
  },
};

/** Returns bytes in the form used by specifications, e.g. `1A 45 DF A3`. */
function hex(magic: string): string {
  return Array.from(magic, (letter) => letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')).join(' ');
}

function startsAt(head: Uint8Array, at: number, magic: string): boolean {
  for (let i = 0; i < magic.length; i++) if (head[at + i] !== magic.charCodeAt(i)) return false;
  return true;
}

async function describe(
  container: DemuxedContainer,
  head: Uint8Array,
  bytes: ByteReader,
  signal: AbortSignal,
): Promise<DemuxedSound | string | null> {
  try {
    return await container.sound(head, bytes, signal);
  } catch (error) {
    if (error instanceof RangeError) return 'its header ends too early';
    throw error;
  }
}

function asciiOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** Returns a field, unless its value is absent or impossible for a recording. */
function known<Name extends string>(name: Name, frames: number | undefined): { readonly [name in Name]?: number } {
  return frames === undefined || !Number.isSafeInteger(frames) || frames <= 0 ? {} : ({ [name]: frames } as { readonly [name in Name]: number });
}

function shortfallOf(sound: DemuxedSound, sampleRateHz: number): Shortfall {
  const { missingBytes = 0, strayBytes = 0, brokenBytes = 0, besidePacketBytes, otherStreams = 0 } = sound;
  const frames = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : Math.round(seconds * sampleRateHz));
  return {
    missingBytes,
    strayBytes,
    brokenBytes,
    ...(besidePacketBytes === undefined || otherStreams > 0 ? {} : { besidePacketBytes }),
    ...known('statedFrames', frames(sound.statedSeconds)),
    ...known('statedSpanFrames', frames(sound.statedSpanSeconds)),
  };
}

/** Returns a track for samples that are stored unchanged in the file: they need no demuxer, and are judged like those of every other container. */
function sampleTrack(
  track: Omit<Track, 'setup'>,
  { codec, bits }: NonNullable<DemuxedSound['samples']>,
  [start, end]: readonly [number, number],
): Track {
  const blockBytes = (bits / 8) * track.channels;
  const whole = end - ((end - start) % blockBytes);
  return { ...track, setup: null, codec: knownCodec(codec), bitsPerSample: bits, blockBytes, spans: [[start, whole]] };
}

async function answer(
  { demuxer, title, confidence }: DemuxedContainer,
  sound: DemuxedSound | string,
  bytes: ByteReader,
  signal: AbortSignal,
): Promise<Identification> {
  const findings: Finding[] = [];
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, bytes.name, message));
  };
  const basis = `${title} at 0`;
  const without = (reason: string): Identification => {
    tell('F401', `${title}: ${reason}`);
    return { format: throughFfmpeg.id, confidence, basis: `${basis}, ${reason}`, tracks: [], findings, state: 'damaged' };
  };
  if (typeof sound === 'string') return without(sound);
  const {
    coding,
    channels,
    audioStreams = 1,
    otherStreams = 0,
    encrypted = false,
    missingBytes = 0,
    strayBytes = 0,
    brokenBytes = 0,
    lackingBytes = 0,
    lacksEnd = false,
    headerBytes = 0,
    end = bytes.size,
  } = sound;
  const sampleRateHz = Math.round(sound.sampleRateHz);
  const isUsable = channels > 0 && channels <= limits.channels && sampleRateHz > 0 && sampleRateHz <= limits.highestRateHz;
  if (!isUsable) return without(agree`${channels} channel[s] at ${sound.sampleRateHz} Hz [is|are] stated`);
  const { samples } = sound;
  const fewest = samples === undefined ? 1 : (samples.bits / 8) * channels;
  if (end < headerBytes + fewest) {
    tell('F110', agree`${title}: a header of ${headerBytes} byte[s] and no sound`);
    return { format: throughFfmpeg.id, confidence, basis, tracks: [], findings, state: 'header-only' };
  }
  const codecName = coding === title ? coding : `${coding} in ${title}`;
  if (encrypted) tell('F303', codecName);
  // Beside video, streams may be languages; otherwise they are parties of a call.
  const streams = sound.alike === true && otherStreams === 0 && audioStreams <= limits.channels && channels === 1 ? audioStreams : 1;
  if (audioStreams > streams) tell('F306', agree`${audioStreams} audio stream[s]`);
  if (otherStreams > 0) tell('F400', `${otherStreams} ${otherStreams === 1 ? 'stream' : 'streams'} of video or other data beside the audio`);
  if (missingBytes > 0) tell('F103', agree`the header states ${bytes.size + missingBytes} byte[s], but ${bytes.size} [is|are] present`);
  else if (lackingBytes > 0) tell('F103', `the last frame, packet or cluster lacks ${lackingBytes} of its bytes`);
  else if (lacksEnd) tell('F103', 'the index that every writer puts at the end is missing');
  const track = {
    codec: encrypted ? 'unknown' : 'through-ffmpeg',
    codecName,
    sampleRateHz,
    channels,
    bitsPerSample: null,
    blockBytes: null,
    frames: null,
    spans: [[0, end]] as const,
  };
  // The demuxer that the codec requests from FFmpeg, and the stream.
  const wholes = Array.from({ length: streams }, (_, stream) => ({ ...track, setup: asciiOf(stream === 0 ? demuxer : `${demuxer}:${stream}`) }));
  const own = samples === undefined ? null : await judgeSamples(bytes, sampleTrack(track, samples, [headerBytes, end]), signal);
  const tracks = own === null ? wholes : [own.track];
  findings.push(...(own?.findings ?? []));
  if (brokenBytes > 0) tell('F302', agree`${brokenBytes} byte[s] [is|are] in frames whose checksum is wrong`);
  if (strayBytes > 0) tell('F302', agree`${strayBytes} byte[s] [belongs|belong] to no frame or packet`);
  const state = strayBytes + brokenBytes > 0 ? 'damaged' : missingBytes + lackingBytes > 0 || lacksEnd ? 'truncated' : 'ok';
  return {
    format: throughFfmpeg.id,
    confidence,
    basis: coding === title ? basis : `${basis}, ${coding}`,
    tracks,
    shortfall: shortfallOf(sound, sampleRateHz),
    findings,
    state,
  };
}
