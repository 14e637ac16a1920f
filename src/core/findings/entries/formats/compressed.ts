import type { FindingEntry } from '../types.ts';

/** Codes F300 to F319: containers of compressed audio. */
export const compressedFindings = {
  F300: {
    severity: 'note',
    title: 'pauses without coded audio',
    meaning:
      'While nobody spoke, the recorder stored only a description of the noise, or nothing. A telephone plays faint noise there; the access copy has silence of the same length.',
    next: 'Nothing: times in the access copy are the times of the call.',
  },
  F301: {
    severity: 'warning',
    title: 'frames marked as damaged or lost',
    meaning: 'The network or the recorder marked these frames: parts of the call arrived damaged or not at all.',
    next: 'Listen to the access copy. Damaged frames are played as they are; lost frames are silent.',
  },
  F302: {
    severity: 'warning',
    title: 'bytes between frames',
    meaning: 'Some bytes between coded frames belong to no frame: damage, or parts of another file. They were skipped.',
    next: 'Listen to the access copy and compare the duration with the metadata: frames may be missing there.',
  },
  F303: {
    severity: 'error',
    closed: true,
    title: 'the audio is encrypted',
    meaning: 'The container says that its audio is protected (DRM or common encryption). Without the key it cannot be played.',
    next: 'The original is kept. Ask the operator of the recorder or of its licence server for the key or an unprotected export, while that system still runs.',
  },
  F304: {
    severity: 'error',
    title: 'audio without its index',
    meaning:
      'The file holds audio, but the index of its codec and frames is damaged or was never written: the recorder stopped abruptly. The frames of such a file cannot be found from the file alone.',
    next: 'The original is kept. Repair tools can often rebuild the index from an intact file of the same recorder with the same settings.',
  },
  F305: {
    severity: 'warning',
    title: 'the index contradicts itself or the file',
    meaning: 'The tables of the container contradict each other, or point outside the file. The parts on which they agree are played.',
    next: 'Compare the duration with the metadata and listen to the end of the access copy.',
  },
  F306: {
    severity: 'error',
    doubtful: true,
    title: 'further audio streams in the file',
    meaning:
      'The file holds more than one audio stream, and they cannot be combined: their rates differ, they have more than one channel each, or they accompany video and may be different languages. Only the first stream was decoded. The others may hold further parties of a call, so the access copy is marked doubtful. Streams with one channel each, the same rate and no video become the channels of one access copy.',
    next: 'The original is kept whole. Decode the other streams by hand if they matter, e.g. `ffmpeg -i FILE -map 0:a:1 second.wav`.',
  },
  F307: {
    severity: 'note',
    title: 'pause blocks in a dictation',
    meaning: 'The recorder was paused and stored blocks without audio. They are left out; FFmpeg 7.1 would decode them as audio.',
    next: 'Nothing: the access copy continues where the speaker continued.',
  },
  F308: {
    severity: 'warning',
    title: 'the stated length differs from the audio',
    meaning: 'The header states another duration than the frames or packets in the file have.',
    next: 'All of the audio is decoded. Compare the duration with the metadata and listen to the end.',
  },
  F309: {
    severity: 'warning',
    title: 'an edit list that is not followed',
    meaning:
      'The container asks to play its audio in parts, in another order, or faster. The access copy has all of the audio once, in stored order.',
    next: 'Times in the access copy differ from those that a player shows. Use the original if times matter.',
  },
  F310: {
    severity: 'note',
    title: 'frames without the file header',
    meaning: 'The file lacks the few bytes with which its format begins. Its frames follow each other without a gap, which cannot be chance.',
    next: 'Nothing: the audio is complete. Other players may refuse the original.',
  },
  F395: {
    severity: 'warning',
    doubtful: true,
    title: 'audio is lost between frames',
    meaning:
      'Bytes belong to no frame: 4 KiB or more between two frames or pages, 5 % or more of the coded bytes in all, or 2 s or more at the end. Tags and pictures do not count. Causes are blocks that were never written, encrypted or foreign bytes, and failed disks. The message states places, share and time. The remaining audio is played without a gap, so the access copy is too short; it is marked doubtful.',
    next: 'Compare the length with the metadata, and copy the file again from the recorder or its backup.',
  },
  F396: {
    severity: 'warning',
    doubtful: true,
    title: 'a run of one-byte frames that is much longer than a pause',
    meaning:
      'One byte is repeated where G.723.1 frames should be. In G.723.1 each such byte is a whole frame, 30 ms in which nothing was sent, so a few kilobytes that were never written (usually 0xFF) play for minutes. The message states place and time. The access copy is longer than the call and marked doubtful.',
    next: 'Compare the length with the metadata, and copy the file again from the recorder or its backup.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
