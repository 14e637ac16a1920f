import type { FindingEntry } from './types.ts';

/** Codes F220 to F239: formats of open containers. */
export const boxesFindings = {
  F220: {
    severity: 'note',
    title: 'the stated count of samples contradicts the sound',
    meaning: 'The header counts other samples than the bytes of sound hold, and none of the known ways to count explains it.',
    next: 'Nothing: the bytes decide. Compare the duration with the metadata where every second counts.',
  },
  F221: {
    severity: 'warning',
    title: 'repeated parts are played once',
    meaning: 'The file asks its player to repeat a part of the sound, as games and voice menus do. The copy has it once, as FFmpeg and sox play it.',
    next: 'Nothing for recorded calls. Times in the copy are not those of a player that repeats.',
  },
  F222: {
    severity: 'error',
    title: 'parts of sound are left out',
    meaning: 'Parts of the file have another rate, other channels or a coding without decoder: one copy cannot hold them together with the rest.',
    next: 'The original is kept and has them. Compare the duration with the metadata; play the original where the missing part matters.',
  },
  F223: {
    severity: 'warning',
    title: 'more silence than is believed',
    meaning: 'The file asks for hours of silence in a few bytes. Only a part of it is made, so the copy is shorter than the file claims.',
    next: 'Compare the duration with the metadata: where the silence is real, times in the copy are too early behind it.',
  },
  F225: {
    severity: 'warning',
    title: 'damaged or missing FLAC frames',
    meaning:
      'Each frame has a checksum and a number; these are wrong or missing. That part of the sound is lost, silence of its length stands for it; the rest is whole.',
    next: 'Look for a complete copy of the file. Times in the copy are right all the same.',
  },
  F226: {
    severity: 'warning',
    title: 'damaged or missing Ogg pages',
    meaning:
      'Each page has a checksum and a number; these are wrong or missing, or bytes lie between pages that belong to none. Sound is lost there.',
    next: 'Look for a complete copy of the file. Times behind the gap may be too early in the copy.',
  },
  F227: {
    severity: 'note',
    title: 'a chain of recordings in one Ogg file',
    meaning: 'Several streams stand one behind the other, as when files were joined or a recorder was stopped and went on. All are played.',
    next: 'Find out whether they are one call or several: the copy has them without a mark between.',
  },
  F228: {
    severity: 'note',
    title: 'several streams side by side in one Ogg file',
    meaning: 'The file holds streams at the same time: two parties of a call, or sound with a picture. Each stream of sound is a track of its own.',
    next: 'Nothing: tracks of one channel and one rate become the channels of the copy; for others the first is played and a finding says so.',
  },
  F229: {
    severity: 'error',
    title: 'packets whose places are not stated',
    meaning:
      'The sound is a row of packets of different sizes, and the table that says where each ends is missing: the recorder was stopped before it wrote it.',
    next: 'The original is kept. A tool that searches for the packets may recover the call; ask for a complete copy first.',
  },
  F230: {
    severity: 'warning',
    title: 'the size of an ID3 tag leads nowhere',
    meaning: 'The tag before the sound states more bytes than the file has: the file was cut, or the program that wrote the tag made a mistake.',
    next: 'The first frames that follow each other are taken as the beginning. Listen to the beginning of the copy.',
  },
  F231: {
    severity: 'error',
    title: 'the sound is not that of its checksum',
    meaning:
      'Every frame of the FLAC file is whole, but the samples have another MD5 than the encoder stated: the file was altered, or badly encoded.',
    next: 'Compare with another copy of the file. The access copy is made, and marked doubtful.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
