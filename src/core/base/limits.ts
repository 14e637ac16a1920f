/** All limits on what untrusted input may request. Counts and sizes are decimal, sizes in bytes. */
export const limits = {
  /** Largest original that is read into memory at once; larger ones are streamed. */
  wholeMediumBytes: 16 * 1024 * 1024,
  /** Size of the pieces in which an original is written, so that an abort is noticed. */
  originalPieceBytes: 1024 * 1024,
  /**
   * Recordings that one FFmpeg process decodes; their estimated decoded bytes at which no more recordings are added; the most decoded bytes that they
   * may give.
   */
  togetherMedia: 16,
  togetherLikelyBytes: 48 * 1024 * 1024,
  togetherDecodedBytes: 96 * 1024 * 1024,
  /**
   * Largest recording (64 s of MP3 at 32 kbit/s, 160 s of AMR) of which many may be prepared in advance: members of an archive are then kept in
   * memory.
   */
  smallRecordingBytes: 256 * 1024,
  /** Largest task that counts as short: it takes a fraction of a second, even for 80 s of G.723.1. */
  shortTaskBytes: 64 * 1024,
  /** Read size of streamed media and of fixity checks. */
  readChunkBytes: 256 * 1024,
  /**
   * Largest payload that is compared byte by byte if it begins with one repeated value; for a larger one, size and number of the windows that are
   * compared.
   */
  constantWholeBytes: 4 * 1024 * 1024,
  constantWindowBytes: 64 * 1024,
  constantWindows: 64,
  /** Size of one record in a CSV, JSON-lines or XML export. */
  recordBytes: 4 * 1024 * 1024,
  /**
   * Characters of the staged rows of an export that are kept in memory; further rows go to a file. A stage holds one kind of row, and an import has a
   * dozen stages open.
   */
  stageMemoryChars: 256 * 1024,
  /** Fields of one record. */
  recordFields: 2_000,
  /** Kept text of one field. */
  fieldBytes: 1024 * 1024,
  /** formats.txt of a bag: 3 kB per kind of original. */
  bagFormatsBytes: 4 * 1024 * 1024,
  /** Characters of a reason in the log or in a case. */
  reasonChars: 500,
  /** Characters of a reviewer's note; characters of a tag; notes and tags per recording, including withdrawn ones. */
  noteChars: 2_000,
  tagChars: 60,
  notesPerRecording: 500,
  /** Nesting depth of XML elements or JSON values. */
  depth: 64,
  /** Attributes of one XML element. */
  attributes: 256,
  /** Elements of one XML record or sidecar: each takes far more memory than its text. */
  elements: 250_000,
  /** Size of a sidecar file, which is read whole; of a vCon, this is the size without the long bodies of its dialogs, analyses and attachments. */
  sidecarBytes: 16 * 1024 * 1024,
  /** Pieces of long bodies that are left out of one vCon while it is read. */
  vconCuts: 200_000,
  /** Tables of a database dump whose columns and rows are kept separately, and characters of all their names. */
  sqlTables: 10_000,
  sqlNameChars: 16 * 1024 * 1024,
  /** Characters before the first row in a statement that inserts rows. */
  sqlHeadChars: 256 * 1024,
  /** Places after a damaged row that are tried as the start of the next row, and characters examined at each. */
  sqlResumeTries: 256,
  sqlResumeChars: 64 * 1024,
  /** Bytes at the beginning of a dump that are searched for its tables. */
  sqlPeekBytes: 64 * 1024 * 1024,
  /** Archives inside archives. */
  nesting: 5,
  /** Entries of one source. */
  entries: 50_000_000,
  /** Bytes that unpacking one container may produce per packed byte, beyond `ratioFloorBytes`. */
  ratio: 2_000,
  ratioFloorBytes: 64 * 1024 * 1024,
  /** Largest deflated member that is inflated into memory; larger ones go into a spool file. */
  inflateBytes: 32 * 1024 * 1024,
  /** Central directory of a zip, which is read whole. */
  zipDirectoryBytes: 1024 * 1024 * 1024,
  /** How often the bytes of a zip without a directory may be read while its members are searched for. */
  salvageReads: 16,
  /**
   * Large packed members of a source that are unpacked on the scratch disk at once, and their total bytes: two hours of mono WAV at 8 kHz take 115
   * MB.
   */
  unpackedMembers: 4,
  unpackedMemberBytes: 8 * 1024 * 1024 * 1024,
  /** Size of a pax or GNU extended header of a tar. */
  extendedHeaderBytes: 1024 * 1024,
  /** Memory that a program may use to unpack xz or zstd data. */
  unpackerMemoryBytes: 1024 * 1024 * 1024,
  /** Length of an entry's name. */
  nameBytes: 4_096,
  /** Length of a key of an object (Amazon S3 User Guide, "Naming Amazon S3 objects"). */
  objectKeyBytes: 1_024,
  /** Answer of an object store, except for objects: a page of a listing has up to 1,000 keys, each byte escaped to three. */
  objectAnswerBytes: 16 * 1024 * 1024,
  /** Blocks of objects of a store that are kept on the scratch disk, so that they are not requested again. */
  objectBlocksBytes: 8 * 1024 * 1024 * 1024,
  /** File of certificates for the connection to an object store; Debian's complete one has 220 KB. */
  objectCertificatesBytes: 4 * 1024 * 1024,
  /** Chunks that are read in a RIFF file. */
  riffChunks: 10_000,
  /** RIFF files that are concatenated in one file. */
  riffFiles: 10_000,
  /** Bytes at the start of a file that are searched for a RIFF header. */
  riffSearchBytes: 64 * 1024,
  /** Bytes at the end of a file that are searched for metadata chunks after audio of unstated length. */
  riffTailBytes: 1024 * 1024,
  /** Coded bytes of one track that a format checks frame by frame (G.729 parity, MPEG frame headers). */
  framesCheckedBytes: 16 * 1024 * 1024,
  /** Coded bytes of one frame of True Audio: 1 s of 16 channels at 96 kHz of 32 bits. */
  ttaFrameBytes: 8 * 1024 * 1024,
  /** Top-level boxes of an MP4 or QuickTime file: two per fragment. */
  isoBoxes: 200_000,
  /** Bytes of the indexes (moov, moof) of one MP4 or QuickTime file, which are read whole. */
  isoIndexBytes: 64 * 1024 * 1024,
  /** Packets of one track of an MP4 or QuickTime file: 70 hours of AAC at 16 kHz. */
  isoPackets: 4_000_000,
  /** Spans and silences of one track: a pause every second for six days. */
  trackStretches: 500_000,
  /** Size of one captured frame or of one block that is read; the largest snap length in use is 262,144. */
  captureRecordBytes: 1024 * 1024,
  /** Interfaces of one section of a capture. */
  captureInterfaces: 10_000,
  /** Incomplete fragmented datagrams that are held at once, and their total bytes. */
  captureFragmented: 256,
  captureFragmentBytes: 4 * 1024 * 1024,
  /** Streams of one capture that may be RTP, and their RTP packets, at 40 bytes each. */
  captureStreams: 20_000,
  capturePackets: 2_500_000,
  /** Calls set up by the signalling of one capture. */
  captureCalls: 10_000,
  /** Audio packets of one medium whose positions are kept in memory, at 20 bytes each. */
  packets: 4_000_000,
  /** Blocks of one packed file, at 20 bytes each in memory; bytes of one block, and unpacked bytes of all blocks. */
  packedBlocks: 1_000_000,
  packedBlockBytes: 16 * 1024 * 1024,
  unpackedMediumBytes: 2 * 1024 * 1024 * 1024,
  /** Size of a file that is compressed as a whole, and its decompressed size: both are held in memory. */
  wholePackedBytes: 128 * 1024 * 1024,
  wholeUnpackedBytes: 256 * 1024 * 1024,
  /** Seconds between the first and the last sample of a medium in packets: a malicious file of two packets may claim years of silence. */
  timeLineSeconds: 24 * 3_600,
  /** Samples, over all channels, of silence that a container states in a few bytes: a day at 48 kHz. */
  silenceSamples: 24 * 3_600 * 48_000,
  /** Channels of one track. */
  channels: 64,
  /**
   * Sample rates that are decoded: telephony begins at 4,000 Hz, audio interfaces end at 768,000. At 1 Hz 252 kB of PCM would be 35 hours, and 301 MB
   * of Opus.
   */
  lowestRateHz: 1_000,
  highestRateHz: 768_000,
  /** Seconds of audio in one medium, silence included: a month, 21 GB of G.711. */
  mediumSeconds: 31 * 24 * 3_600,
  /** Size of a tag file of a bag other than a manifest. */
  tagFileBytes: 16 * 1024 * 1024,
  /** Size of a payload manifest of a longplay bag when it is read whole. */
  ownManifestBytes: 256 * 1024 * 1024,
  /** Length of one line of a manifest. */
  manifestLineBytes: 16 * 1024,
  /** bagit.txt: two short lines. */
  bagDeclarationBytes: 64 * 1024,
  /** Files in the manifests of one bag. */
  bagFiles: 10_000_000,
  /** Manifests of one kind in a bag; each one that is read keeps a buffer in memory. */
  bagManifests: 64,
  /** Names in a bag that differ only in case, Unicode form or encoding. */
  bagAlikeNames: 1_000,
  /** Verdicts with one code about one bag that are listed before the rest is only counted; longplay bags never have as many files. */
  bagVerdicts: 50_000,
  /** Verdicts with one code about one recording that are listed before the rest is only counted. */
  recordingVerdicts: 1_000,
  /** Files of recordings in one bag that are too large to be checked in one piece. */
  partedRecordingFiles: 200_000,
  /** Altered files of a bag that are kept in memory to detect swapped files. */
  bagMismatches: 50_000,
  /** Nested folders in a bag. */
  bagDepth: 128,
  /** Size of the list of the viewer's files: some 150 bytes per 50 recordings. */
  viewerListBytes: 256 * 1024 * 1024,
  /** Size of longplay.json of an archive. */
  archiveMarkerBytes: 1024 * 1024,
  /** Size of a bundle of 256 log entries of at most 65,535 bytes each. */
  logBundleBytes: 256 * (2 + 65_535),
  /**
   * Erasable details of one log entry: a list of 2,000 recordings has some 70,000 bytes. A detail file has the details of 256 entries, and leftovers
   * of interrupted appends.
   */
  logDetailBytes: 128 * 1024,
  logDetailFileBytes: 420 * 128 * 1024,
  /** Size of the retention policy that is kept beside the log: its file and its values. */
  policyBytes: 96 * 1024,
  /** Recordings that the details of one log entry list. */
  logDetailRecordings: 2_000,
  /** Recordings of one erasure request; its list is divided among the details of as many entries as it needs. */
  erasureRecordings: 200_000,
  /** How often a log is read again because it has grown in the meantime. */
  logReadings: 10,
  /** Size of the proof of a recording: the manifests of its bag, and some hashes. */
  proofBytes: 64 * 1024 * 1024,
  /** Size of the file in which this machine remembers the archive at a path. */
  placeBytes: 64 * 1024,
  /** Size of a signed note: a checkpoint with the signatures of many witnesses. */
  signedNoteBytes: 1024 * 1024,
  /**
   * Number of checkpoints that are read from the time stamps and the witnesses of an archive, longest first: one suffices, but some may be damaged.
   */
  keptCheckpoints: 16,
  /** Answer of a time-stamp authority; real answers have 3,000 to 12,000 bytes. */
  stampAnswerBytes: 256 * 1024,
  /** Time limit for the answer of a time-stamp authority. */
  stampWaitMs: 60_000,
  /** Size of an evidence record, and of the list of digests that belongs to it. */
  evidenceBytes: 4 * 1024 * 1024,
  digestListBytes: 64 * 1024 * 1024,
  /** Stamps that are renewed with one request; all of them are kept in memory. */
  stampsTogether: 1_000,
  /** Values in one DER file, and nesting depth: an evidence record with 50 renewals has about 20,000 values. */
  derValues: 100_000,
  derDepth: 32,
  /** Certificates in one token; certificates in one chain; issuers that are tried per chain. */
  stampCertificates: 32,
  stampChain: 8,
  stampChainSteps: 1_000,
  /** File of trusted root certificates; Debian's complete one has 220 KB. */
  stampRootsBytes: 4 * 1024 * 1024,
  /** Abandoned locks of ended runs that are followed one after the other. */
  lockChain: 1_000,
  /** Size of a catalog that is copied in order to check its search index. */
  catalogCopyBytes: 512 * 1024 * 1024,
  /**
   * Size of case.json; recordings of one case; message files of one case; messages of one such file; kept text of one message; attachments of one
   * mail.
   */
  caseJsonBytes: 256 * 1024 * 1024,
  caseRecordings: 100_000,
  caseMessageFiles: 10_000,
  messagesPerFile: 1_000_000,
  messageTextChars: 1024 * 1024,
  messageAttachments: 500,
  /** Lists that are compared with one case. */
  caseComparisons: 1_000,
  /** A message file, which is read whole: mail servers limit mails to 25 to 50 MB. */
  messageFileBytes: 64 * 1024 * 1024,
  /** Stored messages of one file. */
  messageListBytes: 512 * 1024 * 1024,
  /** Gaps of a case that are listed before the rest is only counted. */
  caseGaps: 10_000,
  /** Size of a recording.json that a reader accepts. */
  recordingJsonBytes: 64 * 1024 * 1024,
  /** Size of a file inside a vCon: as base64 it must fit into one string of the program that reads it. */
  vconInlineBytes: 256 * 1024 * 1024,
  /** FFmpeg is killed if it neither reads nor writes for this long. */
  ffmpegStallMs: 120_000,
  /**
   * Writable memory that one FFmpeg may map (RLIMIT_DATA). FFmpeg 7.1 on two cores starts with 104 MiB for one call and 960 MiB for 16 at once,
   * mostly for the stacks of its threads.
   */
  ffmpegMemoryBytes: 4 * 1024 ** 3,
  /** CPU time of one FFmpeg: it decodes more than a hundred hours of audio per hour. */
  ffmpegCpuSeconds: 14_400,
  /** Lines that are kept from the beginning of FFmpeg's log, and as many from its end. */
  ffmpegLogLines: 40,
  ffmpegLogLineChars: 400,
  /** Decoded samples, over all channels, per coded byte; the densest known is a 16-byte FLAC frame of silence (65,535 samples). */
  samplesPerCodedByte: 8_192,
  /** Samples that any medium may decode to, however few its coded bytes. */
  decodedFloorSamples: 1_000_000,
  /**
   * Decoded samples per coded byte of long media, beyond an hour of stereo at 48 kHz (12 hours of telephone): FLAC silence gives 700 with common
   * block sizes.
   */
  longSamplesPerCodedByte: 1_024,
  longFloorSamples: 3_600 * 48_000 * 2,
  /** Frames beyond the stated length that are held back until the end: more than the longest block of any codec. */
  heldFrames: 65_536,
  /** Damaged pages of one Ogg file after which the rest of the file is skipped. */
  oggDamagedPages: 1_000,
  /** One packet that spans several Ogg pages (RFC 7845 section 6 lets players refuse audio packets above 61,440 bytes per stream). */
  oggPacketBytes: 128 * 1024,
  /** Problems of one container that are described before the rest is only counted. */
  containerProblems: 100,
  /** Decoded samples, over all channels, of one piece of an access copy. */
  decodedPieceSamples: 64 * 1024 * 1024,
  /** Bytes before the samples of a WAV copy. */
  waveHeaderBytes: 64 * 1024,
  /** Samples that wait for the decoder of their copy during the comparison. If there are more, the comparison ends and the copy is discarded. */
  compareLagBytes: 256 * 1024 * 1024,
  /** Sessions, participants, streams, and associations of each kind in one SIPREC document. */
  siprecElements: 2_000,
  /** Parts of the body of one SIP message. */
  sipBodyParts: 64,
  /**
   * Largest capture that is searched for the parties of its call if no row describes it; bytes at the beginning of a capture that are compared with
   * its row.
   */
  signallingBytes: 256 * 1024 * 1024,
  signallingHeadBytes: 1024 * 1024,
  /** Bytes of the SIP messages of one capture that are kept; bytes of one message; TCP flows that are followed. */
  sipCaptureBytes: 64 * 1024 * 1024,
  sipMessageBytes: 256 * 1024,
  sipFlows: 1_000,
  /** Rows that are joined into one recording; audio that more rows claim is not joined. */
  rowsPerRecording: 10_000,
  /** Calls that records may link into one; further calls stay separate. */
  linkedCalls: 1_000,
  /** Size of a password file, one password per line. */
  passwordFileBytes: 64 * 1024,
  /** Size of the server's users file: a few hundred bytes per user. */
  usersFileBytes: 4 * 1024 * 1024,
  /** Characters of a register of persons; characters of one name, number or id in it. */
  peopleFileChars: 16 * 1024 * 1024,
  peopleValueChars: 200,
  /** Reviews in a case; each item may be reviewed several times. */
  caseReviews: 500_000,
  /** Values from a register of persons that a case keeps. */
  caseRegisterValues: 10_000,
  /** Size of one answer of an OpenID Connect provider: tokens and keys take some KB. */
  openidAnswerBytes: 1024 * 1024,
  /** Size of a configuration file: some twenty keys per command. */
  settingsFileBytes: 64 * 1024,
  /** Size of a certificate or key of the server, as PEM. */
  pemBytes: 1024 * 1024,
  /** Audio files shared by several calls that an import lists one by one. */
  identicalAudio: 1_000,
  /** Faulty recordings of one bag that a log entry names, per kind: 3,700 of the 65,535 bytes of an entry. */
  namedRecordings: 100,
  /** Rows of one kept table that could not be read and are listed one by one; bytes of the text of each such row that are searched and shown. */
  unreadRows: 100_000,
  unreadRowBytes: 16 * 1024,
  /**
   * Size of unread.jsonl and of table.json of a kept table; number of earlier parts that table.json names: a table that grew more often is stored
   * whole again.
   */
  unreadFileBytes: 32 * 1024 * 1024,
  keptTableBytes: 4 * 1024 * 1024,
  keptParts: 1_000,
  /**
   * Size of the header of an age file; recipient stanzas in it; base-two logarithm of the work factor of a passphrase, which takes 1 KiB of memory
   * per unit: 1 GiB.
   */
  ageHeaderBytes: 256 * 1024,
  ageStanzas: 1_000,
  ageWorkFactor: 20,
  /** Size of a page of a keyring; cells of a page; file names in a page; pages that are kept open, each with its bytes. */
  keyringPageBytes: 64 * 1024 * 1024,
  keyringCells: 100_000,
  keyringNames: 65_535,
  keyringPagesOpen: 16,
  /** Bytes of pages in all copies that a watch of a keyring reads on one day. */
  keyringCheckBytes: 256 * 1024 * 1024,
  /**
   * Size of the descriptions of a keyring and of its copies; copies of one keyring; wrapped page keys of one copy, 80 bytes each; its list of erased
   * cells.
   */
  keyringJsonBytes: 1024 * 1024,
  keyringCopies: 16,
  keyringKeysBytes: 1024 * 1024 * 1024,
  keyringLedgerBytes: 1024 * 1024 * 1024,
  /** Size of the protected root of a keyring and of the answer of a key command; time limit of a key command. */
  keyringRootBytes: 64 * 1024,
  keyCommandWaitMs: 60_000,
  /** How long a run waits for another run that changes the same keyring. */
  keyringWaitMs: 120_000,
  /** Findings with one code that are printed before the rest is only counted. */
  findingsShown: 50,
} as const;

/**
 * Checks a size or count from a file before it is used to read, skip, loop or allocate.
 * @throws RangeError if the value is not a whole number in [0, max]; readers turn the error into a finding.
 */
export function bounded(value: number, max: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 0 || value > max) throw new RangeError(`${what} is ${value}, more than ${max} or not a size`);
  return value;
}
