import { join, text, u16, u32 } from '../wave/builder.ts';

/** A chunk of an Oreka file, as docs/facts describes it. */
export interface McfChunkSpec {
  readonly payload: Uint8Array;
  readonly channel?: number;
  readonly type?: number;
  readonly encoding?: number;
  readonly timestamp: number;
  readonly sequence: number;
  /** Seconds since the beginning. */
  readonly arrival?: number;
  readonly rateHz?: number;
}

/** The chunk's bytes. */
export function mcfChunk({
  payload,
  channel = 1,
  type = 0,
  encoding = 2,
  timestamp,
  sequence,
  arrival = 0,
  rateHz = 8000,
}: McfChunkSpec): Uint8Array {
  const numbers = u32(encoding, payload.length, timestamp >>> 0, 1_700_000_000 + Math.floor(arrival), sequence, rateHz);
  // The two bytes at the end are uninitialised memory.
  return join(text('****'), numbers, Uint8Array.of(type & 0xff, channel), u16(0xa5c3), payload);
}

/** The file made of these chunks. */
export function mcfFile(chunks: readonly McfChunkSpec[]): Uint8Array {
  return join(...chunks.map(mcfChunk));
}

/** Chunks of one direction: 20 ms each of a coding with a number of bytes, from the given timestamp and sequence number on. */
export function mcfSide(bytes: Uint8Array, more: Partial<McfChunkSpec> & { readonly size?: number; readonly step?: number } = {}): McfChunkSpec[] {
  const { size = 160, step = 160, timestamp = 5000, sequence = 100, arrival = 0, ...rest } = more;
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => ({
    ...rest,
    payload: bytes.subarray(index * size, (index + 1) * size),
    timestamp: timestamp + index * step,
    sequence: (sequence + index) & 0xffff,
    arrival: arrival + index / 50,
  }));
}

/** Two directions with alternating chunks, the second from a moment of the first on. */
export function mcfTurns(first: readonly McfChunkSpec[], second: readonly McfChunkSpec[], from = 0): McfChunkSpec[] {
  return first.flatMap((chunk, index) => [chunk, ...second.slice(Math.max(0, index - from), Math.max(0, index - from + 1))]);
}
