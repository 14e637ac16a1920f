import type { FindingEntry } from './types.ts';

/** Codes F360 to F379: packet files of recorders (NICE, Oreka, VoIPmonitor). */
export const packetFileFindings = {
  F360: {
    severity: 'warning',
    title: 'bytes between packets',
    meaning:
      'A stretch of the file is no packet: it was damaged or overwritten. The next place where packets follow one another was looked for, and reading went on there.',
    next: 'The lost stretch is silent in the copy. Copy the file again from the recorder if that is possible.',
  },
  F361: {
    severity: 'error',
    title: 'more packets or streams than a call has',
    meaning: 'There are more streams or packets than are read. Those beyond are not in the copy; the original is kept whole.',
    next: 'Please report it: this is no ordinary call.',
  },
  F362: {
    severity: 'note',
    title: 'packets of other media',
    meaning: 'Some packets hold something other than voice (screen, data). They are kept in the original and not converted.',
    next: "Nothing, or keep the vendor's player while it runs.",
  },
  F363: {
    severity: 'warning',
    title: 'the last packet is missing',
    meaning: 'Recorders end such a file with a packet that says so. Without it the recording was cut, or the recorder stopped hard.',
    next: 'Compare the duration with the metadata.',
  },
  F364: {
    severity: 'warning',
    title: 'the end does not fit the packets',
    meaning: 'The last packet is cut, or bytes follow it that belong to none.',
    next: 'Usually nothing: a fraction of a second is missing. Compare the duration with the metadata.',
  },
  F365: {
    severity: 'note',
    title: 'silence where no packet is',
    meaning:
      'The packets have times, and between some of them there are none, as while nobody speaks or the call is on hold. The copy has silence there, so that both sides stay at their places.',
    next: "Nothing. The length of the copy is that of the recorder's player, not that of the packets laid end to end.",
  },
  F366: {
    severity: 'warning',
    title: 'the rate of G.726 is worked out',
    meaning:
      "The file says G.726, but neither its rate nor its bit order. The rate follows from sizes and times of the packets; of the order RTP's is assumed.",
    next: 'Listen to one copy of each recorder. Where it is noise, give the coding with --declare.',
  },
  F367: {
    severity: 'warning',
    title: 'times and sizes of the packets do not agree',
    meaning:
      'By their times the packets last longer or shorter than the sound in them: the coding that the file states may be wrong, or silence frames lie among the others.',
    next: 'Listen to the copy. Where it is noise, give the coding with --declare.',
  },
  F370: {
    severity: 'warning',
    title: 'the two sides are lined up by arrival',
    meaning:
      'The file has no common clock for the two directions. They are lined up by the order in which their packets were written, which is right within a packet or two where both were on the same network.',
    next: 'Do not rely on hundredths of a second when asking who spoke first.',
  },
  F371: {
    severity: 'warning',
    title: 'the last chunk is cut',
    meaning: 'The recorder stopped while it was writing, as Oreka does in a crash; normally such a file is deleted once it was converted.',
    next: 'All whole chunks are kept and played.',
  },
  F372: {
    severity: 'error',
    title: 'a packed block is damaged',
    meaning:
      'The file holds its sound in packed blocks, and one of them does not unpack. What came out of the blocks before it was read; what lies behind it was not.',
    next: 'Look for another copy of the file in the source; the original is kept whole.',
  },
  F373: {
    severity: 'error',
    title: 'more comes out of the packed file than is unpacked',
    meaning: 'The blocks of the file become more bytes than a call has. They were not unpacked, and the file is kept as it is.',
    next: 'Please report it: this is no ordinary call.',
  },
  F374: {
    severity: 'error',
    title: 'what was packed is no capture',
    meaning: 'The blocks unpack well, but what comes out is not a capture of packets, which is what VoIPmonitor packs so.',
    next: 'Please report it with the name of the file as the recorder gave it.',
  },
  F376: {
    severity: 'error',
    title: 'a program that unpacks the file is missing',
    meaning: 'The file is packed with Zstandard, which the program zstd unpacks, and it is not installed here. The original is kept.',
    next: 'Install zstd (`apt install zstd`), then import again into a new archive, or convert the file from the bag.',
  },
  F375: {
    severity: 'warning',
    title: 'the last packed block is cut',
    meaning:
      'The file ends within a block. VoIPmonitor stores a long call in several members of its archive (NAME#1, NAME#2, and the last as NAME), and only all of them together are the call; or the file was cut while it was copied.',
    next: 'Import the spool as it is: pieces in one archive are put together. Where they were taken apart, put them into one folder of their minute again. What is there is kept and played.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
