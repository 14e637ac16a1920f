import type { Finding } from '../findings/finding.ts';
import { findingTable } from '../findings/finding-table.ts';
import type { Measurement } from './measurement.ts';
import { isAsked } from './pieces.ts';
import type { MediaRef } from './recording.ts';
import type { StoredMedium } from './recording-document.ts';

// The one definition of "has sound": surveys, imports, reports, verifications and the watch over days and devices all ask here.

/**
 * What became of one audio file. `heard`: it has sound. `silent`: samples, and all of them digital silence or one value. `empty`: no samples. `closed`:
 * encrypted without a key. `unreadable`: bytes of which nobody here makes samples; whether there is sound in them is not known.
 */
export type Outcome = 'heard' | 'silent' | 'empty' | 'closed' | 'unreadable';

/** Whether a call has sound; `unknown` where no file of it has, and one of them could not be decoded. */
export type HasSound = 'yes' | 'no' | 'unknown';

/** The finding of a file that holds one value from end to end. */
export const oneValue = 'P250';

/**
 * Peak of digital silence as codecs decode it, dB of full scale: 16 of 32,768 is −66.23. Five seconds of zeros, encoded by FFmpeg 7.1.5 and decoded, peak at 0 (PCM,
 * mu-law, G.726, IMA and MS ADPCM, MP3, AAC, Opus, Speex, Vorbis, WMA), 2 (G.723.1), 4 (G.722), 8 (A-law) and 16 (GSM).
 */
const silencePeakDb = -66.22;

/** Returns whether a call has sound, from what became of its audio files; a call without files has none. */
export function hasSound(outcomes: readonly Outcome[]): HasSound {
  if (outcomes.includes('heard')) return 'yes';
  return outcomes.some((outcome) => outcome === 'closed' || outcome === 'unreadable') ? 'unknown' : 'no';
}

/** True where a call counts as one with audio: what could not be decoded may hold sound, and is told by its own status. */
export function countsAsAudio(sound: HasSound): boolean {
  return sound !== 'no';
}

/** Returns whether a call has sound, from its media as they lie in the archive. */
export function soundOf(media: readonly StoredMedium[]): HasSound {
  return hasSound(outcomesOf(media.filter(isAsked).map((medium) => ({ kind: medium.kind, outcome: outcomeOf(medium) }))));
}

/** Returns what became of one audio file, from what its document says of it. */
export function outcomeOf({ measurement, original, state, findings }: StoredMedium): Outcome {
  if (measurement !== null && measurement.samples > 0)
    return isSilent(measurement) || findings.some(({ code }) => code === oneValue) ? 'silent' : 'heard';
  if (saysClosed(findings)) return 'closed';
  // A container without sound, or coded bytes that were decoded to their end and gave none (M120).
  const isEmpty = original.sizeBytes === 0 || state === 'header-only' || findings.some(({ code }) => code === 'M120');
  return isEmpty ? 'empty' : 'unreadable';
}

/** True where no channel rises above digital silence. Samples of more than 16 bits are silent only where all of them are 0. */
export function isSilent({ levels, sampleFormat }: Pick<Measurement, 'levels' | 'sampleFormat'>): boolean {
  return levels.every(({ peakDb }) => peakDb === null || (sampleFormat === 's16le' && peakDb <= silencePeakDb));
}

/** True where a finding says that sound is encrypted and the key is not at hand. */
export function saysClosed(findings: readonly Finding[]): boolean {
  return findings.some(({ code }) => findingTable.get(code)?.closed === true);
}

/** The outcome of one file, and what kind of file it is. */
interface Told {
  readonly kind: MediaRef['kind'];
  readonly outcome: Outcome;
}

/** The outcomes that say something of the call: a capture without sound is signalling, where something else of the call is heard. */
export function outcomesOf(told: readonly Told[]): Outcome[] {
  return told.filter((_, index) => saysOfCall(told, index)).map(({ outcome }) => outcome);
}

/** True where the outcome at an index says something of the call: see `outcomesOf`. */
export function saysOfCall(told: readonly Told[], index: number): boolean {
  const one = told[index];
  return one !== undefined && (one.kind !== 'pcap' || one.outcome === 'heard' || !told.some(({ outcome }) => outcome === 'heard'));
}
