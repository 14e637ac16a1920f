import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type FrameWindow, frameWindow } from '../frames/frame-window.ts';
import { elementAt, ids } from './ebml.ts';
import type { Walk } from './walk.ts';

/** Elements of a segment (RFC 9559, section 5.1); Void and CRC-32 may occur anywhere. */
const inSegment: ReadonlySet<number> = new Set([
  ids.cluster,
  ids.info,
  ids.tracks,
  ids.cues,
  ids.tags,
  ids.seekHead,
  ids.attachments,
  ids.chapters,
  ids.void,
  ids.crc32,
]);
/**
 * Elements of a segment with ids of four bytes: after damaged bytes, reading continues at the next of these, as in FFmpeg (libavformat/matroskadec.c,
 * matroska_resync).
 */
const resyncs: ReadonlySet<number> = new Set([...inSegment].filter((id) => id > 0xffffff));
/** Elements of a cluster (section 5.1.3). */
const inCluster: ReadonlySet<number> = new Set([
  ids.timestamp,
  ids.silentTracks,
  ids.position,
  ids.prevSize,
  ids.simpleBlock,
  ids.blockGroup,
  ids.encryptedBlock,
  ids.void,
  ids.crc32,
]);
/** Largest size of an id and a size: four bytes and eight. */
const elementBytes = 12;

/**
 * Walks [start, end) from element to element, and into clusters. `strayBytes`: bytes that begin no element, up to the next cluster or other known element;
 * `lackingBytes`: bytes missing from the last block. Walks at most `limits.framesCheckedBytes`.
 */
export async function walkClusters(bytes: ByteReader, start: number, end: number, signal: AbortSignal): Promise<Walk> {
  const window = frameWindow(bytes, signal);
  const stop = Math.min(end, start + limits.framesCheckedBytes);
  let [strayBytes, at] = [0, start];
  /** End of the cluster that contains `at`; infinity if the cluster has no size, 0 outside of a cluster. */
  let clusterEnd = 0;
  while (at < stop) {
    if (at >= clusterEnd) clusterEnd = 0;
    const element = elementAt(window.peek(at, elementBytes) ?? (await window.read(at, elementBytes)), 0, at);
    const next = element === null || element.size === null ? null : element.start + element.size;
    // A cluster without a size ends where an element of the segment begins.
    const isBeside = element !== null && (clusterEnd === 0 || clusterEnd === Number.POSITIVE_INFINITY) && inSegment.has(element.id);
    if (isBeside && element.id === ids.cluster) {
      clusterEnd = next ?? Number.POSITIVE_INFINITY;
      at = element.start;
    } else if (isBeside && next !== null && !inCluster.has(element.id)) {
      clusterEnd = 0;
      at = next;
    } else if (
      element !== null &&
      next !== null &&
      next <= (clusterEnd || end) &&
      (inCluster.has(element.id) || (await isFollowed(window, next, end)))
    ) {
      at = next;
    } else if (element === null && end - at < elementBytes && clusterEnd > at) {
      return { strayBytes, lackingBytes: elementBytes - (end - at) };
    } else {
      const further = await nextMaster(window, at + 1, stop);
      strayBytes += further - at;
      clusterEnd = 0;
      at = further;
    }
  }
  if (end > stop) return { strayBytes, lackingBytes: 0 };
  return { strayBytes, lackingBytes: Math.max(0, at - end, Number.isFinite(clusterEnd) ? clusterEnd - end : 0) };
}

/** Returns true if a known element follows an element of unknown kind. */
async function isFollowed(window: FrameWindow, at: number, end: number): Promise<boolean> {
  if (at >= end) return at === end;
  const element = elementAt(await window.read(at, elementBytes), 0, at);
  return element !== null && (inCluster.has(element.id) || inSegment.has(element.id));
}

/** Returns the offset of the next element of the segment; `stop` if there is none. */
async function nextMaster(window: FrameWindow, from: number, stop: number): Promise<number> {
  for (let at = from; at < stop; at++) {
    const head = window.peek(at, elementBytes) ?? (await window.read(at, elementBytes));
    // The ids of all these elements begin with 0x10 to 0x1F.
    if ((head[0] ?? 0) >> 4 !== 1) continue;
    const element = elementAt(head, 0, at);
    if (element !== null && resyncs.has(element.id) && (element.size === null || element.start + element.size <= stop)) return at;
  }
  return stop;
}
