import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { Cursor } from '../../src/core/base/cursor.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type Box, boxesIn, findBox } from './boxes.ts';
import { type IsoPackets, packetCollector } from './packets.ts';

/** Defaults for packets of a track in moov's mvex box; a fragment may override them (ISO/IEC 14496-12, 8.8.3). */
interface Defaults {
  readonly duration: number;
  readonly size: number;
}

/** Returns defaults by track id; null if the file has no fragments. */
export function fragmentDefaults(moov: Uint8Array, within: Box): ReadonlyMap<number, Defaults> | null {
  const mvex = findBox(moov, within, 'mvex');
  if (mvex === null) return null;
  const defaults = new Map<number, Defaults>();
  for (const trex of boxesIn(moov, mvex.start, mvex.end)) {
    if (trex.type !== 'trex' || trex.end - trex.start < 20) continue;
    const cursor = new Cursor(moov, trex.start + 4, 'big');
    const id = cursor.u32('track id');
    cursor.skip(4, 'sample description');
    defaults.set(id, { duration: cursor.u32('duration'), size: cursor.u32('size') });
  }
  return defaults;
}

/** Returns the packets of all fragments by track id, without the packets of moov itself. */
export async function fragmentPackets(
  bytes: ByteReader,
  moofs: readonly Box[],
  defaults: ReadonlyMap<number, Defaults>,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, IsoPackets>> {
  const collectors = new Map([...defaults.keys()].map((id) => [id, packetCollector(bytes.size)]));
  let read = 0;
  for (const moof of moofs) {
    const size = moof.end - moof.start;
    read += size;
    if (read > limits.isoIndexBytes) {
      for (const { doubts } of collectors.values())
        doubts.push(`the fragments' indexes have more than ${limits.isoIndexBytes} bytes; the rest is left out`);
      break;
    }
    const view = await bytes.read(moof.start, size, signal);
    for (const traf of boxesIn(view, 0, view.length)) {
      if (traf.type === 'traf') readRuns(view, traf, moof.at, defaults, collectors);
    }
  }
  return new Map([...collectors].map(([id, collector]) => [id, collector.packets()]));
}

/** Reads the runs of one track in one fragment (ISO/IEC 14496-12, 8.8.7 and 8.8.8). */
function readRuns(
  view: Uint8Array,
  traf: Box,
  moofAt: number,
  defaults: ReadonlyMap<number, Defaults>,
  collectors: ReadonlyMap<number, ReturnType<typeof packetCollector>>,
): void {
  const children = boxesIn(view, traf.start, traf.end);
  const tfhd = children.find((box) => box.type === 'tfhd');
  if (tfhd === undefined) return;
  const within = (box: Box): Cursor => new Cursor(view.subarray(0, box.end), box.start, 'big');
  try {
    const head = within(tfhd);
    const flags = head.u32('flags') & 0xffffff;
    const id = head.u32('track id');
    const track = defaults.get(id);
    const collector = collectors.get(id);
    if (track === undefined || collector === undefined) return;
    const base = flags & 0x1 ? head.u64('base data offset') : moofAt;
    if (flags & 0x2) head.skip(4, 'sample description');
    const duration = flags & 0x8 ? head.u32('duration') : track.duration;
    const size = flags & 0x10 ? head.u32('size') : track.size;
    let at = base;
    for (const trun of children) {
      if (trun.type !== 'trun') continue;
      const run = within(trun);
      const has = run.u32('flags') & 0xffffff;
      const count = run.u32('packets');
      if (has & 0x1) at = base + (run.u32('data offset') | 0);
      if (has & 0x4) run.skip(4, 'first flags');
      const fields = [0x100, 0x200, 0x400, 0x800].filter((flag) => has & flag).length;
      const there = fields === 0 ? Math.min(count, limits.isoPackets) : Math.min(count, Math.floor(run.left / (4 * fields)));
      if (there < count) collector.doubts.push(agree`a fragment states ${count} packet[s] and describes ${there}`);
      for (let i = 0; i < there; i++) {
        const each = has & 0x100 ? run.u32('duration') : duration;
        const bytes = has & 0x200 ? run.u32('size') : size;
        if (has & 0x400) run.skip(4, 'flags');
        if (has & 0x800) run.skip(4, 'composition offset');
        if (at < 0 || !collector.add(at, bytes, each)) return;
        at += bytes;
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    for (const { doubts } of collectors.values()) doubts.push(`a fragment at ${moofAt} cannot be read: ${error.message}`);
  }
}
