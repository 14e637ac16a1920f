import { Buffer } from 'node:buffer';
import type { ByteReader } from '../../src/core/base/bytes.ts';
import { limits } from '../../src/core/base/limits.ts';
import { createDatagrams } from '../../src/core/capture/ip-datagrams.ts';
import { type CaptureWalk, pcapHeaderBytes, type RecordSink, readPcapHeader, walkPcap } from '../../src/core/capture/pcap-records.ts';
import { beginsPcapng, walkPcapng } from '../../src/core/capture/pcapng-records.ts';
import { beginsSip, createSipStreams } from '../../src/core/capture/sip-streams.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import { readMessage, withoutDigits } from './message.ts';

/**
 * Yields the SIP messages of recording sessions in a capture, in order: those of dialogs in which a message carries recording metadata. Each is preceded by a
 * line with its time, source and destination, as in SIP traces. Pressed keys are omitted.
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
    // A capture on two interfaces, or a retransmission, contains a message twice.
    const message = text.slice(text.indexOf('\n') + 1);
    if (callId === null || !sessions.has(callId) || seen.has(message)) continue;
    seen.add(message);
    yield withoutDigits(text);
  }
  if (overflow > 0)
    yield finding(
      'I238',
      place,
      `${overflow} SIP messages were left out: they are larger than ${limits.sipMessageBytes} bytes, or come after the first ${limits.sipCaptureBytes} bytes of SIP messages`,
    );
}

/** Returns all SIP messages of a capture as text, each preceded by such a line. */
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
  const streams = createSipStreams(keep);
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
