import { type ByteReader, sliceReader } from '../base/bytes.ts';
import { sha256Hex } from '../base/identifier.ts';
import { limits } from '../base/limits.ts';
import type { Signalling, SipAddress, SipInvite } from '../base/signalling.ts';
import { createDatagrams } from './ip-datagrams.ts';
import type { CaptureWalk, RecordSink } from './pcap-records.ts';
import { beginsSip, createSipStreams } from './sip-streams.ts';

/** Largest number of call legs that are distinguished in one capture; a capture with more legs is not of one call. */
const mostLegs = 64;
const mostHeaders = 32;
const headerChars = 1_000;

/** Headers that are kept besides the parties: diversions, session ids, the program. Sources: RFC 3261, 3326, 3455, 5806, 7044, 7989. */
const keptHeaders = /^(?:user-agent|subject|session-id|diversion|history-info|p-charging-vector|reply-to|organization|x-[\w-]{1,60})$/;

/** Short names of headers. Source: RFC 3261, section 7.3.3. */
const longNames: Readonly<Record<string, string>> = { f: 'from', t: 'to', i: 'call-id', s: 'subject', m: 'contact' };

type Walker = (file: ByteReader, sink: RecordSink, signal: AbortSignal) => Promise<CaptureWalk>;

/**
 * Reads the signalling in a capture, or in its first `mostBytes`. Leaves out INVITEs of recording sessions (RFC 7866) and those within a call. Never
 * throws for damaged captures.
 */
export async function readSignalling(file: ByteReader, walk: Walker, mostBytes: number, signal: AbortSignal): Promise<Signalling> {
  const legs = new Map<string, Leg>();
  let isWhole = file.size <= mostBytes;
  const take = (bytes: Uint8Array, seconds: number): void => {
    if (!addMessage(legs, bytes, seconds)) isWhole = false;
  };
  const streams = createSipStreams((message, seconds) => take(message, seconds));
  const datagrams = createDatagrams((datagram) => {
    const { bytes, from, to, seconds, isTcp } = datagram;
    if (isTcp) streams.take(datagram);
    else if (beginsSip(bytes, from, to)) take(bytes.subarray(from, Math.min(to, from + limits.sipMessageBytes)), seconds);
  });
  await walk(
    isWhole ? file : sliceReader(file, 0, mostBytes),
    (record) => {
      datagrams.take(record);
      return true;
    },
    signal,
  );
  return { invites: [...legs.values()].map(({ invite, endSeconds }) => ({ ...invite, endSeconds })), isWhole };
}

interface Leg {
  readonly invite: Omit<SipInvite, 'endSeconds'>;
  endSeconds: number | null;
}

/** Adds the content of a message; returns false if there are too many legs. */
function addMessage(legs: Map<string, Leg>, bytes: Uint8Array, seconds: number): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const method = /^(INVITE|BYE|CANCEL) /.exec(text)?.[1];
  if (method === undefined) return true;
  const end = text.search(/\r?\n\r?\n/);
  const headers = headersOf(end < 0 ? text : text.slice(0, end));
  const header = (name: string): string | null => headers.find(([known]) => known === name)?.[1] ?? null;
  const callId = header('call-id')?.slice(0, headerChars) ?? '';
  if (callId === '') return true;
  const known = legs.get(callId);
  if (method !== 'INVITE') {
    if (known !== undefined) known.endSeconds ??= seconds;
    return true;
  }
  // A tag in To marks a request within a call, e.g. a hold. Metadata or the option tag mark a recording session between a recorder and its client.
  const isInitial = !/;\s*tag=/i.test(header('to') ?? '');
  const isRecordingSession = /\bsiprec\b/i.test(header('require') ?? '') || /application\/rs-metadata/i.test(text);
  if (known !== undefined || !isInitial || isRecordingSession) return true;
  if (legs.size >= mostLegs) return false;
  const [from, to, asserted] = ['from', 'to', 'p-asserted-identity'].map((name) => addressOf(header(name)));
  const kept = headers.filter(([name]) => keptHeaders.test(name)).slice(0, mostHeaders);
  const invite = { callId, seconds, from: from ?? null, to: to ?? null, asserted: asserted ?? null, headers: kept, sha256: sha256Hex(bytes) };
  legs.set(callId, { invite, endSeconds: null });
  return true;
}

function headersOf(head: string): [string, string][] {
  const headers: [string, string][] = [];
  // A line that begins with white space continues the previous line (RFC 3261, section 7.3.1).
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/, limits.recordFields)) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    headers.push([longNames[name] ?? name, line.slice(colon + 1, colon + 1 + headerChars).trim()]);
  }
  return headers;
}

/** Parses the first address of a header: `"Name" <sip:user@host;x>;tag=1`, `sip:user@host;tag=1` (RFC 3261, sections 20.10 and 25.1). */
function addressOf(header: string | null): SipAddress | null {
  if (header === null) return null;
  const found = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^<",;]*?))\s*<\s*((?:sips?|tel):[^<>\s]{1,512})\s*>/i.exec(header);
  const bare = found === null ? /^\s*((?:sips?|tel):[^\s;,<>]{1,512})/i.exec(header)?.[1] : undefined;
  const uri = (found?.[3] ?? bare)?.replace(/[;?].*$/, '');
  if (uri === undefined) return null;
  const name = (found?.[1]?.replace(/\\(.)/g, '$1') ?? found?.[2] ?? '').trim();
  // `%2B` is a plus sign; other escapes are left as they are (RFC 3261, section 19.1.2).
  return { uri: uri.replace(/%2B/gi, '+'), name: name === '' ? null : name };
}
