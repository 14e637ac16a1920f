import { agree } from '../core/base/agree.ts';
import { limits } from '../core/base/limits.ts';
import { isOpusTags, type OpusHead, opusHeadBytes, opusTagsAddUp, readOpusHead } from './opus-head.ts';
import { opusPacketSamples } from './opus-packet.ts';
import { noGranule, type OggPage, oggFlag } from './page.ts';
import { createOggPageParser } from './page-parser.ts';

/** Result of reading a whole stream. */
export interface OggOpusSummary {
  /** Faults in file order, e.g. `page 12 at byte 4711: CRC mismatch`. Empty: no page is missing or damaged. */
  readonly problems: readonly string[];
  /** Duration of the existing packets, in samples per channel at 48 kHz, without pre-skip and the surplus at the end. */
  readonly samplesAt48k: number;
  /** Null if the first page is not an Opus header. */
  readonly channels: number | null;
  readonly preSkip: number | null;
  readonly inputSampleRateHz: number | null;
  /** Number of intact pages, including header pages. */
  readonly pages: number;
}

/** Reads one Ogg Opus stream from the bytes of a file, in chunks of any size. */
export interface OggOpusReader {
  push(bytes: Uint8Array): void;
  /** Call after the last byte. */
  finish(): OggOpusSummary;
  /** Null before the first page was read, and if that page is not an Opus header. */
  readonly head: OpusHead | null;
  /** Faults so far. */
  readonly problems: readonly string[];
}

/**
 * Receives a packet in playing order; its bytes are valid during the call. The packet decodes to `samples`, of which [from, to) are to be played. All counts
 * are samples per channel at 48 kHz.
 */
export type OpusPacketSink = (packet: Uint8Array, samples: number, from: number, to: number) => void;

/**
 * Checks the structure of an Ogg Opus file without decoding it: cheap enough to run in the pass that digests the file. Finds faults that
 * decoders ignore silently: damaged, lost, repeated and foreign pages, a truncated end, and inconsistent counts.
 */
export function inspectOggOpus(): Pick<OggOpusReader, 'push' | 'finish'> {
  return createOggOpusReader(null);
}

/**
 * Creates a reader that makes the same checks and passes the packets to a sink. It accepts only streams like longplay's own copies: one stream that begins at
 * zero, mapping family 0, no output gain. Packets of damaged or foreign pages are left out, so what follows plays earlier. One function: the states of a
 * parser, in the order in which a stream passes through them.
 */
export function createOggOpusReader(onPacket: OpusPacketSink | null): OggOpusReader {
  const problems: string[] = [];
  let unlisted = 0;
  let head: OpusHead | null = null;
  /** Kind of the next packet. */
  let expected: 'head' | 'tags' | 'audio' = 'head';
  let pages = 0;
  let pageOffset = 0;
  let serial: number | null = null;
  let sequence: number | null = null;
  let ended = false;
  /** True if pages are missing before this one: counts restart from its granule. */
  let gap = false;
  let granule = 0;
  let skip = 0;
  let played = 0;

  /** The beginning of a packet that continues on the next page; null if there is none. */
  let open: Uint8Array | null = null;
  /** Packets that end on this page: bytes [starts, ends) of its body. The packet that began on an earlier page comes first. */
  let packets = 0;
  let first: Uint8Array | null = null;
  const starts: number[] = [];
  const ends: number[] = [];
  const durations: number[] = [];

  function problem(text: string): void {
    if (problems.length < limits.containerProblems) problems.push(text);
    else unlisted++;
  }

  /** Reports a fault of the current page. */
  function wrong(text: string): void {
    problem(`page ${pages} at byte ${pageOffset}: ${text}`);
  }

  const parser = createOggPageParser({
    page: (page, offset) => {
      pageOffset = offset;
      readPage(page);
      pages++;
    },
    problem: (offset, text) => problem(`page ${pages} at byte ${offset}: ${text}`),
  });

  function readPage(page: OggPage): void {
    if (serial === null) {
      serial = page.serial;
      if ((page.flags & oggFlag.first) === 0) wrong('the stream does not begin here, its first page is missing');
    } else if (page.serial !== serial) {
      wrong(`of another stream (serial ${hex(page.serial)} instead of ${hex(serial)})`);
      return;
    } else if ((page.flags & oggFlag.first) !== 0) {
      wrong('declares the beginning of the stream a second time');
    }
    if (ended) {
      wrong('follows the end of the stream');
      return;
    }
    checkSequence(page);
    ended = (page.flags & oggFlag.last) !== 0;
    collectPackets(page);
    if (expected === 'audio') playPage(page);
    else readHeaders(page);
  }

  function checkSequence(page: OggPage): void {
    const next = sequence === null ? 0 : (sequence + 1) >>> 0;
    if (page.sequence !== next) {
      wrong(`has number ${page.sequence} where ${next} should be`);
      gap = true;
      open = null;
    }
    sequence = page.sequence;
  }

  /** Finds the packets that end on the page, without creating an object for each. Keeps the beginning of a packet that continues. */
  function collectPackets(page: OggPage): void {
    packets = 0;
    first = null;
    const continued = (page.flags & oggFlag.continued) !== 0;
    if (open !== null && !continued) wrong('a packet of the previous page does not continue here');
    if (open === null && continued && !gap) wrong('continues a packet that did not begin');
    let before = continued ? open : null;
    /** True while the rest of a packet whose beginning is missing is skipped. */
    let headless = continued && open === null;
    open = null;
    let start = 0;
    let end = 0;
    for (let segment = 0; segment < page.lacing.length; segment++) {
      const length = page.lacing[segment] ?? 0;
      end += length;
      if (length === 255) continue;
      if (before !== null) first = joined(before, page.body.subarray(start, end));
      if (!headless) {
        starts[packets] = start;
        ends[packets] = end;
        packets++;
      }
      before = null;
      headless = false;
      start = end;
    }
    if (page.lacing.at(-1) !== 255 || headless) return;
    const rest = page.body.subarray(start, end);
    if ((before?.length ?? 0) + rest.length > limits.oggPacketBytes) wrong(`a packet is longer than ${limits.oggPacketBytes} bytes`);
    else open = before === null ? rest.slice() : joined(before, rest);
  }

  function packetAt(page: OggPage, index: number): Uint8Array {
    return index === 0 && first !== null ? first : page.body.subarray(starts[index], ends[index]);
  }

  function readHeaders(page: OggPage): void {
    if (page.granule !== 0 && page.granule !== noGranule) wrong(`a header page has granule position ${page.granule} instead of 0`);
    const packet = packets > 0 ? packetAt(page, 0) : undefined;
    if (expected === 'head') {
      head = packet === undefined ? null : readHead(packet, wrong);
      if (head === null) wrong('no readable OpusHead');
      if (packets > 1 || open !== null) wrong('OpusHead is not alone on its page');
      skip = head?.preSkip ?? 0;
      expected = 'tags';
      return;
    }
    if (packet === undefined) return;
    if (!isOpusTags(packet)) wrong('no OpusTags');
    else if (!opusTagsAddUp(packet)) wrong('OpusTags is truncated');
    if (packets > 1 || open !== null) wrong('OpusTags is not alone on its page');
    expected = 'audio';
    gap = false;
  }

  function playPage(page: OggPage): void {
    if (packets === 0) {
      if (page.granule !== noGranule && page.granule !== granule) wrong(`has granule position ${page.granule}, but no packet ends on it`);
      return;
    }
    let samples = 0;
    for (let index = 0; index < packets; index++) {
      const duration = index === 0 && first !== null ? opusPacketSamples(first) : opusPacketSamples(page.body, starts[index], ends[index]);
      if (duration === null) wrong(agree`packet ${index} of ${packetAt(page, index).length} byte[s] violates RFC 6716`);
      durations[index] = duration ?? 0;
      samples += duration ?? 0;
    }
    let left = samples - surplus(page, samples);
    // Without a packet sink, and if all packets are played from their first sample, the sum is enough.
    if (onPacket === null && skip === 0) {
      played += left;
      return;
    }
    for (let index = 0; index < packets; index++) {
      const duration = durations[index] ?? 0;
      const to = Math.min(duration, left);
      const from = Math.min(skip, to);
      skip -= Math.min(skip, duration);
      left -= to;
      played += to - from;
      if (onPacket !== null && head !== null && duration > 0) onPacket(packetAt(page, index), duration, from, to);
    }
  }

  /** Compares the page's granule position with what its packets play; returns the samples to cut from its end. */
  function surplus(page: OggPage, samples: number): number {
    const before = granule;
    const whole = before + samples;
    granule = page.granule;
    if (gap) {
      gap = false;
      return 0;
    }
    if (page.granule === whole) return 0;
    // Only at the end of the stream may the granule position lie before the end of the packets (RFC 7845 section 4.4).
    if (ended && page.granule >= before && page.granule < whole) return whole - page.granule;
    if (page.granule < before) wrong(`granule position goes back from ${before} to ${page.granule}`);
    else wrong(`has granule position ${page.granule} where its packets make ${whole}`);
    return 0;
  }

  return {
    push: (bytes) => parser.push(bytes),
    finish() {
      parser.finish();
      if (serial === null) problem('not an Ogg page');
      else if (!ended) problem('the last page is missing: the stream does not end');
      else if (granule < (head?.preSkip ?? 0)) problem(agree`ends at ${granule}, before the ${head?.preSkip} sample[s] of its pre-skip`);
      if (open !== null) problem('the last packet is truncated');
      if (unlisted > 0) problems.push(agree`${unlisted} more problem[s]`);
      unlisted = 0;
      return {
        problems,
        samplesAt48k: played,
        channels: head?.channels ?? null,
        preSkip: head?.preSkip ?? null,
        inputSampleRateHz: head?.inputSampleRateHz ?? null,
        pages,
      };
    },
    get head() {
      return head;
    },
    problems,
  };
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

function joined(before: Uint8Array, rest: Uint8Array): Uint8Array {
  const whole = new Uint8Array(before.length + rest.length);
  whole.set(before);
  whole.set(rest, before.length);
  return whole;
}

/** Returns the header; null if longplay does not write or decode such a header. */
function readHead(packet: Uint8Array, wrong: (text: string) => void): OpusHead | null {
  const head = packet.length === opusHeadBytes ? readOpusHead(packet) : null;
  if (head === null) return null;
  if (head.version !== 1) wrong(`OpusHead has version ${head.version} instead of 1`);
  if (head.gain !== 0) wrong(`OpusHead requests a gain of ${head.gain / 256} dB`);
  if (head.family !== 0 || head.channels < 1 || head.channels > 2) {
    wrong(agree`OpusHead has ${head.channels} channel[s] of mapping family ${head.family}, not 1 or 2 of family 0`);
    return null;
  }
  return head;
}
