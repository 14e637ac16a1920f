import type { FindingEntry } from '../types.ts';

/** Codes F340 to F359: files without a header whose codec is guessed or declared, and NMS voice files. */
export const guessingFindings = {
  F340: {
    severity: 'warning',
    title: 'identified by its bytes alone',
    meaning:
      'The file has no header, and its name says nothing. Its bytes fit one codec far better than all others; docs/explanation/guessing.md describes how each codec is judged.',
    next: 'Listen to one access copy from this recorder; if it is right, declare it for all files with --declare "GLOB=codec,rate,channels".',
  },
  F341: {
    severity: 'warning',
    title: 'the sample rate is assumed',
    meaning:
      'Nothing in or around the file states the sample rate, and the bytes do not show it. 8,000 Hz, the rate of telephone audio, was assumed.',
    next: 'Compare the duration with the metadata, or listen: a wrong rate sounds too low or too high. Then use --declare "GLOB=codec,rate,channels".',
  },
  F342: {
    severity: 'warning',
    title: 'no decoder for this codec',
    meaning: 'The name suggests a codec that has no open decoder, or one whose decoder could not be tested with a real file.',
    next: 'The original is kept and not decoded. If the recorder can export linear, A-law or mu-law WAVE, export the calls again.',
  },
  F343: {
    severity: 'error',
    title: 'the bytes are not what the file name says',
    meaning:
      'Every encoder of the codec that the name suggests leaves recognisable patterns in the bytes, and this file has none. Decoded as that codec it would be noise.',
    next: 'The original is kept and not decoded. If you know what the recorder wrote, name it with --declare "GLOB=codec,rate,channels".',
  },
  F344: {
    severity: 'note',
    title: 'the rate may be 6,000 Hz',
    meaning:
      'Most boards recorded headerless OKI ADPCM (.vox) at 8,000 Hz, old ones at 6,000 Hz; the bytes do not show which. An import decides by the duration in the metadata row if only one rate fits it.',
    next: 'Compare the duration with the metadata: at 6,000 Hz the recording is a third longer. Then use --declare "GLOB=oki-adpcm,6000".',
  },
  F345: {
    severity: 'note',
    title: 'two channels',
    meaning: 'The bytes interleave the samples of two channels; a file with such a name usually has one.',
    next: 'Listen to the access copy: each party should be on its own side.',
  },
  F346: {
    severity: 'warning',
    title: 'the bytes contradict the declaration',
    meaning: 'The codec was declared with --declare, but another codec fits the bytes far better. The declaration was followed.',
    next: 'Listen to the access copy. If it is noise, correct the declaration and import the source again.',
  },
  F347: {
    severity: 'warning',
    title: 'declared as audio, but the bytes are not audio',
    meaning:
      'The codec was declared with --declare, but the bytes are text, or as evenly distributed as only encrypted or compressed data are. The declaration was followed.',
    next: 'Listen to the access copy: most likely it is noise. Ask how the recorder encrypts or compresses its files.',
  },
  F348: {
    severity: 'warning',
    title: 'several messages in one file',
    meaning: 'An NMS voice file holds numbered messages. They are played one after the other, in the order of their numbers.',
    next: 'Times inside the access copy run on through all messages. The basis of the identification states how many messages there are.',
  },
  F349: {
    severity: 'note',
    title: 'erased audio is still in the file',
    meaning:
      'An NMS voice file keeps segments of erased or replaced messages until they are overwritten. They belong to no message and are not played.',
    next: 'The segments are kept in the original. If nobody may recover them, erase the original.',
  },
  F350: {
    severity: 'warning',
    title: 'the index of the voice file does not fit the file',
    meaning: 'Segments of an NMS voice file are outside the file or overlap, or the totals in its header are wrong: it was cut off, or not closed.',
    next: 'What is in the file is kept and played. Look for a complete copy.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
