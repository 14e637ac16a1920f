import { describe, expect, it } from 'vitest';
import { withSignalling } from '../../../importers/engine/signalling.ts';
import { looseFiles } from '../../../importers/loose-files/importer.ts';
import { generic } from '../../../importers/mapping/importer.ts';
import { voipmonitor } from '../../../importers/voipmonitor/importer.ts';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import { alice, be16, be32, bob, ether, type Frame, ipv4, pcapFile, pcapngBlocks, udp } from '../../formats/capture-builder.ts';
import { storedMember } from '../../formats/packed-builder.ts';
import { importAll } from '../import-all.ts';
import { media } from '../media.ts';
import { memorySource } from '../memory-source.ts';

const startMs = Date.parse('2025-10-26T00:29:56.120Z');
/** Frames of the builder begin in 2001. */
const microseconds = (atMs: number): number => (startMs - 1_000_000_000_000 + atMs) * 1_000;
/** A TCP segment (RFC 9293, section 3.1). */
const tcp = (payload: Uint8Array, sequence: number): Uint8Array =>
  Buffer.concat([be16(5_060, 5_060), be32(sequence, 0), be16(0x5018, 8_192, 0, 0), payload]);

interface Message {
  readonly first?: string;
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly more?: readonly string[];
  readonly body?: string;
  /** After the start. */
  readonly atMs?: number;
}

/** A frame with a SIP message. */
function message({ first = 'INVITE sip:2001@pbx.example SIP/2.0', atMs = 0, ...parts }: Message): Frame {
  const {
    from = '"Åsa \\"A\\" Öberg" <sip:+442079460012@pbx.example;user=phone>;tag=1',
    to = '<sip:2001@pbx.example>',
    callId = 'a@x',
    more = [],
    body = '',
  } = parts;
  const cseq = `CSeq: 1 ${/^SIP/.test(first) ? 'INVITE' : first.split(' ')[0]}`;
  const text = [first, `From: ${from}`, `To: ${to}`, `Call-ID: ${callId}`, cseq, ...more, `Content-Length: ${body.length}`, '', body].join('\r\n');
  return { microseconds: microseconds(atMs), bytes: ether(ipv4(udp(Buffer.from(text), 5_060, 5_060), { from: alice, to: bob })) };
}

const capture = (...messages: Message[]): Uint8Array => pcapFile(messages.map(message));
const spool = 'spool/2025-10-26/02/29/SIP/a@x.pcap';
const run = async (
  files: Record<string, string | Uint8Array>,
  importer = voipmonitor,
  given: Parameters<typeof importAll>[2] = { zone: 'Europe/Stockholm' },
) => importAll(withSignalling(importer), memorySource(files), given);
const parties = ({ recordings }: Awaited<ReturnType<typeof run>>) =>
  recordings.map((recording) => recording.parties.map(({ role, phone, name }) => `${role} ${phone?.raw ?? ''} ${name ?? '-'}`));

describe('a capture without a row', () => {
  it('gives parties, Call-ID, start and headers of its INVITE, with their provenance', async () => {
    const { recordings, findings } = await run({
      [spool]: capture(
        { more: ['User-Agent: Phone 1', 'X-Order: 4711', 'Proxy-Authorization: Digest secret'] },
        { atMs: 40, more: ['User-Agent: again'] },
        { atMs: 8_000, first: 'BYE sip:2001@pbx.example SIP/2.0', to: '<sip:2001@pbx.example>;tag=2' },
      ),
    });
    expect(recordings).toMatchObject([
      {
        parties: [
          { role: 'caller', name: 'Åsa "A" Öberg', phone: { raw: 'sip:+442079460012@pbx.example', e164: '+442079460012' } },
          { role: 'callee', name: null, phone: { raw: 'sip:2001@pbx.example', extension: '2001' } },
        ],
        callStart: { utc: '2025-10-26T00:29:56.120Z', certainty: 'exact', basis: 'epoch' },
        extra: [
          { name: 'start according to the name', value: '2025-10-26 02:29' },
          { name: 'sip user-agent', value: 'Phone 1' },
          { name: 'sip x-order', value: '4711' },
        ],
        provenance: [{ kind: 'name' }, { kind: 'signalling', path: spool, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
        reconciliation: { rule: expect.stringContaining('the first INVITE') },
      },
    ]);
    expect(recordings[0]?.correlation).toContainEqual({ name: 'sip-call-id', value: 'a@x' });
    expect(findings).toEqual(['I246 export']);
  });

  it('has the caller that the network asserts, and keeps the one that the phone states', async () => {
    const asserted = { from: '<sip:anonymous@anonymous.invalid>;tag=1', more: ['P-Asserted-Identity: "Front desk" <tel:+442079460034>, <sip:x@y>'] };
    const imported = await run({ [spool]: capture(asserted) });
    expect(parties(imported)).toEqual([['caller tel:+442079460034 Front desk', 'callee sip:2001@pbx.example -']]);
    expect(imported.recordings[0]?.extra).toContainEqual({ name: 'sip from', value: 'sip:anonymous@anonymous.invalid' });
  });

  it('is read by every importer, over TCP, with short and folded headers', async () => {
    const text = 'INVITE sip:b@x SIP/2.0\r\nf: sip:%2B442079460012@x;tag=1\r\nt:\r\n <sip:2001@x>\r\ni: short@x\r\nl: 0\r\n\r\n';
    const bytes = Buffer.from(text);
    const halves = [bytes.subarray(0, 60), bytes.subarray(60)];
    const frames = halves.map(
      (half, at): Frame => ({
        microseconds: microseconds(at),
        bytes: ether(ipv4(tcp(half, 1_000 + at * 60), { from: alice, to: bob, protocol: 6 })),
      }),
    );
    const imported = await run({ 'call.pcap': pcapFile(frames) }, looseFiles);
    expect(parties(imported)).toEqual([['caller sip:+442079460012@x -', 'callee sip:2001@x -']]);
    expect(imported.recordings[0]?.callStart?.utc).toBe('2025-10-26T00:29:56.120Z');
  });

  it('is read as pcapng, with and without times, and packed by VoIPmonitor', async () => {
    const { section, face, enhanced, simple } = pcapngBlocks();
    const frame = message({});
    const both = [['caller sip:+442079460012@pbx.example Åsa "A" Öberg', 'callee sip:2001@pbx.example -']];
    const timed = await run({ 'call.pcapng': Buffer.concat([section(), face(), enhanced(frame)]) }, looseFiles);
    expect([parties(timed), timed.recordings[0]?.callStart?.utc]).toEqual([both, '2025-10-26T00:29:56.120Z']);
    const untimed = await run({ 'call.pcapng': Buffer.concat([section(), face(), simple(frame)]) }, looseFiles);
    expect([parties(untimed), untimed.recordings[0]?.callStart]).toEqual([both, null]);
    expect(parties(await run({ [spool]: storedMember('LZO', capture({})) }))).toEqual(both);
  });

  it('without an INVITE, with one inside a call, with one of a recording session, or damaged gives nothing', async () => {
    for (const file of [
      capture({ first: 'SIP/2.0 200 OK' }),
      capture({ to: '<sip:2001@pbx.example>;tag=2' }),
      capture({ more: ['Require: siprec'] }),
      capture({ body: '--b\r\nContent-Type: application/rs-metadata+xml\r\n\r\n<recording/>' }),
      capture({}).subarray(0, 60),
    ]) {
      const { recordings, findings } = await run({ [spool]: file });
      expect([recordings.map((each) => each.parties), findings]).toEqual([[[]], []]);
    }
  });
});

it('of which only the beginning is read says so, packed ones too', async () => {
  const file = capture({}, ...Array.from({ length: 50 }, (_, at) => ({ first: 'SIP/2.0 180 Ringing', atMs: at })));
  for (const bytes of [file, storedMember('LZO', file)]) {
    const found = await media.signallingOf(memoryReader(bytes, 'x'), 'x.pcap', 2_000, new AbortController().signal);
    expect([found?.invites.length, found?.isWhole]).toEqual([1, false]);
    const whole = await media.signallingOf(memoryReader(bytes, 'x'), 'x.pcap', 1 << 20, new AbortController().signal);
    expect([whole?.invites.length, whole?.isWhole]).toEqual([1, true]);
  }
});

describe('several legs in a capture', () => {
  const inner: Message = { callId: 'b@pbx', from: '"PBX" <sip:+442079460012@pbx.example>;tag=3', to: '<sip:1001@desk.example>', atMs: 300 };

  it('are one call if an exchange adds one with the same caller: the first is the call, the others add their Call-IDs', async () => {
    const imported = await run({ 'call.pcap': capture(inner, {}) }, looseFiles);
    expect(parties(imported)).toEqual([['caller sip:+442079460012@pbx.example Åsa "A" Öberg', 'callee sip:2001@pbx.example -']]);
    expect(imported.recordings[0]).toMatchObject({
      correlation: [
        { name: 'sip-call-id', value: 'a@x' },
        { name: 'sip-call-id', value: 'b@pbx' },
      ],
      extra: [{ name: 'sip further leg to', value: 'sip:1001@desk.example' }],
    });
    const session = (local: string): readonly string[] => [`Session-ID: ab30317f1a784dc48ff824d0d3715d86;remote=${local}`];
    const renamed = await run(
      { 'call.pcap': capture({ more: session('1') }, { ...inner, from: '<sip:trunk@pbx.example>;tag=3', more: session('2') }) },
      looseFiles,
    );
    expect(parties(renamed)[0]).toHaveLength(2);
  });

  it('are several calls if nothing connects them, or if one begins after the end of the first: none is used', async () => {
    const over: Message = { first: 'BYE sip:2001@pbx.example SIP/2.0', to: '<sip:2001@pbx.example>;tag=2', atMs: 100 };
    for (const file of [capture({}, { ...inner, from: '<sip:other@x>;tag=3' }), capture({}, over, inner), capture({}, { ...inner, atMs: 181_000 })]) {
      const imported = await run({ 'call.pcap': file }, looseFiles);
      expect([parties(imported), imported.recordings[0]?.correlation, imported.findings.filter((each) => each.startsWith('I24'))]).toEqual([
        [[]],
        [],
        ['I245 call.pcap'],
      ]);
    }
  });
});

describe('a capture with a row', () => {
  const mapping =
    'source.zone = "UTC"\ntable.files = "*.csv"\n[columns]\nkey = "id"\nstart = "start"\ncaller = "from"\ncallee = "to"\n[join]\ncolumn = "file"\n';
  const table = (start: string, from: string, to: string): string => `id,start,from,to,file\n1,${start},${from},${to},call.pcap\n`;
  const rowed = (row: string) => run({ 't.csv': row, 'call.pcap': capture({}) }, generic, { mapping: { name: 'm.toml', text: mapping } });

  it('has the values of the row, and no finding if both agree', async () => {
    const imported = await rowed(table('2025-10-26 00:29:58', '02079460012', '2001'));
    expect([parties(imported), imported.findings]).toEqual([[['caller 02079460012 -', 'callee 2001 -']], []]);
    expect(imported.recordings[0]?.correlation).toEqual([]);
  });

  it('has the values of the row, and a finding that names the differing fields and no number', async () => {
    const imported = await rowed(table('2025-10-26 01:29:58', '02079460099', ''));
    expect([parties(imported), imported.findings]).toEqual([[['caller 02079460099 -']], ['I244 1']]);
    expect(imported.recordings[0]?.findings[0]?.message).toBe(
      "caller, start of the recorder and of the INVITE in its capture differ; the recorder's are used",
    );
  });
});
