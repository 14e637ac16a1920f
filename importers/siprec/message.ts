import { Buffer } from 'node:buffer';
import { limits } from '../../src/core/base/limits.ts';
import { type SdpLine, sdpMedia } from './sdp.ts';

/** A SIP message, or the body of one that was saved without its headers. */
export interface SipMessage {
  /** Method of a request; null for a response and for a body without headers. */
  readonly method: string | null;
  /** Status of a response. */
  readonly status: number | null;
  /** Headers in order, with names in lower case and long form. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly callId: string | null;
  readonly cseq: { readonly number: number; readonly method: string } | null;
  readonly fromTag: string | null;
  /** The time in the line before the message, as written. */
  readonly time: string | null;
  /** The texts of its recording metadata; usually one. */
  readonly metadata: readonly string[];
  /** The media of its session description; null if it has none. */
  readonly sdp: readonly SdpLine[] | null;
  /** Other bodies by their types, with their full text. */
  readonly others: readonly { readonly type: string; readonly text: string }[];
}

/**
 * Matches the first line of a request or a response. It may follow other text in its line: logs write a time before it, and a body without a line end runs into
 * the next message.
 * Source: RFC 3261, sections 7.1 and 7.2.
 */
const startLine =
  /(?:^([A-Z]{3,16}) \S{1,2000} SIP\/2\.0|(?<![A-Za-z])([A-Z]{3,16}) (?:sips?|tel|urn):\S{1,2000} SIP\/2\.0|(?:^|(?<=[>\s-]))SIP\/2\.0 ([1-6]\d\d)(?:[ \t].{0,200})?)[ \t]*\r?$/gm;

/** Short forms of header names. Source: RFC 3261, section 7.3.3; RFC 4028 for `x`. */
const longNames: Readonly<Record<string, string>> = {
  c: 'content-type',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  s: 'subject',
  t: 'to',
  v: 'via',
  x: 'session-expires',
};

/** Matches a date and time of day in the form in which logs and traces write it before a message. */
const stamp = /\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d))?/;

/** Largest number of lines before a message that may state its time. */
const leadLines = 3;

/** Splits a text before each message and its preceding lines that state its time; returns the whole text if it contains no message. */
export function cutMessages(text: string): string[] {
  const lines = [...text.matchAll(startLine)].map(({ index }) => index);
  // A fragment inside a body, e.g. in a NOTIFY of a transfer, has no Call-ID. A header section is searched up to the next message only, so that a text of many first lines is read once.
  const isWhole = (index: number, at: number): boolean => at === 0 || /^(?:call-id|i)[ \t]*:/im.test(headOf(text.slice(index, lines[at + 1]), 0));
  const whole = lines.filter(isWhole);
  const starts = whole.map((index, at) => beginningOf(text, index, whole[at - 1] ?? -1));
  if (starts.length === 0) return [text];
  return starts.map((start, index) => text.slice(index === 0 ? 0 : start, starts[index + 1] ?? text.length));
}

function headOf(text: string, from: number): string {
  const end = /\r?\n\r?\n/g;
  end.lastIndex = from;
  return text.slice(from, end.exec(text)?.index ?? text.length);
}

/** Returns where the lines that belong to the message at `start` begin. @param before where the previous message began */
function beginningOf(text: string, start: number, before: number): number {
  const ownLine = text.lastIndexOf('\n', start - 1) + 1;
  const isTimed = (line: string): boolean => stamp.test(line) && !/<[/\w]/.test(line);
  if (ownLine < start) return isTimed(text.slice(ownLine, start)) ? ownLine : start;
  let [begin, at] = [start, start];
  for (let lines = 0; lines < leadLines && at > 0; lines++) {
    const lineStart = text.lastIndexOf('\n', at - 2) + 1;
    if (lineStart <= before) break;
    const line = text.slice(lineStart, at);
    if (isTimed(line)) begin = lineStart;
    at = lineStart;
  }
  return begin;
}

/** Reads one message, as returned by `cutMessages`. Never throws; skips what it does not understand. */
export function readMessage(text: string): SipMessage {
  startLine.lastIndex = 0;
  const start = startLine.exec(text);
  startLine.lastIndex = 0;
  if (start === null) return { ...noHead, ...readBody(text, null) };
  const from = start.index + start[0].length + 1;
  const head = headOf(text, from);
  const headers = readHeaders(head);
  const header = (name: string): string | null => headers.find(([known]) => known === name)?.[1] ?? null;
  const cseq = /^(\d{1,10})\s+([A-Z]+)/.exec(header('cseq') ?? '');
  return {
    method: start[1] ?? start[2] ?? null,
    status: start[3] === undefined ? null : Number(start[3]),
    headers,
    callId: header('call-id') || null,
    cseq: cseq === null ? null : { number: Number(cseq[1]), method: cseq[2] ?? '' },
    fromTag: /;\s*tag=([^;\s>]+)/i.exec(header('from') ?? '')?.[1] ?? null,
    time: stamp.exec(text.slice(0, start.index))?.[0] ?? null,
    ...readBody(text.slice(from + head.length), header('content-type')),
  };
}

const noHead: Omit<SipMessage, 'metadata' | 'sdp' | 'others'> = {
  method: null,
  status: null,
  headers: [],
  callId: null,
  cseq: null,
  fromTag: null,
  time: null,
};

function readHeaders(head: string): [string, string][] {
  const headers: [string, string][] = [];
  for (const line of head.split(/\r?\n/, limits.recordFields)) {
    const last = headers.at(-1);
    // A line that begins with a space continues the one before (RFC 3261, section 7.3.1).
    if (/^[ \t]/.test(line) && last !== undefined) last[1] = `${last[1]} ${line.trim()}`;
    const colon = line.indexOf(':');
    if (/^[ \t]/.test(line) || colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    headers.push([longNames[name] ?? name, line.slice(colon + 1).trim()]);
  }
  return headers;
}

function readBody(body: string, type: string | null): Pick<SipMessage, 'metadata' | 'sdp' | 'others'> {
  const metadata: string[] = [];
  const others: { type: string; text: string }[] = [];
  let sdp: readonly SdpLine[] | null = null;
  for (const part of partsOf(body, type)) {
    if (isMetadata(part.type, part.text)) metadata.push(part.text);
    else if (/^application\/sdp\b/i.test(part.type) || /^\s*v=0\s*$/m.test(part.text)) sdp ??= sdpMedia(part.text);
    else if (part.text.trim() !== '') others.push(part);
  }
  return { metadata, sdp, others };
}

/**
 * Returns true if a body is recording metadata: by its type (RFC 7866, section 9.1; without `+xml` by Procomm and Metaswitch), or by its root, since BroadWorks bodies were seen
 * under an invalid type.
 */
function isMetadata(type: string, text: string): boolean {
  if (/^application\/rs-metadata\b/i.test(type)) return text.trim() !== '';
  const root = /<(?:[\w.-]+:)?recording(_metadata)?[\s/>]/i.exec(text);
  return root !== null && (root[1] !== undefined || /\bietf:params:xml:ns:(?:recording|siprec)\b/i.test(text));
}

/** Returns the parts of a body, or the body itself if it has one part. The last boundary may be missing. Source: RFC 2046, section 5.1. */
function partsOf(body: string, type: string | null): { type: string; text: string }[] {
  const boundary = boundaryOf(type ?? '') ?? /^--(\S{1,200})[ \t]*\r?\ncontent-/im.exec(body)?.[1] ?? null;
  if (boundary === null || (type !== null && !/^multipart\//i.test(type))) return [{ type: type ?? '', text: body }];
  const parts: { type: string; text: string }[] = [];
  let lines: string[] | null = null;
  const finish = (): void => {
    if (lines !== null && parts.length < limits.sipBodyParts) parts.push(readPart(lines));
  };
  for (const line of body.split('\n')) {
    const bare = line.trimEnd();
    if (bare === `--${boundary}` || bare === `--${boundary}--`) {
      finish();
      lines = bare.length === boundary.length + 2 ? [] : null;
    } else lines?.push(line);
  }
  finish();
  return parts;
}

function boundaryOf(type: string): string | null {
  const named = /^multipart\/[\s\S]*?;\s*boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(type);
  return named?.[1] ?? named?.[2] ?? null;
}

function readPart(lines: readonly string[]): { type: string; text: string } {
  const blank = lines.findIndex((line) => line.trim() === '');
  const hasHead = blank >= 0 && lines.slice(0, blank).every((line) => /^[\w-]+[ \t]*:|^[ \t]/.test(line));
  if (!hasHead) return { type: '', text: lines.join('\n') };
  const headers = new Map(readHeaders(lines.slice(0, blank).join('\n')));
  const text = lines.slice(blank + 1).join('\n');
  const isBase64 = /^base64$/i.test(headers.get('content-transfer-encoding') ?? '');
  return { type: headers.get('content-type') ?? '', text: isBase64 ? Buffer.from(text, 'base64').toString('utf8') : text };
}

/**
 * Returns true if the last message of a text is complete: it has the blank line after its headers (RFC 3261, section 7), and the last boundary of a body of
 * several parts (RFC 2046, section 5.1.1) or its metadata, since some programs omit that boundary. Headers with a complete last line, or with a stated length,
 * also count as complete: the program that wrote the text may have dropped the blank line. Returns true for a text without messages.
 */
export function hasEnd(text: string): boolean {
  const last = cutMessages(text).at(-1) ?? '';
  const { method, status, headers, metadata } = readMessage(last);
  if (method === null && status === null) return true;
  const type = headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  const boundary = boundaryOf(type);
  if (boundary !== null) return metadata.length > 0 || last.includes(`--${boundary}--`);
  return /\n\r?\n/.test(last) || last.endsWith('\n') || headers.some(([name, value]) => name === 'content-length' && /^\d+$/.test(value));
}

/** Matches types of bodies that carry pressed keys, which may be card data. */
const digitTypes = /^content-type[ \t]*:[ \t]*application\/(?:dtmf|dtmf-relay|vnd\.nortelnetworks\.digits|x-digits|kpml-response\+xml)\b/im;

/** Returns true if a message reports pressed keys. */
export function hasDigits(text: string): boolean {
  return digitTypes.test(text);
}

/** Returns the message without pressed keys; the same text if it has none. */
export function withoutDigits(text: string): string {
  if (!hasDigits(text)) return text;
  const body = /\r?\n\r?\n/.exec(text);
  if (body === null) return text;
  const at = body.index + body[0].length;
  return (
    text.slice(0, at) +
    text
      .slice(at)
      .replaceAll(/((?:signal|d|digits?)\s*=\s*"?)[\d*#A-D]+/gi, '$1')
      .replaceAll(/^[ \t]*[\d*#A-D][ \t]*(?=\r?$)/gim, '')
  );
}
