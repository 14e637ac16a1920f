import { canonicalJson } from '../core/canonical-json.ts';
import { sha256Hex } from '../core/identifier.ts';

/** Where the log lies, relative to the archive. */
export const logFile = 'log/log.jsonl';

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

/** The line of an entry: canonical JSON, without line feed. */
export function logLine(entry: Omit<LogEntry, 'kind'>): string {
  const { seq, time, type, detail, prev } = entry;
  return canonicalJson({ seq, time, type, detail, prev });
}

/** The digest that the next line carries. */
export function lineDigest(line: string | Uint8Array): string {
  return sha256Hex(line);
}

/** The whole file of a new archive, with its line feed. */
export function firstLogLine(time: string, detail: LogDetail): string {
  return `${logLine({ seq: 1, time, type: 'archive-created', detail, prev: noPrevious })}\n`;
}

/** An entry from its line, or null where it is none. */
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
  return { kind: 'log-entry', seq, time, type, detail: members, prev };
}
