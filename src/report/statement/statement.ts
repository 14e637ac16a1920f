import type { Grade } from '../../core/model/grade.ts';
import type { PlayedSound } from '../../log/history/run-register.ts';
import type { PlayedStratum } from '../../log/history/strata.ts';
import type { ArchiveReport } from '../source/report.ts';
import type { ErasureAccount } from './erasures.ts';
import type { KeepingFacts } from './keeping.ts';
import type { KeyringFacts } from './keyring.ts';

// The statement as data: the content of `statement.json`, from which its page, its text, the metrics and the watch are derived. Times are ISO
// times by the rule of the log's clock, null if unknown or untrusted; ages are upper limits.

/** A verification that checked at least one bag, finished and found no faults. */
export interface LastSuccess {
  readonly run: string;
  readonly time: string | null;
  readonly ageMs: number;
  readonly scope: 'all' | 'due';
  readonly bags: number;
  readonly recordings: number;
  readonly played: string;
  /** Decoded sound; null: nothing was decoded, or the log does not say. */
  readonly sound: PlayedSound | null;
}

/** The last verification of a place that finished, complete or not. */
export interface LastRun {
  readonly run: string;
  readonly time: string | null;
  readonly ageMs: number;
  readonly complete: boolean;
  readonly scope: 'all' | 'due';
  readonly bags: number;
  readonly errors: number;
  /** Number of files that the system refused to read. */
  readonly unreachable: number;
  /** Number of errors outside the bags in the log: in the log, in files around the bags, in the catalog, in bags that no import made; without unreachable files. */
  readonly elsewhere: number;
  /** Like that of `LastSuccess`. */
  readonly sound: PlayedSound | null;
}

/** How one place, the primary archive or a replica, was read. Each bag is counted in one of `well`, `damaged`, `late`. */
export interface PlaceReading {
  /** Null: the primary. */
  readonly replica: string | null;
  readonly medium: string | null;
  readonly periodMs: number;
  /** Origin of the period: the replica's own, the last verification that had one, or a year by default. */
  readonly periodFrom: 'replica' | 'log' | 'assumed';
  /** Period of decoding; null: the last scheduled verification had none. */
  readonly playEveryMs: number | null;
  readonly bags: number;
  /** Read completely within the period, without known faults. */
  readonly well: number;
  /** With unrepaired damage, whenever they were read. */
  readonly damaged: number;
  /** Not read for longer than the period, or never since they were written. */
  readonly late: number;
  /** Subset of all: the last written data were never read. */
  readonly unread: number;
  /** Subset of all: their period is over, counted from their ingest if they were never read. */
  readonly overdue: number;
  /** Subset of all: not decoded within the decoding period of the last scheduled verification. */
  readonly playOverdue: number;
  /** Longest time since a bag was read, or since its ingest if it never was; null if there are no bags. */
  readonly oldestAgeMs: number | null;
  readonly oldestBag: string | null;
  /** Number of read bags by the age of their reading in tenths of the period; the last counts all beyond twice the period. */
  readonly ages: readonly number[];
  readonly lastSuccess: LastSuccess | null;
  /** The last run that finished without a fault, even if nothing was due. */
  readonly lastKept: LastSuccess | null;
  readonly lastRun: LastRun | null;
  /** Number of verifications that were started after the last finished one, and did not finish. */
  readonly unfinished: number;
  /** ISO time since which the replica owes an erasure: it may still hold recordings that were erased. Absent: it owes none. */
  readonly owesErasureSince?: string;
  /** Day until which nothing can be deleted from its medium, `YYYY-MM-DD`. Absent: none was declared. */
  readonly lockedUntil?: string;
}

/** Damage that no later verification found repaired. */
export interface StandingFault {
  readonly replica: string | null;
  readonly bag: string;
  /** As in the log: `corrupt=1 missing=2`. */
  readonly faults: string;
  readonly since: string | null;
}

/** A logged repair. */
export interface Repair {
  readonly seq: number;
  readonly time: string | null;
  readonly bag: string;
  readonly from: string;
  readonly to: string;
  readonly files: number;
  readonly bytes: number;
}

/** Upper bound of unplayable recordings at this confidence. */
export interface BadBound {
  readonly confidence: number;
  /** Null: the total is unknown. */
  readonly bad: number | null;
  readonly badShare: number;
}

/** A decoded random sample. */
export interface EndedDraw {
  /** Log entry with the seed, written before anything of the sample was decoded. */
  readonly seq: number;
  readonly time: string | null;
  /** Number of log entries whose tree has this root, in base64: the SHA-256 of the text of that checkpoint is the seed. */
  readonly size: number;
  readonly root: string;
  readonly seed: string;
  readonly play: string;
  readonly drawn: number;
  /** Not decodable, or different audio. */
  readonly failed: number;
  /** A program or a password was missing, or a file was not there: counted as bad. */
  readonly untried: number;
  readonly otherwise: number;
}

/** Random samples of the last year from the same recordings. */
export interface RandomSample {
  /** Recordings with sound from which each sample was drawn. */
  readonly population: number;
  /** SHA-256 of their ids in code-point order, each with a line feed. */
  readonly populationSha256: string;
  /** Newest last. */
  readonly draws: readonly EndedDraw[];
  /** Samples begun after the first of them that did not finish: their result is unknown. */
  readonly unended: number;
  /** Recordings of bags that were found damaged or lost, by their number at ingest; null: unknown for one of these bags. */
  readonly inDamagedBags: number | null;
  readonly oldestAgeMs: number;
}

/** When recordings last decoded as recorded, and with which decoder. */
export interface LastPlayed {
  readonly time: string | null;
  readonly decoders: string;
}

/** Played recordings, each bag by its last decoding. */
export interface Playability {
  /** Bags that were decoded completely and are unchanged since. */
  readonly bags: number;
  /** Bags that were decoded once and found damaged or lost since: their decoding does not count. */
  readonly spoiled: number;
  readonly played: number;
  readonly failed: number;
  readonly otherwise: number;
  readonly oldestAgeMs: number | null;
  readonly strata: readonly PlayedStratum[];
  readonly decoders: readonly { readonly decoders: string; readonly recordings: number }[];
  /** Random samples, which are counted separately; null: none. */
  readonly sample: RandomSample | null;
  /** By codec id. */
  readonly codecs: readonly { readonly codec: string; readonly copies: LastPlayed | null; readonly originals: LastPlayed | null }[];
}

/** Recordings in the catalog with the same codec, recorder and year. */
export interface CatalogStratum {
  /** Ids, joined by a blank; empty if no codec is known. */
  readonly codecs: string;
  readonly importer: string;
  readonly year: string | null;
  readonly recordings: number;
  /** Number of those with an audio file. */
  readonly withSound: number;
  readonly durationMs: number;
}

/** A stratum, and its decoded recordings. */
export interface ShownStratum extends PlayedStratum {
  /** With an audio file, as the catalog counts them; null: the catalog does not distinguish them. */
  readonly recordings: number | null;
  /** Bags with recordings of the stratum, and bags of which some were decoded; null: the catalog does not say. */
  readonly bags: { readonly held: number | null; readonly decoded: number };
  readonly bounds: readonly BadBound[];
}

/** What random samples show about all recordings with sound. */
export interface SampledShare {
  readonly draws: number;
  /** In all draws; a recording in two of them counts twice. */
  readonly drawn: number;
  readonly failed: number;
  readonly untried: number;
  readonly population: number;
  /** Recordings with sound that no sample could draw or that were damaged since: they count as bad. */
  readonly outside: number;
  readonly unended: number;
  readonly oldestAgeMs: number;
  /** Over all recordings with sound. */
  readonly bounds: readonly BadBound[];
}

/** The share of the recordings that is shown to play. */
export interface PlayableShare {
  /** Recordings that have an audio file, or may have one. */
  readonly recordings: number;
  /** Recordings without one: rows without audio. They are not part of the others. */
  readonly withoutSound: number;
  /** Decoded to the recorded samples or within the limits. */
  readonly played: number;
  readonly failed: number;
  readonly otherwise: number;
  /** The rest: never decoded, without a decoder here, or in a bag that was found damaged or lost since. */
  readonly notShown: number;
  /** Over all of `recordings`, from the decoded bags; empty if there is none. */
  readonly bounds: readonly BadBound[];
  /** `count`: of each stratum everything or nothing was decoded, and no conclusions are drawn from one bag about another. `bags as clusters`: valid if the decoded bags are like a random sample. */
  readonly boundsBy: 'count' | 'bags as clusters';
  /** That condition in words, shown beside the number; null: none. */
  readonly caveat: string | null;
  /** Null: no random sample within a year. */
  readonly sample: SampledShare | null;
  readonly strata: readonly ShownStratum[];
}

/**
 * Risk that a codec can no longer be played some day. `published`: longplay decodes it, and it is published; `ffmpeg-only`: it is
 * published, and only FFmpeg decodes it here; `proprietary`: it was never published; `nobody`: there is no decoder here.
 */
export type CodecRisk = 'published' | 'ffmpeg-only' | 'proprietary' | 'nobody';

/** A codec of the archive. */
export interface RegisteredCodec {
  /** Id; `-` for recordings without a known codec. */
  readonly codec: string;
  readonly title: string;
  /** Recordings with a medium in this codec. A recording with several codecs counts for each. */
  readonly recordings: number;
  /** Length of those recordings; 0 if none could be decoded. */
  readonly durationMs: number;
  readonly risk: CodecRisk;
  /** Reason, in one sentence. */
  readonly reason: string;
  /** Decoders on this machine, the preferred one first. */
  readonly decoders: readonly string[];
  /** When originals last decoded as at import, or within the limits; null if the log has no such entry. */
  readonly originals: LastPlayed | null;
  /** The same for their access copies. */
  readonly copies: LastPlayed | null;
}

/** Log entries of one type. */
export interface EntryTypeCount {
  readonly type: string;
  readonly entries: number;
  readonly first: string | null;
  readonly last: string | null;
  /** Ids of the keys that signed between the first and the last of them. */
  readonly keys: readonly string[];
}

/** Everything that the log alone shows. */
export interface LogAccount {
  readonly holdings: {
    readonly bags: number;
    /** Number logged at ingest. */
    readonly recordings: number;
    /** Bags whose entry does not state their number of recordings. */
    readonly uncounted: number;
    /** Bytes of the bags that were read at least once. */
    readonly bytes: number;
    readonly bagsWithBytes: number;
  };
  /** The primary first, then replicas by name. */
  readonly places: readonly PlaceReading[];
  readonly faults: readonly StandingFault[];
  readonly repairs: { readonly entries: number; readonly files: number; readonly bytes: number; readonly last: readonly Repair[] };
  readonly playability: Playability;
  readonly keys: readonly { readonly seq: number; readonly time: string | null; readonly type: string; readonly key: string }[];
  readonly stamps: {
    readonly entries: number;
    readonly last: { readonly size: number; readonly authority: string; readonly stampedAt: string; readonly certificateEnds: string } | null;
  };
  readonly drill: {
    readonly time: string | null;
    readonly recordings: number;
    readonly failed: number;
    /** Sealed recordings that were restored and not opened; absent: none was sealed. */
    readonly unopened?: number;
  } | null;
  /** Absent: nobody asked for an erasure. */
  readonly erasures?: ErasureAccount;
  readonly clock: { readonly entries: number; readonly behind: number; readonly mostBehindMs: number; readonly future: number };
  readonly deeds: readonly EntryTypeCount[];
}

/** State of the log, and whether this statement is signed. */
export interface LogFacts {
  /** Entries. */
  readonly size: number;
  /** Root of the tree in base64; null if it is too damaged to have one. */
  readonly root: string | null;
  readonly findings: readonly { readonly code: string; readonly message: string }[];
  /** Id of the key that signs the log. */
  readonly key: string | null;
}

/** Data from the catalog, which is made from the bags, and the imports with their reconciliation. */
export type CatalogFacts = Pick<ArchiveReport, 'totals' | 'checks' | 'codecs' | 'imports' | 'unfinished'> & {
  readonly strata: readonly CatalogStratum[];
  readonly formats: FormatGrades;
};

/** Grades of the formats in an archive when their bags were made. */
export interface FormatGrades {
  /** Lowest grade first; format and grade are null for unrecognised files. */
  readonly kinds: readonly { readonly format: string | null; readonly grade: Grade | null; readonly files: number }[];
  /** Bags whose formats.txt has no grades, e.g. from earlier builds, or cannot be read. */
  readonly bagsWithout: number;
}

/** `statement.json`. */
export interface Statement {
  /** The last success in words: the first line of every form of the statement. */
  readonly headline: string;
  readonly lastSuccess: LastSuccess | null;
  /** Why it is not signed; null: its signature is stored beside it. */
  readonly unsigned: string | null;
  readonly format: 'longplay-statement';
  readonly version: 1;
  readonly tool: string;
  readonly archive: string | null;
  readonly writtenAt: string;
  readonly log: LogFacts;
  readonly account: LogAccount;
  readonly catalog: CatalogFacts;
  readonly playable: PlayableShare;
  /** Largest risk first. */
  readonly codecs: readonly RegisteredCodec[];
  /** Absent: the archive is open. */
  readonly keyring?: KeyringFacts;
  /** Absent: the archive never had a legal hold or a retention policy. */
  readonly keeping?: KeepingFacts;
  readonly assumptions: readonly string[];
  readonly notCovered: readonly string[];
}
