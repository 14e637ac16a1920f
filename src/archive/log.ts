import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LongplayError, systemCode } from '../core/error.ts';
import { type Finding, finding } from '../core/finding.ts';
import { limits } from '../core/limits.ts';
import { appendDurable, makeFolderDurable, writeDurable, writeDurableNew } from './durable.ts';
import type { Archive } from './layout.ts';
import {
  headText,
  type LogDetail,
  type LogEntry,
  type LogHead,
  lineDigest,
  logFile,
  logHeadFile,
  logLine,
  noPrevious,
  parseHead,
  parseLogLine,
} from './log-entry.ts';

/** The log of an archive, open for writing. Only the holder of the archive's lock may have one. */
export interface ArchiveLog {
  /** Enters a step; it is on the disk when this returns. Calls may overlap, lines do not. */
  append(type: string, detail: LogDetail): Promise<void>;
  /** All bags (`2019/20190312-4f2a…`) whose landing was entered before or since it was opened, by name, with what was entered. */
  landedBags(): ReadonlyMap<string, LogDetail>;
  /** What is wrong with the lines that were there when it was opened. */
  readonly findings: readonly Finding[];
  close(): Promise<void>;
}

/**
 * Opens the log: reads it whole, cuts off a last line that a crash left unfinished and says so in an entry.
 * A log that is gone begins anew with an entry `log-restarted`, one that lost its end goes on with `log-shortened`; what is broken
 * stays as it is and stays visible.
 * @throws LongplayError incomplete A107 when the system refuses.
 */
export async function openLog(archive: Archive, now: () => string = () => new Date().toISOString()): Promise<ArchiveLog> {
  const path = join(archive.dir, logFile);
  await makeFolderDurable(join(archive.dir, 'log'));
  const restarted = await writeDurableNew(path, '');
  const landed = new Map<string, LogDetail>();
  const findings: Finding[] = [];
  let seq = 0;
  let prev = noPrevious;
  let end = 0;
  let torn: { readonly bytes: number; readonly sha256: string } | null = null;
  const chain = createChain(await readHead(archive));
  for await (const line of readLines(path)) {
    if (line.torn) {
      torn = { bytes: line.length, sha256: line.digest };
      break;
    }
    const entry = line.bytes === null ? null : parseLogLine(line.bytes);
    findings.push(...chain.link(entry, line));
    if (entry?.type === 'bag-landed' && typeof entry.detail.bag === 'string') landed.set(entry.detail.bag, entry.detail);
    seq = entry?.seq ?? seq + 1;
    prev = line.digest;
    end = line.end;
  }
  const shortened = chain.lost();
  if (!restarted) findings.push(...chain.finish());
  const handle = await open(path, 'r+');
  let broken = false;
  const write = async (type: string, detail: LogDetail): Promise<void> => {
    if (broken)
      throw new LongplayError('incomplete', 'A107', `${path} could not be written before`, 'mend the cause, then run the same command again');
    const line = logLine({ seq: seq + 1, time: now(), type, detail, prev });
    try {
      await appendDurable(handle, `${line}\n`, end).catch(takeBack);
      // After the line: a crash in between leaves a head that lags behind, which is no fault.
      await writeDurable(join(archive.dir, logHeadFile), headText({ seq: seq + 1, sha256: lineDigest(line) }));
    } catch (error) {
      // A part of the line may be there still. The next open repairs it; nothing may be written behind it.
      broken = true;
      throw systemCode(error) === null ? error : notWritten(path, error);
    }
    seq += 1;
    prev = lineDigest(line);
    end += Buffer.byteLength(line) + 1;
    if (type === 'bag-landed' && typeof detail.bag === 'string') landed.set(detail.bag, detail);
  };
  /** What is not known to be on the disk must not be read as if it were: after a failed fsync the line would look whole. */
  const takeBack = async (error: unknown): Promise<never> => {
    // Torn bytes stay until an entry tells of them.
    if (torn === null)
      await handle
        .truncate(end)
        .then(() => handle.sync())
        .catch(() => undefined); // The first failure is the one to tell.
    throw error;
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
      // Over the torn bytes, not behind a cut: wherever this is stopped, either they are there still or the entry that tells of them.
      await append('log-repaired', { droppedBytes: torn.bytes, droppedSha256: torn.sha256 });
      torn = null;
      await handle.truncate(end);
      await handle.sync();
    }
    if (!restarted && shortened !== null) await append('log-shortened', { lostSeq: shortened.seq, lostSha256: shortened.sha256 });
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
      await handle.close().catch((error: unknown) => {
        throw systemCode(error) === null ? error : notWritten(path, error);
      });
    },
  };
}

function notWritten(path: string, error: unknown): LongplayError {
  return new LongplayError(
    'incomplete',
    'A107',
    `${path} could not be written: ${systemCode(error)}`,
    'mend the cause, then run the same command again',
    error,
  );
}

/**
 * Every entry of the log in order, and between them what is wrong: A110 no log, A111 a line that is no entry or was altered, A112 a
 * broken chain, A113 a last line without end, A114 a beginning that is lost, A115 the log of another archive, A116 an end that is
 * lost, A117 a head that does not fit.
 * @param archive with id null where its longplay.json cannot be read: then nothing is said about whose log it is.
 */
export async function* readLog(
  archive: { readonly dir: string; readonly id: string | null },
  signal: AbortSignal,
): AsyncGenerator<LogEntry | Finding> {
  // Read before the lines: a run that is writing now may then only be ahead of it.
  const chain = createChain(await readHead(archive));
  let lines = 0;
  try {
    for await (const line of readLines(join(archive.dir, logFile), signal)) {
      lines++;
      if (line.torn) {
        yield finding('A113', `${logFile}:${line.number}`, `the last line has ${line.length} bytes and no end`);
        // An entry that the head names was whole once: then this is no run that was stopped in the middle of it.
        yield* chain.finish();
        return;
      }
      const entry = line.bytes === null ? null : parseLogLine(line.bytes);
      yield* chain.link(entry, line);
      if (entry?.type === 'log-shortened') yield finding('A116', `${logFile}:${line.number}`, 'a run found that entries before this one were lost');
      if (line.number === 1 && entry !== null && entry.type !== 'archive-created')
        yield finding('A114', `${logFile}:1`, `the log begins with ${JSON.stringify(entry.type.slice(0, 40))}; what was entered before is lost`);
      if (line.number === 1 && entry !== null && archive.id !== null && entry.detail.archive !== archive.id)
        yield finding('A115', `${logFile}:1`, 'the first entry does not carry the id of this archive');
      if (entry !== null) yield entry;
    }
  } catch (error) {
    // Not there, or a folder in its place.
    if (systemCode(error) !== 'ENOENT' && systemCode(error) !== 'EISDIR') throw error;
  }
  if (lines === 0) yield finding('A110', logFile, 'the log is missing or empty');
  else yield* chain.finish();
}

/** Null: not there; `damaged`: not what longplay writes. */
type Head = LogHead | 'damaged' | null;

async function readHead(archive: { readonly dir: string }): Promise<Head> {
  try {
    return parseHead(await readFile(join(archive.dir, logHeadFile))) ?? 'damaged';
  } catch (error) {
    if (systemCode(error) === 'EISDIR') return 'damaged';
    if (systemCode(error) !== 'ENOENT') throw error;
    return null;
  }
}

/** Holds each line against the one before it, and the whole against the head. */
function createChain(head: Head): {
  link(entry: LogEntry | null, line: Line): Finding[];
  /** What the head names beyond the last line; null where nothing is lost. */
  lost(): LogHead | null;
  finish(): Finding[];
} {
  let seq = 0;
  /** Null behind a line that is damaged itself: that has been said, and says nothing of this one. */
  let prev: string | null = noPrevious;
  let fits: boolean | null = null;
  const lost = (): LogHead | null => (head !== null && head !== 'damaged' && head.seq > seq ? head : null);
  return {
    link: (entry, line) => {
      const place = `${logFile}:${line.number}`;
      const found: Finding[] = [];
      if (entry === null) found.push(finding('A111', place, 'the line is not what longplay wrote: its own digest does not fit'));
      else if (entry.seq !== seq + 1) found.push(finding('A112', place, `entry ${entry.seq} follows entry ${seq}`));
      else if (prev !== null && entry.prev !== prev)
        found.push(
          finding('A112', place, `it carries the digest ${entry.prev.slice(0, 12)}… of the line before, that line has ${prev.slice(0, 12)}…`),
        );
      seq = entry?.seq ?? seq + 1;
      prev = entry === null ? null : line.digest;
      if (head !== null && head !== 'damaged' && head.seq === seq) fits = entry === null || line.digest === head.sha256;
      return found;
    },
    lost,
    finish: () => {
      if (head === null) return [finding('A117', logHeadFile, 'it is missing: nothing tells whether the end of the log is there')];
      if (head === 'damaged') return [finding('A117', logHeadFile, 'it is not what longplay writes')];
      if (lost() !== null) return [finding('A116', logFile, `it ends with entry ${seq}, ${logHeadFile} says that entry ${head.seq} was written`)];
      return fits === true ? [] : [finding('A117', logHeadFile, `it does not carry the digest of entry ${head.seq}`)];
    },
  };
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
