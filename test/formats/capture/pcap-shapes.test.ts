import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mulawValues } from '../../../formats/codecs/waveform/g711.ts';
import type { Identification } from '../../../src/core/model/format.ts';
import { answer, answers, codesOf } from '../answers.ts';
import { alice, alice6, be16, be32, bob, ether, type Frame, ipv4, ipv6, pcapFile, pcapngBlocks, rtp, sip, udp } from '../capture-builder.ts';
import { packetsByTshark, played, streamsByTshark } from '../capture-judge.ts';
import { join, pack, randomBytes, text, voice } from '../wave/builder.ts';

const count = 24;
const speech = pack(voice(count * 160), 'mulaw');
const sound = [...speech].map((code) => mulawValues[code] ?? 0);
const piece = (index: number): Uint8Array => speech.subarray(index * 160, (index + 1) * 160);
const zeros = (length: number): number[] => new Array<number>(length).fill(0);

/** One direction of a call, packet by packet: RTP fields, and their encapsulation. */
function oneWay(
  wrap: (rtp: Uint8Array, index: number) => Uint8Array | readonly Uint8Array[],
  change: (index: number) => Partial<Parameters<typeof rtp>[0]> = () => ({}),
): Frame[] {
  return Array.from({ length: count }, (_, index) => {
    const packet = rtp({ sequence: 100 + index, timestamp: 8_000 + index * 160, payload: piece(index), ...change(index) });
    const frames = wrap(packet, index);
    return (frames instanceof Uint8Array ? [frames] : frames).map((bytes, part) => ({ microseconds: index * 20_000 + part, bytes }));
  }).flat();
}

const plain = (packet: Uint8Array): Uint8Array => ether(ipv4(udp(packet)));

/** The capture is one call with these samples, and tshark sees the same number of packets. */
async function holds(bytes: Uint8Array, samples: readonly number[], codes: readonly string[], packets = count): Promise<Identification> {
  const found = await answer(bytes, 'x.pcap');
  expect(codesOf(found)).toEqual(codes);
  const result = await played(bytes, found);
  expect(result.codes).toEqual([]);
  expect(result.channels).toEqual([samples]);
  expect(packetsByTshark(bytes).length).toBe(packets);
  return found;
}

describe('frames of every kind of link hold the same call', () => {
  const gre = (flags: number, type: number, options: Uint8Array, inner: Uint8Array): Uint8Array =>
    ipv4(join(be16(flags, type), options, inner), { protocol: 47 });
  test.each<readonly [string, number, (packet: Uint8Array) => Uint8Array]>([
    ['Ethernet', 1, plain],
    ['VLAN', 1, (packet) => ether(ipv4(udp(packet)), 0x0800, [[0x8100, 5]])],
    [
      'QinQ',
      1,
      (packet) =>
        ether(ipv4(udp(packet)), 0x0800, [
          [0x88a8, 5],
          [0x8100, 6],
        ]),
    ],
    ['MPLS', 1, (packet) => ether(join(be32(0x00010040), be32(0x00020140), ipv4(udp(packet))), 0x8847)],
    ['PPPoE', 1, (packet) => ether(join(Uint8Array.of(0x11, 0), be16(1, 2 + ipv4(udp(packet)).length, 0x0021), ipv4(udp(packet))), 0x8864)],
    ['Linux cooked', 113, (packet) => join(be16(0, 1, 6), new Uint8Array(8), be16(0x0800), ipv4(udp(packet)))],
    ['Linux cooked 2', 276, (packet) => join(be16(0x0800, 0), be32(2), be16(1), Uint8Array.of(0, 6), new Uint8Array(8), ipv4(udp(packet)))],
    ['raw IP', 101, (packet) => ipv4(udp(packet))],
    ['raw IPv4', 228, (packet) => ipv4(udp(packet))],
    ['raw IPv6', 229, (packet) => ipv6(udp(packet))],
    ['BSD loopback', 0, (packet) => join(Uint8Array.of(2, 0, 0, 0), ipv4(udp(packet)))],
    ['OpenBSD loopback', 108, (packet) => join(be32(2), ipv4(udp(packet)))],
    ['IPv4 with options', 1, (packet) => ether(ipv4(udp(packet), { options: 2 }))],
    ['IP in IP', 1, (packet) => ether(ipv4(ipv4(udp(packet)), { protocol: 4 }))],
    ['IPv6 in IPv4', 1, (packet) => ether(ipv4(ipv6(udp(packet)), { protocol: 41 }))],
    ['GRE', 1, (packet) => ether(gre(0, 0x0800, new Uint8Array(0), ipv4(udp(packet))))],
    ['GRE with key and number', 1, (packet) => ether(gre(0x3000, 0x0800, new Uint8Array(8), ipv4(udp(packet))))],
    ['bridged GRE', 1, (packet) => ether(gre(0, 0x6558, new Uint8Array(0), plain(packet)))],
    ['ERSPAN', 1, (packet) => ether(gre(0x1000, 0x88be, join(be32(7), be32(0x10010000), be32(0)), plain(packet)))],
    ['VXLAN', 1, (packet) => ether(ipv4(udp(join(be32(0x08000000, 0x00002a00), plain(packet)), 3_333, 4_789)))],
    [
      'IPv6 with extension headers',
      1,
      (packet) =>
        ether(
          ipv6(udp(packet), {
            headers: [
              [0, Uint8Array.of(0, 1, 4, 0, 0, 0, 0)],
              [60, Uint8Array.of(0, 1, 4, 0, 0, 0, 0)],
            ],
          }),
          0x86dd,
        ),
    ],
    ['an atomic IPv6 fragment', 1, (packet) => ether(ipv6(udp(packet), { headers: [[44, Uint8Array.of(0, 0, 0, 0, 0, 0, 9)]] }), 0x86dd)],
  ])('%s', async (_, linkType, wrap) => {
    await holds(pcapFile(oneWay(wrap), { linkType }), sound, ['F277']);
  });

  test('RTP with sources, an extension and padding', async () => {
    await holds(pcapFile(oneWay(plain, () => ({ csrc: 3, extension: 2, padding: 8 }))), sound, ['F277']);
  });

  test('IPv4 fragments in any order, twice, and between others', async () => {
    const wrap = (packet: Uint8Array, index: number): Uint8Array[] => {
      const whole = udp(packet);
      const parts = [
        ipv4(whole.subarray(0, 64), { id: index, place: 0, more: true }),
        ipv4(whole.subarray(64, 128), { id: index, place: 64, more: true }),
        ipv4(whole.subarray(128), { id: index, place: 128 }),
      ].map((part) => ether(part));
      return index % 3 === 0
        ? parts
        : index % 3 === 1
          ? [...parts].reverse()
          : [parts[1], parts[1], parts[2], parts[0]].flatMap((part) => part ?? []);
    };
    await holds(pcapFile(oneWay(wrap)), sound, ['F277']);
  });

  test('IPv6 fragments', async () => {
    const wrap = (packet: Uint8Array, index: number): Uint8Array[] => {
      const whole = udp(packet);
      const part = (from: number, to: number, more: number): Uint8Array =>
        ether(ipv6(whole.subarray(from, to), { headers: [[44, join(Uint8Array.of(0), be16(from | more), be32(index))]] }), 0x86dd);
      return [part(0, 80, 1), part(80, whole.length, 0)];
    };
    // tshark cannot check their checksum of 0, and accepts them all the same.
    await holds(pcapFile(oneWay(wrap)), sound, ['F277']);
  });

  test('fragments that are never completed are counted, and affect nothing else', async () => {
    const frames = oneWay(plain);
    const stray = ether(ipv4(udp(new Uint8Array(40)).subarray(0, 24), { id: 9, more: true }));
    await holds(pcapFile([{ microseconds: 0, bytes: stray }, ...frames]), sound, ['F274', 'F277']);
  });

  test('an unknown link type is reported', async () => {
    const found = await answer(pcapFile(oneWay(plain), { linkType: 147 }), 'x.pcap');
    expect(codesOf(found)).toEqual(['F273', 'F260']);
    expect(found.findings[0]?.message).toBe('24 of 24 frames are of link type 147');
  });
});

describe('captures of every kind hold the same call', () => {
  test.each([
    ['little-endian', { big: false }],
    ['big-endian', { big: true }],
    ['nanoseconds', { magic: 0xa1b23c4d }],
    ['nanoseconds, big-endian', { magic: 0xa1b23c4d, big: true }],
    ['modified', { magic: 0xa1b2cd34 }],
  ])('pcap, %s', async (_, options) => {
    await holds(pcapFile(oneWay(plain), options), sound, ['F277']);
  });

  test.each([false, true])('pcapng with all kinds of blocks, several interfaces and sections (big-endian: %s)', async (big) => {
    const { section, face, enhanced, obsolete, simple, block, option } = pcapngBlocks(big);
    const other = pcapngBlocks(!big);
    const frames = oneWay(plain);
    const bytes = join(
      section(),
      block(0x0bad, join(option(2988, text('something')), be32(0))),
      face(101),
      face(1, 9),
      ...frames.slice(0, 6).map((frame) => enhanced(frame, 1, 1e9)),
      block(5, join(be32(0, 0, 0))),
      ...frames.slice(6, 10).map((frame) => obsolete({ ...frame, bytes: frame.bytes.subarray(14) }, 0)),
      other.section(),
      other.face(1, 0x80 | 20),
      ...frames.slice(10, 18).map((frame) => other.enhanced(frame, 0, 2 ** 20)),
      section(),
      face(1),
      ...frames.slice(18, 22).map((frame) => enhanced(frame)),
      ...frames.slice(22).map((frame) => simple(frame)),
    );
    const found = await answer(bytes, 'x');
    expect(found.format).toBe('pcapng');
    expect(codesOf(found)).toEqual(['F277']);
    expect((await played(bytes, found)).channels).toEqual([sound]);
  });

  test('a truncated capture gives its packets and reports what is missing', async () => {
    const whole = pcapFile(oneWay(plain));
    await holds(whole.subarray(0, whole.length - 10), sound.slice(0, 23 * 160), ['F103', 'F277'], 23);
  });

  test('a record of impossible size ends the parsing and is an error', async () => {
    const bytes = join(pcapFile(oneWay(plain)), new Uint8Array(16).fill(0xee), new Uint8Array(500));
    const found = await answer(bytes, 'x.pcap');
    expect(found.state).toBe('damaged');
    expect(codesOf(found)).toEqual(['F261', 'F277']);
    expect((await played(bytes, found)).channels).toEqual([sound]);
  });
});

describe('the time line of one side', () => {
  test('lost packets are silence of their duration, and tshark counts the same number', async () => {
    const bytes = pcapFile(oneWay(plain).filter((_, index) => ![5, 6, 17].includes(index)));
    const silent = sound.map((sample, at) => ([5, 6, 17].includes(Math.floor(at / 160)) ? 0 : sample));
    const found = await holds(bytes, silent, ['F277', 'F263'], 21);
    expect(found.findings[1]?.message).toBe('channel 0: 3 of 24 packets; silent in 2 places for 0.060 s of loss (longest 0.040 s)');
    expect(streamsByTshark(bytes)).toEqual([{ ssrc: '0x00001234', packets: 21, lost: 3 }]);
  });

  test('sequence and timestamp wrap', async () => {
    await holds(pcapFile(oneWay(plain, (index) => ({ sequence: 65_530 + index, timestamp: 0xffffffff - 1_000 + index * 160 }))), sound, ['F277']);
  });

  test('packets that are out of order or duplicated are put in order', async () => {
    const frames = oneWay(plain);
    const order = [1, 0, 2, 2, 3, 4, 7, 6, 5, 5, ...Array.from({ length: 16 }, (_, index) => index + 8)];
    const bytes = pcapFile(order.map((index, place) => ({ microseconds: place * 18_000, bytes: frames[index]?.bytes ?? new Uint8Array(0) })));
    const found = await holds(bytes, sound, ['F277', 'F276'], 26);
    expect(found.findings[1]?.message).toMatch(/^channel 0: 2 packets repeated, \d after a later one$/);
  });

  test('a capture that has everything twice is played once', async () => {
    const found = await holds(
      pcapFile(oneWay((packet) => [plain(packet), ether(ipv4(udp(packet)), 0x0800, [[0x8100, 5]])])),
      sound,
      ['F277', 'F276'],
      2 * count,
    );
    expect(found.findings[1]?.message).toBe('channel 0: 24 packets repeated, 0 after a later one');
  });

  test('any order within reach and any losses give the same time line as the timestamps alone', async () => {
    const frames = oneWay(plain);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(4), fc.integer({ min: 0, max: 3 })), { minLength: count, maxLength: count }), async (plan) => {
        // Each packet arrives up to 4 places late, and some not at all; first and last do, so that the time line has its length.
        const kept = frames
          .map((frame, index) => ({ frame, index, place: index + (index === 0 ? 0 : (plan[index]?.[0] ?? 0)) }))
          .filter(({ index }) => index === 0 || index === count - 1 || (plan[index]?.[1] ?? 1) > 0)
          .sort((a, b) => a.place - b.place || a.index - b.index);
        const bytes = pcapFile(kept.map(({ frame, place }) => ({ ...frame, microseconds: place * 20_000 })));
        const found = await answer(bytes, 'x.pcap');
        const there = new Set(kept.map(({ index }) => index));
        expect((await played(bytes, found)).channels).toEqual([sound.map((sample, at) => (there.has(Math.floor(at / 160)) ? sample : 0))]);
      }),
      { numRuns: 40 },
    );
  });

  test('a pause with comfort noise is silence of the right length and not a loss', async () => {
    const frames = oneWay(plain, (index) => ({
      timestamp: 8_000 + index * 160 + (index >= 10 ? 3_200 : 0),
      ...(index === 10 || index === 11 ? { type: index === 10 ? 13 : 19, payload: Uint8Array.of(60) } : {}),
    }));
    const samples = [...sound.slice(0, 1_600), ...zeros(3_200 + 320), ...sound.slice(12 * 160)];
    const found = await holds(pcapFile(frames), samples, ['F277', 'F264']);
    expect(found.findings[1]?.message).toContain('silent in 1 place for 0.440 s where the sender paused');
  });

  test('telephone events are silence, and the keys are not reported', async () => {
    const frames = oneWay(plain, (index) =>
      index >= 8 && index < 13 ? { type: 101, timestamp: 8_000 + 8 * 160, payload: Uint8Array.of(7, 10, 0, (index - 7) * 32) } : {},
    );
    const samples = sound.map((sample, at) => (at >= 8 * 160 && at < 13 * 160 ? 0 : sample));
    const found = await holds(pcapFile(frames), samples, ['F277', 'F264']);
    expect(JSON.stringify(found.findings)).toContain('5 packets of telephone events; silent in 1 place for 0.100 s of telephone events');
  });

  test('another source that takes over is the same side, placed by the time of arrival', async () => {
    const frames = oneWay(plain, (index) => (index < 12 ? {} : { ssrc: 0x9999, sequence: 7_000 + index, timestamp: 123_456 + index * 160 })).map(
      (frame, index) => (index < 12 ? frame : { ...frame, microseconds: frame.microseconds + 500_000 }),
    );
    const samples = [...sound.slice(0, 12 * 160), ...zeros(4_000), ...sound.slice(12 * 160)];
    await holds(pcapFile(frames), samples, ['F277', 'F265']);
  });

  test('a jump of the timestamps without another source is placed by the time of arrival', async () => {
    const frames = oneWay(plain, (index) => (index < 12 ? {} : { sequence: 30_000 + index, timestamp: 5_000_000 + index * 160 })).map(
      (frame, index) => (index < 12 ? frame : { ...frame, microseconds: frame.microseconds + 1_000_000 }),
    );
    const samples = [...sound.slice(0, 12 * 160), ...zeros(8_000), ...sound.slice(12 * 160)];
    await holds(pcapFile(frames), samples, ['F277', 'F265']);
  });

  test('a source that pauses while another plays, and comes back, is in its place before and after', async () => {
    const held = oneWay(plain, (index) => ({ timestamp: 8_000 + index * 160 + (index < 12 ? 0 : 40_000) })).map((frame, index) =>
      index < 12 ? frame : { ...frame, microseconds: frame.microseconds + 5_000_000 },
    );
    const music = oneWay(plain, (index) => ({ ssrc: 0x555, sequence: index, timestamp: index * 160 })).map((frame) => ({
      ...frame,
      microseconds: frame.microseconds + 1_240_000,
    }));
    const frames = [...held, ...music].sort((a, b) => a.microseconds - b.microseconds);
    const samples = [...sound.slice(0, 1_920), ...zeros(8_000), ...sound, ...zeros(40_000 - 8_000 - sound.length), ...sound.slice(1_920)];
    await holds(pcapFile(frames), samples, ['F277', 'F264', 'F265'], 2 * count);
  });

  test('a stray packet with another sequence is omitted, and reported', async () => {
    const frames = oneWay(plain);
    const stray = { microseconds: 200_001, bytes: plain(rtp({ sequence: 40_000, timestamp: 77, payload: piece(3) })) };
    const found = await holds(pcapFile([...frames.slice(0, 11), stray, ...frames.slice(11)]), sound, ['F277', 'F265'], count + 1);
    expect(found.findings[1]?.message).toBe('channel 0: 0 times, 1 stray packet left out');
  });

  test('a sender that stops its clock during pauses keeps the pause', async () => {
    const frames = oneWay(plain).map((frame, index) => (index < 12 ? frame : { ...frame, microseconds: frame.microseconds + 30_000_000 }));
    await holds(pcapFile(frames), [...sound.slice(0, 12 * 160), ...zeros(240_000), ...sound.slice(12 * 160)], ['F277', 'F265']);
  });

  test('a network that stalls and then delivers everything at once changes nothing', async () => {
    const frames = oneWay(plain).map((frame, index) => (index < 5 || index > 20 ? frame : { ...frame, microseconds: 20 * 20_000 + index }));
    const late = frames.map((frame, index) => (index <= 20 ? frame : { ...frame, microseconds: 21 * 20_000 + (index - 21) * 20_000 }));
    await holds(pcapFile(late), sound, ['F277']);
  });

  test('a phone that counts milliseconds is played at its own pace', async () => {
    const found = await holds(pcapFile(oneWay(plain, (index) => ({ timestamp: 77 + index * 20 }))), sound, ['F277', 'F269']);
    expect(found.findings[1]?.message).toBe('channel 0: 1000 ticks per second; G.711 mu-law has 8000');
  });

  test.each([100, 240, 320])('a sender whose clock advances %i ticks per packet is played at the pace at which it sent', async (ticks) => {
    const found = await holds(pcapFile(oneWay(plain, (index) => ({ timestamp: 5 + index * ticks }))), sound, ['F277', 'F269']);
    expect(found.findings[1]?.message).toBe(`channel 0: ${ticks * 50} ticks per second; G.711 mu-law has 8000`);
  });

  test('truncated packets of a capture are played as far as they go', async () => {
    const bytes = pcapFile(oneWay(plain), { snapBytes: 54 + 100 });
    await holds(bytes, sound.map((sample, at) => (at % 160 < 100 ? sample : 0)).slice(0, -60), ['F277', 'F266']);
  });

  test('meaningless times of arrival are not used', async () => {
    const frames = [
      ...oneWay(plain),
      ...oneWay(
        (packet) => ether(ipv4(udp(packet, 5_000, 4_000), { from: bob, to: alice })),
        () => ({ ssrc: 5 }),
      ),
    ];
    const longer = Array.from({ length: 60 }, (_, index) => ({
      microseconds: 0,
      bytes: plain(rtp({ sequence: index, timestamp: index * 160, payload: piece(index % count) })),
    }));
    const still = [...longer, ...frames.slice(count)].map(({ bytes }) => ({ microseconds: 0, bytes }));
    const found = await answer(pcapFile(still), 'x.pcap');
    expect(codesOf(found)).toEqual(['F272']);
    const { channels } = await played(pcapFile(still), found);
    expect(channels[1]?.slice(0, sound.length)).toEqual(sound);
  });
});

describe('traffic that is not sound', () => {
  test('RTCP, STUN, TURN channels, DTLS and ZRTP on the same ports are skipped', async () => {
    const others = [
      Uint8Array.of(0x80, 200, 0, 6, ...new Uint8Array(24)),
      Uint8Array.of(0x81, 201, 0, 7, ...new Uint8Array(28)),
      Uint8Array.of(0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, ...new Uint8Array(12)),
      Uint8Array.of(0x40, 1, 0, 20, ...new Uint8Array(20)),
      Uint8Array.of(23, 0xfe, 0xfd, ...new Uint8Array(40)),
      Uint8Array.of(0x10, 0, ...new Uint8Array(40)),
    ];
    const frames = oneWay((packet, index) => [plain(packet), plain(others[index % others.length] ?? new Uint8Array(0))]);
    const found = await answer(pcapFile(frames), 'x.pcap');
    expect(codesOf(found)).toEqual(['F277']);
    expect((await played(pcapFile(frames), found)).channels).toEqual([sound]);
  });

  test('encrypted packets are recognised by their size and by their bytes, and are never played', async () => {
    const longer = pcapFile(oneWay(plain, (index) => ({ payload: randomBytes(170, index + 1) })));
    const alike = pcapFile(
      Array.from({ length: 100 }, (_, index) => ({
        microseconds: index * 20_000,
        bytes: plain(rtp({ sequence: index, timestamp: index * 160, payload: randomBytes(160, index + 1) })),
      })),
    );
    for (const bytes of [longer, alike]) {
      const found = await answer(bytes, 'x.pcap');
      expect(codesOf(found)).toEqual(['F277', 'F267']);
      expect(await played(bytes, found)).toEqual({ channels: [], rateHz: 0, codes: ['M107'] });
    }
  });

  test('after a handshake of DTLS nothing is played', async () => {
    const hello: Frame = {
      microseconds: 0,
      bytes: ether(ipv4(udp(Uint8Array.of(22, 0xfe, 0xff, ...new Uint8Array(40)), 5_000, 4_000), { from: bob, to: alice })),
    };
    const found = await answer(pcapFile([hello, ...oneWay(plain, () => ({ type: 18, payload: randomBytes(20, 1) }))]), 'x.pcap');
    expect(codesOf(found)).toEqual(['F277', 'F267']);
    expect(found.tracks[0]?.codecName).toBe('G.729 in SRTP, encrypted');
  });

  test('a dynamic payload type without a description that fits nothing is reported and not played', async () => {
    const bytes = pcapFile(oneWay(plain, (index) => ({ type: 99, payload: randomBytes(31, index + 1) })));
    const found = await answer(bytes, 'x.pcap');
    expect(codesOf(found)).toEqual(['F277', 'F278']);
    expect(await played(bytes, found)).toEqual({ channels: [], rateHz: 0, codes: ['M107'] });
  });
});

describe('signalling', () => {
  const caller = (frames: readonly Frame[] = oneWay(plain)): readonly Frame[] => frames;
  const callee = oneWay(
    (packet) => ether(ipv4(udp(packet, 5_000, 4_000), { from: bob, to: alice })),
    (index) => ({ ssrc: 0x77, payload: speech.subarray((count - 1 - index) * 160, (count - index) * 160) }),
  );
  const backwards = Array.from({ length: count }, (_, index) => sound.slice((count - 1 - index) * 160, (count - index) * 160)).flat();
  const signal = (bytes: Uint8Array, microseconds = 0): Frame => ({ microseconds, bytes: ether(ipv4(udp(bytes, 5_060, 5_060))) });
  const early = (frames: readonly Frame[]): Frame[] => frames.map((frame) => ({ ...frame, microseconds: frame.microseconds + 1_000_000 }));

  const segment = (payload: Uint8Array, sequence: number): Uint8Array =>
    ether(ipv4(join(be16(5_060, 5_060), be32(sequence, 0), be16(0x5018, 8_192, 0, 0), payload), { protocol: 6 }));

  test.each([
    ['one datagram', (bytes: Uint8Array) => [signal(bytes)]],
    [
      'three segments of TCP',
      (bytes: Uint8Array) =>
        [0, 200, 400].map((at) => ({ microseconds: at, bytes: segment(bytes.subarray(at, at === 400 ? undefined : at + 200), at) })),
    ],
  ] as const)('both media of a recording session are played, although both are sent to the recorder: %s', async (_, sent) => {
    const second = oneWay(
      (packet) => ether(ipv4(udp(packet, 4_002, 5_002))),
      (index) => ({ ssrc: 0x77, payload: speech.subarray((count - 1 - index) * 160, (count - index) * 160) }),
    );
    const lines = (port: number): string[] => ['a=label:10', `m=audio ${port} RTP/AVP 0`, 'a=label:20'];
    const frames = [
      ...sent(sip({ port: 4_000, media: 'RTP/AVP 0', lines: lines(4_002) })),
      signal(sip({ answer: true, port: 5_000, media: 'RTP/AVP 0', lines: ['m=audio 5002 RTP/AVP 0'] }), 500_000),
      ...early(second),
      ...early(caller()).map((frame) => ({ ...frame, microseconds: frame.microseconds + 100_000 })),
    ].sort((a, b) => a.microseconds - b.microseconds);
    const found = await answer(pcapFile(frames), 'x.pcap');
    expect(codesOf(found)).toEqual([]);
    expect(found.basis).toContain('channel 0 is the first medium of a recording session');
    expect((await played(pcapFile(frames), found)).channels).toEqual([
      [...zeros(800), ...sound],
      [...backwards, ...zeros(800)],
    ]);
  });

  test('the caller is on channel 0 although the callee spoke first', async () => {
    const frames = [
      signal(sip({ port: 4_000, media: 'RTP/AVP 0' })),
      signal(sip({ answer: true, port: 5_000, media: 'RTP/AVP 0' }), 500_000),
      ...early(callee),
      ...early(caller()).map((frame) => ({ ...frame, microseconds: frame.microseconds + 100_000 })),
    ].sort((a, b) => a.microseconds - b.microseconds);
    const found = await answer(pcapFile(frames), 'x.pcap');
    expect(codesOf(found)).toEqual([]);
    expect((await played(pcapFile(frames), found)).channels).toEqual([
      [...zeros(800), ...sound],
      [...backwards, ...zeros(800)],
    ]);
    const unsignalled = pcapFile(frames.slice(2));
    expect((await played(unsignalled, await answer(unsignalled, 'x.pcap'))).channels).toEqual([
      [...backwards, ...zeros(800)],
      [...zeros(800), ...sound],
    ]);
  });

  test('defines dynamic payload types', async () => {
    const lines = ['a=rtpmap:99 PCMU/8000', 'a=rtpmap:98 telephone-event/8000', 'a=fmtp:98 0-16'];
    const frames = [
      signal(sip({ port: 4_000, media: 'RTP/AVP 99 98', lines })),
      signal(sip({ answer: true, port: 5_000, media: 'RTP/AVP 99 98', lines }), 500_000),
      ...early(oneWay(plain, (index) => (index === 4 ? { type: 98, payload: Uint8Array.of(5, 0x8a, 0, 160) } : { type: 99 }))),
    ];
    const found = await answer(pcapFile(frames), 'x.pcap');
    expect(codesOf(found)).toEqual(['F277', 'F264']);
    expect((await played(pcapFile(frames), found)).channels).toEqual([sound.map((sample, at) => (Math.floor(at / 160) === 4 ? 0 : sample))]);
  });

  test('with keys prevents playing, unless the bytes are plainly sound', async () => {
    const keys = ['a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'];
    const set = (media: string, lines: readonly string[] = keys): Frame[] => [
      signal(sip({ port: 4_000, media, lines })),
      signal(sip({ answer: true, port: 5_000, media, lines }), 500_000),
    ];
    const secret = pcapFile([...set('RTP/SAVP 0'), ...early(oneWay(plain))]);
    const found = await answer(secret, 'x.pcap');
    expect(codesOf(found)).toEqual(['F277', 'F267']);
    expect((await played(secret, found)).channels).toEqual([]);
    const long = Array.from({ length: 100 }, (_, index) => ({
      microseconds: 1_000_000 + index * 20_000,
      bytes: plain(rtp({ sequence: index, timestamp: index * 160, payload: piece(index % count) })),
    }));
    const decrypted = pcapFile([...set('UDP/TLS/RTP/SAVPF 0', ['a=fingerprint:sha-256 00']), ...long]);
    expect(codesOf(await answer(decrypted, 'x.pcap'))).toEqual(['F277']);
  });

  test('of several calls the longest is played, and the others are reported with their lengths', async () => {
    const second = Array.from({ length: 60 }, (_, index) => ({
      microseconds: 5_000_000 + index * 20_000,
      bytes: ether(ipv4(udp(rtp({ sequence: index, timestamp: index * 160, payload: piece(index % count), ssrc: 3 }), 6_000, 7_000))),
    }));
    const bytes = pcapFile([...oneWay(plain), ...second]);
    const found = await answer(bytes, 'x.pcap');
    expect(codesOf(found)).toEqual(['F262', 'F277']);
    expect(found.findings[0]?.message).toBe('1 beside the one of 1.200 s: 0.460 s');
    expect((await played(bytes, found)).channels[0]?.length).toBe(60 * 160);
  });

  test('the same source captured on another link is not a second call', async () => {
    const again = oneWay((packet) => ether(ipv4(udp(packet, 9_000, 9_002), { from: bob, to: [203, 0, 113, 9] })));
    const found = await answer(pcapFile([...oneWay(plain), ...again.slice(0, 20)].sort((a, b) => a.microseconds - b.microseconds)), 'x.pcap');
    expect(codesOf(found)).toEqual(['F270', 'F277']);
  });

  test('a relay that was captured on both of its sides is played once', async () => {
    const relay = [203, 0, 113, 9];
    const frames = [
      signal(sip({ port: 4_000, media: 'RTP/AVP 0' })),
      signal(sip({ port: 6_000, address: '203.0.113.9', media: 'RTP/AVP 0' }), 10),
      signal(sip({ answer: true, port: 5_000, media: 'RTP/AVP 0' }), 500_000),
      signal(sip({ answer: true, port: 6_002, address: '203.0.113.9', media: 'RTP/AVP 0' }), 500_010),
      ...early(oneWay((packet) => ether(ipv4(udp(packet, 4_000, 6_002), { to: relay })))),
      ...early(oneWay((packet) => ether(ipv4(udp(packet, 6_000, 5_000), { from: relay })))),
    ].sort((a, b) => a.microseconds - b.microseconds);
    const found = await answer(pcapFile(frames), 'x.pcap');
    expect(codesOf(found)).toEqual(['F270', 'F277']);
    expect((await played(pcapFile(frames), found)).channels).toEqual([sound]);
  });

  test('another call whose senders use the same SSRC is another call', async () => {
    const later = oneWay(
      (packet) => ether(ipv4(udp(packet, 9_000, 9_002))),
      (index) => ({ timestamp: 1_000_000 + index * 160, sequence: 500 + index }),
    );
    const bytes = pcapFile([...oneWay(plain), ...later.map((frame) => ({ ...frame, microseconds: frame.microseconds + 60_000_000 }))]);
    expect(codesOf(await answer(bytes, 'x.pcap'))).toEqual(['F262', 'F277']);
  });

  test('of two sources that overlap in one direction the one with more packets is played, and the other is reported', async () => {
    const long = (ssrc: number, packets: number): Frame[] =>
      Array.from({ length: packets }, (_, index) => ({
        microseconds: index * 20_000 + ssrc,
        bytes: plain(rtp({ sequence: index + ssrc, timestamp: index * 160, payload: piece((index + ssrc) % count), ssrc })),
      }));
    const frames = [...long(1, 200), ...long(2, 190)].sort((a, b) => a.microseconds - b.microseconds);
    const found = await answer(pcapFile(frames), 'x.pcap');
    expect(codesOf(found)).toEqual(['F271', 'F277']);
    expect(found.findings[0]?.message).toBe('1 stream of 190 packets');
    expect((await played(pcapFile(frames), found)).channels).toEqual([
      Array.from({ length: 200 }, (_, index) => sound.slice(((index + 1) % count) * 160, ((index + 1) % count) * 160 + 160)).flat(),
    ]);
  });

  test('video is not sound, even if nothing says so and it lasts longer', async () => {
    const pictures = Array.from({ length: 200 }, (_, index) => ({
      microseconds: index * 10_000,
      bytes: ether(
        ipv4(
          udp(
            rtp({ sequence: index, timestamp: Math.floor(index / 4) * 3_600, type: 96, payload: randomBytes(900, index + 1), ssrc: 8 }),
            4_002,
            5_002,
          ),
        ),
      ),
    }));
    const frames = [...oneWay(plain), ...pictures].sort((a, b) => a.microseconds - b.microseconds);
    const found = await answer(pcapFile(frames), 'x.pcap');
    expect(codesOf(found)).toEqual(['F277']);
    expect((await played(pcapFile(frames), found)).channels).toEqual([sound]);
  });

  test('changed bytes anywhere never cause a throw, and played data is within the file', async () => {
    const { section, face, enhanced } = pcapngBlocks();
    const frames = [signal(sip({ port: 4_000, media: 'RTP/AVP 0 98' })), ...early(caller()), ...early(callee)];
    const files = [pcapFile(frames), join(section(), face(), ...frames.map((frame) => enhanced(frame)))];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 60 }),
        fc.nat(),
        async (file, changes, cut) => {
          const bytes = file.slice(0, cut % 3 === 0 ? cut % file.length : file.length);
          for (const [at, value] of changes) if (bytes.length > 24) bytes[12 + (at % (bytes.length - 12))] = value;
          const [found] = await answers(bytes, 'x.pcap');
          for (const { packets } of found?.tracks ?? []) {
            packets?.offsets.forEach((offset, index) => {
              expect(offset + (packets.sizes[index] ?? 0)).toBeLessThanOrEqual(bytes.length);
            });
          }
          // Changed times may state a day of silence: that is checked by the length, and not decoded here.
          if (found?.tracks.every(({ frames }) => (frames ?? 0) < 1e6)) await played(bytes, found);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('no message or basis contains a name or number of a caller', async () => {
    const frames = [signal(sip({ port: 4_000, media: 'RTP/AVP 0', call: 'secret-id' })), ...early(caller())];
    const found = await answer(pcapFile(frames), 'x.pcap');
    expect(JSON.stringify([found.findings, found.basis])).not.toMatch(/secret|sip:|test|192\.0|caller@/);
  });

  test('IPv6 addresses in descriptions match those in packets', async () => {
    const body = ['v=0', 'o=- 1 1 IN IP6 ::1', 's=-', 'c=IN IP6 2001:db8::1', 't=0 0', 'm=audio 4000 RTP/AVP 0', ''].join('\r\n');
    const head = ['INVITE sip:b@test SIP/2.0', 'From: <sip:a@test>;tag=x', 'i: 5', 'CSeq: 1 INVITE', '', ''].join('\r\n');
    const to = (packet: Uint8Array): Uint8Array => ether(ipv6(udp(packet, 5_000, 4_000), { from: alice6.with(15, 2), to: alice6 }), 0x86dd);
    const found = await answer(pcapFile([signal(text(head + body)), ...early(oneWay(to))]), 'x.pcap');
    expect(found.basis).toContain('channel 1 is the callee');
  });
});
