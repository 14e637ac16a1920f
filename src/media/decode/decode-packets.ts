import { agree } from '../../core/base/agree.ts';
import { isResourceShortage } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Codec, PacketStream, Packets, Samples, Track } from '../../core/model/format.ts';
import type { MediumBytes } from '../bytes/medium-bytes.ts';
import type { SampleReceiver } from '../bytes/sample-receiver.ts';
import { type DecodedTrack, decoderStopped, passOn, type SampleSink, turn } from './decode-track.ts';
import { type FfmpegFeed, throughFfmpeg } from './through-ffmpeg.ts';
import { createTimeLine, type TimeLine } from './time-line.ts';
import type { FfmpegCodec, OwnCodec, TrackWork } from './track-work.ts';
import { decoderName } from './usable-codec.ts';

/** Number of bytes of the file that are read at once: the packets of a capture are near each other. */
const windowBytes = 256 * 1024;
/** Number of bytes that are sent to FFmpeg at once. */
const pipeBytes = 16 * 1024;
/** Number of packets after which the event loop runs, so that an abort is handled. */
const packetsPerTurn = 2_000;

/** A track in packets. */
export interface PacketTrack extends Track {
  readonly packets: Packets;
}

/** Returns true for a track in packets. */
export function inPackets(track: Track): track is PacketTrack {
  return track.packets !== undefined;
}

/** Number of packets that their codec does not accept, and the offset of the first. */
interface Counts {
  refused: number;
  firstRefused: number;
}

/**
 * Decodes a track packet by packet and places each packet on the timeline, up to at least frame `until`. Faults of packets give findings; everything that can
 * be decoded goes to the sink.
 * @throws as `decodeTrack`
 */
export async function decodePackets(
  { track, codec, bytes, place }: TrackWork<PacketTrack>,
  until: number,
  sink: SampleSink,
  signal: AbortSignal,
): Promise<DecodedTrack> {
  const findings: Finding[] = [];
  const codedBytes = track.packets.sizes.reduce((sum, size) => sum + size, 0);
  const line = createTimeLine(track, codedBytes, sink);
  const counts: Counts = { refused: 0, firstRefused: 0 };
  const whole =
    codec.ffmpeg === null
      ? await here({ track, codec, bytes, place }, line, counts, findings, signal)
      : await there({ track, codec, bytes, place }, line, counts, findings, signal);
  await line.finish(whole ? Math.min(until, limits.timeLineSeconds * track.sampleRateHz) : line.end);
  if (counts.refused > 0) {
    const total = track.packets.sizes.length;
    findings.push(
      finding(
        'M200',
        place,
        agree`${counts.refused} of ${total} packet[s] [is|are] not ${track.codecName}, the first at byte ${counts.firstRefused}`,
      ),
    );
  }
  const { count, most } = line.late;
  if (count > 0) {
    findings.push(
      finding('M201', place, agree`${count} of ${track.packets.sizes.length} packet[s], up to ${most} sample[s] late at ${track.sampleRateHz} Hz`),
    );
  }
  return { frames: line.end, decoder: decoderName(codec), whole, spannedFrames: null, droppedBytes: 0, packets: null, findings };
}

/** Decodes packets with longplay's own decoder. Returns false if it stopped early. */
async function here(
  { track, codec, bytes, place }: TrackWork<PacketTrack, OwnCodec>,
  line: TimeLine,
  counts: Counts,
  findings: Finding[],
  signal: AbortSignal,
): Promise<boolean> {
  const decoder = codec.codec.packets?.decoder?.(track) ?? codec.decode.decoder(track);
  let turns = 0;
  for (const { position, packet } of spoken(track, codec.codec, bytes, counts)) {
    if (position > limits.timeLineSeconds * track.sampleRateHz) return tooLong(position, place, findings);
    let samples: Samples;
    try {
      samples = decoder.decode(packet);
    } catch (error) {
      if (isResourceShortage(error)) throw error;
      findings.push(decoderStopped(track, line.decoded, error, place));
      return false;
    }
    await line.seek(position);
    if (!(await passOn(samples, line, place, findings))) return false;
    if (++turns % packetsPerTurn === 0) await turn(signal);
  }
  signal.throwIfAborted();
  return true;
}

function tooLong(position: number, place: string, findings: Finding[]): false {
  findings.push(finding('M122', place, `a packet at sample ${position}, more than ${limits.timeLineSeconds} s after the first`));
  return false;
}

/** Decodes packets through FFmpeg as one stream, and assigns its samples to the packets from which they came. Returns false if it stopped early. */
async function there(
  { track, codec, bytes, place }: TrackWork<PacketTrack, FfmpegCodec>,
  line: TimeLine,
  counts: Counts,
  findings: Finding[],
  signal: AbortSignal,
): Promise<boolean> {
  const stream: PacketStream = codec.codec.packets?.stream?.(track) ?? { ...codec.decode.input(track), packet: (packet) => packet };
  const dealer = createDealer(track, line);
  let isTooLong = false;
  async function* coded(): AsyncIterable<Uint8Array> {
    if (stream.prefix.length > 0) yield stream.prefix;
    for (const { position, packet, frames } of spoken(track, codec.codec, bytes, counts)) {
      if (position > limits.timeLineSeconds * track.sampleRateHz) {
        isTooLong = true;
        tooLong(position, place, findings);
        return;
      }
      dealer.expect(position, frames);
      yield stream.packet(packet);
    }
  }
  const feed: FfmpegFeed = { args: stream.args, coded: joined(coded()), timed: false, counted: false };
  const { whole } = await throughFfmpeg({ track, codec, place }, feed, dealer, findings, signal);
  await dealer.rest();
  if (whole && dealer.decoded !== dealer.expected) {
    const message = agree`FFmpeg gave ${dealer.decoded} sample[s] for packets of ${dealer.expected}: audio after a place where it dropped some is shifted`;
    findings.push(finding('M202', place, message));
  }
  return whole && !isTooLong;
}

/** Joins small chunks into larger ones, because every write to a pipe costs time. Each chunk is valid until the next one is requested. */
async function* joined(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const buffer = new Uint8Array(pipeBytes);
  let filled = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const size = Math.min(piece.length - at, buffer.length - filled);
      buffer.set(piece.subarray(at, at + size), filled);
      filled += size;
      at += size;
      if (filled < buffer.length) continue;
      yield buffer;
      filled = 0;
    }
  }
  if (filled > 0) yield buffer.subarray(0, filled);
}

/** Assigns samples to packets in order. */
interface Dealer extends SampleReceiver {
  expect(position: number, frames: number): void;
  /** Places the samples that belong to no packet after the last packet, and informs the timeline. */
  rest(): Promise<void>;
  readonly expected: number;
}

function createDealer(track: PacketTrack, line: TimeLine): Dealer {
  const { channels } = track;
  const places = new Float64Array(track.packets.sizes.length);
  const lengths = new Uint32Array(places.length);
  let told = 0;
  let next = 0;
  /** Number of frames of the packet before `next` that are still missing. */
  let due = 0;
  let expected = 0;
  let surplus: Samples[] = [];
  return {
    expect(position, frames) {
      places[told] = position;
      lengths[told] = frames;
      told++;
      expected += frames;
    },
    async push(samples) {
      for (let at = 0; at < samples.length; ) {
        if (due === 0) {
          if (next === told) {
            surplus.push(samples.slice(at));
            return;
          }
          await line.seek(places[next] ?? 0);
          due = lengths[next] ?? 0;
          next++;
        }
        const size = Math.min(due * channels, samples.length - at);
        await line.push(samples.subarray(at, at + size));
        at += size;
        due -= size / channels;
      }
    },
    async rest() {
      for (const samples of surplus) await line.push(samples);
      surplus = [];
    },
    excess: (samples) => line.excess(samples) ?? (surplus.length > limits.containerProblems ? 'more samples than its packets have' : null),
    get decoded() {
      return line.decoded;
    },
    get expected() {
      return expected;
    },
  };
}

interface Spoken {
  readonly position: number;
  /** Bytes of the packet, valid until the next one is requested. */
  readonly packet: Uint8Array;
  readonly frames: number;
}

/** Yields the packets that their codec accepts, in playing order. */
function* spoken(track: PacketTrack, codec: Codec, bytes: MediumBytes, counts: Counts): Iterable<Spoken> {
  const framesOf = codec.packets?.frames ?? ((packet: Uint8Array) => codec.frames?.({ ...track, spans: [[0, packet.length]] }) ?? 0);
  const { offsets, sizes, positions } = track.packets;
  const read = windowed(bytes);
  for (let index = 0; index < sizes.length; ) {
    const position = positions[index] ?? 0;
    const first = index;
    let packet = read(offsets[index] ?? 0, sizes[index] ?? 0);
    index++;
    while (index < sizes.length && positions[index] === position) {
      const before = packet.slice(); // the next read may move the window
      packet = Buffer.concat([before, read(offsets[index] ?? 0, sizes[index] ?? 0)]);
      index++;
    }
    const frames = framesOf(packet, track);
    if (frames > 0) yield { position, packet, frames };
    else if (counts.refused++ === 0) counts.firstRefused = offsets[first] ?? 0;
  }
}

/** Creates a reader of mostly adjacent pieces, which reads many of them at once. The result is valid until the next call. */
function windowed(bytes: MediumBytes): (offset: number, length: number) => Uint8Array {
  const buffer = new Uint8Array(Math.min(windowBytes, bytes.size));
  let window: Uint8Array = buffer.subarray(0, 0);
  let from = 0;
  return (offset, asked) => {
    const length = Math.max(0, Math.min(asked, bytes.size - offset));
    if (length > windowBytes) return bytes.piece(offset, length, new Uint8Array(length));
    if (offset < from || offset + length > from + window.length) {
      window = bytes.piece(offset, Math.max(length, Math.min(windowBytes, bytes.size - offset)), buffer);
      from = offset;
    }
    return window.subarray(offset - from, offset - from + length);
  };
}
