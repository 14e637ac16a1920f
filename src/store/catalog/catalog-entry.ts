import { createHash, createHmac } from 'node:crypto';
import { sha256Hex } from '../../core/base/identifier.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { partyAt } from '../../core/model/calling-side.ts';
import { descriptionDigest, descriptionOf } from '../../core/model/description.ts';
import type { CallAccount, PhoneValue, TimeValue } from '../../core/model/recording.ts';
import { type DocumentedRecording, type RecordingDocument, revisionOf, type StoredFile } from '../../core/model/recording-document.ts';
import { type HasSound, soundOf } from '../../core/model/sound.ts';
import { storedNumberKeys } from '../../core/numbers/number-keys.ts';
import { soundMs } from '../../core/time/media-spans.ts';
import { spanOf, zoneSpanMs } from '../../core/time/time-span.ts';
import { isoMs } from '../../core/time/zone-clock.ts';
import { foldedWords, searchedWords } from '../../core/words/fold-text.ts';
import { keptMediaText } from './kept-media.ts';
import { labelOf } from './labels.ts';
import { widestSpanMs } from './position.ts';
import { latestEndOf, retentionText } from './recorder-retention.ts';

/** The catalog's data about one recording, derived from its `recording.json`. */
export interface CatalogEntry {
  readonly recordingId: string;
  readonly supersedes: string | null;
  readonly importer: string;
  readonly site: string;
  readonly key: string;
  readonly fingerprint: string;
  /** Number of the description, from 1; each amendment adds a description. */
  readonly revision: number;
  /** Digest of the description (`descriptionDigest`), by which an import detects that it would describe the recording differently. */
  readonly described: string;
  /** Start as ISO text, for sorting and for ranges: UTC if known, else the local time; null if unknown. */
  readonly start: string | null;
  readonly startCertainty: string | null;
  /** Earliest and latest possible start, epoch ms (`spanOf` of src/core/time/time-span.ts); null if it has no start. */
  readonly earliest: number | null;
  readonly latest: number | null;
  /** IANA name of the zone with which the start was interpreted; empty if none was used. */
  readonly zone: string;
  readonly direction: string;
  /** Final status, after decoding. */
  readonly status: string;
  /** Match status, from metadata. */
  readonly joined: string;
  /** Matching rule, as the importer words it. */
  readonly rule: string;
  /** Why decoding changed the match status; null if it did not. */
  readonly reason: string | null;
  /** The recorder's id of the interaction to which the recording belongs, e.g. as a segment or a transfer. */
  readonly groupId: string | null;
  /** Total duration of the recording's audio when it was imported, ms; simultaneous audio of several files counts once. Null if nothing was decoded. */
  readonly durationMs: number | null;
  /** Number and size of its originals and of its copies, without those that were erased alone. */
  readonly originals: number;
  readonly copies: number;
  readonly originalBytes: number;
  readonly copyBytes: number;
  /** Number of its originals and copies that were erased alone. */
  readonly erasedFiles: number;
  /** Number of its media of which the original or a copy was not erased. */
  readonly presentMedia: number;
  /** Like `durationMs`, of these media alone. */
  readonly audioMs: number | null;
  /** Codec ids of its media, sorted, separated by a blank. */
  readonly codecs: string;
  readonly from: string;
  readonly to: string;
  /** Agents, each by name or, without a name, by id; separated by ", ". */
  readonly agent: string;
  /** Names and ids of agents, folded. */
  readonly agentWords: string;
  /** Tags as a JSON array of strings, each `name=value`: see `tagsOf`. */
  readonly tags: string;
  /** The tags, folded. */
  readonly tagWords: string;
  /** All searchable values, each in the form that `searchedWords` returns. */
  readonly text: string;
  /** Spellings of its telephone numbers (`storedNumberKeys`), separated by a blank. */
  readonly keys: string;
  /** Values for exact selection, each encoded by `labelOf`, separated by a blank. */
  readonly labels: string;
  readonly findings: number;
  /** Number of media that were possibly decoded with the wrong codec. */
  readonly doubtful: number;
  /** The recording's files in the form in which an import compares them: see `keptMedia`. They are in a separate table because searches do not need them. */
  readonly media: string;
  /** Whether decoding found audio. */
  readonly sound: HasSound;
  /** Latest possible end of the call, epoch ms (`latestEndOf`); null if unknown. */
  readonly latestEnd: number | null;
  /** What the recorder said about retention, as JSON (`retentionText`); empty if it said nothing. */
  readonly retention: string;
}

/** Members of an entry that are columns of the table of recordings, in order. */
export const catalogColumns = [
  'recordingId',
  'supersedes',
  'importer',
  'site',
  'key',
  'fingerprint',
  'revision',
  'described',
  'start',
  'startCertainty',
  'earliest',
  'latest',
  'zone',
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
  'erasedFiles',
  'presentMedia',
  'audioMs',
  'codecs',
  'from',
  'to',
  'agent',
  'agentWords',
  'tags',
  'tagWords',
  'text',
  'keys',
  'labels',
  'findings',
  'doubtful',
  'sound',
  'latestEnd',
  'retention',
] as const satisfies readonly Exclude<keyof CatalogEntry, 'media'>[];

/**
 * Returns the catalog entry of a document.
 * @param isErased returns true for a file that was erased alone; the document of a sealed recording does not say it
 */
export function catalogEntry(document: RecordingDocument, isErased: (file: StoredFile) => boolean = isMarkedErased): CatalogEntry {
  const { recording, media } = document;
  const { reconciliation } = recording;
  const start = recording.callStart ?? media.find((m) => m.audioStart !== null)?.audioStart ?? null;
  const party = (calls: boolean): string => {
    const found = partyAt(recording.parties, recording.direction.value, calls);
    return found?.phone?.raw ?? found?.name ?? found?.agentId ?? '';
  };
  const isMeasured = media.some(({ measurement }) => measurement !== null);
  const tags = recording.tags.map(({ name, value }) => `${name}=${value}`);
  const known = {
    recordingId: document.recordingId,
    supersedes: document.supersedes,
    importer: recording.importer,
    site: document.site,
    key: recording.key,
    fingerprint: document.fingerprint,
    revision: revisionOf(document),
    described: descriptionDigest(descriptionOf(recording, media)),
    ...whenOf(start),
    startCertainty: start?.certainty ?? null,
    zone: start?.zone ?? '',
    direction: recording.direction.value,
    status: reconciliation.status,
    joined: reconciliation.joined ?? reconciliation.status,
    rule: reconciliation.rule,
    reason: reconciliation.reason ?? null,
    groupId: recording.group?.id ?? null,
    durationMs: isMeasured ? (soundMs(document) ?? 0) : null,
    ...filesOf(document, isMeasured, isErased),
    codecs: [...new Set(media.flatMap((m) => (m.codec === null ? [] : [m.codec.id])))].sort(byCodePoint).join(' '),
    from: party(true),
    to: party(false),
    agent: agentText(recording.parties),
    agentWords: agentWords(recording),
    tags: JSON.stringify(tags),
    tagWords: foldedWords(tags.join(' ')),
    text: searchText(document),
    keys: numberKeys(document),
    findings: document.findings.length + media.reduce((sum, m) => sum + m.findings.length, 0),
    doubtful: media.filter((m) => (m.doubts ?? []).length > 0).length,
    media: keptMediaText(document),
    sound: soundOf(media),
    latestEnd: latestEndOf(recording, whenOf(start).latest, isMeasured ? soundMs(document) : null),
    retention: retentionText(recording.retention),
  };
  return { ...known, labels: labelsOf(known, document) };
}

/** Returns the tags of an entry, as `name=value`. */
export function tagsOf({ tags }: Pick<CatalogEntry, 'tags'>): readonly string[] {
  const read: unknown = JSON.parse(tags);
  return Array.isArray(read) ? read.map(String) : [];
}

function isMarkedErased({ erased }: StoredFile): boolean {
  return erased !== undefined;
}

/** Counts the audio files of a document, and those that were erased alone. @param isMeasured true if something was decoded */
function filesOf(
  document: RecordingDocument,
  isMeasured: boolean,
  isErased: (file: StoredFile) => boolean,
): Pick<CatalogEntry, 'originals' | 'copies' | 'originalBytes' | 'copyBytes' | 'erasedFiles' | 'presentMedia' | 'audioMs'> {
  const { media } = document;
  const isPresent = <File extends StoredFile>(file: File | null): file is File => file !== null && !isErased(file);
  const joined = isPresent(document.joined) ? document.joined : null;
  const originals = media.map(({ original }) => original).filter(isPresent);
  const copies = [...media.map(({ access }) => access), joined].filter(isPresent);
  const all = media.length + media.filter(({ access }) => access !== null).length + (document.joined === null ? 0 : 1);
  // The copy of both sides has the sound of each.
  const present = joined !== null ? media : media.filter(({ original, access }) => isPresent(original) || isPresent(access));
  return {
    originals: originals.length,
    copies: copies.length,
    originalBytes: totalBytes(originals),
    copyBytes: totalBytes(copies),
    erasedFiles: all - originals.length - copies.length,
    presentMedia: present.length,
    audioMs: isMeasured ? (soundMs({ ...document, media: present, joined }) ?? 0) : null,
  };
}

function totalBytes(files: readonly StoredFile[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function agentText(parties: DocumentedRecording['parties']): string {
  const agents = parties.filter(({ role, agentId }) => role === 'agent' || agentId !== null);
  return [...new Set(agents.map(({ name, agentId, phone }) => name ?? agentId ?? phone?.raw ?? ''))].filter((agent) => agent !== '').join(', ');
}

/**
 * Returns the words of agents in the recording and in accounts that name the same call id. A search for an agent therefore finds exactly the recordings that a
 * role limited to this agent may access.
 */
function agentWords(recording: DocumentedRecording): string {
  const named = ownWords(recording).flatMap(({ parties }) => parties.filter(({ role, agentId }) => role === 'agent' || agentId !== null));
  const words = named.flatMap(({ name, agentId, phone }) => [name ?? '', agentId ?? '', name === null && agentId === null ? (phone?.raw ?? '') : '']);
  return [...new Set(words.map(foldedWords))].filter((word) => word !== '').join(' ');
}

/** Returns the recording itself and the accounts that name the same call id. An account that was matched by time alone grants no access. */
function ownWords(recording: DocumentedRecording): readonly Pick<CallAccount, 'parties' | 'org' | 'tags'>[] {
  return [recording, ...(recording.accounts ?? []).filter(({ joinedBy }) => joinedBy === 'id')];
}

function labelsOf(entry: Omit<CatalogEntry, 'labels'>, { recording }: RecordingDocument): string {
  const said = ownWords(recording);
  const labels = [
    ...(['importer', 'site', 'direction', 'status', 'joined'] as const).map((kind) => labelOf(kind, entry[kind])),
    ...entry.codecs.split(' ').flatMap((codec) => (codec === '' ? [] : [labelOf('codec', codec)])),
    ...(entry.groupId === null ? [] : [labelOf('group', entry.groupId)]),
    ...(entry.doubtful > 0 ? [labelOf('doubtful', 'yes')] : []),
    ...(entry.sound === 'no' ? [labelOf('sound', 'no')] : []),
    ...said.flatMap(({ parties }) => parties.flatMap(({ agentId }) => (agentId === null ? [] : [labelOf('agent', agentId)]))),
    ...(recording.accounts ?? []).flatMap(({ table, key }) => (table === undefined ? [] : [labelOf('account', key, table)])),
    ...said.flatMap(({ org }) => org.map(({ name, value }) => labelOf('org', value, name))),
    ...said.flatMap(({ tags }) => tags.map(({ name, value }) => labelOf('tag', value, name))),
  ];
  return [...new Set(labels)].join(' ');
}

function numberKeys({ recording }: RecordingDocument): string {
  const phones = [recording, ...(recording.accounts ?? [])].flatMap(({ parties }) => parties.flatMap(({ phone }) => (phone === null ? [] : [phone])));
  return [...new Set(phones.flatMap((phone) => storedNumberKeys(phone)))].join(' ');
}

/** Returns the time in UTC if known, else in local time; null if its text is not a time. Suitable for sorting, not for ranges or evidence. */
export function timeForSorting(time: TimeValue | null): string | null {
  return whenOf(time).start;
}

/** Returns a start for sorting, and the earliest and latest possible start. */
function whenOf(time: TimeValue | null): Pick<CatalogEntry, 'start' | 'earliest' | 'latest'> {
  const span = spanOf(time);
  if (time === null || span === null) return { start: null, earliest: null, latest: null };
  const { earliestMs: earliest, latestMs: latest } = span;
  const written = time.utc ?? time.local;
  const ms = written === null ? null : isoMs(written);
  // Time windows are searched by position: if the span contradicts the written start, the earliest possible start takes its place.
  const isNear = ms !== null && earliest >= ms - zoneSpanMs.ahead && latest <= ms + widestSpanMs;
  return { start: isNear ? written : new Date(earliest).toISOString(), earliest, latest };
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
  return [...new Set(words.map(searchedWords))].filter((word) => word !== '').join(' ');
}

/** Digest of what the catalog has about one recording or one kept table, for comparing millions. */
export interface EntryDigest {
  /** Id of the recording; folder of a kept table: `data/table-0001`. */
  readonly id: string;
  /** SHA-256 over all members. */
  readonly sha256: string;
}

/** The members that the catalog keeps of a description that an amendment has replaced. */
type KeptOfEarlier = Pick<CatalogEntry, 'recordingId' | 'revision' | 'described' | 'fingerprint'>;

/** Digests an entry; a document and the database give the same digest. */
export function entryDigest(entry: CatalogEntry): EntryDigest {
  return earlierDigest(entry, entryRowDigest(entry));
}

/** Digests all members of an entry. */
export function entryRowDigest(entry: CatalogEntry): string {
  return rowDigest([...catalogColumns, 'media' as const].map((name) => storedValue(entry[name])));
}

/** Returns the digest of an entry of which the database has only some members and the digest of all (`rowDigest`). */
export function earlierDigest({ recordingId, revision, described, fingerprint }: KeptOfEarlier, row: string): EntryDigest {
  return { id: recordingId, sha256: sha256Hex(JSON.stringify([revision, storedValue(described), storedValue(fingerprint), row])) };
}

/** Digests an entry's members as the database gives them, in column order with the media last. */
export function rowDigest(row: readonly unknown[]): string {
  // JSON writes an infinite number as null, which is another value.
  return sha256Hex(row.includes(Infinity) || row.includes(-Infinity) ? 'infinite' : JSON.stringify(row));
}

/**
 * Digests the entries of a bag, in any order; the order in this list changes.
 * @param key key of the catalog of a sealed archive; null: the archive is open. The log has this digest in clear, and without a key it would confirm a guess
 *   about a number or a time
 */
export function entriesDigest(entries: EntryDigest[], key: Uint8Array | null): string {
  entries.sort((a, b) => byCodePoint(a.id, b.id));
  const hash = key === null ? createHash('sha256') : createHmac('sha256', key).update('longplay: entries of a bag\n');
  for (const { id, sha256 } of entries) hash.update(`${id} ${sha256}\n`);
  return hash.digest('hex');
}

/** Digest over no entries, without a key. */
export const noEntriesSha256: string = entriesDigest([], null);

/** Returns a member as SQLite stores it in UTF-8: each unpaired surrogate becomes U+FFFD. */
export function storedValue<Value>(value: Value): Value | string {
  return typeof value === 'string' ? value.toWellFormed() : value;
}

/** SQL condition on `recording`: the recording has an audio file that is not empty, and of which the original or a copy was not erased. */
export const withSoundSql = "presentMedia > 0 AND status <> 'zero-audio'";

/** SQL condition on `recording`: the recording also has an original that was not erased. */
export const withOriginalSql = "originals > 0 AND status <> 'zero-audio'";
