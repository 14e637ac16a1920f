import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { indexOfOggCapture, type OggPage, oggFlag, oggPageBytes, oggPageMaxBytes, readOggPage } from '../../src/ogg/page.ts';
import { type LostStretch, mostLost } from '../frames/lost-frames.ts';

/** One logical stream of an Ogg file. */
export interface OggStream {
  readonly serial: number;
  /** Offset of the stream's first page. */
  readonly at: number;
  /** The stream's first packet, limited to the length of identification headers. */
  readonly head: Uint8Array;
  /** Number of pages after the first. */
  readonly pages: number;
  /** The largest granule position; null if no page states one. */
  readonly granule: number | null;
  /** True if the stream's last page is marked as the last. */
  readonly ended: boolean;
  /** Number of missing pages, by their sequence numbers. */
  readonly missing: number;
  /** Offset after the stream's last page. */
  readonly end: number;
  /** Spans of the stream's pages; adjacent ones are joined. */
  readonly spans: readonly (readonly [start: number, end: number])[];
}

/** Result of a walk over the pages of an Ogg file. */
export interface OggWalk {
  /** Streams in the order of their first pages. */
  readonly streams: readonly OggStream[];
  /** Number of bytes between or after pages that belong to none. */
  readonly junk: number;
  /** True if all those bytes lie after the last page, as in a truncated file. */
  readonly junkBehind: boolean;
  /** The stretches of those bytes. Seconds are unknown here: `seconds` counts samples of the first stream. */
  readonly lost: readonly LostStretch[];
  /** False if the middle of a long file was not read. */
  readonly complete: boolean;
}

const windowBytes = 4 * oggPageMaxBytes;
/** Number of bytes of a first packet that are kept: the longest identification header, that of FLAC in Ogg, has 51. */
const headBytes = 256;
const mostStreams = 1_000;
/** Largest number of spans of one stream's pages; a stream with more becomes one span. */
const mostSpans = 100_000;

interface Open {
  serial: number;
  at: number;
  head: Uint8Array;
  pages: number;
  granule: number | null;
  ended: boolean;
  missing: number;
  end: number;
  spans: [number, number][];
  sequence: number;
}

/**
 * Walks the pages of the whole file, or of the first and last parts of a file that is longer than `limits.framesCheckedBytes`.
 * One function: pages and the bytes between them change the same account of what was found.
 */
export async function walkOgg(bytes: ByteReader, signal: AbortSignal): Promise<OggWalk> {
  const open = new Map<number, Open>();
  const streams: Open[] = [];
  let junk = 0;
  let junkBehind = true;
  const lost: LostStretch[] = [];
  /** Offset after the last bytes that belong to no page, and the largest granule position before them. */
  let skipped = 0;
  let granules = 0;
  const endStretch = (end: number): void => {
    if (skipped > 0 && lost.length < mostLost) lost.push({ offset: end - skipped, bytes: skipped, seconds: granules });
    skipped = 0;
  };
  const skip = (from: number, end: number): void => {
    junk += end - from;
    if (end < bytes.size) junkBehind = false;
    skipped = end - from;
    endStretch(end);
  };
  const take = (page: OggPage, at: number, whole: boolean): void => {
    const begins = (page.flags & oggFlag.first) !== 0;
    let stream = open.get(page.serial);
    if (begins || stream === undefined) {
      if (!begins || streams.length >= mostStreams) return;
      const head = page.body.slice(0, headBytes);
      stream = { serial: page.serial, at, head, pages: -1, granule: null, ended: false, missing: 0, end: at, spans: [], sequence: page.sequence - 1 };
      open.set(page.serial, stream);
      streams.push(stream);
    }
    stream.pages++;
    if (whole) stream.missing += Math.max(0, Math.min(page.sequence - stream.sequence - 1, 2 ** 24));
    stream.sequence = page.sequence;
    if (page.granule >= 0 && Number.isSafeInteger(page.granule)) {
      stream.granule = Math.max(stream.granule ?? 0, page.granule);
      granules = stream.granule;
    }
    stream.ended = (page.flags & oggFlag.last) !== 0;
    const end = at + oggPageBytes(page);
    stream.end = end;
    const last = stream.spans.at(-1);
    // In the tail of a long file, the last span already extends to the end of the file.
    if (last !== undefined && last[1] >= end) return;
    if (last !== undefined && (last[1] === at || stream.spans.length >= mostSpans)) last[1] = end;
    else stream.spans.push([at, end]);
  };

  const complete = bytes.size <= limits.framesCheckedBytes + windowBytes;
  const stop = complete ? bytes.size : limits.framesCheckedBytes;
  let window = new Uint8Array(0);
  let windowAt = 0;
  let at = 0;
  while (at < stop) {
    signal.throwIfAborted();
    if (at + oggPageMaxBytes > windowAt + window.length && windowAt + window.length < bytes.size) {
      window = new Uint8Array(await bytes.read(at, windowBytes, signal));
      windowAt = at;
    }
    const page = readOggPage(window, at - windowAt);
    if (page !== null) {
      if (junk > 0) junkBehind = false;
      endStretch(at);
      take(page, at, true);
      at += oggPageBytes(page);
      continue;
    }
    const next = indexOfOggCapture(window, at - windowAt + 1);
    const step = next < 0 ? Math.max(1, window.length - (at - windowAt) - 3) : next - (at - windowAt);
    junk += Math.min(step, bytes.size - at);
    skipped += Math.min(step, bytes.size - at);
    at += step;
  }
  endStretch(Math.min(at, bytes.size));
  if (!complete) {
    // The middle is not read: its bytes are assumed to resemble those before and after.
    for (const stream of streams) {
      const last = stream.spans.at(-1);
      if (last !== undefined) last[1] = bytes.size;
    }
    await walkTail(bytes, stop, (page, from) => take(page, from, false), skip, signal);
  }
  return { streams, junk, junkBehind, lost, complete };
}

/**
 * Walks the pages at the end of a long file, and the bytes between and after them, beginning with the last window that has a page. Walks at most
 * `limits.framesCheckedBytes`.
 */
async function walkTail(
  bytes: ByteReader,
  stop: number,
  take: (page: OggPage, from: number) => void,
  skip: (from: number, end: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const farthest = Math.max(stop, bytes.size - limits.framesCheckedBytes);
  let from = Math.max(stop, bytes.size - windowBytes);
  // Windows overlap, so that a page across their border is found.
  while (from > farthest && !holdsPage(await bytes.read(from, windowBytes, signal))) from = Math.max(farthest, from - windowBytes + oggPageMaxBytes);
  const tail = await bytes.read(from, bytes.size - from, signal);
  let end: number | null = null;
  for (let at = indexOfOggCapture(tail, 0); at >= 0; ) {
    const page = readOggPage(tail, at);
    if (page !== null) {
      // Bytes before the first page here may be the end of another page.
      if (end !== null && at > end) skip(from + end, from + at);
      take(page, from + at);
      end = at + oggPageBytes(page);
    }
    at = indexOfOggCapture(tail, at + (page === null ? 1 : oggPageBytes(page)));
  }
  if ((end ?? 0) < tail.length) skip(from + (end ?? 0), bytes.size);
}

function holdsPage(bytes: Uint8Array): boolean {
  for (let at = indexOfOggCapture(bytes, 0); at >= 0; at = indexOfOggCapture(bytes, at + 1)) if (readOggPage(bytes, at) !== null) return true;
  return false;
}
