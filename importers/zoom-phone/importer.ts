import { baseName, extension } from '../../src/core/base/safe-path.ts';
import { finding } from '../../src/core/findings/finding.ts';
import type { NameValue, Party, Retention } from '../../src/core/model/recording.ts';
import { familyImporter } from '../engine/family-importer.ts';
import type { Call, JoinedRecord } from '../engine/records/call.ts';
import type { Claim } from '../engine/records/claim.ts';
import { directionBy, durationOf, pairsOf, partyOf, timeOf } from '../engine/records/describe.ts';
import type { Described } from '../engine/records/described.ts';
import { idKey, stemKey } from '../engine/records/keys.ts';

/** Matches an id in a name, delimited by characters that an id does not contain. */
const idPart = /[0-9a-z]{12,}(?:[-_][0-9a-z]{4,})*/gi;

/** Imports Zoom Phone: recordings as listed by its API and its webhooks, and audio named by their ids. */
export const zoomPhone = familyImporter({
  id: 'zoom-phone',
  title: 'Zoom Phone (list of recordings, audio named by id)',
  grade: 'documented',
  facts: [
    'Zoom API reference, GET /phone/recordings: id, call_id, call_log_id, numbers and names, date_time, end_time, duration in s, direction, recording_type, owner, site',
    'Zoom webhooks, phone.recording_completed: the same fields under payload.object.recordings',
    'public clients of the interface (ZoomNet, speakeasy-sdks): members and their types',
  ],
  tested: ['samples/zoom-phone, written from the documentation', 'no export of the service was available'],
  shapes: [
    {
      name: 'recordings',
      unit: 'recordings',
      role: 'call',
      at: {
        kind: 'table',
        columns: ['id', 'caller_number', 'callee_number', 'date_time'],
        jsonPath: ['', 'recordings', 'payload.object.recordings'],
      },
      key: (record) => record.peek(['id']),
      claims: recordingClaims,
    },
  ],
  fileKeys: (path) => {
    const name = baseName(path);
    const stem = name.slice(0, name.length - extension(name).length);
    return [...new Set([stem, ...(stem.match(idPart) ?? [])])].map(idKey);
  },
  describe: describeRecording,
});

function recordingClaims(record: JoinedRecord): readonly Claim[] {
  const id = record.peek(['id']);
  const own = id === null ? [] : [idKey(id), stemKey(`${id}.mp3`)];
  // A file named after the call belongs to the recording if no file is named after the recording.
  const keys = [...own, ...['call_id', 'call_log_id'].flatMap((column) => record.peek([column]) ?? []).map(idKey)];
  return keys.length === 0 ? [] : [{ key: keys, by: 'id of the recording or of its call in the file name', path: id ?? '' }];
}

function describeRecording(call: Call): Described {
  const [record, second] = call.records;
  if (record === undefined) return { key: call.key };
  const callId = record.peek(['call_id']);
  const direction = directionBy(record.take(['direction']), { inbound: 'inbound', outbound: 'outbound' });
  return {
    key: call.key,
    sourceKeys: pairsOf(record, { id: 'id', call_log_id: 'call_log_id' }),
    correlation: pairsOf(record, { 'call-id': 'call_id' }),
    callStart: timeOf(record, 'date_time', { format: 'iso', zone: 'UTC' }),
    callEnd: timeOf(record, 'end_time', { format: 'iso', zone: 'UTC' }),
    durationDeclared: durationOf(record, 'duration', 's'),
    direction,
    parties: partiesOf(record),
    org: [...queueOf(record), ...pairsOf(record, { site: 'site.name', 'site-id': 'site.id' })],
    tags: pairsOf(record, { recording_type: 'recording_type' }),
    // A call may be recorded more than once: by both ends, or after a transfer.
    group: callId === null ? null : { id: callId, index: null, count: null, previous: null, next: null },
    retention: retentionOf(record),
    findings:
      second === undefined ? [] : [finding('I204', call.key ?? record.place, `${call.records.length} of its records differ; the first one is used`)],
  };
}

function partiesOf(record: JoinedRecord): readonly Party[] {
  const isUser = record.peek(['owner.type'])?.toLowerCase() === 'user';
  return [
    partyOf('caller', { phone: record.take(['caller_number']), name: record.take(['caller_name']) }),
    partyOf('callee', { phone: record.take(['callee_number']), name: record.take(['callee_name']) }),
    isUser
      ? partyOf('agent', { name: record.take(['owner.name']), agentId: record.take(['owner.id']), phone: record.take(['owner.extension_number']) })
      : null,
  ].filter((party) => party !== null);
}

function queueOf(record: JoinedRecord): NameValue[] {
  const type = record.peek(['owner.type']);
  return type !== null && /queue/i.test(type) ? pairsOf(record, { queue: 'owner.name', 'queue-id': 'owner.id' }) : [];
}

function retentionOf(record: JoinedRecord): Retention | null {
  const policy = record.take(['auto_delete_policy']);
  return policy === null ? null : { policyRaw: policy, expiresAt: null, legalHoldRaw: null, lockRaw: null, deletedAtSource: null };
}
