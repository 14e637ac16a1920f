import type { FindingEntry } from '../types.ts';

/** Codes F320 to F339: recordings of dictation devices. */
export const dictationFindings = {
  F320: {
    severity: 'note',
    title: 'the audio begins elsewhere than the header says',
    meaning: 'The first byte of the file states the length of the header; the audio blocks begin at another place.',
    next: 'Nothing: the blocks were found by their own headers.',
  },
  F321: {
    severity: 'error',
    title: 'no audio block where audio should be',
    meaning: 'The header is that of a dictation, but no audio blocks follow it: the file is damaged, or of an unknown kind.',
    next: "The original is kept. Look for another copy of the recording, or try the vendor's software.",
  },
  F322: {
    severity: 'error',
    title: 'a part of the audio has another codec',
    meaning: 'A recording has one codec throughout. This file has blocks of several codecs, and only one of them is decoded.',
    next: "The original is kept whole; the access copy lacks the other blocks. Play the original with the vendor's software, and keep the file as an example.",
  },
  F323: {
    severity: 'warning',
    title: 'damaged blocks',
    meaning: 'Some audio blocks do not begin with a valid header. They were skipped, so the access copy is shorter there.',
    next: 'Look for another copy of the recording.',
  },
  F324: {
    severity: 'warning',
    title: 'the header states a longer recording than there is',
    meaning:
      'The header has the length that the recorder noted; the blocks hold less. The end was cut off, or blocks were lost. Parts cut out with an editor can also be the cause.',
    next: 'What is there is kept and played. Look for a complete copy on the recorder or its backup media.',
  },
  F325: {
    severity: 'error',
    closed: true,
    title: 'decryption gave no audio',
    meaning:
      'The password passes the 16-bit check in the file, as one in 65,536 wrong passwords does, but the decrypted blocks are not what an encoder writes. Nothing was decoded.',
    next: 'Give the right password with --password-file; the original is kept, still encrypted.',
  },
  F326: {
    severity: 'warning',
    title: 'frames that no encoder writes',
    meaning:
      'A frame stores the positions of its pulses as one number, and not every number stands for positions. Frames with an invalid number are damaged, or the recorder or an editor lost its place in the stream.',
    next: 'Listen to the access copy: it may have bursts of noise. Look for another copy of the recording.',
  },
  F327: {
    severity: 'note',
    title: 'frames cut at pauses or edits',
    meaning:
      "Where a recording was paused or edited, the last frame before may lack its end. Each such frame loses 16 or 24 ms, in the vendor's software too.",
    next: 'Nothing.',
  },
  F328: {
    severity: 'warning',
    title: "a decoder that was not compared with the vendor's",
    meaning:
      "This codec is decoded from published descriptions; no output of the vendor's own software was available for a comparison. A closely related codec was compared and is bit-identical.",
    next: "Compare one access copy by ear with the vendor's software before originals are deleted elsewhere; the archive keeps its originals.",
  },
  F330: {
    severity: 'error',
    closed: true,
    title: 'encrypted, and no password was given',
    meaning: 'The recorder encrypted the audio with a password of its owner. The original is kept as it is; no access copy can be made.',
    next: 'Write the password into a file that only you can read, one password per line, and give it with --password-file FILE: convert again, or import into a new archive.',
  },
  F331: {
    severity: 'error',
    closed: true,
    title: 'encrypted, and the password is wrong',
    meaning: 'None of the given passwords passes the check in the file. The original is kept as it is; no access copy can be made.',
    next: 'Ask the owner of the recording for the password, add it to the file that --password-file names, and convert again, or import into a new archive.',
  },
  F332: {
    severity: 'error',
    closed: true,
    title: 'unknown encryption',
    meaning: 'The file names a kind of encryption other than the two known ones, AES with 128 and with 256 bits. The original is kept as it is.',
    next: "Play it with the vendor's software, and keep the file as an example.",
  },
} satisfies Readonly<Record<string, FindingEntry>>;
