import { agree } from '../../src/core/base/agree.ts';
import { baseName } from '../../src/core/base/safe-path.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import { type FindingCode, isAlarm } from '../../src/core/findings/finding-table.ts';
import { isLostRecord } from '../../src/core/findings/lost-record.ts';
import type { CallEvent, MediaRef, NameValue, PartyRole, Recording, TimeValue } from '../../src/core/model/recording.ts';
import { parseTime, resolveFold } from '../../src/tables/values/time.ts';
import type { Call, ClaimedFile } from '../engine/records/call.ts';
import { eventOf } from '../engine/records/describe.ts';
import type { Context, Described } from '../engine/records/described.ts';
import { correlationOf, isCorrelation, ucidTime } from './correlation.ts';
import { type Folded, type FoldedParticipant, fold, type Step } from './fold.ts';
import type { SipMessage } from './message.ts';
import { hasDigits } from './message.ts';
import { isRoleExtension, rolesOf } from './parties.ts';
import { pausesOf } from './pause.ts';
import { readText } from './reading.ts';
import { type Dialog, dialogsOf } from './steps.ts';

/** SIP headers that describe the call, besides those that are parsed; each value is kept once. */
const toldHeaders =
  /^(?:x-[\w-]+|p-[\w-]+|from|to|contact|user-to-user|session-id|user-agent|server|reason|diversion|history-info|cisco-guid|organization|call-info|subject)$/;
/** Largest number of headers that are kept per recording session, besides its messages. */
const mostHeaders = 200;

/** Describes a recording from the documents and messages of its recording session, or of several sessions if they share a file. */
export function describeSession({ key, records, files }: Call, { zone }: Context): Described {
  const dialogs = dialogsOf(records, zone);
  const steps = dialogs.flatMap((dialog) => dialog.steps);
  const documents = steps.flatMap((step) => step.documents);
  const messages = steps.map(({ message }) => message);
  const own = dialogs[0]?.key ?? key;
  const place = own ?? records[0]?.place ?? '';
  const correlation = correlationOf(documents, messages);
  const sentinels = new Set<string>();
  const time = (raw: string): TimeValue | null => {
    const written = raw.trim();
    if (written === '') return null;
    // Sonus writes a day of 1970 before it knows the time.
    const value = parseTime(written, { format: 'iso', zone, ...(/^1970-/.test(written) ? { sentinels: [written] } : {}) });
    if (value.certainty !== 'sentinel' && value.certainty !== 'unreadable') return value;
    sentinels.add(written);
    return null;
  };
  const folds = dialogs.map((dialog) => ({ dialog, folded: fold(dialog.steps, time), pauses: pausesOf(dialog.steps) }));
  const cast = folds.map(({ dialog, folded }) =>
    rolesOf(
      folded,
      dialog.steps.flatMap((step) => step.documents),
    ),
  );
  const roles = new Map(cast.flatMap((each) => [...each.roles]));
  const ucid = correlation.find(({ name, value }) => name === 'ucid' && /^\d{20}$/.test(value))?.value ?? null;
  const began = ucid === null ? null : ucidTime(ucid);
  const start = firstOf(folds.map(({ dialog, folded }) => folded.start ?? dialog.steps[0]?.at ?? null));
  const end = firstOf([...folds].reverse().map(({ dialog, folded }) => folded.end ?? byeOf(dialog)?.at ?? null));
  return {
    key: own,
    sourceKeys: [...new Set(documents.flatMap(({ sessions }) => sessions.map(({ id }) => id)))]
      .filter((id) => id !== '')
      .map((value) => ({ name: 'session_id', value })),
    correlation,
    callStart: start === null || began === null ? start : resolveFold(start, { utc: began, by: 'epoch' }),
    callEnd: end,
    direction: cast.find(({ direction }) => direction.raw !== null)?.direction ?? { value: 'unknown', raw: null },
    parties: cast.flatMap(({ parties }) => parties),
    org: unique(cast.flatMap(({ org }) => org)),
    events: folds.flatMap(({ dialog, folded, pauses }) => eventsOf(dialog, folded, pauses)),
    group: groupOf(steps),
    quality: refusals(messages),
    extra: unique([
      ...cast.flatMap((each) => each.extra),
      ...folds.flatMap(({ dialog, folded }) => streamsOf(dialog, folded, roles)),
      ...folds.flatMap(({ folded }) => folded.placeholders.map(({ aor }) => ({ name: 'placeholder participant', value: aor ?? '' }))),
      ...documents.flatMap(({ namespace, root, mode, extensions }) => [
        { name: 'metadata', value: `${root} ${namespace}` },
        { name: 'datamode', value: mode ?? '' },
        ...extensions.filter(({ name }) => !isCorrelation(name) && !isRoleExtension(name)),
      ]),
      ...[...sentinels].map((value) => ({ name: 'time without meaning', value })),
      ...messages
        .flatMap(({ headers }) => headers.flatMap(([name, value]) => (toldHeaders.test(name) ? [{ name: `sip.${name}`, value }] : [])))
        .slice(0, mostHeaders),
    ]),
    findings: [...folds.flatMap(({ dialog, folded }) => findingsOf(dialog, folded, place)), ...textFindings(records, dialogs, place)],
    medium: (file) =>
      mediumOf(
        file,
        folds.map(({ folded }) => folded),
        roles,
      ),
    ...statusOf(dialogs, files),
  };
}

/** Returns the status. Documents and messages of one recording session are one call, although their keys differ. */
function statusOf(dialogs: readonly Dialog[], files: readonly ClaimedFile[]): Pick<Described, 'status'> {
  if (files.length === 0)
    return dialogs.some(({ metadata, steps }) => metadata > 0 && steps.every(({ documents }) => documents.length === 0))
      ? { status: 'parse-error' }
      : {};
  if (dialogs.length > 1 || files.every(({ size }) => size === 0) || files.every(({ window }) => window)) return {};
  return { status: files.length > 1 ? 'split-audio' : 'matched' };
}

function byeOf({ steps }: Dialog): Step | undefined {
  return steps.findLast(({ message }) => message.method === 'BYE');
}

function eventsOf(dialog: Dialog, folded: Folded, pauses: readonly CallEvent[]): CallEvent[] {
  const first = dialog.steps.find(({ message }) => message.method === 'INVITE');
  const bye = byeOf(dialog);
  const reason = bye?.message.headers.find(([name]) => name === 'reason')?.[1];
  return [
    ...(first?.at == null ? [] : [eventOf('record-start', 'INVITE', { at: first.at, mediaEffect: 'none' })]),
    ...folded.events.map(({ type, at, raw }) => eventOf(type, raw, { at })),
    ...pauses,
    ...folded.reasons.map((words) => eventOf('disconnect', words, { at: folded.end })),
    ...(bye === undefined ? [] : [eventOf('record-stop', reason === undefined ? 'BYE' : `BYE, ${reason}`, { at: bye.at, mediaEffect: 'none' })]),
  ];
}

/** Returns values for a recording session that the recorder never accepted. */
function refusals(messages: readonly SipMessage[]): NameValue[] {
  const invites = messages.filter(({ cseq, status }) => cseq?.method === 'INVITE' && status !== null);
  const isTaken = invites.some(({ status }) => status !== null && status >= 200 && status < 300);
  return isTaken
    ? []
    : unique(invites.flatMap(({ status }) => (status !== null && status >= 300 ? [{ name: 'sip-status', value: String(status) }] : [])));
}

function groupOf(steps: readonly Step[]): Recording['group'] {
  for (const { documents } of steps) {
    for (const { groups, sessions, extensions } of documents) {
      const id = groups.find((group) => group.id !== '')?.id ?? sessions.flatMap((session) => session.groups)[0];
      if (id === undefined) continue;
      // NetSapiens numbers the sessions of a group.
      const index = extensions.find(({ name }) => /(?:^|\.)groupSeq$/i.test(name))?.value ?? '';
      return { id, index: /^\d{1,6}$/.test(index) ? Number(index) : null, count: null, previous: null, next: null };
    }
  }
  return null;
}

/** Returns each stream with its participants, as far as the metadata names them, and the medium of the session description. */
function streamsOf({ steps }: Dialog, { streams, participants }: Folded, roles: ReadonlyMap<FoldedParticipant, PartyRole>): NameValue[] {
  const media = steps.findLast(({ message, documents }) => message.sdp !== null && documents.length > 0)?.message.sdp ?? [];
  const who = (wanted: (participant: FoldedParticipant) => boolean): string =>
    participants.flatMap((each, index) => (wanted(each) ? [`participant ${index + 1} (${roles.get(each) ?? 'unknown'})`] : [])).join(', ');
  return streams.map(({ id, label, mode }) => {
    const from = who(({ send }) => id !== '' && send.has(id));
    const to = who(({ recv }) => id !== '' && recv.has(id));
    const place = media.findIndex((medium) => label !== null && medium.label === label) + 1;
    const said = [
      label === null ? '' : `label ${label}`,
      place === 0 ? '' : `medium ${place}`,
      from === '' ? '' : `from ${from}`,
      to === '' ? '' : `to ${to}`,
      mode ?? '',
    ];
    return { name: 'stream', value: said.filter((part) => part !== '').join('; ') };
  });
}

/** Returns the participants in a file of one stream: its name contains the stream's id, or the label unless that is a plain number. */
function mediumOf(file: ClaimedFile, folds: readonly Folded[], roles: ReadonlyMap<FoldedParticipant, PartyRole>): Partial<Omit<MediaRef, 'path'>> {
  const plain = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]+/gu, '').toLowerCase();
  const name = baseName(file.path);
  const named = folds.flatMap(({ streams, participants }) =>
    streams.flatMap(({ id, label }) => {
      const isById = plain(id).length >= 8 && plain(name).includes(plain(id));
      const isByLabel =
        label !== null &&
        new RegExp(`(?:^|[^\\p{L}\\p{N}])${/^\d+$/.test(label) ? '(?:label|stream)[-_ ]?' : ''}${escaped(label)}(?=[^\\p{L}\\p{N}]|$)`, 'iu').test(
          name,
        );
      return isById || isByLabel ? [{ isById, from: participants.filter(({ send }) => send.has(id)) }] : [];
    }),
  );
  const meant = named.some(({ isById }) => isById) ? named.filter(({ isById }) => isById) : named;
  const [only] = meant;
  const [from] = only?.from ?? [];
  if (only === undefined || from === undefined || meant.length > 1 || only.from.length > 1) return {};
  const role = roles.get(from) ?? 'unknown';
  return { channels: [{ index: 0, role }], ...(role === 'caller' ? { side: 'in' } : role === 'callee' ? { side: 'out' } : {}) };
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function findingsOf({ steps, metadata }: Dialog, folded: Folded, place: string): Finding[] {
  const documents = steps.flatMap((step) => step.documents);
  const found: Finding[] = [];
  const tell = (code: FindingCode, count: number, message: string): void => {
    if (count > 0) found.push(finding(code, place, message));
  };
  const hasSession = documents.some(({ sessions, streams }) =>
    [...sessions.map(({ id }) => id), ...streams.map(({ session }) => session)].some((id) => id !== ''),
  );
  tell(
    'I230',
    documents.length > 0 && !hasSession ? 1 : 0,
    agree`${documents.length} metadata document[s], ${folded.participants.length} participant[s] in them, and no session`,
  );
  tell('I231', metadata - documents.length, agree`${metadata - documents.length} of ${metadata} metadata bod[y|ies] could not be read`);
  tell('I232', folded.early, `${folded.early} partial documents before any complete one`);
  tell(
    'I233',
    folded.placeholders.length,
    agree`${folded.placeholders.length} participant[s] without streams [was a placeholder|were placeholders] for others`,
  );
  const [unknown, silent] = labelGaps(steps);
  tell(
    'I234',
    unknown + silent,
    agree`${unknown} label[s] of the metadata [is|are] not in the session description, ${silent} of the description [is|are] not in the metadata`,
  );
  tell('I236', metadata === 0 ? 1 : 0, agree`${steps.length} SIP message[s], none with recording metadata`);
  const left = documents.reduce((sum, document) => sum + document.left, 0);
  tell('I238', left, agree`${left} element[s] beyond what one document may have [was|were] left out`);
  return found;
}

/** Counts labels that only the metadata or only the session description has, in the last message with both. */
function labelGaps(steps: readonly Step[]): readonly [unknown: number, silent: number] {
  const both = steps.findLast(({ message, documents }) => message.sdp !== null && documents.some(({ mode }) => !/^partial$/i.test(mode ?? '')));
  const described = new Set((both?.message.sdp ?? []).flatMap(({ label, isOff }) => (label === null || isOff ? [] : [label])));
  const streams = (both?.documents ?? []).flatMap((document) => document.streams).filter(({ label, id }) => label !== null && id !== '');
  const named = new Set(streams.map(({ label }) => label));
  if (described.size === 0 || named.size === 0) return [0, 0];
  return [[...named].filter((label) => label !== null && !described.has(label)).length, [...described].filter((label) => !named.has(label)).length];
}

/** Returns true if a reader's finding names a document, or a part of one, that was not read. */
const isUnread = (one: Finding): boolean => isLostRecord(one) || isAlarm(one.code);

function textFindings(records: Call['records'], dialogs: readonly Dialog[], place: string): Finding[] {
  const texts = records.flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
  const found = texts.flatMap((text) => readText(text).findings);
  const codes = [...new Set(found.filter((one) => !isUnread(one)).map(({ code }) => code))].sort();
  const refused = new Map(found.filter(isUnread).map(({ code, message }) => [code, message]));
  const digits = texts.reduce((sum, text) => sum + readText(text).messages.filter((each) => hasDigits(each.text)).length, 0);
  return [
    ...[...refused].map(([code, message]) => finding(code, place, `the XML of its metadata ${message}`)),
    ...(codes.length === 0 ? [] : [finding('I239', place, `the XML of its metadata was repaired or refused: ${codes.join(', ')}`)]),
    ...(digits === 0 ? [] : [finding('I237', place, agree`${digits} message[s] about pressed keys; the keys are not kept`)]),
    ...(dialogs.length < 2 ? [] : [finding('I235', place, `${dialogs.length} recording sessions share a file`)]),
  ];
}

function firstOf(times: readonly (TimeValue | null)[]): TimeValue | null {
  return times.find((time) => time !== null) ?? null;
}

function unique(pairs: readonly NameValue[]): NameValue[] {
  const seen = new Map(pairs.filter(({ value }) => value.trim() !== '').map((pair) => [`${pair.name}\u0001${pair.value}`, pair] as const));
  return [...seen.values()];
}
