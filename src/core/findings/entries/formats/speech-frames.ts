import type { FindingEntry } from '../types.ts';

/** Codes F250 to F259: consecutive frames of GSM, G.729 and G.723.1. */
export const speechFramesFindings = {
  F250: {
    severity: 'warning',
    title: 'silence whose length is not stored',
    meaning:
      'The recorder stored speech and silence descriptions (G.729 annex B), but not how long each silence lasted. The access copy has 10 ms of noise for each description, so it is shorter than the call.',
    next: 'Times inside the access copy are not the times of the call. Compare the duration with the metadata; if the recorder can export linear or A-law audio, prefer that.',
  },
  F251: {
    severity: 'note',
    title: 'frames whose position is uncertain',
    meaning:
      'Frames of 10 and of 2 bytes follow each other without lengths. Their positions were derived from the frames themselves. For some, which this finding counts, another position is nearly as likely; a wrong position costs some tens of milliseconds.',
    next: 'Nothing for ordinary listening. If a word at the edge of a pause matters, listen to it.',
  },
  F252: {
    severity: 'warning',
    title: 'bytes between speech frames',
    meaning: 'Some bytes between the frames belong to no frame: damage, a hole in the file, or data of the recorder.',
    next: 'They are skipped: in G.729 they count as lost frames, in GSM they leave no gap. Listen to the access copy and compare the duration with the metadata.',
  },
  F398: {
    severity: 'warning',
    doubtful: true,
    title: 'stretches that are not G.729',
    meaning:
      'For a second or more the frames of a stream with silence frames are as unlike G.729 as random bytes: they are encrypted, overwritten or from another file. Such bytes contain apparent silence frames by chance, so the call also becomes a little longer. The access copy is still made and is marked doubtful.',
    next: 'Listen to the access copy at these times, and copy the file again from the recorder or its backup.',
  },
  F390: {
    severity: 'warning',
    title: 'erased frames are concealed',
    meaning:
      'Some 10 ms frames are all zeros: recorders and gateways store zeros in place of a frame that was lost on the line. Each is synthesised from the audio before it as the recommendation specifies (ITU-T G.729, 4.4): with the last spectrum and pitch, fading. The length is right; the speech in them is lost.',
    next: 'Nothing if they are few. If they are many, look for another copy of the call, and for the cause in the network of that day.',
  },
  F253: {
    severity: 'warning',
    title: 'G.723.1 frames with inconsistent lengths',
    meaning:
      'Each frame states its own length, and the chain of lengths breaks: the file is cut or damaged, or it is not G.723.1. FFmpeg would decode noise without a warning.',
    next: 'If the file was not decoded, the original is kept. Check whether the recorder can export the call as linear or A-law WAVE.',
  },
  F254: {
    severity: 'warning',
    title: 'GSM in another layout than declared',
    meaning:
      'GSM 06.10 is stored in frames of 33 bytes that begin with a signature, or in blocks of 65 bytes without one (Microsoft). Name or header declare one, but the bytes have the other.',
    next: 'The layout of the bytes was used. Listen to one access copy from this recorder.',
  },
  F255: {
    severity: 'error',
    title: 'GSM without its signature',
    meaning:
      "The name suggests GSM 06.10 in frames of 33 bytes, but the frames lack its signature: perhaps they are Microsoft's blocks of 65 bytes without their header, perhaps something else.",
    next: 'The original is kept and not decoded. If you know that these are blocks of 65 bytes, put a WAVE header with format tag 0x0031 in front of them.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
