import type { CallEvent, NameValue, Party, Recording } from '../../src/core/model/recording.ts';
import { parseDuration } from '../../src/tables/values/duration.ts';
import { parseTime } from '../../src/tables/values/time.ts';
import { type Json, objectOf, objectsOf, textOf } from '../../src/tables/vcon-document.ts';
import { eventOf, partyOf } from '../engine/records/describe.ts';

/** A file named in a call record. */
export interface NamedFile {
  readonly name: string;
  /** Folder as the record states it, or a path with the name; null: none. */
  readonly location: string | null;
  readonly checksum: { readonly algorithm: string; readonly hash: string } | null;
  readonly archiveDate: string | null;
}

/** Content of one document. */
export interface CallRecord {
  readonly kind: 'finos' | 'cloud9';
  readonly key: string | null;
  readonly body: Json;
  readonly files: readonly NamedFile[];
}

/** Reads a call record of the FINOS schema, or of Cloud9, from which parts of the schema come; returns null for any other text. Never throws. */
export function readCallRecord(text: string): CallRecord | null {
  const body = jsonIn(text);
  if (body === null) return null;
  if (typeof body.communicationRecord === 'object') {
    const { comUUID } = objectOf(body.communicationRecord);
    // The examples of 2019 describe the file as `data`, the schema describes files as a list; files of linked records are in those records.
    const files = [...objectsOf(body.comFiles), objectOf(body.data)].flatMap(finosFile);
    const path = additional(body, 'CVSLCT');
    return { kind: 'finos', key: textOf(comUUID), body, files: files.map((file) => (path === null ? file : { ...file, location: path })) };
  }
  if (typeof body.recordingFile === 'object' && Array.isArray(body.callRecords)) {
    const { fileName, md5Checksum } = objectOf(body.recordingFile);
    const [name, hash] = [textOf(fileName), textOf(md5Checksum)];
    const files = name === null ? [] : [{ name, location: null, checksum: hash === null ? null : { algorithm: 'MD5', hash }, archiveDate: null }];
    return { kind: 'cloud9', key: name ?? ucidsOf(body)[0]?.value ?? null, body, files };
  }
  return null;
}

/** Returns a JSON object, or the first one among the parts of a posted form. */
function jsonIn(text: string): Json | null {
  const part = /^\s*-{2,}\S+\s*$[\s\S]*?Content-Type:\s*application\/json\s*(\{[\s\S]*?\})\s*^\s*-{2,}\S+\s*$/im.exec(text)?.[1];
  try {
    const value: unknown = JSON.parse((part ?? text).replace(/^\ufeff/, ''));
    return Array.isArray(value) ? null : objectOf(value);
  } catch {
    return null; // truncated or not JSON, as the recording states
  }
}

function finosFile(file: Json): NamedFile[] {
  const name = textOf(file.fileName);
  if (name === null) return [];
  const { type, hash } = objectOf(file.checksum);
  const digest = textOf(hash);
  return [
    {
      name,
      location: textOf(file.fileLocation),
      // "default": "MD5" in the schema.
      checksum: digest === null ? null : { algorithm: textOf(type) ?? 'MD5', hash: digest },
      archiveDate: textOf(file.archiveDate),
    },
  ];
}

/** Returns a value of the list `additionalProperty`. */
export function additional(body: Json, wanted: string): string | null {
  return objectsOf(body.additionalProperty).flatMap(({ name, value }) => (name === wanted ? (textOf(value) ?? []) : []))[0] ?? null;
}

/** Returns a hash in hexadecimal, even if it is written in base64. */
export function hexOf(hash: string): string {
  const plain = hash.trim();
  return /^[0-9a-f]+$/i.test(plain) || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(plain) ? plain : Buffer.from(plain, 'base64').toString('hex');
}

/** Returns a time of a record; the schema allows RFC 3339 only. */
export function timeIn(value: unknown, zone: string | null) {
  const raw = textOf(value);
  return raw === null ? null : parseTime(raw, { format: 'iso', zone });
}

/** Facts about a call from its record. */
export type CallFacts = Pick<
  Recording,
  'callStart' | 'callEnd' | 'durationDeclared' | 'direction' | 'parties' | 'events' | 'correlation' | 'org' | 'sourceKeys'
>;

const directions: Readonly<Record<string, Recording['direction']['value']>> = {
  incoming: 'inbound',
  inbound: 'inbound',
  outgoing: 'outbound',
  outbound: 'outbound',
};

const roles: Readonly<Record<string, Party['role']>> = { source: 'caller', destination: 'callee' };

/** States in the examples, which are those of CSTA (ECMA-269). */
const states: Readonly<Record<string, CallEvent['type']>> = {
  CallDelivered: 'ring',
  CallEstablished: 'answer',
  CallHeld: 'hold',
  CallRetrieved: 'retrieve',
  CallConferenced: 'conference',
  CallTransferred: 'transfer',
  ConnectionCleared: 'leave',
};

/** Returns the facts in a record of the FINOS schema. */
export function finosFacts(body: Json, zone: string | null): CallFacts {
  const call = objectOf(body.communicationRecord);
  const device = objectOf(body.deviceInfo);
  const parties: Party[] = [];
  const events: CallEvent[] = [];
  const org: NameValue[] = [];
  for (const participant of objectsOf(body.participants)) {
    const member = objectOf(participant.member);
    const role = roles[textOf(participant.involvement) ?? ''] ?? 'unknown';
    const party = partyOf(role, { phone: textOf(participant.address), name: textOf(member.name) });
    const at = party === null ? null : parties.push(party) - 1;
    for (const [name, value] of [
      ['group', textOf(member.groupName)],
      ['firm', textOf(member.firmName)],
    ] as const)
      if (value !== null && !org.some((one) => one.name === name && one.value === value)) org.push({ name, value });
    for (const [type, name] of [
      ['join', 'joinTime'],
      ['leave', 'exitTime'],
    ] as const) {
      const time = timeIn(participant[name], zone);
      if (time !== null) events.push(eventOf(type, name, { at: time, party: at }));
    }
    let before = '';
    for (const { state, time, duration } of objectsOf(participant.events)) {
      const raw = textOf(state) ?? '';
      const type = raw === 'CallEstablished' && before === 'CallHeld' ? 'retrieve' : (states[raw] ?? 'tag');
      // Milliseconds: the durations in the examples fill the time to the next state.
      const lengthMs = typeof duration === 'number' && duration >= 0 ? duration : null;
      events.push(eventOf(type, raw, { at: timeIn(time, zone), party: at, lengthMs }));
      before = raw;
    }
  }
  const ms = call.activeDuration;
  const direction = textOf(call.direction);
  const button = textOf(device.buttonName);
  return {
    callStart: timeIn(call.startTime, zone),
    callEnd: timeIn(call.endTime, zone),
    durationDeclared: typeof ms === 'number' && ms >= 0 && Number.isSafeInteger(ms) ? { ms, raw: String(ms), unit: 'ms', of: 'call' } : null,
    direction: { value: directions[direction?.toLowerCase() ?? ''] ?? 'unknown', raw: direction },
    parties,
    events,
    org: button === null ? org : [...org, { name: 'button', value: button }],
    correlation: pairs({ 'com-uuid': call.comUUID, 'universal-id': call.universalID, 'cs-id': call.csID }),
    sourceKeys: pairs({ 'deviceInfo.deviceID': device.deviceID, 'deviceInfo.channelID': device.channelID }),
  };
}

/** Returns the facts in a record of Cloud9: one file, and the calls in it. */
export function cloud9Facts(body: Json, zone: string | null): CallFacts {
  const user = objectOf(body.userInfo);
  const calls = objectsOf(body.callRecords);
  const parties: Party[] = [];
  const org: NameValue[] = [];
  const seen = new Set<string>();
  const add = (party: Party | null): void => {
    const same = JSON.stringify(party);
    if (party !== null && !seen.has(same)) parties.push(party);
    seen.add(same);
  };
  const firm = (value: unknown, name = 'firm'): void => {
    const text = textOf(value);
    if (text !== null && !org.some((one) => one.name === name && one.value === text)) org.push({ name, value: text });
  };
  add(partyOf('agent', { phone: textOf(calls[0]?.userNumber), name: textOf(user.username) ?? textOf(user.userName) }));
  firm(user.firmName);
  for (const call of calls) {
    firm(call.groupName, 'group');
    firm(call.buttonName, 'button');
    for (const far of objectsOf(call.farEndUsers ?? call.farendUsers)) {
      add(partyOf('unknown', { phone: textOf(far.connectedNumber), name: textOf(far.contactName) ?? textOf(far.name) }));
      firm(far.firmName);
    }
  }
  const ends = calls.flatMap(({ stopTime }) => timeIn(stopTime, zone) ?? []).filter(({ utc }) => utc !== null);
  const raw = calls.length === 1 ? textOf(calls[0]?.duration) : null;
  const ms = raw === null ? null : parseDuration(raw, 'h:mm:ss');
  const action = calls.length === 1 ? textOf(calls[0]?.startAction) : null;
  return {
    callStart: timeIn(body.timeStampForCallStart, zone) ?? timeIn(calls[0]?.startTime, zone),
    callEnd: ends.sort((a, b) => Date.parse(a.utc ?? '') - Date.parse(b.utc ?? '')).at(-1) ?? null,
    durationDeclared: raw === null || ms === null ? null : { ms, raw, unit: 'h:mm:ss', of: 'call' },
    // `Initiated` is the only value in the examples.
    direction: { value: 'unknown', raw: action },
    parties,
    events: [],
    org,
    correlation: ucidsOf(body),
    sourceKeys: calls.flatMap(({ connectionId }) => pairs({ connectionId })),
  };
}

function ucidsOf(body: Json): readonly NameValue[] {
  return objectsOf(body.callRecords).flatMap(({ ucId, ucID }) => pairs({ ucid: ucId ?? ucID }));
}

function pairs(values: Readonly<Record<string, unknown>>): NameValue[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const text = textOf(value);
    return text === null ? [] : [{ name, value: text }];
  });
}
