import { isIPv4, isIPv6 } from 'node:net';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { version } from '../../core/base/version.ts';
import { printable } from '../../core/words/printable.ts';
import type { LogEntry } from '../entries/log-entry.ts';
import { digestMember, type EntryDetails, whoMember } from './entry-details.ts';

/** Export formats of entries. */
export const entryFormats = ['jsonl', 'cef', 'syslog'] as const;

/** An export format. */
export type EntryFormat = (typeof entryFormats)[number];

/** An entry with its details and the id of its archive. */
export interface ExportedEntry {
  readonly archive: string;
  readonly entry: Pick<LogEntry, 'seq' | 'time' | 'type' | 'detail'>;
  /** Null: there are none, or they must not be exported. */
  readonly details: EntryDetails | null;
}

/** Formats an entry as one line, without the line break. */
export function entryLine(format: EntryFormat, exported: ExportedEntry): string {
  if (format === 'jsonl') return jsonLine(exported);
  return format === 'cef' ? cefLine(exported) : syslogLine(exported);
}

/** Formats the whole entry as JSON. Lists are complete. Characters that some readers treat as line ends (NEL, U+2028, U+2029) are escaped. */
function jsonLine({ archive, entry: { seq, time, type, detail }, details }: ExportedEntry): string {
  const line = canonicalJson({ archive, seq, time, type, detail, ...(details === null ? {} : { details }) });
  return line.replace(/[\u0085\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Types of entries about faults and losses; all others are notices. */
const warnings: ReadonlySet<string> = new Set([
  'request-refused',
  'sessions-ended',
  'key-rotated',
  'bag-set-aside',
  'details-forgotten',
  'log-repaired',
]);
const errors: ReadonlySet<string> = new Set(['key-replaced', 'log-shortened', 'log-restarted']);

function gravityOf({ type, detail }: ExportedEntry['entry']): 'notice' | 'warning' | 'error' {
  if (errors.has(type) || (type === 'bag-verified' && detail.verdict !== 'ok')) return 'error';
  return warnings.has(type) ? 'warning' : 'notice';
}

/**
 * Largest number of characters of a list in a line; further items are only counted. RFC 5424, section 6.1: receivers should accept 2,048 bytes per
 * message.
 */
const listChars = 500;

/**
 * Formats members of an entry and of its details as texts, in code-point order of their names. A list has as many items as fit; `NAMELeft` is the
 * number of omitted ones.
 */
function fieldsOf({ entry: { detail }, details }: ExportedEntry): [string, string][] {
  const fields: [string, string][] = [];
  for (const [name, value] of [...Object.entries(detail), ...Object.entries(details ?? {})] as [string, unknown][]) {
    if (value === null || value === '') continue;
    if (!Array.isArray(value)) {
      fields.push([name, printable(typeof value === 'object' ? canonicalJson(value) : String(value))]);
      continue;
    }
    const kept: string[] = [];
    let chars = 0;
    for (const item of value) {
      const text = printable(String(item));
      if (chars + text.length + 1 > listChars) break;
      kept.push(text);
      chars += text.length + 1;
    }
    fields.push([name in detail ? `${name}List` : name, kept.join(' ')]);
    if (kept.length < value.length) fields.push([`${name}Left`, String(value.length - kept.length)]);
  }
  return fields.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Enterprise number that IANA reserves for documentation (RFC 5612); longplay has none of its own. */
const enterprise = 32_473;
/** Facility 13, "log audit" (RFC 5424, table 1). */
const facility = 13;
/** Severities of syslog (RFC 5424, table 2). */
const severities = { error: 3, warning: 4, notice: 5 } as const;

/**
 * Formats an entry by RFC 5424: `<PRI>1 TIMESTAMP HOSTNAME APP-NAME PROCID MSGID [SD] MSG`. There is one message per line, as in the framing of RFC
 * 6587 section 3.4.2, because values have no control characters.
 */
function syslogLine(exported: ExportedEntry): string {
  const { archive, entry, details } = exported;
  const host = String(details?.host ?? '')
    .replace(/[^\x21-\x7e]/g, '')
    .slice(0, 255);
  const msgId = entry.type.replace(/[^\x21-\x7e]/g, '').slice(0, 32);
  const params = [['seq', String(entry.seq)] as const, ['archive', archive] as const, ...fieldsOf(exported)];
  // Section 6.3.3: PARAM-NAME is SD-NAME; in PARAM-VALUE `"`, `\` and `]` are escaped by a backslash, and nothing else.
  const text = params
    .map(([name, value]) => ` ${name.replace(/[^\x21-\x7e]|[= \]"]/g, '').slice(0, 32)}="${value.replace(/["\\\]]/g, '\\$&')}"`)
    .join('');
  const pri = facility * 8 + severities[gravityOf(entry)];
  // Section 6.4: UTF-8 after a byte order mark; ASCII without one.
  return `<${pri}>1 ${entry.time} ${host === '' ? '-' : host} longplay - ${msgId === '' ? '-' : msgId} [longplay@${enterprise}${text}] entry ${entry.seq} ${printable(entry.type)}`;
}

/** Severities of CEF, 0 to 10: 0 to 3 are low, 4 to 6 medium, 7 to 8 high. */
const cefSeverities = { error: 8, warning: 5, notice: 3 } as const;

/**
 * Formats an entry in Common Event Format 0 (ArcSight, "Implementing ArcSight Common Event Format", chapter 1). In the header `|` and `\` are
 * escaped; in values of the extension `=` and `\`, and line breaks are written as \n. Members without a CEF key are in `msg`, as name=value.
 */
function cefLine(exported: ExportedEntry): string {
  const { archive, entry } = exported;
  const head = ['CEF:0', 'longplay', 'longplay', version, entry.type, entry.type.replaceAll('-', ' '), String(cefSeverities[gravityOf(entry)])];
  const extension: (readonly [string, string])[] = [
    ['rt', String(Date.parse(entry.time))],
    ['externalId', String(entry.seq)],
    ['deviceExternalId', archive],
  ];
  const rest: string[] = [];
  for (const [name, value] of fieldsOf(exported)) {
    const key = name === 'address' ? addressKey(value) : cefKeys[name];
    if (key !== undefined && key !== null)
      extension.push([key, value.slice(0, 1_023)], ...(key === 'c6a2' ? ([['c6a2Label', 'Source IPv6 Address']] as const) : []));
    else {
      const slot = cefCustom[name];
      if (slot === undefined) rest.push(`${name}=${value}`);
      else extension.push([slot, value], [`${slot}Label`, name]);
    }
  }
  if (rest.length > 0) extension.push(['msg', rest.join(' ').slice(0, 1_023)]);
  const header = head.map((text, at) => (at === 0 ? text : printable(text).replace(/[|\\]/g, '\\$&'))).join('|');
  return `${header}|${extension.map(([key, value]) => `${key}=${value.replace(/[=\\]/g, '\\$&')}`).join(' ')}`;
}

/** CEF dictionary keys of longplay's members. */
const cefKeys: Readonly<Record<string, string>> = {
  user: 'suser',
  host: 'shost',
  userEnded: 'duser',
  reason: 'reason',
  file: 'fname',
  bytes: 'out',
  times: 'cnt',
  query: 'request',
};

/** Labels of CEF's custom strings, by longplay's members. */
const cefCustom: Readonly<Record<string, string>> = {
  [whoMember]: 'cs1',
  [digestMember]: 'cs2',
  recording: 'cs3',
  recordingsList: 'cs4',
  session: 'cs5',
  case: 'cs6',
};

function addressKey(text: string): string | null {
  return isIPv4(text) ? 'src' : isIPv6(text) ? 'c6a2' : null;
}
