import { opusClockHz, opusFrameSamples, opusPacketMaxSamples } from '../../src/ogg/opus-packet.ts';
import type { SdpCoding } from './sdp.ts';

/** Content of one packet's payload. */
export interface Payload {
  /** Number of samples at the coding's rate; 0 if the payload's size or first bytes are impossible in the coding. */
  readonly frames: number;
  /** Bytes of speech at the beginning, before a silence descriptor. */
  readonly speechBytes: number;
}

/** Describes how payloads of one payload type are read. */
export interface RtpCoding {
  /** Id in the list of codecs; `unknown` if no codec has it. */
  readonly codec: string;
  readonly name: string;
  /** Rates of the samples and of RTP timestamps, which may differ. */
  readonly rateHz: number;
  readonly clockHz: number;
  readonly channels: number;
  /** Kind of the payload: comfort noise and telephone events are not audio, and their time stays silent. */
  readonly kind: 'sound' | 'noise' | 'event';
  /** True if each byte is decoded independently, so that the rest of a truncated packet is usable. */
  readonly isBytewise: boolean;
  readonly setup: Uint8Array | null;
  /** Returns the content of a payload from its size and its first two bytes. */
  read(size: number, head: number): Payload;
}

const sound = { kind: 'sound', isBytewise: false, channels: 1, setup: null } as const;

/** Creates a coding with a fixed number of samples per fixed number of bytes. */
function blocks(
  codec: string,
  name: string,
  rateHz: number,
  [bytes, frames]: readonly [bytes: number, frames: number],
  more: Partial<RtpCoding> = {},
): RtpCoding {
  const read = (size: number): Payload => (size % bytes === 0 ? { frames: (size / bytes) * frames, speechBytes: size } : none);
  return { ...sound, codec, name, rateHz, clockHz: rateHz, read, ...more };
}

const none: Payload = { frames: 0, speechBytes: 0 };
const bytewise = { isBytewise: true } as const;

const pcmu = blocks('mulaw', 'G.711 mu-law', 8_000, [1, 1], bytewise);
const pcma = blocks('alaw', 'G.711 A-law', 8_000, [1, 1], bytewise);
/** The RTP clock of G.722 is 8000 because of an error in an early RFC (RFC 3551, 4.5.2). */
const g722 = blocks('g722', 'G.722 at 64 kbit/s', 16_000, [1, 2], { ...bytewise, clockHz: 8_000 });
const gsm = blocks('gsm', 'GSM 06.10', 8_000, [33, 160]);
const ilbc20 = blocks('ilbc-20', 'iLBC, 20 ms', 8_000, [38, 160]);
const ilbc30 = blocks('ilbc-30', 'iLBC, 30 ms', 8_000, [50, 240]);
const g728 = blocks('g728', 'G.728', 8_000, [5, 20]);

/** Reads frames of 10 bytes; a last frame of 2 bytes describes silence (RFC 3551, 4.5.6). */
const g729: RtpCoding = {
  ...blocks('g729', 'G.729', 8_000, [10, 80]),
  read(size) {
    if (size % 10 !== 0 && size % 10 !== 2) return none;
    const frames = Math.floor(size / 10);
    return { frames: (frames + (size % 10 === 2 ? 1 : 0)) * 80, speechBytes: frames * 10 };
  },
};

/** Reads frames of 24 or 20 bytes, depending on the low bits of the first byte; a last frame of 4 bytes describes silence (RFC 3551, 4.5.3). */
const g723: RtpCoding = {
  ...blocks('g723.1', 'G.723.1', 8_000, [24, 240]),
  read(size, head) {
    const kind = (head >> 8) & 3;
    if (kind === 2) return size === 4 ? { frames: 240, speechBytes: 0 } : none;
    if (kind === 3) return size === 1 ? { frames: 240, speechBytes: 0 } : none;
    const bytes = kind === 0 ? 24 : 20;
    const rest = size % bytes;
    if (rest !== 0 && rest !== 4) return none; // no sender mixes both rates in one packet
    return { frames: Math.floor(size / bytes) * 240 + (rest === 4 ? 240 : 0), speechBytes: size - rest };
  },
};

const opus: RtpCoding = {
  ...sound,
  codec: 'opus-packets',
  name: 'Opus',
  rateHz: opusClockHz,
  clockHz: opusClockHz,
  read(size, head) {
    const code = (head >> 8) & 3;
    const count = code === 0 ? 1 : code === 3 ? head & 0x3f : 2;
    const frames = size === 0 || (code === 3 && size < 2) ? 0 : count * opusFrameSamples(head >> 11);
    return frames > opusPacketMaxSamples ? none : { frames, speechBytes: size };
  },
};

/** Bits of speech of each frame type, and the type that describes silence (3GPP TS 26.101 and 26.201; RFC 4867, section 4.3.2). */
const amrBits = [95, 103, 118, 134, 148, 159, 204, 244] as const;
const amrWbBits = [132, 177, 253, 285, 317, 365, 397, 461, 477] as const;

function amr(wide: boolean, aligned: boolean): RtpCoding {
  const bits = wide ? amrWbBits : amrBits;
  const frame = wide ? 320 : 160;
  const rateHz = wide ? 16_000 : 8_000;
  return {
    ...sound,
    codec: wide ? 'amr-wb-rtp' : 'amr-nb-rtp',
    name: `AMR${wide ? '-WB' : ''}, ${aligned ? 'octet-aligned' : 'bandwidth-efficient'}`,
    rateHz,
    clockHz: rateHz,
    setup: Uint8Array.of(aligned ? 1 : 0),
    read(size, head) {
      const type = aligned ? (head >> 3) & 0x0f : (head >> 7) & 0x0f;
      const more = aligned ? (head >> 7) & 1 : (head >> 11) & 1;
      const speech = bits[type];
      if (speech === undefined) return size <= 8 && size > 1 ? { frames: frame, speechBytes: 0 } : none;
      const one = aligned ? 1 + Math.ceil(speech / 8) : (speech + 6) / 8;
      const whole = aligned ? 1 + one : Math.ceil((10 + speech) / 8);
      if (more === 0) return size === whole ? { frames: frame, speechBytes: size } : none;
      return { frames: Math.max(1, Math.floor((size - (aligned ? 1 : 0.5)) / one)) * frame, speechBytes: size };
    },
  };
}

/** Creates a coding of linear samples, most significant byte first (RFC 3551, 4.5.11). */
function linear(rateHz: number, channels: number): RtpCoding {
  return blocks('pcm-s16be', 'L16', rateHz, [2 * channels, 1], { ...bytewise, channels });
}

/**
 * Creates a G.726 coding; eight codes of `bits` bits fill `bits` bytes. RTP puts the first code into the low bits, AAL2 into the high ones (RFC 3551, 4.5.4).
 */
function g726(kbits: number, order: 'lsb' | 'msb'): RtpCoding {
  return blocks(`g726-${kbits}-${order}`, `G.726 at ${kbits} kbit/s`, 8_000, [kbits / 8, 8], bytewise);
}

/** Creates a coding that has no decoder here; its duration is known if the size of a payload shows it. */
function foreign(name: string, clockHz: number, frames: (size: number) => number = () => 0): RtpCoding {
  const rateHz = clockHz > 0 ? clockHz : 8_000;
  return { ...sound, codec: 'unknown', name, rateHz, clockHz: rateHz, read: (size) => ({ frames: frames(size), speechBytes: size }) };
}

const silent = (kind: 'noise' | 'event', name: string, clockHz: number): RtpCoding => ({
  ...sound,
  codec: 'unknown',
  kind,
  name,
  rateHz: clockHz,
  clockHz,
  read: () => none,
});

/** Comfort noise: the level in the first byte is not played (RFC 3389). */
const comfortNoise = (clockHz: number): RtpCoding => silent('noise', 'comfort noise', clockHz);
/** RFC 4733: keys that a caller pressed, e.g. card numbers. They are neither played nor reported. */
const telephoneEvent = (clockHz: number): RtpCoding => silent('event', 'telephone events', clockHz);

/** Payload types with a fixed meaning (RFC 3551, table 4); type 19 was comfort noise before 13 (section 6 there). */
const fixed: ReadonlyMap<number, RtpCoding> = new Map([
  [0, pcmu],
  [2, g726(32, 'lsb')], // G.721 in RFC 1890.
  [3, gsm],
  [4, g723],
  [5, foreign('DVI4', 8_000, (size) => (size - 4) * 2)],
  [6, foreign('DVI4', 16_000, (size) => (size - 4) * 2)],
  [7, foreign('LPC', 8_000)],
  [8, pcma],
  [9, g722],
  [10, linear(44_100, 2)],
  [11, linear(44_100, 1)],
  [12, foreign('QCELP', 8_000)],
  [13, comfortNoise(8_000)],
  [15, g728],
  [16, foreign('DVI4', 11_025, (size) => (size - 4) * 2)],
  [17, foreign('DVI4', 22_050, (size) => (size - 4) * 2)],
  [18, g729],
  [19, comfortNoise(8_000)],
]);

/** Returns the coding of a payload type without any description; null for dynamic types and for types that are not audio. */
export function fixedCoding(type: number): RtpCoding | null {
  return fixed.get(type) ?? null;
}

/** Returns the coding of a described payload type. */
export function describedCoding(type: number, { name, clockHz, channels, parameters }: SdpCoding): RtpCoding | null {
  switch (name) {
    case '':
      return fixedCoding(type);
    case 'PCMU':
      return { ...pcmu, rateHz: clockHz, clockHz };
    case 'PCMA':
      return { ...pcma, rateHz: clockHz, clockHz };
    case 'G722':
      return g722;
    case 'GSM':
      return gsm;
    case 'G729':
      return g729;
    case 'G723':
      return g723;
    case 'G728':
      return g728;
    case 'L16':
      return linear(clockHz, channels);
    case 'ILBC':
      return /\bmode\s*=\s*20\b/.test(parameters) ? ilbc20 : ilbc30; // RFC 3952, section 5: 30 ms unless both sides say 20.
    case 'OPUS':
      return opus;
    case 'AMR':
    case 'AMR-WB':
      return amr(name === 'AMR-WB', /\boctet-align\s*=\s*1\b/.test(parameters));
    case 'CN':
      return comfortNoise(clockHz);
    case 'TELEPHONE-EVENT':
      return telephoneEvent(clockHz);
    default: {
      const kbits = /^(AAL2-)?G726-(16|24|32|40)$/.exec(name);
      return kbits === null ? foreign(name, clockHz) : g726(Number(kbits[2]), kbits[1] === undefined ? 'lsb' : 'msb');
    }
  }
}

/** Returns the coding of a payload type without a description. */
export function namelessCoding(type: number): RtpCoding {
  return foreign(`RTP payload type ${type}, not described`, 8_000);
}

/** Codings that a dynamic payload type may have, judged by the sizes of its packets; the likeliest first. */
export const guessableCodings: readonly RtpCoding[] = [
  opus,
  amr(false, false),
  amr(true, false),
  amr(false, true),
  amr(true, true),
  ilbc20,
  ilbc30,
  gsm,
];
/** The coding of events, which a phone may send without describing them. */
export const guessedEvent: RtpCoding = telephoneEvent(8_000);
