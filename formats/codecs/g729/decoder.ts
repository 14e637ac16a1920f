import { ComfortNoise, random } from './comfort.ts';
import { excitationPast, GainDecoder, longestDelay, mix, placePulses, predictPitch, sharpen, shortestDelay } from './excitation.ts';
import { correlate, subframe, synthesise } from './filters.ts';
import { freePlaces32, roundHigh, shift32 } from './fixed.ts';
import { interpolateFilters, LspDecoder, order } from './lsp.ts';
import { parityHolds } from './parity.ts';
import { PostFilter } from './postfilter.ts';

/** Size of a frame of speech at 8 kbit/s, and of a frame that describes silence (annex B; RFC 3551, 4.5.6). */
export const g729FrameBytes = 10;
export const g729SilenceBytes = 2;
/** Number of samples of a frame. */
export const g729FrameSamples = 80;

/** Smallest and largest weight of the pitch sharpening, Q14 (3.8). */
const leastSharp: number = 3277;
const mostSharp = 13017;

type Kind = 'untransmitted' | 'speech' | 'silence';

/**
 * Decodes ITU-T G.729 with annexes A and B, in the fixed point of their reference. Also decodes frames of the main body, whose bits are the same; the
 * post-filter is that of annex A. One object decodes one channel.
 */
export class G729Decoder {
  readonly #lsp = new LspDecoder();
  readonly #gains = new GainDecoder();
  readonly #noise = new ComfortNoise();
  readonly #postFilter = new PostFilter();
  readonly #excitation = new Int16Array(excitationPast + g729FrameSamples);
  /** Ten past samples, followed by the frame before the post-filter. */
  readonly #speech = new Int16Array(order + g729FrameSamples);
  readonly #pairs = new Int16Array(order);
  readonly #lastPairs = Int16Array.of(30000, 26000, 21000, 15000, 8000, 0, -8000, -15000, -21000, -26000);
  readonly #filters = new Int16Array(2 * (order + 1));
  readonly #fields = new Int16Array(widths.length);
  readonly #code = new Int16Array(subframe);
  readonly #delays = new Int16Array(2);
  readonly #samples = new Int16Array(g729FrameSamples);
  #lastKind: Kind = 'speech';
  #lastDelay = 60;
  #sharpness = leastSharp;
  #lostSeed = 21845;
  #energy = 0;
  #energyPlaces = 1;

  /**
   * Returns the 80 samples of one frame, which are valid until the next call.
   * @param bytes 10 bytes: speech; 2 bytes: a description of silence; 0 bytes: nothing was sent, and the silence continues; null: the frame was lost
   * @throws RangeError on other lengths; 8 bytes are 6.4 kbit/s and 15 bytes 11.8 kbit/s (annexes D and E), which are not supported
   */
  decodeFrame(bytes: Uint8Array | null): Int16Array {
    const length = bytes?.length ?? null;
    if (length === g729FrameBytes) this.#decode(bytes, 0, 'speech', false);
    else if (length === g729SilenceBytes) this.#decode(bytes, 0, 'silence', false);
    else if (length === 0) this.#decode(null, 0, 'untransmitted', false);
    else if (length === null) this.#decode(null, 0, this.#lastKind === 'speech' ? 'speech' : 'untransmitted', true);
    else throw new RangeError(`a frame of ${length} bytes: G.729 at 8 kbit/s has 10, 2 or 0 (8 are annex D, 15 annex E)`);
    return this.#samples;
  }

  /** Decodes a frame of 10 bytes of speech, or of 2 bytes of silence, within a longer array. */
  decodeAt(bytes: Uint8Array, from: number, kind: 'speech' | 'silence'): Int16Array {
    this.#decode(bytes, from, kind, false);
    return this.#samples;
  }

  #decode(bytes: Uint8Array | null, from: number, kind: Kind, lost: boolean): void {
    if (kind === 'speech') this.#decodeSpeech(lost ? null : bytes, from);
    else this.#decodeNoise(kind === 'silence' ? bytes : null, from);
    if (!lost) {
      // Needed for the noise after speech if its description is lost.
      const energy = correlate([this.#excitation, excitationPast], [this.#excitation, excitationPast], g729FrameSamples);
      const free = freePlaces32(energy);
      this.#energy = roundHigh(shift32(energy, free));
      this.#energyPlaces = 16 - free;
    }
    this.#excitation.copyWithin(0, g729FrameSamples);
    for (let half = 0; half < 2; half++) {
      const delay = kind === 'speech' ? (this.#delays[half] ?? 0) : null;
      const speech = { input: this.#speech, from: order + half * subframe };
      const filter = { filters: this.#filters, a: half * (order + 1) };
      this.#postFilter.filter(speech, filter, delay, { output: this.#samples, to: half * subframe });
    }
    this.#speech.copyWithin(0, g729FrameSamples);
    this.#lastKind = kind;
  }

  /** Decodes a frame of speech; null, for a lost frame, continues the last one (4.4). */
  #decodeSpeech(bytes: Uint8Array | null, from: number): void {
    this.#noise.restart();
    const fields = this.#fields;
    if (bytes === null) this.#lsp.lost(this.#pairs);
    else {
      readFields(bytes, from, fields);
      this.#lsp.speech(fields[0] ?? 0, fields[1] ?? 0, fields[2] ?? 0, fields[3] ?? 0, this.#pairs);
    }
    interpolateFilters(this.#lastPairs, this.#pairs, this.#filters);
    this.#lastPairs.set(this.#pairs);
    let delay = this.#lastDelay;
    for (let half = 0; half < 2; half++) {
      const field = half === 0 ? 6 : 10; // pulses, signs and gains follow the delay
      let thirds = 0;
      if (bytes === null || (half === 0 && !parityHolds(bytes, from))) {
        if (half === 1) delay = this.#lastDelay;
        this.#lastDelay = Math.min(longestDelay, this.#lastDelay + 1);
      } else {
        const index = fields[half === 0 ? 4 : 9] ?? 0;
        const lowest = Math.min(longestDelay - 9, Math.max(shortestDelay, delay - 5));
        if (half === 0 && index >= 197) delay = index - 112;
        else {
          delay = Math.trunc((index + 2) / 3) + (half === 0 ? 19 : lowest - 1);
          thirds = half === 0 ? index - 3 * delay + 58 : index - 2 - 3 * (delay - lowest);
        }
        this.#lastDelay = delay;
      }
      this.#delays[half] = delay;
      const at = excitationPast + half * subframe;
      predictPitch(this.#excitation, at, delay, thirds);
      if (bytes === null) {
        const place = this.#random() & 0x1fff;
        placePulses(place, this.#random() & 0xf, this.#code);
      } else placePulses(fields[field] ?? 0, fields[field + 1] ?? 0, this.#code);
      sharpen(this.#code, delay, this.#sharpness);
      if (bytes === null) this.#gains.fade();
      else this.#gains.decode(fields[field + 2] ?? 0, this.#code);
      this.#sharpness = Math.min(mostSharp, Math.max(leastSharp, this.#gains.pitch));
      mix(this.#excitation, at, this.#code, this.#gains);
      this.#synthesise(half);
    }
  }

  #decodeNoise(bytes: Uint8Array | null, from: number): void {
    const afterSpeech = this.#lastKind === 'speech';
    if (bytes !== null) this.#noise.describe(this.#lsp, (((bytes[from] ?? 0) << 8) | (bytes[from + 1] ?? 0)) >> 1);
    else if (afterSpeech) this.#noise.guess(this.#energy, this.#energyPlaces);
    this.#noise.excite(this.#excitation, afterSpeech);
    interpolateFilters(this.#lastPairs, this.#noise.pairs, this.#filters);
    this.#lastPairs.set(this.#noise.pairs);
    this.#synthesise(0);
    this.#synthesise(1);
    this.#sharpness = leastSharp;
  }

  /** Computes 40 samples of speech. If they overflow, the whole excitation is scaled down, as in the reference. */
  #synthesise(half: number): void {
    const [a, from, to] = [half * (order + 1), excitationPast + half * subframe, order + half * subframe];
    if (!synthesise({ filters: this.#filters, a }, { input: this.#excitation, from }, { output: this.#speech, to }, subframe)) return;
    for (let i = 0; i < this.#excitation.length; i++) this.#excitation[i] = (this.#excitation[i] ?? 0) >> 2;
    synthesise({ filters: this.#filters, a }, { input: this.#excitation, from }, { output: this.#speech, to }, subframe);
  }

  #random(): number {
    this.#lostSeed = random(this.#lostSeed);
    return this.#lostSeed;
  }
}

/** Number of bits of each field in the order of table 8: LSP 1, 7, 5 and 5; delay and parity; pulses, signs and gains; delay; again pulses, signs and gains. */
const widths = Uint8Array.of(1, 7, 5, 5, 8, 1, 13, 4, 7, 5, 13, 4, 7);

/** Reads the fields of a frame of 10 bytes, most significant bit first (RFC 3551, 4.5.6). */
function readFields(bytes: Uint8Array, from: number, fields: Int16Array): void {
  let at = from;
  let held = 0;
  let bits = 0;
  for (let i = 0; i < widths.length; i++) {
    const width = widths[i] ?? 0;
    while (bits < width) {
      held = (held << 8) | (bytes[at++] ?? 0);
      bits += 8;
    }
    bits -= width;
    fields[i] = held >> bits;
    held &= (1 << bits) - 1;
  }
}
