import type { FindingEntry } from './types.ts';

/** Codes F300 to F319: containers of compressed sound. */
export const compressedFindings = {
  F300: {
    severity: 'note',
    title: 'pauses without coded sound',
    meaning:
      'While nobody spoke the recorder stored no speech but a description of the noise, or nothing. A telephone plays faint noise there; the copy has silence of the same length.',
    next: 'Nothing: times in the copy are the times of the call.',
  },
  F301: {
    severity: 'warning',
    title: 'frames marked as damaged or lost',
    meaning: 'The network or the recorder marked them itself: these parts of the call did not arrive whole.',
    next: 'Listen to the copy. Damaged frames are played as they are, lost ones are silent.',
  },
  F302: {
    severity: 'warning',
    title: 'bytes between frames',
    meaning: 'Between coded frames lie bytes that belong to none: damage, or parts of another file. They were passed over.',
    next: 'Listen to the copy and compare the duration with the metadata: frames may be missing there.',
  },
  F303: {
    severity: 'error',
    closed: true,
    title: 'the sound is encrypted',
    meaning: 'The container says that its sound is protected (DRM or common encryption). Without the key it cannot be played.',
    next: 'The original is kept. Ask whoever runs the recorder or its licence server for the key or for an unprotected export, while it still exists.',
  },
  F304: {
    severity: 'error',
    title: 'sound without its index',
    meaning:
      'The file holds sound, but the table that says what and where it is was never written or is damaged: the recorder stopped hard. Such a file cannot be cut into frames from itself alone.',
    next: 'The original is kept. Repair programs can often rebuild the index from a whole file of the same recorder and settings.',
  },
  F305: {
    severity: 'warning',
    title: 'the index contradicts itself or the file',
    meaning: 'The tables of the container disagree, or point outside the file. What they agree on is played.',
    next: 'Compare the duration with the metadata and listen to the end of the copy.',
  },
  F306: {
    severity: 'error',
    doubtful: true,
    title: 'further audio streams in the file',
    meaning:
      'The file holds more than one audio stream, of different rates, of more than one channel each, or beside video, where they may be languages; only the first was taken from it. Further parties of a call may be in the others, so the copy is marked doubtful. Streams of one channel and one rate each, without video, become the channels of one copy.',
    next: 'The original is kept whole. Decode the others by hand where they matter, e.g. `ffmpeg -i FILE -map 0:a:1 second.wav`.',
  },
  F307: {
    severity: 'note',
    title: 'pause blocks in a dictation',
    meaning: 'The recorder was paused and stored blocks without sound. They are left out; FFmpeg 7.1 would read them as sound.',
    next: 'Nothing: the copy goes on where the speaker went on.',
  },
  F308: {
    severity: 'warning',
    title: 'the stated length is not that of the sound',
    meaning: 'The header states another duration than the frames or packets in the file have.',
    next: 'All of the sound is taken. Compare the duration with the metadata and listen to the end.',
  },
  F309: {
    severity: 'warning',
    title: 'an edit list that is not followed',
    meaning:
      'The container asks to play its sound in parts, in another order, or faster. The copy has all of the sound once, in the order in which it was stored.',
    next: 'Times inside the copy are not those that a player shows. Use the original where they matter.',
  },
  F310: {
    severity: 'note',
    title: 'frames without the header of their format',
    meaning: 'The file lacks the few bytes that it should begin with. Its frames follow each other without a fault, which chance cannot bring about.',
    next: 'Nothing: the sound is complete. Other players may refuse the original.',
  },
  F395: {
    severity: 'warning',
    doubtful: true,
    title: 'sound that no frame covers is lost',
    meaning:
      'Between two frames or pages lie 4 KiB or more that belong to none, or such bytes are 5 % of the coded bytes, or 2 s of it at the end; tags and pictures do not count. Blocks that were never written, encrypted or foreign bytes and failed disks leave that. The message has places, share and time. What is left is played without a gap, so the copy is too short; it is marked doubtful.',
    next: 'Compare the length with the metadata, and copy the file from the recorder or its backup again.',
  },
  F396: {
    severity: 'warning',
    doubtful: true,
    title: 'frames of one byte far longer than a pause',
    meaning:
      'One byte is repeated in G.723.1 where frames should be. Each is a whole frame there, 30 ms of which nothing was sent, so a few kilobytes that were never written (0xFF as a rule) play for minutes. The message has place and time. The copy is longer than the call was and marked doubtful.',
    next: 'Compare the length with the metadata. Copy the file from the recorder or its backup again.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
