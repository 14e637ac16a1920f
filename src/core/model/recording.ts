import type { Finding } from '../findings/finding.ts';
import type { Grade } from './grade.ts';

/** Origin of a time. */
export type TimeBasis = 'explicit-offset' | 'epoch' | 'utc-column' | 'zone-assumed' | 'name' | 'unknown';
/** Certainty of the UTC value. `unzoned`: local time without a known zone. */
export type TimeCertainty = 'exact' | 'assumed' | 'ambiguous-fold' | 'nonexistent' | 'sentinel' | 'unzoned' | 'unreadable';

/** A point in time as the recorder wrote it. `utc` is null unless the time in UTC is known; nothing is guessed silently. */
export interface TimeValue {
  /** The original text. */
  readonly raw: string;
  /** E.g. `2019-03-12T09:15:04.120Z`; null: unknown. */
  readonly utc: string | null;
  /** Local time as written, e.g. `2019-03-12T10:15:04.120`; null: the raw text has no local time. */
  readonly local: string | null;
  /** Offset from UTC in minutes, if known. */
  readonly offsetMin: number | null;
  /** IANA zone that was used, or null. */
  readonly zone: string | null;
  readonly precision: 'ms' | 's' | 'min' | 'day';
  readonly basis: TimeBasis;
  readonly certainty: TimeCertainty;
  /**
   * For an ambiguous time (DST fold) both possible UTC values, the earlier first; for a nonexistent time (DST gap) its two neighbours; otherwise
   * empty.
   */
  readonly candidates: readonly string[];
}

/** Damage to a number by an export; such a number is flagged, never repaired. */
export type NumberDamage = 'scientific' | 'leading-zero-lost' | 'guard-char' | 'masked' | 'overflow';

/** A telephone number or address as written. */
export interface PhoneValue {
  readonly raw: string;
  /** E.g. `+46701740605`; only if the raw text already has that form. */
  readonly e164: string | null;
  /** An extension of 2 to 6 digits; otherwise null. */
  readonly extension: string | null;
  readonly sip: string | null;
  readonly damage: NumberDamage | null;
}

export type PartyRole = 'caller' | 'callee' | 'agent' | 'supervisor' | 'customer' | 'ivr' | 'unknown';

/** A participant of the call. */
export interface Party {
  readonly role: PartyRole;
  readonly phone: PhoneValue | null;
  readonly name: string | null;
  readonly agentId: string | null;
  readonly device: string | null;
}

/** The side of the call that a medium or channel carries. */
export type Side = 'in' | 'out' | 'mixed' | 'stereo' | 'unknown';

/** One audio file of a recording, as the importer describes it. Sizes and digests are added when it is read. */
export interface MediaRef {
  /** Path of the entry in the source. */
  readonly path: string;
  readonly kind: 'audio' | 'screen' | 'pcap' | 'other';
  readonly side: Side;
  /** Role of each channel, by index; `unknown` if the recorder does not say. */
  readonly channels: readonly { readonly index: number; readonly role: PartyRole }[];
  /** Start of its audio, if the recorder states it. */
  readonly audioStart: TimeValue | null;
  /** Start of its audio in the call, ms from `callStart`, if the recorder states it as a separate number. Absent: it does not. */
  readonly startOffsetMs?: number | null;
  /**
   * True if its bytes continue those of the previous medium: the recorder wrote one file in pieces, which can only be read together. Absent: a
   * separate file.
   */
  readonly continues?: boolean;
}

export type EventType =
  | 'answer'
  | 'ring'
  | 'hold'
  | 'retrieve'
  | 'pause'
  | 'resume'
  | 'mask'
  | 'unmask'
  | 'mute'
  | 'transfer'
  | 'conference'
  | 'join'
  | 'leave'
  | 'dtmf'
  | 'tag'
  | 'record-start'
  | 'record-stop'
  | 'disconnect';

/** An event in the call. Digits of `dtmf` are never kept. */
export interface CallEvent {
  readonly type: EventType;
  readonly at: TimeValue | null;
  readonly lengthMs: number | null;
  /** Position in the call, ms from `callStart`, according to the recorder. Absent: unknown. */
  readonly callOffsetMs?: number | null;
  /**
   * Position in the audio, ms from its first sample, according to the recorder; after a cut it differs from the position in the call. Absent:
   * unknown.
   */
  readonly mediaOffsetMs?: number | null;
  /** Party concerned, as an index in `parties`. Absent or null: unknown. */
  readonly party?: number | null;
  /** Effect on the audio. */
  readonly mediaEffect: 'silence' | 'cut' | 'gap' | 'split' | 'none' | 'unknown';
  /** The recorder's own words. */
  readonly raw: string;
}

/** One place in the source of a recording's metadata. */
export interface SourceRef {
  /** `signalling`: a SIP message in a capture that is a medium of the recording. */
  readonly kind: 'row' | 'sidecar' | 'name' | 'signalling';
  /** Path of the entry. */
  readonly path: string;
  /**
   * Number of the row as a spreadsheet counts it (including titles, header and blank lines), or number of a record of another kind of file, from 1;
   * null for a whole file, a name or a message.
   */
  readonly row: number | null;
  /** SHA-256 of the raw row, sidecar or message, if the importer has the bytes. */
  readonly sha256: string | null;
  /** The exact raw row, which the bag contains as `source-N`. Null if `path` is a sidecar that is kept as a file. */
  readonly text: string | null;
}

/** Returns true for a row or a sidecar, which describe a call by themselves. A name and the signalling do not: they are parts of the media. */
export function isDescription({ kind }: Pick<SourceRef, 'kind'>): boolean {
  return kind === 'row' || kind === 'sidecar';
}

/** Position of a recording among the segments and transfers of one interaction; ids are the recorder's keys. */
export interface Group {
  readonly id: string;
  /** Position in the group, as the recorder counts. */
  readonly index: number | null;
  /** Number of members of the group, according to the recorder. */
  readonly count: number | null;
  readonly previous: string | null;
  readonly next: string | null;
}

/**
 * The recorder's data on the retention of a recording, and what prevented its deletion. longplay preserves these data, never shortens them, and never
 * acts on them.
 */
export interface Retention {
  /** Original text, e.g. name of a policy or number of days. */
  readonly policyRaw: string | null;
  readonly expiresAt: TimeValue | null;
  /** The recorder's text for a legal hold, if it has one. */
  readonly legalHoldRaw: string | null;
  /** The recorder's text for a lock or protection against deletion. */
  readonly lockRaw: string | null;
  /** When the recorder deleted the audio. */
  readonly deletedAtSource: TimeValue | null;
}

/** A duration declared by the recorder. */
export interface DeclaredDuration {
  readonly ms: number;
  readonly raw: string;
  readonly unit: string;
  /** What the duration measures: the audio itself, or the call with ringing, holds and wrap-up. Absent: the call. */
  readonly of?: 'audio' | 'call';
}

/** How rows and audio were matched, and what became of the audio (docs/reference/reconciliation.md). */
export type ReconciliationStatus = (typeof reconciliationStatuses)[number];

/** All statuses: docs/reference/reconciliation.md. An importer assigns match statuses; decoding assigns the last three and `zero-audio`. */
export const reconciliationStatuses = [
  'matched',
  'matched-by-window',
  'row-without-audio',
  'audio-without-row',
  'duplicate-row',
  'duplicate-audio',
  'shared-audio',
  'split-audio',
  'ambiguous',
  'deleted-at-source',
  'not-recorded-by-design',
  'zero-audio',
  'parse-error',
  'audio-length-differs',
  'unreadable-audio',
  'encrypted-no-key',
] as const;

/** A name with its value; a list may contain a name several times. */
export interface NameValue {
  readonly name: string;
  readonly value: string;
}

/** One captured call or part of a call with its metadata and media. */
export interface Recording {
  readonly kind: 'recording';
  /** Importer id, its grade, and the site given with `--site`. */
  readonly importer: string;
  readonly grade: Grade;
  /**
   * The recorder's own identity of this recording, unique within importer and site, and the same in every run and however the source is packed. The
   * id of the recording is a keyed hash of this key. Never a path of this machine.
   */
  readonly key: string;
  readonly sourceKeys: readonly NameValue[];
  /** Ids that occur in several systems: `linkedid`, `sip-call-id`, `ucid` … */
  readonly correlation: readonly NameValue[];
  readonly callStart: TimeValue | null;
  readonly callAnswer: TimeValue | null;
  readonly callEnd: TimeValue | null;
  readonly durationDeclared: DeclaredDuration | null;
  readonly direction: { readonly value: 'inbound' | 'outbound' | 'internal' | 'tandem' | 'unknown'; readonly raw: string | null };
  readonly parties: readonly Party[];
  /** Queue, skill, campaign, tenant … with the recorder's names. */
  readonly org: readonly NameValue[];
  readonly media: readonly MediaRef[];
  readonly events: readonly CallEvent[];
  readonly tags: readonly NameValue[];
  /** Segments and transfers of one interaction. */
  readonly group: Group | null;
  readonly retention: Retention | null;
  /** Problem status, one-sided, missing packets, exception code … with the recorder's names. */
  readonly quality: readonly NameValue[];
  /** All other fields, with their raw names. */
  readonly extra: readonly NameValue[];
  readonly reconciliation: { readonly status: ReconciliationStatus; readonly rule: string };
  readonly provenance: readonly SourceRef[];
  /** What other exports of the same import say about the call. */
  readonly accounts: readonly CallAccount[];
  readonly findings: readonly Finding[];
}

/** Another export's data about the same call, with separate provenance: nothing is mixed into the recording. */
export interface CallAccount
  extends Pick<
    Recording,
    | 'importer'
    | 'grade'
    | 'key'
    | 'sourceKeys'
    | 'correlation'
    | 'callStart'
    | 'callAnswer'
    | 'callEnd'
    | 'durationDeclared'
    | 'direction'
    | 'parties'
    | 'org'
    | 'events'
    | 'tags'
    | 'extra'
    | 'provenance'
  > {
  /** `id`: by a common id; `window`: by a number and the time. */
  readonly joinedBy: 'id' | 'window';
  /**
   * Name of the system whose later table contained the account (`longplay amend`): `source.name` of the mapping, or the mapping's file name. Absent:
   * the account came with the import.
   */
  readonly table?: string;
}

/** Returns true for an account that a later table added; importers never create such accounts. */
export function isOfLaterTable({ table }: Pick<CallAccount, 'table'>): boolean {
  return table !== undefined;
}

/** Creates a recording that has only its identity; importers spread it and fill in the rest. */
export function emptyRecording(importer: string, grade: Grade, key: string): Recording {
  return {
    kind: 'recording',
    importer,
    grade,
    key,
    sourceKeys: [],
    correlation: [],
    callStart: null,
    callAnswer: null,
    callEnd: null,
    durationDeclared: null,
    direction: { value: 'unknown', raw: null },
    parties: [],
    org: [],
    media: [],
    events: [],
    tags: [],
    group: null,
    retention: null,
    quality: [],
    extra: [],
    reconciliation: { status: 'audio-without-row', rule: '' },
    provenance: [],
    accounts: [],
    findings: [],
  };
}
