import { agree } from '../../src/core/base/agree.ts';
import { describedCoding, fixedCoding, guessableCodings, guessedEvent, namelessCoding, type RtpCoding } from './rtp-coding.ts';
import { fitOf, isUniform } from './rtp-fit.ts';
import type { SideStream, StreamCoding } from './rtp-line.ts';
import { type OrderedStream, orderStream } from './rtp-order.ts';
import type { DescribedStream } from './rtp-sides.ts';
import type { RtpStream } from './rtp-streams.ts';
import type { SdpMedium } from './sdp.ts';

/** A stream whose payload types have been determined as far as possible, with the facts to be reported about them. */
export interface TypedStream extends SideStream {
  /** The coding of most of its audio; null if it has none. */
  readonly main: RtpCoding | null;
  /** Why the payload is considered encrypted; null if it is not. */
  readonly encrypted: string | null;
  /** True if the coding is a guess from sizes and times. */
  readonly isGuessed: boolean;
  /** The sender's actual clock if it differs from the coding's; otherwise null. */
  readonly oddClockHz: number | null;
  /** Number of packets of payload types without a description. */
  readonly unplaced: number;
  /** Seconds of audio in the packets. */
  readonly seconds: number;
}

/** Smallest share of a stream's packets (by size and first bytes), and of its steps (by length), that must match a coding for a guess. */
const guessKnown = 0.95;
const guessShare = 0.8;
/** Smallest number of steps for a guess. */
const guessPairs = 4;

/** Determines the payload types of a stream from the signalling. */
export function typeStream({ stream, media, secure }: DescribedStream): TypedStream {
  return typeStreamBy(stream, (type) => codingIn(media, type), secure);
}

/** Determines the payload types of a stream. @param codingOf returns the described coding of a type; null if there is none */
export function typeStreamBy(stream: RtpStream, codingOf: (type: number) => RtpCoding | null, secure = false): TypedStream {
  const ordered = orderStream(stream);
  const counts = new Map<number, number>();
  for (const index of ordered.order) {
    const type = stream.types[index] ?? 0;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  const types = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const codings = new Map<number, StreamCoding>();
  const later: [number, StreamCoding][] = [];
  let main: RtpCoding | null = null;
  let encrypted: string | null = null;
  let isGuessed = false;
  let oddClockHz: number | null = null;
  let unplaced = 0;
  for (const [type, count] of types) {
    const described = codingOf(type);
    let coding: RtpCoding | null = described ?? guess(ordered, type, main !== null);
    if (coding === null && main === null && !isEventful(ordered, type) && !isPictures(ordered, type)) coding = namelessCoding(type);
    coding ??= isEventful(ordered, type) ? guessedEvent : null;
    if (coding === null) {
      unplaced += count;
      continue;
    }
    if (coding.kind !== 'sound') {
      later.push([type, { coding, clockHz: coding.clockHz }]);
      continue;
    }
    const fit = fitOf(ordered, type, coding);
    const isFirst = main === null;
    if (isFirst) {
      encrypted = whyEncrypted(ordered, coding, fit.tail, secure);
      isGuessed = described === null && coding.codec !== 'unknown';
      if (fit.clockHz !== coding.clockHz) oddClockHz = fit.clockHz;
    }
    if (encrypted !== null)
      coding = { ...namelessCoding(type), name: `${coding.name} in SRTP, encrypted`, rateHz: coding.rateHz, clockHz: coding.clockHz };
    if (isFirst) main = coding;
    codings.set(type, { coding, clockHz: fit.clockHz });
  }
  const clockHz = [...codings.values()][0]?.clockHz;
  for (const [type, coding] of later) codings.set(type, { ...coding, clockHz: clockHz ?? coding.clockHz });
  return { ...ordered, codings, main, encrypted, isGuessed, oddClockHz, unplaced, seconds: soundSeconds(ordered, codings) };
}

/** Returns the coding by the first description that has the type, or else by the type's fixed meaning. */
function codingIn(media: readonly SdpMedium[], type: number): RtpCoding | null {
  for (const medium of media) {
    const described = medium.codings.get(type);
    const coding = described === undefined ? null : describedCoding(type, described);
    if (coding !== null) return coding;
  }
  return fixedCoding(type);
}

function guess(ordered: OrderedStream, type: number, hasMain: boolean): RtpCoding | null {
  if (hasMain) return null; // a second guess would depend on the first
  for (const coding of guessableCodings) {
    const { known, share, pairs, clockHz } = fitOf(ordered, type, coding);
    if (known >= guessKnown && share >= guessShare && pairs >= guessPairs && clockHz === coding.clockHz) return coding;
  }
  return null;
}

/** Returns true for telephone events, which have 4 bytes and the same time in several packets (RFC 4733, sections 2.3 and 2.5). */
function isEventful({ stream, order }: OrderedStream, type: number): boolean {
  let packets = 0;
  let fours = 0;
  for (const index of order) {
    if (stream.types[index] !== type) continue;
    packets++;
    if (stream.sizes[index] === 4) fours++;
  }
  return packets === fours;
}

/** Returns true for video: a picture needs several packets with one time, whereas each audio packet has its own time. */
function isPictures({ stream, order, timestamps }: OrderedStream, type: number): boolean {
  let steps = 0;
  let still = 0;
  for (let place = 1; place < order.length; place++) {
    if (stream.types[order[place] ?? 0] !== type) continue;
    steps++;
    if (timestamps[place] === timestamps[place - 1]) still++;
  }
  return still > steps / 5;
}

function whyEncrypted(ordered: OrderedStream, coding: RtpCoding, tail: number, secure: boolean): string | null {
  const uniform = isUniform(ordered.stream);
  // Some recorders decrypt and leave the description unchanged; bytewise audio reveals this.
  if (secure && !(coding.isBytewise && uniform === false)) return 'the signalling has keys for SRTP, or a DTLS handshake came before';
  if (tail > 0 && uniform !== false) return agree`each packet is ${tail} byte[s] longer than its playing time`;
  if (coding.isBytewise && uniform === true) return 'all byte values are equally frequent';
  return null;
}

function soundSeconds({ stream, order }: OrderedStream, codings: ReadonlyMap<number, StreamCoding>): number {
  let seconds = 0;
  for (const index of order) {
    const coding = codings.get(stream.types[index] ?? 0)?.coding;
    if (coding?.kind === 'sound') seconds += coding.read(stream.sizes[index] ?? 0, stream.heads[index] ?? 0).frames / coding.rateHz;
  }
  return seconds;
}
