import { limits } from '../base/limits.ts';
import type { Datagram } from './ip-datagrams.ts';

/** Returns true if a SIP message begins at `from`. Source: RFC 3261, sections 7.1 and 7.2. */
export function beginsSip(bytes: Uint8Array, from: number, to: number): boolean {
  const first = bytes[from] ?? 0;
  if (to - from < 20 || first < 0x41 || first > 0x5a) return false;
  const line = Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.min(to - from, 2_100)).toString('latin1');
  return /^(?:[A-Z]{3,16} \S{1,2000} SIP\/2\.0|SIP\/2\.0 [1-6]\d\d[^\r\n]*)\r?\n/.test(line);
}

/** Largest number of segments of one stream that wait for earlier ones. */
const mostEarly = 64;

interface Flow {
  held: Uint8Array;
  /** Sequence number of the next byte. */
  next: number;
  seconds: number;
}

/** Follows TCP streams that carry SIP. */
export interface SipStreams {
  /** Adds a segment; segments may come in any order. */
  take(segment: Datagram): void;
}

/**
 * Creates an empty follower. It passes each message to `keep` as a copy, with the time of its first segment in seconds; of a message larger than
 * `limits.sipMessageBytes`, only the part that was read. Lost segments are not waited for. Source: RFC 3261, section 18.3.
 */
export function createSipStreams(keep: (message: Uint8Array, seconds: number) => void): SipStreams {
  const flows = new Map<string, Flow>();
  const early = new Map<string, Map<number, Uint8Array>>();
  const follow = (flow: Flow): void => {
    for (;;) {
      const length = messageLength(flow.held);
      if (length === null || length > flow.held.length) return;
      keep(flow.held.slice(0, length), flow.seconds);
      flow.held = skipBlank(flow.held.subarray(length));
    }
  };
  return {
    take({ bytes, from, to, source, target, sequence, seconds }) {
      const key = `${source} ${target}`;
      let flow = flows.get(key);
      if (flow === undefined || (flow.held.length === 0 && flow.next !== sequence && beginsSip(bytes, from, to))) {
        if (!beginsSip(bytes, from, to) || flows.size >= limits.sipFlows) return;
        flow = { held: new Uint8Array(0), next: sequence, seconds };
        flows.set(key, flow);
        early.delete(key);
      }
      const waiting = early.get(key) ?? new Map<number, Uint8Array>();
      waiting.set(sequence, bytes.slice(from, to));
      early.set(key, waiting);
      for (let piece = waiting.get(flow.next); piece !== undefined; piece = waiting.get(flow.next)) {
        waiting.delete(flow.next);
        if (flow.held.length === 0) flow.seconds = seconds;
        flow.next = (flow.next + piece.length) % 0x1_0000_0000;
        flow.held = joined(flow.held, piece);
      }
      // Segments that were already processed.
      for (const number of waiting.keys()) if ((flow.next - number + 0x1_0000_0000) % 0x1_0000_0000 < 0x8000_0000) waiting.delete(number);
      follow(flow);
      const isTooLarge = flow.held.length > limits.sipMessageBytes;
      if (isTooLarge) keep(flow.held, flow.seconds);
      // A segment is lost: continue where the next message begins.
      if (isTooLarge || waiting.size >= mostEarly) {
        flows.delete(key);
        early.delete(key);
      }
    },
  };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}

/** Skips the empty lines that are sent between messages as keep-alives (RFC 5626, section 3.5.1). */
function skipBlank(bytes: Uint8Array): Uint8Array {
  let at = 0;
  while (bytes[at] === 0x0d || bytes[at] === 0x0a) at++;
  return bytes.subarray(at);
}

/** Returns the length in bytes of the message that begins here, from its Content-Length; null while its header is incomplete. */
function messageLength(bytes: Uint8Array): number | null {
  if (bytes.length === 0) return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) return null;
  const length = /^(?:content-length|l)[ \t]*:[ \t]*(\d{1,7})/im.exec(text.slice(0, end.index))?.[1] ?? '0';
  return end.index + end[0].length + Number(length);
}
