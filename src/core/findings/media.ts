import type { FindingEntry } from './types.ts';

/** Codes M100 to M199: media. */
export const mediaFindings: Readonly<Record<string, FindingEntry>> = {
  // M100 to M149: identify, decode, measure, compare, process.
  M100: {
    severity: 'error',
    title: 'FFmpeg could not be started',
    meaning: 'FFmpeg was found before, but the system did not start it: it was removed, or there was no room for another process.',
    next: 'See what `longplay doctor` says, then run the same command again; it goes on where it stopped.',
  },
  // M150 to M199: Opus, Ogg and WAV.
};
