import type { Grade } from '../../core/model/grade.ts';
import type { PlayedSound } from '../../log/history/run-register.ts';
import type { PlayedStratum } from '../../log/history/strata.ts';
import type { ArchiveReport } from '../source/report.ts';
import type { ErasureAccount } from './erasures.ts';
import type { KeepingFacts } from './keeping.ts';
import type { KeyringFacts } from './keyring.ts';

// The statement as data: the content of `statement.json`. The page, the text, the metrics and the watch are derived from it. Times are ISO times by the rule of
// the log's clock, null if unknown or untrusted; ages are upper limits.

/** A verification that checked at least one bag, finished and found no faults. */
export interface LastSuccess {
  readonly run: string;
  readonly time: string | null;
  readonly ageMs: number;
  readonly scope: 'all' | 'due';
  readonly bags: number;
  readonly recordings: number;
  readonly played: string;
  /** Decoded audio; null: nothing was decoded, or the log does not say. */
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
  /**
   * Number of errors outside the bags that the log names: in the log itself, in files around the bags, in the catalog, and in bags that no import created. Does
   * not include unreachable files.
   */
  readonly elsewhere: number;
  /** Decoded audio, as in `LastSuccess`. */
  readonly sound: PlayedSound | null;
  /** Numbers of recordings that it should have decoded and could not try, and of other sealed items of which the keyring had no secrets. */
  readonly untried: number;
  readonly closed: number;
}

/** What verifications that decode could not try at a place, and no later one has tried. */
export interface LeftOver {
  /** ISO time of the last verification that left something. */
  readonly time: string | null;
  /** Number of recordings, and number of these of which the keyring had no secrets. */
  readonly recordings: number;
  readonly unopened: number;
  /** Number of other sealed items of which the keyring had no secrets: kept tables, reports, private details, cases. */
  readonly items: number;
  /** The first bag of which something was left; null: none. */
  readonly bag: string | null;
}

/** How one place, the primary archive or a replica, was read. Each bag is counted in one of `well`, `damaged`, `late`. */
export interface PlaceReading {
  /** Name of the replica; null: the primary archive. */
  readonly replica: string | null;
  readonly medium: string | null;
  readonly periodMs: number;
  /** Origin of the period: the replica's own setting, the last verification that had one, or a year by default. */
  readonly periodFrom: 'replica' | 'log' | 'assumed';
  /** Period of decoding; null: the last scheduled verification had none. */
  readonly playEveryMs: number | null;
  readonly bags: number;
  /** Number of bags read completely within the period, without known faults. */
  readonly well: number;
  /** Number of bags with unrepaired damage, whenever they were read. */
  readonly damaged: number;
  /** Number of bags not read for longer than the period, or never since they were written. */
  readonly late: number;
  /** Number of all bags whose last written data were never read. */
  readonly unread: number;
  /** Number of all bags whose period is over; if never read, it is counted from their ingest. */
  readonly overdue: number;
  /** Number of all bags not decoded within the decoding period of the last scheduled verification. */
  readonly playOverdue: number;
  /** Longest time since a bag was read or, if it never was, since its ingest; null if there are no bags. */
  readonly oldestAgeMs: number | null;
  readonly oldestBag: string | null;
  /** Number of read bags by the age of their reading, in tenths of the period; the last element counts all beyond twice the period. */
  readonly ages: readonly number[];
  readonly lastSuccess: LastSuccess | null;
  /** The last run that finished without a fault, even if nothing was due. */
  readonly lastKept: LastSuccess | null;
  readonly lastRun: LastRun | null;
  /** Absent: nothing was left. */
  readonly left?: LeftOver;
  /** Number of verifications that were started after the last finished one and did not finish. */
  readonly unfinished: number;
  /** ISO time since which the replica owes an erasure: it may still hold recordings that were erased. Absent: it owes none. */
  readonly owesErasureSince?: string;
  /** ISO time since which the replica holds calls in clear that are sealed in the archive. Absent: it follows. */
  readonly owesSealingSince?: string;
  /** Day, `YYYY-MM-DD`, until which the replica's medium prevents deletion. Absent: none was declared. */
  readonly lockedUntil?: string;
}

/** Damage that no later verification found repaired. */
export interface StandingFault {
  readonly replica: string | null;
  readonly bag: string;
  /** Kinds and numbers of faults as in the log, e.g. `corrupt=1 missing=2`. */
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

/** Upper bound of the number of unplayable recordings at this confidence. */
export interface BadBound {
  readonly confidence: number;
  /** Upper bound; null: the total is unknown. */
  readonly bad: number | null;
  readonly badShare: number;
}

/** A decoded random sample. */
export interface EndedDraw {
  /** Number of the log entry with the seed, written before any recording of the sample was decoded. */
  readonly seq: number;
  readonly time: string | null;
  /** Number of log entries whose tree has this root, in base64. The seed is the SHA-256 of the text of that checkpoint. */
  readonly size: number;
  readonly root: string;
  readonly seed: string;
  readonly play: string;
  readonly drawn: number;
  /** Number that did not decode, or decoded to different audio. */
  readonly failed: number;
  /** Number for which a program, a password or a file was missing; they count as bad. */
  readonly untried: number;
  readonly otherwise: number;
}

/** Random samples of the last year from the same recordings. */
export interface RandomSample {
  /** Number of recordings with audio from which each sample was drawn. */
  readonly population: number;
  /** SHA-256 of the recordings' ids in code-point order, each followed by a line feed. */
  readonly populationSha256: string;
  /** Draws, newest last. */
  readonly draws: readonly EndedDraw[];
  /** Number of samples that began after the first of these draws and did not finish: their result is unknown. */
  readonly unended: number;
  /** Number of recordings, at ingest, in bags that were found damaged or lost; null: unknown for one of these bags. */
  readonly inDamagedBags: number | null;
  readonly oldestAgeMs: number;
}

/** When recordings last decoded as recorded, and with which decoder. */
export interface LastPlayed {
  readonly time: string | null;
  readonly decoders: string;
}

/** Decoded recordings, each bag by its last decoding. */
export interface Playability {
  /** Number of bags that were decoded completely and are unchanged since. */
  readonly bags: number;
  /** Number of bags that were decoded once, and were found damaged or lost or could not be opened since: their decoding does not count. */
  readonly spoiled: number;
  readonly played: number;
  readonly failed: number;
  readonly otherwise: number;
  readonly oldestAgeMs: number | null;
  readonly strata: readonly PlayedStratum[];
  readonly decoders: readonly { readonly decoders: string; readonly recordings: number }[];
  /** Random samples, which are counted separately; null: none. */
  readonly sample: RandomSample | null;
  /** Last decodings by codec id. */
  readonly codecs: readonly { readonly codec: string; readonly copies: LastPlayed | null; readonly originals: LastPlayed | null }[];
}

/** Recordings in the catalog with the same codec, recorder and year. */
export interface CatalogStratum {
  /** Codec ids, joined by a blank; empty if no codec is known. */
  readonly codecs: string;
  readonly importer: string;
  readonly year: string | null;
  readonly recordings: number;
  /** Number of those recordings that have an audio file. */
  readonly withSound: number;
  /** Number of these of which an original was not erased. Absent in statements of versions that did not count it: all of them. */
  readonly withOriginal?: number;
  readonly durationMs: number;
}

/** A stratum, and its decoded recordings. */
export interface ShownStratum extends PlayedStratum {
  /** Number of recordings with an audio file, as counted by the catalog; null: the catalog does not distinguish them. */
  readonly recordings: number | null;
  /** Number of bags with recordings of the stratum, and of bags in which some were decoded; null: the catalog does not say. */
  readonly bags: { readonly held: number | null; readonly decoded: number };
  readonly bounds: readonly BadBound[];
}

/** What random samples show about all recordings with audio. */
export interface SampledShare {
  readonly draws: number;
  /** Number of recordings in all draws; a recording in two of them counts twice. */
  readonly drawn: number;
  readonly failed: number;
  readonly untried: number;
  readonly population: number;
  /** Number of recordings with audio that no sample could draw or that were damaged since: they count as bad. */
  readonly outside: number;
  readonly unended: number;
  readonly oldestAgeMs: number;
  /** Bounds over all recordings with audio. */
  readonly bounds: readonly BadBound[];
}

/** The share of the recordings that is shown to play. */
export interface PlayableShare {
  /** Number of recordings that have an audio file, or may have one. */
  readonly recordings: number;
  /** Number of recordings without an audio file: rows without audio. The other numbers do not include them. */
  readonly withoutSound: number;
  /** Number decoded to the recorded samples, or within the tolerance. */
  readonly played: number;
  readonly failed: number;
  readonly otherwise: number;
  /** Number of the rest: never decoded, without a decoder here, or in a bag that was found damaged or lost or could not be opened since. */
  readonly notShown: number;
  /** Bounds over all of `recordings`, derived from the decoded bags; empty if there are none. */
  readonly bounds: readonly BadBound[];
  /**
   * `count`: in each stratum everything or nothing was decoded, and no conclusions are drawn from one bag about another. `bags as clusters`: the bounds are
   * valid if the decoded bags are like a random sample.
   */
  readonly boundsBy: 'count' | 'bags as clusters';
  /** That condition in words, shown beside the number; null: none. */
  readonly caveat: string | null;
  /** Result of random samples; null: there was none within a year. */
  readonly sample: SampledShare | null;
  readonly strata: readonly ShownStratum[];
}

/**
 * Risk that a codec cannot be played some day. `published`: it is published, and longplay decodes it; `ffmpeg-only`: it is published, and only FFmpeg decodes
 * it here; `proprietary`: it was never published; `nobody`: there is no decoder here.
 */
export type CodecRisk = 'published' | 'ffmpeg-only' | 'proprietary' | 'nobody';

/** A codec of the archive. */
export interface RegisteredCodec {
  /** Codec id; `-` for recordings without a known codec. */
  readonly codec: string;
  readonly title: string;
  /** Number of recordings with an audio file in this codec. A recording with several codecs counts for each. */
  readonly recordings: number;
  /** Duration of those recordings; 0 if none could be decoded. */
  readonly durationMs: number;
  readonly risk: CodecRisk;
  /** Reason for the risk, in one sentence. */
  readonly reason: string;
  /** Decoders on this machine, the preferred one first. */
  readonly decoders: readonly string[];
  /** When originals last decoded as they did at import, or within the tolerance; null if the log has no such entry. */
  readonly originals: LastPlayed | null;
  /** When their access copies last decoded in this way. */
  readonly copies: LastPlayed | null;
}

/** Log entries of one type. */
export interface EntryTypeCount {
  readonly type: string;
  readonly entries: number;
  readonly first: string | null;
  readonly last: string | null;
  /** Ids of the keys that signed between the first and the last of these entries. */
  readonly keys: readonly string[];
}

/** All facts that follow from the log alone. */
export interface LogAccount {
  readonly holdings: {
    readonly bags: number;
    /** Number of recordings logged at ingest. */
    readonly recordings: number;
    /** Number of bags whose entry does not state their number of recordings. */
    readonly uncounted: number;
    /** Total bytes of the bags that were read at least once. */
    readonly bytes: number;
    readonly bagsWithBytes: number;
  };
  /** The primary archive first, then replicas by name. */
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
    /** Number of sealed recordings that were restored and not opened; absent: none was sealed. */
    readonly unopened?: number;
  } | null;
  /** Absent: no erasure was requested. */
  readonly erasures?: ErasureAccount;
  readonly clock: { readonly entries: number; readonly behind: number; readonly mostBehindMs: number; readonly future: number };
  readonly deeds: readonly EntryTypeCount[];
}

/** State of the log, and whether this statement is signed. */
export interface LogFacts {
  /** Number of entries. */
  readonly size: number;
  /** Root of the tree in base64; null if the tree is too damaged to have one. */
  readonly root: string | null;
  readonly findings: readonly { readonly code: string; readonly message: string }[];
  /** Name of the replica that was read, and number of entries in the log of its archive, which is longer; absent: the log has all entries that are known here. */
  readonly behind?: { readonly name: string; readonly entries: number };
  /** Id of the key that signs the log. */
  readonly key: string | null;
}

/** Data from the catalog, which is derived from the bags, and the imports with their reconciliation. */
export type CatalogFacts = Pick<ArchiveReport, 'totals' | 'checks' | 'codecs' | 'imports' | 'unfinished'> & {
  readonly strata: readonly CatalogStratum[];
  readonly formats: FormatGrades;
};

/** Grades of the formats in an archive, as of the creation of their bags. */
export interface FormatGrades {
  /** Kinds, lowest grade first; format and grade are null for unrecognised files. */
  readonly kinds: readonly { readonly format: string | null; readonly grade: Grade | null; readonly files: number }[];
  /** Number of bags whose formats.txt has no grades, e.g. from earlier versions, or cannot be read. */
  readonly bagsWithout: number;
}

/** Content of `statement.json`. */
export interface Statement {
  /** The last success in words; it is the first line of every form of the statement. */
  readonly headline: string;
  readonly lastSuccess: LastSuccess | null;
  /** Why the statement is not signed; null: its signature is stored beside it. */
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
  /** Codecs, the largest risk first. */
  readonly codecs: readonly RegisteredCodec[];
  /** Absent: the archive is open. */
  readonly keyring?: KeyringFacts;
  /** Absent: the archive never had a legal hold or a retention policy. */
  readonly keeping?: KeepingFacts;
  readonly assumptions: readonly string[];
  readonly notCovered: readonly string[];
}
