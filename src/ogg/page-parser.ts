import { agree } from '../core/base/agree.ts';
import { limits } from '../core/base/limits.ts';
import { indexOfOggCapture, isOggCapture, type OggPage, oggHeaderBytes, oggPageAt, oggPageFault, oggPageMaxBytes, oggPageSize } from './page.ts';

/** Receives the output of a page parser; pages and their bytes are valid only during the call. */
export interface OggPageSink {
  /** Receives a page with a correct checksum. */
  page(page: OggPage, offset: number): void;
  /** Receives damage at a byte offset of the file. */
  problem(offset: number, text: string): void;
}

/** Finds pages in the bytes of a file. The bytes come in chunks of any size. */
export interface OggPageParser {
  push(piece: Uint8Array): void;
  /** Call after the last byte: reports a truncated page. */
  finish(): void;
}

/**
 * Creates a parser that yields every intact page and reports all other data. After damage it searches for the next capture pattern, so that one bad page loses
 * only that page. It stops after `limits.oggDamagedPages` damaged pages, because false patterns cost time.
 * One function: the states of a parser that gets its bytes in chunks, before and after damage.
 */
export function createOggPageParser(sink: OggPageSink): OggPageParser {
  /** The rest of the last chunk: less than a page. The buffer is twice as large as the longest page, so that a page that began in the rest fits completely. */
  let carry = new Uint8Array(0);
  let carried = 0;
  /** File offset of the first unprocessed byte. */
  let base = 0;
  /** Offset of bytes that belong to no page, and whether a problem has been reported for them. */
  let lost: { readonly offset: number; readonly told: boolean } | null = null;
  let damaged = 0;

  function damage(at: number, text: string): void {
    sink.problem(base + at, text);
    if (++damaged === limits.oggDamagedPages) sink.problem(base + at, agree`${damaged} damaged page[s] so far: the rest was not read`);
    lost ??= { offset: base + at, told: true };
  }

  function inStep(at: number): void {
    if (lost !== null && !lost.told) sink.problem(lost.offset, agree`${base + at - lost.offset} byte[s] that [belongs|belong] to no page`);
    lost = null;
  }

  /** Processes complete pages at the front of `window`; returns the number of processed bytes. */
  function take(window: Uint8Array, ended: boolean): number {
    let at = 0;
    while (at < window.length && damaged < limits.oggDamagedPages) {
      const left = window.length - at;
      if (!isOggCapture(window, at)) {
        if (left < 4 && !ended) break;
        lost ??= { offset: base + at, told: false };
        const next = indexOfOggCapture(window, at);
        // The last three bytes may be the beginning of a capture pattern.
        at = next >= 0 ? next : ended ? window.length : window.length - 3;
        continue;
      }
      const size = oggPageSize(window, at);
      if (left < size) {
        if (!ended) break;
        damage(at, agree`the page is truncated: ${left} byte[s] [is|are] left, it needs ${size}${left < oggHeaderBytes ? ' or more' : ''}`);
        at += 4;
        continue;
      }
      const fault = oggPageFault(window, at, size);
      if (fault !== null) {
        damage(at, fault);
        // The size itself may be damaged: the next page may begin anywhere from here.
        at += 4;
        continue;
      }
      inStep(at);
      sink.page(oggPageAt(window, at, size), base + at);
      at += size;
    }
    if (damaged >= limits.oggDamagedPages) at = window.length;
    base += at;
    return at;
  }

  return {
    push(piece) {
      // Subarrays of a Buffer are Buffers, which take several times as long to create.
      const bytes = new Uint8Array(piece.buffer, piece.byteOffset, piece.length);
      let at = 0;
      while (carried > 0 && at < bytes.length) {
        const old = carried;
        const added = Math.min(bytes.length - at, carry.length - carried);
        carry.set(bytes.subarray(at, at + added), carried);
        carried += added;
        const done = take(carry.subarray(0, carried), false);
        if (done >= old) {
          // No earlier bytes are left: the following ones are read in place.
          at += done - old;
          carried = 0;
        } else {
          if (done > 0) carry.copyWithin(0, done, carried);
          carried -= done;
          at += added;
        }
      }
      if (at === bytes.length) return;
      const rest = bytes.subarray(at);
      const done = take(rest, false);
      carried = rest.length - done;
      // Created when needed: the copy of a short call comes in one chunk.
      if (carried > 0 && carry.length === 0) carry = new Uint8Array(2 * oggPageMaxBytes);
      carry.set(rest.subarray(done));
    },
    finish() {
      take(carry.subarray(0, carried), true);
      carried = 0;
      inStep(0);
    },
  };
}
