/** Every limit on what foreign input may ask of us, in one place. Counts and sizes are decimal, sizes in bytes. */
export const limits = {
  /** An original up to this size is read into memory once and worked on there; a larger one is streamed. */
  wholeMediumBytes: 16 * 1024 * 1024,
  /** An original is written in pieces of this size, so that an abort is noticed. */
  originalPieceBytes: 1024 * 1024,
  /** Recordings that one FFmpeg decodes, bytes that they are likely to become when no more are waited for, and bytes that they may become. */
  togetherMedia: 16,
  togetherLikelyBytes: 48 * 1024 * 1024,
  togetherDecodedBytes: 96 * 1024 * 1024,
  /** Recordings up to this size (64 s of MP3 at 32 kbit/s, 160 s of AMR) may lie ready in numbers: members of an archive are in memory by then. */
  smallRecordingBytes: 256 * 1024,
  /** A task that reads no more is a fraction of a second of work, also where that is 80 s of G.723.1. */
  shortTaskBytes: 64 * 1024,
  /** Read size of streamed media and of fixity checks. */
  readChunkBytes: 256 * 1024,
  /**
   * A payload up to this size is compared byte by byte where it begins with one value repeated; of a longer one so many windows of this size are.
   */
  constantWholeBytes: 4 * 1024 * 1024,
  constantWindowBytes: 64 * 1024,
  constantWindows: 64,
  /** One record of a CSV, JSON-lines or XML export. */
  recordBytes: 4 * 1024 * 1024,
  /** Columns of one record. */
  recordFields: 2_000,
  /** Text of one field that is kept. */
  fieldBytes: 1024 * 1024,
  /** formats.txt of a bag: 3 kB for each kind of original. */
  bagFormatsBytes: 4 * 1024 * 1024,
  /** Characters of a reason that goes into the log or a case. */
  reasonChars: 500,
  /** Characters of a note of a reviewer, and of a tag; notes and tags of one recording, withdrawn ones included. */
  noteChars: 2_000,
  tagChars: 60,
  notesPerRecording: 500,
  /** Nested XML elements or JSON values. */
  depth: 64,
  /** Attributes of one XML element. */
  attributes: 256,
  /** Elements of one XML record or sidecar: in memory each is far larger than its text. */
  elements: 250_000,
  /** A sidecar file that is read whole. */
  sidecarBytes: 16 * 1024 * 1024,
  /** Tables of a database dump whose columns and rows are kept apart, and characters of all their names. */
  sqlTables: 10_000,
  sqlNameChars: 16 * 1024 * 1024,
  /** The head of a statement that adds rows, up to its first row. */
  sqlHeadChars: 256 * 1024,
  /** Places behind a damaged row at which the next one is looked for, and characters that each may take to be told. */
  sqlResumeTries: 256,
  sqlResumeChars: 64 * 1024,
  /** Bytes at the beginning of a dump in which its tables are looked for. */
  sqlPeekBytes: 64 * 1024 * 1024,
  /** Archives inside archives. */
  nesting: 5,
  /** Entries of one source. */
  entries: 50_000_000,
  /** Bytes that unpacking one container may produce for each byte of it, once past `ratioFloorBytes`. */
  ratio: 2_000,
  ratioFloorBytes: 64 * 1024 * 1024,
  /** A deflated member up to this size is inflated into memory; a larger one into a spool file. */
  inflateBytes: 32 * 1024 * 1024,
  /** A zip's central directory, which is read whole. */
  zipDirectoryBytes: 1024 * 1024 * 1024,
  /** How many times over a zip without directory may be read in the search for its members. */
  salvageReads: 16,
  /** Large packed members of a source that lie unpacked on the scratch disk at once, and their bytes together: two hours of mono WAV at 8 kHz take 115 MB. */
  unpackedMembers: 4,
  unpackedMemberBytes: 8 * 1024 * 1024 * 1024,
  /** A pax or GNU extended header of a tar. */
  extendedHeaderBytes: 1024 * 1024,
  /** Memory that a program may take to unpack xz or zstd data. */
  unpackerMemoryBytes: 1024 * 1024 * 1024,
  /** An entry's name. */
  nameBytes: 4_096,
  /** Chunks that a RIFF walker looks at. */
  riffChunks: 10_000,
  /** RIFF files that lie one after the other in one file. */
  riffFiles: 10_000,
  /** Bytes at the start of a file in which a RIFF header is looked for. */
  riffSearchBytes: 64 * 1024,
  /** Bytes at the end of a file in which metadata chunks after sound of unstated length are looked for. */
  riffTailBytes: 1024 * 1024,
  /** Coded bytes of one track that a format checks frame by frame (G.729 parity, MPEG frame headers). */
  framesCheckedBytes: 16 * 1024 * 1024,
  /** Coded bytes of one frame of True Audio: 1 s of 16 channels at 96 kHz of 32 bits. */
  ttaFrameBytes: 8 * 1024 * 1024,
  /** Boxes of the first level of an MP4 or QuickTime file: two for each fragment. */
  isoBoxes: 200_000,
  /** Bytes of the indexes (moov, moof) of one MP4 or QuickTime file, which are read whole. */
  isoIndexBytes: 64 * 1024 * 1024,
  /** Packets of one track of an MP4 or QuickTime file: 70 hours of AAC at 16 kHz. */
  isoPackets: 4_000_000,
  /** Spans and stretches of silence of one track: a pause every second for six days. */
  trackStretches: 500_000,
  /** One frame of a capture, or one block of it that is read; the largest snap length in use is 262,144. */
  captureRecordBytes: 1024 * 1024,
  /** Interfaces of one section of a capture. */
  captureInterfaces: 10_000,
  /** Datagrams whose fragments are waited for at once, and their bytes together. */
  captureFragmented: 256,
  captureFragmentBytes: 4 * 1024 * 1024,
  /** Streams of one capture that may be RTP, and RTP packets of all of them, 40 bytes each. */
  captureStreams: 20_000,
  capturePackets: 2_500_000,
  /** Calls that the signalling of one capture may set up. */
  captureCalls: 10_000,
  /** Packets of sound whose places one medium keeps in memory, 20 bytes each. */
  packets: 4_000_000,
  /** Blocks of one packed file, 20 bytes each in memory; bytes of one of them, and bytes that all of them may become. */
  packedBlocks: 1_000_000,
  packedBlockBytes: 16 * 1024 * 1024,
  unpackedMediumBytes: 2 * 1024 * 1024 * 1024,
  /** A file that was packed as a whole, not in blocks, and what comes out of it: held in memory. */
  wholePackedBytes: 128 * 1024 * 1024,
  wholeUnpackedBytes: 256 * 1024 * 1024,
  /** Seconds between the first sample of a medium in packets and its last: a hostile file of two packets may ask for years of silence. */
  timeLineSeconds: 24 * 3_600,
  /** Samples of all channels of the silence that a container states in a few bytes: a day at 48 kHz. */
  silenceSamples: 24 * 3_600 * 48_000,
  /** Channels of one track. */
  channels: 64,
  /** Rates that are decoded: telephony begins at 4,000 Hz, audio interfaces end at 768,000. At 1 Hz 252 kB of PCM would be 35 hours, and 301 MB of Opus. */
  lowestRateHz: 1_000,
  highestRateHz: 768_000,
  /** Sound of one medium, silence included: a month, 21 GB of G.711. */
  mediumSeconds: 31 * 24 * 3_600,
  /** Tag files of a bag other than manifests. */
  tagFileBytes: 16 * 1024 * 1024,
  /** A payload manifest of a bag of ours, where it is read whole. */
  ownManifestBytes: 256 * 1024 * 1024,
  /** One line of a manifest. */
  manifestLineBytes: 16 * 1024,
  /** bagit.txt: two short lines. */
  bagDeclarationBytes: 64 * 1024,
  /** Files that one bag's manifests may list. */
  bagFiles: 10_000_000,
  /** Manifests of one kind of a bag; each that is read keeps a piece of itself in memory. */
  bagManifests: 64,
  /** Names of a bag that differ in nothing but case, Unicode form or encoding. */
  bagAlikeNames: 1_000,
  /** Verdicts of one code on one bag before the rest is only counted; bags of ours never have as many files. */
  bagVerdicts: 50_000,
  /** Verdicts of one code on one recording before the rest is only counted. */
  recordingVerdicts: 1_000,
  /** Files of recordings of one bag that are too large to be looked at in one go. */
  partedRecordingFiles: 200_000,
  /** Altered files of a bag that are kept in memory, to see whether they have changed places. */
  bagMismatches: 50_000,
  /** Folders inside folders of a bag. */
  bagDepth: 128,
  /** The list of a viewer's files: some 150 bytes for each 50 recordings. */
  viewerListBytes: 256 * 1024 * 1024,
  /** longplay.json of an archive. */
  archiveMarkerBytes: 1024 * 1024,
  /** A bundle of 256 entries of a log, each of at most 65,535 bytes. */
  logBundleBytes: 256 * (2 + 65_535),
  /** Details of one entry of a log that can be erased: a list of 2,000 recordings has some 70,000 bytes. A file has those of 256 entries, and what stopped appends left. */
  logDetailBytes: 128 * 1024,
  logDetailFileBytes: 300 * 128 * 1024,
  /** Recordings of one such list. */
  logDetailRecordings: 2_000,
  /** Times that a log is read anew because it grew meanwhile. */
  logReadings: 10,
  /** A proof of a recording: manifests of its bag, and some hashes. */
  proofBytes: 64 * 1024 * 1024,
  /** What this machine remembers of the archive at a path. */
  placeBytes: 64 * 1024,
  /** A signed note: a checkpoint, with the signatures of many witnesses. */
  signedNoteBytes: 1024 * 1024,
  /** Checkpoints over the most entries that are read from the time stamps of an archive, and from its witnesses: one is enough, others may be damaged. */
  keptCheckpoints: 16,
  /** Answer of a time-stamp authority; real ones have 3 to 12 thousand bytes. */
  stampAnswerBytes: 256 * 1024,
  /** How long a time-stamp authority may take to answer. */
  stampWaitMs: 60_000,
  /** An evidence record, and a list of digests that goes with it. */
  evidenceBytes: 4 * 1024 * 1024,
  digestListBytes: 64 * 1024 * 1024,
  /** Stamps that are renewed with one request, all in memory. */
  stampsTogether: 1_000,
  /** Values of one DER file, and values inside values: an evidence record of 50 renewals has about 20,000. */
  derValues: 100_000,
  derDepth: 32,
  /** Certificates that one token brings; certificates of one chain; issuers that are tried on the way up. */
  stampCertificates: 32,
  stampChain: 8,
  stampChainSteps: 1_000,
  /** A file of trusted root certificates; Debian's with all of them has 220 KB. */
  stampRootsBytes: 4 * 1024 * 1024,
  /** Locks of ended runs that nobody gave back, one behind the other. */
  lockChain: 1_000,
  /** A catalog that is copied to have its index of words checked. */
  catalogCopyBytes: 512 * 1024 * 1024,
  /** case.json; recordings of one case; files of messages of one case; messages of one such file; text of one message that is kept; attachments of one mail. */
  caseJsonBytes: 256 * 1024 * 1024,
  caseRecordings: 100_000,
  caseMessageFiles: 10_000,
  messagesPerFile: 1_000_000,
  messageTextChars: 1024 * 1024,
  messageAttachments: 500,
  /** Lists that one case was compared with. */
  caseComparisons: 1_000,
  /** A file with messages, which is read whole: mails are limited to 25 to 50 MB by those who carry them. */
  messageFileBytes: 64 * 1024 * 1024,
  /** The messages of one file as we store them. */
  messageListBytes: 512 * 1024 * 1024,
  /** Gaps of a case that are listed before the rest is only counted. */
  caseGaps: 10_000,
  /** A recording.json that a reader accepts. */
  recordingJsonBytes: 64 * 1024 * 1024,
  /** A file that is put into a vCon: as base64 it must fit into one string of those who read it. */
  vconInlineBytes: 256 * 1024 * 1024,
  /** FFmpeg is ended when it neither reads nor writes for this long. */
  ffmpegStallMs: 120_000,
  /** What one FFmpeg may map to be written (RLIMIT_DATA); 7.1 on two cores starts with 104 MiB for one call and 960 for 16 at once, most of it stacks of its threads. */
  ffmpegMemoryBytes: 4 * 1024 ** 3,
  /** Processor time of one FFmpeg: it decodes more than a hundred hours in one. */
  ffmpegCpuSeconds: 14_400,
  /** Lines of FFmpeg's log that are kept from its beginning, and as many from its end. */
  ffmpegLogLines: 40,
  ffmpegLogLineChars: 400,
  /** Samples of all channels that one coded byte may become; the densest known is a 16-byte FLAC frame of silence (65,535 samples). */
  samplesPerCodedByte: 8_192,
  /** Samples that any medium may become, however few its coded bytes. */
  decodedFloorSamples: 1_000_000,
  /**
   * The same of long media, beyond an hour of stereo at 48 kHz (12 hours of telephone): of silence FLAC makes 700 with the blocks that encoders choose.
   * As much as `ratio` allows to what unpacks.
   */
  longSamplesPerCodedByte: 1_024,
  longFloorSamples: 3_600 * 48_000 * 2,
  /** Frames beyond a stated length that are held back until the end: more than the longest block of any codec. */
  heldFrames: 65_536,
  /** Damaged pages of one Ogg file before the rest of it is given up. */
  oggDamagedPages: 1_000,
  /** One packet that runs over several Ogg pages (RFC 7845 section 6 lets players refuse audio packets above 61,440 bytes a stream). */
  oggPacketBytes: 128 * 1024,
  /** Problems of one container that are told in words before the rest is only counted. */
  containerProblems: 100,
  /** Samples of all channels that one piece of an access copy may become. */
  decodedPieceSamples: 64 * 1024 * 1024,
  /** Bytes of a WAV copy before its samples. */
  waveHeaderBytes: 64 * 1024,
  /** Samples that wait for their copy while it is listened back to; more is given up, and the copy with it. */
  compareLagBytes: 256 * 1024 * 1024,
  /** Sessions, participants, streams, and associations of each kind that one SIPREC document may name. */
  siprecElements: 2_000,
  /** Parts of the body of one SIP message. */
  sipBodyParts: 64,
  /** SIP messages of one capture that are kept, in bytes; bytes of one of them; flows of TCP that are followed. */
  sipCaptureBytes: 64 * 1024 * 1024,
  sipMessageBytes: 256 * 1024,
  sipFlows: 1_000,
  /** Rows that are joined into one recording; audio that more rows claim is left to a person. */
  rowsPerRecording: 10_000,
  /** Calls that records may link into one; further ones are calls of their own. */
  linkedCalls: 1_000,
  /** A file of passwords, one a line. */
  passwordFileBytes: 64 * 1024,
  /** A users file of the server: a few hundred bytes for each user. */
  usersFileBytes: 4 * 1024 * 1024,
  /** A register of persons, and one name, number or id in it. */
  peopleFileChars: 16 * 1024 * 1024,
  peopleValueChars: 200,
  /** Reviews that a case keeps: each item may be reviewed several times. */
  caseReviews: 500_000,
  /** What a case keeps of a register. */
  caseRegisterValues: 10_000,
  /** One answer of a provider of OpenID Connect: tokens and keys of some KB. */
  openidAnswerBytes: 1024 * 1024,
  /** A configuration file: some twenty keys for each command. */
  settingsFileBytes: 64 * 1024,
  /** Certificate or key of the server, as PEM. */
  pemBytes: 1024 * 1024,
  /** Files of audio under several calls that an import tells one by one. */
  identicalAudio: 1_000,
  /** Recordings with faults that an entry of the log names of one bag, of each kind: 3,700 bytes of an entry, which holds 65,535. */
  namedRecordings: 100,
  /** Findings printed in full for one code before the rest is only counted. */
  findingsShown: 50,
} as const;

/**
 * A size or count that came from a file, checked before it reads, skips, loops or allocates.
 * @throws RangeError when it is not a whole number in [0, max]; readers turn that into a finding.
 */
export function bounded(value: number, max: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 0 || value > max) throw new RangeError(`${what} is ${value}, more than ${max} or not a size`);
  return value;
}
