import { canonicalJson } from '../core/canonical-json.ts';
import { sha256Hex } from '../core/identifier.ts';

/** Where the log lies, relative to the archive. */
export const logFile = 'log/log.jsonl';

/** Where its last entry is named, relative to the archive: a log that lost its end is whole by itself. */
export const logHeadFile = 'log/head.json';

/** `prev` of the first line. */
export const noPrevious = '0'.repeat(64);

/** What a step did, in names and numbers. Never a caller's number or name. */
export type LogDetail = Readonly<Record<string, string | number | boolean | null>>;

/** One line of the log. */
export interface LogEntry {
  readonly kind: 'log-entry';
  /** From 1, without gaps. */
  readonly seq: number;
  /** ISO time of the clock at that moment; the order of the log is `seq`, clocks go back. */
  readonly time: string;
  /** `archive-created`, `import-started`, `bag-landed`, `import-finished`, `log-repaired` … */
  readonly type: string;
  readonly detail: LogDetail;
  /** Lower-case SHA-256 of the line before, without its line feed; 64 zeros in the first. */
  readonly prev: string;
}

/**
 * The line of an entry: canonical JSON, without line feed. Its member `sha256` is the digest of the same line without that member,
 * so that a change in the last line shows as well, which no other line speaks of.
 */
export function logLine(entry: Omit<LogEntry, 'kind'>): string {
  const { seq, time, type, detail, prev } = entry;
  const bare = { seq, time, type, detail, prev };
  return canonicalJson({ ...bare, sha256: sha256Hex(canonicalJson(bare)) });
}

/** The digest that the next line carries. */
export function lineDigest(line: string | Uint8Array): string {
  return sha256Hex(line);
}

/** The whole file of a new archive, with its line feed. */
export function firstLogLine(time: string, detail: LogDetail): string {
  return `${logLine({ seq: 1, time, type: 'archive-created', detail, prev: noPrevious })}\n`;
}

/** An entry from its line, or null where it is none or is not as it was written. */
export function parseLogLine(line: Uint8Array): LogEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { seq, time, type, detail, prev } = value as Record<string, unknown>; // an object, its members unknown
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1) return null;
  if (typeof time !== 'string' || typeof type !== 'string' || typeof prev !== 'string' || !/^[0-9a-f]{64}$/.test(prev)) return null;
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) return null;
  const members: Record<string, string | number | boolean | null> = Object.create(null);
  for (const [name, member] of Object.entries(detail)) {
    if (member !== null && typeof member !== 'string' && typeof member !== 'number' && typeof member !== 'boolean') return null;
    members[name] = member;
  }
  const entry: LogEntry = { kind: 'log-entry', seq, time, type, detail: members, prev };
  // Byte for byte what this entry is written as: its own digest fits, and nothing stands beside it.
  return Buffer.from(logLine(entry), 'utf8').equals(line) ? entry : null;
}

/** Which entry was the last, as `log/head.json` has it. */
export interface LogHead {
  readonly seq: number;
  /** Digest of its line. */
  readonly sha256: string;
}

/** The file of a head. */
export function headText({ seq, sha256 }: LogHead): string {
  return `${canonicalJson({ seq, sha256 })}\n`;
}

/** A head from its file, or null where it is none. */
export function parseHead(bytes: Uint8Array): LogHead | null {
  const parts = /^\{"seq":([1-9]\d{0,14}),"sha256":"([0-9a-f]{64})"\}\n$/.exec(Buffer.from(bytes).toString('latin1'));
  return parts === null ? null : { seq: Number(parts[1]), sha256: parts[2] ?? '' };
}
