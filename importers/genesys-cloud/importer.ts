import { agree } from '../../src/core/base/agree.ts';
import { baseName, extension } from '../../src/core/base/safe-path.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { CallEvent, NameValue, Party, TimeValue } from '../../src/core/model/recording.ts';
import { parseDuration } from '../../src/tables/values/duration.ts';
import { familyImporter } from '../engine/family-importer.ts';
import type { Call, JoinedRecord } from '../engine/records/call.ts';
import type { Claim } from '../engine/records/claim.ts';
import { directionBy, eventOf, partyOf, timeOf } from '../engine/records/describe.ts';
import type { Described } from '../engine/records/described.ts';
import { objectsIn, textIn } from '../engine/records/json-members.ts';
import { idKey, nameKey, stemKey } from '../engine/records/keys.ts';
import type { Shape } from '../engine/records/shape.ts';

const metadataName = /(?:^|[/!])([^/!]+)_metadata\.json$/i;
/** Matches the folder of a conversation; `=` may be written as `%3D`. */
const conversationFolder = /(?:^|[/!])conversation_id(?:=|%3D)([^/!]+)[/!]/i;
const organizationFolder = /(?:^|[/!])([^/!]+)[/!]year(?:=|%3D)\d{4}[/!]month/i;
const id = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;
/** Matches names of transcripts and other files beside the recordings of a conversation. */
const companionName =
  /(?:^|[/!])conversation_id(?:=|%3D)[^/!]+[/!][0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}[^/!]*\.(?:json|txt|html?|eml|vtt|zip)$/i;

const recordings = (name: string, at: Shape['at']): Shape => ({ name, unit: 'recordings', role: 'call', at, key: keyOf, claims: recordingClaims });

/** Imports Genesys Cloud: the folders of its bulk export, and lists of recordings as its API returns them. */
export const genesysCloud = familyImporter({
  id: 'genesys-cloud',
  title: 'Genesys Cloud, PureCloud (bulk export with _metadata.json, lists of recordings)',
  grade: 'documented',
  facts: [
    'help.mypurecloud.com, Working with exported recordings in AWS S3 bucket: folders in UTC, names, _metadata.json, mediaType, provider, userIds',
    'Genesys Cloud Platform Client SDK, Recording and Annotation: members, file states, offsets before and after pauses and cuts, reasons of a pause',
    'public programs that read such exports: names RECORDING.opus_metadata.json, members agents, queues, timing and call',
  ],
  tested: ['samples/genesys-cloud, written from the documentation', 'no export of the service was available'],
  shapes: [
    recordings('metadata', {
      kind: 'document',
      as: 'json',
      file: metadataName,
      holds: /"(?:mediaType|recordingId|conversationId|userIds)"\s*:/,
      keyOfName,
    }),
    {
      name: 'companion',
      unit: 'transcripts',
      role: 'call',
      at: { kind: 'document', as: 'plain', whole: 'json', file: companionName, keyOfName: idOf, pairs: () => [] },
      key: (document) => idOf(document.path),
      claims: (document) => [{ key: stemKey(`${idOf(document.path)}.wav`), by: 'recording id in the file name', strength: 'other-name' }],
    },
    recordings('listed recording', { kind: 'table', columns: ['id', 'conversationid', 'filestate'], jsonPath: ['', 'recordings', 'entities'] }),
  ],
  fileKeys: (path) => {
    const found = idOf(path);
    return found === null ? [] : [idKey(found)];
  },
  namesFile: (path) => conversationFolder.test(path) && idOf(path) !== null,
  unclaimedReason: (path) => (/\.html?$/i.test(path) ? 'an index of recordings for people, as PureConnect writes it' : null),
  describe: describeRecording,
  describeFile: ({ path }) => ({ key: null, ...placeOf(path), sourceKeys: pair('recordingId', idOf(path)) }),
});

/** Returns the id at the beginning of a file's name. */
function idOf(path: string): string | null {
  return id.exec(baseName(path))?.[0].toLowerCase() ?? null;
}

/** Returns the name from which a metadata file's name is derived: a recording, or its file with its extension. */
function namedFor(path: string): string | null {
  return metadataName.exec(path)?.[1] ?? null;
}

function keyOfName(path: string): string | null {
  const name = namedFor(path);
  return name === null ? null : name.slice(0, name.length - extension(name).length);
}

function keyOf(record: JoinedRecord): string | null {
  const said = textIn(record.value, 'recordingId') ?? (record.number > 0 ? record.peek(['id']) : null);
  return said?.toLowerCase() ?? keyOfName(record.path);
}

function recordingClaims(record: JoinedRecord): readonly Claim[] {
  const key = keyOf(record);
  const name = record.number === 0 ? namedFor(record.path) : null;
  const keys = [...(name === null ? [] : [nameKey(name), stemKey(name)]), ...(key === null ? [] : [stemKey(`${key}.wav`), idKey(key)])];
  return keys.length === 0 ? [] : [{ key: keys, by: 'recording id in the file name', ...(isDeleted(record) ? {} : { path: key ?? name ?? '' }) }];
}

function stateOf(record: JoinedRecord): string | null {
  return record.peek(['fileState']) ?? record.peek(['recordingState']) ?? record.peek(['state']);
}

function isDeleted(record: JoinedRecord): boolean {
  return stateOf(record)?.trim().toUpperCase() === 'DELETED';
}

function pair(name: string, value: string | null): NameValue[] {
  return value === null ? [] : [{ name, value }];
}

/** Returns the first of these columns that is not empty, and takes it. */
function first(record: JoinedRecord, ...columns: readonly string[]): string | null {
  const column = columns.find((each) => record.peek([each]) !== null);
  return column === undefined ? null : record.take([column]);
}

function firstTime(record: JoinedRecord, ...columns: readonly string[]): TimeValue | null {
  const column = columns.find((each) => record.peek([each]) !== null);
  // All times are UTC, including those of the folders.
  return column === undefined ? null : timeOf(record, column, { format: 'iso', zone: 'UTC' });
}

/** Returns conversation and organization according to the folders. */
function placeOf(path: string): Required<Pick<Described, 'correlation' | 'group' | 'org'>> {
  return { ...ofConversation(conversationFolder.exec(path)?.[1] ?? null), org: pair('organization', organizationFolder.exec(path)?.[1] ?? null) };
}

function ofConversation(conversation: string | null): Required<Pick<Described, 'correlation' | 'group'>> {
  return {
    correlation: pair('conversation', conversation),
    group: conversation === null ? null : { id: conversation, index: null, count: null, previous: null, next: null },
  };
}

function describeRecording(call: Call): Described {
  const records = call.records.filter(({ shape }) => shape !== 'companion');
  const [record, second] = records;
  const [document] = call.records;
  if (record === undefined) {
    const told = document === undefined ? {} : placeOf(document.path);
    return {
      key: call.key,
      ...told,
      sourceKeys: pair('recordingId', call.key),
      ...(call.files.length === 0 ? { absence: 'not-recorded-by-design' } : {}),
    };
  }
  const place = placeOf(record.path);
  const conversation = first(record, 'conversationId') ?? place.group?.id ?? null;
  const mediaType = first(record, 'mediaType', 'media');
  // The output is the audio; the other duration may include pauses that were cut out.
  const output = record.peek(['outputDurationMs']);
  const length = output ?? record.peek(['durationMs']);
  const ms = length === null ? null : parseDuration(length, 'ms');
  const pressed = records.reduce((count, each) => count + each.takeAll(/dtmf|digits/i), 0);
  const told: Described = {
    key: call.key,
    sourceKeys: [...pair('recordingId', first(record, 'recordingId', 'id') ?? call.key), ...pair('sessionId', first(record, 'sessionId'))],
    ...ofConversation(conversation),
    callStart: firstTime(record, 'startTime', 'recordingStartTime', 'timing.recording.start', 'conversationStartTime'),
    callEnd: firstTime(record, 'endTime', 'recordingEndTime', 'timing.recording.end', 'conversationEndTime'),
    durationDeclared: length === null || ms === null ? null : { ms, raw: length, unit: 'ms', of: output === null ? 'call' : 'audio' },
    direction: directionBy(first(record, 'direction', 'initialDirection', 'originatingDirection', 'call.direction'), {
      inbound: 'inbound',
      outbound: 'outbound',
    }),
    parties: partiesOf(record),
    org: [
      ...pair('organization', first(record, 'organizationId') ?? place.org[0]?.value ?? null),
      ...objectsIn(record.value, 'queues').flatMap((queue) => pair('queue', textIn(queue, 'name') ?? textIn(queue, 'id'))),
      ...pair('queue', first(record, 'queueName')),
      ...pair('provider', first(record, 'provider')),
    ],
    events: eventsOf(record),
    quality: [
      ...pair('media-type', mediaType),
      ...pair('file-state', stateOf(record)),
      ...pair('recording-error', first(record, 'recordingErrorStatus')),
    ],
    ...retentionOf(record),
    medium: () => (mediaType !== null && /screen/i.test(mediaType) ? { kind: 'screen' as const } : {}),
    findings: [
      ...denial(record, call),
      ...(pressed > 0 ? [finding('I261', call.key ?? record.place, agree`${pressed} value[s] of pressed keys [was|were] left out`)] : []),
      ...(second === undefined ? [] : [finding('I204', call.key ?? record.place, `${records.length} of its records differ; the first one is used`)]),
    ],
    ...absenceOf(record, mediaType),
  };
  record.takeAll(/^(?:fileState|recordingState|state)$/i);
  if (ms !== null) record.takeAll(output === null ? /^durationMs$/i : /^outputDurationMs$/i);
  return told;
}

/** Returns why there is no audio: chats, e-mails and messages have none. */
function absenceOf(record: JoinedRecord, mediaType: string | null): Pick<Described, 'absence'> {
  if (isDeleted(record)) return { absence: 'deleted-at-source' };
  return mediaType !== null && /^(?:chat|email|message|messaging|sms)/i.test(mediaType) ? { absence: 'not-recorded-by-design' } : {};
}

function denial(record: JoinedRecord, { key, files }: Call): readonly Finding[] {
  return isDeleted(record) && files.length > 0
    ? [finding('I260', key ?? record.place, agree`its record says DELETED, and ${files.length} file[s] of it [is|are] in the source`)]
    : [];
}

/** Returns when the recording is to be deleted, or was deleted. */
function retentionOf(record: JoinedRecord): Pick<Described, 'retention'> {
  const date = firstTime(record, 'deleteDate');
  const policy = first(record, 'retentionPolicy', 'mediaRetentionPolicyId');
  if (date === null && policy === null) return {};
  const gone = isDeleted(record);
  return { retention: { policyRaw: policy, expiresAt: gone ? null : date, legalHoldRaw: null, lockRaw: null, deletedAtSource: gone ? date : null } };
}

function partiesOf(record: JoinedRecord): readonly Party[] {
  const people = [...objectsIn(record.value, 'agents'), ...objectsIn(record.value, 'users')];
  const agents = people.map((each) =>
    partyOf('agent', { name: textIn(each, 'name'), agentId: textIn(each, 'id') ?? textIn(each, 'userId') ?? textIn(each, 'email') }),
  );
  const known = new Set(agents.map((party) => party?.agentId));
  const listed = record
    .rest()
    .flatMap(({ name, value }) => (/^userIds?$/i.test(name) && !known.has(value) ? [partyOf('agent', { agentId: value })] : []));
  record.takeAll(/^userIds?$/i);
  return [
    partyOf('caller', { phone: first(record, 'ani', 'call.ani') }),
    partyOf('callee', { phone: first(record, 'dnis', 'call.dnis') }),
    ...agents,
    ...listed,
  ].filter((party) => party !== null);
}

/**
 * Returns annotations as events. They have two offsets: in the recording as it was made (`realtimeLocation`, or `absoluteLocation` if that is the only one),
 * and in the recording after pauses and cuts (`recordingLocation`).
 */
function eventsOf(record: JoinedRecord): readonly CallEvent[] {
  return objectsIn(record.value, 'annotations').map((each) => {
    const type = textIn(each, 'type');
    const reason = textIn(each, 'reason');
    const isPause = /pause/i.test(type ?? '');
    const isHold = /hold/i.test(reason ?? '') || /hold/i.test(type ?? '');
    return eventOf(isHold ? 'hold' : isPause ? 'pause' : 'tag', [type, reason].filter((part) => part !== null).join(' ') || 'annotation', {
      lengthMs: numberIn(each, 'durationMs') ?? numberIn(each, 'absoluteDurationMs'),
      callOffsetMs: numberIn(each, 'realtimeLocation') ?? numberIn(each, 'absoluteLocation'),
      mediaOffsetMs: numberIn(each, 'recordingLocation'),
      // A pause removes its span from the recording.
      mediaEffect: isPause ? 'cut' : isHold ? 'unknown' : 'none',
    });
  });
}

function numberIn(value: object, name: string): number | null {
  const text = textIn(value, name);
  return text !== null && /^\d{1,12}$/.test(text) ? Number(text) : null;
}
