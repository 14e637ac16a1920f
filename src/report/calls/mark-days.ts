/** Consecutive days on which a device, agent, queue … has calls, but none with audio. */
export interface QuietStretch {
  /** First day of the stretch; `to` is its last. */
  readonly from: string;
  readonly to: string;
  /** Number of days in the stretch on which the mark has calls. */
  readonly callDays: number;
}

/** The days of one mark. Days are represented by their index, in two bits per day. */
export interface MarkDays {
  add(dayIndex: number, hasAudio: boolean): void;
  /** Returns the stretches of days with calls but without audio. @param order days in order, each with its index */
  quiet(order: readonly (readonly [day: string, index: number])[]): { readonly stretches: readonly QuietStretch[]; readonly callDays: number };
}

/** Creates an empty record. */
export function createMarkDays(): MarkDays {
  const [called, sounded] = [createBits(), createBits()];
  return {
    add: (index, hasAudio) => {
      called.set(index);
      if (hasAudio) sounded.set(index);
    },
    quiet: (order) => {
      const stretches: { from: string; to: string; callDays: number }[] = [];
      let open: (typeof stretches)[number] | null = null;
      let callDays = 0;
      for (const [day, index] of order) {
        if (!called.has(index)) continue;
        callDays++;
        if (sounded.has(index)) open = null;
        else if (open === null) {
          open = { from: day, to: day, callDays: 1 };
          stretches.push(open);
        } else {
          open.to = day;
          open.callDays++;
        }
      }
      return { stretches, callDays };
    },
  };
}

function createBits(): { set(index: number): void; has(index: number): boolean } {
  let words = new Uint32Array(1);
  return {
    set: (index) => {
      const at = index >>> 5;
      if (at >= words.length) {
        const more = new Uint32Array(Math.max(at + 1, words.length * 2));
        more.set(words);
        words = more;
      }
      words[at] = (words[at] ?? 0) | (1 << (index & 31));
    },
    has: (index) => ((words[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0,
  };
}
