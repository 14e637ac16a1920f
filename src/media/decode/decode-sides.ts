import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Samples } from '../../core/model/format.ts';
import { beyondBounds } from '../../core/model/track-bounds.ts';
import type { MediaTools } from '../tools/types.ts';
import { decodePackets, inPackets, type PacketTrack } from './decode-packets.ts';
import type { SampleSink } from './decode-track.ts';
import { sideBySide } from './interleave.ts';
import { boundsCode, type DecodedMedium, outOfBounds, type Playable, type Unplayable } from './playable.ts';
import { createRaise } from './raise-rate.ts';
import type { CodedMedium } from './track-work.ts';
import { canDecode, type UsableCodec } from './usable-codec.ts';

/** Largest number of sides: a call does not have more, and one program cannot decode more codecs at the same time. */
const mostTracks = limits.channels;

/**
 * Returns the sides of a call that can be decoded. A side without a decoder remains silent, with a finding. If FFmpeg is needed and missing, nothing is
 * decoded, because more could be decoded with it.
 */
export function playableSides(tracks: readonly PacketTrack[], tools: Pick<MediaTools, 'codecs' | 'ffmpeg'>, place: string): Playable | Unplayable {
  const parts: { track: PacketTrack; codec: UsableCodec }[] = [];
  const findings: Finding[] = [];
  for (const track of tracks.slice(0, mostTracks)) {
    const codec = canDecode(track, tools, place);
    const beyond = 'kind' in codec ? null : beyondBounds(track, codec.codec);
    if (beyond !== null) findings.push(...outOfBounds(beyond, place).findings);
    else if (!('kind' in codec)) parts.push({ track, codec });
    else if (codec.code === 'M108') return { reason: 'no FFmpeg', state: 'undecodable', findings: [codec] };
    else findings.push(codec);
  }
  if (parts.length === 0) {
    const isBeyond = findings.some(({ code }) => code === boundsCode);
    return { reason: isBeyond ? 'out of bounds' : 'no decoder', state: isBeyond ? 'damaged' : 'undecodable', findings };
  }
  const sampleRateHz = Math.max(...parts.map(({ track }) => track.sampleRateHz));
  const fitting = parts.filter(({ track }) => sampleRateHz % track.sampleRateHz === 0 && track.channels === 1);
  const left = tracks.length - findings.length - fitting.length;
  if (left > 0)
    findings.push(finding('M114', place, agree`${left} of ${tracks.length} track[s]: their rates are incompatible with ${sampleRateHz} Hz`));
  const rates = [...new Set(fitting.map(({ track }) => track.sampleRateHz))].sort((a, b) => a - b);
  if (rates.length > 1) findings.push(finding('M203', place, `${rates.join(' and ')} Hz in one medium, all at ${sampleRateHz} Hz`));
  const channels = Math.max(...tracks.slice(0, mostTracks).map(({ packets }) => packets.side + 1));
  return { sampleRateHz, channels, parts: fitting, findings };
}

/** Decodes all tracks simultaneously, each at its places on the timeline, and adds up the tracks of one side. @throws as `decodeTrack` */
export async function decodeSides(play: Playable, { bytes, place }: CodedMedium, sink: SampleSink, signal: AbortSignal): Promise<DecodedMedium> {
  const { sampleRateHz, channels } = play;
  const parts = play.parts.flatMap(({ track, codec }) => (inPackets(track) ? [{ track, codec, factor: sampleRateHz / track.sampleRateHz }] : []));
  // The timeline of all tracks ends with the longest one.
  const seconds = Math.max(...parts.map(({ track }) => (track.frames ?? 0) / track.sampleRateHz));
  const decodings = parts.map(({ track, codec, factor }) => async (side: SampleSink, own: AbortSignal) => {
    const raise = createRaise(factor, side);
    const until = Math.round(seconds * track.sampleRateHz);
    const result = await decodePackets({ track, codec, bytes, place }, until, raise.push, own);
    await raise.finish();
    return result;
  });
  const sides = parts.map(({ track }) => track.packets.side);
  const isPlain = sides.length === channels && sides.every((side, index) => side === index);
  const { results } = await sideBySide(decodings, isPlain ? sink : foldTo(channels, sides, sink), signal);
  return {
    decoder: [...new Set(results.map((result) => result.decoder))].join(', '),
    whole: results.every((result) => result.whole),
    spannedFrames: null,
    droppedBytes: 0,
    packets: null,
    findings: results.flatMap((result) => result.findings),
  };
}

/** Converts frames with one sample per track to frames with one sample per side. Tracks of one side are added up; a side without a track is silent. */
function foldTo(channels: number, sides: readonly number[], sink: SampleSink): SampleSink {
  return (samples) => {
    const tracks = sides.length;
    const frames = samples.length / tracks;
    const out: Samples = samples instanceof Float32Array ? new Float32Array(frames * channels) : new Int16Array(frames * channels);
    const isWhole = out instanceof Int16Array;
    for (let frame = 0; frame < frames; frame++) {
      for (let track = 0; track < tracks; track++) {
        const to = frame * channels + (sides[track] ?? 0);
        const sum = (out[to] ?? 0) + (samples[frame * tracks + track] ?? 0);
        out[to] = isWhole ? Math.max(-32_768, Math.min(32_767, sum)) : sum;
      }
    }
    return sink(out);
  };
}
