import type { FindingEntry } from './types.ts';

/** Codes F260 to F299 and M200 to M229: media in packets, and captures of them. */
export const packetsFindings: Readonly<Record<string, FindingEntry>> = {
  M200: {
    severity: 'warning',
    title: 'packets that are not of their coding',
    meaning: 'Packets that should hold a coding have a length or a first byte that it cannot have. They were not decoded: their places are silent.',
    next: 'Listen to the copy. Where it is most of them, the coding was declared or recognised wrongly: please report it.',
  },
  M201: {
    severity: 'warning',
    title: 'packets overlap on the time line',
    meaning:
      'A packet should begin before the one before has ended, as when a sender counts its time wrongly or its clock was set. No sample is lost: each follows the one before, somewhat late.',
    next: 'Nothing where it is little. Otherwise compare the two sides of the call before relying on who spoke first.',
  },
  M202: {
    severity: 'warning',
    title: 'FFmpeg gave another number of samples than the packets hold',
    meaning:
      'Packets go through FFmpeg as one stream, and it dropped or added frames without saying which. What lies behind such a place is moved by that many samples.',
    next: 'Listen to the copy; the original is kept whole.',
  },
  M203: {
    severity: 'note',
    title: 'sides of different rates',
    meaning: 'The sides of a call, or one side before and after a change of coding, have different rates. The lower were raised to the highest.',
    next: 'Nothing.',
  },
};
