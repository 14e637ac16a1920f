import type { FindingEntry } from './types.ts';

/** Codes F340 to F359: files without a header whose coding is guessed or declared, and NMS voice files. */
export const guessingFindings = {
  F340: {
    severity: 'warning',
    title: 'known by its bytes alone',
    meaning:
      'A file without a header and without a telling name. Its bytes fit one coding far better than all others; how each is judged stands in docs/guessing.md.',
    next: 'Listen to one copy of this recorder; if it is right, say so for all with --declare "GLOB=codec,rate,channels".',
  },
  F341: {
    severity: 'warning',
    title: 'the sample rate is assumed',
    meaning: 'Nothing in or around the file states the rate, and bytes do not show it. Telephone sound has 8,000 Hz.',
    next: 'Compare the duration with the metadata, or listen: a wrong rate sounds too low or too high. Then use --declare "GLOB=codec,rate,channels".',
  },
  F342: {
    severity: 'warning',
    title: 'a coding without a decoder here',
    meaning: 'The name stands for a coding without an open decoder, or for one that could not be checked against a file of its own.',
    next: 'The original is kept and not decoded. If the recorder can export linear, A-law or mu-law WAVE, export the calls again.',
  },
  F343: {
    severity: 'error',
    title: 'the bytes are not what the name says',
    meaning:
      'Every encoder of the coding that the name stands for leaves marks in the bytes, and they are not there. Decoded all the same it would be noise.',
    next: 'The original is kept and not decoded. If you know what the recorder wrote, name it with --declare "GLOB=codec,rate,channels".',
  },
  F344: {
    severity: 'note',
    title: 'the rate may be 6,000 Hz',
    meaning:
      'Headerless OKI ADPCM (.vox) was recorded at 8,000 Hz by most boards and at 6,000 Hz by old ones; the bytes do not show which. In an import the duration of the row decides where it fits one of them alone.',
    next: 'Compare the duration with the metadata: at 6,000 Hz it is a third longer. Then use --declare "GLOB=oki-adpcm,6000".',
  },
  F345: {
    severity: 'note',
    title: 'two channels',
    meaning: 'The bytes hold the samples of two channels by turns; a file of this name usually has one.',
    next: 'Listen to the copy: each party should be on its own side.',
  },
  F346: {
    severity: 'warning',
    title: 'the bytes contradict the declaration',
    meaning: 'The coding was declared with --declare, and another one explains the bytes far better. The declaration was obeyed.',
    next: 'Listen to the copy. If it is noise, correct the declaration and import the source again.',
  },
  F347: {
    severity: 'warning',
    title: 'declared as sound, but the bytes are none',
    meaning:
      'The coding was declared with --declare, and the bytes are text, or as evenly spread as only encrypted or compressed data is. The declaration was obeyed.',
    next: 'Listen to the copy: most likely it is noise. Ask how the recorder encrypts or compresses its files.',
  },
  F348: {
    severity: 'warning',
    title: 'several messages in one file',
    meaning: 'An NMS voice file holds numbered messages. They are played one after the other, in the order of their numbers.',
    next: 'Times inside the copy are those of all messages together. The basis names how many there are.',
  },
  F349: {
    severity: 'note',
    title: 'erased sound is still in the file',
    meaning:
      'An NMS voice file keeps segments of erased or replaced messages until they are written over. They belong to no message and are not played.',
    next: 'They are kept in the original. Whoever must not find them has to erase the original.',
  },
  F350: {
    severity: 'warning',
    title: 'the index of the voice file does not fit the file',
    meaning: 'Segments of an NMS voice file lie outside of it or overlap, or the totals of its header are wrong: it was cut, or not closed.',
    next: 'What lies in the file is kept and played. Look for a complete copy.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
