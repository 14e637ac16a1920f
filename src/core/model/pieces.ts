import type { MediaRef, ReconciliationStatus, Recording } from './recording.ts';

/** Whether a medium may hold sound, and is the first piece of its file. */
export function isAsked({ kind, continues }: MediaRef): boolean {
  return (kind === 'audio' || kind === 'pcap') && continues !== true;
}

/** Indexes of the media in which the file goes on whose first piece stands at an index, in order. */
export function piecesAfter(media: readonly MediaRef[], index: number): number[] {
  const pieces: number[] = [];
  for (let at = index + 1; media[index]?.continues !== true && media[at]?.continues === true; at++) pieces.push(at);
  return pieces;
}

/**
 * How long each medium should be by its row, ms; null where that is not known: the parts of a call that was split are each shorter
 * than the call. @param joined the status that the join of rows and audio gave
 */
export function expectedMs(durationDeclared: Recording['durationDeclared'], joined: ReconciliationStatus): number | null {
  return durationDeclared === null || durationDeclared.ms === 0 || joined === 'split-audio' ? null : durationDeclared.ms;
}

/** The finding of a capture without sound: of signalling that lies beside the sound of its call it says nothing. */
export const noSound = 'F260';
