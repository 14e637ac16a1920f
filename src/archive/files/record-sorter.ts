import { type NamelessFile, openNameless } from './nameless-file.ts';

/** A record to sort. Neither string may contain an unpaired surrogate. */
export interface SortRecord {
  readonly key: string;
  readonly value: string;
}

/** Sorts any number of records in bounded memory, through an unnamed file in the folder for temporary files. */
export interface RecordSorter {
  add(key: string, value: string): void;
  /** Yields all records by key; records with equal keys in the order in which they were added. Nothing may be added afterwards. */
  sorted(): Generator<SortRecord>;
  /** Closes the file. */
  close(): void;
}

/** Number of characters that are kept in memory before they are written to the file: some 30 MB with the overhead of JavaScript. */
const memoryChars = 8 * 1024 * 1024;
/** Overhead per record, in characters. */
const recordChars = 64;
/** Bytes per read of each run, and per write; more are used if more memory is allowed. */
const readBytes = 64 * 1024;
const writeBytes = { least: 64 * 1024, most: 1024 * 1024 } as const;
/** Number of runs that are merged at a time, each with one chunk in memory. More runs are first merged in groups of this size. */
const runsTogether = 16;

/** A sorted section of the file. */
interface Run {
  readonly start: number;
  readonly end: number;
}

/**
 * Creates a sorter. Its file is created in `temporary` when needed and unlinked at once, so that a killed run leaves nothing. Its blocks on the disk are
 * encrypted.
 */
export function createRecordSorter(temporary: string, charsInMemory = memoryChars): RecordSorter {
  let records: SortRecord[] = [];
  let chars = 0;
  let file: NamelessFile | null = null;
  let runs: Run[] = [];
  let buffer: Buffer | null = null;
  const spill = (): void => {
    file ??= openNameless(temporary);
    buffer ??= Buffer.allocUnsafe(Math.min(writeBytes.most, Math.max(writeBytes.least, charsInMemory >> 3)));
    const start = file.size;
    for (const bytes of encoded(sort(records), buffer)) file.append(bytes);
    runs.push({ start, end: file.size });
    records = [];
    chars = 0;
  };
  return {
    add: (key, value) => {
      records.push({ key, value });
      chars += key.length + value.length + recordChars;
      if (chars > charsInMemory) spill();
    },
    sorted: () => {
      const last = sort(records);
      if (file === null) return values(last);
      while (runs.length > runsTogether) {
        const fewer = mergeRuns(file, runs, temporary, buffer ?? Buffer.allocUnsafe(writeBytes.least));
        file.close();
        ({ file, runs } = fewer);
      }
      const own = file;
      return merged([...runs.map((run) => readRun(own, run, Buffer.allocUnsafe(readBytes))), values(last)]);
    },
    close: () => {
      file?.close();
      file = null;
      records = [];
    },
  };
}

/** Merges groups of runs into another file, which has fewer runs. */
function mergeRuns(
  from: NamelessFile,
  runs: readonly Run[],
  temporary: string,
  buffer: Buffer,
): { readonly file: NamelessFile; readonly runs: Run[] } {
  const file = openNameless(temporary);
  const longer: Run[] = [];
  const buffers = Array.from({ length: runsTogether }, () => Buffer.allocUnsafe(readBytes));
  try {
    for (let first = 0; first < runs.length; first += runsTogether) {
      const start = file.size;
      const together = buffers.flatMap((own, at) => {
        const run = runs[first + at];
        return run === undefined ? [] : [readRun(from, run, own)];
      });
      for (const bytes of encoded(merged(together), buffer)) file.append(bytes);
      longer.push({ start, end: file.size });
    }
  } catch (error) {
    file.close();
    throw error;
  }
  return { file, runs: longer };
}

/** Sorts in the order of JavaScript's strings. `sort` is stable (ECMA-262, since 2019). */
function sort(records: SortRecord[]): SortRecord[] {
  return records.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function* values(records: readonly SortRecord[]): Generator<SortRecord> {
  yield* records;
}

/** Encodes each record: byte counts of key and value as two 32-bit numbers, then both in UTF-8. Each result is valid until the next one. */
function* encoded(records: Iterable<SortRecord>, usual: Buffer): Generator<Uint8Array> {
  let buffer = usual;
  let used = 0;
  for (const { key, value } of records) {
    // UTF-8 takes at most three bytes per UTF-16 unit.
    const most = 8 + 3 * (key.length + value.length);
    if (used + most > buffer.length) {
      yield buffer.subarray(0, used);
      used = 0;
      if (most > buffer.length) buffer = Buffer.allocUnsafe(most);
    }
    const keyBytes = buffer.write(key, used + 8, 'utf8');
    const valueBytes = buffer.write(value, used + 8 + keyBytes, 'utf8');
    buffer.writeUInt32LE(keyBytes, used);
    buffer.writeUInt32LE(valueBytes, used + 4);
    used += 8 + keyBytes + valueBytes;
  }
  yield buffer.subarray(0, used);
}

/** Reads the records of a run. @param usual buffer for this run alone; a longer record gets a buffer of its own */
function* readRun(file: NamelessFile, run: Run, usual: Buffer): Generator<SortRecord> {
  let buffer = usual;
  let position = run.start;
  let start = 0;
  let end = 0;
  const need = (bytes: number): void => {
    if (end - start >= bytes) return;
    const larger = bytes > buffer.length ? Buffer.allocUnsafe(bytes) : buffer;
    buffer.copy(larger, 0, start, end);
    buffer = larger;
    end -= start;
    start = 0;
    while (end < bytes) {
      const read = file.read(buffer, end, Math.min(buffer.length - end, run.end - position), position);
      if (read === 0) throw new Error('a file for sorting has become shorter');
      end += read;
      position += read;
    }
  };
  while (position < run.end || start < end) {
    need(8);
    const keyBytes = buffer.readUInt32LE(start);
    const valueBytes = buffer.readUInt32LE(start + 4);
    need(8 + keyBytes + valueBytes);
    const split = start + 8 + keyBytes;
    const record = { key: buffer.toString('utf8', start + 8, split), value: buffer.toString('utf8', split, split + valueBytes) };
    start = split + valueBytes;
    yield record;
  }
}

/** Merges sorted runs. Of equal keys, the record of the earlier run comes first. */
function* merged(runs: readonly Generator<SortRecord>[]): Generator<SortRecord> {
  interface Head {
    record: SortRecord;
    readonly run: number;
    readonly rest: Generator<SortRecord>;
  }
  const after = (a: Head, b: Head): boolean => (a.record.key === b.record.key ? a.run > b.run : a.record.key > b.record.key);
  const heads: Head[] = [];
  for (const [run, rest] of runs.entries()) {
    const first = rest.next();
    if (first.done !== true) heads.push({ record: first.value, run, rest });
  }
  heads.sort((a, b) => (after(a, b) ? 1 : -1));
  for (let head = heads[0]; head !== undefined; head = heads[0]) {
    yield head.record;
    const next = head.rest.next();
    if (next.done === true) {
      heads.shift();
      continue;
    }
    head.record = next.value;
    // Moves the run down to its place in the heap. With nearly sorted input the run remains in front.
    let at = 0;
    for (let below = heads[1]; below !== undefined && after(head, below); below = heads[at + 1]) {
      heads[at] = below;
      at += 1;
    }
    heads[at] = head;
  }
}
