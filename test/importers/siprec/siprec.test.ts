import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ucidOf } from '../../../importers/siprec/correlation.ts';
import { siprec } from '../../../importers/siprec/importer.ts';
import { cutMessages, readMessage, withoutDigits } from '../../../importers/siprec/message.ts';
import type { Recording } from '../../../src/core/model/recording.ts';
import { alice, be16, be32, bob, ether, ipv4, pcapFile, udp } from '../../formats/capture-builder.ts';
import { join as bytesOf } from '../../formats/wave/builder.ts';
import { wav } from '../asterisk/rows.ts';
import { expectGolden, expectSample } from '../golden.ts';
import { brief, type Imported, importAll } from '../import-all.ts';
import { avaya, broadWorks, message, metadata, metadataBody, oracle, sdp, sdpBody, siprecSample } from '../make-siprec-sample.ts';
import { media } from '../media.ts';
import { memorySource, memorySourceOfFolder } from '../memory-source.ts';
import { summaryOf } from '../summary.ts';

const samples = fileURLToPath(new URL('../../../samples', import.meta.url));
const real = fileURLToPath(new URL('../../../../shared/samples/recorders/siprec/drachtio-MIT', import.meta.url));
const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const options = { zone: 'Europe/Stockholm', mapping: null, encoding: null, media };

async function read(files: Readonly<Record<string, string | Uint8Array>>, zone: string | null = null): Promise<Imported> {
  return importAll(siprec, memorySource(files), { zone });
}

async function one(files: Readonly<Record<string, string | Uint8Array>>, zone: string | null = null): Promise<Recording> {
  const { recordings } = await read(files, zone);
  expect(recordings).toHaveLength(1);
  const [recording] = recordings;
  if (recording === undefined) throw new Error('no recording');
  return recording;
}

const people = (recording: Recording) => recording.parties.map(({ role, phone, name }) => [role, phone?.raw ?? null, name]);
const valuesOf = (pairs: Recording['extra'], name: string) => pairs.filter((pair) => pair.name === name).map(({ value }) => value);
const eventsOf = (recording: Recording) => recording.events.map(({ type, at, raw }) => [type, at?.utc ?? null, raw]);

describe('samples/siprec', () => {
  it('equals the output of its generator, byte for byte', () => {
    const folder = join(samples, 'siprec');
    expectSample(folder, siprecSample());
  });

  it('gives the expected result in the file beside it', async () => {
    const imported = await importAll(siprec, await memorySourceOfFolder(join(samples, 'siprec')), options);
    const golden = join(samples, 'siprec.expected.json');
    const evidence = await siprec.recognise(
      await memorySourceOfFolder(join(samples, 'siprec')),
      { ...options, scratch: '' },
      new AbortController().signal,
    );
    const said = imported.recordings.map((recording) => ({
      key: recording.key,
      rule: recording.reconciliation.rule,
      times: [recording.callStart, recording.callEnd].map((time) => time?.utc ?? null),
      direction: recording.direction,
      parties: people(recording),
      correlation: recording.correlation,
      events: eventsOf(recording),
      sides: recording.media.map(({ side, channels }) => [side, ...channels.map(({ role }) => role)]),
      sources: recording.provenance.map(({ kind, path, row }) => `${kind} ${path} ${row}`),
    }));
    const read = { evidence, ...summaryOf(imported), said, files: imported.files.map(({ path, role }) => `${role} ${path}`) };
    expectGolden(golden, read);
  });
});

describe.skipIf(!existsSync(real))('bodies of real INVITEs', () => {
  const read = async () => importAll(siprec, await memorySourceOfFolder(real), { zone: 'America/New_York' });

  it('are read whatever their producer, and others are ignored', async () => {
    const imported = await read();
    expect(brief(imported)).toMatchObject({
      'AavRXwIIQj1Q39eJulTipQ==': { status: 'row-without-audio', start: '2019-03-09T21:50:20.000Z' },
      'kQNhKFdEEeeJ9tD/VsPGWA==': { start: '2017-06-23T12:16:06.040Z' },
      'GZBIusaXEeuxxK1dFIaIyA==': { start: '2021-06-07T07:16:23.618Z' },
      'ho9aUhEQTRS+31th7sHStA==': { start: '2017-12-11T14:44:23.000Z' },
      // Two bodies of one session.
      '2+hKdGY+QvCKu8HYTdBouQ==': { start: null },
    });
    expect(imported.recordings).toHaveLength(6);
    expect(imported.recordings.map((recording) => [recording.parties.length, recording.provenance.length]).sort()).toEqual([
      // The BroadWorks body has lost its tags.
      [0, 1],
      [2, 1],
      [2, 1],
      [2, 1],
      [2, 1],
      [2, 2],
    ]);
    expect(imported.findings).toEqual(['I230 broadworks-offer.txt']);
    expect(imported.files.filter(({ role }) => role === 'alien').map(({ path }) => path)).toEqual([
      'LICENSE',
      'non-siprec-payload.txt',
      'sample-sdp2.txt',
      'sample-sdp3.txt',
      'sample-sdps.txt',
    ]);
  });

  it('state who calls if the producer states it, and which GUID the gateway assigned', async () => {
    const { recordings } = await read();
    const of = (key: string) => recordings.find((recording) => recording.key === key);
    expect(of('AavRXwIIQj1Q39eJulTipQ==')?.parties.map(({ role }) => role)).toEqual(['caller', 'callee']);
    expect(of('kQNhKFdEEeeJ9tD/VsPGWA==')?.parties.map(({ role }) => role)).toEqual(['unknown', 'unknown']);
    expect(of('kQNhKFdEEeeJ9tD/VsPGWA==')?.correlation).toContainEqual({ name: 'cisco-guid', value: '91036128574411e789f9d0ff56c3c658' });
    expect(of('GZBIusaXEeuxxK1dFIaIyA==')?.events).toMatchObject([{ type: 'pause', mediaEffect: 'gap', raw: 'inactive: label 1, label 2' }]);
    expect(of('2+hKdGY+QvCKu8HYTdBouQ==')?.parties.map(({ name }) => name)).toEqual(['test_user', null]);
  });
});

describe('dialects', () => {
  it('Oracle: local times without zone, resolved by the UCID in the ambiguous hour; streams with the roles of the speakers', async () => {
    const files = { 'a.xml': oracle, 'x/s1AAAAAAAAAAAAAAAAAAAA==.wav': wav(1), 'x/s2AAAAAAAAAAAAAAAAAAAA__.wav': wav(2) };
    const recording = await one(files, 'Europe/Stockholm');
    expect(recording.callStart).toMatchObject({ raw: '2024-10-27T02:30:20', utc: '2024-10-27T01:30:20.000Z', certainty: 'exact' });
    expect(recording.media.map(({ side, channels }) => [side, channels])).toEqual([
      ['in', [{ index: 0, role: 'caller' }]],
      ['out', [{ index: 0, role: 'callee' }]],
    ]);
    expect(recording.correlation).toContainEqual({ name: 'ucid', value: '00001000101729993001' });
    expect(recording.correlation).toContainEqual({ name: 'ucid-raw', value: '00FA080001000A671D9929;encoding=hex' });
    expect((await one(files)).callStart?.certainty).toBe('unzoned');
  });

  it('Avaya: a placeholder is not a party; an empty stream id is no id; the third stream is kept', async () => {
    const recording = await one({ 'all.txt': avaya('avaya-1@192.0.2.10').join('') }, 'UTC');
    expect(people(recording).map(([, aor]) => aor)).toEqual(['sip:+12025550101@192.0.2.65', 'sip:+12025550102@192.0.2.32']);
    expect(recording.findings.map(({ code }) => code)).toEqual(['I233']);
    expect(valuesOf(recording.extra, 'placeholder participant')).toEqual(['sip:ASBCE@asbce.com']);
    expect(valuesOf(recording.extra, 'stream')).toEqual([
      'label 10; medium 1; from participant 1 (unknown)',
      'label 20; from participant 2 (unknown)',
    ]);
    expect(recording.correlation).toContainEqual({ name: 'ucid', value: '00001000071487015674' });
  });

  it('BroadWorks: its own root element, the recorded party is the caller, the pause by the address 0.0.0.0', async () => {
    const dialog = (cseq: number) => ({ callId: 'bw@192.0.2.33', cseq });
    const held = sdp(['1'], null, '0.0.0.0');
    const recording = await one({
      'bw.txt': [
        message('INVITE', dialog(1), [metadataBody(broadWorks), sdpBody(sdp(['1'], null))]),
        message('INVITE', dialog(2), [sdpBody(held)]),
        message('INVITE', dialog(3), [sdpBody(sdp(['1'], null))]),
      ].join(''),
    });
    expect(people(recording)).toEqual([
      ['caller', 'sip:02079460005', null],
      ['callee', 'sip:02079460036@example.com;user=phone', null],
    ]);
    expect(recording.parties[0]?.agentId).toBe('agent7@example.com');
    expect(recording.direction).toEqual({ value: 'outbound', raw: 'origCall' });
    expect(recording.org).toContainEqual({ name: 'service-provider', value: 'HTE1' });
    expect(recording.correlation).toContainEqual({ name: 'broadworks-tracking', value: '8028549:1' });
    expect(recording.callStart?.utc).toBe('2024-06-22T09:44:43.000Z');
    expect(recording.events.map(({ type }) => type)).toEqual(['pause', 'resume']);
  });

  it('Sonus: prefixed names, callData with the ids of the call, a meaningless date of 1970, the party that left in the BYE', async () => {
    const first = `<?xml version="1.0"?><tns:recording xmlns:tns='urn:ietf:params:xml:ns:recording'><tns:datamode>complete</tns:datamode>
      <tns:group group_id="g1"><tns:associate-time>1970-05-15T00:41:05Z</tns:associate-time><callData xmlns='urn:ietf:params:xml:ns:callData'>
      <fromhdr>"A" &lt;sip:2025550109@192.0.2.55&gt;;tag=1</fromhdr><tohdr>&lt;sip:2025550142@192.0.2.72&gt;;tag=2</tohdr><callid>cs-1234@192.0.2.1</callid><gcid>241467418</gcid></callData></tns:group>
      <tns:session session_id="sonus-session"><tns:group-ref>g1</tns:group-ref><tns:start-time>1970-05-15T00:41:05Z</tns:start-time></tns:session>
      <tns:participant participant_id="a"><tns:nameID aor="2025550142@192.0.2.55"><tns:name xml:lang="en"> </tns:name></tns:nameID></tns:participant>
      <tns:participant participant_id="b"><tns:nameID aor="2025550109@192.0.2.55"/></tns:participant></tns:recording>`;
    const last = `<recording xmlns='urn:ietf:params:xml:ns:recording'><datamode>Partial</datamode><session session_id="sonus-session"></session>
      <participant participant_id="a" session_id="sonus-session"><disassociate-time>2024-06-25T04:58:15Z</disassociate-time></participant>
      <participant participant_id="b" session_id="sonus-session"><disassociate-time>2024-06-25T04:58:16Z</disassociate-time></participant></recording>`;
    const recording = await one({
      'x.sip':
        message('INVITE', { callId: 'rs', cseq: 1 }, [sdpBody(sdp(['1'])), metadataBody(first)]) +
        message('BYE', { callId: 'rs', cseq: 2 }, [metadataBody(last)]),
    });
    expect(people(recording)).toEqual([
      ['callee', '2025550142@192.0.2.55', null],
      ['caller', '2025550109@192.0.2.55', null],
    ]);
    expect([recording.callStart, recording.callEnd?.utc]).toEqual([null, '2024-06-25T04:58:16.000Z']);
    expect(valuesOf(recording.extra, 'time without meaning')).toEqual(['1970-05-15T00:41:05Z']);
    expect(recording.correlation.filter(({ name }) => name === 'gcid' || name === 'sip-call-id').map(({ value }) => value)).toEqual([
      'rs',
      'cs-1234@192.0.2.1',
      '241467418',
    ]);
    expect(recording.group?.id).toBe('g1');
  });

  it('AudioCodes: UCID and Genesys ids of its extensions, actions in a header', async () => {
    const more =
      '<ac:AvayaUCID xmlns:ac="urn:ietf:params:xml:ns:Avaya">0001000A671D9929</ac:AvayaUCID><ac:GenesysUUID xmlns:ac="urn:ietf:params:xml:ns:Genesys">G0UUID7</ac:GenesysUUID>';
    const body = metadataBody(metadata({ session: 'ac-session', people: [{ id: 'p', aor: 'sip:2001@192.0.2.1' }], inSession: more }));
    const action = (cseq: number, words: string, second: number) =>
      message('INFO', {
        callId: 'ac',
        cseq,
        more: [
          `X-AC-Action: ${words}`,
          `Date: Wed, 01 May 2024 10:00:${second} GMT`,
          'P-Charging-Vector: icid-value="icid-7";icid-generated-at=192.0.2.1',
        ],
      });
    const recording = await one({
      'ac.txt':
        message('INVITE', { callId: 'ac', cseq: 1 }, [body]) + action(2, 'pause-siprec;recording-ip-group=SRS', 20) + action(3, 'resume-siprec', 32),
    });
    expect(recording.events).toMatchObject([
      { type: 'pause', lengthMs: 12_000, mediaEffect: 'gap' },
      { type: 'resume', mediaEffect: 'none' },
    ]);
    for (const [name, value] of [
      ['ucid', '00001000101729993001'],
      ['genesys-uuid', 'G0UUID7'],
      ['icid', 'icid-7'],
    ])
      expect(recording.correlation).toContainEqual({ name, value });
  });

  it('NetSapiens and Connectel: the caller by participant, the place in the group, names with suffixes', async () => {
    const more =
      '<group group_id="g-7"/><netsapiensExtension xmlns="http://schema.netsapiens.com/netsapiensSipRec"><groupSeq>1</groupSeq><callingParty participant_id="b"><number>1</number></callingParty></netsapiensExtension>';
    const xml = metadata({
      session: 'ns-session',
      people: [
        { id: 'a', aor: 'sip:2001@example.com', name: 'Test;lang=en-US;id=22' },
        { id: 'b', aor: 'sip:2002@example.com' },
      ],
      more,
    });
    const recording = await one({ 'a.xml': xml });
    expect(people(recording)).toEqual([
      ['callee', 'sip:2001@example.com', 'Test'],
      ['caller', 'sip:2002@example.com', null],
    ]);
    expect(recording.group).toMatchObject({ id: 'g-7', index: 1 });
    expect(valuesOf(recording.extra, 'participant 1 name')).toEqual(['Test;lang=en-US;id=22']);
  });

  it('Metaswitch: the recorded party was called; stream ids under another name', async () => {
    const more =
      '<extensiondata><metaswitchRecordingMetadata><callType>terminating</callType><recordedParty>+12025550111</recordedParty><businessGroup>Sales</businessGroup><callingPartyNumber>2025550112</callingPartyNumber></metaswitchRecordingMetadata></extensiondata>';
    const people = [
      { id: 'x', aor: '2025550112', send: 'm1' },
      { id: 'y', aor: '2025550111', send: 'm1' },
    ];
    const xml = metadata({ session: 'meta-session', people, more }).replace(
      '</recording>',
      '<stream id="m1" session_id="meta-session"><label>1</label></stream></recording>',
    );
    const recording = await one({
      'INVITE.1': message('INVITE', { callId: 'm', cseq: 667_855_288 }, [sdpBody(sdp(['1'], null)), metadataBody(xml, 'application/rs-metadata')]),
    });
    expect(recording.parties.map(({ role }) => role)).toEqual(['caller', 'callee']);
    expect(recording.direction).toEqual({ value: 'inbound', raw: 'terminating' });
    expect(recording.org).toEqual([{ name: 'business-group', value: 'Sales' }]);
    expect(valuesOf(recording.extra, 'stream')).toEqual(['label 1; medium 1; from participant 1 (caller), participant 2 (callee)']);
    expect(recording.findings).toEqual([]);
  });

  it.each([
    ['00FA080001000A671D9929;encoding=hex', '00001000101729993001'],
    ['0001000A671D9929', '00001000101729993001'],
    ['04C8020102FA080001000A671D9929;encoding=hex', '00001000101729993001'],
    ['00001000101729993001', '00001000101729993001'],
    ['00FA08000100', null],
    ['hello', null],
  ])('a UCID written as %s is %s', (raw, ucid) => {
    expect(ucidOf(raw)).toBe(ucid);
  });
});

const callId = 'dialog-1@192.0.2.10';
const alone = { id: 'a', aor: 'sip:2001@192.0.2.1', name: 'Agent', from: '2024-05-01T10:00:00Z', send: 's-label-one' };
const other = { id: 'b', aor: 'sip:+442079460012@192.0.2.2', from: '2024-05-01T10:00:00Z', send: 's-label-two' };
const third = { id: 'c', aor: 'sip:2003@192.0.2.1', from: '2024-05-01T10:01:00Z' };
const streams = [
  { id: 's-label-one', label: 'one' },
  { id: 's-label-two', label: 'two' },
];
const session = 'session-0001==';
const complete = metadata({ session, start: '2024-05-01T10:00:00Z', people: [alone, other], streams });
const joining = metadata({ session, mode: 'partial', people: [third] });
const leaving = metadata({ session, mode: 'partial', stop: '2024-05-01T10:02:30Z', people: [{ ...other, until: '2024-05-01T10:02:00Z' }] });
const folded = {
  people: [
    ['unknown', 'sip:2001@192.0.2.1', 'Agent'],
    ['unknown', 'sip:+442079460012@192.0.2.2', null],
    ['unknown', 'sip:2003@192.0.2.1', null],
  ],
  events: [
    ['leave', '2024-05-01T10:02:00.000Z', 'disassociate-time'],
    ['join', '2024-05-01T10:01:00.000Z', 'new in the metadata'],
  ],
};

describe('partial and complete metadata', () => {
  it.each([
    [
      'by CSeq in one file',
      { 'x.txt': [leaving, joining, complete].map((xml, index) => message('UPDATE', { callId, cseq: 30 - index }, [metadataBody(xml)])).join('') },
    ],
    ['by the numbers in the names', { 'm9.xml': complete, 'm10.xml': joining, 'm11.xml': leaving }],
    ['by the times in them', { 'z.xml': complete, 'k.xml': joining, 'a.xml': leaving }],
    [
      'with line feeds only',
      {
        'x.txt': [complete, joining, leaving]
          .map((xml, index) => message('UPDATE', { callId, cseq: 1 + index }, [metadataBody(xml)]))
          .join('')
          .replaceAll('\r\n', '\n'),
      },
    ],
  ])('are combined in order: %s', async (_, files) => {
    const recording = await one(files);
    expect(people(recording)).toEqual(folded.people);
    expect(eventsOf(recording)).toEqual(folded.events);
    expect([recording.callStart?.utc, recording.callEnd?.utc]).toEqual(['2024-05-01T10:00:00.000Z', '2024-05-01T10:02:30.000Z']);
    expect(recording.findings).toEqual([]);
  });

  it('keeps a participant missing from the next complete metadata as one who left', async () => {
    const transferred = metadata({ session, people: [alone, { ...third, send: 's-label-two' }], streams });
    const recording = await one(
      {
        'x.txt': `2024-05-01 12:00:00\n${message('INVITE', { callId, cseq: 1 }, [metadataBody(complete)])}\n2024-05-01 12:05:00\n${message('INVITE', { callId, cseq: 2 }, [metadataBody(transferred)])}`,
      },
      'Europe/Stockholm',
    );
    expect(people(recording).map(([, aor]) => aor)).toEqual([alone.aor, other.aor, third.aor]);
    expect(eventsOf(recording)).toEqual([
      ['record-start', '2024-05-01T10:00:00.000Z', 'INVITE'],
      ['leave', '2024-05-01T10:05:00.000Z', 'not in the complete metadata any more'],
      ['join', '2024-05-01T10:01:00.000Z', 'new in the metadata'],
    ]);
  });

  it('takes a participant with a new id and the old address for the same person', async () => {
    const again = metadata({
      session,
      people: [
        { ...alone, id: 'new-a' },
        { ...other, id: 'new-b' },
      ],
      streams,
    });
    const recording = await one({ '1.xml': complete, '2.xml': again });
    expect(people(recording)).toHaveLength(2);
    expect(recording.events).toEqual([]);
  });

  it('reports that the complete metadata are missing', async () => {
    const imported = await read({ 'a.xml': joining });
    expect(imported.findings).toEqual([`I232 ${session}`]);
  });
});

describe('pauses', () => {
  const dialog = (cseq: number, second: number, more: Partial<Parameters<typeof message>[1]> = {}) => ({
    callId,
    cseq,
    more: [`Date: Wed, 1 May 2024 10:00:${second} GMT`],
    ...more,
  });
  const first = message('INVITE', dialog(1, 10), [sdpBody(sdp(['one', 'two'])), metadataBody(complete)]);

  it('are inactive media, of the client or the recorder, and last until they are active again', async () => {
    const recording = await one({
      'x.txt': [
        first,
        message('200 OK', dialog(1, 11, { method: 'INVITE' }), [sdpBody(sdp(['one', 'two'], 'recvonly'))]),
        message('INVITE', dialog(2, 20), [sdpBody(sdp(['one', 'two'], 'inactive'))]),
        message('200 OK', dialog(2, 21, { method: 'INVITE' }), [sdpBody(sdp([], 'inactive'))]),
        message('INVITE', dialog(3, 25), [sdpBody(sdp(['one', 'two']))]),
        message('INVITE', dialog(1, 30, { tag: 'recorder' }), [sdpBody(sdp(['x', 'y'], 'inactive'))]),
        message('INVITE', dialog(2, 40, { tag: 'recorder' }), [sdpBody(sdp(['x', 'y'], 'recvonly'))]),
      ].join(''),
    });
    expect(
      recording.events
        .filter(({ type }) => type === 'pause' || type === 'resume')
        .map(({ type, at, lengthMs, mediaEffect }) => [type, at?.utc?.slice(17, 19), lengthMs, mediaEffect]),
    ).toEqual([
      ['pause', '20', 5_000, 'gap'],
      ['resume', '25', null, 'none'],
      ['pause', '30', 10_000, 'gap'],
      ['resume', '40', null, 'none'],
    ]);
  });

  it('do not count if the request was refused', async () => {
    const recording = await one({
      'x.txt': [
        first,
        message('INVITE', dialog(2, 20), [sdpBody(sdp(['one', 'two'], 'inactive'))]),
        message('488 Not Acceptable Here', dialog(2, 21, { method: 'INVITE' })),
      ].join(''),
    });
    expect(recording.events.map(({ type }) => type)).toEqual(['record-start']);
  });

  it('have the label of the only medium that is held', async () => {
    const half = sdp(['one', 'two']).replace('a=sendonly\na=label:two', 'a=inactive\na=label:two');
    const recording = await one({ 'x.txt': first + message('INVITE', dialog(2, 20), [sdpBody(half)]) });
    expect(recording.events.at(-1)).toMatchObject({ type: 'pause', raw: 'inactive: label two' });
  });
});

describe('texts', () => {
  it('keeps a text of one session unchanged, and splits one of several into its messages', async () => {
    const invite = message('INVITE', { callId, cseq: 1 }, [metadataBody(complete)]);
    const kept = await read({ 'one.txt': invite + message('BYE', { callId, cseq: 2 }) });
    expect(kept.recordings[0]?.provenance).toMatchObject([{ kind: 'sidecar', path: 'one.txt', text: null }]);
    expect(kept.tables).toEqual([]);
    const cut = await read({ 'all.log': invite + message('BYE', { callId: 'other@192.0.2.1', cseq: 9 }) });
    expect(cut.recordings.map(({ key }) => key).sort()).toEqual([callId, 'other@192.0.2.1']);
    expect(cut.recordings.find(({ key }) => key === callId)?.provenance).toMatchObject([{ kind: 'row', row: 1, text: invite }]);
    expect(cut.tables).toMatchObject([{ path: 'all.log', records: 2, byStatus: { 'row-without-audio': 2 } }]);
    expect(cut.findings).toEqual(['I236 other@192.0.2.1']);
  });

  it('finds the messages and loses no part of a text', () => {
    const all = [
      message('INVITE', { callId, cseq: 1 }, [metadataBody(complete)]),
      message('200 OK', { callId, cseq: 1, method: 'INVITE' }),
      message('BYE', { callId, cseq: 2 }),
    ];
    const stamped = all.map((each, index) => `Jan 12\n2024-05-01 10:00:0${index}.123 192.0.2.1:5060 -> 192.0.2.2:5060\n${each}\n------\n`).join('');
    const cut = cutMessages(stamped);
    expect(cut.join('')).toBe(stamped);
    expect(cut.map((piece) => [readMessage(piece).cseq?.number, readMessage(piece).time])).toEqual([
      [1, '2024-05-01 10:00:00.123'],
      [1, '2024-05-01 10:00:01.123'],
      [2, '2024-05-01 10:00:02.123'],
    ]);
    // A fragment of a message inside a body is not a message.
    expect(cutMessages(message('NOTIFY', { callId, cseq: 5 }, [{ type: 'message/sipfrag', text: 'SIP/2.0 200 OK' }]))).toHaveLength(1);
  });

  it('recognises messages with their time on a separate line, and messages without a separator', () => {
    const short = (time: string, id: string): string => `2024-05-01 10:00:${time} BYE sip:a@b SIP/2.0\nCall-ID: ${id}\n`;
    const cut = cutMessages(`${short('01', 'a')}${short('02', 'b')}\n<x>BYE sip:a@b SIP/2.0\nCall-ID: c\n`).map(readMessage);
    expect(cut.map(({ callId, time }) => [callId, time])).toEqual([
      ['a', '2024-05-01 10:00:01'],
      ['b', '2024-05-01 10:00:02'],
      ['c', null],
    ]);
  });

  it('reads a text of only first lines in linear time', () => {
    expect(cutMessages('INVITE sip:a@b SIP/2.0\n'.repeat(200_000))).toHaveLength(1);
  });

  it('reads short header names, folded headers, quoted boundaries, a missing last boundary', () => {
    const body = ['--a b', 'Content-Type: application/rs-metadata+xml', '', complete, '--a b', 'content-type:application/sdp', '', sdp(['one'])].join(
      '\n',
    );
    const read = readMessage(
      `INVITE sip:x SIP/2.0\ni: short@192.0.2.1\nCSeq: 7\n INVITE\nf: <sip:a>;tag=q\nc: multipart/mixed;\n boundary="a b"\n\n${body}`,
    );
    expect([read.callId, read.cseq, read.fromTag]).toEqual(['short@192.0.2.1', { number: 7, method: 'INVITE' }, 'q']);
    expect([read.metadata.length, read.sdp?.map(({ label }) => label)]).toEqual([1, ['one']]);
  });

  it('reports damaged metadata, keeps it, and reads the rest', async () => {
    const damaged =
      message('INVITE', { callId, cseq: 1 }, [metadataBody(complete.slice(0, complete.indexOf('</session>')))]) +
      message('UPDATE', { callId, cseq: 2 }, [metadataBody(complete)]);
    const imported = await read({ 'x.txt': damaged });
    expect(imported.findings.map((line) => line.slice(0, 4))).toEqual(['I231', 'T122']);
    expect(people(imported.recordings[0] as Recording)).toHaveLength(2);
    const none = await read({ 'x.xml': complete.slice(0, 300) });
    expect(none.recordings.map(({ reconciliation }) => reconciliation.status)).toEqual(['parse-error']);
  });

  it('never keeps pressed keys', async () => {
    const info = message('INFO', { callId, cseq: 3 }, [{ type: 'application/dtmf-relay', text: 'Signal=7\nDuration=160\n' }]);
    expect(withoutDigits(info)).toContain('Signal=\r\nDuration=160');
    expect(withoutDigits(message('INFO', { callId, cseq: 3 }, [{ type: 'application/dtmf', text: '7' }])).endsWith('\r\n\r\n')).toBe(true);
    const imported = await read({
      'x.log': message('INVITE', { callId, cseq: 1 }, [metadataBody(complete)]) + info + message('BYE', { callId: 'b', cseq: 1 }),
    });
    expect(imported.findings).toContain(`I237 ${callId}`);
    expect(JSON.stringify(imported)).not.toContain('Signal=7');
  });

  it('reports that labels of metadata and description differ', async () => {
    const imported = await read({ 'x.txt': message('INVITE', { callId, cseq: 1 }, [sdpBody(sdp(['one', 'three'])), metadataBody(complete)]) });
    expect(imported.recordings[0]?.findings).toMatchObject([{ code: 'I234', message: expect.stringContaining('1 label of the metadata') }]);
  });

  it('reports that the recorder refused the session', async () => {
    const recording = await one({
      'x.txt':
        message('INVITE', { callId, cseq: 1 }, [metadataBody(complete)]) + message('503 Service Unavailable', { callId, cseq: 1, method: 'INVITE' }),
    });
    expect(recording.quality).toEqual([{ name: 'sip-status', value: '503' }]);
  });
});

describe('audio', () => {
  const invite = message('INVITE', { callId, cseq: 1 }, [metadataBody(complete)]);

  it.each([
    ['the session id', { 'x.txt': invite, 'audio/session-0001__.wav': wav(1) }, 'matched'],
    ['the Call-ID, escaped', { 'x.txt': invite, 'audio/dialog-1%40192.0.2.10.wav': wav(1) }, 'matched'],
    ['the Call-ID and more', { 'x.txt': invite, 'audio/20240501_dialog-1@192.0.2.10.wav': wav(1) }, 'matched'],
    ['a folder of the id', { 'x.txt': invite, 'audio/dialog-1@192.0.2.10/mix.wav': wav(1) }, 'matched'],
    ['its own name', { 'meta/2024/a.txt': invite, 'audio/2024/a.wav': wav(1), 'audio/2023/a.wav': wav(2) }, 'matched'],
    ['the only folder', { 'one/INVITE.txt': invite, 'one/audio.wav': wav(1), 'two/audio.wav': wav(2) }, 'matched'],
    ['the top of the source', { 'INVITE.txt': invite, 'audio.wav': wav(1) }, 'matched-by-window'],
    ['ids of its streams', { 'x.txt': invite, 'a/s-label-one.wav': wav(1), 'a/s-label-two.wav': wav(2) }, 'split-audio'],
  ])('is joined by %s', async (_, files, status) => {
    const { recordings } = await read(files);
    expect(recordings.find(({ key }) => key === callId)?.reconciliation.status).toBe(status);
  });

  it('is not joined if a folder has several sessions, and then belongs to none', async () => {
    const second = message('INVITE', { callId: 'dialog-2@192.0.2.10', cseq: 1 }, [metadataBody(complete.replaceAll(session, 'session-0002=='))]);
    const imported = await read({
      'f/1.txt': invite,
      'f/2.txt': second,
      'f/dialog-1@192.0.2.10.wav': wav(1),
      'f/other.wav': wav(2),
      'g/x.wav': wav(3),
    });
    expect(brief(imported)).toMatchObject({
      [callId]: { status: 'matched', media: ['unknown f/dialog-1@192.0.2.10.wav'] },
      'dialog-2@192.0.2.10': { status: 'row-without-audio' },
      'other.wav': { status: 'audio-without-row' },
    });
    expect(imported.findings).toEqual([]);
  });

  it('makes one recording of a document and the messages of its session, which have other keys', async () => {
    const recording = await one({ 'a.xml': complete, 'a.txt': invite + message('BYE', { callId, cseq: 2 }), 'session-0001==.wav': wav(1) });
    expect(recording.reconciliation.status).toBe('matched');
    expect(recording.provenance).toHaveLength(2);
    expect(people(recording)).toHaveLength(2);
  });
});

/** A segment of TCP. */
const tcp = (payload: Uint8Array, sequence: number): Uint8Array => bytesOf(be16(5060, 5060), be32(sequence, 0), be16(0x5018, 8192, 0, 0), payload);

describe('captures', () => {
  const invite = text(message('INVITE', { callId, cseq: 1 }, [sdpBody(sdp(['one', 'two'])), metadataBody(complete)]));
  const bye = text(message('BYE', { callId, cseq: 2 }));
  const ordinary = text(message('INVITE', { callId: 'ordinary', cseq: 1 }, [sdpBody(sdp(['one']))]));
  const segments = (whole: Uint8Array, from: number): readonly (readonly [number, Uint8Array])[] =>
    Array.from(
      { length: Math.ceil(whole.length / 600) },
      (_, index) => [from + index * 600, whole.subarray(index * 600, index * 600 + 600)] as const,
    );

  it.each([
    ['UDP', [udp(invite, 5060, 5060), udp(ordinary, 5060, 5060), udp(bye, 5060, 5060)].map((payload) => ipv4(payload))],
    ['TCP', segments(bytesOf(invite, ordinary, bye), 0xffff_ff00).map(([sequence, payload]) => ipv4(tcp(payload, sequence >>> 0), { protocol: 6 }))],
    [
      'TCP, segments swapped and repeated',
      segments(bytesOf(invite, bye), 1_000)
        .flatMap((each, index, all) => (index === 1 ? [all[2] ?? each, each] : index === 2 ? [each] : [each, each]))
        .map(([sequence, payload]) => ipv4(tcp(payload, sequence), { protocol: 6 })),
    ],
    ['the other direction', [ipv4(udp(invite, 5060, 5060)), ipv4(udp(bye, 5060, 5060), { from: bob, to: alice })]],
  ])('give the messages of their recording sessions: %s', async (_, packets) => {
    const capture = pcapFile(packets.map((packet, index) => ({ microseconds: index * 1e6, bytes: ether(packet) })));
    const source = memorySource({ 'rs.pcap': capture });
    expect(await siprec.recognise(source, { ...options, scratch: '' }, new AbortController().signal)).toBe(
      'files with SIP messages of recording sessions: 1, audio: 1',
    );
    const imported = await importAll(siprec, source);
    expect(imported.recordings).toHaveLength(1);
    expect(imported.recordings[0]).toMatchObject({
      key: callId,
      reconciliation: { status: 'matched', rule: 'the capture that its messages are in, records: 2' },
      media: [{ path: 'rs.pcap', kind: 'pcap' }],
    });
    expect(imported.recordings[0]?.events.map(({ type }) => type)).toEqual(['record-start', 'record-stop']);
    expect(imported.recordings[0]?.events[0]?.at?.utc).toBe('2001-09-09T01:46:40.000Z');
    expect(imported.tables).toMatchObject([{ path: 'rs.pcap', records: 2, byStatus: { matched: 2 } }]);
    expect(imported.findings).toEqual([]);
  });

  it('of ordinary calls are only media', async () => {
    const source = memorySource({ 'x.pcap': pcapFile([{ microseconds: 0, bytes: ether(ipv4(udp(ordinary))) }]) });
    expect(await siprec.recognise(source, { ...options, scratch: '' }, new AbortController().signal)).toBe(null);
    expect((await importAll(siprec, source)).tables).toEqual([]);
  });
});

describe('any export', () => {
  const files = [...siprecSample()];
  it('keeps every file and message once, when reduced, doubled and renamed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray(files), fc.constantFrom('', 'a/b/', 'x.tar!', 'y.zip!c/'), fc.boolean(), async (some, below, twice) => {
        const doubled = twice ? some.map(([path, bytes]) => [`copy/${path}`, bytes] as const) : [];
        const imported = await importAll(
          siprec,
          memorySource(Object.fromEntries([...some, ...doubled].map(([path, bytes]) => [below + path, bytes]))),
        );
        // `importAll` has counted all entries and rows; a session is one recording, however often its messages occur.
        const calls = imported.recordings.filter(({ provenance }) => provenance.some(({ kind }) => kind !== 'name'));
        const once = await importAll(siprec, memorySource(Object.fromEntries(some)));
        expect(calls.map(({ key }) => key).sort()).toEqual(
          once.recordings
            .filter(({ provenance }) => provenance.some(({ kind }) => kind !== 'name'))
            .map(({ key }) => key)
            .sort(),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('reads truncated and changed texts without a throw', async () => {
    const whole = [...avaya('x'), oracle, broadWorks].join('\n');
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(whole.length), fc.string({ maxLength: 20 }), async (from, to, between) => {
        await importAll(
          siprec,
          memorySource({ 'a.txt': whole.slice(from) + between + whole.slice(0, to), 'b.xml': whole.slice(0, from) + between + whole.slice(to) }),
        );
      }),
      { numRuns: 60 },
    );
  });
});
