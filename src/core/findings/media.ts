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
  M150: {
    severity: 'error',
    title: 'the libopus that was named cannot be loaded',
    meaning:
      "The path given for libopus is not absolute, or there is no library of this machine's kind with the functions of libopus 1.x. Nothing was done.",
    next: 'Give the absolute path of libopus.so.0 (macOS: libopus.0.dylib), leave the option out to have it searched, or give `none` to encode through FFmpeg.',
  },
  M151: {
    severity: 'error',
    title: 'FFmpeg did not encode Opus',
    meaning:
      'libopus could not be loaded, so FFmpeg was to make the Opus copy. It failed, was built without libopus, or gave packets that do not cover all samples. The copy was not kept.',
    next: 'Install libopus (Debian: libopus0) or an FFmpeg that lists libopus under `ffmpeg -encoders`, then run the same command again; or choose WAV copies.',
  },
  M152: {
    severity: 'error',
    title: 'neither libopus nor FFmpeg was found',
    meaning: 'Opus copies are made and played by libopus in process, or by FFmpeg where libopus is missing. Neither is there.',
    next: 'Install libopus (Debian: libopus0) or FFmpeg, check with `longplay doctor`, then run the same command again.',
  },
};
