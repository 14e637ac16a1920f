import type { Finding } from '../findings/finding.ts';
import type { Declaration } from './declaration.ts';
import type { Confidence } from './format.ts';
import type { Grade } from './grade.ts';
import type { Comparison, Measurement } from './measurement.ts';
import type { MediaRef, ReconciliationStatus, Recording } from './recording.ts';

/** A stored file of a recording, with its digests in lower-case hexadecimal. */
export interface StoredFile {
  /** Base name, e.g. `original-1.wav`. */
  readonly path: string;
  /**
   * Bag whose folder of the same recording has the file, e.g. `2019/20190312-4f2a…`; absent: the bag of the document. Only amendments refer to other
   * bags.
   */
  readonly bag?: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly sha512: string;
  /**
   * Present if the file is sealed: the age file that the bag has instead, whose name is this name with `.age` added. The members above describe the
   * plain file.
   */
  readonly sealed?: SealedFile;
  /**
   * Present if it was erased alone from an open bag: the bag does not have it any more. Of a sealed file only the secret is destroyed, and its
   * document stays as it is.
   */
  readonly erased?: ErasedMark;
}

/** When and on which request a file was erased. */
export interface ErasedMark {
  /** Day, `YYYY-MM-DD`, in UTC. */
  readonly on: string;
  readonly request: string;
}

/** Extension of a sealed file's name. */
export const sealedEnding = '.age';

/** Size and digests of a sealed file as it is stored; the manifests state the same. */
export type SealedFile = Readonly<Pick<StoredFile, 'sizeBytes' | 'sha256' | 'sha512'>>;

/** An access copy. */
export interface AccessCopy extends StoredFile {
  readonly format: 'opus' | 'wav';
  /** Program and library with version. */
  readonly encoder: string;
  /** E.g. `audio 32000 bit/s complexity 4` or `pcm s16le`. */
  readonly settings: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Number of samples per channel after decoding. */
  readonly samples: number;
  readonly comparison: Comparison;
  /** The decoded samples that were compared. Absent in archives made before they were recorded. */
  readonly decoded?: DecodedCopy;
}

/** Properties of the decoded samples of a copy, to distinguish them from the output of another decoder. */
export interface DecodedCopy {
  /** Decoder with version, e.g. `libopus 1.5.2` or `FFmpeg 7.1.5 opus`; `longplay 0.1.0` for WAV. */
  readonly decoder: string;
  /** Digest of the decoded samples, interleaved, little-endian: 16 bits for Opus, those of the file for WAV. */
  readonly pcmSha256: string;
  /** Level of each channel, dB of full scale; null for digital silence. */
  readonly rmsDb: readonly (number | null)[];
  /** Waveform of each channel: absolute peaks of at most 32 equal sections, 0 to 255, in base64. */
  readonly peaks: readonly string[];
}

/** Why an original has no access copy: it is already Opus, which every player opens. */
export const alreadyOpusReason = 'original is open';

/** One medium in the bag. */
export interface StoredMedium extends MediaRef {
  /** Exact stored name of the entry, base64, if it is not UTF-8. */
  readonly rawName: string | null;
  readonly modifiedMs: number | null;
  readonly original: StoredFile;
  /** Format id, or null if the format is unknown. */
  readonly format: string | null;
  /** PRONOM id of the kind of file; null if PRONOM has none, or no unambiguous one. Absent in archives made before it was recorded. */
  readonly pronom?: string | null;
  /** Grade of the format when the file was read. Absent in archives made before it was recorded. */
  readonly formatGrade?: Grade | null;
  readonly confidence: Confidence | null;
  readonly basis: string;
  readonly state: 'ok' | 'header-only' | 'truncated' | 'damaged' | 'unknown' | 'undecodable';
  readonly codec: {
    readonly id: string;
    readonly name: string;
    readonly sampleRateHz: number;
    readonly channels: number;
    readonly bitsPerSample: number | null;
    readonly blockBytes: number | null;
  } | null;
  /** The user's declaration (`--declare`); null: there was none. Absent in archives made before it was recorded. */
  readonly declared?: Pick<Declaration, 'codec' | 'sampleRateHz' | 'channels'> | null;
  /** Decoder with version: `longplay 0.1.0 mulaw`, `FFmpeg 7.1.5 gsm`; null if it was not decoded. */
  readonly decoder: string | null;
  readonly measurement: Measurement | null;
  /**
   * Reasons why the audio may be noise of a wrong codec, or damaged, in words with numbers; empty if there are none. Absent in archives made before
   * it was recorded.
   */
  readonly doubts?: readonly string[];
  /** Null if no copy was made; `accessReason` says why: `original is open`, `no samples`, `no decoder` … */
  readonly access: AccessCopy | null;
  readonly accessReason: string | null;
  readonly findings: readonly Finding[];
}

/** Returns true if the medium has audio and there are doubts about its decoding. */
export function isDoubtful(medium: Pick<StoredMedium, 'doubts'>): boolean {
  return (medium.doubts ?? []).length > 0;
}

/** How rows and audio were matched, and what became of the audio. */
export interface SettledReconciliation {
  /** Final status, after decoding. */
  readonly status: ReconciliationStatus;
  /** The importer's rule for the match. */
  readonly rule: string;
  /** Match status, from metadata. Absent in archives made before decoding could change it; the match status is then `status`. */
  readonly joined?: ReconciliationStatus;
  /** Why decoding changed the status, with numbers; null if it did not. Absent like `joined`. */
  readonly reason?: string | null;
}

/** Members that are absent in archives made before they were introduced. */
type LaterMembers = 'group' | 'retention' | 'quality' | 'accounts';

/** Data of a recording in `recording.json`, without its media. */
export type DocumentedRecording = Omit<Recording, 'kind' | 'media' | 'findings' | 'reconciliation' | LaterMembers> &
  Partial<Pick<Recording, LaterMembers>> & { readonly reconciliation: SettledReconciliation };

/**
 * Reasons to describe archived recordings again. `options`: other options or a newer importer read the same source differently; `rows`: the
 * recorder's rows changed or came later; `table`: a further table was joined; `erasure`: a vCon of several recordings is erased because of one of them, and an
 * excerpt of it stays in each other one.
 */
export const amendmentCauses = ['options', 'rows', 'table', 'erasure'] as const;
export type AmendmentCause = (typeof amendmentCauses)[number];

/** What an amendment amends. The log says who made it and when: `job` names its entries. */
export interface Amendment {
  /** Bag and revision of the description that it replaces. */
  readonly bag: string;
  readonly revision: number;
  /** SHA-256 of that description's `recording.json` as it is stored. */
  readonly sha256: string;
  /** True: the stored description is `recording.json.age`. Absent: it is not sealed. */
  readonly sealed?: true;
  readonly cause: AmendmentCause;
  /** Members of the description that differ, e.g. `callStart`, sorted. */
  readonly changed: readonly string[];
  /** Id of the job, or of the request to erase. */
  readonly job: string;
  /** The user's reason. Absent: none was given. */
  readonly why?: string;
}

/**
 * `recording.json`: of archive format 1 as imported, of format 2 in an amendment. Equal input and options give equal bytes, because it contains no
 * times of the import.
 */
export interface RecordingDocument {
  readonly format: 'longplay-recording';
  readonly version: 1 | 2;
  readonly recordingId: string;
  /** Number of this description of the recording, from 2. Absent: the first one, as imported. */
  readonly revision?: number;
  /** What this description amends; present with `revision`. */
  readonly amends?: Amendment;
  /** Id of another recording that this one replaces because its source grew or changed; otherwise null. */
  readonly supersedes: string | null;
  /** Digest of the rows and of the names and sizes of the media: shows whether the source has changed since. */
  readonly fingerprint: string;
  readonly site: string;
  /** Name of the given source, base name only. */
  readonly source: string;
  readonly tool: string;
  readonly recording: DocumentedRecording;
  readonly media: readonly StoredMedium[];
  /** Stereo copy of two joined sides (`--join-sides`): in on channel 0, out on channel 1; otherwise null. */
  readonly joined: AccessCopy | null;
  /** Files with the rows or sidecars of the recording. */
  readonly sources: readonly StoredFile[];
  /** Findings of the importer and of the processing of this recording. */
  readonly findings: readonly Finding[];
  /**
   * SHA-256 of the bytes that this document had before files were erased from its open bag, oldest first: a later description still refers to them.
   * Absent: nothing was erased.
   */
  readonly before?: readonly string[];
}

/** Returns the number of a description of its recording, from 1. */
export function revisionOf({ revision }: Pick<RecordingDocument, 'revision'>): number {
  return revision ?? 1;
}

/**
 * Returns true for an amendment: it describes a recording again that is in another bag. Whoever counts recordings counts none for it. The public statements of
 * a sealed description say it, too, so that it is known without a key and after an erasure.
 */
export function isAmendment(description: Pick<RecordingDocument, 'revision'>): boolean {
  return revisionOf(description) > 1;
}

/** Returns all files that a document names: originals, copies, sources. */
export function storedFilesOf({ media, joined, sources }: RecordingDocument): StoredFile[] {
  const copies = [...media.flatMap(({ access }) => (access === null ? [] : [access])), ...(joined === null ? [] : [joined])];
  return [...media.map(({ original }) => original), ...copies, ...sources];
}
