import { agree } from '../../src/core/base/agree.ts';
import { type ByteReader, memoryReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { pcapHeaderBytes, readPcapHeader, walkPcap } from '../../src/core/capture/pcap-records.ts';
import { readSignalling } from '../../src/core/capture/sip-invites.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification } from '../../src/core/model/format.ts';
import { type PackedBlocks, unpackedReader } from '../../src/core/model/packed-blocks.ts';
import { unpackLz4, unpackLzo1x, unpackSnappy } from '../frames/block-codecs.ts';
import { type StreamPacker, streamPackers, type Unpacked } from '../frames/packed-stream.ts';
import { identifyCapture } from './capture.ts';

type Unpack = PackedBlocks['unpack'];

/** Methods of packing blocks, by the first three bytes (voipmonitor/sniffer, tools_dynamic_buffer.cpp). */
const packers = new Map<string, readonly [name: string, unpack: Unpack]>([
  ['LZO', ['LZO1X', unpackLzo1x]],
  ['LZ4', ['LZ4', unpackLz4]],
  ['SNA', ['Snappy', (block, _expected, most) => unpackSnappy(block, most)]],
]);
const prefixBytes = 3;
const longestPrefix = 4;
const captureNames = /\.pcap|_hash_[0-9a-f]{32}/i;
/** Size of a block's header: unpacked and packed bytes, 32 bits each, little-endian like the machines that run VoIPmonitor. */
const headerBytes = 8;

/** Result of the walk over the blocks. */
interface Walk {
  readonly blocks: PackedBlocks;
  /** The fault, as code and message of a finding; null if there is none. */
  readonly problem: readonly [code: FindingCode, message: string] | null;
  /** False if further blocks follow the requested bytes. */
  readonly isWhole: boolean;
}

/** Identifies captures of calls in the packed form that VoIPmonitor stores in its archives, under the name of a plain capture. */
export const voipmonitorPacked: Format = {
  id: 'voipmonitor-packed',
  title: 'Capture of a call, packed by VoIPmonitor',
  extensions: ['.pcap'],
  mediaType: 'application/x-voipmonitor-pcap',
  grade: 'verified',
  facts: [
    'layout: voipmonitor/sniffer at 2ec3c37, tools_dynamic_buffer.cpp and tar.cpp; files of a run of that version with LZO, whose blocks liblzo2 unpacks to the same bytes',
    'gzip: RFC 1952; zstd: RFC 8878, decompressed by the program zstd; no file of a run with either was available',
    'LZO1X: Linux, Documentation/staging/lzo.rst; LZ4: lz4, doc/lz4_Block_format.md; Snappy: google/snappy, format_description.txt; compared with liblzo2, liblz4 and libsnappy',
  ],
  async identify(bytes, { name: fileName }, signal) {
    const head = await bytes.read(0, longestPrefix, signal);
    const stream = streamPackers.find(({ magic }) => magic.every((byte, at) => head[at] === byte));
    // Any data may be packed in this way: the name must say that it is a capture.
    if (stream !== undefined) return captureNames.test(fileName) ? await identifyStream(stream, bytes, signal) : null;
    const packer = packers.get(String.fromCharCode(...head.subarray(0, prefixBytes)));
    if (packer === undefined) return null;
    const [name, unpack] = packer;
    const { blocks, problem } = await walkBlocks(bytes, unpack, signal);
    if (blocks.begins.length === 0) return null; // three letters alone prove nothing
    const findings: Finding[] = problem === null ? [] : [finding(problem[0], bytes.name, problem[1])];
    const begins = agree`VoIPmonitor's ${name} at 0, ${blocks.begins.length} block[s] that [unpacks|unpack] to ${blocks.size} byte[s]: a pcap`;
    const inner = unpackedReader(bytes, blocks);
    const isCapture = readPcapHeader(await inner.read(0, pcapHeaderBytes, signal)) !== null;
    if (problem?.[0] === tooLarge || !isCapture) {
      if (problem?.[0] !== tooLarge)
        findings.push(finding('F374', bytes.name, agree`${blocks.size} byte[s] [was|were] unpacked from ${blocks.begins.length} block[s]`));
      return {
        format: voipmonitorPacked.id,
        confidence: 'signature',
        basis: `VoIPmonitor's ${name} at 0`,
        tracks: [],
        findings,
        state: stateOf(problem, 'ok'),
      };
    }
    const answer = await identifyCapture(voipmonitorPacked.id, begins, walkPcap, inner, signal);
    return { ...answer, packed: blocks, findings: [...findings, ...answer.findings], state: stateOf(problem, answer.state) };
  },
  async signalling(bytes, { name: fileName }, mostBytes, signal) {
    const unpacked = await unpackedCapture(bytes, fileName, mostBytes, signal);
    if (unpacked === null) return null;
    const found = await readSignalling(unpacked.inner, walkPcap, mostBytes, signal);
    return { ...found, isWhole: found.isWhole && unpacked.isWhole };
  },
};

/** Returns at least the first `mostBytes` of the capture in a packed file; null if the file holds none, or one that is too large to be unpacked. */
async function unpackedCapture(
  bytes: ByteReader,
  fileName: string,
  mostBytes: number,
  signal: AbortSignal,
): Promise<{ readonly inner: ByteReader; readonly isWhole: boolean } | null> {
  const head = await bytes.read(0, longestPrefix, signal);
  const stream = streamPackers.find(({ magic }) => magic.every((byte, at) => head[at] === byte));
  const packer = packers.get(String.fromCharCode(...head.subarray(0, prefixBytes)));
  let found: { readonly inner: ByteReader; readonly isWhole: boolean };
  if (stream !== undefined) {
    if (!captureNames.test(fileName) || bytes.size > limits.wholePackedBytes) return null;
    found = { inner: memoryReader(stream.unpack(await bytes.read(0, bytes.size, signal)).bytes, bytes.name), isWhole: true };
  } else {
    if (packer === undefined) return null;
    const { blocks, isWhole } = await walkBlocks(bytes, packer[1], signal, mostBytes);
    found = { inner: unpackedReader(bytes, blocks), isWhole };
  }
  return readPcapHeader(await found.inner.read(0, pcapHeaderBytes, signal)) === null ? null : found;
}

/** Identifies a capture that was packed as a whole. */
async function identifyStream(packer: StreamPacker, bytes: ByteReader, signal: AbortSignal): Promise<Identification | null> {
  const { name } = packer;
  const begins = `${name} at 0`;
  const { bytes: inner, problem } =
    bytes.size > limits.wholePackedBytes
      ? ({ bytes: new Uint8Array(0), problem: { kind: 'large', what: `${bytes.size} packed bytes` } } satisfies Unpacked)
      : packer.unpack(await bytes.read(0, bytes.size, signal));
  const findings = problem === null ? [] : [finding(streamFindings[problem.kind], bytes.name, `${name}: ${problem.what}`)];
  const isCapture = readPcapHeader(inner.subarray(0, pcapHeaderBytes)) !== null;
  if (!isCapture) {
    if (problem === null || inner.length >= pcapHeaderBytes) return null; // something else was packed
    return {
      format: voipmonitorPacked.id,
      confidence: 'hint',
      basis: begins,
      tracks: [],
      findings,
      state: stateOf(findingOf(problem), 'ok'),
    };
  }
  const unpack: Unpack = (packed) => packer.unpack(packed).bytes;
  const blocks: PackedBlocks = {
    size: inner.length,
    begins: Float64Array.of(0),
    offsets: Float64Array.of(0),
    sizes: Uint32Array.of(bytes.size),
    unpack,
  };
  const words = agree`${begins}, which unpacks to ${inner.length} byte[s]: a pcap`;
  const answer = await identifyCapture(voipmonitorPacked.id, words, walkPcap, memoryReader(inner, bytes.name), signal);
  return { ...answer, packed: blocks, findings: [...findings, ...answer.findings], state: stateOf(findingOf(problem), answer.state) };
}

const streamFindings = { large: 'F373', cut: 'F375', damaged: 'F372', 'no-program': 'F376' } as const;

function findingOf(problem: Unpacked['problem']): Walk['problem'] {
  return problem === null ? null : [streamFindings[problem.kind], problem.what];
}

const tooLarge = 'F373';
const cut = 'F375';

function stateOf(problem: Walk['problem'], inner: Identification['state']): Identification['state'] {
  // A missing program or a limit says nothing about the file.
  if (problem === null || problem[0] === tooLarge || problem[0] === streamFindings['no-program']) return inner;
  return problem[0] === cut && inner !== 'damaged' ? 'truncated' : 'damaged';
}

/**
 * Unpacks every block once, or the blocks of at least the first `mostBytes`, and keeps the position and unpacked size of each: the size before a block may be
 * that of a larger write of which the block is only a part.
 */
async function walkBlocks(bytes: ByteReader, unpack: Unpack, signal: AbortSignal, mostBytes = Number.POSITIVE_INFINITY): Promise<Walk> {
  const begins: number[] = [];
  const offsets: number[] = [];
  const sizes: number[] = [];
  let size = 0;
  let problem: Walk['problem'] = null;
  let at = prefixBytes;
  let header = await bytes.read(at, headerBytes, signal);
  while (at < bytes.size && size < mostBytes) {
    signal.throwIfAborted();
    const where = `block ${begins.length + 1} at ${at}`;
    if (header.length < headerBytes) {
      problem = [cut, agree`${where}: ${header.length} byte[s] of its header [is|are] present`];
      break;
    }
    const view = new DataView(header.buffer, header.byteOffset, headerBytes);
    const [stated, packed] = [view.getUint32(0, true), view.getUint32(4, true)];
    const from = at + headerBytes;
    if (packed === 0 || packed > limits.packedBlockBytes) {
      problem = ['F372', agree`${where} states ${packed} byte[s]`];
      break;
    }
    if (from + packed > bytes.size) {
      problem = [cut, agree`${where} lacks ${from + packed - bytes.size} of its ${packed} byte[s]`];
      break;
    }
    const block = await bytes.read(from, packed + headerBytes, signal); // includes the header of the next block
    let made: number;
    try {
      made = unpack(block.subarray(0, packed), Math.min(stated, 4 * packed), limits.packedBlockBytes).length;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      problem = ['F372', agree`${where}, ${bytes.size - at} byte[s] before the end: ${error.message}`];
      break;
    }
    if (size + made > limits.unpackedMediumBytes || begins.length >= limits.packedBlocks) {
      problem = [tooLarge, `more than ${limits.unpackedMediumBytes} bytes or ${limits.packedBlocks} blocks`];
      break;
    }
    if (made > 0) {
      begins.push(size);
      offsets.push(from);
      sizes.push(packed);
      size += made;
    }
    at = from + packed;
    header = block.subarray(packed);
  }
  return {
    blocks: { size, begins: Float64Array.from(begins), offsets: Float64Array.from(offsets), sizes: Uint32Array.from(sizes), unpack },
    problem,
    isWhole: at >= bytes.size,
  };
}
