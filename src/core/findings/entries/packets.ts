import type { FindingEntry } from './types.ts';

/** Codes F260 to F299 and M200 to M229: media in packets, and captures of them. */
export const packetsFindings = {
  M200: {
    severity: 'warning',
    title: 'packets that are not of their coding',
    meaning: 'Packets that should hold a coding have a length or a first byte that it cannot have. They were not decoded: their places are silent.',
    next: 'Listen to the copy. Where it is most of them, the coding was declared or recognised wrongly: please report it.',
  },
  M201: {
    severity: 'warning',
    title: 'packets overlap on the time line',
    meaning:
      'A packet should begin before the one before has ended, as when a sender counts its time wrongly or its clock was set. No sample is lost: each follows the one before, somewhat late.',
    next: 'Nothing where it is little. Otherwise compare the two sides of the call before relying on who spoke first.',
  },
  M202: {
    severity: 'warning',
    title: 'FFmpeg gave another number of samples than the packets hold',
    meaning:
      'Packets go through FFmpeg as one stream, and it dropped or added frames without saying which. What lies behind such a place is moved by that many samples.',
    next: 'Listen to the copy; the original is kept whole.',
  },
  M203: {
    severity: 'note',
    title: 'sides of different rates',
    meaning: 'The sides of a call, or one side before and after a change of coding, have different rates. The lower were raised to the highest.',
    next: 'Nothing.',
  },
  F260: {
    severity: 'warning',
    title: 'the capture holds no sound of a call',
    meaning:
      'No stream of RTP was found in it: fewer than 5 packets that follow each other, signalling alone, or other traffic. Signalling says whether a call was set up.',
    next: "Look the call up in the recorder's own list: its sound may lie in another file, or went another way.",
  },
  F261: {
    severity: 'error',
    title: 'the capture is damaged',
    meaning: 'A record or block states a size that cannot be. What stands before it was read; what lies behind it was not.',
    next: 'Look for a complete copy in the source. Wireshark can sometimes read what is left; the original is kept whole.',
  },
  F262: {
    severity: 'error',
    title: 'several calls in one capture',
    meaning: 'The longest call was decoded. The others in the message, by their lengths, were not: a recording is one call.',
    next: 'Cut the capture into one file a call (for example with Wireshark or sngrep) and import those; the original is kept whole.',
  },
  F263: {
    severity: 'warning',
    title: 'packets were lost',
    meaning:
      'Sequence numbers are missing: the network or the capture lost packets. Their time is silent in the copy, so that the rest stays in its place.',
    next: 'Nothing can bring them back. Where many captures of one recorder have losses, look at its port and its load.',
  },
  F264: {
    severity: 'note',
    title: 'silence that the sender made',
    meaning:
      'The sender sent nothing for a while, comfort noise, silence descriptors, or telephone events (keys pressed). All of that is silence of the right length in the copy. Keys are not told: they may be card numbers.',
    next: 'Nothing.',
  },
  F265: {
    severity: 'warning',
    title: 'a stream restarted within the call',
    meaning:
      'Another source took over, or the count of time jumped: a transfer, music on hold, a phone that restarted. The time between follows from the arrival of packets in the capture, to a few milliseconds. Stray packets of another count, which nothing follows, are left out.',
    next: 'Nothing.',
  },
  F266: {
    severity: 'error',
    title: 'the capture cut the packets',
    meaning:
      'It was made with a snap length too small for whole packets, so their ends are nowhere. Codings of single bytes are played as far as they go; frames of others are silent.',
    next: 'Set the snap length of the recorder to 0 or 65535 for the future. Look for another capture of these calls.',
  },
  F267: {
    severity: 'error',
    closed: true,
    title: 'the sound is encrypted (SRTP)',
    meaning: 'The payload is encrypted. Played as if it were not, it would be noise, so it is not decoded.',
    next: 'Find the keys: they may stand in the signalling (SDES) or with the phone system. The original is kept for the day they are found.',
  },
  F268: {
    severity: 'warning',
    title: 'the coding is a guess',
    meaning: 'The capture has no signalling that says what a dynamic payload type is. Sizes and times of all packets fit one coding.',
    next: 'Listen to some copies of this source before relying on all of them.',
  },
  F269: {
    severity: 'warning',
    title: 'the sender counts time otherwise than its coding does',
    meaning:
      'Timestamps grow by another number than the packets hold, as with phones that count milliseconds. They were read as the sender means them.',
    next: 'Compare the length with the metadata.',
  },
  F270: {
    severity: 'note',
    title: 'streams without more sound of the call',
    meaning: 'The same sources seen on another stretch of their way, video and the like, or telephone events alone.',
    next: 'Nothing. They are in the original.',
  },
  F271: {
    severity: 'error',
    title: 'streams of the call were left out',
    meaning: 'Several sources sound at the same time in one direction of the call. The one with most packets was decoded, the others were not.',
    next: 'Listen to the copy. Take the others from the original (for example with Wireshark) where they matter.',
  },
  F272: {
    severity: 'warning',
    title: 'the times of arrival mean nothing',
    meaning:
      'The packets of the capture were not stamped as they came. Each side is right in itself by its own timestamps, but both begin at the same moment in the copy, which they may not have done.',
    next: 'Do not rely on who spoke first.',
  },
  F273: {
    severity: 'error',
    title: 'frames of an unknown kind of network',
    meaning: 'The capture was made on a link whose frames longplay does not know; what they hold was not looked at.',
    next: 'Please report it with the number of the link type.',
  },
  F274: {
    severity: 'warning',
    title: 'fragments of packets are missing',
    meaning: 'Packets that the network had to divide were not captured whole, and are left out.',
    next: 'Nothing where it is signalling; losses of sound have findings of their own.',
  },
  F275: {
    severity: 'error',
    title: 'more packets than can be looked at',
    meaning: 'The capture holds more RTP packets, streams or calls than are kept in memory. What came behind them was not looked at.',
    next: 'Cut the capture into pieces of one call each (for example with editcap and Wireshark) and import those.',
  },
  F276: {
    severity: 'note',
    title: 'packets came twice or out of order',
    meaning: 'They were put in order by their numbers, and what came twice was taken once.',
    next: 'Nothing.',
  },
  F277: {
    severity: 'warning',
    title: 'sound of one direction only',
    meaning: 'The capture holds what one of the two sent and nothing of the other.',
    next: 'Look for the other direction in the source. Where all captures of a recorder are so, its port sees one direction only.',
  },
  F278: {
    severity: 'error',
    title: 'a coding without a decoder here, or without a description',
    meaning: 'The stream is RTP, but its coding has no decoder here, or its payload type is dynamic and no signalling says what it is.',
    next: 'Look for the signalling of the call; the original is kept.',
  },
  F279: {
    severity: 'warning',
    title: 'packets of a payload type that is not known',
    meaning: 'A stream holds, beside its sound, packets of a payload type without a description. They are not in the copy.',
    next: 'Nothing where they are few.',
  },
  F280: {
    severity: 'error',
    title: 'the call is longer than can be placed',
    meaning: 'Its packets are more, or lie further apart, than one medium may have. What lies behind was left out.',
    next: 'Cut the capture into pieces (for example with editcap) and import those.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
