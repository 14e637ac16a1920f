import type { MediaRef, ReconciliationStatus, Recording } from './recording.ts';

/** Returns true if a medium may hold audio and is the first piece of its file. */
export function mayHoldAudio({ kind, continues }: MediaRef): boolean {
  return (kind === 'audio' || kind === 'pcap') && continues !== true;
}

/** Returns the indexes of the media that continue the file whose first piece is at an index, in order. */
export function piecesAfter(media: readonly MediaRef[], index: number): number[] {
  const pieces: number[] = [];
  for (let at = index + 1; media[index]?.continues !== true && media[at]?.continues === true; at++) pieces.push(at);
  return pieces;
}

/**
 * Returns the expected length of each medium of a recording, in ms, from the duration that its row declares; null if unknown: the parts of a split
 * call are shorter than the call.
 * @param joined match status, from metadata
 */
export function expectedMs(durationDeclared: Recording['durationDeclared'], joined: ReconciliationStatus): number | null {
  return durationDeclared === null || durationDeclared.ms === 0 || joined === 'split-audio' ? null : durationDeclared.ms;
}

/** Code of the finding of a capture without audio. Such a capture may be the signalling of a call whose audio is stored in another file. */
export const captureWithoutAudioCode = 'F260';
