import { agree } from '../../core/base/agree.ts';
import type { ByteReader } from '../../core/base/bytes.ts';
import { limits } from '../../core/base/limits.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import { type Member, type Trouble, trouble } from '../read/member.ts';
import { readPax, readTarHeader, type TarHeader, tarBlockBytes, untilNul } from '../read/tar-header.ts';

/** Attributes from extended headers for the next member. */
interface Extension {
  readonly name?: Uint8Array;
  readonly pax: ReadonlyMap<string, Uint8Array>;
}

const nothing: Extension = { pax: new Map() };

/** Member types that are never files. Those of the second list contain no data, whatever their size field says. */
const linksAndDevices: Readonly<Record<string, readonly [code: FindingCode, what: string]>> = {
  '1': ['S111', 'a hard link to another member'],
  '2': ['S111', 'a symbolic link'],
  '3': ['S112', 'a character device'],
  '4': ['S112', 'a block device'],
  '6': ['S112', 'a FIFO'],
};

/**
 * Yields the files of a tar in stored order, and the tar's problems. Reads headers only, never data. Supports ustar, v7, GNU (long names, base-256 numbers) and
 * pax; continues after an end mark and after damaged headers.
 *
 * The package tar-stream is not used, because it reads forward only, stops at a damaged header and converts names to text. Sources: POSIX.1-2017 pax; GNU tar
 * manual, "Basic Tar Format"; tars made by VoIPmonitor. One function: the meaning of each header depends on the preceding ones.
 */
export async function* listTar(bytes: ByteReader, signal: AbortSignal): AsyncGenerator<Member | Trouble> {
  let global: ReadonlyMap<string, Uint8Array> = new Map();
  let extension = nothing;
  let zeros = 0; // zero blocks directly before `at`
  let damage: { from: number; afterEnd: boolean } | null = null;
  let afterEnd = 0; // members that follow an end mark
  let seenEnd = false;
  let cut = false;
  let at = 0;

  while (at + tarBlockBytes <= bytes.size) {
    const header = readTarHeader(await bytes.read(at, tarBlockBytes, signal));
    if (header === 'zero') {
      zeros++;
      at += tarBlockBytes;
      continue;
    }
    if (header === 'bad') {
      damage ??= { from: at, afterEnd: zeros >= 2 };
      zeros = 0;
      extension = nothing;
      at += tarBlockBytes;
      continue;
    }
    if (damage !== null) yield damaged(damage.from, at);
    else if (zeros > 0) seenEnd = true;
    damage = null;
    zeros = 0;

    let start = at + tarBlockBytes;
    if (header.sparseContinues) start = await afterSparseBlocks(bytes, start, signal);
    const extended = header.type === 'x' || header.type === 'X' || header.type === 'g' || header.type === 'L' || header.type === 'K';
    const size = extended ? header.size : (paxSize(extension.pax) ?? paxSize(global) ?? header.size);
    const dataSize = '123456'.includes(header.type) ? 0 : size;
    const there = Math.max(0, Math.min(dataSize, bytes.size - start));
    at = start + Math.ceil(dataSize / tarBlockBytes) * tarBlockBytes;

    if (extended) {
      if (there < dataSize || dataSize > limits.extendedHeaderBytes) {
        yield trouble('S128', agree`the extended header at ${start} has ${dataSize} byte[s], of which only ${there} exist; it was skipped`);
        cut ||= there < dataSize;
        continue;
      }
      const data = await bytes.read(start, dataSize, signal);
      if (header.type === 'L') extension = { ...extension, name: untilNul(data) };
      if (header.type === 'L' || header.type === 'K') continue;
      const pax = readPax(data);
      if (pax === null) yield trouble('S128', `the extended header at ${start} has inconsistent record lengths; it was skipped`);
      else if (header.type === 'g') global = new Map([...global, ...pax]);
      else extension = { ...extension, pax };
      continue;
    }

    const name = extension.pax.get('path') ?? extension.name ?? global.get('path') ?? header.name;
    const sparse = sparseName(header, extension.pax, name);
    const modifiedMs = paxTime(extension.pax) ?? paxTime(global) ?? header.modifiedMs;
    extension = nothing;
    if (seenEnd) afterEnd++;
    if (there < dataSize) {
      cut = true;
      yield trouble('S121', agree`the tar ends after ${there} of the ${dataSize} byte[s] of this member`, name);
      if (there === 0) break;
    }
    const link = linksAndDevices[header.type];
    const folder = header.type === '5' || header.type === 'D' || (header.type === '0' && name.at(-1) === 0x2f);
    if (sparse !== null) yield trouble('S125', 'a sparse member: its holes are described, not stored; it was not read', sparse);
    else if (link !== undefined) yield trouble(link[0], `${link[1]}; it has no content of its own and was not followed`, name);
    else if (!folder && header.type !== 'V') {
      if (header.type === 'M') yield trouble('S127', 'the rest of a file that begins on another volume', name);
      else if (header.type !== '0' && header.type !== '7') {
        yield trouble('S126', `a member of the unknown type 0x${header.type.charCodeAt(0).toString(16)}; it was read as a file`, name);
      }
      yield { kind: 'member', name, text: null, size: there, modifiedMs, packing: 'plain', offset: start, packedSize: there, crc32: null };
    }
  }

  const rest = cut || at >= bytes.size ? new Uint8Array(0) : await bytes.read(at, bytes.size - at, signal);
  const stray = rest.every((byte) => byte === 0) ? 0 : rest.length;
  if (damage !== null) {
    const to = at - zeros * tarBlockBytes;
    yield damage.afterEnd
      ? trouble(
          'S124',
          agree`${to + stray - damage.from} byte[s] after the end mark, from ${damage.from} on, [is|are] not tar; [it was|they were] not read`,
        )
      : damaged(damage.from, to);
  } else if (stray > 0 && zeros >= 2)
    yield trouble('S124', agree`${stray} byte[s] after the end mark, from ${at} on, [is|are] not tar; [it was|they were] not read`);
  if (afterEnd > 0) yield trouble('S123', `members after an end mark: ${afterEnd}; most programs do not show them`);
  if (!cut && zeros < 2 && damage?.afterEnd !== true) {
    yield trouble('S120', agree`the tar ends at byte ${bytes.size} without its end mark (${zeros} of 2 zero blocks, ${stray} byte[s] of a header)`);
  }
}

function damaged(from: number, to: number): Trouble {
  return trouble('S122', agree`no valid header from byte ${from} on; ${to - from} byte[s] [was|were] skipped up to the next one`);
}

/** Returns the offset after the header blocks of an old GNU sparse member. Each block states whether another one follows (byte 504). */
async function afterSparseBlocks(bytes: ByteReader, from: number, signal: AbortSignal): Promise<number> {
  let at = from;
  while (at + tarBlockBytes <= bytes.size) {
    const block = await bytes.read(at, tarBlockBytes, signal);
    at += tarBlockBytes;
    if (block[504] === 0) break;
  }
  return at;
}

/** Returns the real name of a sparse member; null for an ordinary member. Sources: GNU tar manual, "Storing Sparse Files"; star's SCHILY keys. */
function sparseName(header: TarHeader, pax: ReadonlyMap<string, Uint8Array>, name: Uint8Array): Uint8Array | null {
  const sparse = header.type === 'S' || [...pax.keys()].some((key) => key.startsWith('GNU.sparse.') || key === 'SCHILY.realsize');
  return sparse ? (pax.get('GNU.sparse.name') ?? name) : null;
}

function paxSize(pax: ReadonlyMap<string, Uint8Array>): number | null {
  const text = paxText(pax, 'size');
  const size = text !== null && /^[0-9]+$/.test(text) ? Number(text) : null;
  return size !== null && Number.isSafeInteger(size) ? size : null;
}

function paxTime(pax: ReadonlyMap<string, Uint8Array>): number | null {
  const text = paxText(pax, 'mtime');
  return text !== null && /^-?[0-9]{1,12}(\.[0-9]*)?$/.test(text) ? Math.floor(Number(text) * 1000) : null;
}

function paxText(pax: ReadonlyMap<string, Uint8Array>, key: string): string | null {
  const value = pax.get(key);
  return value === undefined || value.length > 64 ? null : Buffer.from(value).toString('latin1');
}
