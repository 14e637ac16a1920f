import { sha256Hex } from '../core/identifier.ts';
import { byCodePoint } from '../core/order.ts';
import type { PhoneValue, TimeValue } from '../core/recording.ts';
import type { RecordingDocument } from '../core/recording-document.ts';

/** What the catalog knows of one recording; all of it follows from its `recording.json`. */
export interface CatalogEntry {
  readonly recordingId: string;
  readonly supersedes: string | null;
  readonly importer: string;
  readonly site: string;
  readonly key: string;
  readonly fingerprint: string;
  /** Start for sorting and for ranges: UTC where known, else the wall clock, else null. ISO text. */
  readonly start: string | null;
  readonly startCertainty: string | null;
  readonly direction: string;
  /** The last word, with the audio worked on. */
  readonly status: string;
  /** The status that the join of rows and audio gave. */
  readonly joined: string;
  /** Rule of the join, in the importer's words. */
  readonly rule: string;
  /** Why the audio gave another status than the join; null where it did not. */
  readonly reason: string | null;
  /** The recorder's id of the interaction that this is a segment or transfer of. */
  readonly groupId: string | null;
  /** Of the longest medium, ms; null where nothing was decoded. */
  readonly durationMs: number | null;
  readonly originals: number;
  readonly copies: number;
  readonly originalBytes: number;
  readonly copyBytes: number;
  /** Codec ids of its media, sorted, joined by a blank. */
  readonly codecs: string;
  readonly from: string;
  readonly to: string;
  /** Everything that a person may search for, one text. */
  readonly text: string;
  readonly findings: number;
  /** Media whose sound may be noise of a wrong decoding. */
  readonly doubtful: number;
}

/** The members of an entry, in the order of the catalog's columns. */
export const catalogColumns = [
  'recordingId',
  'supersedes',
  'importer',
  'site',
  'key',
  'fingerprint',
  'start',
  'startCertainty',
  'direction',
  'status',
  'joined',
  'rule',
  'reason',
  'groupId',
  'durationMs',
  'originals',
  'copies',
  'originalBytes',
  'copyBytes',
  'codecs',
  'from',
  'to',
  'text',
  'findings',
  'doubtful',
] as const satisfies readonly (keyof CatalogEntry)[];

/** The catalog's view of a document. */
export function catalogEntry(document: RecordingDocument): CatalogEntry {
  const { recording, media } = document;
  const { reconciliation } = recording;
  const start = recording.callStart ?? media.find((m) => m.audioStart !== null)?.audioStart ?? null;
  const party = (...roles: string[]): string => {
    const found = recording.parties.find((p) => roles.includes(p.role));
    return found?.phone?.raw ?? found?.name ?? found?.agentId ?? '';
  };
  const durations = media.flatMap((m) => (m.measurement === null ? [] : [m.measurement.durationMs]));
  const copies = [...media.flatMap((m) => (m.access === null ? [] : [m.access])), ...(document.joined === null ? [] : [document.joined])];
  return {
    recordingId: document.recordingId,
    supersedes: document.supersedes,
    importer: recording.importer,
    site: document.site,
    key: recording.key,
    fingerprint: document.fingerprint,
    start: timeForSorting(start),
    startCertainty: start?.certainty ?? null,
    direction: recording.direction.value,
    status: reconciliation.status,
    joined: reconciliation.joined ?? reconciliation.status,
    rule: reconciliation.rule,
    reason: reconciliation.reason ?? null,
    groupId: recording.group?.id ?? null,
    durationMs: durations.length === 0 ? null : Math.max(...durations),
    originals: media.length,
    copies: copies.length,
    originalBytes: media.reduce((sum, m) => sum + m.original.sizeBytes, 0),
    copyBytes: copies.reduce((sum, c) => sum + c.sizeBytes, 0),
    codecs: [...new Set(media.flatMap((m) => (m.codec === null ? [] : [m.codec.id])))].sort(byCodePoint).join(' '),
    from: party('caller', 'customer'),
    to: party('callee', 'agent'),
    text: searchText(document),
    findings: document.findings.length + media.reduce((sum, m) => sum + m.findings.length, 0),
    doubtful: media.filter((m) => (m.doubts ?? []).length > 0).length,
  };
}

/** UTC where it is known, else the wall clock: good for order and ranges, not for proof. */
export function timeForSorting(time: TimeValue | null): string | null {
  return time?.utc ?? time?.local ?? null;
}

function phoneWords(phone: PhoneValue | null): string[] {
  return phone === null ? [] : [phone.raw, phone.e164 ?? '', phone.sip ?? ''];
}

function searchText({ recording, media, recordingId }: RecordingDocument): string {
  const { group } = recording;
  const said = [recording, ...(recording.accounts ?? [])];
  const words = [
    recordingId,
    ...said.map(({ key }) => key),
    ...(group === null || group === undefined ? [] : [group.id, group.previous ?? '', group.next ?? '']),
    ...said.flatMap(({ parties }) => parties.flatMap((p) => [...phoneWords(p.phone), p.name ?? '', p.agentId ?? '', p.device ?? ''])),
    ...said.flatMap((each) => [...each.sourceKeys, ...each.correlation, ...each.org, ...each.tags, ...each.extra].map((pair) => pair.value)),
    ...media.map((m) => m.path),
  ];
  return [...new Set(words.filter((word) => word !== ''))].join(' ');
}

/** One entry in short, for comparing millions. */
export interface EntryDigest {
  readonly recordingId: string;
  /** SHA-256 over all members. */
  readonly sha256: string;
}

/** The digest of an entry, the same from a document and from the database. */
export function entryDigest(entry: CatalogEntry): EntryDigest {
  return { recordingId: entry.recordingId, sha256: rowDigest(catalogColumns.map((name) => storedValue(entry[name]))) };
}

/** The same of an entry's members as the database gives them, in the order of the columns. */
export function rowDigest(row: readonly unknown[]): string {
  return sha256Hex(JSON.stringify(row));
}

/** A member as a database of UTF-8 texts gives it back: half a surrogate pair is U+FFFD there. */
export function storedValue<Value>(value: Value): Value | string {
  return typeof value === 'string' ? value.toWellFormed() : value;
}
