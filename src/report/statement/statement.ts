import type { Grade } from '../../core/model/grade.ts';
import type { PlayedSound } from '../../log/history/run-register.ts';
import type { PlayedStratum } from '../../log/history/strata.ts';
import type { ArchiveReport } from '../source/report.ts';

// The statement as data: what `statement.json` holds, and what its page, its text, the metrics and the watch are made from. Times are ISO
// times as the log's clock rule has them, null where they are not known or not believed; ages are the longest that may be.

/** A verification that looked at something, came to its end and found nothing wrong. */
export interface LastSuccess {
  readonly run: string;
  readonly time: string | null;
  readonly ageMs: number;
  readonly scope: 'all' | 'due';
  readonly bags: number;
  readonly recordings: number;
  readonly played: string;
  /** What sound it decoded; null: nothing was decoded, or the log does not tell. */
  readonly sound: PlayedSound | null;
}

/** The last verification of a place that came to an end, complete or not. */
export interface LastRun {
  readonly run: string;
  readonly time: string | null;
  readonly ageMs: number;
  readonly complete: boolean;
  readonly scope: 'all' | 'due';
  readonly bags: number;
  readonly errors: number;
  /** Files that the system would not give. */
  readonly unreachable: number;
  /** Of the errors: those of no bag that it entered, so of the log, of files around the bags, of the catalog, of bags that nobody landed; without those unreachable. */
  readonly elsewhere: number;
  /** As that of `LastSuccess`. */
  readonly sound: PlayedSound | null;
}

/** How one place, the primary archive or a replica, was read. Each bag is in one of `well`, `damaged`, `late`. */
export interface PlaceReading {
  /** Null: the primary. */
  readonly replica: string | null;
  readonly medium: string | null;
  readonly periodMs: number;
  /** Where the period is from: the replica's own, the last verification that named one, or nobody named one and a year is assumed. */
  readonly periodFrom: 'replica' | 'log' | 'assumed';
  /** Period of decoding; null: the last scheduled verification had none. */
  readonly playEveryMs: number | null;
  readonly bags: number;
  /** Read in full within the period, and nothing wrong is known of them. */
  readonly well: number;
  /** Damage was found that no later verification has taken back, whenever they were read. */
  readonly damaged: number;
  /** Not read for longer than the period, or never since they were written. */
  readonly late: number;
  /** Of all: nothing has read what was last written there. */
  readonly unread: number;
  /** Of all: their period is over, counted from the day that they came where they were never read. */
  readonly overdue: number;
  /** Of all: were not decoded for longer than the last scheduled verification was to allow. */
  readonly playOverdue: number;
  /** Longest time since a bag was read, or since it came where it never was; null where there are no bags. */
  readonly oldestAgeMs: number | null;
  readonly oldestBag: string | null;
  /** Bags that were read, by the age of their reading in tenths of the period; the last holds all beyond twice the period. */
  readonly ages: readonly number[];
  readonly lastSuccess: LastSuccess | null;
  /** The last that ended without a fault, also one for which the schedule had nothing to read. */
  readonly lastKept: LastSuccess | null;
  readonly lastRun: LastRun | null;
  /** Verifications that were started since the last that ended was, and did not end. */
  readonly unfinished: number;
}

/** Damage that no later verification has taken back. */
export interface StandingFault {
  readonly replica: string | null;
  readonly bag: string;
  /** As the log has it: `corrupt=1 missing=2`. */
  readonly faults: string;
  readonly since: string | null;
}

/** A repair, as it was entered. */
export interface Repair {
  readonly seq: number;
  readonly time: string | null;
  readonly bag: string;
  readonly from: string;
  readonly to: string;
  readonly files: number;
  readonly bytes: number;
}

/** With this confidence at most so many do not play. */
export interface BadBound {
  readonly confidence: number;
  /** Null: of how many is not known. */
  readonly bad: number | null;
  readonly badShare: number;
}

/** A random sample that was decoded. */
export interface EndedDraw {
  /** Entry of the log that has the seed, made before anything of the sample was decoded. */
  readonly seq: number;
  readonly time: string | null;
  /** Entries of the log whose tree has this root, in base64: the SHA-256 of the text of that checkpoint is the seed. */
  readonly size: number;
  readonly root: string;
  readonly seed: string;
  readonly play: string;
  readonly drawn: number;
  /** Did not decode, or to something else. */
  readonly failed: number;
  /** A program or a password was missing, or a file was not there: counted as if they were bad. */
  readonly untried: number;
  readonly otherwise: number;
}

/** Random samples of the last year from the same recordings. */
export interface RandomSample {
  /** Recordings with sound from which each was drawn. */
  readonly population: number;
  /** SHA-256 of their ids in code-point order, each with a line feed. */
  readonly populationSha256: string;
  /** Newest last. */
  readonly draws: readonly EndedDraw[];
  /** Begun since the first of them, and not ended: what they drew is not told. */
  readonly unended: number;
  /** Recordings of bags that were found damaged or lost, as they landed; null: of one of these bags that is not known. */
  readonly inDamagedBags: number | null;
  readonly oldestAgeMs: number;
}

/** When recordings were decoded last as they were recorded, and by what. */
export interface LastPlayed {
  readonly time: string | null;
  readonly decoders: string;
}

/** Played recordings, each bag by the last time that it was decoded. */
export interface Playability {
  /** Bags of which all was decoded, and which stand as they were then. */
  readonly bags: number;
  /** Bags that were decoded once and were found damaged or lost since: nothing of that counts. */
  readonly spoiled: number;
  readonly played: number;
  readonly failed: number;
  readonly otherwise: number;
  readonly oldestAgeMs: number | null;
  readonly strata: readonly PlayedStratum[];
  readonly decoders: readonly { readonly decoders: string; readonly recordings: number }[];
  /** What was drawn by chance, which counts apart; null: nothing. */
  readonly sample: RandomSample | null;
  /** By codec id. */
  readonly codecs: readonly { readonly codec: string; readonly copies: LastPlayed | null; readonly originals: LastPlayed | null }[];
}

/** Recordings of the catalog whose coding, recorder and year are the same. */
export interface CatalogStratum {
  /** Ids, joined by a blank; empty where no coding is known. */
  readonly codecs: string;
  readonly importer: string;
  readonly year: string | null;
  readonly recordings: number;
  /** Of them, those that have a file of sound. */
  readonly withSound: number;
  readonly durationMs: number;
}

/** A stratum, and what was decoded of it. */
export interface ShownStratum extends PlayedStratum {
  /** With a file of sound, as the catalog counts them; null: it does not tell them apart. */
  readonly recordings: number | null;
  /** Bags that hold some of it, and of how many some was decoded; null: the catalog does not tell. */
  readonly bags: { readonly held: number | null; readonly decoded: number };
  readonly bounds: readonly BadBound[];
}

/** What random samples show of all recordings with sound. */
export interface SampledShare {
  readonly draws: number;
  /** In all draws; one that two of them drew counts twice. */
  readonly drawn: number;
  readonly failed: number;
  readonly untried: number;
  readonly population: number;
  /** With sound, that no draw could have drawn or that were damaged since: they count as bad. */
  readonly outside: number;
  readonly unended: number;
  readonly oldestAgeMs: number;
  /** Of all recordings with sound. */
  readonly bounds: readonly BadBound[];
}

/** Which share of the recordings is shown to play. */
export interface PlayableShare {
  /** That have a file of sound, or of which that is not known. */
  readonly recordings: number;
  /** That have none: a row of which no audio came. They are no part of the others. */
  readonly withoutSound: number;
  /** Decoded, to what was recorded or nearly so. */
  readonly played: number;
  readonly failed: number;
  readonly otherwise: number;
  /** The others: never decoded, or nothing decodes them here, or their bag was found damaged or lost since. */
  readonly notShown: number;
  /** Of all of `recordings`, by what was decoded bag by bag; empty where there is none. */
  readonly bounds: readonly BadBound[];
  /** `count`: of each stratum all or nothing was decoded, and nothing is concluded from one bag about another. `bags as clusters`: they hold if the bags that were decoded are as good as drawn by chance. */
  readonly boundsBy: 'count' | 'bags as clusters';
  /** That condition in words, as it stands beside the number; null: there is none. */
  readonly caveat: string | null;
  /** Null: nothing was drawn by chance within a year. */
  readonly sample: SampledShare | null;
  readonly strata: readonly ShownStratum[];
}

/**
 * How likely it is that a coding cannot be played any more some day. `published`: longplay decodes it, and how is published; `ffmpeg-only`: how is
 * published, and FFmpeg alone decodes it here; `proprietary`: nobody published how; `nobody`: no decoder here now.
 */
export type CodecRisk = 'published' | 'ffmpeg-only' | 'proprietary' | 'nobody';

/** A codec of the archive. */
export interface RegisteredCodec {
  /** Id; `-` for recordings of which no coding is known. */
  readonly codec: string;
  readonly title: string;
  /** That have a medium of it. One of several codecs counts at each. */
  readonly recordings: number;
  /** Of those recordings; 0 where nothing could be decoded. */
  readonly durationMs: number;
  readonly risk: CodecRisk;
  /** Why, in a sentence. */
  readonly reason: string;
  /** What decodes it on this machine now, the first choice first. */
  readonly decoders: readonly string[];
  /** Originals decoded as at import, or nearly so; null where the log knows of none. */
  readonly originals: LastPlayed | null;
  /** Their copies. */
  readonly copies: LastPlayed | null;
}

/** What kind of entries the log has. */
export interface Deed {
  readonly type: string;
  readonly entries: number;
  readonly first: string | null;
  readonly last: string | null;
  /** Who: ids of the keys that signed from the first to the last of them. */
  readonly keys: readonly string[];
}

/** What the log alone tells. */
export interface LogAccount {
  readonly holdings: {
    readonly bags: number;
    /** As they were entered when they landed. */
    readonly recordings: number;
    /** Bags whose entry does not say how many recordings they hold. */
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
  readonly drill: { readonly time: string | null; readonly recordings: number; readonly failed: number } | null;
  readonly clock: { readonly entries: number; readonly behind: number; readonly mostBehindMs: number; readonly future: number };
  readonly deeds: readonly Deed[];
}

/** The log as it was found, and whether this statement is signed over it. */
export interface LogFacts {
  /** Entries. */
  readonly size: number;
  /** Base64 of the tree's root; null where it is too damaged to have one. */
  readonly root: string | null;
  readonly findings: readonly { readonly code: string; readonly message: string }[];
  /** Id of the key that signs the log. */
  readonly key: string | null;
}

/** What the catalog tells, which is made from the bags, and the imports with their reconciliation. */
export type CatalogFacts = Pick<ArchiveReport, 'totals' | 'checks' | 'codecs' | 'imports' | 'unfinished'> & {
  readonly strata: readonly CatalogStratum[];
  readonly formats: FormatGrades;
};

/** How well the kinds of files of an archive were known when their bags were made. */
export interface FormatGrades {
  /** Least known first; format and grade are null for files that nobody recognised. */
  readonly kinds: readonly { readonly format: string | null; readonly grade: Grade | null; readonly files: number }[];
  /** Bags whose formats.txt states no grades, as in earlier builds, or cannot be read. */
  readonly bagsWithout: number;
}

/** `statement.json`. */
export interface Statement {
  /** The last success in words: the first line of everything. */
  readonly headline: string;
  readonly lastSuccess: LastSuccess | null;
  /** Why it is not signed; null: a signature lies beside it. */
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
  /** The largest risk first. */
  readonly codecs: readonly RegisteredCodec[];
  readonly assumptions: readonly string[];
  readonly notCovered: readonly string[];
}
