import type { FindingEntry } from './types.ts';

/** Codes F100 to F199: formats. */
export const formatsFindings = {
  F100: {
    severity: 'warning',
    title: 'bytes before the header',
    meaning: 'Something was put before the first byte of the audio file: a block of the recorder, the head of another container, or damage.',
    next: 'The sound is read from the header on. Listen to the copy; where many files of one recorder have it, keep one to find out what the bytes say.',
  },
  F101: {
    severity: 'warning',
    title: 'the header does not state the length',
    meaning: 'The recorder wrote the header before the sound and never came back to it: it crashed, was stopped hard, or wrote to a stream.',
    next: 'All that lies between header and end is kept and played. Compare the duration with the metadata: the last seconds may never have been written.',
  },
  F102: {
    severity: 'warning',
    title: 'the header states another length than the sound has',
    meaning:
      'Players that trust the header would play only a part, or metadata as noise. Known from sizes that wrap at 4 GiB and from updates during recording.',
    next: 'All of the sound is taken. Compare the duration with the metadata and listen to the end.',
  },
  F103: {
    severity: 'warning',
    title: 'the file is shorter than its header says',
    meaning: 'The end is missing: the file was cut while it was written or copied.',
    next: 'What is there is kept and played. Look for a complete copy in the source, on the recorder or on its backup media.',
  },
  F104: {
    severity: 'note',
    title: 'metadata behind the sound is cut',
    meaning: 'The sound is complete; the chunk behind it is not.',
    next: 'Nothing for the sound. Look for a complete copy if the metadata inside the file matters.',
  },
  F105: {
    severity: 'note',
    title: 'metadata behind sound of unstated length',
    meaning: 'The header states no length that could be right, and the file ends in chunks of metadata. Some players would play them as noise.',
    next: 'Nothing: they are kept in the original and left out of the copy.',
  },
  F106: {
    severity: 'note',
    title: 'the size of the whole is wrong, that of the sound is right',
    meaning: 'A program changed the file and left the outer size as it was.',
    next: 'Nothing: the sound is complete.',
  },
  F107: {
    severity: 'note',
    title: 'pad bytes are missing',
    meaning: 'A chunk of odd size must be followed by a pad byte; the recorder left it out, and FFmpeg, sox and libsndfile fail on such files.',
    next: 'Nothing: the chunks were found all the same.',
  },
  F108: {
    severity: 'warning',
    title: 'several data chunks',
    meaning: 'A WAVE file has one. Most players play the first and are silent about the rest.',
    next: 'They are played one after the other in file order. Find out whether the recorder meant parts of one call, two channels or two calls.',
  },
  F109: {
    severity: 'warning',
    title: 'a wave list',
    meaning:
      'Sound in parts with stated silence between them, in a coding of which only decoding tells where a part ends in time. The parts are played without that silence, so the copy is shorter than the call.',
    next: 'Times inside the copy are not the times of the call. Use the original where they matter.',
  },
  F110: {
    severity: 'warning',
    title: 'a header without sound',
    meaning: 'The recorder began a file and wrote no sound into it: a call without audio, a full disk, or a crash at the start.',
    next: 'Compare with the metadata: a call with a duration whose file is empty is a lost recording.',
  },
  F111: {
    severity: 'warning',
    title: 'bytes behind the end',
    meaning: 'Behind the end that the header states lie bytes that are no chunk: padding, metadata of the recorder, or the rest of an older file.',
    next: 'They are kept in the original and not played. If the copy ends early, look at them.',
  },
  F112: {
    severity: 'warning',
    title: 'RF64 without a usable ds64 chunk',
    meaning: 'Files beyond 4 GiB state their sizes in that chunk; without it the length is not known. FFmpeg plays nothing, or refuses.',
    next: 'All that lies between header and end is taken. Compare the duration with the metadata.',
  },
  F113: {
    severity: 'note',
    title: 'fields of the header contradict each other',
    meaning:
      'Bits, block size or data rate cannot all be right for the coding that is declared. Common with recorders that fill in one header for all codings.',
    next: 'Listen to one copy of this recorder; if it sounds right, all of them do.',
  },
  F114: {
    severity: 'note',
    title: 'the stated count of samples cannot be right',
    meaning: 'The fact chunk contradicts the bytes that are there.',
    next: 'Nothing: the bytes decide.',
  },
  F115: {
    severity: 'error',
    title: 'the coding is not stated',
    meaning: 'There is no usable fmt chunk, so neither coding nor rate is known.',
    next: 'The original is kept. If you know what the recorder wrote, compare with a sound file of the same recorder and year.',
  },
  F116: {
    severity: 'warning',
    title: 'a chunk size leads nowhere',
    meaning: 'A chunk before the sound states a size that cannot be right; the next chunk was searched for.',
    next: 'Listen to the beginning of the copy: it must not start with a burst of noise.',
  },
  F117: {
    severity: 'note',
    title: 'the fmt chunk stands behind the sound',
    meaning: 'Unusual order; sox and libsndfile refuse it.',
    next: 'Nothing: it was found.',
  },
  F118: {
    severity: 'note',
    title: 'the sound does not end with a whole block',
    meaning: 'The last block is cut. Up to one block of sound, some milliseconds, is played in part or not at all.',
    next: 'Nothing, but if it is so for all files of a recorder, the block size may be wrong: listen to one.',
  },
  F119: {
    severity: 'warning',
    title: '8-bit PCM that looks like companded sound',
    meaning:
      'The header says linear samples of 8 bits; the bytes are far smoother when read as mu-law or A-law. Known from recorders that mislabel their files.',
    next: 'The bytes were believed. Listen to the copy: if it is loud and harsh, the header was right after all; keep the original and report the recorder.',
  },
  F120: {
    severity: 'note',
    title: 'samples in the wrong end of their words',
    meaning:
      'Samples of 24 bits in words of 32 belong into the high bits; this writer left them in the low ones. Most players play them far too quiet.',
    next: 'Nothing: they were read where they lie.',
  },
  F122: {
    severity: 'warning',
    title: 'frames of G.729 out of step',
    meaning: 'Each frame has a parity bit and these are wrong: damage, or another coding under this name.',
    next: 'Where it was not decoded the original is kept. Look whether the recorder can export the call as linear or A-law WAVE.',
  },
  F123: {
    severity: 'warning',
    title: 'a missing field was assumed',
    meaning: 'The header has 0 where the number of channels or the rate belongs; telephone values were taken.',
    next: 'Listen to one copy: a wrong rate sounds too low or too high.',
  },
  F124: {
    severity: 'note',
    title: 'a seal of the recorder',
    meaning:
      'The file has a SIGN chunk, with which recorders of Verint seal their recordings against changes. How it is computed is not published, so that it cannot be checked here. It is kept in the original, byte for byte; an access copy has none.',
    next: 'Where the seal is to count as proof, have it checked with the software of the vendor, on the original.',
  },
  F130: {
    severity: 'warning',
    title: 'only the name says what this is',
    meaning: 'A file without a header; its bytes are silent, too few or too unlike speech to confirm the coding that its name stands for.',
    next: 'Listen to the copy. Where a whole recorder is like this, one known call settles it for all.',
  },
  F131: {
    severity: 'warning',
    title: 'the bytes contradict the name',
    meaning:
      'A file without a header whose bytes are clearly smoother in another coding than the one that its name stands for. The bytes were believed.',
    next: 'Listen to the copy before you trust the rest of this recorder.',
  },
  F132: {
    severity: 'note',
    title: 'not a whole number of frames',
    meaning: 'The size of a file without a header is no multiple of its frame: its end is cut, or it is not what its name says.',
    next: 'Listen to the end of the copy.',
  },
  F133: {
    severity: 'error',
    title: 'bytes that are no sound',
    meaning: 'The name stands for sound without a header, but the bytes are text, or are as evenly spread as only encrypted or compressed data is.',
    next: 'The original is kept and not decoded. Ask how the recorder encrypts or compresses its files.',
  },
  F134: {
    severity: 'note',
    title: 'frames without their signature',
    meaning: 'Each frame of GSM 06.10 begins with the same four bits; in these frames they differ: damage, or another coding in between.',
    next: 'Listen to the copy.',
  },
  F140: {
    severity: 'note',
    title: 'the stated data offset cannot be right',
    meaning: 'The header says that the sound begins inside the header or behind the end of the file.',
    next: 'Listen to the beginning of the copy.',
  },
  F150: {
    severity: 'warning',
    title: 'bytes between MPEG frames',
    meaning: 'Between frames lie bytes that belong to none: damage, or tags of another program. Decoders skip them, sometimes with a click.',
    next: 'Listen to the copy and compare the duration with the metadata.',
  },
  F151: {
    severity: 'note',
    title: 'MPEG frames of different kinds',
    meaning: 'Rate, layer or channels change inside the file: parts of different recordings were joined.',
    next: 'Listen to the copy and compare the duration with the metadata.',
  },
  F160: {
    severity: 'warning',
    title: 'the Ogg stream does not end',
    meaning: 'The last page is not marked as the last: the recorder was stopped hard, or the file was cut.',
    next: 'What is there is kept and played. Compare the duration with the metadata.',
  },
  F161: {
    severity: 'warning',
    title: 'several streams in one Ogg file',
    meaning: 'The file holds more than one logical stream, one after the other or side by side. Only the first is described.',
    next: 'Listen to the copy: it may hold one of them only.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
