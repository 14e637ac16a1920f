import { agree } from '../base/agree.ts';
import type { ByteReader } from '../base/bytes.ts';
import { limits } from '../base/limits.ts';
import { type CaptureWalk, type FileWindow, fileWindow, type MutableRecord, type RecordSink } from './pcap-records.ts';

/** Block types: draft-ietf-opsawg-pcapng, section 10.1 and, for the obsolete Packet Block, appendix A. */
const sectionHeader = 0x0a0d0d0a;
const interfaceDescription = 1;
const obsoletePacket = 2;
const simplePacket = 3;
const enhancedPacket = 6;
/** Byte-order magic of a section header block (4.1). */
const byteOrderMagic = 0x1a2b3c4d;
/** Options of an interface: resolution and offset of its times (4.2). */
const resolutionOption = 9;
const offsetOption = 14;

interface Interface {
  readonly linkType: number;
  readonly snapBytes: number;
  readonly ticksPerSecond: number;
  readonly offsetSeconds: number;
}

/** State of a section that is needed to read its packets. */
interface Section {
  little: boolean;
  interfaces: Interface[];
}

/** Returns true if a file begins with a section header block; `walkPcapng` reads the rest of the block. */
export function beginsPcapng(head: Uint8Array): boolean {
  if (head.length < 12) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return view.getUint32(0) === sectionHeader && (view.getUint32(8) === byteOrderMagic || view.getUint32(8, true) === byteOrderMagic);
}

/** Walks the packet blocks of all sections and interfaces; other blocks are skipped. */
export async function walkPcapng(file: ByteReader, sink: RecordSink, signal: AbortSignal): Promise<CaptureWalk> {
  const window = fileWindow(file, signal);
  const linkTypes = new Map<number, number>();
  const record: MutableRecord = { bytes: window.bytes, from: 0, to: 0, offset: 0, wireBytes: 0, seconds: 0, linkType: 0 };
  const section: Section = { little: true, interfaces: [] };
  let records = 0;
  let blocks = 0;
  const done = (what: string | null, cut = false): CaptureWalk => ({ records, linkTypes, problem: what === null ? null : { what, cut } });
  for (let at = 0; at < file.size; ) {
    blocks++;
    const found = window.need(at, 12);
    const head = typeof found === 'object' && found !== null ? await found : found;
    if (head === null) return done(`block ${blocks} at ${at} is cut`, true);
    const type = window.view.getUint32(head, section.little);
    if (type === sectionHeader) {
      const order = window.view.getUint32(head + 8, true);
      section.little = order === byteOrderMagic;
      if (!section.little && window.view.getUint32(head + 8) !== byteOrderMagic)
        return done(`block ${blocks} at ${at} begins a section without byte order`);
      section.interfaces = [];
    }
    const size = window.view.getUint32(head + 4, section.little);
    if (size < 12 || size % 4 !== 0) return done(agree`block ${blocks} at ${at} states ${size} byte[s]`);
    const isPacket = type === enhancedPacket || type === simplePacket || type === obsoletePacket;
    const isRead = isPacket || type === interfaceDescription;
    if (isRead && size > limits.captureRecordBytes) return done(agree`block ${blocks} at ${at} states ${size} byte[s]`);
    if (at + size > file.size) return done(agree`block ${blocks} at ${at} lacks ${at + size - file.size} of its ${size} byte[s]`, true);
    if (isRead) {
      const place = window.need(at, size);
      const from = typeof place === 'object' && place !== null ? await place : place;
      if (from === null) return done(`block ${blocks} at ${at} is cut`, true);
      if (window.view.getUint32(from + size - 4, section.little) !== size)
        return done(`block ${blocks} at ${at} states another size at its end than at its beginning`);
      if (type === interfaceDescription) {
        if (section.interfaces.length >= limits.captureInterfaces) return done(`more than ${limits.captureInterfaces} interfaces`);
        section.interfaces.push(readInterface(window, from, size, section.little));
      } else if (readPacket(window, from, type, section, record)) {
        record.offset = at + record.from - from;
        records++;
        linkTypes.set(record.linkType, (linkTypes.get(record.linkType) ?? 0) + 1);
        if (!sink(record)) break;
      } else return done(`the packet in block ${blocks} at ${at} is larger than the block, or has no interface`);
    }
    at += size;
  }
  return done(null);
}

/** Reads an interface description block: link type, reserved, snap length, options (4.2). */
function readInterface({ view }: FileWindow, from: number, size: number, little: boolean): Interface {
  let ticksPerSecond = 1e6;
  let offsetSeconds = 0;
  const end = from + size - 4;
  if (size < 20) return { linkType: -1, snapBytes: 0, ticksPerSecond, offsetSeconds };
  for (let at = from + 16; at + 4 <= end; ) {
    const option = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (option === 0 || at + 4 + length > end) break;
    if (option === resolutionOption && length >= 1) {
      const power = view.getUint8(at + 4); // highest bit set: exponent of 2, otherwise of 10
      ticksPerSecond = power & 0x80 ? 2 ** (power & 0x7f) : 10 ** power;
    } else if (option === offsetOption && length >= 8) offsetSeconds = Number(view.getBigInt64(at + 4, little));
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return { linkType: view.getUint16(from + 8, little), snapBytes: view.getUint32(from + 12, little), ticksPerSecond, offsetSeconds };
}

/** Fills the record from the packet block at `from`; returns false if the block is invalid. */
function readPacket({ bytes, view }: FileWindow, from: number, type: number, { little, interfaces }: Section, record: MutableRecord): boolean {
  const size = view.getUint32(from + 4, little);
  const isSimple = type === simplePacket;
  const fixed = isSimple ? 12 : 28;
  if (size < fixed + 4) return false;
  const number = isSimple ? 0 : type === enhancedPacket ? view.getUint32(from + 8, little) : view.getUint16(from + 8, little);
  const described = interfaces[number];
  if (described === undefined) return false;
  const wire = view.getUint32(from + (isSimple ? 8 : 24), little);
  // A simple packet block does not state the captured length, which is the wire length limited by the interface's snap length (4.4).
  const captured = isSimple ? Math.min(wire, described.snapBytes === 0 ? wire : described.snapBytes, size - 16) : view.getUint32(from + 20, little);
  if (captured > size - fixed - 4) return false;
  record.bytes = bytes;
  record.from = from + fixed;
  record.to = record.from + captured;
  record.wireBytes = Math.max(captured, wire);
  record.linkType = described.linkType;
  // It has no time either: the best approximation is the time of the previous packet, which the record still holds.
  if (isSimple) return true;
  const ticks = view.getUint32(from + 12, little) * 0x1_0000_0000 + view.getUint32(from + 16, little);
  record.seconds = ticks / described.ticksPerSecond + described.offsetSeconds;
  return true;
}
