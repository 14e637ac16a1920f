import { hostOf } from '../../src/core/capture/ip-endpoints.ts';
import type { RtpStream } from './rtp-streams.ts';
import type { SdpMedium } from './sdp.ts';
import type { SipCall } from './sip-calls.ts';

/** A stream with its descriptions in the signalling. */
export interface DescribedStream {
  readonly stream: RtpStream;
  /** Descriptions that may define its payload types, the most reliable first. */
  readonly media: readonly SdpMedium[];
  /** True if its receiver or sender described it as encrypted. */
  readonly secure: boolean;
}

/** Streams that belong together: those of one call, or those between the same two endpoints. */
export interface StreamGroup {
  /**
   * Streams that the caller sends, and streams that the callee sends; without signalling, the streams of each direction, with the first packet's direction
   * first.
   */
  readonly sides: readonly [DescribedStream[], DescribedStream[]];
  /** True if the signalling states who called. */
  readonly isSignalled: boolean;
  /** True if the sides are the first two media of a recording session, which both have the same direction (SIPREC, RFC 7866). */
  readonly isRecording: boolean;
}

/** Smallest number of packets of a stream; fewer are a coincidence. */
const fewestPackets = 5;

/** Returns true if the packets of a stream are numbered consecutively, as in RTP. */
export function isRtpStream({ count, inStep, repeats }: RtpStream): boolean {
  return count - repeats >= fewestPackets && inStep >= 0.6 * (count - repeats - 1);
}

interface Expecting {
  readonly call: number;
  readonly party: 0 | 1;
  readonly medium: SdpMedium;
}

/** Returns the endpoints at which the calls of a capture expect packets. @param host converts an address to a number */
function expectations(calls: readonly SipCall[], host: (address: string) => number | null): Map<number, Expecting[]> {
  const places = new Map<number, Expecting[]>();
  for (const [call, { media }] of calls.entries()) {
    for (const party of [0, 1] as const) {
      for (const medium of media[party]) {
        const at = medium.port === 0 ? null : host(medium.address);
        if (at === null) continue;
        const known = places.get(at + medium.port) ?? [];
        known.push({ call, party, medium });
        places.set(at + medium.port, known);
      }
    }
  }
  return places;
}

/** Assigns streams to calls and sides. `other`: streams that the signalling describes as video or the like. */
export function groupStreams(
  streams: readonly RtpStream[],
  calls: readonly SipCall[],
  host: (address: string) => number | null,
): { readonly groups: readonly StreamGroup[]; readonly other: readonly RtpStream[] } {
  const places = expectations(calls, host);
  const signalled = new Map<number, [DescribedStream[], DescribedStream[]]>();
  const other: RtpStream[] = [];
  const left: RtpStream[] = [];
  /** Index of the stream's medium in the description that names its endpoint. */
  const placeOf = new Map<RtpStream, number>();
  const sideByFlow = new Map<string, { readonly call: number; readonly party: 0 | 1 }>();
  const put = (call: number, party: 0 | 1, stream: RtpStream, own: readonly SdpMedium[]): void => {
    const sides = signalled.get(call) ?? [[], []];
    signalled.set(call, sides);
    const audio = (from: 0 | 1): SdpMedium[] => (calls[call]?.media[from] ?? []).filter(({ kind }) => kind === 'audio').reverse();
    // The receiver defines the meaning of payload types (RFC 3264, 5.1), and nearly always both sides agree.
    const media = [...own, ...audio(party === 0 ? 1 : 0), ...audio(party)];
    const [receiver, sender] = [audio(party === 0 ? 1 : 0)[0], audio(party)[0]];
    sides[party].push({ stream, media, secure: (receiver ?? sender)?.secure === true && (sender ?? receiver)?.secure === true });
    sideByFlow.set(`${stream.source} ${stream.target}`, { call, party });
  };
  for (const stream of streams) {
    const start = stream.times[0] ?? 0;
    const latest = (endpoint: number): Expecting | null => {
      const expecting = places.get(endpoint) ?? [];
      // Calls use a port one after another, and the signalling of a call that begins later may also arrive late.
      return expecting.findLast(({ call }) => (calls[call]?.seconds ?? 0) <= start + 1) ?? expecting[0] ?? null;
    };
    const [to, from] = [latest(stream.target), latest(stream.source)];
    const expecting = to ?? from;
    if (expecting === null) left.push(stream);
    else if (expecting.medium.kind !== 'audio') other.push(stream);
    else {
      placeOf.set(stream, expecting.medium.place);
      put(expecting.call, to === null ? expecting.party : to.party === 0 ? 1 : 0, stream, to === null ? [] : [to.medium]);
    }
  }
  // The other direction of a known stream, if its own addresses were changed on the route.
  const unknown = left.filter((stream) => {
    const reverse = sideByFlow.get(`${stream.target} ${stream.source}`);
    const same = sideByFlow.get(`${stream.source} ${stream.target}`);
    const found = same ?? (reverse === undefined ? undefined : { call: reverse.call, party: reverse.party === 0 ? (1 as const) : (0 as const) });
    if (found !== undefined) put(found.call, found.party, stream, []);
    return found === undefined;
  });
  // If there is one call, and all streams run between two endpoints, the streams belong to the call, whatever addresses the signalling names.
  const rest = pairUp(unknown);
  const [only] = rest;
  const [call] = calls;
  if (call !== undefined && calls.length === 1 && signalled.size === 0 && only !== undefined && rest.length === 1) {
    const ports = new Set(call.media[0].map(({ port }) => port));
    const isCaller = (stream: RtpStream): boolean => ports.has(stream.source % 0x1_0000) || !ports.has(stream.target % 0x1_0000);
    for (const stream of unknown) put(0, isCaller(stream) ? 0 : 1, stream, []);
    return { groups: signalledGroups(), other };
  }
  return { groups: [...signalledGroups(), ...rest], other };

  function signalledGroups(): StreamGroup[] {
    return [...signalled].map(([call, sides]) => {
      const labelled = (calls[call]?.media ?? []).flat().some(({ label }) => label !== null);
      const [media, more] = labelled ? mediaOneWay(sides, placeOf) : [null, []];
      for (const { stream } of more) other.push(stream);
      return { sides: media ?? sides, isSignalled: true, isRecording: media !== null };
    });
  }
}

/**
 * Returns the streams of a recording session by their media: the first two, and the others, e.g. a mix of both. Null if packets run in both directions, or one
 * medium has all streams.
 */
function mediaOneWay(
  [first, second]: StreamGroup['sides'],
  placeOf: ReadonlyMap<RtpStream, number>,
): readonly [media: StreamGroup['sides'] | null, more: readonly DescribedStream[]] {
  if (first.length > 0 && second.length > 0) return [null, []];
  const streams = [...first, ...second];
  const places = [...new Set(streams.flatMap(({ stream }) => placeOf.get(stream) ?? []))].sort((a, b) => a - b);
  const [one, two] = places;
  if (one === undefined || two === undefined) return [null, []];
  const at = (wanted: number): DescribedStream[] => streams.filter(({ stream }) => placeOf.get(stream) === wanted);
  const media: StreamGroup['sides'] = [at(one), at(two)];
  return [media, streams.filter((stream) => !media.flat().includes(stream))];
}

/** Pairs streams between the same two endpoints, then those between the same two hosts with opposite directions. */
function pairUp(streams: readonly RtpStream[]): StreamGroup[] {
  const byEnds = new Map<string, RtpStream[]>();
  const add = (to: Map<string, RtpStream[]>, a: number, b: number, more: readonly RtpStream[]): void => {
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    const known = to.get(key) ?? [];
    for (const stream of more) known.push(stream);
    to.set(key, known);
  };
  for (const stream of streams) add(byEnds, stream.source, stream.target, [stream]);
  const groups: RtpStream[][] = [];
  const halves = new Map<string, RtpStream[]>();
  for (const group of byEnds.values()) {
    const [first] = group;
    if (first === undefined) continue;
    if (group.some((stream) => stream.source === first.target)) groups.push(group);
    else add(halves, hostOf(first.source), hostOf(first.target), group);
  }
  for (const group of halves.values()) {
    const flows = new Map<string, RtpStream[]>();
    for (const stream of group) {
      const flow = `${stream.source} ${stream.target}`;
      const known = flows.get(flow) ?? [];
      known.push(stream);
      flows.set(flow, known);
    }
    const [first] = group;
    const isBothWays = first !== undefined && group.some((stream) => hostOf(stream.source) === hostOf(first.target));
    if (flows.size === 2 && isBothWays) groups.push(group);
    else groups.push(...flows.values());
  }
  return groups.map((group) => {
    const first = group.reduce((a, b) => ((b.times[0] ?? 0) < (a.times[0] ?? 0) ? b : a));
    const isForward = (stream: RtpStream): boolean => stream.source === first.source || hostOf(stream.source) === hostOf(first.source);
    const describe = (stream: RtpStream): DescribedStream => ({ stream, media: [], secure: false });
    // If both are on one host (a test, a gateway), ports distinguish them.
    const isOneHost = hostOf(first.source) === hostOf(first.target);
    const forward = group.filter((stream) => (isOneHost ? stream.source === first.source : isForward(stream)));
    return {
      sides: [forward.map(describe), group.filter((stream) => !forward.includes(stream)).map(describe)],
      isSignalled: false,
      isRecording: false,
    };
  });
}
