import type { FindingEntry } from '../types.ts';

/** Codes F260 to F299 and M200 to M229: media in packets, and packet captures. */
export const packetsFindings = {
  M200: {
    severity: 'warning',
    title: 'packets that do not match their codec',
    meaning: 'Packets have a length or a first byte that their codec cannot have. They were not decoded and are silent in the access copy.',
    next: 'Listen to the access copy. If most packets are affected, the codec was declared or identified wrongly: please report it.',
  },
  M201: {
    severity: 'warning',
    title: 'packets overlap on the timeline',
    meaning:
      'A packet should begin before the previous one has ended, e.g. because the sender counts time wrongly or its clock was changed. No sample is lost: each packet follows the previous one, somewhat late.',
    next: 'Nothing if the overlap is small. Otherwise compare the two sides of the call before relying on who spoke first.',
  },
  M202: {
    severity: 'warning',
    title: 'FFmpeg returned another number of samples than the packets hold',
    meaning:
      'FFmpeg decodes the packets as one stream, and it dropped or added frames without reporting which. The audio after such a place is shifted by that many samples.',
    next: 'Listen to the access copy; the original is kept whole.',
  },
  M203: {
    severity: 'note',
    title: 'sides with different sample rates',
    meaning:
      'The two sides of a call, or one side before and after a change of codec, have different sample rates. Lower rates were resampled to the highest.',
    next: 'Nothing.',
  },
  F260: {
    severity: 'warning',
    title: 'the capture has no call audio',
    meaning:
      'No RTP stream was found: fewer than 5 consecutive packets, only signalling, or other traffic. The signalling shows whether a call was set up.',
    next: "Look up the call in the recorder's own list: its audio may be in another file, or took another route.",
  },
  F261: {
    severity: 'error',
    title: 'the capture is damaged',
    meaning: 'A record or block states an impossible size. Everything before it was read, nothing after it.',
    next: 'Look for a complete copy in the source. Wireshark can sometimes read the rest; the original is kept whole.',
  },
  F262: {
    severity: 'error',
    title: 'several calls in one capture',
    meaning: 'The longest call was decoded. The others, listed in the message with their lengths, were not: a recording is one call.',
    next: 'Cut the capture into one file per call (e.g. with Wireshark or sngrep) and import those; the original is kept whole.',
  },
  F263: {
    severity: 'warning',
    title: 'packets were lost',
    meaning:
      'Sequence numbers are missing: the network or the capture lost packets. Their time is silent in the access copy, so that the rest keeps its position.',
    next: 'The packets cannot be recovered. If many captures of one recorder have losses, check its port and its load.',
  },
  F264: {
    severity: 'note',
    title: 'silence from the sender',
    meaning:
      'For a while the sender sent nothing, comfort noise, silence descriptors, or telephone events (pressed keys). All of these are silence of the right length in the access copy. Pressed keys are not reported: they may be card numbers.',
    next: 'Nothing.',
  },
  F265: {
    severity: 'warning',
    title: 'a stream restarted within the call',
    meaning:
      'Another source took over, or the timestamps jumped: a transfer, music on hold, a phone that restarted. The length of the gap is derived from the arrival times in the capture, to a few milliseconds. Single packets with unrelated timestamps are left out.',
    next: 'Nothing.',
  },
  F266: {
    severity: 'error',
    title: 'the capture truncated the packets',
    meaning:
      'The capture was made with a snap length too small for whole packets, so their ends are lost. Codecs with one byte per sample are played as far as the data go; truncated frames of other codecs are silent.',
    next: 'Set the snap length of the recorder to 0 or 65535 for the future. Look for another capture of these calls.',
  },
  F267: {
    severity: 'error',
    closed: true,
    title: 'the audio is encrypted (SRTP)',
    meaning: 'The payload is encrypted. It is not decoded, because the result would be noise.',
    next: 'Find the keys: they may be in the signalling (SDES) or in the phone system. The original is kept until then.',
  },
  F268: {
    severity: 'warning',
    title: 'the codec is a guess',
    meaning: 'The capture has no signalling that defines a dynamic payload type. The sizes and times of all packets match one codec.',
    next: 'Listen to some access copies of this source before relying on all of them.',
  },
  F269: {
    severity: 'warning',
    title: 'the sender counts time in other units than its codec',
    meaning:
      "Timestamps grow by another number than the samples in the packets, e.g. with phones that count milliseconds. They were interpreted in the sender's units.",
    next: 'Compare the length with the metadata.',
  },
  F270: {
    severity: 'note',
    title: 'streams without further call audio',
    meaning: 'The same streams captured at another point of the route, video and the like, or telephone events only.',
    next: 'Nothing. The streams are in the original.',
  },
  F271: {
    severity: 'error',
    title: 'streams of the call were left out',
    meaning:
      'Several streams carry audio at the same time in one direction of the call. The one with the most packets was decoded, the others were not.',
    next: 'Listen to the access copy. Extract the others from the original (e.g. with Wireshark) if they matter.',
  },
  F272: {
    severity: 'warning',
    title: 'the arrival times are not usable',
    meaning:
      'The packets in the capture were not time-stamped on arrival. Within each side the RTP timestamps give the right positions. In the access copy both sides begin at the same moment, which may be wrong.',
    next: 'Do not rely on who spoke first.',
  },
  F273: {
    severity: 'error',
    title: 'unknown link type',
    meaning: 'The capture was made on a link whose frames longplay does not know; their content was not read.',
    next: 'Please report it with the number of the link type.',
  },
  F274: {
    severity: 'warning',
    title: 'fragments of packets are missing',
    meaning: 'Packets that the network had fragmented were not captured completely, and are left out.',
    next: 'Nothing if they are signalling; losses of audio have findings of their own.',
  },
  F275: {
    severity: 'error',
    title: 'more packets than the limit',
    meaning: 'The capture holds more RTP packets, streams or calls than are kept in memory. Everything beyond the limit was ignored.',
    next: 'Cut the capture into pieces of one call each (e.g. with editcap and Wireshark) and import those.',
  },
  F276: {
    severity: 'note',
    title: 'duplicate or reordered packets',
    meaning: 'Packets were sorted by their sequence numbers, and duplicates were dropped.',
    next: 'Nothing.',
  },
  F277: {
    severity: 'warning',
    title: 'audio of one direction only',
    meaning: 'The capture has what one of the two parties sent, and nothing from the other.',
    next: 'Look for the other direction in the source. If all captures of a recorder are like this, its port receives only one direction.',
  },
  F278: {
    severity: 'error',
    title: 'a codec without a decoder, or an undefined payload type',
    meaning: 'The stream is RTP, but there is no decoder for its codec, or its payload type is dynamic and no signalling defines it.',
    next: 'Look for the signalling of the call; the original is kept.',
  },
  F279: {
    severity: 'warning',
    title: 'packets with an unknown payload type',
    meaning: 'Beside its audio a stream has packets with an undefined payload type. They are not in the access copy.',
    next: 'Nothing if they are few.',
  },
  F280: {
    severity: 'error',
    title: 'the call is longer than the limit',
    meaning: 'The call has more packets, or packets further apart, than one medium may have. The rest was left out.',
    next: 'Cut the capture into pieces (e.g. with editcap) and import those.',
  },
} satisfies Readonly<Record<string, FindingEntry>>;
