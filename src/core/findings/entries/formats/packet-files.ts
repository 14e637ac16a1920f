import type { FindingEntry } from '../types.ts';

/** Codes F360 to F379: packet files of recorders (NICE, Oreka, VoIPmonitor). */
export const packetFileFindings = {
  F360: {
    severity: 'warning',
    title: 'bytes between packets',
    meaning:
      'A part of the file is not packets: it was damaged or overwritten. Reading continued at the next place where packets follow one another.',
    next: 'The lost part is silent in the access copy. Copy the file again from the recorder if possible.',
  },
  F361: {
    severity: 'error',
    title: 'more packets or streams than a call has',
    meaning: 'There are more streams or packets than the limit. The rest is not in the access copy; the original is kept whole.',
    next: 'Please report it: this is not an ordinary call.',
  },
  F362: {
    severity: 'note',
    title: 'packets of other media',
    meaning: 'Some packets hold other media than voice (screen, data). They are kept in the original and not converted.',
    next: "Nothing; to view them later, keep the vendor's player while it runs.",
  },
  F363: {
    severity: 'warning',
    title: 'the last packet is missing',
    meaning: 'Recorders end such a file with a packet that marks the end. Without it the recording was cut off, or the recorder stopped abruptly.',
    next: 'Compare the duration with the metadata.',
  },
  F364: {
    severity: 'warning',
    title: 'the end does not match the packets',
    meaning: 'The last packet is cut, or bytes follow it that belong to no packet.',
    next: 'Usually nothing: a fraction of a second is missing. Compare the duration with the metadata.',
  },
  F365: {
    severity: 'note',
    title: 'silence where there are no packets',
    meaning:
      'The packets have times, and there are gaps between some of them, e.g. while nobody speaks or the call is on hold. The access copy has silence there, so that both sides keep their positions.',
    next: "Nothing. The length of the access copy is the one that the recorder's player shows, not the sum of all packets.",
  },
  F366: {
    severity: 'warning',
    title: 'the rate of G.726 is derived',
    meaning:
      'The file says G.726, but neither its rate nor its bit order. The rate was derived from sizes and times of the packets; the bit order of RTP was assumed.',
    next: 'Listen to one access copy from each recorder. If it is noise, declare the codec with --declare.',
  },
  F367: {
    severity: 'warning',
    title: 'packet times and packet sizes contradict each other',
    meaning:
      'By their times the packets last longer or shorter than the audio in them: the codec that the file states may be wrong, or silence frames may be among the others.',
    next: 'Listen to the access copy. If it is noise, declare the codec with --declare.',
  },
  F370: {
    severity: 'warning',
    title: 'the two sides are aligned by arrival',
    meaning:
      'The file has no common clock for the two directions. They are aligned by the order in which their packets were written, which is accurate to a packet or two if both were on the same network.',
    next: 'Do not rely on hundredths of a second when determining who spoke first.',
  },
  F371: {
    severity: 'warning',
    title: 'the last chunk is truncated',
    meaning: 'The recorder stopped while it was writing, as in a crash of Oreka; normally such a file is deleted after its conversion.',
    next: 'All whole chunks are kept and played.',
  },
  F372: {
    severity: 'error',
    title: 'a compressed block is damaged',
    meaning:
      'The file stores its audio in compressed blocks, and one of them cannot be decompressed. The blocks before it were read; nothing after it was.',
    next: 'Look for another copy of the file in the source; the original is kept whole.',
  },
  F373: {
    severity: 'error',
    title: 'the decompressed size exceeds the limit',
    meaning: 'Decompressed, the blocks of the file are larger than any call. They were not decompressed, and the file is kept as it is.',
    next: 'Please report it: this is not an ordinary call.',
  },
  F374: {
    severity: 'error',
    title: 'the compressed content is not a capture',
    meaning: 'The blocks can be decompressed, but the result is not a packet capture, which is what VoIPmonitor stores this way.',
    next: 'Please report it with the name that the recorder gave the file.',
  },
  F376: {
    severity: 'error',
    title: 'a program to decompress the file is missing',
    meaning: 'The file is compressed with Zstandard, and the program zstd that decompresses it is not installed here. The original is kept.',
    next: 'Install zstd (`apt install zstd`), then import again into a new archive, or convert the file from the bag.',
  },
  F375: {
    severity: 'warning',
    title: 'the last compressed block is truncated',
    meaning:
      'The file ends within a block. There are two causes. VoIPmonitor stores a long call in several members of its archive (NAME#1, NAME#2, and the last as NAME), and this file is only one of them; or the file was cut during copying.',
    next: 'Import the spool as it is: pieces in one archive are joined. If they were separated, put them back into one folder of their minute. What is there is kept and played.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
