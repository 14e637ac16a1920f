import { Buffer } from 'node:buffer';
import type { ByteReader } from '../src/core/bytes.ts';
import { createDatagrams, type Datagram } from '../src/core/capture/ip-datagrams.ts';
import { type CaptureWalk, pcapHeaderBytes, type RecordSink, readPcapHeader, walkPcap } from '../src/core/capture/pcap-records.ts';
import { beginsPcapng, walkPcapng } from '../src/core/capture/pcapng-records.ts';
import { type Finding, finding } from '../src/core/finding.ts';
import { limits } from '../src/core/limits.ts';
import { readMessage, withoutDigits } from './siprec-message.ts';

/**
 * The SIP messages of recording sessions in a capture, in order: those of dialogs in which one carries recording metadata. Before each stands a line with its time and
 * whence it went where, as traces of SIP are written; keys that were pressed are left out.
 */
export async function* captureMessages(reader: ByteReader, place: string, signal: AbortSignal): AsyncGenerator<string | Finding> {
  const head = await reader.read(0, pcapHeaderBytes, signal);
  const walk = readPcapHeader(head) !== null ? walkPcap : beginsPcapng(head) ? walkPcapng : null;
  if (walk === null) return;
  const { texts, overflow } = await sipOf(reader, walk, signal);
  const sessions = new Set<string>();
  const read = texts.map((text) => ({ text, callId: readMessage(text).callId }));
  for (const { text, callId } of read)
    if (callId !== null && /rs-metadata|ietf:params:xml:ns:(?:recording|siprec)\b/i.test(text)) sessions.add(callId);
  const seen = new Set<string>();
  for (const { text, callId } of read) {
    // A capture on two interfaces, and a repeated transmission, have a message twice.
    const message = text.slice(text.indexOf('\n') + 1);
    if (callId === null || !sessions.has(callId) || seen.has(message)) continue;
    seen.add(message);
    yield withoutDigits(text);
  }
  if (overflow > 0)
    yield finding(
      'I238',
      place,
      `${overflow} SIP messages beyond ${limits.sipCaptureBytes} bytes of all, or larger than ${limits.sipMessageBytes} bytes, were left out`,
    );
}

/** All SIP messages of a capture as text, with a line before each. */
async function sipOf(
  reader: ByteReader,
  walk: (file: ByteReader, sink: RecordSink, signal: AbortSignal) => Promise<CaptureWalk>,
  signal: AbortSignal,
): Promise<{ readonly texts: readonly string[]; readonly overflow: number }> {
  const texts: string[] = [];
  let overflow = 0;
  let bytes = 0;
  const keep = (message: Uint8Array, seconds: number): void => {
    bytes += message.length;
    if (bytes > limits.sipCaptureBytes || message.length > limits.sipMessageBytes) overflow++;
    else
      texts.push(
        `${new Date(Math.round(seconds * 1_000)).toISOString()}\n${Buffer.from(message.buffer, message.byteOffset, message.length).toString('utf8')}`,
      );
  };
  const streams = sipStreams(keep);
  const datagrams = createDatagrams((datagram) => {
    if (datagram.isTcp) streams.take(datagram);
    else if (beginsSip(datagram.bytes, datagram.from, datagram.to)) keep(datagram.bytes.slice(datagram.from, datagram.to), datagram.seconds);
  });
  await walk(
    reader,
    (record) => {
      datagrams.take(record);
      return true;
    },
    signal,
  );
  return { texts, overflow };
}

/** A request or a response begins here. */
function beginsSip(bytes: Uint8Array, from: number, to: number): boolean {
  const first = bytes[from] ?? 0;
  if (to - from < 20 || first < 0x41 || first > 0x5a) return false;
  const line = Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.min(to - from, 2_100)).toString('latin1');
  return /^(?:[A-Z]{3,16} \S{1,2000} SIP\/2\.0|SIP\/2\.0 [1-6]\d\d[^\r\n]*)\r?\n/.test(line);
}

/** Segments of one stream that wait for others before them. */
const mostEarly = 64;

interface Flow {
  held: Uint8Array;
  /** Number of the byte that comes next. */
  next: number;
  seconds: number;
}

/** Messages out of streams of TCP, whose segments are taken in order; what comes too early is waited for as long as it is told again. Source: RFC 3261, section 18.3. */
function sipStreams(keep: (message: Uint8Array, seconds: number) => void): { take(datagram: Datagram): void } {
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
      // What was told before is no news.
      for (const number of waiting.keys()) if ((flow.next - number + 0x1_0000_0000) % 0x1_0000_0000 < 0x8000_0000) waiting.delete(number);
      follow(flow);
      const isTooLarge = flow.held.length > limits.sipMessageBytes;
      if (isTooLarge) keep(flow.held, flow.seconds);
      // A segment is lost: the stream is taken up again where a message begins.
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

/** Keep-alives between messages are empty lines (RFC 5626, section 3.5.1). */
function skipBlank(bytes: Uint8Array): Uint8Array {
  let at = 0;
  while (bytes[at] === 0x0d || bytes[at] === 0x0a) at++;
  return bytes.subarray(at);
}

/** Bytes of the message that begins here, by its Content-Length; null while its header is not whole. */
function messageLength(bytes: Uint8Array): number | null {
  if (bytes.length === 0) return null;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) return null;
  const length = /^(?:content-length|l)[ \t]*:[ \t]*(\d{1,7})/im.exec(text.slice(0, end.index))?.[1] ?? '0';
  return end.index + end[0].length + Number(length);
}
