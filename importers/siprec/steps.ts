import type { TimeValue } from '../../src/core/model/recording.ts';
import { parseTime } from '../../src/tables/values/time.ts';
import type { JoinedRecord } from '../engine/records/call.ts';
import type { Step } from './fold.ts';
import type { SipMessage } from './message.ts';
import { readText } from './reading.ts';

/** A recording session: its messages in order. `key`: its Call-ID, or if no message has one, the session that its documents describe. */
export interface Dialog {
  readonly key: string | null;
  readonly steps: readonly Step[];
  readonly metadata: number;
}

interface Placed extends Step {
  readonly path: string;
  readonly place: number;
}

/** Returns the recording sessions of some records. A document without headers belongs to the only session that it describes. */
export function dialogsOf(records: readonly JoinedRecord[], zone: string | null): readonly Dialog[] {
  const placed = records.flatMap(({ path, value }, record) =>
    typeof value !== 'string'
      ? []
      : readText(value).messages.map(({ message, documents }, index): Placed & { readonly owner: string | null } => ({
          message,
          documents,
          at: timeOf(message, zone),
          path,
          place: record * 1e6 + index,
          owner: message.callId,
        })),
  );
  const sessionsOf = ({ documents }: Step): string[] =>
    documents
      .flatMap(({ sessions, streams }) => [...sessions.map(({ id }) => id), ...streams.map(({ session }) => session)])
      .filter((id) => id !== '');
  const owners = new Map<string, Set<string>>();
  for (const each of placed)
    if (each.owner !== null) for (const id of sessionsOf(each)) owners.set(id, (owners.get(id) ?? new Set()).add(each.owner));
  const dialogs = new Map<string, { key: string | null; steps: Placed[] }>();
  for (const { owner, ...step } of placed) {
    const [session] = sessionsOf(step);
    const known = session === undefined ? undefined : owners.get(session);
    const key = owner ?? (known?.size === 1 ? ([...known][0] ?? null) : (session ?? null));
    // A text without either belongs to the other records in its file.
    const group = key === null ? `- ${step.path}` : `= ${key}`;
    const dialog = dialogs.get(group) ?? { key, steps: [] };
    dialogs.set(group, dialog);
    dialog.steps.push(step);
  }
  return [...dialogs.values()].map(({ key, steps }) => ({
    key,
    steps: inOrder(steps),
    metadata: steps.reduce((sum, { message }) => sum + message.metadata.length, 0),
  }));
}

/**
 * Sorts by the times of the messages if all have one. Otherwise sorts messages by CSeq, which rises in a dialog (RFC 3261, section 12.2.1.1), with the BYE
 * last, and documents without headers by their names if these are numbered, otherwise by the latest time that they contain.
 */
function inOrder(steps: readonly Placed[]): Placed[] {
  if (steps.every(({ message }) => message.cseq === null)) return documentsInOrder(steps);
  const requests = steps.filter(({ message }) => message.method !== null);
  const client = (requests.find(({ message }) => message.method === 'INVITE') ?? requests[0])?.message.fromTag ?? null;
  let sequence = 0;
  const ranked = [...steps].sort(byName).map((step) => {
    const { cseq, fromTag } = step.message;
    // The recorder numbers its own requests: they stay after the request that they follow in the text.
    if (cseq !== null && fromTag === client) sequence = cseq.number;
    return { step, isBye: cseq?.method === 'BYE' ? 1 : 0, sequence, status: step.message.status ?? 0 };
  });
  const isTimed = steps.every(({ at }) => at?.utc != null);
  ranked.sort(
    (a, b) =>
      (isTimed ? compare(a.step.at?.utc ?? '', b.step.at?.utc ?? '') : a.isBye - b.isBye) ||
      a.sequence - b.sequence ||
      a.status - b.status ||
      byName(a.step, b.step),
  );
  return ranked.map(({ step }) => step);
}

function documentsInOrder(steps: readonly Placed[]): Placed[] {
  const isNumbered = new Set(steps.map(({ path }) => path.replaceAll(/\d+/g, '#'))).size === 1;
  if (isNumbered) return [...steps].sort(byName);
  const ranked = steps.map((step) => ({
    step,
    spoken: latestTime(step),
    partial: step.documents.some(({ mode }) => /^partial$/i.test(mode ?? '')) ? 1 : 0,
  }));
  ranked.sort((a, b) => compare(a.spoken, b.spoken) || a.partial - b.partial || byName(a.step, b.step));
  return ranked.map(({ step }) => step);
}

/** Compares names with numbers by these numbers: 10 comes after 9. */
function byName(a: Placed, b: Placed): number {
  return a.path === b.path ? a.place - b.place : compare(numbered(a.path), numbered(b.path)) || compare(a.path, b.path);
}

function numbered(path: string): string {
  return path.replaceAll(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '').padStart(20, '0'));
}

/** Returns the latest time in documents, as written: the documents of one session write times in one form. */
function latestTime({ documents }: Step): string {
  const times = documents.flatMap(({ sessions, participants, streams, participantSessions, sessionRecordings }) => [
    ...sessions.flatMap(({ start, stop }) => [start, stop]),
    ...[...sessions, ...participants, ...streams, ...participantSessions, ...sessionRecordings].flatMap(({ from, until }) => [from, until]),
  ]);
  return times.reduce<string>((best, time) => (time !== null && time > best ? time : best), '');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Returns when a message was sent: by the line before it, or else by its Date (RFC 3261, section 20.17); null if it has neither. */
function timeOf({ time, headers }: SipMessage, zone: string | null): TimeValue | null {
  if (time !== null) {
    const written = time
      .replace(/^(\d{4})\/(\d\d)\//, '$1-$2-')
      .replace(',', '.')
      .replace(/ (?=Z|[+-]\d\d:?\d\d$)/, '');
    return readable({ ...parseTime(written, { format: 'iso', zone }), raw: time });
  }
  const date = headers.find(([name]) => name === 'date')?.[1];
  const found = /(\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d) GMT$/.exec(date ?? '')?.[1];
  return date === undefined || found === undefined
    ? null
    : readable({ ...parseTime(found, { format: 'D MMM YYYY HH:mm:ss', zone: 'UTC' }), raw: date });
}

function readable(time: TimeValue): TimeValue | null {
  return time.certainty === 'unreadable' || time.certainty === 'sentinel' ? null : time;
}
