import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { limits } from '../core/base/limits.ts';
import { type Db, namingFile, openScratch } from '../store/database/database.ts';
import { createKeyIndex, type KeyIndex } from './key-index.ts';

/** Values on disk, each with several keys. Memory holds about ten bytes per key. */
export interface KeyedStage<Value> {
  /** Adds a value under keys. No value may be added after the first call of `get` or `getNarrow`. */
  put(keys: readonly string[], value: Value): void;
  /** Returns at most `most` values of a key, in the order in which they were put; all if `most` is absent. */
  get(key: string, most?: number): readonly Value[];
  /** Returns values of a narrow key like `get`. Narrow keys are indexed when one is first requested. */
  getNarrow(key: string, most?: number): readonly Value[];
  /** Yields all values in the order in which they were put. */
  all(): Iterable<Value>;
  readonly size: number;
  /** Deletes the values. */
  close(): void;
}

/** Texts on disk, by their number. */
interface Texts {
  push(text: string): void;
  at(number: number): string;
  all(): Iterable<string>;
  close(): void;
}

/**
 * Opens an empty stage. Values are stored as JSON, as in `openStage`: first in memory, then in a file below `folder`.
 * @param narrowOf returns the narrow keys of a value: the same for the same value. Null: narrow keys are put with the others
 * @throws LongplayError A190 from `put` if the file cannot be created.
 */
export function openKeyedStage<Value>(
  folder: string,
  narrowOf: ((value: Value) => readonly string[]) | null,
  memoryChars: number = limits.stageMemoryChars,
): KeyedStage<Value> {
  mkdirSync(folder, { recursive: true });
  const memory: string[] = [];
  let isInMemory = true;
  let texts: Texts = { push: (text) => memory.push(text), at: (number) => memory[number] ?? '', all: () => memory, close: () => undefined };
  let [chars, size] = [0, 0];
  const index = createKeyIndex();
  let narrow: KeyIndex | null = null;
  const spill = (): void => {
    isInMemory = false;
    texts = textsInFile(join(folder, `stage-${randomUUID()}.sqlite`));
    for (const text of memory) texts.push(text);
    memory.length = 0;
  };
  /** Parses a text that `put` wrote. */
  const parsed = (text: string): readonly [value: Value, ...keys: string[]] => JSON.parse(text) as readonly [Value, ...string[]];
  const found = (numbers: Iterable<number>, most: number, has: (text: string) => Value | null): Value[] => {
    const values: Value[] = [];
    for (const number of numbers) {
      if (values.length >= most) break;
      const value = has(texts.at(number));
      if (value !== null) values.push(value);
    }
    return values;
  };
  const get = (given: string, most = Number.POSITIVE_INFINITY): readonly Value[] => {
    const key = given.toWellFormed();
    // The index compares hashes.
    return found(index.of(key), most, (text) => {
      const [value, ...keys] = parsed(text);
      return keys.includes(key) ? value : null;
    });
  };
  const narrowIndex = (keysOf: (value: Value) => readonly string[]): KeyIndex => {
    const made = createKeyIndex();
    let number = 0;
    for (const text of texts.all()) {
      for (const key of keysOf(parsed(text)[0])) made.add(key, number);
      number++;
    }
    return made;
  };
  return {
    put: (keys, value) => {
      const wellFormed = keys.map((key) => key.toWellFormed());
      for (const key of wellFormed) index.add(key, size);
      const text = JSON.stringify([value, ...wellFormed]);
      chars += text.length;
      if (isInMemory && chars > memoryChars) spill();
      texts.push(text);
      size++;
    },
    get,
    getNarrow: (key, most = Number.POSITIVE_INFINITY) => {
      if (narrowOf === null) return get(key, most);
      narrow ??= narrowIndex(narrowOf);
      return found(narrow.of(key), most, (text) => {
        const [value] = parsed(text);
        return narrowOf(value).includes(key) ? value : null;
      });
    },
    all: function* () {
      for (const text of texts.all()) yield parsed(text)[0];
    },
    get size() {
      return size;
    },
    close: () => texts.close(),
  };
}

/** Number of rows that one statement inserts, and that are read together. */
const [together, page] = [32, 256] as const;
/** Number of characters from which fewer rows are inserted together. */
const togetherChars = 65_536;

/** Creates texts in a SQLite file, which `close` deletes. */
function textsInFile(file: string): Texts {
  const db = openScratch(file, 'CREATE TABLE kept (number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT; BEGIN');
  const insertRows = (rows: number) => db.prepare(`INSERT INTO kept(number, text) VALUES ${Array(rows).fill('(?, ?)').join(', ')}`);
  const [insert, insertAll] = [insertRows(1), insertRows(together)];
  const textAt = db.prepare<[number], string>('SELECT text FROM kept WHERE number = ?').pluck();
  let waiting: (number | string)[] = [];
  let [chars, size] = [0, 0];
  const flush = (): void => {
    if (waiting.length === 2 * together) insertAll.run(...waiting);
    else for (let at = 0; at < waiting.length; at += 2) insert.run(waiting[at], waiting[at + 1]);
    waiting = [];
    chars = 0;
  };
  return namingFile(file, {
    push: (text) => {
      waiting.push(size++, text);
      chars += text.length;
      if (waiting.length === 2 * together || chars >= togetherChars) flush();
    },
    at: (number) => {
      if (waiting.length > 0) flush();
      return textAt.get(number) ?? '';
    },
    all: () => {
      flush();
      return inPages(db);
    },
    close: () => {
      if (db.open) db.close();
      rmSync(file, { force: true });
    },
  });
}

function* inPages(db: Db): Generator<string> {
  const select = db.prepare<[number], string>(`SELECT text FROM kept WHERE number >= ? ORDER BY number LIMIT ${page}`).pluck();
  for (let [from, texts] = [0, select.all(0)]; texts.length > 0; texts = select.all(from)) {
    from += texts.length;
    yield* texts;
  }
}
