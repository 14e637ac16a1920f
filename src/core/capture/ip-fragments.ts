import { limits } from '../base/limits.ts';

/** A datagram assembled from its fragments. */
export interface Assembled {
  readonly bytes: Uint8Array;
  /** Places of its bytes in the file, in order. */
  readonly pieces: readonly { readonly offset: number; readonly size: number }[];
}

/** Assembles IP fragments in bounded memory: the oldest incomplete datagram is dropped first. */
export interface Fragments {
  /**
   * Adds a fragment of the datagram `key`, whose bytes begin at `place` of the datagram and at `offset` of the file. Returns the datagram once it is
   * complete, otherwise null.
   */
  add(key: string, bytes: Uint8Array, offset: number, place: number, more: boolean): Assembled | null;
  /** Datagrams that were dropped or are still incomplete. */
  readonly incomplete: number;
}

interface Waiting {
  readonly parts: { readonly place: number; readonly offset: number; readonly bytes: Uint8Array }[];
  /** Bytes of the whole datagram, known after its last fragment. */
  total: number | null;
  held: number;
}

/** Largest datagram that its length field can state (RFC 791). */
const mostBytes = 0xffff;

/** Creates an empty assembler. */
export function createFragments(): Fragments {
  const waiting = new Map<string, Waiting>();
  let held = 0;
  let givenUp = 0;
  const drop = (key: string, entry: Waiting): void => {
    waiting.delete(key);
    held -= entry.held;
  };
  const makeRoom = (): void => {
    for (const [key, entry] of waiting) {
      if (waiting.size <= limits.captureFragmented && held <= limits.captureFragmentBytes) return;
      drop(key, entry);
      givenUp++;
    }
  };
  return {
    add(key, bytes, offset, place, more) {
      if (place + bytes.length > mostBytes || bytes.length === 0) return null;
      const entry = waiting.get(key) ?? { parts: [], total: null, held: 0 };
      // A fragment that was captured twice, or overlapping fragments, which RFC 5722 forbids and only attacks send: the first is kept.
      if (entry.parts.some((part) => part.place < place + bytes.length && place < part.place + part.bytes.length)) return null;
      entry.parts.push({ place, offset, bytes: bytes.slice() });
      entry.held += bytes.length;
      held += bytes.length;
      if (!more) entry.total = place + bytes.length;
      waiting.set(key, entry);
      if (entry.total !== null && entry.held >= entry.total) {
        drop(key, entry);
        entry.parts.sort((a, b) => a.place - b.place);
        const whole = new Uint8Array(entry.total);
        for (const part of entry.parts) if (part.place + part.bytes.length <= entry.total) whole.set(part.bytes, part.place);
        return { bytes: whole, pieces: entry.parts.map((part) => ({ offset: part.offset, size: part.bytes.length })) };
      }
      makeRoom();
      return null;
    },
    get incomplete() {
      return givenUp + waiting.size;
    },
  };
}
