/** Sizes in one codec of the DSS family; all these codecs are CELP with a lattice filter. */
export interface CelpShape {
  /** Number of reflection coefficients. */
  readonly order: number;
  /** Number of samples of a subframe; four subframes make a frame. */
  readonly subframe: number;
  /** Number of pulses in a subframe's fixed excitation. */
  readonly pulses: number;
  readonly longestLag: number;
}

/** State of the speech between subframes. Source: dss-codec, CODEC_SPECIFICATION.md, "Shared Algorithms" (MIT). */
export interface Celp {
  /** Reflection coefficients of this frame; the caller fills them in. */
  readonly coefficients: Float64Array;
  /** Positions and amplitudes of this subframe's pulses; the caller fills them in. A position outside the subframe means no pulse. */
  readonly places: Int32Array;
  readonly amplitudes: Float64Array;
  /** Computes the excitation of the next subframe from the past one, `lag` samples ago (at most the longest lag), and from pulses. */
  excite(lag: number, gain: number): void;
  /** Computes the excitation of the next subframe from noise, for short frames. */
  exciteNoise(gain: number): void;
  /** Filters the excitation into `out` from `to`: speech before rounding. */
  synthesize(out: Float64Array, to: number): void;
  reset(): void;
}

/** Pole of the de-emphasis: CODEC_SPECIFICATION.md, "De-emphasis Filter"; SPEC-grundig-dss-sp.md, section 4.4. */
const deemphasis = 0.1;

/** Rounds a sample towards zero, like dss-codec, which the only QP recording with known samples confirms. Olympus' software may round to the nearest. */
export function cutSample(value: number): number {
  return Math.max(-32768, Math.min(32767, Math.trunc(value)));
}

/** Rounds a sample like Grundig's software: to the nearest, halves up, within ±32767 (SPEC-grundig-dss-sp.md, section 4.4). */
export function roundSample(value: number): number {
  return Math.max(-32767, Math.min(32767, Math.floor(value + 0.5)));
}

/** Creates a synthesis in its initial state. */
export function createCelp({ order, subframe, pulses, longestLag }: CelpShape): Celp {
  const coefficients = new Float64Array(order);
  const places = new Int32Array(pulses);
  const amplitudes = new Float64Array(pulses);
  /** The past excitation, followed by that of this subframe. */
  const excitation = new Float64Array(longestLag + subframe);
  const lattice = new Float64Array(order);
  let noise = 0;
  let last = 0;
  return {
    coefficients,
    places,
    amplitudes,
    excite(lag, gain) {
      excitation.copyWithin(0, subframe);
      // A lag shorter than the subframe repeats the past samples, not the new ones.
      for (let i = 0, past = longestLag - lag; i < subframe; i++, past++) {
        if (past === longestLag) past = longestLag - lag;
        excitation[longestLag + i] = gain * (excitation[past] ?? 0);
      }
      for (let pulse = 0; pulse < pulses; pulse++) {
        const place = places[pulse] ?? 0;
        if (place < subframe) excitation[longestLag + place] = (excitation[longestLag + place] ?? 0) + (amplitudes[pulse] ?? 0);
      }
    },
    exciteNoise(gain) {
      excitation.copyWithin(0, subframe);
      for (let i = 0; i < subframe; i++) {
        noise = (noise * 0x209 + 0x103) & 0xffff; // SPEC-grundig-dss-sp.md, section 4.3; read as a signed 16-bit number.
        excitation[longestLag + i] = ((noise << 16) >> 16) * gain;
      }
    },
    synthesize(out, to) {
      for (let i = 0; i < subframe; i++) {
        let sample = (excitation[longestLag + i] ?? 0) - (lattice[order - 1] ?? 0) * (coefficients[order - 1] ?? 0);
        for (let place = order - 2; place >= 0; place--) {
          const coefficient = coefficients[place] ?? 0;
          const before = lattice[place] ?? 0;
          sample -= before * coefficient;
          lattice[place + 1] = coefficient * sample + before;
        }
        lattice[0] = sample;
        last = sample + deemphasis * last;
        out[to + i] = last;
      }
    },
    reset() {
      excitation.fill(0);
      lattice.fill(0);
      noise = 0;
      last = 0;
    },
  };
}

/** Reads fields from bytes, most significant bit first. */
export class FrameBits {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;

  /** Moves to the first bit of the byte at `from`. */
  start(bytes: Uint8Array, from: number): void {
    this.#bytes = bytes;
    this.#at = from * 8;
  }

  /** Returns the next `count` bits, at most 48, as a number. */
  take(count: number): number {
    let value = 0;
    for (let left = count; left > 0; ) {
      const room = 8 - (this.#at & 7);
      const taken = Math.min(left, room);
      value = value * (1 << taken) + (((this.#bytes[this.#at >> 3] ?? 0) >> (room - taken)) & ((1 << taken) - 1));
      this.#at += taken;
      left -= taken;
    }
    return value;
  }
}

/** Decodes a combination of `k` of `n` positions from its rank: CODEC_SPECIFICATION.md, "Combinatorial Number System Decode". */
export interface Combinations {
  /** Number of combinations; no encoder writes a rank of this size or more. */
  readonly count: number;
  /** Writes the positions of a rank below `count`, the last position first. */
  places(rank: number, into: Int32Array): void;
}

/** Creates a decoder for at most 2^53 combinations. */
export function combinations(n: number, k: number): Combinations {
  /** Row j, column i: number of ways to choose j + 1 out of i. */
  const ways = Array.from({ length: k }, () => new Float64Array(n + 1));
  for (const [j, row] of ways.entries()) {
    const above = ways[j - 1];
    for (let i = 1; i <= n; i++) row[i] = (row[i - 1] ?? 0) + (above === undefined ? 1 : (above[i - 1] ?? 0));
  }
  return {
    count: ways[k - 1]?.[n] ?? 0,
    places(rank, into) {
      let rest = rank;
      let place = n - 1;
      for (let j = k - 1; j >= 0; j--) {
        const row = ways[j];
        while (place > j && (row?.[place] ?? 0) > rest) place--;
        rest -= row?.[place] ?? 0;
        into[k - 1 - j] = place;
        place--;
      }
    },
  };
}
