import { describedCoding, fixedCoding, guessableCodings, guessedEvent, namelessCoding, type RtpCoding } from './rtp-coding.ts';
import { fitOf, isUniform } from './rtp-fit.ts';
import type { SideStream, StreamCoding } from './rtp-line.ts';
import { type OrderedStream, orderStream } from './rtp-order.ts';
import type { DescribedStream } from './rtp-sides.ts';
import type { RtpStream } from './rtp-streams.ts';
import type { SdpMedium } from './sdp.ts';

/** A stream whose payload types are known as far as they can be, and what has to be said of that. */
export interface TypedStream extends SideStream {
  /** The coding of most of its sound; null where it has none. */
  readonly main: RtpCoding | null;
  /** Why its payload is taken for encrypted; null where it is not. */
  readonly encrypted: string | null;
  /** True where the coding is a guess by sizes and times. */
  readonly isGuessed: boolean;
  /** What the sender counts instead of its coding's clock; null where it is that. */
  readonly oddClockHz: number | null;
  /** Packets of payload types that nobody described. */
  readonly unplaced: number;
  /** Seconds of sound, as the packets hold it. */
  readonly seconds: number;
}

/** Share of a stream's packets whose size and first bytes, and of its steps whose length, must be a coding's for a guess. */
const guessKnown = 0.95;
const guessShare = 0.8;
/** Steps without which nothing is guessed. */
const guessPairs = 4;

/** Finds out what the payload types of a stream mean by the signalling. */
export function typeStream({ stream, media, secure }: DescribedStream): TypedStream {
  return typeStreamBy(stream, (type) => codingIn(media, type), secure);
}

/** Finds out what the payload types of a stream mean; `codingOf` knows what is described, and null for what is not. */
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

/** By the first description that has it, else by its fixed meaning. */
function codingIn(media: readonly SdpMedium[], type: number): RtpCoding | null {
  for (const medium of media) {
    const described = medium.codings.get(type);
    const coding = described === undefined ? null : describedCoding(type, described);
    if (coding !== null) return coding;
  }
  return fixedCoding(type);
}

function guess(ordered: OrderedStream, type: number, hasMain: boolean): RtpCoding | null {
  if (hasMain) return null; // a second one would be a guess upon a guess
  for (const coding of guessableCodings) {
    const { known, share, pairs, clockHz } = fitOf(ordered, type, coding);
    if (known >= guessKnown && share >= guessShare && pairs >= guessPairs && clockHz === coding.clockHz) return coding;
  }
  return null;
}

/** Telephone events have 4 bytes and the same time in several packets (RFC 4733, sections 2.3 and 2.5). */
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

/** Pictures need several packets of one time each; sound has a time of its own for each packet. */
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
  // Some recorders decrypt and leave the description as it was: sound of single bytes shows that.
  if (secure && !(coding.isBytewise && uniform === false)) return 'the signalling has keys for SRTP, or a DTLS handshake came before';
  if (tail > 0 && uniform !== false) return `each packet is ${tail} bytes longer than its time`;
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
