import type { FindingEntry } from '../types.ts';

/** Codes F200 to F219: WAVE and its relatives. */
export const waveFindings = {
  F200: {
    severity: 'warning',
    title: 'a rare format tag',
    meaning:
      'The number by which the file declares its codec is a rare one. Its registered name states the codec, but no real sample was available to prove that other programs use it in this way.',
    next: 'Listen to one access copy from this recorder: if it sounds right, all of them do. If it is noise, keep the originals and report the recorder.',
  },
  F201: {
    severity: 'warning',
    title: 'the order of codes in a byte is assumed',
    meaning:
      'Two codes of G.726 or G.721 share a byte, and no field states which comes first. In the wrong order the audio still sounds like speech, but hoarse and noisy.',
    next: 'Listen to one access copy from this recorder: if it is hoarse, the order is the other one. The original is kept.',
  },
  F391: {
    severity: 'warning',
    doubtful: true,
    title: 'a contradictory header',
    meaning:
      'Fields of the header contradict each other, e.g. the rate and the bytes per second, and the audio does not show which of them is right. The field that most programs use was taken; the access copy may be too fast or too slow, or lack a channel, and is marked doubtful.',
    next: 'Listen to the access copy and compare its length with the metadata. If it is wrong, declare the codec: `--declare GLOB=CODEC,RATE,CHANNELS`.',
  },
  F392: {
    severity: 'warning',
    title: 'two channels in a file that states one',
    meaning:
      'The header states one channel, but the block size of two. Read as two channels, the samples of each are as smooth as audio. The two are also smoother than all samples read as one channel, or nearly equal to each other. The file was decoded as two channels.',
    next: 'Listen to the access copy. If one side is noise, the header was right: report the recorder.',
  },
  F394: {
    severity: 'warning',
    title: 'a block size that does not match the channels',
    meaning:
      'The header states 16 bits and a block size that does not match its number of channels: one channel in blocks of four bytes, or two in blocks of two. Read as one channel of 16 bits, the audio is far smoother than in any other way. The file was decoded as one channel.',
    next: 'Listen to the access copy and compare its length with the metadata. If it is too slow and twice as long as the call, report the recorder.',
  },
  F397: {
    severity: 'warning',
    title: 'a block size that differs from the header',
    meaning:
      'IMA and Microsoft ADPCM are stored in blocks, each with its own header. The header of the file states another block size or number of samples per block, which would give only a part of the audio, or noise. The headers of the blocks were used; the message states both lengths. All of the audio is in the access copy.',
    next: 'Listen to the access copy and compare its length with the metadata. If it is harsh, report the recorder.',
  },
  F393: {
    severity: 'warning',
    title: 'G.726 at 40 kbit/s from FFmpeg',
    meaning:
      "FFmpeg's encoder for G.726 at 40 kbit/s does not match the test vectors of the recommendation. The file names FFmpeg as its writer. If FFmpeg encoded the audio, every correct decoder, including longplay's, makes it rougher than it was. If FFmpeg only copied the output of another encoder, the audio is unaffected. The codes do not show which is the case.",
    next: 'If FFmpeg encoded it, look for the recording that it was made from; otherwise nothing.',
  },
  F399: {
    severity: 'warning',
    doubtful: true,
    title: 'the bytes show another number of channels',
    meaning:
      'All fields of the header agree on the number of channels, but the samples show another: one channel is stated, and the samples alternate between two; two are stated, and each has every second sample of one; or three or more are stated, and the samples follow each other like those of fewer. The file was decoded as stated: the access copy plays too slowly or too fast and is marked doubtful. docs/explanation/plausibility.md has the limits.',
    next: 'Listen to the access copy. If it is too slow or too fast, declare the codec: `--declare GLOB=CODEC,RATE,CHANNELS`.',
  },
  F202: {
    severity: 'warning',
    title: 'the bytes contradict the header',
    meaning:
      'The header names one encoding of the audio; the bytes show another: far smoother samples of 8 bits, or the signature of bare GSM frames. The encoding of the bytes was used.',
    next: 'Listen to the access copy. If it is loud and harsh, the header was right: report the recorder.',
  },
  F203: {
    severity: 'warning',
    title: 'several WAVE files in one',
    meaning:
      'Complete WAVE files follow each other: a recorder continued in the same file, or a program joined them. Most players play only the first.',
    next: 'They are played one after the other. Find out whether they are parts of one call or several calls; times inside the access copy are right only if they are parts of one call.',
  },
  F204: {
    severity: 'error',
    title: 'further WAVE files after this one are not played',
    meaning: 'After the audio there are complete WAVE files with another codec, rate or number of channels. One access copy cannot hold them.',
    next: 'The original has them. Cut it at the RIFF headers and import the pieces.',
  },
  F205: {
    severity: 'error',
    title: 'the frames do not match the stated codec',
    meaning: 'Frames of the codec that the header names can be recognised, and the file has none. Decoding would give noise.',
    next: 'The original is kept and not decoded. Check whether the recorder can export the call as linear or A-law WAVE.',
  },
  F206: {
    severity: 'warning',
    title: 'audio that looks encrypted',
    meaning:
      'The header states plain samples, but all byte values are equally frequent. Audio is never like that; encrypted and compressed bytes are. The access copy is noise.',
    next: 'Listen to the access copy. If it is noise, ask how the recorder encrypts its files; the original is kept.',
  },
  F207: {
    severity: 'warning',
    title: 'a WAVE file inside the audio of another',
    meaning: 'A further WAVE header is where the audio should begin: a program put a whole file into the data chunk of another.',
    next: 'The inner file is played. Listen to the beginning of the access copy.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
