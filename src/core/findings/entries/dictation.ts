import type { FindingEntry } from './types.ts';

/** Codes F320 to F339: recordings of dictation machines. */
export const dictationFindings = {
  F320: {
    severity: 'note',
    title: 'the sound begins elsewhere than the header says',
    meaning: 'The first byte of the file states the length of the header; the blocks of sound begin at another place.',
    next: 'Nothing: the blocks were found by their own headers.',
  },
  F321: {
    severity: 'error',
    title: 'no block of sound where sound should be',
    meaning: 'The header is that of a dictation, and what follows it are no blocks of sound: damage, or a kind of file that is not known.',
    next: 'The original is kept. Look for another copy of the recording, or try the software of the recorder.',
  },
  F322: {
    severity: 'error',
    title: 'a part of the sound is in another coding',
    meaning: 'A recording has one coding throughout. This one has blocks of several, and one of them only is decoded.',
    next: 'The original is kept whole, the copy lacks those blocks. Play the original with the software of the recorder, and keep the file as an example.',
  },
  F323: {
    severity: 'warning',
    title: 'damaged blocks',
    meaning: 'Blocks of sound do not begin as blocks do. They were passed over: the copy is shorter there.',
    next: 'Look for another copy of the recording.',
  },
  F324: {
    severity: 'warning',
    title: 'the recorder states a longer recording than there is',
    meaning: 'The header holds the length as the recorder wrote it down; the blocks hold less. The end was cut off, or blocks were lost.',
    next: 'What is there is kept and played. Look for a complete copy on the recorder or its backup media. Parts cut out with an editor can be the cause.',
  },
  F325: {
    severity: 'error',
    closed: true,
    title: 'decryption gave no sound',
    meaning:
      'The password passes the check of 16 bits in the file, which one of 65,536 wrong passwords does, and what it makes of the sound is none that an encoder writes. Nothing was decoded.',
    next: 'Give the right password with --password-file; the original is kept, encrypted as it is.',
  },
  F326: {
    severity: 'warning',
    title: 'frames that no encoder writes',
    meaning:
      'A frame holds the places of its pulses as one number, and not every number stands for places. Frames with such a number are damaged, or the recorder or an editor lost its place in the stream.',
    next: 'Listen to the copy: there may be bursts of noise. Look for another copy of the recording.',
  },
  F327: {
    severity: 'note',
    title: 'frames cut at pauses or edits',
    meaning:
      'Where a recording was paused or edited the last frame before may lack its end. Each costs 16 or 24 ms, in the software of the recorder too.',
    next: 'Nothing.',
  },
  F328: {
    severity: 'warning',
    title: 'a decoder that was not compared with the vendor’s',
    meaning:
      'This coding is decoded after published descriptions; no file with the output of the vendor’s own software was at hand to compare with. A near relative of it was compared, and is equal sample by sample.',
    next: 'Compare one copy by ear with the software of the recorder before originals are given up; the originals stay in the archive as they are.',
  },
  F330: {
    severity: 'error',
    closed: true,
    title: 'encrypted, and no password was given',
    meaning: 'The recorder encrypted the sound with a password of its owner. The original is kept as it is, and no copy can be made.',
    next: 'Write the password into a file that only you can read, one password a line, and give it with --password-file FILE: convert again, or import into a new archive.',
  },
  F331: {
    severity: 'error',
    closed: true,
    title: 'encrypted, and the password does not fit',
    meaning: 'None of the passwords that were given passes the check in the file. The original is kept as it is, and no copy can be made.',
    next: 'Ask who made the recording for the password, add it to the file that --password-file names, and convert again, or import into a new archive.',
  },
  F332: {
    severity: 'error',
    closed: true,
    title: 'encrypted in a way that is not known',
    meaning: 'The file names a kind of encryption other than the two that are known, AES with 128 and 256 bits. The original is kept as it is.',
    next: 'Play it with the software of the recorder, and keep the file as an example.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
