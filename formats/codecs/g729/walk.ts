import { silenceScore, speechScore } from './likeness.ts';
import { isErased, parityHolds } from './parity.ts';

/** A unit in a stream of G.729: a frame of speech, a frame that describes silence (annex B), or a byte that belongs to neither. */
export type G729Unit = 'speech' | 'silence' | 'stray';
/** Size of each unit in bytes. */
export const g729UnitBytes: Readonly<Record<G729Unit, number>> = { speech: 10, silence: 2, stray: 1 };

/** Counts of a walk so far. */
export interface G729Count {
  readonly speech: number;
  readonly silence: number;
  readonly stray: number;
  /** Number of speech frames that are all zeros, the form in which recorders store lost frames. These do not count in `wrongParity`. */
  readonly erased: number;
  /** Number of speech frames with a wrong parity bit. */
  readonly wrongParity: number;
  /** Number of frames whose position is only slightly likelier than another position. */
  readonly doubtful: number;
  /** Likeness of the speech frames that are not erased, in sixteenths of a bit compared with random bytes. */
  readonly score: number;
  /** Number of bytes at the end that are only part of a frame; known after `end`. */
  readonly cutBytes: number;
}

/** Number of bytes that are evaluated together; `waitingBytes`: number at their end that wait for the next window. */
const windowBytes = 16 * 1024;
const waitingBytes = 1024;
/** Number of bytes, of the frame before the window, that are kept for comparison. */
const contextBytes = 10;

/** Units by their number in the tables below. */
const kinds = ['speech', 'silence', 'stray'] as const;
const sizes = [10, 2, 1] as const;
const [speechUnit, silenceUnit, strayUnit] = [0, 1, 2] as const;
/**
 * Cost of the step from one unit to the next, in sixteenths of a bit. Speech is followed by silence once in a hundred frames and hardly ever by a stray byte.
 * Silence frames follow each other, because what was not sent between them is not stored.
 */
const steps = [
  [0, -106, -384],
  [-32, -7, -384],
  [-64, -106, -16],
] as const;
/** Cost of an end within a frame. */
const cutEnd = -112;
/** A frame is doubtful if its position is less than 16 times as likely as the next best. */
const doubt = 64;
const never = -0x40000000;

/** Best scores by unit and position. */
type Scores = readonly [Int32Array, Int32Array, Int32Array];
const scores = (): Scores => [new Int32Array(windowBytes + 1), new Int32Array(windowBytes + 1), new Int32Array(windowBytes + 1)];

/** Memory for evaluating a window; allocated for the first window. */
interface Room {
  /** Score of each unit that begins at a position, by the unit before it. */
  readonly unit: readonly [speech: Scores, silence: Scores, stray: Scores];
  /** Best score of the bytes up to a position, by the unit that ends there; `came`: the unit before that one. */
  readonly forward: Scores;
  readonly came: Scores;
  /** Best score of the bytes from a position on, by the unit that ends there. */
  readonly backward: Scores;
  /** Unit that begins at each position of the likeliest path; 255 within a unit. */
  readonly chosen: Uint8Array;
}

/**
 * Finds the frames in a stream of consecutive frames without lengths, the form in which recorders store G.729 with annex B. Finds the likeliest segmentation
 * (Viterbi) in windows, so that memory is bounded and the result does not depend on the pieces that arrive.
 */
export class G729Walk {
  readonly #onUnit: (unit: G729Unit, bytes: Uint8Array, at: number) => void;
  readonly #window = new Uint8Array(contextBytes + windowBytes);
  #filled = 0;
  /** Unit before the window. At the very start there is none, and the first unit is as likely as after speech. */
  #before: 0 | 1 | 2 = speechUnit;
  #begun = false;
  #room: Room | null = null;
  readonly #count = { speech: 0, silence: 0, stray: 0, erased: 0, wrongParity: 0, doubtful: 0, score: 0, cutBytes: 0 };

  /** Creates a walk. @param onUnit receives each unit in order; its bytes are at `at` and valid until it returns */
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
    const plain = this.#allSpeech() && (!last || size % sizes[speechUnit] === 0);
    const done = plain ? this.#tellSpeech(until) : this.#tellLikeliest(until, last);
    this.#count.cutBytes = last ? size - done : 0;
    this.#window.copyWithin(0, done, contextBytes + size);
    this.#filled = last ? 0 : size - done;
  }

  /** Returns true if the whole window consists of frames of ten bytes with correct parity, or erased frames: chance does not produce hundreds of them. */
  #allSpeech(): boolean {
    for (let at = 0; at + sizes[speechUnit] <= this.#filled; at += sizes[speechUnit]) {
      const place = contextBytes + at;
      if (!parityHolds(this.#window, place) && !isErased(this.#window, place)) return false;
    }
    return true;
  }

  /** Reports consecutive frames of speech; returns where they end. */
  #tellSpeech(until: number): number {
    let at = 0;
    for (; at + sizes[speechUnit] <= until; at += sizes[speechUnit]) this.#tell(speechUnit, at);
    return at;
  }

  #tell(unit: 0 | 1 | 2, at: number): void {
    const kind = kinds[unit];
    const place = contextBytes + at;
    this.#count[kind]++;
    if (kind === 'speech' && isErased(this.#window, place)) this.#count.erased++;
    else if (kind === 'speech') {
      this.#count.score += speechScore(this.#window, place, this.#begun && this.#before === speechUnit ? 'speech' : null);
      if (!parityHolds(this.#window, place)) this.#count.wrongParity++;
    }
    this.#before = unit;
    this.#begun = true;
    this.#onUnit(kind, this.#window, place);
  }

  /** Reports the likeliest units that end before `until`; returns where they end. */
  #tellLikeliest(until: number, last: boolean): number {
    this.#room ??= {
      unit: [scores(), scores(), scores()],
      forward: scores(),
      came: scores(),
      backward: scores(),
      chosen: new Uint8Array(windowBytes + 1),
    };
    const [room, size] = [this.#room, this.#filled];
    scoreUnits(room, this.#window, size, this.#begun);
    goForward(room, size, this.#before);
    goBackward(room, size, last);
    const { end, score } = choose(room, size, last);
    const first = this.#before;
    let at = 0;
    while (at < end) {
      const unit = (room.chosen[at] ?? strayUnit) as 0 | 1 | 2; // `choose` wrote one of these values where each unit begins.
      const next = at + sizes[unit];
      if (next > until) break;
      if (score - rival(room, size, at, unit, first) < doubt) this.#count.doubtful++;
      this.#tell(unit, at);
      at = next;
    }
    return at;
  }
}

/** Computes the score of each unit at each position: its likeness, and the cost of the step from the preceding unit. @param begun true if a unit begins at 0 */
function scoreUnits({ unit }: Room, window: Uint8Array, size: number, begun: boolean): void {
  for (const before of [speechUnit, silenceUnit, strayUnit]) {
    const [speech, silence, stray] = [unit[speechUnit][before], unit[silenceUnit][before], unit[strayUnit][before]];
    const step = steps[before];
    for (let at = 0; at < size; at++) {
      const place = contextBytes + at;
      const behind = before === strayUnit || (at === 0 && !begun) ? null : kinds[before];
      speech[at] = at + sizes[speechUnit] <= size ? step[speechUnit] + speechScore(window, place, behind) : never;
      silence[at] = at + sizes[silenceUnit] <= size ? step[silenceUnit] + silenceScore(window, place, behind) : never;
      stray[at] = step[strayUnit];
    }
  }
}

/** Computes the best path from the start, after unit `first`, to each position. */
function goForward({ unit, forward, came }: Room, size: number, first: number): void {
  for (const best of forward) best.fill(never, 0, size + 1);
  for (let at = 0; at < size; at++) {
    for (const before of [speechUnit, silenceUnit, strayUnit]) {
      const so = wayTo(forward, at, before, first);
      if (so === never) continue;
      for (const next of [speechUnit, silenceUnit, strayUnit]) {
        const to = at + sizes[next];
        const score = so + (unit[next][before][at] ?? never);
        if (to > size || score <= (forward[next][to] ?? never)) continue;
        forward[next][to] = score;
        came[next][to] = before;
      }
    }
  }
}

/** Returns the best score up to a position where `before` ends. */
function wayTo(forward: Scores, at: number, before: 0 | 1 | 2, first: number): number {
  if (at === 0) return before === first ? 0 : never;
  return forward[before][at] ?? never;
}

/**
 * Returns the cost of a path whose last complete unit ends at a position; the rest of the window is an incomplete frame, or one that continues in the next
 * window. Returns `never` if the rest could hold a frame.
 */
function endScore(at: number, size: number, last: boolean): number {
  if (at <= size - sizes[speechUnit]) return never;
  return last && at < size ? cutEnd : 0;
}

/** Computes the best path from each position to the end. */
function goBackward({ unit, backward }: Room, size: number, last: boolean): void {
  for (let at = size; at >= 0; at--) {
    for (const before of [speechUnit, silenceUnit, strayUnit]) {
      let best = endScore(at, size, last);
      for (const next of [speechUnit, silenceUnit, strayUnit]) {
        const to = at + sizes[next];
        if (to <= size) best = Math.max(best, (unit[next][before][at] ?? never) + (backward[next][to] ?? never));
      }
      backward[before][at] = Math.max(never, best);
    }
  }
}

/** Marks the units of the best path; returns its end and its score. */
function choose({ forward, came, chosen }: Room, size: number, last: boolean): { end: number; score: number } {
  let [end, unit, score]: [number, 0 | 1 | 2, number] = [0, strayUnit, never];
  for (let at = Math.max(1, size - sizes[speechUnit] + 1); at <= size; at++) {
    for (const state of [speechUnit, silenceUnit, strayUnit]) {
      const way = (forward[state][at] ?? never) + endScore(at, size, last);
      if (way > score) [end, unit, score] = [at, state, way];
    }
  }
  chosen.fill(255, 0, size);
  for (let at = end; at > 0; ) {
    const before = (came[unit][at] ?? strayUnit) as 0 | 1 | 2; // `goForward` wrote one of these values
    at -= sizes[unit];
    chosen[at] = unit;
    unit = before;
  }
  return { end, score };
}

/** Returns the score of the best path in which another unit covers the byte at `at`. */
function rival({ unit, forward, backward }: Room, size: number, at: number, chosen: number, first: number): number {
  let best = never;
  for (const other of [speechUnit, silenceUnit, strayUnit]) {
    const bytes = sizes[other];
    for (let from = Math.max(0, at - bytes + 1); from <= at; from++) {
      if ((other === chosen && from === at) || from + bytes > size) continue;
      const rest = backward[other][from + bytes] ?? never;
      for (const before of [speechUnit, silenceUnit, strayUnit]) {
        const way = wayTo(forward, from, before, first);
        if (way !== never) best = Math.max(best, way + (unit[other][before][from] ?? never) + rest);
      }
    }
  }
  return best;
}
