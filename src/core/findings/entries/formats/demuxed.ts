import type { FindingEntry } from '../types.ts';

/** Codes F400 to F409: containers that FFmpeg demuxes. */
export const demuxedFindings = {
  F400: {
    severity: 'note',
    title: 'video and other data beside the audio',
    meaning: 'The file holds video, subtitles or other streams beside its audio. Access copies have the audio only; the original is kept whole.',
    next: 'Nothing: play the original to see the picture.',
  },
  F401: {
    severity: 'warning',
    title: 'no audio stream could be found in a known container',
    meaning:
      'The file begins as a known container, but its headers describe no audio stream that FFmpeg can extract: there is none, longplay cannot read how it is described, or the beginning of the file is damaged. The message says which.',
    next: 'The original is kept. Try `ffprobe` and `ffmpeg`; a file that they can play can be converted by hand and imported beside the original.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
