import { crc32 } from 'node:zlib';
import { agree } from '../../core/base/agree.ts';
import type { ByteReader } from '../../core/base/bytes.ts';
import { limits } from '../../core/base/limits.ts';
import { type InflateEnd, inflated } from '../read/inflate.ts';
import { type Member, type Packing, type Trouble, trouble } from '../read/member.ts';

/** A local file header, APPNOTE 4.3.7. */
interface LocalHeader {
  readonly name: Uint8Array;
  readonly encrypted: boolean;
  readonly method: number;
  readonly dataOffset: number;
  /** Sizes and CRC-32; null: they follow the data in a data descriptor. */
  readonly known: { readonly packedSize: number; readonly size: number; readonly crc32: number } | null;
}

/** End of a member's data, and the size that it unpacks to. */
interface Extent {
  readonly packedSize: number;
  readonly size: number;
  readonly crc32: number | null;
  /** First byte after the data and its descriptor. */
  readonly next: number;
  readonly cut: boolean;
}

/** Supported compression methods, APPNOTE 4.4.5. */
export const zipPackings: Readonly<Record<number, Packing>> = { 0: 'stored', 8: 'deflate', 9: 'deflate64' };

/**
 * Yields the members of a zip without a usable directory, by walking its local headers from the start. Skips members whose header offset is in `seen`. A
 * truncated member is included as far as it can be unpacked.
 */
export async function* salvageZip(zip: ByteReader, seen: ReadonlySet<number>, signal: AbortSignal): AsyncGenerator<Member | Trouble> {
  const bytes = metered(zip);
  let at: number | null = 0;
  while (at !== null && at + 30 <= bytes.size) {
    // Each wrong guess at the end of a member costs a search, and a hostile file could cause one per byte.
    if (bytes.spent > bytes.size * limits.salvageReads + limits.ratioFloorBytes) {
      yield trouble('S140', agree`the search for members stopped at byte ${at} of ${bytes.size}, after ${bytes.spent} byte[s] had been read`);
      return;
    }
    const header = await readLocalHeader(bytes, at, signal);
    if (header === null) {
      at = await find(bytes, localSignature, at + 1, signal);
      continue;
    }
    const packing = zipPackings[header.method];
    const extent: Extent = await measure(bytes, header, packing, signal);
    const headerOffset: number = at;
    at = extent.next;
    const { name } = header;
    const folder = name.at(-1) === 0x2f && extent.size === 0;
    if (seen.has(headerOffset) || folder) continue;
    if (header.encrypted) yield trouble('S141', agree`encrypted; its ${extent.packedSize} byte[s] cannot be read without the password`, name);
    else if (packing === undefined)
      yield trouble('S142', agree`compression method ${header.method} is not supported; its ${extent.packedSize} byte[s] [was|were] not read`, name);
    else {
      if (extent.cut) yield trouble('S144', agree`the member is truncated; ${extent.size} byte[s] of it can be unpacked`, name);
      if (extent.cut && extent.size === 0) continue;
      const { size, packedSize } = extent;
      yield { kind: 'member', name, text: null, size, modifiedMs: null, packing, offset: header.dataOffset, packedSize, crc32: extent.crc32 };
    }
  }
}

/** Signature of a local header. */
export const localSignature = Buffer.from('PK\x03\x04', 'latin1');
const descriptorSignature = Buffer.from('PK\x07\x08', 'latin1');

/** Parses the local header at `at`; null if there is none, or its fields are invalid. */
export async function readLocalHeader(bytes: ByteReader, at: number, signal: AbortSignal): Promise<LocalHeader | null> {
  const fixed = Buffer.from(await bytes.read(at, 30, signal));
  if (fixed.length < 30 || !fixed.subarray(0, 4).equals(localSignature)) return null;
  const nameLength = fixed.readUInt16LE(26);
  const extraLength = fixed.readUInt16LE(28);
  if (nameLength === 0 || nameLength > limits.nameBytes || fixed.readUInt8(4) > 63) return null; // 6.3 is the newest version
  const rest = Buffer.from(await bytes.read(at + 30, nameLength + extraLength, signal));
  const flags = fixed.readUInt16LE(6);
  let packedSize = fixed.readUInt32LE(18);
  let size = fixed.readUInt32LE(22);
  const long = zip64Sizes(rest.subarray(nameLength));
  if (long !== null && size === 0xffffffff) size = long.size;
  if (long !== null && packedSize === 0xffffffff) packedSize = long.packedSize;
  const behind = (flags & 0x0008) !== 0 && packedSize === 0;
  return {
    name: rest.subarray(0, nameLength),
    encrypted: (flags & 0x0001) !== 0,
    method: fixed.readUInt16LE(8),
    dataOffset: at + 30 + nameLength + extraLength,
    known: behind ? null : { packedSize, size, crc32: fixed.readUInt32LE(14) },
  };
}

/** Returns the sizes in the zip64 extra field of a local header, which always has both (APPNOTE 4.5.3). */
function zip64Sizes(extra: Buffer): { size: number; packedSize: number } | null {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 0x0001 || at + 20 > extra.length) continue;
    const size = Number(extra.readBigUInt64LE(at + 4));
    const packedSize = Number(extra.readBigUInt64LE(at + 12));
    return Number.isSafeInteger(size) && Number.isSafeInteger(packedSize) ? { size, packedSize } : null;
  }
  return null;
}

async function measure(bytes: ByteReader, header: LocalHeader, packing: Packing | undefined, signal: AbortSignal): Promise<Extent> {
  const { dataOffset, known } = header;
  const there = Math.max(0, bytes.size - dataOffset);
  if (known !== null && known.packedSize <= there) return { ...known, next: dataOffset + known.packedSize, cut: false };
  if (known === null) {
    const described =
      packing === 'deflate' && !header.encrypted ? await inflatedExtent(bytes, dataOffset, signal) : await describedExtent(bytes, dataOffset, signal);
    if (described !== null) return described;
  }
  const size = packing === 'stored' ? there : packing === 'deflate' && !header.encrypted ? (await run(bytes, dataOffset, signal)).size : 0;
  // The bytes after a truncated member are searched again, because a complete member may follow if the size was invalid.
  const next = (await find(bytes, localSignature, dataOffset, signal)) ?? bytes.size;
  const packedSize = next - dataOffset;
  return { packedSize, size: packing === 'stored' ? Math.min(size, packedSize) : size, crc32: null, next, cut: true };
}

/** Unpacks deflated data to find its end. */
async function run(bytes: ByteReader, from: number, signal: AbortSignal): Promise<{ size: number; crc: number; consumed: number }> {
  const end: InflateEnd = { consumed: 0, damage: null };
  let size = 0;
  let crc = 0;
  const most = Math.max(limits.ratioFloorBytes, (bytes.size - from) * limits.ratio);
  for await (const chunk of inflated(bytes.stream(from, bytes.size, signal), end)) {
    size += chunk.length;
    crc = crc32(chunk, crc);
    if (size > most) break;
  }
  return { size, crc, consumed: end.consumed };
}

/** Returns the extent of deflated data, which marks its own end; null if no matching descriptor follows. */
async function inflatedExtent(bytes: ByteReader, from: number, signal: AbortSignal): Promise<Extent | null> {
  const { size, crc, consumed } = await run(bytes, from, signal);
  const after = Buffer.from(await bytes.read(from + consumed, 24, signal));
  const sign = after.subarray(0, 4).equals(descriptorSignature) ? 4 : 0;
  if (after.length < sign + 12 || after.readUInt32LE(sign) !== crc) return null;
  const long = after.length >= sign + 20 && after.readBigUInt64LE(sign + 4) === BigInt(consumed) && after.readBigUInt64LE(sign + 12) === BigInt(size);
  if (!long && (after.readUInt32LE(sign + 4) !== consumed || after.readUInt32LE(sign + 8) !== size)) return null;
  return { packedSize: consumed, size, crc32: crc, next: from + consumed + sign + (long ? 20 : 12), cut: false };
}

/** Returns the extent of other data, which ends at a descriptor whose size equals the distance to the beginning of the data; null if there is none. */
async function describedExtent(bytes: ByteReader, from: number, signal: AbortSignal): Promise<Extent | null> {
  for (let at = await find(bytes, descriptorSignature, from, signal); at !== null; at = await find(bytes, descriptorSignature, at + 1, signal)) {
    const after = Buffer.from(await bytes.read(at, 24, signal));
    if (after.length < 16) return null;
    const packedSize = at - from;
    const crc = after.readUInt32LE(4);
    if (after.length === 24 && after.readBigUInt64LE(8) === BigInt(packedSize)) {
      return { packedSize, size: Number(after.readBigUInt64LE(16)), crc32: crc, next: at + 24, cut: false };
    }
    if (after.readUInt32LE(8) === packedSize) return { packedSize, size: after.readUInt32LE(12), crc32: crc, next: at + 16, cut: false };
  }
  return null;
}

/** Returns the offset of the next occurrence of `wanted`; null if there is none. */
async function find(bytes: ByteReader, wanted: Buffer, from: number, signal: AbortSignal): Promise<number | null> {
  let carried = Buffer.alloc(0);
  let at = from;
  for await (const piece of bytes.stream(from, bytes.size, signal)) {
    const window = Buffer.concat([carried, piece]);
    const found = window.indexOf(wanted);
    if (found !== -1) return at - carried.length + found;
    at += piece.length;
    carried = window.subarray(Math.max(0, window.length - wanted.length + 1));
  }
  return null;
}

/** Wraps a reader and counts the bytes read through it. */
export function metered(bytes: ByteReader): ByteReader & { readonly spent: number } {
  let spent = 0;
  return {
    name: bytes.name,
    size: bytes.size,
    get spent() {
      return spent;
    },
    read: async (offset, length, signal) => {
      const read = await bytes.read(offset, length, signal);
      spent += read.length;
      return read;
    },
    stream: async function* (start, end, signal) {
      for await (const piece of bytes.stream(start, end, signal)) {
        spent += piece.length;
        yield piece;
      }
    },
  };
}
