import { agree } from '../base/agree.ts';
import type { ByteReader } from '../base/bytes.ts';
import { limits } from '../base/limits.ts';

/** One captured frame, valid until the next. */
export interface CaptureRecord {
  /** Buffer with the frame at [from, to). */
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** Offset of the frame's first byte in the file. */
  readonly offset: number;
  /** Bytes of the frame on the wire; more than `to - from` if the capture kept only its beginning. */
  readonly wireBytes: number;
  /** Seconds since an arbitrary epoch, which is the same for all records. */
  readonly seconds: number;
  readonly linkType: number;
}

/** Result of walking a capture. */
export interface CaptureWalk {
  readonly records: number;
  /** Number of records by link type. */
  readonly linkTypes: ReadonlyMap<number, number>;
  /** Fault of the file, with its place; null if there is none. `cut`: only the end is missing. */
  readonly problem: { readonly what: string; readonly cut: boolean } | null;
}

/** Receives a record; returns false to end the walk. */
export type RecordSink = (record: CaptureRecord) => boolean;

/** A record that is reused for every frame, so that a million frames do not make a million objects. */
export interface MutableRecord extends CaptureRecord {
  bytes: Uint8Array;
  from: number;
  to: number;
  offset: number;
  wireBytes: number;
  seconds: number;
  linkType: number;
}

/** Reads a file sequentially in large pieces and provides a window with at least the requested bytes. */
export interface FileWindow {
  /** Makes the file's bytes [at, at + length) available and returns their position in `bytes`; null if the file ends before them. */
  need(at: number, length: number): number | null | Promise<number | null>;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Creates a window over a file. */
export function fileWindow(file: ByteReader, signal: AbortSignal): FileWindow {
  let bytes = new Uint8Array(0);
  let view = new DataView(bytes.buffer);
  let start = 0;
  const load = async (at: number, length: number): Promise<number | null> => {
    signal.throwIfAborted();
    bytes = new Uint8Array(await file.read(at, Math.max(length, limits.readChunkBytes), signal));
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    start = at;
    return bytes.length < length ? null : 0;
  };
  return {
    need(at, length) {
      if (at + length > file.size) return null;
      if (at >= start && at + length <= start + bytes.length) return at - start;
      return load(at, length);
    },
    get bytes() {
      return bytes;
    },
    get view() {
      return view;
    },
  };
}

/** First four bytes of a classic capture, as a big-endian number, and their meaning. */
export const pcapMagics: ReadonlyMap<number, { readonly little: boolean; readonly ticks: number; readonly extra: number }> = new Map([
  [0xa1b2c3d4, { little: false, ticks: 1e6, extra: 0 }], // draft-ietf-opsawg-pcap, section 4
  [0xd4c3b2a1, { little: true, ticks: 1e6, extra: 0 }],
  [0xa1b23c4d, { little: false, ticks: 1e9, extra: 0 }], // nanoseconds
  [0x4d3cb2a1, { little: true, ticks: 1e9, extra: 0 }],
  [0xa1b2cd34, { little: false, ticks: 1e6, extra: 8 }], // Kuznetzov: 8 more bytes per record (Wireshark wiretap/libpcap.h)
  [0x34cdb2a1, { little: true, ticks: 1e6, extra: 8 }],
]);

/** Size of the header of a classic capture: magic, version 2.4, zone, accuracy, snap length, link type (draft-ietf-opsawg-pcap, section 4). */
export const pcapHeaderBytes = 24;

/** Reads the header of a classic capture; null if the bytes are not one. */
export function readPcapHeader(
  head: Uint8Array,
): { readonly little: boolean; readonly ticks: number; readonly extra: number; readonly linkType: number } | null {
  if (head.length < pcapHeaderBytes) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const kind = pcapMagics.get(view.getUint32(0));
  if (kind === undefined || view.getUint16(4, kind.little) !== 2) return null;
  return { ...kind, linkType: view.getUint32(20, kind.little) & 0xffff }; // the upper bits describe a checksum at the end of frames
}

/** Walks the records of a classic capture; a record has seconds, fraction, captured length, wire length and frame. */
export async function walkPcap(file: ByteReader, sink: RecordSink, signal: AbortSignal): Promise<CaptureWalk> {
  const header = readPcapHeader(await file.read(0, pcapHeaderBytes, signal));
  if (header === null) throw new Error('walkPcap reads captures only');
  const { little, ticks, extra, linkType } = header;
  const window = fileWindow(file, signal);
  const record: MutableRecord = { bytes: window.bytes, from: 0, to: 0, offset: 0, wireBytes: 0, seconds: 0, linkType };
  let records = 0;
  const done = (problem: CaptureWalk['problem']): CaptureWalk => ({ records, linkTypes: new Map([[linkType, records]]), problem });
  for (let at = pcapHeaderBytes; at < file.size; ) {
    const found = window.need(at, 16 + extra);
    const head = typeof found === 'object' && found !== null ? await found : found;
    if (head === null) return done({ what: `the header of record ${records + 1} at ${at} is cut`, cut: true });
    const captured = window.view.getUint32(head + 8, little);
    const wire = window.view.getUint32(head + 12, little);
    if (captured > limits.captureRecordBytes) return done({ what: agree`record ${records + 1} at ${at} states ${captured} byte[s]`, cut: false });
    const seconds = window.view.getUint32(head, little) + window.view.getUint32(head + 4, little) / ticks;
    const begin = at + 16 + extra;
    const place = window.need(begin, captured);
    const from = typeof place === 'object' && place !== null ? await place : place;
    if (from === null)
      return done({ what: agree`record ${records + 1} at ${at} lacks ${begin + captured - file.size} of its ${captured} byte[s]`, cut: true });
    record.bytes = window.bytes;
    record.from = from;
    record.to = from + captured;
    record.offset = begin;
    record.wireBytes = Math.max(captured, wire);
    record.seconds = seconds;
    records++;
    at = begin + captured;
    if (!sink(record)) break;
  }
  return done(null);
}
