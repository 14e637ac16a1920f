import type { PlayedStratum } from '../history/strata.ts';
import type { ArchiveReport } from './source-report.ts';

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
}

/** How one place, the primary archive or a replica, was read. Each bag is in one of `well`, `damaged`, `late`. */
export interface PlaceReading {
  /** Null: the primary. */
  readonly replica: string | null;
  readonly medium: string | null;
  readonly periodMs: number;
  /** Where the period is from: the replica's own, the last verification that named one, or nobody named one and a year is assumed. */
  readonly periodFrom: 'replica' | 'log' | 'assumed';
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

/** With this confidence not more than this share of the recordings fails, where those that were played were drawn without regard to it. */
export interface ShareBound {
  readonly confidence: number;
  readonly badShare: number;
}

/** Played recordings, each bag by the last time that it was decoded. */
export interface Playability {
  /** Bags that were decoded, of all. */
  readonly bags: number;
  readonly played: number;
  readonly failed: number;
  readonly otherwise: number;
  readonly oldestAgeMs: number | null;
  /** Empty where nothing was played. */
  readonly bounds: readonly ShareBound[];
  /** At most so many of all recordings fail, with the same confidences; empty where nothing was played or their number is not known. */
  readonly counts: readonly { readonly confidence: number; readonly bad: number }[];
  readonly strata: readonly (PlayedStratum & { readonly bounds: readonly ShareBound[] })[];
  readonly decoders: readonly { readonly decoders: string; readonly recordings: number }[];
}

/** What kind of entries the log has. */
export interface Deed {
  readonly type: string;
  readonly entries: number;
  readonly first: string | null;
  readonly last: string | null;
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
export type CatalogFacts = Pick<ArchiveReport, 'totals' | 'checks' | 'codecs' | 'imports' | 'unfinished'>;

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
  readonly assumptions: readonly string[];
  readonly notCovered: readonly string[];
}
