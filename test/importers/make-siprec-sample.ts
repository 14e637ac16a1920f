/** Makes texts of SIP and of recording metadata for tests, and the sample export `samples/siprec`: modelled on real messages, without real data. */

/** A SIP message with CRLF line ends; `bodies` of more than one make it multipart. */
export function sip(
  first: string,
  headers: readonly string[],
  bodies: readonly { readonly type: string; readonly text: string; readonly disposition?: string }[] = [],
  options: { readonly boundary?: string; readonly open?: boolean } = {},
): string {
  const { boundary = 'uniqueBoundary', open = false } = options;
  const [only] = bodies;
  const body =
    only === undefined
      ? ''
      : bodies.length === 1
        ? only.text
        : [
            ...bodies.map(({ type, text, disposition }) =>
              [
                `--${boundary}`,
                `Content-Type: ${type}`,
                ...(disposition === undefined ? [] : [`Content-Disposition: ${disposition}`]),
                '',
                text,
              ].join('\n'),
            ),
            ...(open ? [] : [`--${boundary}--`, '']),
          ].join('\n');
  const type = only === undefined ? [] : [`Content-Type: ${bodies.length === 1 ? only.type : `multipart/mixed;boundary=${boundary}`}`];
  const crlf = body.replaceAll('\n', '\r\n');
  return [first, ...headers, ...type, `Content-Length: ${Buffer.byteLength(crlf)}`, '', ''].join('\r\n') + crlf;
}

/** A message of the recording client, or of the recorder. */
export function message(
  what: string,
  dialog: { readonly callId: string; readonly cseq: number; readonly method?: string; readonly tag?: string; readonly more?: readonly string[] },
  bodies: Parameters<typeof sip>[2] = [],
  options: Parameters<typeof sip>[3] = {},
): string {
  const { callId, cseq, method = what, tag = 'src1', more = [] } = dialog;
  const first = /^\d/.test(what) ? `SIP/2.0 ${what}` : `${what} sip:srs@192.0.2.20:5060 SIP/2.0`;
  const headers = [
    'Via: SIP/2.0/TCP 192.0.2.10:5060;branch=z9hG4bK1',
    `From: <sip:src@192.0.2.10>;tag=${tag}`,
    'To: <sip:srs@192.0.2.20>',
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    ...more,
  ];
  return sip(first, headers, bodies, options);
}

/** A session description of one medium for each label. */
export function sdp(labels: readonly string[], direction: string | null = 'sendonly', address = '192.0.2.10', port = 20_000): string {
  const media = labels.flatMap((label, index) => [
    `m=audio ${port + index * 2} RTP/AVP 0`,
    'a=rtpmap:0 PCMU/8000',
    ...(direction === null ? [] : [`a=${direction}`]),
    `a=label:${label}`,
  ]);
  return ['v=0', `o=- 1 1 IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0', ...media, ''].join('\n');
}

export const sdpBody = (text: string) => ({ type: 'application/sdp', text });
export const metadataBody = (text: string, type = 'application/rs-metadata+xml') => ({ type, text, disposition: 'recording-session' });

/** Metadata according to RFC 7865; the first participant sends the first label. */
export function metadata(options: {
  readonly session: string;
  readonly sip?: string;
  readonly mode?: string;
  readonly start?: string;
  readonly stop?: string;
  readonly people: readonly {
    readonly id: string;
    readonly aor: string;
    readonly name?: string;
    readonly from?: string;
    readonly until?: string;
    readonly send?: string;
    readonly recv?: string;
  }[];
  readonly streams?: readonly { readonly id: string; readonly label: string }[];
  readonly more?: string;
  readonly inSession?: string;
}): string {
  const { session, sip: sipSession, mode = 'complete', start, stop, people, streams = [], more = '', inSession = '' } = options;
  const time = (name: string, value: string | undefined): string => (value === undefined ? '' : `<${name}>${value}</${name}>`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<recording xmlns="urn:ietf:params:xml:ns:recording:1">',
    `<dataMode>${mode}</dataMode>`,
    `<session session_id="${session}">${sipSession === undefined ? '' : `<sipSessionID>${sipSession}</sipSessionID>`}${time('start-time', start)}${time('stop-time', stop)}${inSession}</session>`,
    ...people.map(
      ({ id, aor, name }) =>
        `<participant participant_id="${id}"><nameID aor="${aor}">${name === undefined ? '' : `<name xml:lang="en">${name}</name>`}</nameID></participant>`,
    ),
    ...streams.map(({ id, label }) => `<stream stream_id="${id}" session_id="${session}"><label>${label}</label></stream>`),
    ...people.map(
      ({ id, from, until }) =>
        `<participantsessionassoc participant_id="${id}" session_id="${session}">${time('associate-time', from)}${time('disassociate-time', until)}</participantsessionassoc>`,
    ),
    ...people.map(
      ({ id, send, recv }) =>
        `<participantstreamassoc participant_id="${id}">${send === undefined ? '' : `<send>${send}</send>`}${recv === undefined ? '' : `<recv>${recv}</recv>`}</participantstreamassoc>`,
    ),
    more,
    '</recording>',
    '',
  ].join('\n');
}

/** Metadata of Oracle's session border controller, formerly Acme Packet. */
export const oracle = `<?xml version='1.0' encoding='UTF-8'?>
<recording xmlns='urn:ietf:params:xml:ns:recording'>
  <datamode>complete</datamode>
  <session id="AavRXwIIQj1/39eJulTi+w==">
    <associate-time>2024-10-27T02:30:20</associate-time>
    <extensiondata xmlns:apkt="http:/acmepacket.com/siprec/extensiondata">
      <apkt:ucid>00FA080001000A671D9929;encoding=hex</apkt:ucid>
      <apkt:callerOrig>true</apkt:callerOrig>
    </extensiondata>
  </session>
  <participant id="p1AAAAAAAAAAAAAAAAAAAA==" session="AavRXwIIQj1/39eJulTi+w==">
    <nameID aor="sip:+442079460012@192.0.2.50"><name>+442079460012</name></nameID>
    <send>s1AAAAAAAAAAAAAAAAAAAA==</send>
    <associate-time>2024-10-27T02:30:20</associate-time>
    <extensiondata xmlns:apkt="http://acmepacket.com/siprec/extensiondata"><apkt:callingParty>true</apkt:callingParty></extensiondata>
  </participant>
  <participant id="p2AAAAAAAAAAAAAAAAAAAA==" session="AavRXwIIQj1/39eJulTi+w==">
    <nameID aor="sip:2001@192.0.2.51"><name>2001</name></nameID>
    <send>s2AAAAAAAAAAAAAAAAAAAA==</send>
    <associate-time>2024-10-27T02:30:20</associate-time>
    <extensiondata xmlns:apkt="http://acmepacket.com/siprec/extensiondata"><apkt:callingParty>false</apkt:callingParty></extensiondata>
  </participant>
  <stream id="s1AAAAAAAAAAAAAAAAAAAA==" session="AavRXwIIQj1/39eJulTi+w=="><label>16777227</label><mode>separate</mode></stream>
  <stream id="s2AAAAAAAAAAAAAAAAAAAA==" session="AavRXwIIQj1/39eJulTi+w=="><label>16777228</label><mode>separate</mode></stream>
</recording>
`;

/** Metadata of BroadWorks; the recorded party is the caller. */
export const broadWorks = `<?xml version="1.0" encoding="UTF-8"?><recording_metadata xmlns="urn:ietf:params:xml:ns:siprec"><dataMode>complete</dataMode><recording id="urn:uuid:727585d8-a8f2-43e0-8bd5-7795f0000001"><requestor>SRC</requestor><type>selective</type></recording><group id="urn:uuid:9529b910-87b6-4299-a6fe-350f00000001" recording="urn:uuid:727585d8-a8f2-43e0-8bd5-7795f0000001"><initiator>sip:02079460005</initiator></group><session id="urn:uuid:08d46cef-4858-4658-8388-ebb700000001" group="urn:uuid:9529b910-87b6-4299-a6fe-350f00000001"><start-time>2024-06-22T10:44:43+01:00</start-time></session><participant id="urn:uuid:91b39d20-5fe4-4ae1-8553-abc900000001" session="urn:uuid:08d46cef-4858-4658-8388-ebb700000001"><aor>sip:02079460005</aor><send><id>urn:uuid:b1ced587-d73d-42a5-8f82-059400000001</id></send></participant><participant id="urn:uuid:b5dea339-d1ca-45f3-97b8-782b00000001" session="urn:uuid:08d46cef-4858-4658-8388-ebb700000001"><aor>sip:02079460036@example.com;user=phone</aor><send><id>urn:uuid:b1ced587-d73d-42a5-8f82-059400000001</id></send></participant><stream id="urn:uuid:b1ced587-d73d-42a5-8f82-059400000001" session="urn:uuid:08d46cef-4858-4658-8388-ebb700000001"><label>1</label><mode>mixed</mode></stream><extensiondata id="urn:uuid:3c7b23b3-1ea0-4da4-bfc1-e46800000001" parent="urn:uuid:08d46cef-4858-4658-8388-ebb700000001"><broadWorksRecordingMetadata xmlns="http://schema.broadsoft.com/broadworksCallRecording" version="1.0"><extTrackingID>8028549:1</extTrackingID><serviceProviderID>HTE1</serviceProviderID><groupID>Office 7</groupID><userID>agent7@example.com</userID><callID>callhalf-7948894825:0</callID><callType><origCall><callingPartyNumber>sip:+442079460005@example.com</callingPartyNumber><calledPartyNumber>sip:02079460036@example.com;user=phone</calledPartyNumber><dialedDigits>sip:02079460036@example.com</dialedDigits></origCall></callType><recordingType>on</recordingType></broadWorksRecordingMetadata></extensiondata></recording_metadata>
`;

const cisco = {
  session: 'kQNhKFdEEeeJ9tD/VsPGWA==',
  sip: 'e9fffff2020a598b86962867715db0cf;remote=cd0f7093d62c5f0697098fd69a4aa57b',
  start: '2024-06-23T12:16:06.040Z',
  streams: [
    { id: 'kQOH5VdEEeeJ/ND/VsPGWA==', label: '1' },
    { id: 'kQOH5VdEEeeJ/dD/VsPGWA==', label: '2' },
  ],
  people: [
    {
      id: 'kQNhKFdEEeeJ99D/VsPGWA==',
      aor: 'sip:7301@192.0.2.61',
      from: '2024-06-23T12:16:06.040Z',
      send: 'kQOH5VdEEeeJ/ND/VsPGWA==',
      recv: 'kQOH5VdEEeeJ/dD/VsPGWA==',
    },
    {
      id: 'kQNhKFdEEeeJ+ND/VsPGWA==',
      aor: 'sip:7300@192.0.2.61',
      name: '7300',
      from: '2024-06-23T12:16:06.040Z',
      send: 'kQOH5VdEEeeJ/dD/VsPGWA==',
      recv: 'kQOH5VdEEeeJ/ND/VsPGWA==',
    },
  ],
};

const avayaPeople = {
  real: { id: 'b536ff63b7f3643d4d7b', aor: 'sip:+12025550101@192.0.2.65', from: '2024-02-13T12:54:34', send: '0ccc2d78b71d8a1ea1c7' },
  place: { id: 'abcdef12345678901234', aor: 'sip:ASBCE@asbce.com', from: '2024-02-13T12:54:34' },
  answered: { id: '6add855be46c6970e8fd', aor: 'sip:+12025550102@192.0.2.32', from: '2024-02-13T12:54:36', send: '63a24a2bc6e7c076d738' },
};

/** The messages of Avaya's session border controller: the answering party is only known from the UPDATE. */
export function avaya(callId: string): string[] {
  const session = '00FA080001000758A20EFA';
  const uui = ['User-to-User: 00FA080001000758A20EFA;encoding=hex'];
  return [
    message(
      'INVITE',
      { callId, cseq: 50, more: ['Require: siprec', ...uui] },
      [
        sdpBody(sdp(['10'])),
        metadataBody(
          metadata({
            session,
            people: [avayaPeople.real, avayaPeople.place],
            streams: [
              { id: '0ccc2d78b71d8a1ea1c7', label: '10' },
              { id: '', label: '20' },
            ],
          }),
        ),
      ],
      { boundary: 'foobar' },
    ),
    message('UPDATE', { callId, cseq: 51, more: uui }, [
      metadataBody(
        metadata({
          session,
          people: [avayaPeople.real, avayaPeople.answered],
          streams: [
            { id: '0ccc2d78b71d8a1ea1c7', label: '10' },
            { id: '63a24a2bc6e7c076d738', label: '20' },
          ],
        }),
        'application/rs-metadata',
      ),
    ]),
    message('BYE', { callId, cseq: 52, more: uui }),
  ];
}

/** The sample: metadata by itself, a folder of messages, a log of two sessions, changes without their beginning, audio that nothing names. */
export function siprecSample(): Map<string, Uint8Array> {
  const callId = 'B1E2-CUBE-0001@192.0.2.10';
  const more = [
    'Require: siprec',
    'Session-ID: 5a1b2c3d4e5f60718293a4b5c6d7e8f9;remote=00000000000000000000000000000000',
    'Cisco-Guid: 2433849640-1467208167-2314993343-1455670872',
  ];
  const dialog = (cseq: number, second: number) => ({
    callId,
    cseq,
    more: [...more, `Date: Sun, 23 Jun 2024 12:16:${String(second).padStart(2, '0')} GMT`],
  });
  const [invite = '', update = '', bye = ''] = avaya('avaya-1@192.0.2.10');
  const broad = message('INVITE', { callId: 'BW1044@192.0.2.33', cseq: 1, tag: 'bw' }, [metadataBody(broadWorks), sdpBody(sdp(['1']))]);
  const log = [
    `2024-02-13 12:54:34.100 192.0.2.10:5060 -> 192.0.2.20:5060\n${invite}`,
    `2024-02-13 12:54:36.200 192.0.2.10:5060 -> 192.0.2.20:5060\n${update}`,
    `2024-06-22 11:44:43.300 192.0.2.33:5060 -> 192.0.2.20:5060\n${broad}`,
    `2024-02-13 12:56:00.000 192.0.2.10:5060 -> 192.0.2.20:5060\n${bye}`,
  ];
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  return new Map([
    ['oracle/AavRXwIIQj1_39eJulTi-w==.xml', text(oracle)],
    ['oracle/s1AAAAAAAAAAAAAAAAAAAA==.wav', tone(440)],
    ['oracle/s2AAAAAAAAAAAAAAAAAAAA==.wav', tone(330)],
    [
      'cube/session-17/0001-INVITE.txt',
      text(message('INVITE', dialog(101, 6), [sdpBody(sdp(['1', '2'])), metadataBody(metadata(cisco))], { open: true })),
    ],
    [
      'cube/session-17/0002-INVITE.txt',
      text(message('INVITE', dialog(102, 10), [sdpBody(sdp(['1', '2'], 'inactive')), metadataBody(metadata(cisco))])),
    ],
    ['cube/session-17/0003-INVITE.txt', text(message('INVITE', dialog(103, 14), [sdpBody(sdp(['1', '2'])), metadataBody(metadata(cisco))]))],
    ['cube/session-17/0004-BYE.txt', text(message('BYE', { ...dialog(104, 20), more: [...dialog(104, 20).more, 'Reason: Q.850;cause=16'] }))],
    ['cube/session-17/audio.wav', tone(523)],
    ['log/siprec.log', text(log.join('\n'))],
    ['log/audio/avaya-1%40192.0.2.10.wav', tone(587)],
    ['log/audio/urn_uuid_08d46cef-4858-4658-8388-ebb700000001.wav', tone(659)],
    [
      'late.xml',
      text(
        metadata({ session: 'late0000000000==', mode: 'partial', people: [{ id: 'x1', aor: 'sip:2007@192.0.2.1', until: '2024-06-01T10:00:00Z' }] }),
      ),
    ],
    ['rest/unknown.wav', tone(700)],
    ['notes.txt', text('Nothing about recording here.\n')],
  ]);
}

/** 0.2 s of a tone, 8 kHz mono PCM. */
function tone(hertz: number): Uint8Array {
  const samples = 1_600;
  const bytes = Buffer.alloc(44 + samples * 2);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + samples * 2, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(8_000, 24);
  bytes.writeUInt32LE(16_000, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(samples * 2, 40);
  for (let at = 0; at < samples; at++) bytes.writeInt16LE(Math.round(Math.sin((2 * Math.PI * hertz * at) / 8_000) * 8_000), 44 + at * 2);
  return new Uint8Array(bytes);
}
