import { limits } from '../../src/core/base/limits.ts';
import { readSdp, type SdpMedium } from './sdp.ts';

/** A call as described by its signalling. */
export interface SipCall {
  /** Second of the call's first message. */
  readonly seconds: number;
  /** Media that the caller and the callee expect, in the order of the messages; an answer may be followed by others. */
  readonly media: readonly [caller: readonly SdpMedium[], callee: readonly SdpMedium[]];
}

/** Collects calls from SIP messages. */
export interface SipCalls {
  /** Returns true if the bytes are a SIP message. */
  take(bytes: Uint8Array, from: number, to: number, seconds: number): boolean;
  list(): readonly SipCall[];
  /** Number of calls that exceeded the limit. */
  readonly overflow: number;
}

interface Growing extends SipCall {
  readonly media: [SdpMedium[], SdpMedium[]];
  /** The tag of the sender of the first INVITE. */
  readonly callerTag: string;
}

const methods = /^(INVITE|ACK|BYE|CANCEL|OPTIONS|REGISTER|PRACK|SUBSCRIBE|NOTIFY|PUBLISH|INFO|REFER|MESSAGE|UPDATE) \S+ SIP\/2\.0$/;
/** Largest number of messages with a description that are kept per call: descriptions change (hold, transfer), but not without limit. */
const mostDescriptions = 200;

/** Creates an empty collection of calls. */
export function createSipCalls(): SipCalls {
  const calls = new Map<string, Growing>();
  let overflow = 0;
  return {
    take(bytes, from, to, seconds) {
      if (!mayBeSip(bytes, from, to)) return false;
      const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
      const end = text.search(/\r?\n/);
      const first = end < 0 ? text : text.slice(0, end);
      const isResponse = /^SIP\/2\.0 \d{3}/.test(first);
      if (!isResponse && !methods.test(first)) return false;
      const body = text.search(/\r?\n\r?\n/);
      const head = body < 0 ? text : text.slice(0, body);
      const id = header(head, 'call-id', 'i');
      const method = header(head, 'cseq')?.split(/\s+/)[1] ?? '';
      const description = body < 0 ? -1 : text.indexOf('v=0', body);
      // Descriptions are in INVITE, its answers and acknowledgement, and in UPDATE and PRACK (RFC 3261, 3262, 3311).
      if (id === null || description < 0 || !/^(INVITE|ACK|UPDATE|PRACK)$/.test(method)) return true;
      const fromTag = /;\s*tag=([^;\s>]+)/.exec(header(head, 'from', 'f') ?? '')?.[1] ?? '';
      let call = calls.get(id);
      if (call === undefined) {
        if (calls.size >= limits.captureCalls) {
          overflow++;
          return true;
        }
        call = { seconds, media: [[], []], callerTag: fromTag };
        calls.set(id, call);
      }
      // `From` names the sender of the request; an answer comes from the other side.
      const isCaller = (fromTag === call.callerTag) !== isResponse;
      const media = call.media[isCaller ? 0 : 1];
      if (media.length < mostDescriptions) media.push(...readSdp(text.slice(description)));
      return true;
    },
    list: () => [...calls.values()],
    get overflow() {
      return overflow;
    },
  };
}

/** Returns true if the first line has a capital letter and the version of SIP. */
function mayBeSip(bytes: Uint8Array, from: number, to: number): boolean {
  const first = bytes[from] ?? 0;
  return to - from > 20 && first >= 0x41 && first <= 0x5a && (bytes[from + 1] ?? 0) >= 0x41 && (bytes[from + 1] ?? 0) <= 0x5a;
}

/** Returns the value of the first header line with one of these names, including the short form (RFC 3261, section 7.3.3). */
function header(head: string, ...names: readonly string[]): string | null {
  for (const line of head.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0 && names.includes(line.slice(0, colon).trim().toLowerCase())) return line.slice(colon + 1).trim();
  }
  return null;
}
