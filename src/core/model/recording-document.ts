import type { Finding } from '../findings/finding.ts';
import type { Declaration } from './declaration.ts';
import type { Confidence } from './format.ts';
import type { Grade } from './grade.ts';
import type { Comparison, Measurement } from './measurement.ts';
import type { MediaRef, ReconciliationStatus, Recording } from './recording.ts';

/** A file in a recording's folder, with its digests in lower-case hexadecimal. */
export interface StoredFile {
  /** Base name, such as `original-1.wav`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly sha512: string;
}

/** A copy made to be played. */
export interface AccessCopy extends StoredFile {
  readonly format: 'opus' | 'wav';
  /** Program and library with version. */
  readonly encoder: string;
  /** `audio 32000 bit/s complexity 4` and the like; `pcm s16le`. */
  readonly settings: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Per channel, after decoding. */
  readonly samples: number;
  readonly comparison: Comparison;
  /** What it was when it was listened back to. Absent in archives made before it was kept. */
  readonly decoded?: DecodedCopy;
}

/** What the samples of a copy are, so that they can be told from those of another decoder. */
export interface DecodedCopy {
  /** What decoded it, with version: `libopus 1.5.2`, `FFmpeg 7.1.5 opus`; `longplay 0.1.0` for WAV. */
  readonly decoder: string;
  /** Over the samples as decoded, interleaved, little-endian: 16 bits of Opus, those of the file of WAV. */
  readonly pcmSha256: string;
  /** Level of each channel, dB of full scale; null for digital silence. */
  readonly rmsDb: readonly (number | null)[];
  /** Waveform of each channel: absolute peaks of at most 32 equal stretches, 0 to 255, in base64. */
  readonly peaks: readonly string[];
}

/** Why there is no access copy of what already is one: every player opens Opus. */
export const openAlready = 'original is open';

/** One medium as it lies in the bag. */
export interface StoredMedium extends MediaRef {
  /** The entry's name exactly as stored, base64, where it is not UTF-8. */
  readonly rawName: string | null;
  readonly modifiedMs: number | null;
  readonly original: StoredFile;
  /** Format id, or null where no format knows it. */
  readonly format: string | null;
  /** PRONOM id of the kind of file; null where PRONOM has none, or none that is clear. Absent in archives made before it was asked. */
  readonly pronom?: string | null;
  /** How well longplay knew that format when it read this. Absent in archives made before it was kept. */
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
  /** What the user said that it is, where they did (`--declare`); else null. Absent in archives made before it was kept. */
  readonly declared?: Pick<Declaration, 'codec' | 'sampleRateHz' | 'channels'> | null;
  /** What decoded it, with version: `longplay 0.1.0 mulaw`, `FFmpeg 7.1.5 gsm`; null where nothing did. */
  readonly decoder: string | null;
  readonly measurement: Measurement | null;
  /** Why the sound may be noise of a wrong decoding, or damaged, in words with numbers; empty where nothing speaks for it. Absent in archives made before it was asked. */
  readonly doubts?: readonly string[];
  /** Null where none was made; `accessReason` says why: `original is open`, `no samples`, `no decoder` … */
  readonly access: AccessCopy | null;
  readonly accessReason: string | null;
  readonly findings: readonly Finding[];
}

/** How rows and audio came together, and what became of the audio. */
export interface SettledReconciliation {
  /** The last word, with the audio worked on. */
  readonly status: ReconciliationStatus;
  /** The importer's own rule of the join. */
  readonly rule: string;
  /** The status that the join gave. Absent in archives made before the audio had a say: then it is `status`. */
  readonly joined?: ReconciliationStatus;
  /** Why the audio gave another status than the join, with numbers; null where it did not. Absent as `joined`. */
  readonly reason?: string | null;
}

/** Members that archives made before they were asked for lack. */
type LaterMembers = 'group' | 'retention' | 'quality' | 'accounts';

/** What `recording.json` holds of a recording beside its media. */
export type DocumentedRecording = Omit<Recording, 'kind' | 'media' | 'findings' | 'reconciliation' | LaterMembers> &
  Partial<Pick<Recording, LaterMembers>> & { readonly reconciliation: SettledReconciliation };

/** `recording.json` of archive format 1. Equal input and options give equal bytes: no times of ours in it. */
export interface RecordingDocument {
  readonly format: 'longplay-recording';
  readonly version: 1;
  readonly recordingId: string;
  /** Of another recording that this one replaces because its source grew or changed; else null. */
  readonly supersedes: string | null;
  /** Digest of rows and of media names and sizes: tells whether the source has changed since. */
  readonly fingerprint: string;
  readonly site: string;
  /** Name of the source as given, base name only. */
  readonly source: string;
  readonly tool: string;
  readonly recording: DocumentedRecording;
  readonly media: readonly StoredMedium[];
  /** Two sides joined to one stereo copy (`--join-sides`): in on channel 0, out on channel 1; else null. */
  readonly joined: AccessCopy | null;
  /** Files with the rows or sidecars that described it. */
  readonly sources: readonly StoredFile[];
  /** Findings of the importer and of the work on this recording. */
  readonly findings: readonly Finding[];
}
