import { silenceScore, speechScore } from './g729-likeness.ts';
import { parityHolds } from './g729-parity.ts';

/** What lies in a stream of G.729: a frame of speech, one that describes silence (annex B), or a byte that fits neither. */
export type G729Unit = 'speech' | 'silence' | 'stray';
/** Bytes of each. */
export const g729UnitBytes: Readonly<Record<G729Unit, number>> = { speech: 10, silence: 2, stray: 1 };

/** What a walk has found so far. */
export interface G729Count {
  readonly speech: number;
  readonly silence: number;
  readonly stray: number;
  /** Frames of speech whose parity bit is wrong. */
  readonly wrongParity: number;
  /** Frames whose place is only a little likelier than another. */
  readonly doubtful: number;
  /** Likeness of the frames of speech, in sixteenths of a bit against random bytes. */
  readonly score: number;
  /** Bytes at the end that are part of a frame only; known after `end`. */
  readonly cutBytes: number;
}

/** Bytes that are weighed together, and those at the end of them that wait for what follows. */
const windowBytes = 16 * 1024;
/** Bytes of the frame before them, which are kept for comparison. */
const contextBytes = 10;
const waitingBytes = 1024;
const kinds = ['speech', 'silence', 'stray'] as const;
const sizes = [10, 2, 1] as const;
/**
 * What it costs to go from one unit to the next, in sixteenths of a bit. Speech is followed by silence once in a hundred frames and by a stray byte
 * hardly ever; where nothing is sent between them, silence frames follow each other.
 */
const steps = [
  [0, -106, -384],
  [-32, -7, -384],
  [-64, -106, -16],
] as const;
/** A file that ends within a frame. */
const cutEnd = -112;
/** A frame whose place is less than 16 times as likely as the next best is doubtful. */
const doubt = 64;
const never = -0x40000000;

/**
 * Finds the frames in a stream whose frames lie one after the other without lengths, as recorders store G.729 with annex B: the
 * likeliest way to cut it (Viterbi), in windows, so that memory stays flat and the answer does not depend on the pieces that come in.
 */
export class G729Walk {
  readonly #onUnit: (unit: G729Unit, bytes: Uint8Array, at: number) => void;
  readonly #window = new Uint8Array(contextBytes + windowBytes);
  #filled = 0;
  /** Unit before the window: 0 speech, 1 silence, 2 stray; false `begun`: there is none. */
  #before = 0;
  #begun = false;
  #count = { speech: 0, silence: 0, stray: 0, wrongParity: 0, doubtful: 0, score: 0, cutBytes: 0 };
  // For each place and unit that ends there: best score up to it, the unit before, best score from it on.
  #forward: readonly Int32Array[] = [];
  #backward: readonly Int32Array[] = [];
  #came: readonly Uint8Array[] = [];

  /** `onUnit` is told each unit in order: its bytes lie at `at`, valid until it returns. */
  constructor(onUnit: (unit: G729Unit, bytes: Uint8Array, at: number) => void) {
    this.#onUnit = onUnit;
  }

  get count(): G729Count {
    return this.#count;
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const taken = Math.min(bytes.length - at, windowBytes - this.#filled);
      this.#window.set(bytes.subarray(at, at + taken), contextBytes + this.#filled);
      this.#filled += taken;
      at += taken;
      if (this.#filled === windowBytes) this.#walk(false);
    }
  }

  end(): void {
    this.#walk(true);
  }

  #walk(last: boolean): void {
    const size = this.#filled;
    const until = last ? size : size - waitingBytes;
    const done = this.#allSpeech() && (!last || size % sizes[0] === 0) ? this.#plain(until) : this.#weighed(until, last);
    this.#count.cutBytes = last ? size - done : 0;
    this.#window.copyWithin(0, done, contextBytes + size);
    this.#filled = last ? 0 : size - done;
    this.#begun ||= done > 0;
  }

  /** Whether all of the window is frames of ten bytes with the right parity: chance does not make hundreds of them. */
  #allSpeech(): boolean {
    for (let at = 0; at + sizes[0] <= this.#filled; at += sizes[0]) if (!parityHolds(this.#window, contextBytes + at)) return false;
    return true;
  }

  /** Frames of speech one after the other; the answer is where they end. */
  #plain(until: number): number {
    let at = 0;
    for (; at + sizes[0] <= until; at += sizes[0]) this.#tell(0, at);
    return at;
  }

  #tell(unit: number, at: number): void {
    const kind = kinds[unit] ?? 'stray';
    this.#count[kind]++;
    if (kind === 'speech') {
      this.#count.score += speechScore(this.#window, contextBytes + at, this.#hasContext(at) && this.#before === 0);
      if (!parityHolds(this.#window, contextBytes + at)) this.#count.wrongParity++;
    }
    this.#before = unit;
    this.#onUnit(kind, this.#window, contextBytes + at);
  }

  /** Whether a unit lies before `at`: not so at the very beginning. */
  #hasContext(at: number): boolean {
    return at > 0 || this.#begun;
  }

  /** Score of a unit that begins at `at` behind another. */
  #unitScore(unit: number, at: number, before: number): number {
    const step = steps[before]?.[unit] ?? never;
    if (unit === 2) return step;
    const at0 = contextBytes + at;
    const behind = this.#hasContext(at) ? (kinds[before] ?? 'stray') : 'stray';
    if (unit === 0) return step + speechScore(this.#window, at0, behind === 'speech');
    return step + silenceScore(this.#window, at0, behind === 'stray' ? null : behind);
  }

  /** The likeliest units that end before `until`; the answer is where they end. */
  #weighed(until: number, last: boolean): number {
    this.#allocate();
    const size = this.#filled;
    const units = this.#bestUnits(size);
    // Best of the places at which the window may end: within a frame that is cut, or that goes on.
    let [end, unit, best] = [0, this.#before, never];
    for (let at = Math.max(0, size - 9); at <= size; at++) {
      for (let state = 0; state < 3; state++) {
        const score = (this.#forward[state]?.[at] ?? never) + (last && at < size ? cutEnd : 0);
        if (score <= best) continue;
        [end, unit, best] = [at, state, score];
      }
    }
    this.#backwards(size, last);
    // Back from the end, marking where units begin.
    units.fill(255, 0, size);
    for (let at = end; at > 0; ) {
      const before = this.#came[unit]?.[at] ?? 0;
      at -= sizes[unit] ?? 1;
      units[at] = unit;
      unit = before;
    }
    let at = 0;
    while (at < end) {
      const here = units[at] ?? 2;
      const next = at + (sizes[here] ?? 1);
      if (next > until) break;
      if (best - this.#rival(at, here) < doubt) this.#count.doubtful++;
      this.#tell(here, at);
      at = next;
    }
    return at;
  }

  /** Forward: the best way to each place. Returns the array in which units are marked afterwards. */
  #bestUnits(size: number): Uint8Array {
    for (const scores of this.#forward) scores.fill(never, 0, size + 1);
    const [forward, came] = [this.#forward, this.#came];
    for (let at = 0; at < size; at++) {
      for (let before = 0; before < 3; before++) {
        const score = at === 0 ? (before === this.#before ? 0 : never) : (forward[before]?.[at] ?? never);
        if (score <= never / 2) continue;
        for (let unit = 0; unit < 3; unit++) {
          const to = at + (sizes[unit] ?? 1);
          if (to > size) continue;
          const reached = score + this.#unitScore(unit, at, before);
          const scores = forward[unit];
          const origins = came[unit];
          if (scores === undefined || origins === undefined || reached <= (scores[to] ?? never)) continue;
          scores[to] = reached;
          origins[to] = before;
        }
      }
    }
    return this.#marks;
  }

  /** The best way from each place to the end. */
  #backwards(size: number, last: boolean): void {
    const backward = this.#backward;
    for (let at = size; at >= 0; at--) {
      for (let before = 0; before < 3; before++) {
        let best = at < size - 9 ? never : last && at < size ? cutEnd : 0;
        for (let unit = 0; unit < 3; unit++) {
          const to = at + (sizes[unit] ?? 1);
          if (to > size) continue;
          best = Math.max(best, this.#unitScore(unit, at, before) + (backward[unit]?.[to] ?? never));
        }
        const scores = backward[before];
        if (scores !== undefined) scores[at] = Math.max(never, best);
      }
    }
  }

  /** Score of the best way in which another unit covers the byte at `at`. */
  #rival(at: number, chosen: number): number {
    let best = never;
    for (let unit = 0; unit < 3; unit++) {
      const bytes = sizes[unit] ?? 1;
      for (let from = Math.max(0, at - bytes + 1); from <= at; from++) {
        if ((unit === chosen && from === at) || from + bytes > this.#filled) continue;
        const rest = this.#backward[unit]?.[from + bytes] ?? never;
        for (let before = 0; before < 3; before++) {
          const way = from === 0 ? (before === this.#startUnit ? 0 : never) : (this.#forward[before]?.[from] ?? never);
          if (way > never / 2) best = Math.max(best, way + this.#unitScore(unit, from, before) + rest);
        }
      }
    }
    return best;
  }

  #marks = new Uint8Array(0);
  /** Unit before the window while it is weighed. */
  #startUnit = 0;

  #allocate(): void {
    this.#startUnit = this.#before;
    if (this.#forward.length > 0) return;
    this.#forward = kinds.map(() => new Int32Array(windowBytes + 1));
    this.#backward = kinds.map(() => new Int32Array(windowBytes + 1));
    this.#came = kinds.map(() => new Uint8Array(windowBytes + 1));
    this.#marks = new Uint8Array(windowBytes + 1);
  }
}
