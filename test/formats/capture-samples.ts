import { alice, bob, ether, type Frame, ipv4, pcapFile, pcapngBlocks, rtp, sip, udp } from './capture-builder.ts';
import type { Sample } from './make-samples.ts';
import { storedMember } from './packed-builder.ts';
import { join, pack, randomBytes, voice } from './wave/builder.ts';

const callerPort = 4_000;
const calleePort = 5_000;

/** Packets of 20 ms of one side, from `begin` microseconds on; `change` alters or omits some. */
function side(
  from: 'caller' | 'callee',
  count: number,
  options: { begin?: number; type?: number; secret?: boolean; leave?: readonly number[]; ssrc?: number } = {},
): Frame[] {
  const { begin = 0, type = 0, secret = false, leave = [], ssrc = from === 'caller' ? 0x1111 : 0x2222 } = options;
  const isCaller = from === 'caller';
  const speech = pack(voice(count * 160, isCaller ? 1 : 2), type === 8 ? 'alaw' : 'mulaw');
  return Array.from({ length: count }, (_, index) => {
    const payload = secret ? join(randomBytes(170, index + 1)) : speech.subarray(index * 160, (index + 1) * 160);
    const packet = rtp({ sequence: 65_530 + index, timestamp: 0xffffff00 + index * 160, payload, type, ssrc, marker: index === 0 });
    const datagram = isCaller ? udp(packet, callerPort, calleePort) : udp(packet, calleePort, callerPort);
    const addresses = isCaller ? { from: alice, to: bob } : { from: bob, to: alice };
    return { microseconds: begin + index * 20_000, bytes: ether(ipv4(datagram, addresses)) };
  }).filter((_, index) => !leave.includes(index));
}

const invite = (lines: readonly string[] = ['a=rtpmap:0 PCMU/8000'], media = 'RTP/AVP 0'): Frame => ({
  microseconds: 0,
  bytes: ether(ipv4(udp(sip({ port: callerPort, media, lines }), 5_060, 5_060))),
});
const answered = (lines: readonly string[] = ['a=rtpmap:0 PCMU/8000'], media = 'RTP/AVP 0'): Frame => ({
  microseconds: 900_000,
  bytes: ether(ipv4(udp(sip({ answer: true, port: calleePort, media, lines }), 5_060, 5_060), { from: bob, to: alice })),
});

const inOrder = (frames: readonly Frame[]): Frame[] => [...frames].sort((a, b) => a.microseconds - b.microseconds);
const bothSides = inOrder([...side('callee', 12, { begin: 1_000_000 }), ...side('caller', 12, { begin: 1_030_000 })]);
const capture = { format: 'pcap', state: 'ok' } as const;
const packed = { format: 'voipmonitor-packed', state: 'ok' } as const;

/** One side in a coding that SDP names: whole frames of random bits, which are valid codes of speech. */
function coded(name: string, codec: string, map: string, ticks: number, frame: (index: number) => Uint8Array): Sample {
  const lines = [`a=rtpmap:96 ${map}`, 'a=fmtp:96 octet-align=1'];
  const frames = Array.from({ length: 25 }, (_, index): Frame => {
    const packet = rtp({ sequence: index, timestamp: index * ticks, payload: frame(index), type: 96, ssrc: 0x1111, marker: index === 0 });
    return { microseconds: 1e6 + index * 20_000, bytes: ether(ipv4(udp(packet, callerPort, calleePort))) };
  });
  const bytes = pcapFile([invite(lines, 'RTP/AVP 96'), answered(lines, 'RTP/AVP 96'), ...frames]);
  return { ...capture, name, bytes, codec, findings: ['F277'] };
}
/** Octet-aligned, no mode request, one frame of a mode (RFC 4867, 4.4). */
const amrFrame = (mode: number, bytes: number, index: number): Uint8Array =>
  join(Uint8Array.of(0xf0, (mode << 3) | 4), randomBytes(bytes, index + 50));

/** Synthetic captures: calls of a quarter of a second. */
export function captureSamples(): Sample[] {
  const { section, face, enhanced } = pcapngBlocks();
  const keys = ['a=rtpmap:0 PCMU/8000', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'];
  const whole = pcapFile(bothSides);
  const cutMember = storedMember('LZ4', whole).subarray(0, -100);
  return [
    { ...capture, name: 'pcap-call.pcap', bytes: pcapFile([invite(), answered(), ...bothSides]), codec: 'mulaw', findings: [] },
    { ...capture, name: 'pcap-no-signalling.pcap', bytes: whole, codec: 'mulaw', findings: [] },
    { ...capture, name: 'pcap-cut.pcap', bytes: whole.subarray(0, whole.length - 100), codec: 'mulaw', state: 'truncated', findings: ['F103'] },
    {
      ...capture,
      name: 'pcap-losses-one-way.pcap',
      bytes: pcapFile(side('caller', 30, { leave: [10, 11, 20] }), { big: true, magic: 0xa1b23c4d }),
      codec: 'mulaw',
      findings: ['F277', 'F263'],
    },
    {
      ...capture,
      name: 'pcap-srtp.pcap',
      bytes: pcapFile([
        invite(keys, 'RTP/SAVP 0'),
        answered(keys, 'RTP/SAVP 0'),
        ...inOrder([...side('caller', 12, { begin: 1e6, secret: true }), ...side('callee', 12, { begin: 1e6 + 5, secret: true })]),
      ]),
      codec: 'unknown',
      findings: ['F267', 'F267'],
    },
    coded('pcap-amr.pcap', 'amr-nb-rtp', 'AMR/8000', 160, (index) => amrFrame(7, 31, index)),
    coded('pcap-amr-wb.pcap', 'amr-wb-rtp', 'AMR-WB/16000', 320, (index) => amrFrame(2, 32, index)),
    // Of Opus: CELT, full band, 20 ms, mono (RFC 6716, 3.1).
    coded('pcap-opus.pcap', 'opus-packets', 'opus/48000/2', 960, (index) => join(Uint8Array.of(31 << 3), randomBytes(60, index + 80))),
    {
      ...capture,
      name: 'pcap-signalling-only.pcap',
      bytes: pcapFile([invite(), answered()]),
      codec: null,
      state: 'header-only',
      findings: ['F260'],
    },
    { ...packed, name: 'voipmonitor-lzo.pcap', bytes: storedMember('LZO', whole), codec: 'mulaw', findings: [] },
    { ...packed, name: 'voipmonitor-lz4-cut.pcap', bytes: cutMember, codec: 'mulaw', state: 'truncated', findings: ['F375', 'F103'] },
    { ...packed, name: 'voipmonitor-snappy-no-capture.pcap', bytes: storedMember('SNA', randomBytes(300, 8)), codec: null, findings: ['F374'] },
    {
      format: 'pcapng',
      state: 'ok',
      name: 'pcapng-call.pcapng',
      bytes: join(section(), face(), ...[invite(), answered(), ...bothSides].map((frame) => enhanced(frame))),
      codec: 'mulaw',
      findings: [],
    },
  ];
}
