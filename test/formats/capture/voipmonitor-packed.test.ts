import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pcap } from '../../../formats/capture/pcap.ts';
import { voipmonitorPacked } from '../../../formats/capture/voipmonitor-packed.ts';
import { memoryReader } from '../../../src/core/base/bytes.ts';
import type { Format, Identification } from '../../../src/core/model/format.ts';
import { unpackedReader } from '../../../src/core/model/packed-blocks.ts';
import { joinSides } from '../../../src/media/join-sides.ts';
import { processMedium } from '../../../src/media/process-medium.ts';
import { realTools, taskOf, temporary, usual } from '../../media/medium-rig.ts';
import { codesOf, never } from '../answers.ts';
import { alice, bob, ether, ipv4, pcapFile, rtp, udp } from '../capture-builder.ts';
import { packetsByTshark, played } from '../capture-judge.ts';
import { type BlockPacker, blockJudge } from '../codecs/c-judge.ts';
import { type Packer, packedMember, storedMember } from '../packed-builder.ts';
import { join, pack, randomBytes, text, voice } from '../wave/builder.ts';

const judge = blockJudge();
const speech = pack(voice(16_000), 'mulaw');
const plain = pcapFile(
  Array.from({ length: 100 }, (_, index) => ({
    microseconds: index * 20_000,
    bytes: ether(
      ipv4(udp(rtp({ sequence: index, timestamp: index * 160, payload: speech.subarray(index * 160, (index + 1) * 160) })), { from: alice, to: bob }),
    ),
  })),
);

/** Written with the libraries that VoIPmonitor uses. */
function packedBy(packer: BlockPacker, prefix: Packer, bytes: Uint8Array, blockBytes: number): Uint8Array {
  const parts = Array.from({ length: Math.ceil(bytes.length / blockBytes) }, (_, index) =>
    bytes.subarray(index * blockBytes, (index + 1) * blockBytes),
  );
  const blocks = judge.pack(packer, parts).map((block, index) => ({ size: parts[index]?.length ?? 0, block: block ?? new Uint8Array(0) }));
  return packedMember(prefix, blocks);
}

async function look(bytes: Uint8Array, format: Format = voipmonitorPacked): Promise<Identification | null> {
  return await format.identify(memoryReader(bytes, 'a.pcap'), { name: 'a.pcap' }, never);
}
async function seen(bytes: Uint8Array, format: Format = voipmonitorPacked): Promise<Identification> {
  const found = await look(bytes, format);
  if (found === null) throw new Error('not taken');
  return found;
}
/** All output bytes. */
async function unpacked(bytes: Uint8Array): Promise<Uint8Array> {
  const { packed } = await seen(bytes);
  if (packed === undefined) throw new Error('not packed');
  return await unpackedReader(memoryReader(bytes, 'a'), packed).read(0, packed.size, never);
}

describe.each([
  ['lzo1', 'LZO'],
  ['lzo999', 'LZO'],
  ['lz4', 'LZ4'],
  ['snappy', 'SNA'],
] as const)('a capture that %s packed', (packer, prefix) => {
  test('gives the capture, and plays the same samples', async () => {
    const truth = await seen(plain, pcap);
    for (const blockBytes of [700, 16_384, 1_000_000]) {
      const bytes = packedBy(packer, prefix, plain, blockBytes);
      expect(Buffer.compare(await unpacked(bytes), plain)).toBe(0);
      const found = await seen(bytes);
      expect({ tracks: found.tracks, findings: found.findings, state: found.state }).toEqual({
        tracks: truth.tracks,
        findings: truth.findings,
        state: truth.state,
      });
      expect(await played(bytes, found)).toEqual(await played(plain, truth));
    }
  });
});

test('is kept as the original, and its copy is that of the plain capture', async () => {
  using folder = temporary();
  const tools = await realTools();
  const bytes = storedMember('LZO', plain);
  const result = await processMedium(taskOf(bytes, 'a.pcap', folder.path), tools, never);
  expect(readFileSync(joinPath(folder.path, 'original-1.pcap')).equals(bytes)).toBe(true);
  using other = temporary();
  const truth = await processMedium(taskOf(plain, 'a.pcap', other.path), tools, never);
  expect(result.format).toBe('voipmonitor-packed');
  expect(result.measurement).toEqual(truth.measurement);
  expect(result.measurement?.samples).toBe(16_000);
  expect(result.access).toEqual(truth.access);
});

test('of two sides are joined like plain ones', async () => {
  using folder = temporary();
  const tools = await realTools();
  const join = async (a: Uint8Array, b: Uint8Array, name: string) =>
    await joinSides(
      {
        sides: [taskOf(a, 'in.pcap', folder.path), taskOf(b, 'out.pcap', folder.path)],
        accessBase: joinPath(folder.path, name),
        access: { ...usual, format: 'wav' },
      },
      tools,
      never,
    );
  const packed = await join(storedMember('LZO', plain), storedMember('SNA', plain), 'packed');
  expect(packed).toMatchObject({ reason: null, findings: [], access: { channels: 2, samples: 16_000 } });
  expect((await join(plain, plain, 'plain')).access?.sha256).toBe(packed.access?.sha256);
});

describe('a damaged packed capture', () => {
  const whole = storedMember('LZO', plain, 2_000);

  test('plays what precedes the block that cannot be unpacked', async () => {
    const bytes = whole.slice();
    // The first instruction of the fifth block: a match before any output.
    bytes[3 + 4 * (8 + 2_000 + 12) + 8] = 0x40;
    const found = await seen(bytes);
    expect(found.state).toBe('damaged');
    expect(codesOf(found)[0]).toBe('F372');
    expect(found.tracks[0]?.packets?.sizes.length).toBeGreaterThan(25);
  });

  test('that ends within a block plays the complete blocks, and states where to look', async () => {
    const found = await seen(whole.subarray(0, whole.length - 500));
    expect(found.state).toBe('truncated');
    expect(codesOf(found).slice(0, 2)).toEqual(['F375', 'F103']);
  });

  test('may state more bytes than a block contains', async () => {
    const bytes = packedMember('LZO', [{ size: 1_000_000, block: judge.pack('lzo1', [plain])[0] ?? new Uint8Array(0) }]);
    expect((await seen(bytes)).findings).toEqual((await seen(plain, pcap)).findings);
  });

  test('that holds something else is not a capture', async () => {
    expect(codesOf(await seen(storedMember('SNA', speech)))).toEqual(['F374']);
  });

  test('never throws, whatever is changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 }), fc.nat(whole.length), async (changes, length) => {
        const bytes = whole.slice(0, length);
        for (const [at, value] of changes) if (at < length) bytes[at] = value;
        const found = await look(bytes);
        for (const { packets } of found?.tracks ?? [])
          for (const [at, offset] of packets?.offsets.entries() ?? [])
            expect(offset + (packets?.sizes[at] ?? 0)).toBeLessThanOrEqual(found?.packed?.size ?? 0);
      }),
      { numRuns: 150 },
    );
  });
});

test('reading at any place gives the bytes there', async () => {
  const bytes = packedBy('lzo1', 'LZO', plain, 500);
  const { packed } = await seen(bytes);
  if (packed === undefined) throw new Error('not packed');
  const reader = unpackedReader(memoryReader(bytes, 'a'), packed);
  await fc.assert(
    fc.asyncProperty(fc.nat(plain.length), fc.nat(3_000), async (offset, length) => {
      expect(await reader.read(offset, length, never)).toEqual(plain.slice(offset, offset + length));
    }),
  );
  const streamed: Uint8Array[] = [];
  for await (const part of reader.stream(100, plain.length - 5, never)) streamed.push(part.slice());
  expect(Buffer.compare(join(...streamed), plain.subarray(100, -5))).toBe(0);
});

test('other bytes are not recognised, and neither is a last piece, which has no prefix', async () => {
  for (let seed = 0; seed < 200; seed++)
    for (const prefix of ['LZO', 'LZ4', 'SNA']) expect(await look(join(text(prefix), randomBytes(500, seed)))).toBeNull();
  for (const prefix of ['LZO', 'LZ4', 'SNA']) expect(await look(text(`${prefix} is a way to pack bytes, and this is a text about it.`))).toBeNull();
  expect(await look(storedMember('LZO', plain).subarray(3))).toBeNull();
  expect(await look(plain)).toBeNull();
});

const folder = joinPath(import.meta.dirname, '../../../../shared/samples/recorders/voipmonitor');

/** Members of a tar, pieces of one name joined in order. */
function members(path: string): Map<string, Buffer> {
  const tar = readFileSync(path);
  const joined = new Map<string, Buffer>();
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const name = tar
      .toString('latin1', at, at + 100)
      .replace(/\0.*$/s, '')
      .replace(/#\d+$/, '');
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136).trim(), 8);
    joined.set(name, Buffer.concat([joined.get(name) ?? Buffer.alloc(0), tar.subarray(at + 512, at + 512 + size)]));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return joined;
}

test.skipIf(!existsSync(folder))('members written by VoIPmonitor unpack as with liblzo2, with all packets that tshark sees', async () => {
  const found = members(joinPath(folder, 'pieces-lzo-zstd/2025-10-26/00/29/RTP/rtp_2025-10-26-00-29.tar'));
  expect(found.size).toBeGreaterThan(0);
  for (const bytes of found.values()) {
    const blocks: Buffer[] = [];
    for (let at = 3; at < bytes.length; at += 8 + bytes.readUInt32LE(at + 4))
      blocks.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32LE(at + 4)));
    const truth = join(...judge.unpack('lzo1', blocks).map((block) => block ?? new Uint8Array(0)));
    expect(Buffer.compare(await unpacked(bytes), truth)).toBe(0);
    const answer = await seen(bytes);
    expect(answer.state).toBe('ok');
    const packets = answer.tracks.reduce((sum, { packets: table }) => sum + (table?.sizes.length ?? 0), 0);
    expect(packets).toBeGreaterThan(100);
    expect(packets).toBe(packetsByTshark(truth).length);
    expect((await played(bytes, answer)).channels).toEqual((await played(truth, await seen(truth, pcap))).channels);
  }
});

describe.each(['gzip', 'zstd'] as const)('a capture that is packed as a whole by %s', (program) => {
  const pack = (bytes: Uint8Array): Uint8Array => spawnSync(program, ['-c'], { input: bytes }).stdout;

  test('plays like the capture, in memory and in pieces', async () => {
    const bytes = pack(plain);
    const answer = await seen(bytes);
    expect(answer).toMatchObject({
      state: 'ok',
      basis: expect.stringContaining(`${program} at 0, which unpacks to ${plain.length} bytes: a pcap, 100 frames`),
    });
    expect(codesOf(answer)).toEqual(codesOf(await seen(plain, pcap)));
    expect((await played(bytes, answer)).channels).toEqual((await played(plain, await seen(plain, pcap))).channels);
    using folder = temporary();
    const [first, second] = [bytes.subarray(0, 700), bytes.subarray(700)];
    const task = { ...taskOf(first, 'a.pcap#1', folder.path), further: [{ kind: 'bytes', bytes: second } as const] };
    const made = await processMedium(task, await realTools(), never);
    expect(made).toMatchObject({
      format: 'voipmonitor-packed',
      state: 'ok',
      original: { path: 'original-1.pcap', sizeBytes: 700 },
      measurement: { samples: 16_000 },
    });
  });

  test('is played as far as possible if it is truncated', async () => {
    const bytes = pack(plain);
    const answer = await seen(bytes.subarray(0, -9));
    expect(answer.state).toBe('truncated');
    expect(codesOf(answer)).toContain('F375');
    // One block of zstd contains all of such a short call, and unpacks completely or not at all.
    expect(answer.tracks.length).toBe(program === 'gzip' ? 1 : 0);
    const damaged = bytes.slice();
    damaged.fill(0xff, 10, 40);
    expect(await seen(damaged)).toMatchObject({ state: 'damaged', tracks: [] });
    expect(await look(pack(text('no capture at all')))).toBeNull();
  });

  test('is not recognised if its name says something else', async () => {
    const reader = memoryReader(pack(plain), 'notes.txt');
    expect(await voipmonitorPacked.identify(reader, { name: 'notes.txt' }, never)).toBeNull();
  });
});
