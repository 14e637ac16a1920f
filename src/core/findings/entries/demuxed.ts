import type { FindingEntry } from './types.ts';

/** Codes F400 to F409: containers that FFmpeg demuxes. */
export const demuxedFindings = {
  F400: {
    severity: 'note',
    title: 'video and other data beside the sound',
    meaning: 'The file holds video, subtitles or other streams beside its sound. Copies are made of the sound alone; the original is kept whole.',
    next: 'Nothing: whoever needs the picture plays the original.',
  },
  F401: {
    severity: 'warning',
    title: 'a container whose sound cannot be extracted',
    meaning:
      'The file begins as a known container, but its headers describe no audio stream that FFmpeg can be asked for: there is none, it is stated in a way that is not read here, or the beginning of the file is damaged. The message says which.',
    next: 'The original is kept. Play it with `ffprobe` and `ffmpeg`; a file that they play can be converted by hand and imported beside it.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
