import type { FindingEntry } from '../types.ts';

/** Codes F100 to F199: formats. */
export const formatsFindings = {
  F100: {
    severity: 'warning',
    title: 'bytes before the header',
    meaning: 'The audio file begins with other bytes: a block of the recorder, the header of another container, or damage.',
    next: 'The audio is read from the header on. Listen to the access copy. If many files of one recorder have such bytes, keep one to find out what they mean.',
  },
  F101: {
    severity: 'warning',
    title: 'the header does not state the length',
    meaning: 'The recorder wrote the header before the audio and never updated it: it crashed, was stopped abruptly, or wrote to a stream.',
    next: 'Everything between the header and the end is kept and played. Compare the duration with the metadata: the last seconds may never have been written.',
  },
  F102: {
    severity: 'warning',
    title: 'the header states another length than the audio has',
    meaning:
      'Players that trust the header would play only a part of the audio, or metadata as noise. Known causes are sizes that wrap at 4 GiB and header updates during recording.',
    next: 'All of the audio is decoded. Compare the duration with the metadata and listen to the end.',
  },
  F103: {
    severity: 'warning',
    title: 'the file is shorter than its header says',
    meaning: 'The end of the file is missing: it was cut off during writing or copying.',
    next: 'What is there is kept and played. Look for a complete copy in the source, on the recorder or on its backup media.',
  },
  F104: {
    severity: 'note',
    title: 'metadata after the audio is truncated',
    meaning: 'The audio is complete; the chunk after it is not.',
    next: 'Nothing for the audio. Look for a complete copy if the metadata inside the file matters.',
  },
  F105: {
    severity: 'note',
    title: 'metadata after audio of unstated length',
    meaning: 'The header states no plausible length, and the file ends in chunks of metadata. Some players would play them as noise.',
    next: 'Nothing: the chunks are kept in the original and left out of the access copy.',
  },
  F106: {
    severity: 'note',
    title: 'the file size in the header is wrong, the audio size is right',
    meaning: 'A program changed the file and did not update the outer size.',
    next: 'Nothing: the audio is complete.',
  },
  F107: {
    severity: 'note',
    title: 'pad bytes are missing',
    meaning: 'A pad byte must follow a chunk of odd size. The recorder omitted it, and FFmpeg, sox and libsndfile fail on such files.',
    next: 'Nothing: the chunks were still found.',
  },
  F108: {
    severity: 'warning',
    title: 'several data chunks',
    meaning: 'A WAVE file should have one data chunk. Most players play the first and ignore the rest.',
    next: 'The chunks are played one after the other in file order. Find out whether they are parts of one call, two channels or two calls.',
  },
  F109: {
    severity: 'warning',
    title: 'a wave list',
    meaning:
      'The file stores audio in parts with stated silence between them, and only decoding shows how long each part is. The parts are played without that silence, so the access copy is shorter than the call.',
    next: 'Times inside the access copy are not the times of the call. Use the original if times matter.',
  },
  F110: {
    severity: 'warning',
    title: 'a header without audio',
    meaning: 'The recorder began a file and wrote no audio into it: a call without audio, a full disk, or a crash at the start.',
    next: 'Compare with the metadata: a call that has a duration but an empty file is a lost recording.',
  },
  F111: {
    severity: 'warning',
    title: 'bytes after the end',
    meaning:
      'After the end that the header states, the file has bytes that are not a chunk: padding, metadata of the recorder, or the rest of an older file.',
    next: 'The bytes are kept in the original and not played. If the access copy ends early, look at them.',
  },
  F112: {
    severity: 'warning',
    title: 'RF64 without a usable ds64 chunk',
    meaning: 'Files beyond 4 GiB state their sizes in the ds64 chunk; without it the length is unknown. FFmpeg plays nothing, or refuses the file.',
    next: 'Everything between the header and the end is decoded. Compare the duration with the metadata.',
  },
  F113: {
    severity: 'note',
    title: 'fields of the header contradict each other',
    meaning:
      'Bits per sample, block size and data rate cannot all be right for the declared codec. This is common with recorders that use one header for all codecs.',
    next: 'Listen to one access copy from this recorder; if it sounds right, all of them do.',
  },
  F114: {
    severity: 'note',
    title: 'the stated sample count cannot be right',
    meaning: 'The fact chunk contradicts the audio data.',
    next: 'Nothing: the stated count was ignored, and the samples in the file were counted.',
  },
  F115: {
    severity: 'error',
    title: 'the codec is not stated',
    meaning: 'There is no usable fmt chunk, so neither the codec nor the rate is known.',
    next: 'The original is kept. If you know what the recorder wrote, compare with an audio file of the same recorder and year.',
  },
  F116: {
    severity: 'warning',
    title: 'a chunk size is wrong',
    meaning: 'A chunk before the audio states a size that cannot be right; the next chunk was found by searching.',
    next: 'Listen to the beginning of the access copy: it must not start with a burst of noise.',
  },
  F117: {
    severity: 'note',
    title: 'the fmt chunk is after the audio',
    meaning: 'This order is unusual; sox and libsndfile refuse it.',
    next: 'Nothing: the chunk was found.',
  },
  F118: {
    severity: 'note',
    title: 'the audio does not end with a whole block',
    meaning: 'The last block is cut. Up to one block of audio, some milliseconds, is played in part or not at all.',
    next: 'Nothing for a single file. If all files of a recorder are like this, the block size may be wrong: listen to one.',
  },
  F119: {
    severity: 'warning',
    title: '8-bit PCM that looks companded',
    meaning:
      'The header says 8-bit linear samples, but the data are far smoother when read as mu-law or A-law. Some recorders mislabel their files like this.',
    next: 'The file was decoded as the data suggest. Listen to the access copy: if it is loud and harsh, the header was right; keep the original and report the recorder.',
  },
  F120: {
    severity: 'note',
    title: '24-bit samples in the low bits of 32-bit words',
    meaning:
      '24-bit samples belong in the high bits of a 32-bit word; this writer left them in the low bits. Most players play them far too quietly.',
    next: 'Nothing: the samples were read from the low bits.',
  },
  F122: {
    severity: 'warning',
    title: 'G.729 frames with wrong parity',
    meaning: 'Each frame has a parity bit, and many are wrong: the file is damaged, or has another codec under this name.',
    next: 'If the file was not decoded, the original is kept. Check whether the recorder can export the call as linear or A-law WAVE.',
  },
  F123: {
    severity: 'warning',
    title: 'a missing field was assumed',
    meaning: 'The header has 0 as the number of channels or the sample rate; telephone values were assumed.',
    next: 'Listen to one access copy: a wrong rate sounds too low or too high.',
  },
  F124: {
    severity: 'note',
    title: 'a seal of the recorder',
    meaning:
      'The file has a SIGN chunk, with which Verint recorders seal their recordings against changes. The algorithm is not published, so the seal cannot be checked here. The original keeps it, byte for byte; an access copy has no seal.',
    next: "If the seal is to serve as evidence, have it checked with the vendor's software, on the original.",
  },
  F130: {
    severity: 'warning',
    title: 'identified by the file name alone',
    meaning: 'The file has no header, and its bytes are silent, too few or too unlike speech to confirm the codec that the name suggests.',
    next: 'Listen to the access copy. If all files of a recorder are like this, listening to one known call confirms the codec of all of them.',
  },
  F131: {
    severity: 'warning',
    title: 'the bytes contradict the file name',
    meaning:
      'The file has no header, and its bytes are clearly smoother in another codec than the one that the name suggests. The codec that fits the bytes was used.',
    next: 'Listen to the access copy before you trust the other files of this recorder.',
  },
  F132: {
    severity: 'note',
    title: 'not a whole number of frames',
    meaning: 'The size of a headerless file is not a multiple of its frame size: its end is cut off, or it is not what its name says.',
    next: 'Listen to the end of the access copy.',
  },
  F133: {
    severity: 'error',
    title: 'not audio',
    meaning: 'The name suggests headerless audio, but the bytes are text, or are as evenly distributed as only encrypted or compressed data are.',
    next: 'The original is kept and not decoded. Ask how the recorder encrypts or compresses its files.',
  },
  F134: {
    severity: 'note',
    title: 'frames without their signature',
    meaning: 'Each GSM 06.10 frame begins with the same four bits; in these frames they differ: damage, or another codec in between.',
    next: 'Listen to the access copy.',
  },
  F140: {
    severity: 'note',
    title: 'the stated data offset cannot be right',
    meaning: 'The header says that the audio begins inside the header or after the end of the file.',
    next: 'Listen to the beginning of the access copy.',
  },
  F150: {
    severity: 'warning',
    title: 'bytes between MPEG frames',
    meaning: 'Some bytes between frames belong to no frame: damage, or tags of another program. Decoders skip them, sometimes with a click.',
    next: 'Listen to the access copy and compare the duration with the metadata.',
  },
  F151: {
    severity: 'note',
    title: 'MPEG frames of different kinds',
    meaning: 'The rate, layer or number of channels changes inside the file: parts of different recordings were joined.',
    next: 'Listen to the access copy and compare the duration with the metadata.',
  },
  F160: {
    severity: 'warning',
    title: 'the Ogg stream has no last page',
    meaning: 'The last page is not marked as the last: the recorder was stopped abruptly, or the file was cut off.',
    next: 'What is there is kept and played. Compare the duration with the metadata.',
  },
  F161: {
    severity: 'warning',
    title: 'several streams in one Ogg file',
    meaning: 'The file holds more than one logical stream, one after the other or side by side. Only the first is described.',
    next: 'Listen to the access copy: it may hold only one of them.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
