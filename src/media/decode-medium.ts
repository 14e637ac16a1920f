import { type Finding, finding } from '../core/finding.ts';
import type { Identification, Track } from '../core/format.ts';
import type { StoredMedium } from '../core/recording-document.ts';
import { canDecode, decodeTrack, type SampleSink, type UsableCodec } from './decode-track.ts';
import { tie } from './identify-medium.ts';
import { createInterleave } from './interleave.ts';
import type { MediumBytes } from './medium-bytes.ts';
import type { MediaTools } from './types.ts';

/** The tracks of a medium that are played together. Several are mono and of one rate, each a channel. */
export interface Playable {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly parts: readonly { readonly track: Track; readonly codec: UsableCodec }[];
  readonly findings: readonly Finding[];
}

/** Why nothing of a medium can be played. */
export interface Unplayable {
  readonly reason: string;
  readonly state: StoredMedium['state'];
  readonly findings: readonly Finding[];
}

/** What `canDecode` misses, by the code of its finding; all else is a key. */
const reasons = new Map([
  ['M107', 'no decoder'],
  ['M108', 'no FFmpeg'],
]);

/** More channels are no call. */
const mostChannels = 64;

/** What of a medium can be played with these tools. */
export function playable(medium: Identification, tools: Pick<MediaTools, 'codecs' | 'ffmpeg' | 'passwords'>, place: string): Playable | Unplayable {
  const [first] = medium.tracks;
  if (first === undefined) return withoutTracks(medium, place);
  const sideBySide = medium.tracks.length <= mostChannels && medium.tracks.every((track) => track.channels === 1);
  const together = sideBySide && medium.tracks.every((track) => track.sampleRateHz === first.sampleRateHz);
  const tracks = together ? medium.tracks : [first];
  const parts: { track: Track; codec: UsableCodec }[] = [];
  for (const track of tracks) {
    const codec = canDecode(track, tools, place);
    if ('kind' in codec) return { reason: reasons.get(codec.code) ?? 'encrypted', state: 'undecodable', findings: [codec] };
    parts.push({ track, codec });
  }
  const left = medium.tracks.length - tracks.length;
  const findings = left === 0 ? [] : [finding('M114', place, `${left} of ${medium.tracks.length} tracks: rates or channels differ from the first`)];
  return { sampleRateHz: first.sampleRateHz, channels: together ? tracks.length : first.channels, parts, findings };
}

function withoutTracks(medium: Identification, place: string): Unplayable {
  if (medium.findings.some(({ code }) => code === tie)) return { reason: 'formats disagree', state: 'unknown', findings: [] };
  const state = medium.state === 'ok' ? 'header-only' : medium.state;
  // Most formats have told why there is none: one fact, one finding.
  const findings = medium.findings.length > 0 ? [] : [finding('M113', place, `${medium.basis}: no coded audio in it`)];
  return { reason: 'no samples', state, findings };
}

/** What `decodeMedium` did. */
export interface DecodedMedium {
  readonly decoder: string;
  /** False where a track broke off. */
  readonly whole: boolean;
  readonly findings: readonly Finding[];
}

/** Decodes all tracks, side by side where there are several. @throws as `decodeTrack` */
export async function decodeMedium(
  { parts }: Playable,
  bytes: MediumBytes,
  place: string,
  sink: SampleSink,
  signal: AbortSignal,
): Promise<DecodedMedium> {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return await decodeTrack(only.track, only.codec, bytes, place, sink, signal);
  const { frames, results } = await sideBySide(
    parts.map(
      ({ track, codec }) =>
        (side, own) =>
          decodeTrack(track, codec, bytes, place, side, own),
    ),
    sink,
    signal,
  );
  const findings = results.flatMap((result) => result.findings);
  if (new Set(frames).size > 1) findings.push(finding('M115', place, `the tracks have ${frames.join(', ')} samples`));
  return {
    decoder: [...new Set(results.map((result) => result.decoder))].join(', '),
    whole: results.every((result) => result.whole),
    findings,
  };
}

/**
 * Runs several mono decodings at once and weaves them into frames; when one fails the others are ended before this throws.
 * `frames`: samples of each.
 */
export async function sideBySide<Result>(
  decodings: readonly ((side: SampleSink, signal: AbortSignal) => Promise<Result>)[],
  sink: SampleSink,
  signal: AbortSignal,
): Promise<{ frames: readonly number[]; results: Result[] }> {
  const weave = createInterleave(decodings.length, sink);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  let failure: { readonly error: unknown } | null = null;
  const settled = await Promise.all(
    decodings.map(async (decode, index) => {
      try {
        const result = await decode(weave.side(index), either);
        await weave.end(index);
        return [result];
      } catch (error) {
        failure ??= { error };
        weave.fail(error);
        stop.abort(error);
        return [];
      }
    }),
  );
  if (failure !== null) throw (failure as { readonly error: unknown }).error;
  return { frames: weave.frames, results: settled.flat() };
}
