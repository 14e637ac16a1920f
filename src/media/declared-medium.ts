import { nonAudioKind, nonAudioText } from '../core/base/byte-spread.ts';
import type { ByteReader } from '../core/base/bytes.ts';
import { errorText } from '../core/base/error.ts';
import { type Finding, finding } from '../core/findings/finding.ts';
import type { Declaration } from '../core/model/declaration.ts';
import type { Format, Hint, Identification, Track } from '../core/model/format.ts';
import { withLostSound } from './damage/without-sound.ts';
import { identifyMedium, tie } from './identify/identify-medium.ts';

/** Number of bytes at the start that are examined to distinguish audio from text and encrypted data. */
const lookedAtBytes = 64 * 1024;

/** Returns the finding that a format failed on a file because of a bug. The kind of this file is then unknown; other files are unaffected. */
export function identificationStopped(error: unknown, place: string): Finding {
  return finding('M109', place, `identification stopped: ${errorText(error)}`);
}

/**
 * Identifies a medium by the formats, or as the user declared it. A declaration takes precedence. If a container was recognised by content, its spans are kept,
 * and the declared codec, rate and channels replace those of the header; else all bytes are coded audio. Bytes that contradict the declaration give a finding.
 */
export async function identifyAs(
  reader: ByteReader,
  hint: Hint,
  formats: readonly Format[],
  declared: Declaration | null,
  signal: AbortSignal,
): Promise<Identification | null> {
  const found = await identifyMedium(reader, hint, formats, signal);
  const isTied = found?.findings.some(({ code }) => code === tie) === true;
  if (declared === null || reader.size === 0) return found === null || isTied ? found : await withLostSound(found, reader, signal);
  const { codec, codecName, sampleRateHz, channels, glob } = declared;
  const isContainer = found !== null && found.tracks.length > 0 && (found.confidence === 'signature' || found.confidence === 'structure');
  const coding = { codec, codecName: `${codecName}, declared by the user`, sampleRateHz, channels };
  const unsaid = { bitsPerSample: null, blockBytes: null, frames: null, setup: null };
  const tracks: Track[] = isContainer
    ? found.tracks.map((track) => ({ ...coding, ...unsaid, spans: track.spans, ...onTimeLine(track, sampleRateHz), ...silent(track, declared) }))
    : [{ ...coding, ...unsaid, spans: [[0, reader.size]] }];
  const said = `declared by the user: ${glob} is ${codecName}, ${sampleRateHz} Hz, ${channels} ${channels === 1 ? 'channel' : 'channels'}`;
  return {
    format: isContainer ? found.format : 'declared',
    confidence: 'hint',
    basis: isContainer ? `${said}; ${found.basis}` : said,
    tracks,
    ...(isContainer && found.packed !== undefined ? { packed: found.packed } : {}),
    findings: [...(isContainer ? found.findings : []), ...(await contradictions(reader, found, declared, tracks, signal))],
    state: isContainer ? found.state : 'ok',
  };
}

/** Returns packets with their times, which remain valid whatever rate is declared. */
function onTimeLine({ packets, frames, sampleRateHz }: Track, declaredHz: number): Partial<Track> {
  if (packets === undefined) return {};
  const scaled = (samples: number): number => Math.round((samples * declaredHz) / sampleRateHz);
  return { frames: frames === null ? null : scaled(frames), packets: { ...packets, positions: packets.positions.map(scaled) } };
}

/** Returns the silences of a track if they are counted in samples of the declared codec. Otherwise drops them, because their place is then unknown. */
function silent({ codec, channels, silences }: Track, declared: Declaration): Pick<Track, 'silences'> {
  return silences !== undefined && codec === declared.codec && channels === declared.channels ? { silences } : {};
}

async function contradictions(
  reader: ByteReader,
  found: Identification | null,
  { codec, codecName }: Declaration,
  tracks: readonly Track[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const [start, end] = tracks[0]?.spans[0] ?? [0, 0];
  // Packets are separated by headers, so there is no contiguous audio to examine.
  const kind = end === start ? null : nonAudioKind([await reader.read(start, Math.min(lookedAtBytes, end - start), signal)]);
  if (kind !== null) return [finding('F347', reader.name, `declared as ${codecName}; the examined bytes are ${nonAudioText(kind)}`)];
  const other = found?.tracks[0];
  if (found === null || other === undefined || found.confidence === 'hint' || other.codec === 'unknown' || other.codec === codec) return [];
  return [finding('F346', reader.name, `declared as ${codecName}; ${found.format} says ${other.codecName}: ${found.basis}`)];
}
