import { canonicalJson } from '../base/canonical-json.ts';
import { sha256Hex } from '../base/identifier.ts';
import { byCodePoint } from '../base/order.ts';
import { baseName } from '../base/safe-path.ts';
import {
  type CallAccount,
  type CallEvent,
  type DeclaredDuration,
  isDescription,
  isOfLaterTable,
  type MediaRef,
  type SourceRef,
} from './recording.ts';
import type { DocumentedRecording, StoredMedium } from './recording-document.ts';

/**
 * What an import says about a recording, by member, in a form in which two imports can be compared. Leaves out what may differ between two imports of
 * the same call: places in the source (which may be packed differently), wording of rules and findings, grades, results of decoding, and additions
 * from later tables.
 */
export type Description = Readonly<Record<string, unknown>>;

/** A recording as an importer describes it, or as its document contains it. */
export type Described = Omit<DocumentedRecording, 'reconciliation'> & {
  readonly reconciliation: { readonly status: string; readonly joined?: string };
};

/** A file as described by its importer and by the user's declaration. */
export type DescribedMedium = MediaRef & Pick<StoredMedium, 'declared'>;

/** Returns the description of a recording. @param media the files, with sides and channels as they are after decoding */
export function descriptionOf(recording: Described, media: readonly DescribedMedium[]): Description {
  const { reconciliation, accounts = [], durationDeclared, events, provenance, group, retention, quality } = recording;
  const { sourceKeys, correlation, callStart, callAnswer, callEnd, direction, parties, org, tags, extra } = recording;
  // A path says where a loose file lies, not what it is: the same files below another root have other paths.
  const keys = sourceKeys.filter(({ name }) => name !== 'path');
  return {
    ...{ sourceKeys: keys, correlation, callStart, callAnswer, callEnd, direction, parties, org, tags, extra },
    durationDeclared: durationOf(durationDeclared),
    events: events.map(eventOf),
    group: group ?? null,
    retention: retention ?? null,
    quality: quality ?? [],
    status: reconciliation.joined ?? reconciliation.status,
    rows: rowsOf(provenance),
    accounts: accounts.filter((account) => !isOfLaterTable(account)).map(accountOf),
    media: media.map(mediumOf).sort((a, b) => byCodePoint(String(a.name), String(b.name))),
  };
}

/** Returns a digest of a description, 16 hexadecimal digits; different descriptions have different digests. */
export function descriptionDigest(description: Description): string {
  return sha256Hex(canonicalJson(description)).slice(0, 16);
}

/** Returns the members in which two descriptions differ, sorted. */
export function changedMembers(before: Description, after: Description): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(byCodePoint);
  return names.filter((name) => canonicalJson(before[name] ?? null) !== canonicalJson(after[name] ?? null));
}

function durationOf(duration: DeclaredDuration | null): unknown {
  return duration === null ? null : { ...duration, of: duration.of ?? 'call' };
}

/** Returns an event with null for members that an earlier version or an importer leaves out. */
function eventOf(event: CallEvent): unknown {
  return { ...event, callOffsetMs: event.callOffsetMs ?? null, mediaOffsetMs: event.mediaOffsetMs ?? null, party: event.party ?? null };
}

/** Returns the rows and sidecars by content: their places change when a table grows or a source is packed differently. */
function rowsOf(provenance: readonly SourceRef[]): string[] {
  return provenance.flatMap((ref) => (!isDescription(ref) || ref.sha256 === null ? [] : [ref.sha256])).sort(byCodePoint);
}

/** Returns true if two accounts of later tables have the same content, wherever their rows are and however they are quoted. */
export function saysTheSame(a: CallAccount, b: CallAccount): boolean {
  const said = ({ provenance: _provenance, joinedBy: _joinedBy, ...account }: CallAccount): string =>
    canonicalJson(accountOf({ ...account, joinedBy: 'id', provenance: [] }));
  return said(a) === said(b);
}

function accountOf({ grade: _grade, provenance, ...account }: CallAccount): unknown {
  return { ...account, durationDeclared: durationOf(account.durationDeclared), events: account.events.map(eventOf), rows: rowsOf(provenance) };
}

function mediumOf(medium: DescribedMedium): Readonly<Record<string, unknown>> {
  const { path, kind, side, channels, audioStart, startOffsetMs, continues, declared } = medium;
  const described = { kind, side, channels, audioStart, startOffsetMs: startOffsetMs ?? null, continues: continues === true };
  return { name: baseName(path), ...described, declared: declared ?? null };
}
