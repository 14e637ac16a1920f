import type { FindingEntry } from './types.ts';

/** Codes F250 to F259: frames of GSM, G.729 and G.723.1 that lie one after the other. */
export const speechFramesFindings = {
  F250: {
    severity: 'warning',
    title: 'silence whose length is not stored',
    meaning:
      'The recorder kept speech and descriptions of silence (G.729 annex B), but not how long each silence lasted. The copy has 10 ms of noise for each description, so it is shorter than the call.',
    next: 'Times inside the copy are not the times of the call. Compare the duration with the metadata; where the recorder can export linear or A-law sound, prefer that.',
  },
  F251: {
    severity: 'note',
    title: 'frames whose place is doubtful',
    meaning:
      'Frames of 10 and of 2 bytes lie one after the other without lengths. Their places were worked out from the frames themselves; for these another place is nearly as likely. A wrong one costs some tens of milliseconds.',
    next: 'Nothing for ordinary listening. Where a word at the edge of a pause matters, listen to it.',
  },
  F252: {
    severity: 'warning',
    title: 'bytes between speech frames',
    meaning: 'Between the frames lie bytes that belong to none: damage, a hole in the file, or data of the recorder.',
    next: 'They are passed over: in G.729 as lost frames, in GSM without a trace. Listen to the copy and compare the duration with the metadata.',
  },
  F398: {
    severity: 'warning',
    doubtful: true,
    title: 'stretches in which nothing is G.729',
    meaning:
      'For a second or more the frames that were cut out of a stream with silence frames are as unlike G.729 as random bytes: encrypted, overwritten or of another file. Bytes of that kind show frames of silence by chance, so that the call becomes a little longer, too. The copy is made all the same and marked doubtful.',
    next: 'Listen to the copy at these times, and copy the file from the recorder or its backup again.',
  },
  F390: {
    severity: 'warning',
    title: 'erased frames are concealed',
    meaning:
      'Frames of 10 ms are all zeros, as recorders and gateways store frames that were lost on the line. Each is made up from the sound before it as the recommendation says (ITU-T G.729, 4.4): the last spectrum and pitch, fading. The length is right; what was said in them is not there.',
    next: 'Nothing where they are few. Where they are many, look for another copy of the call, and for the cause in the network of that day.',
  },
  F253: {
    severity: 'warning',
    title: 'frames of G.723.1 out of step',
    meaning:
      'Each frame says its own length, and the chain of lengths does not hold: the file is cut or damaged, or it is not G.723.1. FFmpeg would decode noise without a word.',
    next: 'Where it was not decoded the original is kept. Look whether the recorder can export the call as linear or A-law WAVE.',
  },
  F254: {
    severity: 'warning',
    title: 'GSM in another packing than declared',
    meaning:
      'GSM 06.10 is stored in frames of 33 bytes that begin with a signature, or in blocks of 65 bytes without one (Microsoft). Name or header say the one, the bytes are the other.',
    next: 'The bytes were believed. Listen to one copy of this recorder.',
  },
  F255: {
    severity: 'error',
    title: 'GSM without its signature',
    meaning:
      'The name stands for GSM 06.10 in frames of 33 bytes, but the frames do not begin as those do: perhaps they are Microsoft’s blocks of 65 bytes without their header, perhaps something else.',
    next: 'The original is kept and not decoded. If you know that these are blocks of 65 bytes, put them behind a WAVE header of tag 0x0031.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
