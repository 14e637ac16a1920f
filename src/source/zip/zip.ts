import { agree } from '../../core/base/agree.ts';
import type { ByteReader } from '../../core/base/bytes.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import { type Member, type Trouble, trouble } from '../read/member.ts';
import { hiddenMembers, type Span } from './hidden.ts';
import { type DirectoryEnd, type DirectoryRecord, directoryRecords } from './library.ts';
import { salvageZip, zipPackings } from './salvage.ts';

/** Unix file types (0xF000 of a mode) that are not files. */
const notFiles: Readonly<Record<number, readonly [code: FindingCode, what: string]>> = {
  40960: ['S111', 'a symbolic link; it was not followed'],
  4096: ['S112', 'a FIFO; it has no content'],
  8192: ['S112', 'a character device; it has no content'],
  24576: ['S112', 'a block device; it has no content'],
  49152: ['S112', 'a socket; it has no content'],
};

/**
 * Yields the files of a zip in the order of its central directory, and the zip's problems. If the directory is missing or damaged, walks the local headers
 * instead. Reads each member's local header, so that `offset` is the offset of the data.
 */
export async function* listZip(bytes: ByteReader, signal: AbortSignal): AsyncGenerator<Member | Trouble> {
  const seen = new Set<number>();
  const end: DirectoryEnd = { damage: null, followed: false };
  const spans: Span[] = [];
  for await (const record of directoryRecords(bytes, end, signal)) {
    seen.add(record.headerOffset);
    let until = record.headerOffset + 30 + record.name.length + record.packedSize;
    for await (const item of member(bytes, record, signal)) {
      if (item.kind === 'member') until = item.offset + item.packedSize;
      yield item;
    }
    spans.push({ from: record.headerOffset, until });
  }
  if (end.damage !== null) {
    yield /split zip/i.test(end.damage)
      ? trouble('S146', 'the zip is one part of several; only members that are complete in this part can be read')
      : trouble(
          'S140',
          agree`the zip's directory cannot be read (${end.damage}); it gave ${seen.size} member[s], all ${bytes.size} byte[s] [was|were] searched for others`,
        );
    yield* salvageZip(bytes, seen, signal);
    return;
  }
  spans.sort((a, b) => a.from - b.from);
  const hidden = await hiddenMembers(bytes, spans, signal);
  for (const at of hidden) yield trouble('S148', `the zip's directory does not list the member that begins at byte ${at}; it was not read`);
  const first = spans[0]?.from ?? 0;
  // 4: the marker at the start of a split zip
  if (first > 4 && !hidden.some((at) => at < first))
    yield trouble('S147', agree`${first} byte[s] [precedes|precede] the first member of the zip; [it was|they were] not read`);
  if (end.followed) yield trouble('S147', agree`other bytes follow the zip, within the ${bytes.size} byte[s] of the file; they were not read`);
}

async function* member(bytes: ByteReader, record: DirectoryRecord, signal: AbortSignal): AsyncGenerator<Member | Trouble> {
  const { name, text, size, packedSize } = record;
  if (record.folder && size === 0) return;
  const notFile = notFiles[record.unixType];
  if (notFile !== undefined) return yield trouble(notFile[0], notFile[1], name, text);
  if (record.encrypted) return yield trouble('S141', agree`encrypted; its ${packedSize} byte[s] cannot be read without the password`, name, text);
  const packing = zipPackings[record.method];
  if (packing === undefined)
    return yield trouble(
      'S142',
      agree`compression method ${record.method} is not supported; its ${packedSize} byte[s] [was|were] not read`,
      name,
      text,
    );

  const local = Buffer.from(await bytes.read(Math.min(record.headerOffset, bytes.size), 30, signal));
  if (local.length < 30 || local.readUInt32LE(0) !== 0x04034b50) {
    return yield trouble('S145', `no member begins at byte ${record.headerOffset}, contrary to the zip's directory`, name, text);
  }
  const offset = record.headerOffset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  const there = Math.max(0, Math.min(packedSize, bytes.size - offset));
  if (there < packedSize) yield trouble('S144', `the zip has ${there} of the ${packedSize} packed bytes of this member`, name, text);
  if (there === 0 && packedSize > 0) return;
  const stated = packing === 'stored' ? there : size;
  yield {
    kind: 'member',
    name,
    text,
    size: stated,
    modifiedMs: record.modifiedMs,
    packing,
    offset,
    packedSize: there,
    crc32: there < packedSize ? null : record.crc32,
  };
}

/** Returns true if a file ends with the end record of a zip (APPNOTE 4.3.16). Used for programs to which a zip was appended. */
export async function endsAsZip(bytes: ByteReader, signal: AbortSignal): Promise<boolean> {
  const tail = Buffer.from(await bytes.read(Math.max(0, bytes.size - 22 - 0xffff), 22 + 0xffff, signal));
  for (let at = tail.length - 22; at >= 0; at--) {
    if (tail.readUInt32LE(at) === 0x06054b50 && at + 22 + tail.readUInt16LE(at + 20) === tail.length) return tail.readUInt16LE(at + 10) > 0;
  }
  return false;
}
