import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import { finding } from '../../core/findings/finding.ts';
import type { Identification, Track } from '../../core/model/format.ts';
import { beyondBounds } from '../../core/model/track-bounds.ts';
import type { MediumBytes } from '../bytes/medium-bytes.ts';
import type { PacketsRead } from '../ffmpeg/packets.ts';
import { tie } from '../identify/identify-medium.ts';
import type { MediaTools } from '../tools/types.ts';
import { inPackets } from './decode-packets.ts';
import { decodeSides, playableSides } from './decode-sides.ts';
import { decodeTrack, type SampleSink } from './decode-track.ts';
import { sideBySide } from './interleave.ts';
import { type DecodedMedium, outOfBounds, type Playable, type Unplayable } from './playable.ts';
import type { CodedMedium } from './track-work.ts';
import { canDecode, type UsableCodec } from './usable-codec.ts';

/** Reasons why something cannot be decoded, by the code of the finding of `canDecode`. Any other code means that a key is missing. */
const reasons = new Map([
  ['M107', 'no decoder'],
  ['M108', 'no FFmpeg'],
]);

/** Returns the tracks of a medium that can be decoded with these tools. */
export function playable(medium: Identification, tools: Pick<MediaTools, 'codecs' | 'ffmpeg' | 'passwords'>, place: string): Playable | Unplayable {
  const [first] = medium.tracks;
  if (first === undefined) return withoutTracks(medium, place);
  if (medium.tracks.every(inPackets)) return playableSides(medium.tracks, tools, place);
  const sideBySide = medium.tracks.length <= limits.channels && medium.tracks.every((track) => track.channels === 1);
  const together = sideBySide && medium.tracks.every((track) => track.sampleRateHz === first.sampleRateHz);
  const tracks = together ? medium.tracks : [first];
  const parts: { track: Track; codec: UsableCodec }[] = [];
  for (const track of tracks) {
    const codec = canDecode(track, tools, place);
    if ('kind' in codec) return { reason: reasons.get(codec.code) ?? 'encrypted', state: 'undecodable', findings: [codec] };
    const beyond = beyondBounds(track, codec.codec);
    if (beyond !== null) return outOfBounds(beyond, place);
    parts.push({ track, codec });
  }
  const left = medium.tracks.length - tracks.length;
  const findings =
    left === 0 ? [] : [finding('M114', place, agree`${left} of ${medium.tracks.length} track[s]: rates or channels differ from the first`)];
  return { sampleRateHz: first.sampleRateHz, channels: together ? tracks.length : first.channels, parts, findings };
}

function withoutTracks(medium: Identification, place: string): Unplayable {
  if (medium.findings.some(({ code }) => code === tie)) return { reason: 'formats disagree', state: 'unknown', findings: [] };
  const state = medium.state === 'ok' ? 'header-only' : medium.state;
  // Most formats have already reported why there is no audio, and one fact should give one finding.
  const findings = medium.findings.length > 0 ? [] : [finding('M113', place, `${medium.basis}: no coded audio in it`)];
  return { reason: 'no samples', state, findings };
}

/** Returns how media share FFmpeg processes; a large medium does not share one, because its bytes would be in memory. */
export function togetherFor({ size }: MediumBytes, { together }: Pick<MediaTools, 'together'>): MediaTools['together'] {
  return size <= limits.smallRecordingBytes ? together : undefined;
}

/** Decodes all tracks, simultaneously if there are several. Only a single track may be decoded together with tracks of other media. @throws as `decodeTrack` */
export async function decodeMedium(
  play: Playable,
  { bytes, place, together }: CodedMedium,
  sink: SampleSink,
  signal: AbortSignal,
): Promise<DecodedMedium> {
  const { parts } = play;
  if (parts.some(({ track }) => inPackets(track))) return await decodeSides(play, { bytes, place }, sink, signal);
  const [only] = parts;
  if (only !== undefined && parts.length === 1)
    return await decodeTrack({ track: only.track, codec: only.codec, bytes, place, together }, sink, signal);
  const { frames, results } = await sideBySide(
    parts.map(
      ({ track, codec }) =>
        (side, own) =>
          decodeTrack({ track, codec, bytes, place }, side, own),
    ),
    sink,
    signal,
  );
  const findings = results.flatMap((result) => result.findings);
  if (new Set(frames).size > 1) findings.push(finding('M115', place, agree`the tracks have ${frames.join(', ')} sample[s]`));
  return {
    decoder: [...new Set(results.map((result) => result.decoder))].join(', '),
    whole: results.every((result) => result.whole),
    spannedFrames: results.reduce<number | null>((most, { spannedFrames: end }) => (end === null ? most : Math.max(most ?? 0, end)), null),
    droppedBytes: results.reduce((sum, { droppedBytes }) => sum + droppedBytes, 0),
    packets: results.reduce<PacketsRead | null>((sum, { packets }) => added(sum, packets), null),
    findings,
  };
}

function added(one: PacketsRead | null, other: PacketsRead | null): PacketsRead | null {
  if (one === null || other === null) return one ?? other;
  return {
    packets: one.packets + other.packets,
    bytes: one.bytes + other.bytes,
    errors: one.errors + other.errors,
    broken: one.broken + other.broken,
  };
}
