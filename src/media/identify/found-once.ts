import { setTimeout as wait } from 'node:timers/promises';

/** What one of several threads finds for all of them: a state and a length, then JSON in UTF-8. */
export type FoundOnce = SharedArrayBuffer;

const states = { unasked: 0, asked: 1, found: 2, notTold: 3 } as const;
const headBytes = 2 * Int32Array.BYTES_PER_ELEMENT;
const mostBytes = 16_384;
/** A thread that died while it looked tells nothing: so long the others wait for it. */
const patienceMs = 2_000;
const lookAgainMs = 5;

/** Nothing is found yet. */
export function createFoundOnce(): FoundOnce {
  return new SharedArrayBuffer(headBytes + mostBytes);
}

/**
 * Gives what `find` gives, which the first thread to ask runs and the others wait for. Where it throws, tells nothing in time or finds what is too long, each thread looks for itself.
 * @param find gives what JSON can hold
 */
export async function foundOnce<Found>(cell: FoundOnce, find: () => Promise<Found>): Promise<Found> {
  const head = new Int32Array(cell, 0, 2);
  if (Atomics.compareExchange(head, 0, states.unasked, states.asked) === states.unasked) {
    let state: number = states.notTold;
    try {
      const found = await find();
      const text = Buffer.from(JSON.stringify(found));
      if (text.length <= mostBytes) {
        new Uint8Array(cell, headBytes).set(text);
        head[1] = text.length;
        state = states.found;
      }
      return found;
    } finally {
      Atomics.store(head, 0, state);
    }
  }
  for (let waitedMs = 0; Atomics.load(head, 0) === states.asked && waitedMs < patienceMs; waitedMs += lookAgainMs) await wait(lookAgainMs);
  if (Atomics.load(head, 0) !== states.found) return find();
  // Of the same program: what JSON gives is what it took.
  return JSON.parse(Buffer.from(new Uint8Array(cell, headBytes, head[1])).toString()) as Found;
}
