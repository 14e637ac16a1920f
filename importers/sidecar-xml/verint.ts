import { finding } from '../../src/core/findings/finding.ts';
import type { NameValue, Party, TimeValue } from '../../src/core/model/recording.ts';
import { xmlValues } from '../../src/tables/flatten.ts';
import type { XmlElement } from '../../src/tables/text/types.ts';
import { directionOf } from '../../src/tables/values/columns.ts';
import { parseDuration } from '../../src/tables/values/duration.ts';
import { parsePhone } from '../../src/tables/values/phone.ts';
import { compareTimes, parseTime } from '../../src/tables/values/time.ts';
import { fieldText, findAll } from '../../src/tables/xml/element.ts';
import type { SidecarDescription } from './description.ts';
import { eventsOf, tagsOf } from './verint-events.ts';

/** Matches an INUM: 6 digits for the recorder and 9 for the recording (recorder facts 1.8). */
const inum = /^\d{15}$/;

/** Values that have a field of their own. All others are kept in `extra`, including times and durations, since there are several of each. */
const placed = new Set([
  'ani',
  'dnis',
  'agent_id',
  'pbx_login_id',
  'employeename',
  'extension',
  'direction',
  'ref',
  'inum',
  'switch_call_id',
  'organization_id',
]);

/** Returns true if a document is a Verint recording: by its namespace, or by its elements if an export dropped the namespace. */
export function isVerint(root: XmlElement): boolean {
  if (root.name !== 'recording') return false;
  return /verint/i.test(root.namespace) || findAll(root, 'segment').length + findAll(root, 'contact').length > 0;
}

/** Returns the INUM that a sidecar names as its own, or null. */
export function inumOf(root: XmlElement): string | null {
  const ref = fieldText(root, 'ref');
  if (ref !== null && inum.test(ref)) return ref;
  const named = new Set(
    findAll(root, 'inum')
      .map((element) => element.text)
      .filter((text) => inum.test(text)),
  );
  return named.size === 1 ? ([...named][0] ?? null) : null;
}

/**
 * Describes the content of a Verint sidecar. A value may be an attribute or a child element. Each time has its own offset, because tags of two hosts may have
 * two. The durations of segment (audio), session and contact are kept separately.
 * @param zone zone of times that have no offset, or null
 */
export function describeVerint(root: XmlElement, zone: string | null): SidecarDescription {
  const time = (raw: string | null): TimeValue | null => (raw === null || raw === '' ? null : parseTime(raw, { format: 'iso', zone }));
  const segments = findAll(root, 'segment');
  const segment = segments.find((each) => fieldText(each, 'contenttype')?.startsWith('audio') === true) ?? segments[0] ?? null;
  const ref = inumOf(root);
  const all = findAll(root, 'session');
  // A contact has the sessions of all participants, each with the INUMs to which it was recorded.
  const naming = all.filter((session) => ref !== null && findAll(session, 'inum').some(({ text }) => text === ref));
  const sessions = naming.length > 0 ? naming : all;
  const contacts = findAll(root, 'contact').filter((contact) => findAll(contact, 'session').some((session) => sessions.includes(session)));
  const starts = sessions.flatMap((session) => time(fieldText(session, 'starttime')) ?? []);
  const audioStart = segment === null ? null : time(fieldText(segment, 'starttime'));
  const start = starts.length > 0 ? starts.reduce((low, each) => (compareTimes(each, low) < 0 ? each : low)) : audioStart;
  const raw = segment === null ? null : fieldText(segment, 'duration');
  const ms = raw === null ? null : parseDuration(raw, 's');
  const others = all.filter((session) => !sessions.includes(session));
  const tags = tagsOf(root);
  const foreign = new Set(others.flatMap((session) => findAll(session, 'tag')));
  const own = findAll(root, 'tag').flatMap((element, index) => (foreign.has(element) ? [] : (tags[index] ?? [])));
  const events = eventsOf(own, time);
  const directions = sessions.flatMap((session) => fieldText(session, 'direction') ?? []);
  const size = segment === null ? null : fieldText(segment, 'contentfilesize');
  const contact = contacts[0] === undefined ? null : fieldText(contacts[0], 'id');
  const listed = (name: string, elements: readonly XmlElement[], field: string): NameValue[] =>
    elements.flatMap((element) => ((value) => (value === null || value === '' ? [] : [{ name, value }]))(fieldText(element, field)));
  const tagged = (name: string, attribute: string, except = ''): NameValue[] =>
    (except === '' ? own : own.filter((tag) => !tag.attributes.some(({ value }) => value.toLowerCase() === except))).flatMap(({ attributes }) =>
      attributes.filter((each) => each.name.toLowerCase() === attribute).map(({ value }) => ({ name, value })),
    );
  const callIds = listed('switch-call-id', sessions, 'switch_call_id');
  return {
    family: 'verint',
    sourceKeys: unique([
      ...listed('inum', [root], 'ref'),
      ...findAll(root, 'inum').map((element) => ({ name: 'inum', value: element.text })),
      ...listed('contact', contacts, 'id'),
      ...listed('session', sessions, 'id'),
    ]),
    correlation: unique([
      ...callIds,
      // The id of Begin_Call belongs to the next call, into which this one is transferred.
      ...tagged('global-call-id', 'globalcallid', 'begin_call'),
      ...ucids(callIds, start),
      ...tagged('sip-call-id', 'sipcallid'),
    ]),
    start,
    answer: events.find((event) => event.type === 'answer')?.at ?? null,
    end: events.findLast((event) => event.type === 'disconnect')?.at ?? null,
    audioStart,
    // Duration of the audio: contact and session have durations of their own (recorder facts 1.8: 439, 379 and 375 s of one call).
    duration: raw === null || ms === null ? null : { ms, raw, unit: 's', of: 'audio' },
    direction:
      directions[0] === undefined
        ? { value: 'unknown', raw: null }
        : directionOf(directions[0], { kind: 'direction', name: '', in: ['inbound'], out: ['outbound'], internal: ['internal'] }),
    parties: parties(sessions),
    org: unique([
      ...listed('organization', sessions, 'organization_id'),
      ...tagged('skill', 'skill'),
      ...tagged('trunk', 'trunk'),
      ...tagged('trunk-group', 'trunkgroup'),
    ]),
    events,
    group: contact === null || contact === '' ? null : { id: contact, index: null, count: null, previous: null, next: null },
    quality: qualityOf(segments, contacts, sessions),
    findings: needsCare(segments) ? [finding('I285', ref ?? '', 'its sidecar says that parts of the audio must be masked before it is played')] : [],
    updated: latest(findAll(root, 'session').flatMap((session) => time(fieldText(session, 'lastupdated')) ?? [])),
    extra: extraOf(root, sessions, others, time),
    declaredBytes: size !== null && /^\d{1,15}$/.test(size) ? Number(size) : null,
  };
}

/** Returns values without a field of their own, by their paths, and the tags of sessions of other recordings. */
function extraOf(
  root: XmlElement,
  sessions: readonly XmlElement[],
  others: readonly XmlElement[],
  time: (raw: string | null) => TimeValue | null,
): NameValue[] {
  // Values that have a field of their own; differing values of contacts and other sessions stay.
  const taken = new Set(
    [...sessions.flatMap(xmlValues), ...xmlValues(root).filter(({ path }) => path.at(-1) === 'ref' || path.at(-1) === 'inum')]
      .filter(({ path }) => placed.has(path.at(-1) ?? ''))
      .map(({ path, value }) => `${path.at(-1)}\u0001${value}`),
  );
  return [
    ...xmlValues(root)
      .filter(({ path, value }) => !path.includes('tag') && !taken.has(`${path.at(-1)}\u0001${value}`) && !/dtmf/i.test(path.at(-1) ?? ''))
      .map(({ path, value }) => ({ name: path.join('.'), value })),
    // Events of sessions that were recorded elsewhere; their participants are not necessarily audible here.
    ...eventsOf(
      others.flatMap((session) => tagsOf(session)),
      time,
    ).map((event) => ({ name: 'other-session.tag', value: [event.at?.raw ?? '', event.raw].join(' ').trim() })),
  ];
}

/**
 * Returns Avaya's universal call ids: 20 digits, of which the last ten are the second in which the call began, as in the real sidecars that VoipIA reads. A
 * number counts as one if its second is within a day of the call.
 */
function ucids(ids: readonly NameValue[], start: TimeValue | null): NameValue[] {
  return ids.flatMap(({ value }) => {
    const second = /^\d{10}(\d{10})$/.exec(value)?.[1];
    const apartMs = start?.utc == null || second === undefined ? Number.NaN : Math.abs(Date.parse(start.utc) - Number(second) * 1_000);
    return apartMs < 86_400_000 ? [{ name: 'ucid', value }] : [];
  });
}

function latest(times: readonly TimeValue[]): TimeValue | null {
  return [...times].sort(compareTimes).findLast(({ utc }) => utc !== null) ?? null;
}

function isYes(raw: string | null): boolean {
  return raw !== null && /^(?:true|1|yes)$/i.test(raw.trim());
}

function needsCare(segments: readonly XmlElement[]): boolean {
  return segments.some((segment) => isYes(fieldText(segment, 'requiresredaction')) || isYes(fieldText(segment, 'requiresmorphing')));
}

/** Returns the losses of each stream, what was incomplete, and how often the call was held or passed on according to contacts and sessions. */
function qualityOf(segments: readonly XmlElement[], contacts: readonly XmlElement[], sessions: readonly XmlElement[]): readonly NameValue[] {
  const counts = (elements: readonly XmlElement[], of: string, names: readonly string[]): NameValue[] =>
    elements.flatMap((element) =>
      names.flatMap((name) => {
        const value = fieldText(element, name);
        return value === null || value === '' || value === '0' ? [] : [{ name: `${of}${name.replaceAll('_', '-')}`, value }];
      }),
    );
  const flags = (elements: readonly XmlElement[], name: string, isOdd: (raw: string | null) => boolean): NameValue[] =>
    elements.flatMap((element) => (isOdd(fieldText(element, name)) ? [{ name, value: fieldText(element, name) ?? '' }] : []));
  const streams = segments.flatMap((segment) => findAll(segment, 'stream'));
  const calls = ['number_of_holds', 'total_hold_time', 'number_of_transfers', 'number_of_conferences'];
  return unique([
    ...streams.flatMap((stream, index) =>
      counts([stream], `stream ${index + 1} `, ['missedrtppackets', 'decodingerrors', 'decryptionerrors', 'mixingerrors']),
    ),
    ...counts(contacts, 'contact-', calls),
    ...counts(sessions, 'session-', calls),
    ...flags(contacts, 'is_exception', isYes),
    ...flags(segments, 'complete', (raw) => raw !== null && /^(?:false|0|no)$/i.test(raw.trim())),
    ...flags(segments, 'requiresredaction', isYes),
    ...flags(segments, 'requiresmorphing', isYes),
  ]);
}

function parties(sessions: readonly XmlElement[]): readonly Party[] {
  const found = new Map<string, Party>();
  const add = (party: Party): void => {
    found.set(JSON.stringify(party), party);
  };
  const nobody = { phone: null, name: null, agentId: null, device: null };
  for (const session of sessions) {
    const value = (name: string): string | null => fieldText(session, name) || null;
    const [ani, dnis, agentId, name, extension, login] = [
      value('ani'),
      value('dnis'),
      value('agent_id'),
      value('employeename'),
      value('extension'),
      value('pbx_login_id'),
    ];
    if (ani !== null) add({ ...nobody, role: 'caller', phone: parsePhone(ani) });
    if (dnis !== null) add({ ...nobody, role: 'callee', phone: parsePhone(dnis) });
    if (agentId !== null || name !== null || extension !== null || login !== null) {
      add({
        role: 'agent',
        phone: extension === null ? null : parsePhone(extension),
        name,
        agentId: agentId ?? login,
        device: agentId === null ? null : login,
      });
    }
  }
  return [...found.values()];
}

function unique(pairs: readonly NameValue[]): readonly NameValue[] {
  return [...new Map(pairs.filter(({ value }) => value !== '').map((pair) => [`${pair.name}\0${pair.value}`, pair])).values()];
}
