import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { answer, codesOf } from '../answers.ts';
import { g711ByFfmpeg, packetsByTshark, played, streamsByTshark } from '../capture-judge.ts';

const shared = fileURLToPath(new URL('../../../../shared/samples/', import.meta.url));

/** Samples of one stream by tshark's payloads and times and FFmpeg's G.711, from its first packet to its last. */
function expected(packets: ReturnType<typeof packetsByTshark>, type: number, law: 'mulaw' | 'alaw'): number[] {
  const first = packets[0]?.timestamp ?? 0;
  const line: number[] = [];
  for (const { timestamp, payload, type: own } of packets) {
    if (own !== type) continue;
    const at = (timestamp - first) | 0;
    while (line.length < at) line.push(0);
    for (const [index, sample] of g711ByLaw(law, payload).entries()) line[at + index] = sample;
  }
  return line;
}
const tables = new Map<string, Int16Array>();
function g711ByLaw(law: 'mulaw' | 'alaw', payload: Uint8Array): Int16Array {
  const table =
    tables.get(law) ??
    g711ByFfmpeg(
      law,
      Uint8Array.from({ length: 256 }, (_, code) => code),
    );
  tables.set(law, table);
  return Int16Array.from(payload, (code) => table[code] ?? 0);
}

describe.skipIf(!existsSync(`${shared}audio/asterisk_testsuite`))('captures of third parties', () => {
  test.each([
    ['audio/asterisk_testsuite/40msalaw.pcap', 8, 'alaw', ['F277']],
    ['audio/asterisk_testsuite/CARRIER_G711U.pcap', 0, 'mulaw', ['F277', 'F263']],
    ['audio/asterisk_testsuite/ulaw-2013785496.pcap', 0, 'mulaw', ['F277', 'F264']],
    ['audio/debian_sip-tester/g711a.pcap', 8, 'alaw', ['F277']],
  ] as const)('%s has the samples of tshark and FFmpeg, each at its place', async (name, type, law, codes) => {
    const bytes = readFileSync(`${shared}${name}`);
    const found = await answer(bytes, 'x.pcap');
    expect(codesOf(found)).toEqual(codes);
    const packets = packetsByTshark(bytes);
    const result = await played(bytes, found);
    expect(result.codes).toEqual([]);
    expect(result.channels.length).toBe(1);
    expect(
      Buffer.from(Int16Array.from(result.channels[0] ?? []).buffer).equals(Buffer.from(Int16Array.from(expected(packets, type, law)).buffer)),
    ).toBe(true);
    expect(found.tracks[0]?.packets?.sizes.length).toBe(packets.filter((packet) => packet.type === type).length);
    const lost = streamsByTshark(bytes).reduce((sum, stream) => sum + stream.lost, 0);
    const told = found.findings.find(({ code }) => code === 'F263')?.message ?? ': 0 of';
    expect(told).toContain(`: ${lost} of`);
  });

  test.each(['00/29', '01/29'])('calls in a tar of VoIPmonitor (%s) have the packets and losses that tshark counts', async (minute) => {
    const tar = readFileSync(
      `${shared}recorders/voipmonitor/three-calls-utc/2025-10-26/${minute}/RTP/rtp_2025-10-26-${minute.replace('/', '-')}.tar`,
    );
    for (let at = 0; tar[at] !== 0; ) {
      const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8);
      const bytes = tar.subarray(at + 512, at + 512 + size);
      at += 512 + Math.ceil(size / 512) * 512;
      const found = await answer(bytes, 'x.pcap');
      const packets = packetsByTshark(bytes);
      const sources = [...new Set(packets.map(({ ssrc }) => ssrc))]; // in the order of their first packets
      const streams = streamsByTshark(bytes).sort((a, b) => sources.indexOf(a.ssrc) - sources.indexOf(b.ssrc));
      expect(found.tracks.map(({ packets }) => packets?.sizes.length)).toEqual(streams.map(({ packets }) => packets));
      expect(codesOf(found)).toEqual(['F263']);
      expect(found.findings[0]?.message).toContain(
        `channel 1: ${streams[1]?.lost} of ${(streams[1]?.packets ?? 0) + (streams[1]?.lost ?? 0)} packets`,
      );
      for (const [channel, ssrc] of sources.entries()) {
        const own = expected(
          packets.filter((packet) => packet.ssrc === ssrc),
          8,
          'alaw',
        );
        const heard = (await played(bytes, found)).channels[channel] ?? [];
        const begin = heard.findIndex((sample) => sample !== 0) - own.findIndex((sample) => sample !== 0);
        expect(heard.slice(begin, begin + own.length)).toEqual(own);
      }
    }
  });

  test('a call of rtpengine has both sides in their places', async () => {
    const bytes = readFileSync(`${shared}recorders/rtpengine/pcaps/trade-4711%40pbx.example-b18ac0b357ee55ae.pcap`);
    const found = await answer(bytes, 'x.pcap');
    expect(codesOf(found)).toEqual([]);
    const packets = packetsByTshark(bytes);
    const sources = [...new Set(packets.map(({ ssrc }) => ssrc))];
    const result = await played(bytes, found);
    expect(result.channels.length).toBe(2);
    for (const [channel, ssrc] of sources.entries()) {
      const own = expected(
        packets.filter((packet) => packet.ssrc === ssrc),
        8,
        'alaw',
      );
      const heard = result.channels[channel] ?? [];
      const begin = heard.findIndex((sample) => sample !== 0) - own.findIndex((sample) => sample !== 0);
      expect(heard.slice(begin, begin + own.length)).toEqual(own);
      // The second begins at its arrival, within the jitter of its first packets.
      const arrival = (packets.find((packet) => packet.ssrc === ssrc)?.seconds ?? 0) - (packets[0]?.seconds ?? 0);
      expect(Math.abs(begin / 8_000 - arrival)).toBeLessThan(0.02);
    }
  });

  test.each([
    ['opus-2013785496.pcap', 725],
    ['16_bit_48khz_60_fec_rtp.pcapng', 3_000],
  ])('Opus in %s is recognised without signalling, and every packet is present', async (name, count) => {
    const bytes = readFileSync(`${shared}audio/asterisk_testsuite/${name}`);
    const found = await answer(bytes, name);
    expect(codesOf(found)).toContain('F268');
    const packets = packetsByTshark(bytes);
    const table = found.tracks[0]?.packets;
    expect(table?.sizes.length).toBe(count);
    const first = packets[0]?.timestamp ?? 0;
    const opus = packets.filter(({ type }) => type === packets[0]?.type);
    expect([...(table?.positions ?? [])]).toEqual(opus.map(({ timestamp }) => timestamp - first));
    expect([...(table?.sizes ?? [])]).toEqual(opus.map(({ payload }) => payload.length));
    const last = opus.at(-1)?.timestamp ?? 0;
    expect((await played(bytes, found)).channels.map((channel) => channel.length)).toEqual([last - first + 960]);
  });

  test.each([
    ['audio/irontec_sngrep/ipv6frag.pcap', '1 call in the signalling'],
    ['audio/sindresorhus_file-type/fixture-big-endian.pcap', '0 calls'],
    ['audio/sindresorhus_file-type/fixture-little-endian.pcap', '0 calls'],
    ['audio/asterisk_testsuite/ssrc1.pcap', '0 calls'],
    ['audio/debian_sip-tester/dtmf_2833_1.pcap', '0 calls'],
  ])('%s holds no sound of a call, and is reported as such', async (name, words) => {
    const found = await answer(readFileSync(`${shared}${name}`), 'x.pcap');
    expect(found).toMatchObject({ state: 'header-only', tracks: [] });
    expect(codesOf(found)).toEqual(['F260']);
    expect(found.findings[0]?.message).toContain(words);
  });

  test('a call among other traffic is found by its signalling', async () => {
    const bytes = readFileSync(`${shared}audio/irontec_sngrep/aaa.pcap`);
    const found = await answer(bytes, 'aaa.pcap');
    expect(codesOf(found)).toEqual(['F277']);
    expect(found.basis).toContain('channel 0 is the caller');
    const packets = packetsByTshark(bytes).filter(({ ssrc }) => ssrc === '0x3796cb71');
    expect((await played(bytes, found)).channels).toEqual([expected(packets, 8, 'alaw')]);
  });
});
