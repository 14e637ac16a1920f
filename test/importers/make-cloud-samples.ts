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

/** Where Amazon Connect stores a call, below its bucket. */
export function connectKey(contact: string, minute = '01:29', day = '20251026'): string {
  return `connect/example/CallRecordings/${day.slice(0, 4)}/${day.slice(4, 6)}/${day.slice(6)}/${contact}_${day}T${minute}_UTC.wav`;
}

/** A contact record with all that stands in every one; `more` replaces members. */
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
 * The sample `samples/amazon-connect`: a delivered file of glued contact records and one of lines, and the bucket's folders as tools for Windows write them. Two contacts of
 * one interaction, one delivered twice and changed; a deleted recording, a chat, a contact that was not recorded, a lost file, a file without a record.
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
