import { statSync } from 'node:fs';
import { openArchive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { isFaultOfArchive } from '../../core/findings/finding-table.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { knownPseudonyms, type Pseudonyms } from '../../log/keys/pseudonym.ts';
import { inspectLog } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';
import { judgeLog } from '../../log/read/replica-behind.ts';
import { createDetailsCheck } from '../../log/who/check-details.ts';
import { createDetailsReader, type EntryDetails, whoMember } from '../../log/who/entry-details.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { openForReading } from '../../pipeline/open/open-archive.ts';
import type { Account } from '../accounts/account.ts';
import { createFinder } from './catalog-finder.ts';

/** Parameters of an access review. */
export interface AccessQuery {
  /** UTC times or prefixes of times. Entries at or after `from` and before `to` are included. */
  readonly from: string | null;
  readonly to: string | null;
  /** A user or a pseudonym. */
  readonly who: string | null;
  /** Id of a recording, or a prefix of one. */
  readonly recording: string | null;
  /** Accounts in the users file of `serve`; null: no users file was given. */
  readonly accounts: readonly Account[] | null;
  /** True if a provider vouches for other users whom no file names. */
  readonly hasOthers: boolean;
}

/** Kinds of access to recordings. */
const accessKinds = ['listened', 'shown', 'taken', 'exported', 'searched', 'cases', 'signed-in', 'refused'] as const;

/** A kind of access. */
type AccessKind = (typeof accessKinds)[number];

/** What one person had access to. */
export interface PersonAccess {
  /** Name of the user; null: all details are erased. */
  readonly user: string | null;
  /** Pseudonyms of the person in the log. */
  readonly who: readonly string[];
  readonly times: Readonly<Record<AccessKind, number>>;
  /** Number of rows that searches showed to the person. */
  readonly rows: number;
  readonly first: string;
  readonly last: string;
  /** False: the person is no longer in the users file. Null: there is no users file, or a provider vouches for other users. */
  readonly isUser: boolean | null;
}

/** What one account may access. */
export interface AccountAccess {
  readonly user: string;
  readonly role: string;
  readonly rights: readonly string[];
  /** Part of the archive that the account may access or, if a recording is given, whether the recording is in that part. */
  readonly part: 'all' | 'some' | 'this' | 'not this';
  /** True if one of the matching accesses was made with the account. */
  readonly did: boolean;
}

/** Result of an access review. */
export interface AccessReview {
  readonly events: number;
  readonly persons: readonly PersonAccess[];
  readonly accounts: readonly AccountAccess[] | null;
  /** Number of exports whose list of recordings was erased or never written; they may contain any recording. */
  readonly listsUnknown: number;
  /** Number of errors in the log and its details. Because of them, accesses may be missing or attributed to the wrong person. */
  readonly errors: number;
  /** Permissions of the archive's folder: whoever may read the folder needs no server. */
  readonly folder: { readonly mode: string; readonly uid: number; readonly gid: number };
}

const kindOf: Readonly<Record<string, AccessKind>> = {
  listened: 'listened',
  'recording-listened': 'listened',
  'recording-shown': 'shown',
  'recording-taken': 'taken',
  'export-begun': 'exported',
  exported: 'exported',
  searched: 'searched',
  'cases-listed': 'cases',
  'case-shown': 'cases',
  'case-read': 'cases',
  'user-signed-in': 'signed-in',
  'request-refused': 'refused',
};

interface Person {
  user: string | null;
  readonly who: Set<string>;
  readonly times: Record<AccessKind, number>;
  rows: number;
  first: string;
  last: string;
}

/**
 * Reviews who may play which recordings, and who did, from the log, its details and the accounts of `serve`. Yields each matching access as an `access` result.
 * @throws LongplayError usage U131 if several recordings have the prefix
 */
export async function* reviewAccess(
  archiveDir: string,
  query: AccessQuery,
  { keys, temporary }: { readonly keys: string; readonly temporary: string },
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, AccessReview> {
  const archive = await openArchive(archiveDir);
  const found = await inspectLog(archive, keys, signal);
  // That a replica is behind is told at the start of the run (L135).
  const { findings } = await judgeLog(archive, found, keys, signal);
  for (const one of findings) yield findingEvent(one);
  const pseudonyms = await knownPseudonyms(keys, archive.id);
  const beside = createDetailsReader(archive.dir);
  const check = createDetailsCheck(archive.dir);
  const people = new Map<string, Person>();
  const asked = { ...query, ...(query.who === null ? {} : { whoToo: pseudonyms?.of(query.who) ?? query.who }) };
  let [events, listsUnknown] = [0, 0];
  for await (const entry of readEntries(archive, found, signal)) {
    await check.take(entry);
    const kind = kindOf[entry.type];
    if (kind === undefined || !isInTime(entry, query)) continue;
    const details = await beside.of(entry);
    const { user, who } = personOf(entry, details, pseudonyms);
    if (query.who !== null && ![user, who].some((one) => one === query.who || (one !== null && one === asked.whoToo))) continue;
    // The entry `export-begun` lists the recordings of an export. If there is only `exported`, the export was that of a case, or a version that wrote no list
    // made it.
    if (entry.type === 'exported' && entry.detail.case === undefined && (who ?? user) !== null) continue;
    const recordings = recordingsOf(entry, details);
    if (kind === 'exported' && recordings === null) listsUnknown++;
    if (query.recording !== null && recordings?.some((id) => id.startsWith(query.recording ?? '')) !== true) continue;
    events++;
    const rows = entry.type === 'searched' ? Number(entry.detail.shown ?? 0) : 0;
    count(people, { user, who }, kind, rows, entry.time);
    const { seq, time, type, detail } = entry;
    yield { type: 'result', of: 'access', value: { seq, time, kind, type, user, who, recordings, rows, detail, details } };
  }
  const besides = check.findings();
  for (const one of besides) yield findingEvent(one);
  const names = new Set(query.accounts?.map(({ user }) => user));
  const isUser = (user: string | null): boolean | null => {
    if (query.accounts === null || user === null) return null;
    return names.has(user) || (query.hasOthers ? null : false);
  };
  const persons = [...people.values()].map((one): PersonAccess => ({ ...one, who: [...one.who], isUser: isUser(one.user) }));
  for (const person of persons) yield { type: 'result', of: 'person', value: { ...person } };
  const accounts = query.accounts === null ? null : yield* accountsOf(archiveDir, query, query.accounts, persons, temporary, signal);
  for (const account of accounts ?? []) yield { type: 'result', of: 'account', value: { ...account } };
  const { mode, uid, gid } = statSync(archive.dir);
  const errors = [...findings, ...besides].filter(({ code }) => isFaultOfArchive(code)).length;
  return { events, persons, accounts, listsUnknown, errors, folder: { mode: (mode & 0o7777).toString(8).padStart(4, '0'), uid, gid } };
}

function isInTime({ time }: LogEntry, { from, to }: AccessQuery): boolean {
  return (from === null || time >= from) && (to === null || time < to);
}

/**
 * Returns the user and pseudonyms of an entry. Entries of version 0.1.0 contain the user's name itself; it is matched with its pseudonym if the secret is
 * known.
 */
function personOf({ detail }: LogEntry, details: EntryDetails | null, pseudonyms: Pseudonyms | null): { user: string | null; who: string | null } {
  const named = details?.user ?? detail.user;
  const user = typeof named === 'string' ? named : null;
  const who = detail[whoMember];
  return { user, who: typeof who === 'string' ? who : user === null ? null : (pseudonyms?.of(user) ?? null) };
}

/** Returns the ids of the recordings that an entry concerns; null if they are unknown or there are none. */
function recordingsOf({ type, detail }: LogEntry, details: EntryDetails | null): readonly string[] | null {
  const one = detail.recording ?? (type === 'listened' ? detail.recordingId : undefined);
  if (typeof one === 'string') return [one];
  const list = details?.recordings;
  return Array.isArray(list) ? list.filter((id): id is string => typeof id === 'string') : null;
}

function count(
  people: Map<string, Person>,
  { user, who }: { readonly user: string | null; readonly who: string | null },
  kind: AccessKind,
  rows: number,
  time: string,
): void {
  const key = who ?? user ?? '';
  const times = Object.fromEntries(accessKinds.map((one) => [one, 0])) as Record<AccessKind, number>; // has each kind of the list
  const person = people.get(key) ?? { user, who: new Set(), times, rows: 0, first: time, last: time };
  people.set(key, person);
  person.user ??= user;
  if (who !== null) person.who.add(who);
  person.times[kind]++;
  person.rows += rows;
  if (time < person.first) person.first = time;
  if (time > person.last) person.last = time;
}

async function* accountsOf(
  archiveDir: string,
  { recording, who }: AccessQuery,
  accounts: readonly Account[],
  persons: readonly PersonAccess[],
  temporary: string,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, AccountAccess[]> {
  const wanted = who === null ? accounts : accounts.filter(({ user }) => user === who);
  const id = recording === null ? null : yield* wholeId(archiveDir, recording, temporary, signal);
  const finder = id === null ? null : createFinder(await openArchive(archiveDir), null);
  try {
    return wanted.map(({ user, role, within }) => {
      const isInside = finder === null || id === null ? null : finder.one(id, within).kind === 'found';
      const part = isInside === null ? (within === null ? 'all' : 'some') : isInside ? 'this' : 'not this';
      return { user, role: role.name, rights: [...role.rights], part, did: persons.some((one) => one.user === user) };
    });
  } finally {
    finder?.close();
  }
}

async function* wholeId(archiveDir: string, recording: string, temporary: string, signal: AbortSignal): AsyncGenerator<PipelineEvent, string | null> {
  using opened = yield* openForReading(archiveDir, temporary, signal);
  const [first, second] = [...opened.catalog.search({ recordingId: recording, limit: 2 })];
  if (second !== undefined) throw new LongplayError('usage', 'U131', `several ids begin with '${recording}'`, 'give more of the id');
  return first?.recordingId ?? null;
}
