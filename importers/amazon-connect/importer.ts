import { agree } from '../../src/core/base/agree.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { CallEvent, Group, MediaRef, NameValue, Party, PartyRole, TimeValue } from '../../src/core/model/recording.ts';
import { familyImporter } from '../engine/family-importer.ts';
import type { Call, ClaimedFile, JoinedRecord } from '../engine/records/call.ts';
import type { Claim } from '../engine/records/claim.ts';
import { directionBy, eventOf, partyOf } from '../engine/records/describe.ts';
import type { Described } from '../engine/records/described.ts';
import { memberOf } from '../engine/records/json-members.ts';
import { idKey } from '../engine/records/keys.ts';
import type { Shape } from '../engine/records/shape.ts';
import { companionName, connectKind, contactOf, hasKnownSides, isOriginal, isStoredName, recordsName, storedKey } from './names.ts';
import {
  hasRecordingColumns,
  isDeleted,
  isFile,
  isSpoken,
  newestFirst,
  pairsIn,
  peekIn,
  type StoredMedium,
  storedMedia,
  takeIn,
  timeIn,
} from './records.ts';

const contacts = (name: string, columns: readonly string[]): Shape => ({
  name,
  unit: 'contact records',
  role: 'call',
  at: { kind: 'table', columns, jsonPath: '', file: recordsName },
  key: contactIn,
  claims: contactClaims,
});

/** Imports Amazon Connect: contact records as delivered, and the folders of its bucket. */
export const amazonConnect = familyImporter({
  id: 'amazon-connect',
  title: 'Amazon Connect (contact records, call recordings of a bucket)',
  grade: 'documented',
  facts: [
    'Amazon Connect administrator guide, ctr-data-model: fields, delivery at least once, LastUpdateTimestamp, holds as a count and a total',
    'Amazon Connect API reference, RecordingInfo: Location, Status, DeletionReason, ParticipantType, StartTimestamp, StorageType',
    'aws-samples/amazon-connect-data-analytics-sample, ctr-stack.ts: columns of contact records as tables',
    'contact records that public repositories quote: null members, the first recording in Recording and in Recordings, Location as bucket and key',
    'Amazon Connect administrator guide, call recordings and Contact Lens output: everyone else on the left, the agent on the right; names of analysis and redacted files',
    'Amazon Data Firehose developer guide: names of delivered objects, no delimiter between records',
  ],
  tested: ['samples/amazon-connect, written from the documentation', 'no export of the service was available'],
  shapes: [
    contacts('contact records', ['contactid', 'initiationtimestamp']),
    contacts('contact_record', ['contact_id', 'initiation_timestamp']),
    {
      name: 'companion',
      unit: 'transcripts and analyses',
      role: 'call',
      at: { kind: 'document', file: companionName, as: 'plain', whole: 'json', keyOfName: contactOf, pairs: () => [] },
      key: (document) => contactOf(document.path),
      claims: (document) => {
        const contact = contactOf(document.path);
        return contact === null ? [] : [{ key: idKey(contact), by: 'contact id in the file name', strength: 'other-name' }];
      },
    },
  ],
  namesFile: isStoredName,
  mediumKind: connectKind,
  fileKeys: (path) => {
    const contact = contactOf(path);
    return contact === null ? [] : [idKey(contact), storedKey(path)];
  },
  fileGroup: (path) => contactOf(path) ?? path,
  describe: describeContact,
  describeFile: ({ path }) => {
    const contact = contactOf(path);
    return contact === null ? { key: null } : { key: `audio of ${contact}`, ...identityOf(contact), medium: (file) => mediumOf(file, []) };
  },
});

function contactIn(row: JoinedRecord): string | null {
  return peekIn(row, 'ContactId')?.trim().toLowerCase() ?? null;
}

function contactClaims(row: JoinedRecord): readonly Claim[] {
  const contact = contactIn(row);
  const byId = { by: 'contact id in the file name' };
  // A chat has no audio, but its screen may have been recorded.
  if (isSpoken(row) === false) return contact === null ? [] : [{ ...byId, key: idKey(contact) }];
  const exact = storedMedia(row).flatMap((stored): Claim[] => {
    const { location } = stored;
    if (location === null || !isFile(stored) || contactOf(location) === null) return [];
    const claim = { key: storedKey(location), by: 'Location in the contact record' };
    // A deleted recording does not count as missing.
    return [isDeleted(stored) ? claim : { ...claim, path: location }];
  });
  const named = new Set(exact.map(({ key }) => key));
  // The remaining files of the contact: a redacted copy, its screen recording, or a recording that the record does not name.
  const others = contact === null ? [] : [{ ...byId, key: idKey(contact), fits: (path: string) => !named.has(storedKey(path)) }];
  return [...exact, ...others];
}

/** Describes a contact by its newest record; earlier deliveries of the same record count as repeats. */
function describeContact(call: Call): Described {
  const rows = newestFirst(call.records.filter(({ shape }) => shape !== 'companion'));
  const [row] = rows;
  const status = statusOf(call);
  if (row === undefined) return { key: call.key, ...identityOf(call.key), medium: (file) => mediumOf(file, []), ...status };
  const contact = contactIn(row);
  const place = contact ?? row.place;
  const stored = storedMedia(row);
  // Records of other contacts that share the audio are not repeats.
  const versions = rows.filter((each) => contact !== null && contactIn(each) === contact);
  const pressed = rows.reduce((count, each) => count + each.takeAll(pressedName), 0);
  const people = peopleOf(row);
  const told = {
    key: contact,
    ...identityOf(contact),
    sourceKeys: [
      ...identityOf(contact).sourceKeys,
      ...stored.flatMap(({ location }) => (location === null ? [] : [{ name: 'Location', value: location }])),
    ],
    callStart: timeIn(row, 'InitiationTimestamp'),
    callEnd: timeIn(row, 'DisconnectTimestamp'),
    ...people,
    ...answerOf(row, people.direction?.value === 'outbound'),
    org: pairsIn(row, {
      instance: 'InstanceARN',
      queue: 'Queue.Name',
      'routing-profile': 'Agent.RoutingProfile.Name',
      campaign: 'Campaign.CampaignId',
    }),
    tags: attributesOf(row),
    group: groupOf(row, contact),
    quality: qualityOf(row, stored),
    medium: (file: ClaimedFile) => mediumOf(file, stored),
    findings: [
      ...(pressed > 0 ? [finding('I261', place, agree`${pressed} value[s] of pressed keys [was|were] left out`)] : []),
      ...denials(stored, call.files, place),
      ...contradictions(versions, place),
    ],
    ...absenceOf(row, stored),
    ...status,
  };
  for (const member of ['ContactId', 'Recording.Location', 'Recording.Status', 'Recordings.Location', 'Recordings.Status']) takeIn(row, member);
  const repeated = versions.slice(1);
  // A value that an earlier delivery repeats is listed once.
  for (const old of repeated) for (const { name, value } of [...row.rest(), ...old.rest()]) if (row.peek([name]) === value) old.take([name]);
  return { ...told, repeated };
}

function identityOf(contact: string | null): Required<Pick<Described, 'sourceKeys' | 'correlation'>> {
  if (contact === null) return { sourceKeys: [], correlation: [] };
  return { sourceKeys: [{ name: 'ContactId', value: contact }], correlation: [{ name: 'contact-id', value: contact }] };
}

/** Returns the status. A redacted copy and a screen recording are not parts of the audio. */
function statusOf({ keys, files }: Call): Pick<Described, 'status'> {
  const originals = files.filter(isOriginal);
  return keys.length < 2 && files.length > 1 && originals.length === 1 && files.some(({ size }) => size > 0) ? { status: 'matched' } : {};
}

function absenceOf(row: JoinedRecord, stored: readonly StoredMedium[]): Pick<Described, 'absence'> {
  if (isSpoken(row) === false) return { absence: 'not-recorded-by-design' };
  if (stored.length > 0) return stored.every(isDeleted) ? { absence: 'deleted-at-source' } : {};
  return hasRecordingColumns(row) ? { absence: 'not-recorded-by-design' } : {};
}

function peopleOf(row: JoinedRecord): Pick<Described, 'direction' | 'parties'> & { readonly parties: readonly Party[] } {
  const direction = directionBy(takeIn(row, 'InitiationMethod'), {
    inbound: 'inbound',
    outbound: 'outbound',
    external_outbound: 'outbound',
    // Amazon Connect calls back a person who requested it.
    callback: 'outbound',
  });
  const roles: Readonly<Record<string, readonly [customer: PartyRole, system: PartyRole]>> = {
    inbound: ['caller', 'callee'],
    outbound: ['callee', 'caller'],
  };
  const [customer, system] = roles[direction.value] ?? ['customer', 'unknown'];
  const agent = partyOf('agent', { agentId: takeIn(row, 'Agent.Username') });
  const parties = [
    endpointOf(row, 'CustomerEndpoint', customer),
    endpointOf(row, 'SystemEndpoint', system),
    agent,
    endpointOf(row, 'TransferredToEndpoint', 'unknown'),
  ];
  return { direction, parties: parties.filter((party) => party !== null) };
}

function endpointOf(row: JoinedRecord, member: string, role: PartyRole): Party | null {
  const type = peekIn(row, `${member}.Type`);
  const address = takeIn(row, `${member}.Address`);
  return partyOf(role, type === null || /TELEPHONE/i.test(type) ? { phone: address } : { name: address });
}

/**
 * Returns when the call was answered, and further events. The system accepts an incoming call at once, and the call waits for the agent; it is recorded from
 * then on. An outgoing call is answered by the called person.
 */
function answerOf(row: JoinedRecord, isOutbound: boolean): { readonly callAnswer: TimeValue | null; readonly events: readonly CallEvent[] } {
  const bySystem = timeIn(row, 'ConnectedToSystemTimestamp');
  const byAgent = timeIn(row, 'Agent.ConnectedToAgentTimestamp');
  const transferred = timeIn(row, 'TransferCompletedTimestamp');
  const reason = takeIn(row, 'DisconnectReason');
  const events = [
    ...(bySystem === null ? [] : [eventOf('answer', 'ConnectedToSystemTimestamp', { at: bySystem })]),
    ...(byAgent === null ? [] : [eventOf('join', 'ConnectedToAgentTimestamp', { at: byAgent })]),
    ...(transferred === null ? [] : [eventOf('transfer', 'TransferCompletedTimestamp', { at: transferred })]),
    ...(reason === null ? [] : [eventOf('disconnect', reason, { at: timeIn(row, 'DisconnectTimestamp'), mediaEffect: 'none' })]),
  ];
  return { callAnswer: isOutbound ? (bySystem ?? byAgent) : (byAgent ?? bySystem), events };
}

/** Returns how often and how long the caller was on hold. Contact records do not say when. */
function qualityOf(row: JoinedRecord, stored: readonly StoredMedium[]): NameValue[] {
  const holds = { holds: 'Agent.NumberOfHolds', 'hold-seconds': 'Agent.CustomerHoldDuration', 'longest-hold-seconds': 'Agent.LongestHoldDuration' };
  return [
    ...pairsIn(row, { channel: 'Channel', ...holds }),
    ...stored.flatMap(({ status, deletionReason }) => [
      ...(status === null || status === 'AVAILABLE' ? [] : [{ name: 'recording-status', value: status }]),
      ...(deletionReason === null ? [] : [{ name: 'deletion-reason', value: deletionReason }]),
    ]),
  ];
}

/** Returns the group of contacts that belong to one interaction: each transfer begins a new contact. */
function groupOf(row: JoinedRecord, contact: string | null): Group | null {
  const [initial, previous, next] = ['InitialContactId', 'PreviousContactId', 'NextContactId'].map(
    (member) => takeIn(row, member)?.toLowerCase() ?? null,
  );
  const id = initial ?? contact;
  if (id === null || (initial == null && previous == null && next == null)) return null;
  return { id, index: null, count: null, previous: previous ?? null, next: next ?? null };
}

/** Keys that a caller pressed may be card data: they are omitted, whichever delivery of the record contains them. */
const pressedName = /dtmf|StoredCustomerInput/i;

/** Returns the attributes that contact flows set. */
function attributesOf(row: JoinedRecord): readonly NameValue[] {
  return Object.keys(Object(memberOf(row.value, 'Attributes')) as object).flatMap((name) => {
    const value = pressedName.test(name) ? null : row.take([`Attributes.${name}`]);
    return value === null ? [] : [{ name, value }];
  });
}

/** Describes an audio file. The left channel carries everyone but the agent, the right channel the agent; suspended spans are silence. */
function mediumOf(file: ClaimedFile, stored: readonly StoredMedium[]): Partial<Omit<MediaRef, 'path'>> {
  const told = stored.find(({ location }) => location !== null && contactOf(location) !== null && storedKey(location) === storedKey(file.path));
  const isKnown = hasKnownSides(file) && !/IVR/i.test(told?.participant ?? '');
  return {
    audioStart: told?.start ?? null,
    ...(isKnown
      ? {
          side: 'stereo',
          channels: [
            { index: 0, role: 'customer' },
            { index: 1, role: 'agent' },
          ],
        }
      : {}),
  };
}

function denials(stored: readonly StoredMedium[], files: readonly ClaimedFile[], place: string): readonly Finding[] {
  const gone = new Set(stored.filter(isDeleted).flatMap(({ location }) => (location === null ? [] : [storedKey(location)])));
  const there = files.filter(({ path }) => gone.has(storedKey(path))).length;
  return there === 0 ? [] : [finding('I260', place, agree`its record says DELETED, and ${there} file[s] of it [is|are] in the source`)];
}

function contradictions([newest, second]: readonly JoinedRecord[], place: string): readonly Finding[] {
  if (newest === undefined || second === undefined) return [];
  const [one, other] = [newest, second].map((row) => peekIn(row, 'LastUpdateTimestamp'));
  return one === other ? [finding('I204', place, 'two of its records have the same LastUpdateTimestamp and differ; the first one is used')] : [];
}
