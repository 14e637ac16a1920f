import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { LongplayError, systemCode } from '../core/error.ts';
import { type Finding, finding } from '../core/finding.ts';
import { limits } from '../core/limits.ts';
import { appendDurable, makeFolderDurable, writeDurableNew } from './durable.ts';
import type { Archive } from './layout.ts';
import { type LogDetail, type LogEntry, lineDigest, logFile, logLine, noPrevious, parseLogLine } from './log-entry.ts';

/** The log of an archive, open for writing. Only the holder of the archive's lock may have one. */
export interface ArchiveLog {
  /** Enters a step; it is on the disk when this returns. Calls may overlap, lines do not. */
  append(type: string, detail: LogDetail): Promise<void>;
  /** Names of all bags (`2019/20190312-4f2a…`) whose landing was entered before or since it was opened. */
  landedBags(): ReadonlySet<string>;
  /** What is wrong with the lines that were there when it was opened. */
  readonly findings: readonly Finding[];
  close(): Promise<void>;
}

/**
 * Opens the log: reads it whole, cuts off a last line that a crash left unfinished and says so in an entry.
 * A log that is gone begins anew with an entry `log-restarted`; what is broken stays as it is and stays visible.
 * @throws LongplayError incomplete A107 when the system refuses.
 */
export async function openLog(archive: Archive, now: () => string = () => new Date().toISOString()): Promise<ArchiveLog> {
  const path = join(archive.dir, logFile);
  await makeFolderDurable(join(archive.dir, 'log'));
  const restarted = await writeDurableNew(path, '');
  const landed = new Set<string>();
  const findings: Finding[] = [];
  let seq = 0;
  let prev = noPrevious;
  let end = 0;
  let torn: { readonly bytes: number; readonly sha256: string } | null = null;
  for await (const line of readLines(path)) {
    if (line.torn) {
      torn = { bytes: line.length, sha256: line.digest };
      break;
    }
    const entry = line.bytes === null ? null : parseLogLine(line.bytes);
    findings.push(...chainFindings(entry, line.number, seq, prev));
    if (entry?.type === 'bag-landed' && typeof entry.detail.bag === 'string') landed.add(entry.detail.bag);
    seq = entry?.seq ?? seq + 1;
    prev = line.digest;
    end = line.end;
  }
  const handle = await open(path, 'r+');
  let broken = false;
  const write = async (type: string, detail: LogDetail): Promise<void> => {
    if (broken)
      throw new LongplayError('incomplete', 'A107', `${path} could not be written before`, 'mend the cause, then run the same command again');
    const line = logLine({ seq: seq + 1, time: now(), type, detail, prev });
    try {
      await appendDurable(handle, `${line}\n`, end);
    } catch (error) {
      // A part of the line may be there. The next open repairs it; nothing may be written behind it.
      broken = true;
      throw systemCode(error) === null
        ? error
        : new LongplayError(
            'incomplete',
            'A107',
            `${path} could not be written: ${systemCode(error)}`,
            'mend the cause, then run the same command again',
            error,
          );
    }
    seq += 1;
    prev = lineDigest(line);
    end += Buffer.byteLength(line) + 1;
    if (type === 'bag-landed' && typeof detail.bag === 'string') landed.add(detail.bag);
  };
  let last: Promise<void> = Promise.resolve();
  const append = (type: string, detail: LogDetail): Promise<void> => {
    const done = last.then(() => write(type, detail));
    // The caller gets the failure; here it must only not stop those that wait.
    last = done.catch(() => undefined);
    return done;
  };
  try {
    if (torn !== null) {
      await handle.truncate(end);
      await append('log-repaired', { droppedBytes: torn.bytes, droppedSha256: torn.sha256 });
    }
    if (restarted || (seq === 0 && torn === null)) await append('log-restarted', { archive: archive.id });
  } catch (error) {
    await handle.close();
    throw error;
  }
  return {
    append,
    landedBags: () => landed,
    findings,
    close: async () => {
      await last;
      await handle.close();
    },
  };
}

/**
 * Every entry of the log in order, and between them what is wrong: A110 no log, A111 a line that is no entry, A112 a broken
 * chain, A113 a last line without end, A114 a beginning that is lost, A115 the log of another archive. A log that was cut at the end
 * of a line is whole by itself: only a copy of its last line, kept elsewhere, shows that.
 */
export async function* readLog(archive: Archive, signal: AbortSignal): AsyncGenerator<LogEntry | Finding> {
  let seq = 0;
  let prev = noPrevious;
  try {
    for await (const line of readLines(join(archive.dir, logFile), signal)) {
      if (line.torn) {
        yield finding('A113', `${logFile}:${line.number}`, `the last line has ${line.length} bytes and no end`);
        return;
      }
      const entry = line.bytes === null ? null : parseLogLine(line.bytes);
      yield* chainFindings(entry, line.number, seq, prev);
      if (line.number === 1 && entry !== null && entry.type !== 'archive-created')
        yield finding('A114', `${logFile}:1`, `the log begins with ${JSON.stringify(entry.type.slice(0, 40))}; what was entered before is lost`);
      if (line.number === 1 && entry !== null && entry.detail.archive !== archive.id)
        yield finding('A115', `${logFile}:1`, 'the first entry does not carry the id of this archive');
      if (entry !== null) yield entry;
      seq = entry?.seq ?? seq + 1;
      prev = line.digest;
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
  if (seq === 0) yield finding('A110', logFile, 'the log is missing or empty');
}

function chainFindings(entry: LogEntry | null, line: number, seq: number, prev: string): Finding[] {
  const place = `${logFile}:${line}`;
  if (entry === null) return [finding('A111', place, 'the line is no entry of a log')];
  const found: Finding[] = [];
  if (entry.seq !== seq + 1) found.push(finding('A112', place, `entry ${entry.seq} follows entry ${seq}`));
  if (entry.prev !== prev)
    found.push(
      finding('A112', place, `the entry carries the digest ${entry.prev.slice(0, 12)}… of the line before, that line has ${prev.slice(0, 12)}…`),
    );
  return found;
}

interface Line {
  /** From 1. */
  readonly number: number;
  /** Without line feed; null where the line is longer than any entry. */
  readonly bytes: Uint8Array | null;
  /** Bytes, without line feed. */
  readonly length: number;
  /** SHA-256 without line feed. */
  readonly digest: string;
  /** Offset behind the line feed. */
  readonly end: number;
  /** The file ends without a line feed. */
  readonly torn: boolean;
}

async function* readLines(path: string, signal?: AbortSignal): AsyncGenerator<Line> {
  let pieces: Buffer[] = [];
  let hash = createHash('sha256');
  let length = 0;
  let number = 0;
  let end = 0;
  const take = (piece: Buffer): void => {
    hash.update(piece);
    length += piece.length;
    if (length <= limits.logLineBytes) pieces.push(piece);
  };
  const line = (torn: boolean): Line => {
    const bytes = length <= limits.logLineBytes ? Buffer.concat(pieces) : null;
    number += 1;
    end += length + (torn ? 0 : 1);
    const made = { number, bytes, length, digest: hash.digest('hex'), end, torn };
    pieces = [];
    hash = createHash('sha256');
    length = 0;
    return made;
  };
  for await (const chunk of createReadStream(path, signal === undefined ? {} : { signal })) {
    const bytes: Buffer = chunk;
    let start = 0;
    for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, start)) {
      take(bytes.subarray(start, at));
      yield line(false);
      start = at + 1;
    }
    if (start < bytes.length) take(bytes.subarray(start));
  }
  if (length > 0) yield line(true);
}
