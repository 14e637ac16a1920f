import type { MediaRef } from '../core/recording.ts';

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

/** The finding of a capture without sound: of signalling that lies beside the sound of its call it says nothing. */
export const noSound = 'F260';
