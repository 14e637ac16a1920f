import type { FindingEntry } from '../types.ts';

/** Codes F220 to F239: formats of open containers. */
export const boxesFindings = {
  F220: {
    severity: 'note',
    title: 'the stated sample count contradicts the audio',
    meaning: 'The header states another number of samples than the audio data hold, and none of the known ways of counting explains the difference.',
    next: 'Nothing: the samples in the file were counted. Compare the duration with the metadata if every second counts.',
  },
  F221: {
    severity: 'warning',
    title: 'repeated parts are played once',
    meaning:
      'The file asks its player to repeat a part of the audio, as in games and voice menus. The access copy has the part once, as FFmpeg and sox play it.',
    next: 'Nothing for recorded calls. Times in the access copy differ from those of a player that repeats.',
  },
  F222: {
    severity: 'error',
    title: 'parts of the audio are left out',
    meaning:
      'Parts of the file have another rate, other channels or a codec without decoder. One access copy cannot hold them together with the rest.',
    next: 'The original is kept and has them. Compare the duration with the metadata; play the original if the missing part matters.',
  },
  F223: {
    severity: 'warning',
    title: 'implausibly long silence',
    meaning:
      'The file asks for hours of silence in a few bytes. Only a part of the silence is decoded, so the access copy is shorter than the file claims.',
    next: 'Compare the duration with the metadata. If the silence is real, times after it in the access copy are too early.',
  },
  F225: {
    severity: 'warning',
    title: 'damaged or missing FLAC frames',
    meaning:
      'Each frame has a checksum and a number; some are wrong or missing. The audio of these frames is lost and replaced by silence of the same length; the rest is intact.',
    next: 'Look for a complete copy of the file. Times in the access copy are still correct.',
  },
  F226: {
    severity: 'warning',
    title: 'damaged or missing Ogg pages',
    meaning: 'Each page has a checksum and a number; some are wrong or missing, or bytes between pages belong to no page. The audio there is lost.',
    next: 'Look for a complete copy of the file. Times after the gap may be too early in the access copy.',
  },
  F227: {
    severity: 'note',
    title: 'several recordings one after the other in one Ogg file',
    meaning: 'The file holds several streams, one after the other: files were joined, or a recorder was stopped and continued. All are played.',
    next: 'Find out whether they are one call or several; the access copy does not mark where one ends.',
  },
  F228: {
    severity: 'note',
    title: 'several parallel streams in one Ogg file',
    meaning: 'The file holds streams that run at the same time: two parties of a call, or audio with video. Each audio stream is a track.',
    next: 'Nothing: tracks with one channel and the same rate become the channels of the access copy. Of other tracks only the first is played, and another finding says so.',
  },
  F229: {
    severity: 'error',
    title: 'packets without known boundaries',
    meaning:
      'The audio is a series of packets of different sizes, and the table of their sizes is missing: the recorder was stopped before it wrote the table.',
    next: 'The original is kept. Ask for a complete copy first; a tool that searches for packets may recover the call.',
  },
  F230: {
    severity: 'warning',
    title: 'the size of an ID3 tag is wrong',
    meaning: 'The tag before the audio states more bytes than the file has. The file was cut, or the program that wrote the tag made a mistake.',
    next: 'Playback starts at the first consecutive frames. Listen to the beginning of the access copy.',
  },
  F231: {
    severity: 'error',
    title: 'the audio does not match its checksum',
    meaning:
      'Every frame of the FLAC file is intact, but the MD5 of the samples differs from the one that the encoder stated. The file was altered, or badly encoded.',
    next: 'Compare with another copy of the file. The access copy is made, and marked doubtful.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
