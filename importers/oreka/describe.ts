import { agree } from '../../src/core/base/agree.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { CallEvent, MediaRef, NameValue, Party, PartyRole, Recording, TimeValue } from '../../src/core/model/recording.ts';
import { parseTime } from '../../src/tables/values/time.ts';
import type { Call, ClaimedFile, JoinedRecord } from '../engine/records/call.ts';
import { directionBy, durationOf, eventOf, partyOf, timeOf, utcAndLocal, withoutRepeats } from '../engine/records/describe.ts';
import type { Context, Described } from '../engine/records/described.ts';
import { isCapture, tapeName } from './names.ts';

/** Stages of a tape, in order. Source: voiceip/oreka, CaptureEvent.h (`start`, `update`, `stop`, `ready`). */
const stages = ['start', 'update', 'stop', 'ready'];
/** Directions by their word in messages, and by their ordinal in tables (net.sf.oreka.Direction: IN, OUT, ALL, UNKN). */
const directions: Readonly<Record<string, Recording['direction']['value']>> = { in: 'inbound', out: 'outbound', '0': 'inbound', '1': 'outbound' };
/** Names of a column in messages and in tables. */
const columns: Readonly<Record<string, readonly string[]>> = {
  filename: ['filename', 'file_name'],
  localparty: ['localParty', 'local_party'],
  remoteparty: ['remoteParty', 'remote_party'],
  localentrypoint: ['localEntryPoint', 'local_entry_point'],
  localip: ['localIp', 'local_ip'],
  remoteip: ['remoteIp', 'remote_ip'],
  port: ['captureport', 'portName', 'port_name'],
  nativecallid: ['nativeCallId', 'native_call_id'],
  loginstring: ['loginString', 'login_string'],
  expiry: ['expiryTimestamp', 'expiry_timestamp'],
  tapeoffset: ['tapeOffset', 'tape_offset'],
  tape: ['tape_id', 'tape', 'tapeId', 'recTape_id', 'orktape_id'],
  session: ['session_id', 'session', 'recSession_id', 'orksession_id'],
};

/** Returns a value under any of its names in messages and tables, without taking it. */
export function tapeValue(record: JoinedRecord, name: string): string | null {
  for (const column of columns[name] ?? [name]) {
    const value = record.peek([column]);
    if (value !== null) return value;
  }
  return null;
}

export function stageOf(message: JoinedRecord): string {
  return message.peek(['stage'])?.trim().toLowerCase() ?? '';
}

/** Returns the tape in which a segment lies. */
export function segmentOf(row: JoinedRecord): string | null {
  return tapeValue(row, 'tape');
}

/** Returns quality values and findings for a capture from which no finished file was made. */
export function unfinished(files: readonly Pick<ClaimedFile, 'path'>[], place: string): { quality: NameValue[]; findings: Finding[] } {
  if (files.length === 0 || !files.every(({ path }) => isCapture(path))) return { quality: [], findings: [] };
  return {
    quality: [{ name: 'capture', value: 'unfinished' }],
    findings: [finding('I290', place, agree`${files.length} capture[s] without a finished file`)],
  };
}

/**
 * Describes tapes that share a file, or one tape with all its records: the last stage and the newest row decide, and different values of the others are kept.
 */
export function describeTape(call: Call, context: Context): Described {
  const { records, files } = call;
  const { once, repeated } = withoutRepeats(records);
  const of = (shape: string): JoinedRecord[] => once.filter((record) => record.shape === shape);
  const messages = of('message');
  // The sort keeps the order of messages of one stage: the last of them is the newest.
  const spoken = messages.toSorted((a, b) => stages.indexOf(stageOf(a)) - stages.indexOf(stageOf(b)));
  const tapes = of('tape');
  const segments = of('segment').sort((a, b) => offsetOf(a) - offsetOf(b));
  const list = of('list');
  // Messages come first, because their time is UTC.
  const heads = [...spoken.toReversed(), ...tapes, ...list, ...segments];
  const recids = [...new Set(messages.flatMap((message) => message.peek(['recid']) ?? []))];
  const tapeIds = [...new Set(tapes.flatMap((row) => row.peek(['id']) ?? []))];
  const key = recids[0] ?? (tapeIds[0] === undefined ? (call.key?.replace(/^(?:file|recid) /, '') ?? null) : `tape ${tapeIds[0]}`);
  const place = key ?? heads[0]?.place ?? '';
  const take = (name: string): string | null => taken(heads, columns[name] ?? [name]);
  const started = startOf(heads, files, context.zone, place);
  const durationDeclared = lengthOf(heads);
  const direction = directionBy(take('direction'), directions);
  const left = unfinished(files, place);
  const side = (take('side') ?? take('audiokeepdirection'))?.trim().toLowerCase() ?? null;
  const [localRole, remoteRole] = rolesOf(direction.value);
  const segmented = segments.length > 1;
  const nativeCallId = take('nativecallid');
  const expiry = take('expiry');
  const state = take('state');
  const { tags, events: keys } = tagsOf(heads);
  const onDemand = take('ondemand');
  const login = take('loginstring');
  const session = take('session');
  take('filename');
  for (const record of heads) record.take(['type', 'stage', 'recid']);
  for (const row of [...tapes, ...segments]) row.take(['id']);
  for (const row of segments) row.take(columns.tape ?? []);
  const conflicts = recids.length > 1 || tapeIds.length > 1 || tapes.length > tapeIds.length || hasTwoFiles(spoken);
  return {
    key,
    records,
    repeated,
    sourceKeys: [
      ...recids.map((value) => ({ name: 'recid', value })),
      ...tapeIds.map((value) => ({ name: 'orktape.id', value })),
      ...segments.flatMap((row) => (row.peek(['id']) === null ? [] : [{ name: 'orksegment.id', value: row.peek(['id']) ?? '' }])),
    ],
    // In SIP the native id is the Call-ID; other protocols have their own numbers.
    correlation: nativeCallId === null ? [] : [{ name: /@/.test(nativeCallId) ? 'sip-call-id' : 'native-call-id', value: nativeCallId }],
    callStart: started.time,
    durationDeclared,
    direction,
    parties: partiesOf(heads, segments, localRole, remoteRole, login),
    org: [...pair('port', take('port')), ...pair('service', take('service') ?? take('service_id')), ...pair('entry point', take('localentrypoint'))],
    events: [...stageEvents(spoken, durationDeclared?.ms ?? null, started.time), ...segmentEvents(segments, tapes, context.zone), ...keys],
    tags: [...tags, ...(onDemand === null || /^(?:false|no|0)$/i.test(onDemand) ? [] : [{ name: 'ondemand', value: onDemand }])],
    group: session === null ? null : { id: session, index: null, count: null, previous: null, next: null },
    retention: retentionOf(expiry, context.zone),
    quality: [...left.quality, ...pair('side', side), ...pair('state', state)],
    ...(side === 'none' || (state !== null && /^deleted$/i.test(state))
      ? { absence: side === 'none' ? ('not-recorded-by-design' as const) : ('deleted-at-source' as const) }
      : {}),
    ...statusOf(files, segmented || recids.length > 1 || tapeIds.length > 1),
    medium: () => mediumOf(side, localRole, remoteRole),
    findings: [
      ...started.findings,
      ...left.findings,
      ...(conflicts
        ? [
            finding(
              'I204',
              place,
              agree`${records.length} record[s] of ${Math.max(recids.length, tapeIds.length, 1)} tape[s] name one file or one recid`,
            ),
          ]
        : []),
    ],
  };
}

/** Returns the status. A capture beside the audio file that was made from it is not a part of the call. */
function statusOf(files: readonly ClaimedFile[], shares: boolean): Pick<Described, 'status'> {
  const finished = files.filter(({ path, size }) => !isCapture(path) && size > 0);
  if (files.every(({ size }) => size === 0)) return {};
  if (shares) return { status: 'shared-audio' };
  return finished.length === 1 || (finished.length === 0 && files.length === 1) ? { status: 'matched' } : {};
}

/** Returns the first value among the records, and takes it from all records that state the same value. */
function taken(records: readonly JoinedRecord[], names: readonly string[]): string | null {
  let value: string | null = null;
  for (const record of records)
    for (const name of names) {
      const own = record.peek([name]);
      if (own === null || (value !== null && own !== value)) continue;
      value = own;
      record.take([name]);
    }
  return value;
}

/** Returns the start: the epoch of a message with the local time of the name; or else the local time of a table, of the list, or of the name. */
function startOf(heads: readonly JoinedRecord[], files: readonly ClaimedFile[], zone: string | null, place: string) {
  const named = [...heads.map((record) => tapeValue(record, 'filename')), ...files.map(({ path }) => path)].flatMap(
    (path) => (path === null ? null : tapeName(path, zone)) ?? [],
  )[0];
  let exact: TimeValue | null = null;
  let local: TimeValue | null = null;
  for (const record of heads) {
    if (record.shape === 'segment' && (exact ?? local) !== null) continue;
    if (record.shape === 'list') local ??= timeOf(record, 'date', { format: 'YYYY-MM-DD_HH-mm-ss', zone });
    else if (record.shape === 'message') {
      const time = timeOf(record, 'timestamp', { format: 'epoch-s', zone: null });
      exact ??= time;
    } else {
      const time = timeOf(record, 'timestamp', { format: /^\d{9,11}$/.test(record.peek(['timestamp']) ?? '') ? 'epoch-s' : 'iso', zone });
      if (time?.utc != null && time.basis === 'epoch') exact ??= time;
      else local ??= time;
    }
  }
  const clock = local ?? named?.start ?? null;
  return utcAndLocal(exact, clock, place);
}

/** Returns the duration in the last stage that has one: at its start a tape has the duration 0. */
function lengthOf(heads: readonly JoinedRecord[]): Recording['durationDeclared'] {
  let best: Recording['durationDeclared'] = null;
  for (const record of heads) {
    if (record.shape === 'segment' && best !== null) continue;
    if (record.shape === 'message' && stageOf(record) === 'start' && record.peek(['duration']) === '0') {
      record.take(['duration']);
      continue;
    }
    const raw = record.peek(['duration']);
    if (best === null) best = durationOf(record, 'duration', 's');
    else if (raw === best.raw) record.take(['duration']);
  }
  return best;
}

function rolesOf(direction: Recording['direction']['value']): readonly [local: PartyRole, remote: PartyRole] {
  if (direction === 'inbound') return ['callee', 'caller'];
  return direction === 'outbound' ? ['caller', 'callee'] : ['unknown', 'unknown'];
}

/** Returns both ends of the tape, and from each segment those that are new. */
function partiesOf(
  heads: readonly JoinedRecord[],
  segments: readonly JoinedRecord[],
  localRole: PartyRole,
  remoteRole: PartyRole,
  login: string | null,
): Party[] {
  const parties: Party[] = [];
  const seen = new Set<string>();
  const add = (role: PartyRole, phone: string | null, device: string | null, agentId: string | null): void => {
    if (phone !== null && seen.has(phone)) return;
    if (phone !== null) seen.add(phone);
    const party = partyOf(role, { phone, device, agentId });
    if (party !== null) parties.push(party);
  };
  const names = (name: string): readonly string[] => columns[name] ?? [name];
  add(localRole, taken(heads, names('localparty')), taken(heads, names('localip')), login);
  add(remoteRole, taken(heads, names('remoteparty')), taken(heads, names('remoteip')), null);
  for (const row of segments) {
    add('unknown', taken([row], names('localparty')), null, taken([row], names('loginstring')));
    add('unknown', taken([row], names('remoteparty')), null, null);
  }
  return parties;
}

/** Parses `k:v,k:v`. Pressed keys may be card data: the events state that keys were pressed, never which. */
function tagsOf(heads: readonly JoinedRecord[]): { readonly tags: NameValue[]; readonly events: CallEvent[] } {
  const tags = new Map<string, NameValue>();
  const events: CallEvent[] = [];
  for (const record of heads) {
    for (const part of (record.take(['tags']) ?? '').split(',')) {
      const [name = '', ...rest] = part.split(':');
      const value = rest.join(':').trim();
      if (name.trim() === '' || value === '' || tags.has(name.trim())) continue;
      if (/dtmf|digits/i.test(name)) {
        if (events.length === 0) events.push(eventOf('dtmf', agree`${name.trim()}: ${value.length} character[s], left out`));
      } else tags.set(name.trim(), { name: name.trim(), value });
    }
  }
  return { tags: [...tags.values()], events };
}

/** Returns events. Every message of a tape states when the tape began; its end follows from its duration. */
function stageEvents(spoken: readonly JoinedRecord[], lengthMs: number | null, start: TimeValue | null): CallEvent[] {
  const has = (stage: string): boolean => spoken.some((message) => stageOf(message) === stage);
  return [
    ...(has('start') ? [eventOf('record-start', 'stage=start', { at: start, callOffsetMs: 0, mediaOffsetMs: 0, mediaEffect: 'none' })] : []),
    ...(has('stop') ? [eventOf('record-stop', 'stage=stop', { ...(lengthMs === null ? {} : { callOffsetMs: lengthMs }), mediaEffect: 'none' })] : []),
  ];
}

/** Returns where segments lie on their tape; uses `tapeOffset` if it agrees with the times of tape and segment, in seconds or milliseconds. */
function segmentEvents(segments: readonly JoinedRecord[], tapes: readonly JoinedRecord[], zone: string | null): CallEvent[] {
  const began = wallMs(tapes[0], zone);
  return segments.map((row, index) => {
    const at = timeOf(row, 'timestamp', { format: 'iso', zone });
    const own = at?.local == null ? null : Date.parse(`${at.local}Z`);
    const afterMs = began === null || own === null ? null : own - began;
    const offset = tapeValue(row, 'tapeoffset');
    const mediaOffsetMs = offset === null || afterMs === null ? null : offsetMs(Number(offset), afterMs);
    if (mediaOffsetMs !== null) taken([row], columns.tapeoffset ?? []);
    const lengthMs = durationOf(row, 'duration', 's')?.ms ?? null;
    return eventOf('tag', `segment ${index + 1} of ${segments.length}${offset === null ? '' : `, tapeOffset ${offset}`}`, {
      at,
      lengthMs,
      ...(afterMs !== null && afterMs >= 0 ? { callOffsetMs: afterMs } : {}),
      ...(mediaOffsetMs === null ? {} : { mediaOffsetMs }),
      mediaEffect: 'none',
    });
  });
}

function wallMs(row: JoinedRecord | undefined, zone: string | null): number | null {
  const raw = row?.peek(['timestamp']) ?? null;
  if (row === undefined || raw === null) return null;
  const time = timeOf(row, 'timestamp', { format: 'iso', zone });
  return time?.local == null ? null : Date.parse(`${time.local}Z`);
}

function offsetMs(offset: number, afterMs: number): number | null {
  if (!Number.isFinite(offset)) return null;
  if (Math.abs(offset * 1_000 - afterMs) <= 1_000) return offset * 1_000;
  return Math.abs(offset - afterMs) <= 1_000 ? offset : null;
}

function offsetOf(row: JoinedRecord): number {
  return Number(tapeValue(row, 'tapeoffset') ?? 0) || 0;
}

/** Returns the retention. OrkTrack's default for no expiry is the beginning of 1970 in its own zone. */
function retentionOf(expiry: string | null, zone: string | null): Recording['retention'] {
  if (expiry === null || /^(?:19(?:69|70)-|0+$|0000-)/.test(expiry)) return null;
  return {
    policyRaw: null,
    expiresAt: parseTime(expiry, { format: 'iso', zone }),
    legalHoldRaw: null,
    lockRaw: null,
    deletedAtSource: null,
  };
}

/** Returns which sides were recorded: both in one file, or one alone. Outgoing audio comes from the local party. */
function mediumOf(side: string | null, localRole: PartyRole, remoteRole: PartyRole): Partial<Omit<MediaRef, 'path'>> {
  if (side === 'both') return { side: 'mixed' };
  if (side === 'local') return { side: 'out', channels: [{ index: 0, role: localRole }] };
  return side === 'remote' ? { side: 'in', channels: [{ index: 0, role: remoteRole }] } : {};
}

/** Returns true if messages of one stage name different files. */
function hasTwoFiles(spoken: readonly JoinedRecord[]): boolean {
  const ready = spoken.filter((message) => stageOf(message) === 'ready').flatMap((message) => tapeValue(message, 'filename') ?? []);
  return new Set(ready).size > 1;
}

function pair(name: string, value: string | null): NameValue[] {
  return value === null ? [] : [{ name, value }];
}
