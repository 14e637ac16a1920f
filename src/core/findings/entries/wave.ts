import type { FindingEntry } from './types.ts';

/** Codes F200 to F219: WAVE and its relatives. */
export const waveFindings = {
  F200: {
    severity: 'warning',
    title: 'a coding that only the name of its tag tells',
    meaning:
      'The number by which the file declares its coding is a rare one. Its registered name says which coding it is, but no file with it was at hand to prove that other programs write it so.',
    next: 'Listen to one copy of this recorder: if it sounds right, all of them do. If it is noise, keep the originals and report the recorder.',
  },
  F201: {
    severity: 'warning',
    title: 'the order of codes in a byte is assumed',
    meaning:
      'Two codes of G.726 or G.721 share a byte, and no field says which comes first. Read in the wrong order it still sounds like speech, but hoarse and noisy.',
    next: 'Listen to one copy of this recorder: if it is hoarse, the order is the other one. The original is kept.',
  },
  F391: {
    severity: 'warning',
    doubtful: true,
    title: 'a header that states two things at once',
    meaning:
      'Fields of the header contradict each other, e.g. the rate and the bytes per second, and the bytes of the sound do not show which of them is right. The field that programs go by was taken; the copy may be too fast or too slow, or lack a channel. It is marked doubtful.',
    next: 'Listen to the copy and compare its length with the metadata. If it is wrong, state the coding: `--declare GLOB=CODEC,RATE,CHANNELS`.',
  },
  F392: {
    severity: 'warning',
    title: 'two channels in a file that states one',
    meaning:
      'The header states one channel and blocks of two; both halves of the blocks are as smooth as sound is, and smoother than both together, or nearly the same. The bytes were believed: two channels.',
    next: 'Listen to the copy. If one side is noise, the header was right: report the recorder.',
  },
  F394: {
    severity: 'warning',
    title: 'blocks of another size than one channel has',
    meaning:
      'The header states 16 bits and blocks that do not fit its number of channels: one channel in blocks of four bytes, or two in blocks of two. Read as one channel of 16 bits the sound is far smoother than in any other way. The bytes were believed: one channel.',
    next: 'Listen to the copy and compare its length with the metadata. If it is too slow and twice as long as the call, report the recorder.',
  },
  F397: {
    severity: 'warning',
    title: 'blocks of another length than the header states',
    meaning:
      'IMA and Microsoft ADPCM come in blocks, each with a header of its own. The header of the file states another length of blocks or number of samples in them, which would play a part of the sound or noise. The headers of the blocks were believed; the message has both lengths. All of the sound is in the copy.',
    next: 'Listen to the copy and compare its length with the metadata. If it is harsh, report the recorder.',
  },
  F393: {
    severity: 'warning',
    title: 'G.726 at 40 kbit/s by FFmpeg',
    meaning:
      "FFmpeg's coder of G.726 at 40 kbit/s does not reach the test vectors of the recommendation. The file names FFmpeg as its writer: either FFmpeg coded the sound, and every right decoder, longplay's included, makes it rougher than it was, or FFmpeg only copied what another coder made. Nothing in the codes tells which.",
    next: 'If FFmpeg coded it, look for what it was made from; otherwise nothing.',
  },
  F399: {
    severity: 'warning',
    doubtful: true,
    title: 'the bytes show another number of channels',
    meaning:
      'The header states one channel and the samples are in turn those of two, or it states two and each is every second sample of one, or three and more and the samples follow each other as those of fewer; all fields of the header agree with each other. It was decoded as stated: the copy plays too slow or too fast and is marked doubtful. docs/plausibility.md has the bounds.',
    next: 'Listen to the copy. If it is too slow or too fast, state the coding: `--declare GLOB=CODEC,RATE,CHANNELS`.',
  },
  F202: {
    severity: 'warning',
    title: 'the bytes contradict the header',
    meaning:
      'The header names one way of writing the sound; the bytes show another: far smoother samples of 8 bits, or the signature of bare frames of GSM. The bytes were believed.',
    next: 'Listen to the copy. If it is loud and harsh, the header was right: report the recorder.',
  },
  F203: {
    severity: 'warning',
    title: 'several WAVE files in one',
    meaning:
      'Whole WAVE files lie one after the other: a recorder went on in the same file, or a program joined them. Most players play the first only.',
    next: 'They are played one after the other. Find out whether they are parts of one call or several calls; times inside the copy hold only for the former.',
  },
  F204: {
    severity: 'error',
    title: 'more WAVE files behind this one are not played',
    meaning: 'Behind the sound lie whole WAVE files of another coding, rate or number of channels. One copy cannot hold them.',
    next: 'The original has them. Cut it at the RIFF headers and import the pieces.',
  },
  F205: {
    severity: 'error',
    title: 'the frames are not those of the stated coding',
    meaning: 'The coding that the header names has frames that show themselves, and they are not there. Decoding would give noise.',
    next: 'The original is kept and not decoded. Look whether the recorder can export the call as linear or A-law WAVE.',
  },
  F206: {
    severity: 'warning',
    title: 'sound that looks encrypted',
    meaning:
      'The header says plain samples, but each value of a byte comes equally often. Sound is never like that; encrypted and compressed bytes are. The copy is noise.',
    next: 'Listen to the copy. If it is noise, ask how the recorder encrypts its files; the original is kept.',
  },
  F207: {
    severity: 'warning',
    title: 'a WAVE file inside the sound of another',
    meaning: 'Where the sound should begin lies the header of a further WAVE file: a program put a whole file into the data chunk of another.',
    next: 'The inner file is played. Listen to the beginning of the copy.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
