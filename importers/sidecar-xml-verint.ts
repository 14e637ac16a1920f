import type { CallEvent, EventType, NameValue, Party, TimeValue } from '../src/core/recording.ts';
import { directionOf } from '../src/tables/columns.ts';
import { parseDuration } from '../src/tables/duration.ts';
import { xmlValues } from '../src/tables/flatten.ts';
import { parsePhone } from '../src/tables/phone.ts';
import { compareTimes, parseTime } from '../src/tables/time.ts';
import type { XmlElement } from '../src/tables/types.ts';
import { fieldText, findAll } from '../src/tables/xml-element.ts';
import type { SidecarDescription } from './sidecar-xml-description.ts';

/** 6 digits of the recorder and 9 of the recording (facts, recorders 1.8). */
const inum = /^\d{15}$/;

/** Tag event types seen in public sidecars (facts, recorders 1.8); the rest are kept as tags. */
const eventTypes: Readonly<Record<string, EventType>> = {
  alerting: 'ring',
  connected: 'answer',
  held: 'hold',
  retrieved: 'retrieve',
  transferred: 'transfer',
  conferenced: 'conference',
  disconnected: 'disconnect',
};
/** Values that have a place of their own; all others are kept in `extra`, times and lengths too, since there are several of each. */
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

/** Whether a document is a Verint recording: by its namespace, or by its elements where an export dropped it. */
export function isVerint(root: XmlElement): boolean {
  if (root.name !== 'recording') return false;
  return /verint/i.test(root.namespace) || findAll(root, 'segment').length + findAll(root, 'contact').length > 0;
}

/** The INUM that a sidecar names as its own, or null. */
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
 * What a Verint sidecar says. A value is looked for as attribute and as child element; each time has the offset that stands in it, since tags of two
 * hosts may have two; the lengths of segment (audio), session and contact stay apart.
 * @param zone zone of times that have no offset, or null.
 */
export function describeVerint(root: XmlElement, zone: string | null): SidecarDescription {
  const time = (raw: string | null): TimeValue | null => (raw === null || raw === '' ? null : parseTime(raw, { format: 'iso', zone }));
  const segments = findAll(root, 'segment');
  const segment = segments.find((each) => fieldText(each, 'contenttype')?.startsWith('audio') === true) ?? segments[0] ?? null;
  const contacts = findAll(root, 'contact');
  const sessions = findAll(root, 'session');
  const starts = sessions.flatMap((session) => time(fieldText(session, 'starttime')) ?? []);
  const audioStart = segment === null ? null : time(fieldText(segment, 'starttime'));
  const raw = segment === null ? null : fieldText(segment, 'duration');
  const ms = raw === null ? null : parseDuration(raw, 's');
  const tags = findAll(root, 'tag').map((tag) => tagOf(tag));
  const events = tags.map((tag) => eventOf(tag, time(tag.timestamp)));
  const directions = sessions.flatMap((session) => fieldText(session, 'direction') ?? []);
  const size = segment === null ? null : fieldText(segment, 'contentfilesize');
  const listed = (name: string, elements: readonly XmlElement[], field: string): NameValue[] =>
    elements.flatMap((element) => ((value) => (value === null || value === '' ? [] : [{ name, value }]))(fieldText(element, field)));
  const tagged = (name: string, attribute: string): NameValue[] =>
    tags.flatMap(({ attributes }) => attributes.filter((each) => each.name === attribute).map(({ value }) => ({ name, value })));
  return {
    family: 'verint',
    sourceKeys: unique([
      ...listed('inum', [root], 'ref'),
      ...findAll(root, 'inum').map((element) => ({ name: 'inum', value: element.text })),
      ...listed('contact', contacts, 'id'),
      ...listed('session', sessions, 'id'),
    ]),
    correlation: unique([...listed('switch-call-id', sessions, 'switch_call_id'), ...tagged('global-call-id', 'globalcallid')]),
    start: starts.length > 0 ? starts.reduce((low, each) => (compareTimes(each, low) < 0 ? each : low)) : audioStart,
    answer: events.find((event) => event.type === 'answer')?.at ?? null,
    end: events.findLast((event) => event.type === 'disconnect')?.at ?? null,
    audioStart,
    // Of the audio: contact and session have durations of their own (facts, recorders 1.8: 439, 379 and 375 s of one call).
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
    extra: xmlValues(root)
      .filter(({ path }) => !placed.has(path.at(-1) ?? '') && !path.includes('tag'))
      .map(({ path, value }) => ({ name: path.join('.'), value })),
    declaredBytes: size !== null && /^\d{1,15}$/.test(size) ? Number(size) : null,
  };
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

interface Tag {
  readonly timestamp: string | null;
  /** What the tag says about itself and its attributes, in order. */
  readonly attributes: readonly NameValue[];
}

function tagOf(tag: XmlElement): Tag {
  const own = tag.attributes.filter((each) => each.name !== 'timestamp');
  const children = tag.children.flatMap((child): NameValue[] => {
    const name = fieldText(child, 'key') ?? (child.name === 'timestamp' ? null : child.name);
    return name === null ? [] : [{ name, value: child.text || (fieldText(child, 'value') ?? '') }];
  });
  return { timestamp: fieldText(tag, 'timestamp'), attributes: [...children, ...own] };
}

function eventOf({ attributes }: Tag, at: TimeValue | null): CallEvent {
  const value = (...names: readonly string[]): string | null => attributes.find((each) => names.includes(each.name.toLowerCase()))?.value ?? null;
  const said = value('eventtype', 'event_type', 'type') ?? '';
  const type = eventTypes[said.toLowerCase()] ?? 'tag';
  const length = value('timeonhold', 'pauseduration');
  return {
    type,
    at,
    lengthMs: length === null ? null : parseDuration(length, 's'),
    // Whether held audio is silent, cut or recorded differs by site, and the sidecar does not say.
    mediaEffect: type === 'hold' ? 'unknown' : 'none',
    raw: [said, ...attributes.filter((each) => each.value !== said).map((each) => `${each.name}=${each.value}`)]
      .filter((text) => text !== '')
      .join('; '),
  };
}

function unique(pairs: readonly NameValue[]): readonly NameValue[] {
  return [...new Map(pairs.filter(({ value }) => value !== '').map((pair) => [`${pair.name}\0${pair.value}`, pair])).values()];
}
