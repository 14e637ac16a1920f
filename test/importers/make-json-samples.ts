import { createHash } from 'node:crypto';
import { tone } from './make-mapping-samples.ts';

// The samples `samples/vcon` and `samples/finos`. All persons and numbers are made up.

const text = (value: unknown): Uint8Array => new TextEncoder().encode(typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n`);
const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64url');
const digest = (bytes: Uint8Array): string => createHash('sha512').update(bytes).digest('base64url');

/** A UUID of version 8 with a number in it. */
export const uuid = (number: number): string => `019f15a6-0000-8000-8000-${String(number).padStart(12, '0')}`;

const parties = [
  { tel: '+442079460011', name: 'Åsa Öberg', role: 'customer' },
  { tel: 'tel:2001', name: 'Trader One', uuid: 'agent-17', role: 'agent' },
];

/** Every version and form: recordings inside and outside, right and wrong digests, a set, texts, a failed call, an amended, a signed and an encrypted one. */
export function vconSample(): ReadonlyMap<string, Uint8Array> {
  const [inside, outside, wrong, first, second, old] = [440, 494, 523, 587, 659, 698].map((hertz) => tone(hertz, 0.1)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const amended = {
    vcon: '0.3.0',
    uuid: uuid(2),
    created_at: '2026-05-04T10:00:00Z',
    must_support: ['lawful_basis'],
    parties: [{ tel: '+15550100' }, { sip: 'sip:2002@pbx.example' }],
    dialog: [
      {
        type: 'recording',
        start: '2026-05-04T09:00:00+02:00',
        duration: 0.1,
        parties: [[0, 1], null],
        originator: 1,
        mimetype: 'audio/x-wav',
        url: 'https://vcon.example/store/outside%201.wav',
        content_hash: [`sha512-${digest(outside)}`],
      },
    ],
  };
  const signed = { vcon: '0.4.0', uuid: uuid(7), created_at: '2026-05-04T10:00:00Z', subject: 'Order 17', parties, dialog: [{ type: 'recording', start: '2026-05-04T11:00:00Z', parties: 0, filename: 'gone.wav', mediatype: 'audio/x-wav' }] }; // biome-ignore format: one document
  return new Map([
    [
      'inside.vcon',
      text({
        vcon: '0.4.0',
        uuid: uuid(1),
        created_at: '2026-05-04T10:00:00Z',
        subject: 'Bond desk',
        parties,
        dialog: [
          {
            type: 'recording',
            start: '2026-05-04T08:00:00.250Z',
            duration: 0.1,
            parties: [0, 1],
            mediatype: 'audio/x-wav',
            filename: 'call.wav',
            session_id: { local: '0123456789abcdef0123456789abcdef', remote: 'fedcba9876543210fedcba9876543210' },
            party_history: [
              { party: 1, event: 'hold', time: '2026-05-04T08:00:00.300Z' },
              { party: 1, event: 'unhold', time: '2026-05-04T08:00:00.310Z' },
              { party: 0, event: 'mute', time: '2026-05-04T08:00:00.320Z' },
              { party: 0, event: 'unmute', time: '2026-05-04T08:00:00.330Z' },
              { party: 0, event: 'keydown', button: '7', time: '2026-05-04T08:00:00.340Z' },
              { party: 0, event: 'keyup', button: '7', time: '2026-05-04T08:00:00.345Z' },
            ],
            encoding: 'base64url',
            body: base64(inside),
          },
        ],
        attachments: [
          { purpose: 'notes', start: '2026-05-04T08:00:00Z', party: 1, dialog: 0, mediatype: 'text/plain', encoding: 'none', body: 'Two lots.' },
        ],
      }),
    ],
    ['outside.vcon', text(amended)],
    ['outside-amended.vcon', text({ ...amended, vcon: '0.3.0', uuid: uuid(3), created_at: '2026-05-05T10:00:00Z', appended: { uuid: uuid(2) }, analysis: [{ type: 'summary', vendor: 'x', dialog: 0, encoding: 'none', body: 'Short.' }] })], // biome-ignore format: one document
    ['audio/outside 1.wav', outside],
    [
      'wrong.vcon',
      text({ vcon: '0.4.0', uuid: uuid(4), created_at: '2026-05-04T10:00:00Z', parties, dialog: [{ type: 'recording', start: '2026-05-04T12:00:00Z', parties: [1, 0], filename: 'wrong.wav', content_hash: `sha512-${digest(outside)}` }] }), // biome-ignore format: one document
    ],
    ['wrong.wav', wrong],
    [
      'set.vcon',
      text({
        vcon: '0.4.0',
        uuid: uuid(5),
        created_at: '2026-05-04T10:00:00Z',
        parties,
        dialog: [
          {
            type: 'recording',
            start: '2026-05-04T13:00:00Z',
            duration: 0.1,
            parties: [0],
            filename: 'set/a.wav',
            content_hash: `sha512-${digest(first)}`,
            recording_set: 3,
          },
          {
            type: 'recording',
            start: '2026-05-04T13:00:05Z',
            duration: 0.1,
            parties: [1],
            filename: 'set/b.wav',
            content_hash: `sha512-${digest(second)}`,
            recording_set: 3,
          },
          { type: 'incomplete', start: '2026-05-04T12:59:00Z', parties: [0, 1], disposition: 'busy' },
          { type: 'recording-set', start: '2026-05-04T13:00:00Z', duration: 6, parties: [0, 1], recordings: [0, 1] },
          { type: 'transfer', start: '2026-05-04T13:00:04Z', transferor: 1, transferee: 0, original: 3, target_dialog: 2 },
        ],
      }),
    ],
    ['set/a.wav', first],
    ['set/b.wav', second],
    [
      'old.json',
      text({
        uuid: uuid(6),
        vcon: '0.0.1',
        created_at: '2023-05-04T10:00:00Z',
        redacted: {},
        group: [],
        parties,
        dialog: [
          {
            type: 'recording',
            start: '2023-05-04T08:00:00+00:00',
            duration: 0.1,
            parties: [0, 1],
            mimetype: 'audio/x-wav',
            filename: 'old.wav',
            url: 'https://vcon.example/old.wav',
            alg: 'SHA-512',
            signature: digest(old),
          },
          {
            type: 'text',
            start: '2023-05-04T08:10:00+00:00',
            parties: [1, 0],
            mimetype: 'text/plain',
            encoding: 'none',
            body: 'Thank you.',
            message_id: '<1@mail.example>',
          },
        ],
        analysis: [],
        attachments: [],
      }),
    ],
    ['old.wav', old],
    [
      'signed.vcon',
      text({
        payload: base64(JSON.stringify(signed)),
        signatures: [{ header: { alg: 'RS256', uuid: uuid(7), x5c: [] }, protected: base64('{"alg":"RS256"}'), signature: base64('no signature') }],
      }),
    ],
    [
      'encrypted.vcon',
      text({ protected: base64('{"alg":"RSA-OAEP"}'), iv: 'AA', ciphertext: 'AAAA', tag: 'AA', recipients: [{ header: {}, encrypted_key: 'AA' }], unprotected: { uuid: uuid(8), cty: 'application/vcon+json', enc: 'A256CBC-HS512' } }), // biome-ignore format: one document
    ],
    ['rest/unknown.wav', tone(740, 0.1)],
    ['rest/broken.vcon', text('{"vcon":"0.4.0","uuid":"')],
    ['notes.txt', text('Nothing about calls.\n')],
  ]);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A call of Cisco with two recordings of NICE, the schema of FINOS with a right and a wrong checksum, a message, Cloud9, and several records in one file. */
export function finosSample(): ReadonlyMap<string, Uint8Array> {
  const [one, two, right, wrong, cloud, listed] = [440, 494, 523, 587, 659, 698].map((hertz) => tone(hertz, 0.1)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const member = (name: string, groupName: string) => ({ name, groupName, firmName: 'Firm A', timeZoneOffset: 'UTC+0' });
  const recorded = (comUUID: string, file: string, startTime: string, endTime: string, bytes: Uint8Array) => ({
    $schema: 'http://comchainalliance.org/schema/ComChain/MetaData',
    communicationRecord: { type: 'VoiceRecorder', comUUID, csID: '22660/1', direction: 'inbound', startTime, endTime, activeDuration: 100, state: 'ConnectionCleared', platform: { name: 'nice', id: '' } }, // biome-ignore format: one object
    deviceInfo: { deviceID: 'SEP001E7AC453B5', deviceInterface: 'handset', buttonName: '', channelID: 'C3103' },
    data: { fileName: file, fileLocation: '/recordings/2019-12-12/1/', checksum: { type: 'SHA-256', hash: sha256(bytes) }, archiveDate: '2023-12-12T13:52:29.000Z', quality: 11 }, // biome-ignore format: one object
    additionalProperty: [{ name: 'vrchannel', value: '1' }, { name: 'CVSLCT', value: `2019-12-12\\1\\${file}` }], // biome-ignore format: one list
  });
  const call = (comUUID: string, more: object) => ({
    communicationRecord: {
      type: 'Dialtone',
      comUUID,
      direction: 'outgoing',
      startTime: '2020-03-29T00:59:30Z',
      endTime: '2020-03-29T01:00:30Z',
      ...more,
    },
    participants: [
      { member: member('Trader One', 'Energy Desk'), address: 'sip:2001@pbx.example', involvement: 'source' },
      { member: member('Åsa Öberg', 'Customers'), address: '+442079460012', involvement: 'destination' },
    ],
  });
  return new Map([
    [
      'cisco/C3103.json',
      text({
        $schema: 'http://comchainalliance.org/schema/ComChain/MetaData',
        deviceInfo: { deviceID: 'SEP001E7AC453B5' },
        participants: [
          {
            address: '3103',
            member: member('Trader Two', 'London Office'),
            involvement: 'destination',
            joinTime: '2019-12-12T13:52:17.000Z',
            exitTime: '2019-12-12T13:53:16.000Z',
            events: [
              { state: 'CallDelivered', time: '2019-12-12T13:52:17.000Z', duration: 11_509 },
              { state: 'CallEstablished', time: '2019-12-12T13:52:29.000Z', duration: 10_267 },
              { state: 'CallHeld', time: '2019-12-12T13:52:39.000Z', duration: 3_340 },
              { state: 'CallEstablished', time: '2019-12-12T13:52:42.000Z', duration: 7_778 },
            ],
          },
          {
            address: '1201',
            member: member('ITS 1201', 'Demo Room'),
            involvement: 'source',
            joinTime: '2019-12-12T13:52:17.000Z',
            exitTime: '2019-12-12T13:53:16.000Z',
          },
        ],
        communicationRecord: { type: 'Dialtone', comUUID: 'C3103SEP001E7AC453B5-16799876', universalID: '16799876', csID: '22660/1', direction: 'inbound', startTime: '2019-12-12T13:52:29.000Z', endTime: '2019-12-12T13:53:16.000Z', activeDuration: 47_767, state: 'ConnectionCleared', platform: { name: 'cisco', id: '' }, variety: 'group' }, // biome-ignore format: one object
      }),
    ],
    ['nice/18919_vr.json', text(recorded('18919', 'CH1_00000110_85.wav', '2019-12-12T13:52:29.000Z', '2019-12-12T13:52:39.000Z', one))],
    ['nice/18920_vr.json', text(recorded('18920', 'CH1_00000110_86.wav', '2019-12-12T13:52:42.000Z', '2019-12-12T13:53:16.000Z', two))],
    ['nice/2019-12-12/1/CH1_00000110_85.wav', one],
    ['nice/2019-12-12/1/CH1_00000110_86.wav', two],
    [
      'schema/right.json',
      text({ ...call('fd5cee0f-1', {}), comFiles: [{ fileName: 'right.wav', checksum: { hash: createHash('md5').update(right).digest('hex') } }] }),
    ],
    ['schema/right.wav', right],
    ['schema/wrong.json', text({ ...call('fd5cee0f-2', { direction: 'incoming' }), comFiles: [{ fileName: 'wrong.wav', fileLocation: 'https://store.example/a/wrong.wav', checksum: { type: 'SHA-512', hash: createHash('sha512').update(right).digest('hex') } }] })], // biome-ignore format: one document
    ['schema/wrong.wav', wrong],
    ['schema/message.json', text(call('fd5cee0f-3', { type: 'IM' }))],
    ['schema/lost.json', text({ ...call('fd5cee0f-4', {}), comFiles: [{ fileName: 'lost.wav' }] })],
    ['schema/broken.json', text('{"communicationRecord": {"comUUID": "x"')],
    ['list/calls.jsonl', text([call('fd5cee0f-5', {}), call('fd5cee0f-6', {})].map((one, at) => JSON.stringify({ ...one, comFiles: [{ fileName: `listed-${at}.wav`, checksum: { type: 'SHA3-256', hash: createHash('sha3-256').update(listed).digest('base64') } }] })).join('\n'))], // biome-ignore format: one document
    ['list/listed-0.wav', listed],
    [
      'cloud9/sDT-20160618-johnsmith.json',
      text({
        callRecordType: 1,
        deviceType: 0,
        timeStampForCallStart: '2016-06-18T07:50:30Z',
        userInfo: { username: 'trader3', firmName: 'Firm B', timeZoneOffset: 'UTC -05:00:00' },
        recordingFile: { fileName: 'sDT-20160618.wav', md5Checksum: createHash('md5').update(cloud).digest('hex').toUpperCase() },
        callRecords: [{ startAction: 'Initiated', stopAction: 'AutoRelease', userNumber: '+15550111', ucId: 'vTiKq8u34VyYh9ECjIWW0w', duration: '00:00:35', startTime: '2016-06-18T07:50:30Z', stopTime: '2016-06-18T08:05:15Z', farEndUsers: [{ contactName: 'Far End', connectedNumber: '+15550122' }] }], // biome-ignore format: one list
      }),
    ],
    ['cloud9/sDT-20160618.wav', cloud],
  ]);
}
