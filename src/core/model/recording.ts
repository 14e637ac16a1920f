import type { Finding } from '../findings/finding.ts';
import type { Grade } from './grade.ts';

/** Where a time comes from. */
export type TimeBasis = 'explicit-offset' | 'epoch' | 'utc-column' | 'zone-assumed' | 'name' | 'unknown';
/** How sure its UTC value is. `unzoned`: local, and no zone is known. */
export type TimeCertainty = 'exact' | 'assumed' | 'ambiguous-fold' | 'nonexistent' | 'sentinel' | 'unzoned' | 'unreadable';

/** A point in time as the recorder wrote it. `utc` is null unless it is known; nothing is guessed silently. */
export interface TimeValue {
  /** Exactly as it stood. */
  readonly raw: string;
  /** `2019-03-12T09:15:04.120Z`, or null. */
  readonly utc: string | null;
  /** Wall clock as written, `2019-03-12T10:15:04.120`, where the raw text is one; else null. */
  readonly local: string | null;
  /** Offset from UTC in minutes, where known. */
  readonly offsetMin: number | null;
  /** IANA zone that was used, or null. */
  readonly zone: string | null;
  readonly precision: 'ms' | 's' | 'min' | 'day';
  readonly basis: TimeBasis;
  readonly certainty: TimeCertainty;
  /** Both possible UTC values of an hour that occurred twice (earlier first); the two neighbours of an hour that never was; else empty. */
  readonly candidates: readonly string[];
}

/** What an export did to a number; such a number is flagged, never repaired. */
export type NumberDamage = 'scientific' | 'leading-zero-lost' | 'guard-char' | 'masked' | 'overflow';

/** A telephone number or address as written. */
export interface PhoneValue {
  readonly raw: string;
  /** `+46701740605`, only where the raw text is in that form already. */
  readonly e164: string | null;
  /** 2 to 6 digits: an extension; else null. */
  readonly extension: string | null;
  readonly sip: string | null;
  readonly damage: NumberDamage | null;
}

export type PartyRole = 'caller' | 'callee' | 'agent' | 'supervisor' | 'customer' | 'ivr' | 'unknown';

/** Somebody who took part. */
export interface Party {
  readonly role: PartyRole;
  readonly phone: PhoneValue | null;
  readonly name: string | null;
  readonly agentId: string | null;
  readonly device: string | null;
}

/** Which side of the call a medium or channel carries. */
export type Side = 'in' | 'out' | 'mixed' | 'stereo' | 'unknown';

/** One audio file of a recording, as the importer sees it. Sizes and digests are added when it is read. */
export interface MediaRef {
  /** Path of the entry in the source. */
  readonly path: string;
  readonly kind: 'audio' | 'screen' | 'pcap' | 'other';
  readonly side: Side;
  /** Who is on which channel, by index; `unknown` where the recorder does not say. */
  readonly channels: readonly { readonly index: number; readonly role: PartyRole }[];
  /** When its audio begins, where the recorder says. */
  readonly audioStart: TimeValue | null;
  /** Where its audio begins in the call, ms from `callStart`, where the recorder says so in a number of its own. Absent: it does not. */
  readonly startOffsetMs?: number | null;
  /** Its bytes begin where those of the medium before it end: a recorder wrote one file in pieces, and only all of them together can be read. Absent: a file of its own. */
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

/** Something that happened in the call. Digits of `dtmf` are never kept. */
export interface CallEvent {
  readonly type: EventType;
  readonly at: TimeValue | null;
  readonly lengthMs: number | null;
  /** Where it lies in the call, ms from `callStart`, as the recorder says. Absent: it does not. */
  readonly callOffsetMs?: number | null;
  /** Where it lies in the audio, ms from its first sample, as the recorder says: after a cut another place than in the call. Absent: it does not. */
  readonly mediaOffsetMs?: number | null;
  /** Whom it happened to, as an index in `parties`. Absent or null: the recorder does not say. */
  readonly party?: number | null;
  /** What it did to the audio. */
  readonly mediaEffect: 'silence' | 'cut' | 'gap' | 'split' | 'none' | 'unknown';
  /** The recorder's own words. */
  readonly raw: string;
}

/** One place in the source that a recording's metadata came from. */
export interface SourceRef {
  readonly kind: 'row' | 'sidecar' | 'name';
  /** Path of the entry. */
  readonly path: string;
  /** Row or record number in it, from 1, header not counted; null for a whole file or a name. */
  readonly row: number | null;
  /** SHA-256 of the raw row or sidecar, where the importer has the bytes. */
  readonly sha256: string | null;
  /** The raw row, exactly; kept in the bag as `source-N`. Null where `path` is a sidecar to be kept as a file. */
  readonly text: string | null;
}

/** Where a recording stands among the segments and transfers of one interaction; ids are the recorder's keys. */
export interface Group {
  readonly id: string;
  /** Place in the group as the recorder counts. */
  readonly index: number | null;
  /** Members of the group, as the recorder says. */
  readonly count: number | null;
  readonly previous: string | null;
  readonly next: string | null;
}

/** How long the recorder was to keep a recording, and what kept it from deleting it: carried, never shortened, never acted on. */
export interface Retention {
  /** Name of a policy, number of days … as it stood. */
  readonly policyRaw: string | null;
  readonly expiresAt: TimeValue | null;
  /** The recorder's word for a legal hold, where it has one. */
  readonly legalHoldRaw: string | null;
  /** The recorder's word for a lock or protection against deletion. */
  readonly lockRaw: string | null;
  /** When the recorder deleted the audio. */
  readonly deletedAtSource: TimeValue | null;
}

/** A duration as the recorder declares it. */
export interface DeclaredDuration {
  readonly ms: number;
  readonly raw: string;
  readonly unit: string;
  /** What it measures: the audio itself, or the call with its ringing, holds and wrap-up. Absent: the call. */
  readonly of?: 'audio' | 'call';
}

/** How rows and audio came together, and what became of the audio (docs, reconciliation). */
export type ReconciliationStatus = (typeof reconciliationStatuses)[number];

/** Every status, as users name them: docs/reconciliation.md. An importer gives those of the join; the last three and `zero-audio` also come from the work on the audio. */
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

/** A name and value pair; names may repeat. */
export interface NameValue {
  readonly name: string;
  readonly value: string;
}

/** One captured call or part of a call with its metadata and media: the unit users speak of. */
export interface Recording {
  readonly kind: 'recording';
  /** Importer id, its grade, and the site that `--site` names. */
  readonly importer: string;
  readonly grade: Grade;
  /**
   * The recorder's own identity of this recording, unique within importer and site and the same at every run and in every
   * packing of the source; the id is a keyed hash of it. Never a path of this machine.
   */
  readonly key: string;
  readonly sourceKeys: readonly NameValue[];
  /** Ids that join across systems: `linkedid`, `sip-call-id`, `ucid` … */
  readonly correlation: readonly NameValue[];
  readonly callStart: TimeValue | null;
  readonly callAnswer: TimeValue | null;
  readonly callEnd: TimeValue | null;
  readonly durationDeclared: DeclaredDuration | null;
  readonly direction: { readonly value: 'inbound' | 'outbound' | 'internal' | 'tandem' | 'unknown'; readonly raw: string | null };
  readonly parties: readonly Party[];
  /** Queue, skill, campaign, tenant … as the recorder names them. */
  readonly org: readonly NameValue[];
  readonly media: readonly MediaRef[];
  readonly events: readonly CallEvent[];
  readonly tags: readonly NameValue[];
  /** Segments and transfers of one interaction. */
  readonly group: Group | null;
  readonly retention: Retention | null;
  /** Problem status, one-sided, missing packets, exception code … as the recorder names them. */
  readonly quality: readonly NameValue[];
  /** Every field that has no place above, with its raw name. */
  readonly extra: readonly NameValue[];
  readonly reconciliation: { readonly status: ReconciliationStatus; readonly rule: string };
  readonly provenance: readonly SourceRef[];
  /** What other exports of one import say of the call. */
  readonly accounts: readonly CallAccount[];
  readonly findings: readonly Finding[];
}

/** What another export says of the same call, with its own provenance: nothing of it is mixed into the recording. */
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
  /** `id`: an id that both have; `window`: a number and the time. */
  readonly joinedBy: 'id' | 'window';
}

/** A recording with nothing known but its identity; importers spread it and fill in. */
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
