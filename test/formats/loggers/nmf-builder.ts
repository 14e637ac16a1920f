import { join, u16, u32 } from '../wave/builder.ts';

/** A packet of a NICE media file, as docs/facts describes it. */
export interface NmfPacketSpec {
  readonly type: number;
  readonly subtype?: number;
  readonly stream?: number;
  /** Seconds after the beginning of the call; null: no times. */
  readonly at: number | null;
  readonly seconds?: number;
  readonly compression?: number | null;
  readonly payload?: Uint8Array;
}

/** 2023-04-05 10:00 as an OLE Automation date. */
export const nmfBegin = 45_021 + 10 / 24;

const double = (value: number): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return bytes;
};
const parameter = (type: number, value: number): Uint8Array => join(u16(type), u32(1), Uint8Array.of(value), new Uint8Array(15));

/** The file made of these packets. */
export function nmfFile(packets: readonly NmfPacketSpec[]): Uint8Array {
  return join(
    ...packets.map(({ type, subtype = 0, stream = 0, at, seconds = 0, compression = null, payload = new Uint8Array(0) }) => {
      const parameters = compression === null ? new Uint8Array(0) : join(parameter(3, 1), parameter(10, compression));
      const [from, to] = at === null ? [0, 0] : [nmfBegin + at / 86_400, nmfBegin + (at + seconds) / 86_400];
      const head = join(Uint8Array.of(type), u16(subtype), Uint8Array.of(stream), double(from), double(to));
      return join(head, u32(parameters.length + payload.length, parameters.length), parameters, payload);
    }),
  );
}

/** A call: header, alternating packets of 0.1 s of one byte per sample for each stream, last packet. */
export function nmfCall(streams: readonly Uint8Array[], compression: number, begin = 0): NmfPacketSpec[] {
  const packets: NmfPacketSpec[] = [{ type: 1, at: 0, seconds: 60, compression: null }];
  const most = Math.max(...streams.map((bytes) => bytes.length));
  for (let at = 0; at < most; at += 800) {
    for (const [stream, bytes] of streams.entries()) {
      const payload = bytes.subarray(at, at + 800);
      if (payload.length > 0)
        packets.push({ type: 4, subtype: 3, stream, at: begin + at / 8000, seconds: payload.length / 8000, compression, payload });
    }
  }
  return [...packets, { type: 7, at: null }];
}
