import { agree } from '../../src/core/base/agree.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { limits } from '../../src/core/base/limits.ts';
import { addSpan } from '../frames/frame-window.ts';
import { type Box, findBox } from './boxes.ts';

/** Packets ("samples" in ISO/IEC 14496-12) of one track, in playing order. */
export interface IsoPackets {
  /** Size of each packet; null if packets have no individual sizes (PCM, and QuickTime's packets of one size). */
  readonly sizes: Uint32Array | null;
  /** Runs of packets with one duration, in units of the track's time scale. */
  readonly durations: readonly (readonly [count: number, duration: number])[];
  readonly spans: readonly (readonly [start: number, end: number])[];
  readonly bytes: number;
  /** Sum of the durations. */
  readonly duration: number;
  /** Number of packets that the index lists and the file lacks. */
  readonly missing: number;
  /** Inconsistencies in words. */
  readonly doubts: readonly string[];
}

/** Returns a collector of packets; packets outside the file are counted and left out. */
export function packetCollector(fileBytes: number) {
  let sizes = new Uint32Array(1024);
  const spans: [number, number][] = [];
  const durations: [number, number][] = [];
  const doubts: string[] = [];
  const sum = { count: 0, bytes: 0, duration: 0, missing: 0 };
  return {
    doubts,
    /** Adds a packet; returns false if no more are accepted, because the limit is reached or their bytes exceed the file. */
    add(offset: number, size: number, duration: number): boolean {
      if (sum.count + sum.missing >= limits.isoPackets || sum.bytes + size > fileBytes) {
        doubts.push(`the packets have more bytes than the file, or are more than ${limits.isoPackets}: ${sum.count} are used`);
        return false;
      }
      if (offset + size > fileBytes) {
        sum.missing++;
        return true;
      }
      if (sum.count === sizes.length) {
        const larger = new Uint32Array(2 * sizes.length);
        larger.set(sizes);
        sizes = larger;
      }
      sizes[sum.count++] = size;
      addSpan(spans, offset, offset + size);
      const last = durations.at(-1);
      if (last !== undefined && last[1] === duration) last[0]++;
      else durations.push([1, duration]);
      sum.bytes += size;
      sum.duration += duration;
      return true;
    },
    packets: (): IsoPackets => ({
      sizes: sizes.subarray(0, sum.count),
      durations,
      spans,
      bytes: sum.bytes,
      duration: sum.duration,
      missing: sum.missing,
      doubts,
    }),
  };
}

/** Reads a table of 32-bit fields after a count: as many entries, of `width` fields each, as fit into its box. */
function table(
  bytes: Uint8Array,
  box: Box | null,
  before: number,
  width: number,
): { count: number; stated: number; field(entry: number, field: number): number } {
  const none = { count: 0, stated: 0, field: () => 0 };
  if (box === null || box.end - box.start < before + 4) return none;
  const view = new DataView(bytes.buffer, bytes.byteOffset + box.start, box.end - box.start);
  const stated = view.getUint32(before);
  const count = Math.min(stated, Math.floor((box.end - box.start - before - 4) / (4 * width)));
  return { count, stated, field: (entry, field) => view.getUint32(before + 4 + 4 * (entry * width + field)) };
}

/** Returns the sizes of the packets by stsz or stz2 (ISO/IEC 14496-12, 8.7.3). */
function packetSizes(bytes: Uint8Array, stbl: Box): { count: number; all?: number; size(index: number): number } {
  const stsz = findBox(bytes, stbl, 'stsz');
  if (stsz !== null && stsz.end - stsz.start >= 12) {
    const cursor = new Cursor(bytes, stsz.start + 4, 'big');
    const all = cursor.u32('sample size');
    const sizes = table(bytes, stsz, 8, 1);
    return all > 0 ? { count: sizes.stated, all, size: () => all } : { count: sizes.count, size: (index) => sizes.field(index, 0) };
  }
  const stz2 = findBox(bytes, stbl, 'stz2');
  if (stz2 === null || stz2.end - stz2.start < 12) return { count: 0, size: () => 0 };
  const cursor = new Cursor(bytes, stz2.start + 7, 'big');
  const bits = cursor.u8('field size');
  const stated = cursor.u32('sample count');
  if (bits !== 4 && bits !== 8 && bits !== 16) return { count: 0, size: () => 0 };
  const at = stz2.start + 12;
  const size = (index: number): number => {
    if (bits === 16) return ((bytes[at + 2 * index] ?? 0) << 8) | (bytes[at + 2 * index + 1] ?? 0);
    if (bits === 8) return bytes[at + index] ?? 0;
    return ((bytes[at + (index >> 1)] ?? 0) >> (index % 2 === 0 ? 4 : 0)) & 0x0f;
  };
  return { count: Math.min(stated, Math.floor(((stz2.end - at) * 8) / bits)), size };
}

/** Passes on the chunks, each with its packets (stsc, stco, co64: ISO/IEC 14496-12, 8.7.4 and 8.7.5). @param take returns false to stop */
function forChunks(bytes: Uint8Array, stbl: Box, take: (offset: number, packets: number, description: number) => boolean): void {
  const runs = table(bytes, findBox(bytes, stbl, 'stsc'), 4, 3);
  const near = findBox(bytes, stbl, 'stco');
  const far = near === null ? findBox(bytes, stbl, 'co64') : null;
  const offsets = near === null ? table(bytes, far, 4, 2) : table(bytes, near, 4, 1);
  let run = 0;
  for (let chunk = 0; chunk < offsets.count; chunk++) {
    while (run + 1 < runs.count && runs.field(run + 1, 0) <= chunk + 1) run++;
    const offset = near === null ? offsets.field(chunk, 0) * 2 ** 32 + offsets.field(chunk, 1) : offsets.field(chunk, 0);
    if (!Number.isSafeInteger(offset) || run >= runs.count) return;
    if (!take(offset, runs.field(run, 1), runs.field(run, 2))) return;
  }
}

/** Returns the durations of packets by stts (ISO/IEC 14496-12, 8.6.1.2), in order; the last one applies to all further packets. */
function durationReader(bytes: Uint8Array, stbl: Box): { next(): number; total: number } {
  const runs = table(bytes, findBox(bytes, stbl, 'stts'), 4, 2);
  let run = 0;
  let used = 0;
  let total = 0;
  for (let i = 0; i < runs.count; i++) total += runs.field(i, 0);
  return {
    total,
    next() {
      while (run + 1 < runs.count && used >= runs.field(run, 0)) {
        run++;
        used = 0;
      }
      used++;
      return runs.count === 0 ? 0 : runs.field(run, 1);
    },
  };
}

/** Returns the packets of a track whose index is the sample table in moov. */
export function tablePackets(bytes: Uint8Array, stbl: Box, fileBytes: number): IsoPackets {
  const sizes = packetSizes(bytes, stbl);
  const durations = durationReader(bytes, stbl);
  const collector = packetCollector(fileBytes);
  const count = Math.min(sizes.count, limits.isoPackets);
  let index = 0;
  let foreign = 0;
  forChunks(bytes, stbl, (offset, packets, description) => {
    let at = offset;
    for (let i = 0; i < packets && index < count; i++, index++) {
      const size = sizes.size(index);
      const duration = durations.next();
      if (description > 1) foreign++;
      else if (!collector.add(at, size, duration)) return false;
      at += size;
    }
    return index < count;
  });
  if (index < sizes.count && collector.doubts.length === 0)
    collector.doubts.push(agree`${sizes.count} packet[s] [has|have] sizes, ${index} [has|have] a place`);
  if (durations.total !== sizes.count && sizes.count > 0)
    collector.doubts.push(agree`${sizes.count} packet[s] [has|have] sizes, ${durations.total} [has|have] a duration`);
  if (foreign > 0) collector.doubts.push(agree`${foreign} packet[s] [has|have] another sample description and [is|are] left out`);
  return collector.packets();
}

/** Returns true if all packets have one stated size: only then do they count PCM samples or packets of one size. */
export function isEven(bytes: Uint8Array, stbl: Box): boolean {
  return packetSizes(bytes, stbl).all !== undefined;
}

/**
 * Returns the bytes of a track with packets of one size: PCM, and QuickTime's compressed audio of version 1, whose "samples" are PCM samples: `packetBytes`
 * bytes hold `packetFrames` of them.
 */
export function evenPackets(bytes: Uint8Array, stbl: Box, fileBytes: number, packetFrames: number, packetBytes: number): IsoPackets {
  const sizes = packetSizes(bytes, stbl);
  // FFmpeg counts packets here, Apple counts PCM samples; the stated size of each shows which is meant.
  const unit = sizes.all === packetBytes ? 1 : packetFrames;
  const spans: [number, number][] = [];
  const doubts: string[] = [];
  let total = 0;
  let missing = 0;
  let left = sizes.count;
  forChunks(bytes, stbl, (offset, frames) => {
    const wanted = Math.ceil(Math.min(frames, left) / unit) * packetBytes;
    left -= Math.min(frames, left);
    const there = Math.max(0, Math.min(wanted, fileBytes - offset));
    const whole = there - (there % packetBytes);
    missing += (wanted - whole) / packetBytes;
    if (total + whole > fileBytes) {
      doubts.push('the chunks have more bytes than the file');
      return false;
    }
    total += whole;
    if (whole > 0) addSpan(spans, offset, offset + whole);
    return left > 0;
  });
  if (left > 0 && doubts.length === 0) doubts.push(agree`${sizes.count} sample[s] [is|are] stated, ${sizes.count - left} [has|have] a place`);
  const duration = (total / packetBytes) * packetFrames;
  return { sizes: null, durations: [[duration, 1]], spans, bytes: total, duration, missing, doubts };
}

/** Joins the packets of an index with those of the fragments after it. Packets in fragments always have sizes, so even packets receive sizes, too. */
export function joinPackets(first: IsoPackets, second: IsoPackets): IsoPackets {
  let sizes = second.sizes;
  if (first.bytes > 0 && sizes !== null) {
    const both = new Uint32Array((first.sizes?.length ?? 0) + sizes.length);
    both.set(first.sizes ?? []);
    both.set(sizes, first.sizes?.length ?? 0);
    sizes = first.sizes === null ? null : both;
  }
  return {
    sizes,
    durations: [...first.durations, ...second.durations].filter(([count]) => count > 0),
    spans: [...first.spans, ...second.spans],
    bytes: first.bytes + second.bytes,
    duration: first.duration + second.duration,
    missing: first.missing + second.missing,
    doubts: [...first.doubts, ...second.doubts],
  };
}
