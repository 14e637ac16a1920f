import { tone } from './make-mapping-samples.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** Ids of contacts in the sample of Amazon Connect. */
export const contactIds = {
  first: '11111111-aaaa-4bbb-8ccc-000000000001',
  second: '11111111-aaaa-4bbb-8ccc-000000000002',
  deleted: '11111111-aaaa-4bbb-8ccc-000000000003',
  chat: '11111111-aaaa-4bbb-8ccc-000000000004',
  unrecorded: '11111111-aaaa-4bbb-8ccc-000000000005',
  unknown: '11111111-aaaa-4bbb-8ccc-000000000006',
  lost: '11111111-aaaa-4bbb-8ccc-000000000007',
} as const;

const bucket = 'amazon-connect-0123456789ab';

/** Path of a call in Amazon Connect, below its bucket. */
export function connectKey(contact: string, minute = '01:29', day = '20251026'): string {
  return `connect/example/CallRecordings/${day.slice(0, 4)}/${day.slice(4, 6)}/${day.slice(6)}/${contact}_${day}T${minute}_UTC.wav`;
}

/** A contact record with the members common to all; `more` replaces members. */
export function contactRecord(contact: string, more: Readonly<Record<string, unknown>> = {}, key: string | null = connectKey(contact)): object {
  const location = key === null ? null : `${bucket}/${key}`;
  return {
    AWSAccountId: '123456789012',
    AWSContactTraceRecordFormatVersion: '2017-03-10',
    Agent: {
      AfterContactWorkDuration: 5,
      AgentInteractionDuration: 40,
      ConnectedToAgentTimestamp: '2025-10-26T01:28:40Z',
      CustomerHoldDuration: 12,
      LongestHoldDuration: 9,
      NumberOfHolds: 2,
      RoutingProfile: { Name: 'Back office' },
      Username: 'agent.seven',
    },
    AgentConnectionAttempts: 1,
    Attributes: { Case: 'C-4711' },
    Campaign: { CampaignId: null },
    Channel: 'VOICE',
    ConnectedToSystemTimestamp: '2025-10-26T01:28:00Z',
    ContactId: contact,
    CustomerEndpoint: { Address: '+442079460012', Type: 'TELEPHONE_NUMBER' },
    DisconnectReason: 'CUSTOMER_DISCONNECT',
    DisconnectTimestamp: '2025-10-26T01:29:20Z',
    InitialContactId: null,
    InitiationMethod: 'INBOUND',
    InitiationTimestamp: '2025-10-26T01:28:00Z',
    InstanceARN: 'arn:aws:connect:eu-west-2:123456789012:instance/22222222-aaaa-4bbb-8ccc-000000000001',
    LastUpdateTimestamp: '2025-10-26T01:31:00Z',
    MediaStreams: [{ Type: 'AUDIO' }],
    NextContactId: null,
    PreviousContactId: null,
    Queue: { DequeueTimestamp: '2025-10-26T01:28:40Z', Duration: 30, EnqueueTimestamp: '2025-10-26T01:28:10Z', Name: 'Claims' },
    Recording: location === null ? null : { DeletionReason: null, Location: location, Status: 'AVAILABLE', Type: 'AUDIO' },
    Recordings:
      location === null
        ? null
        : [
            {
              DeletionReason: null,
              FragmentStartNumber: null,
              FragmentStopNumber: null,
              Location: location,
              MediaStreamType: 'AUDIO',
              ParticipantType: 'ALL',
              StartTimestamp: '2025-10-26T01:28:41.250Z',
              Status: 'AVAILABLE',
              StopTimestamp: '2025-10-26T01:29:20.250Z',
              StorageType: 'S3',
            },
          ],
    SystemEndpoint: { Address: '+15550100', Type: 'TELEPHONE_NUMBER' },
    TransferCompletedTimestamp: null,
    TransferredToEndpoint: null,
    ...more,
  };
}

/**
 * The sample `samples/amazon-connect`: a delivered file of concatenated contact records and one with a record per line, and the bucket's folders as Windows tools write them. Two
 * contacts of one interaction, one delivered twice and changed; a deleted recording, a chat, a contact that was not recorded, a lost file, a file without a record.
 */
export function connectSample(): Map<string, Uint8Array> {
  const { first, second, deleted, chat, unrecorded, unknown, lost } = contactIds;
  const transferred = {
    NextContactId: second,
    TransferCompletedTimestamp: '2025-10-26T01:29:18Z',
    TransferredToEndpoint: { Address: '2002', Type: 'TELEPHONE_NUMBER' },
  };
  const glued = [
    contactRecord(first, transferred),
    contactRecord(second, { InitialContactId: first, PreviousContactId: first, InitiationMethod: 'TRANSFER' }, connectKey(second, '01:40')),
    contactRecord(first, { ...transferred, LastUpdateTimestamp: '2025-10-28T08:00:00Z', Attributes: { Case: 'C-4711', Checked: 'yes' } }),
    contactRecord(deleted, {
      Recording: { DeletionReason: 'Request 7', Location: `${bucket}/${connectKey(deleted)}`, Status: 'DELETED' },
      Recordings: null,
    }),
  ];
  const lines = [
    contactRecord(
      chat,
      { Channel: 'CHAT', CustomerEndpoint: null, InitiationMethod: 'API' },
      connectKey(chat).replace('CallRecordings', 'ChatTranscripts').replace('.wav', '.json'),
    ),
    contactRecord(unrecorded, { Agent: null, Attributes: {} }, null),
    contactRecord(lost),
    contactRecord(second, { InitialContactId: first, PreviousContactId: first, InitiationMethod: 'TRANSFER' }, connectKey(second, '01:40')),
  ];
  const forWindows = (key: string, sign: string): string => key.replace(/T(\d\d):/, `T$1${sign}`);
  const analysis = `connect/example/Analysis/Voice/2025/10/26/${first}_analysis_2025-10-26T01_35_00Z.json`;
  const redacted = `connect/example/Analysis/Voice/Redacted/2025/10/26/${first}_call_recording_redacted_2025-10-26T01_35_00Z.wav`;
  return new Map<string, Uint8Array>([
    [
      'contact-records/2025/10/26/01/records-1-2025-10-26-01-31-00-33333333-aaaa-4bbb-8ccc-000000000001',
      text(glued.map((each) => JSON.stringify(each)).join('')),
    ],
    ['contact-records/2025/10/26/02/records.jsonl', text(lines.map((each) => `${JSON.stringify(each)}\n`).join(''))],
    [forWindows(connectKey(first), '_'), tone(440, 0.3)],
    [forWindows(connectKey(second, '01:40'), '%3A'), tone(523, 0.3)],
    [forWindows(connectKey(unknown), '_'), tone(660, 0.2)],
    [
      forWindows(connectKey(chat), '_').replace('CallRecordings', 'ChatTranscripts').replace('.wav', '.json'),
      text(JSON.stringify({ ContactId: chat, Transcript: [] })),
    ],
    [analysis, text(JSON.stringify({ Channel: 'VOICE', CustomerMetadata: { ContactId: first }, Transcript: [] }))],
    [redacted, tone(440, 0.1)],
  ]);
}

/** A recording's metadata as Genesys Interaction Recording writes it. */
export function girRecording(id: string, mediaFiles: readonly object[], more: object = {}): object {
  return {
    id,
    callerPhoneNumber: '+442079460012',
    dialedPhoneNumber: '2001',
    startTime: '2025-10-26T01:28:00.000+0000',
    stopTime: '2025-10-26T01:28:30.000+0000',
    mediaFiles,
    eventHistory: [
      {
        occurredAt: '2025-10-26T01:28:00.000+0000',
        calluuid: id,
        contact: { type: 'User', userName: 'agent.seven', firstName: 'Agent', lastName: 'Seven', phoneNumber: '2001' },
        event: 'Joined',
      },
      { occurredAt: '2025-10-26T01:28:10.000+0000', calluuid: id, event: 'data', data: { updated: { GSIP_RECORD: 'PAUSED' } } },
      { occurredAt: '2025-10-26T01:28:15.000+0000', calluuid: id, event: 'data', data: { updated: { GSIP_RECORD: 'ON' } } },
      { occurredAt: '2025-10-26T01:28:30.000+0000', calluuid: id, event: 'Left' },
    ],
    ...more,
  };
}

/** A medium of it. */
export function girMedia(id: string, name: string, size: number, more: object = {}): object {
  return {
    mediaUri: `http://gir.example/api/v2/recordings/${id}/play/44444444-aaaa-4bbb-8ccc-${name.length}.mp3`,
    startTime: '2025-10-26T01:28:01.000+0000',
    stopTime: '2025-10-26T01:28:30.000+0000',
    callUUID: id,
    mediaId: name,
    type: 'audio/mp3',
    duration: '300',
    tenant: 'Environment',
    ivrprofile: 'CallRecProfile',
    size: String(size),
    parameters: { dnis: '2001', connId: '006a0269722cd93f', ani: '+442079460012', agentId: '4711', recordDN: '2001' },
    ...more,
  };
}

/** Bytes that begin as CMS enveloped data does, in DER. */
export function envelope(): Uint8Array {
  const head = Buffer.from('308006092a864886f70d010703a0803080020100', 'hex');
  return new Uint8Array(Buffer.concat([head, Buffer.from(Array.from({ length: 300 }, (_, at) => (at * 197 + 31) & 0xff))]));
}

/** The sample `samples/genesys-gir`: a day of an archive. A call with its screen, an encrypted one, one whose media are gone, a folder without metadata. */
export function girSample(): Map<string, Uint8Array> {
  const day = 'aaaa1111/Environment/2025-10-26';
  const audio = tone(440, 0.3);
  const sealed = envelope();
  const [one, two, three] = ['011AP643CSAPR4FKQGQE31TAES000001', '011AP643CSAPR4FKQGQE31TAES000002', '011AP643CSAPR4FKQGQE31TAES000003'];
  const name = (id: string, ending: string): string => `${id}_2025-10-26_01-28-00-006B015F-1000427D-00000001.${ending}`;
  const screen = girMedia(one, name(one, 'mp4'), 64, { type: 'video/mp4', mediaUri: null });
  return new Map<string, Uint8Array>([
    [
      `${day}/${one}/recording.json`,
      text(JSON.stringify(girRecording(one, [girMedia(one, name(one, 'wav'), audio.length, { type: 'audio/wav' }), screen]), null, 2)),
    ],
    [`${day}/${one}/${name(one, 'wav')}`, audio],
    [`${day}/${one}/${name(one, 'mp4')}`, text('x'.repeat(64))],
    [`${day}/${two}/recording.json`, text(JSON.stringify(girRecording(two, [girMedia(two, name(two, 'mp3'), 250)])))],
    [`${day}/${two}/${name(two, 'mp3')}.p7m`, sealed],
    [`${day}/${three}/recording.json`, text(JSON.stringify(girRecording(three, [girMedia(three, name(three, 'mp3'), 250)])))],
    [`${day}/011AP643CSAPR4FKQGQE31TAES000004/x.wav`, tone(523, 0.2)],
  ]);
}

/** Ids in the sample of Genesys Cloud. */
export const genesysIds = {
  conversation: '55555555-aaaa-4bbb-8ccc-000000000001',
  other: '55555555-aaaa-4bbb-8ccc-000000000002',
  first: '66666666-aaaa-4bbb-8ccc-000000000001',
  second: '66666666-aaaa-4bbb-8ccc-000000000002',
  screen: '66666666-aaaa-4bbb-8ccc-000000000003',
  chat: '66666666-aaaa-4bbb-8ccc-000000000004',
  deleted: '66666666-aaaa-4bbb-8ccc-000000000005',
  unknown: '66666666-aaaa-4bbb-8ccc-000000000006',
} as const;

/** Metadata of an exported recording. */
export function genesysMetadata(recordingId: string, more: object = {}): object {
  return {
    mediaType: 'Call',
    provider: 'edge',
    userIds: ['77777777-aaaa-4bbb-8ccc-000000000001'],
    conversationId: genesysIds.conversation,
    recordingId,
    startTime: '2025-10-26T01:28:00.000Z',
    endTime: '2025-10-26T01:28:30.000Z',
    durationMs: 25_000,
    initialDirection: 'inbound',
    ani: '+442079460012',
    dnis: '+15550100',
    annotations: [
      {
        id: 'a',
        type: 'Pause',
        reason: 'SecurePause',
        durationMs: 5_000,
        absoluteLocation: 10_000,
        realtimeLocation: 10_000,
        recordingLocation: 10_000,
      },
      { id: 'a', type: 'Pause', reason: 'Hold', durationMs: 2_000, absoluteLocation: 15_000, realtimeLocation: 20_000, recordingLocation: 15_000 },
    ],
    somethingNew: 'kept',
    ...more,
  };
}

/** The sample `samples/genesys-cloud`: an hour of a bulk export, with characters in names that Windows does not allow. */
export function genesysSample(): Map<string, Uint8Array> {
  const { conversation, other, first, second, screen, chat, deleted, unknown } = genesysIds;
  const hour = '88888888-aaaa-4bbb-8ccc-000000000001/year=2025/month=10/day=26/hour=1';
  const json = (value: object): Uint8Array => text(JSON.stringify(value));
  return new Map<string, Uint8Array>([
    [`${hour}/conversation_id=${conversation}/${first}.wav`, tone(440, 0.3)],
    [`${hour}/conversation_id=${conversation}/${first}_metadata.json`, json(genesysMetadata(first))],
    [`${hour}/conversation_id=${conversation}/${second}.wav`, tone(523, 0.3)],
    [`${hour}/conversation_id=${conversation}/${second}.wav_metadata.json`, json(genesysMetadata(second, { annotations: [] }))],
    [`${hour}/conversation_id=${conversation}/${screen}.webm`, text('x'.repeat(80))],
    [`${hour}/conversation_id=${conversation}/${screen}_metadata.json`, json(genesysMetadata(screen, { mediaType: 'Screen' }))],
    [`${hour}/conversation_id=${other}/${chat}_metadata.json`, json({ ...genesysMetadata(chat, { mediaType: 'Chat' }), conversationId: other })],
    [`${hour}/conversation_id=${other}/${chat}.json`, json([{ body: 'x' }])],
    [
      `${hour}/conversation_id=${other}/${deleted}_metadata.json`,
      json({ ...genesysMetadata(deleted, { fileState: 'DELETED', deleteDate: '2025-11-01T00:00:00Z' }), conversationId: other }),
    ],
    [`${hour}/conversation_id=${other}/${unknown}.wav`, tone(660, 0.2)],
    ['index.html', text('<html><a href="x">x</a></html>')],
  ]);
}

/** A track of a MediaSense session. */
export function mediasenseTrack(session: string, trackNumber: number, trackStartDate: number, more: object = {}): object {
  return {
    trackNumber,
    trackStartDate,
    trackDuration: 10_000,
    trackMediaType: 'AUDIO',
    codec: 'PCMU',
    downloadUrl: `https://mediasense.example:8446/recordings/${session}-TRACK${trackNumber}`,
    participants: [
      {
        deviceRef: trackNumber % 2 === 0 ? '2001' : '+442079460012',
        deviceId: trackNumber % 2 === 0 ? 'SEP001122334455' : null,
        xRefCi: `${20_000 + trackNumber}`,
        isConference: false,
      },
    ],
    ...more,
  };
}

/** A session. */
export function mediasenseSession(sessionId: string, tracks: readonly object[], more: object = {}): object {
  return {
    sessionId,
    callControllerIP: '192.0.2.9',
    callControllerType: 'Cisco-CUCM',
    ccid: '00001004711572135304',
    sessionStartDate: 1_761_442_080_250,
    sessionDuration: 30_000,
    sessionState: 'CLOSED_NORMAL',
    tags: [{ tagName: 'checked', tagType: 'USER_DEFINED', tagCreateDate: 1_761_442_090_250, tagOffset: 10_000 }],
    tracks,
    urls: { rtspUrl: `rtsp://mediasense.example/archive/${sessionId}`, mp4Url: `https://mediasense.example:8440/recordings/${sessionId}.mp4` },
    ...more,
  };
}

/** The sample `samples/mediasense`: an answer of the API and downloads. Two sides, a hold with new tracks, a deleted session, a file of no session. */
export function mediasenseSample(): Map<string, Uint8Array> {
  const [one, two, three] = ['3148a2ed3cb1b101', '3148a2ed3cb1b102', '3148a2ed3cb1b103'];
  const start = 1_761_442_080_250;
  const held = [0, 1, 2, 3].map((track) => mediasenseTrack(two, track, start + (track < 2 ? 0 : 20_000)));
  const sessions = [
    mediasenseSession(
      one,
      [0, 1].map((track) => mediasenseTrack(one, track, start + track * 20)),
    ),
    mediasenseSession(two, held),
    mediasenseSession(three, [], { sessionState: 'DELETED', tags: [], urls: {} }),
  ];
  return new Map<string, Uint8Array>([
    ['sessions.json', text(JSON.stringify({ responseCode: 2000, responseMessage: 'Successful', responseBody: { sessions } }, null, 1))],
    ...[0, 1].map((track) => [`audio/${one}-TRACK${track}.wav`, tone(440 + track, 0.1)] as const),
    ...[0, 1, 2, 3].map((track) => [`audio/${two}-TRACK${track}.wav`, tone(523 + track, 0.1)] as const),
    ['audio/3148a2ed3cb1b1ff-TRACK0.wav', tone(660, 0.1)],
  ]);
}

/** A recording of Zoom Phone. */
export function zoomRecording(id: string, more: object = {}): object {
  return {
    id,
    caller_number: '+442079460012',
    caller_number_type: 2,
    caller_name: 'Caller',
    callee_number: '2001',
    callee_number_type: 1,
    callee_name: 'Agent Seven',
    direction: 'inbound',
    duration: 12,
    download_url: `https://zoom.example/v2/phone/recording/download/${id}`,
    date_time: '2025-10-26T01:28:00Z',
    recording_type: 'Automatic',
    call_id: '6985961411830590001',
    call_log_id: '99999999-aaaa-4bbb-8ccc-000000000001',
    end_time: '2025-10-26T01:28:12Z',
    site: { id: 'site1', name: 'Main' },
    owner: { type: 'user', id: 'u7', name: 'Agent Seven', extension_number: 2001 },
    ...more,
  };
}

/** The sample `samples/zoom-phone`: a page of a list. One with its audio, one named by its call, one without, a file of no recording. */
export function zoomSample(): Map<string, Uint8Array> {
  const queue = {
    owner: { type: 'callQueue', id: 'q1', name: 'Claims' },
    recording_type: 'OnDemand',
    call_id: '6985961411830590002',
    call_log_id: 'l2',
  };
  const recordings = [
    zoomRecording('aaaabbbbccccdddd0001'),
    zoomRecording('aaaabbbbccccdddd0002', queue),
    zoomRecording('aaaabbbbccccdddd0003', { call_id: '6985961411830590003', call_log_id: 'l3' }),
  ];
  return new Map<string, Uint8Array>([
    [
      'recordings.json',
      text(JSON.stringify({ next_page_token: '', page_size: 30, total_records: 3, from: '2025-10-26', to: '2025-10-27', recordings })),
    ],
    ['aaaabbbbccccdddd0001.wav', tone(440, 0.2)],
    ['call_6985961411830590002.wav', tone(523, 0.2)],
    ['aaaabbbbccccdddd0009.wav', tone(660, 0.2)],
  ]);
}
