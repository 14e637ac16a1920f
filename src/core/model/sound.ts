import type { Finding } from '../findings/finding.ts';
import { findingTable } from '../findings/finding-table.ts';
import type { Measurement } from './measurement.ts';
import { mayHoldAudio } from './pieces.ts';
import type { MediaRef } from './recording.ts';
import type { StoredMedium } from './recording-document.ts';

// Decides whether recordings have sound, for surveys, imports, reports, verifications and the watch over days and devices.

/**
 * Outcome of one audio file. `heard`: it has sound. `silent`: it has samples, but all are digital silence or one value. `empty`: no samples. `closed`:
 * encrypted without a key. `unreadable`: bytes that cannot be decoded here; whether they hold sound is unknown.
 */
export type Outcome = 'heard' | 'silent' | 'empty' | 'closed' | 'unreadable';

/** Whether a call has sound; `unknown` if no file is known to have sound, and one of them could not be decoded. */
export type HasSound = 'yes' | 'no' | 'unknown';

/** Code of the finding of a file that holds one value throughout. */
export const oneValueCode = 'P250';

/**
 * Peak of digital silence as codecs decode it, in dB of full scale: 16 of 32,768 is −66.23. Five seconds of zeros, encoded by FFmpeg 7.1.5 and
 * decoded again, peak at 0 (PCM, mu-law, G.726, IMA and MS ADPCM, MP3, AAC, Opus, Speex, Vorbis, WMA), 2 (G.723.1), 4 (G.722), 8 (A-law) and 16
 * (GSM).
 */
const silencePeakDb = -66.22;

/** Decides whether a call has sound, from the outcomes of its audio files; a call without files has none. */
export function hasSound(outcomes: readonly Outcome[]): HasSound {
  if (outcomes.includes('heard')) return 'yes';
  return outcomes.some((outcome) => outcome === 'closed' || outcome === 'unreadable') ? 'unknown' : 'no';
}

/** Returns true if a call counts as one with audio. A file that could not be decoded counts, because it may hold sound; it has its own status. */
export function countsAsAudio(sound: HasSound): boolean {
  return sound !== 'no';
}

/** Decides whether a call has sound, from its stored media. */
export function soundOf(media: readonly StoredMedium[]): HasSound {
  return hasSound(outcomesOf(media.filter(mayHoldAudio).map((medium) => ({ kind: medium.kind, outcome: outcomeOf(medium) }))));
}

/** Returns the outcome of one audio file, from its document. */
export function outcomeOf({ measurement, original, state, findings }: StoredMedium): Outcome {
  if (measurement !== null && measurement.samples > 0)
    return isSilent(measurement) || findings.some(({ code }) => code === oneValueCode) ? 'silent' : 'heard';
  if (saysEncrypted(findings)) return 'closed';
  // A container without audio, or coded bytes that decoded completely to no samples (M120).
  const isEmpty = original.sizeBytes === 0 || state === 'header-only' || findings.some(({ code }) => code === 'M120');
  return isEmpty ? 'empty' : 'unreadable';
}

/** Returns true if no channel rises above digital silence. Samples of more than 16 bits are silent only if all of them are 0. */
export function isSilent({ levels, sampleFormat }: Pick<Measurement, 'levels' | 'sampleFormat'>): boolean {
  return levels.every(({ peakDb }) => peakDb === null || (sampleFormat === 's16le' && peakDb <= silencePeakDb));
}

/** Returns true if a finding reports encrypted audio without a key. */
export function saysEncrypted(findings: readonly Finding[]): boolean {
  return findings.some(({ code }) => findingTable.get(code)?.closed === true);
}

/** Outcome and kind of one file. */
interface MediumOutcome {
  readonly kind: MediaRef['kind'];
  readonly outcome: Outcome;
}

/** Returns the outcomes that count for the call: a capture without audio is only signalling if another file of the call has sound. */
export function outcomesOf(told: readonly MediumOutcome[]): Outcome[] {
  return told.filter((_, index) => countsForCall(told, index)).map(({ outcome }) => outcome);
}

/** Returns true if the outcome at an index counts for the call: see `outcomesOf`. */
export function countsForCall(told: readonly MediumOutcome[], index: number): boolean {
  const one = told[index];
  return one !== undefined && (one.kind !== 'pcap' || one.outcome === 'heard' || !told.some(({ outcome }) => outcome === 'heard'));
}
