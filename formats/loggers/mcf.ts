import { agree } from '../../src/core/base/agree.ts';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { FindingCode } from '../../src/core/findings/finding-table.ts';
import type { Format, Identification } from '../../src/core/model/format.ts';
import { gapWords, sideFindings } from '../capture/capture-findings.ts';
import type { CallSide } from '../capture/rtp-call.ts';
import type { RtpCoding } from '../capture/rtp-coding.ts';
import { placeSide, segmentsOf } from '../capture/rtp-line.ts';
import { GrowingStream } from '../capture/rtp-streams.ts';
import { tracksOf } from '../capture/rtp-tracks.ts';
import { typeStreamBy } from '../capture/rtp-types.ts';
import { frameWindow } from '../frames/frame-window.ts';
import { beginsChunk, type McfChunk, type McfWalk, mcfHeaderBytes, parseMcfChunk, walkMcf } from './mcf-chunks.ts';
import { mcfCodingOf, mcfCodings, mcfUnframed } from './mcf-codings.ts';
import { lineUp } from './mcf-times.ts';

/** Largest number of channels that are read; Oreka has three. */
const channelsRead = 16;

/** Facts about one channel, collected during the walk. */
interface Channel {
  readonly number: number;
  readonly stream: GrowingStream;
  readonly rateHz: number;
  /** For chunks that arrived without RTP: their number, the ticks in them, and their encodings. */
  unframed: number;
  ticks: number;
  readonly codings: Map<number, RtpCoding | null>;
}

interface Side extends CallSide {
  readonly channel: number;
}

/** Identifies Oreka's media chunks, which its recorder writes during a call and converts to WAVE afterwards. */
export const mcf: Format = {
  id: 'mcf',
  title: 'Oreka media chunks',
  extensions: ['.mcf'],
  mediaType: 'application/x-oreka-mcf',
  grade: 'experimental',
  facts: [
    'layout and numbers: voiceip/oreka, orkbasecxx/AudioCapture.h, audiofile/MediaChunkFile.cpp, Utils.h, audiocaptureplugins/voip/VoIpSession.cpp, filters/rtpmixer/RtpMixer.cpp; tested with synthetic files, because no real one was available',
    'RFC 3550 (RTP), 3551 (payload types), 4733 (telephone events)',
  ],
  codings: mcfCodings,
  async identify(bytes, _hint, signal) {
    const { size } = bytes;
    const first = parseMcfChunk(await bytes.read(0, mcfHeaderBytes, signal), 0);
    if (first === null) return null;
    const window = frameWindow(bytes, signal);
    await window.read(0, first.size + 2 * mcfHeaderBytes);
    const end = mcfHeaderBytes + first.size;
    const isFollowed = end < size && (await beginsChunk(window, end, size));
    // A single chunk, complete or not, can only be recognised by its header.
    if (!isFollowed && !isOreka(first)) return null;
    const channels = new Map<number, Channel>();
    let packets = 0;
    let beyond = 0;
    const walk = await walkMcf(
      window,
      size,
      (chunk, payload, from, offset) => {
        const channel = packets < limits.capturePackets ? channelOf(channels, chunk) : null;
        if (channel === null) beyond++;
        else if (chunk.size > 0) {
          packets++;
          take(channel, chunk, payload, from, offset);
        }
      },
      signal,
    );
    const sides = sidesOf([...channels.values()].filter(({ stream }) => stream.count > 0));
    return answerOf(walk, sides, { beyond, isFollowed }, bytes);
  },
};

/** Returns true if all fields have values that Oreka itself writes. */
function isOreka({ encoding, payloadType, channel, rateHz }: McfChunk): boolean {
  return encoding >= 1 && encoding <= 12 && payloadType >= -1 && [0, 1, 2, 100].includes(channel) && rateHz >= 8_000;
}

function channelOf(channels: Map<number, Channel>, { channel: number, rateHz }: McfChunk): Channel | null {
  const known = channels.get(number);
  if (known !== undefined) return known;
  if (channels.size >= channelsRead) return null;
  const made: Channel = { number, stream: new GrowingStream(number, number, 0, true), rateHz, unframed: 0, ticks: 0, codings: new Map() };
  channels.set(number, made);
  return made;
}

function take(channel: Channel, chunk: McfChunk, bytes: Uint8Array, from: number, offset: number): void {
  const { stream, codings } = channel;
  const { payloadType, sequence, timestamp, arrival, size } = chunk;
  const payload = { seconds: arrival, offset, bytes, from, to: from + size, isCut: false, pieces: null };
  if (payloadType >= 0) {
    stream.add({ ...payload, sequence: sequence & 0xffff, timestamp, type: payloadType });
    return;
  }
  // Chunks that did not arrive by RTP have no reliable numbers and need none: they are consecutive.
  const type = mcfUnframed + chunk.encoding;
  stream.add({ ...payload, sequence: channel.unframed++ & 0xffff, timestamp: channel.ticks, type });
  const known = codings.get(type);
  const coding = known === undefined ? mcfCodingOf(stream, channel.rateHz)(type) : known;
  codings.set(type, coding);
  if (coding !== null)
    channel.ticks += (coding.read(size, ((bytes[from] ?? 0) << 8) | (bytes[from + 1] ?? 0)).frames * coding.clockHz) / coding.rateHz;
}

/** Returns the sides: directions 1 and 2 are sides 0 and 1. Mono, or several channels in one, come after them or are the only side. */
function sidesOf(channels: readonly Channel[]): Side[] {
  const rank = ({ number }: Channel): number => (number === 0 ? 256 : number);
  const sorted = [...channels].sort((a, b) => rank(a) - rank(b));
  const typed = sorted.map(({ stream, rateHz }) => typeStreamBy(stream, mcfCodingOf(stream, rateHz)));
  lineUp(typed);
  const runs = typed.map((stream) => segmentsOf([stream], true));
  const origin = runs.flatMap(({ segments }) => segments).reduce((least, { seconds }) => Math.min(least, seconds), Number.POSITIVE_INFINITY);
  const sides: Side[] = [];
  for (const [at, { segments, strays }] of runs.entries()) {
    const line = placeSide(segments, origin);
    const [channel, stream] = [sorted[at], typed[at]];
    if (line.packets > 0 && channel !== undefined && stream !== undefined)
      sides.push({ channel: channel.number, side: sides.length, streams: [stream], line, strays });
  }
  return sides;
}

function answerOf(
  walk: McfWalk,
  sides: readonly Side[],
  { beyond, isFollowed }: { readonly beyond: number; readonly isFollowed: boolean },
  { name: place, size }: ByteReader,
): Identification {
  const findings: Finding[] = [];
  const tell = (code: FindingCode, message: string): void => {
    findings.push(finding(code, place, message));
  };
  if (walk.lost > 0)
    tell('F360', agree`${walk.lost} of ${size} byte[s], the first at ${walk.lostAt}, belong to no chunk; reading continued with the next one`);
  if (beyond > 0)
    tell('F361', agree`${beyond} chunk[s] [is|are] beyond the first ${channelsRead} channel[s] or the first ${limits.capturePackets} chunks`);
  if (walk.cut > 0) tell('F371', agree`${walk.cut} byte[s] at the end [is|are] an incomplete chunk`);
  if (sides.length > 1) tell('F370', agree`${sides.length} side[s], ${sides.map(({ line }) => line.packets).join(' and ')} packet[s]`);
  const [only] = sides;
  if (sides.length === 1 && only !== undefined && (only.channel === 1 || only.channel === 2))
    tell('F277', agree`${only.line.packets} packet[s] of direction ${only.channel}, none of the other`);
  for (const side of sides) sideFindings(side, tell);
  const seconds = Math.max(0, ...sides.map(({ line }) => line.end));
  return {
    format: mcf.id,
    confidence: isFollowed ? 'signature' : 'structure',
    basis: [`${walk.chunks} Oreka chunks from 0`, ...sides.map(sideWords)].join('; '),
    tracks: sides.flatMap((side) => tracksOf(side, seconds)),
    shortfall: { bytesWithoutSound: walk.lost + walk.cut, strayBytes: walk.lost + walk.cut },
    findings,
    state: sides.length === 0 ? 'header-only' : walk.lost > 0 ? 'damaged' : walk.cut > 0 ? 'truncated' : 'ok',
  };
}

/** Returns the content of a side in words for people. */
function sideWords({ side, channel, line }: Side): string {
  const who = channel === 0 ? 'mono' : channel === 100 ? 'several voices in one' : `direction ${channel}`;
  const codings = [...new Set(line.tables.map(({ coding }) => coding.name))].join(', ');
  const silent = gapWords(line.gaps);
  return agree`channel ${side} is ${who}: ${line.packets} packet[s] of ${codings}${silent === '' ? '' : `, silent ${silent}`}`;
}
