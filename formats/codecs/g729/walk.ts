import { silenceScore, speechScore } from './likeness.ts';
import { isErased, parityHolds } from './parity.ts';

/** What lies in a stream of G.729: a frame of speech, one that describes silence (annex B), or a byte that fits neither. */
export type G729Unit = 'speech' | 'silence' | 'stray';
/** Bytes of each. */
export const g729UnitBytes: Readonly<Record<G729Unit, number>> = { speech: 10, silence: 2, stray: 1 };

/** What a walk has found so far. */
export interface G729Count {
  readonly speech: number;
  readonly silence: number;
  readonly stray: number;
  /** Frames of speech that are all zeros, as lost ones are stored; none of them counts as one with wrong parity. */
  readonly erased: number;
  /** Frames of speech whose parity bit is wrong. */
  readonly wrongParity: number;
  /** Frames whose place is only a little likelier than another. */
  readonly doubtful: number;
  /** Likeness of the frames of speech that are not erased, in sixteenths of a bit against random bytes. */
  readonly score: number;
  /** Bytes at the end that are part of a frame only; known after `end`. */
  readonly cutBytes: number;
}

/** Bytes that are weighed together, and those at the end of them that wait for what follows. */
const windowBytes = 16 * 1024;
const waitingBytes = 1024;
/** Bytes of the frame before them, which are kept for comparison. */
const contextBytes = 10;

/** Units by number, as the tables below have them. */
const kinds = ['speech', 'silence', 'stray'] as const;
const sizes = [10, 2, 1] as const;
const [speechUnit, silenceUnit, strayUnit] = [0, 1, 2] as const;
/**
 * What it costs to go from one unit to the next, in sixteenths of a bit. Speech is followed by silence once in a hundred frames and by a
 * stray byte hardly ever; silence frames follow each other, as what was not sent between them is not stored.
 */
const steps = [
  [0, -106, -384],
  [-32, -7, -384],
  [-64, -106, -16],
] as const;
/** What it costs to end within a frame. */
const cutEnd = -112;
/** A frame whose place is less than 16 times as likely as the next best is doubtful. */
const doubt = 64;
const never = -0x40000000;

/** Best scores by unit and place. */
type Scores = readonly [Int32Array, Int32Array, Int32Array];
const scores = (): Scores => [new Int32Array(windowBytes + 1), new Int32Array(windowBytes + 1), new Int32Array(windowBytes + 1)];

/** Room for weighing a window; made when the first one needs it. */
interface Room {
  /** Score of each unit that begins at a place, by what lies before it. */
  readonly unit: readonly [speech: Scores, silence: Scores, stray: Scores];
  /** Best score of the bytes up to a place, by the unit that ends there; and the unit before that one. */
  readonly forward: Scores;
  readonly came: Scores;
  /** Best score of the bytes from a place on, by the unit that ends there. */
  readonly backward: Scores;
  /** Unit that begins at each place of the likeliest way; 255 within one. */
  readonly chosen: Uint8Array;
}

/**
 * Finds the frames in a stream whose frames lie one after the other without lengths, as recorders store G.729 with annex B: the
 * likeliest way to cut it (Viterbi), in windows, so that memory stays flat and the answer does not depend on the pieces that come in.
 */
export class G729Walk {
  readonly #onUnit: (unit: G729Unit, bytes: Uint8Array, at: number) => void;
  readonly #window = new Uint8Array(contextBytes + windowBytes);
  #filled = 0;
  /** Unit before the window; at the very start there is none, and what begins is as likely as behind speech. */
  #before: 0 | 1 | 2 = speechUnit;
  #begun = false;
  #room: Room | null = null;
  readonly #count = { speech: 0, silence: 0, stray: 0, erased: 0, wrongParity: 0, doubtful: 0, score: 0, cutBytes: 0 };

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
    const plain = this.#allSpeech() && (!last || size % sizes[speechUnit] === 0);
    const done = plain ? this.#tellSpeech(until) : this.#tellLikeliest(until, last);
    this.#count.cutBytes = last ? size - done : 0;
    this.#window.copyWithin(0, done, contextBytes + size);
    this.#filled = last ? 0 : size - done;
  }

  /** Whether all of the window is frames of ten bytes with the right parity, or erased: chance does not make hundreds of them. */
  #allSpeech(): boolean {
    for (let at = 0; at + sizes[speechUnit] <= this.#filled; at += sizes[speechUnit]) {
      const place = contextBytes + at;
      if (!parityHolds(this.#window, place) && !isErased(this.#window, place)) return false;
    }
    return true;
  }

  /** Frames of speech one after the other; the answer is where they end. */
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

  /** The likeliest units that end before `until`; the answer is where they end. */
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
      const unit = (room.chosen[at] ?? strayUnit) as 0 | 1 | 2; // `choose` wrote one of them where each unit begins
      const next = at + sizes[unit];
      if (next > until) break;
      if (score - rival(room, size, at, unit, first) < doubt) this.#count.doubtful++;
      this.#tell(unit, at);
      at = next;
    }
    return at;
  }
}

/** The score of each unit at each place: likeness, and the step from what lies before. `begun`: something does at 0. */
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

/** The best way from the start, behind unit `first`, to each place. */
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

/** Best score up to a place where `before` ends. */
function wayTo(forward: Scores, at: number, before: 0 | 1 | 2, first: number): number {
  if (at === 0) return before === first ? 0 : never;
  return forward[before][at] ?? never;
}

/** Whether a way may end at a place, and what that costs: in a frame that is cut, or that goes on in the next window. */
function endScore(at: number, size: number, last: boolean): number {
  if (at <= size - sizes[speechUnit]) return never;
  return last && at < size ? cutEnd : 0;
}

/** The best way from each place to the end. */
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

/** Marks the units of the best way; where it ends, and its score. */
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
    const before = (came[unit][at] ?? strayUnit) as 0 | 1 | 2; // `goForward` wrote one of them
    at -= sizes[unit];
    chosen[at] = unit;
    unit = before;
  }
  return { end, score };
}

/** Score of the best way in which another unit covers the byte at `at`. */
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
