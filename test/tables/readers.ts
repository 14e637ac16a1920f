import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ByteReader, memoryReader } from '../../src/core/base/bytes.ts';
import type { Finding } from '../../src/core/findings/finding.ts';
import { collectGarbage } from '../garbage.ts';

export const signal = new AbortController().signal;

/** Awkward files that are not part of the project; tests with them are skipped if they are absent. */
export const traps = fileURLToPath(new URL('../../../shared/samples/traps/out/', import.meta.url));
export const haveTraps = existsSync(traps);

export function trapNames(kind: 'csv' | 'xml'): string[] {
  return readdirSync(traps + kind).sort();
}

export function trap(path: string): ByteReader {
  return memoryReader(readFileSync(traps + path), path);
}

export function textReader(text: string, encoding: BufferEncoding = 'utf8'): ByteReader {
  return memoryReader(Buffer.from(text, encoding), 'table');
}

/** The same bytes in pieces of `size`. */
export function inPieces(reader: ByteReader, size: number): ByteReader {
  return {
    ...reader,
    stream: async function* (start, end) {
      const bytes = await reader.read(start, end - start);
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    },
  };
}

/** A reader whose bytes are generated while they are read: `head`, `count` times the result of `part` for its index, `tail`. All parts have the same length. */
export function madeReader(head: string, part: (index: number) => string, count: number, tail: string): ByteReader {
  const partBytes = Buffer.byteLength(part(0));
  const size = Buffer.byteLength(head) + partBytes * count + Buffer.byteLength(tail);
  const stream = async function* (): AsyncIterable<Uint8Array> {
    yield Buffer.from(head);
    for (let i = 0; i < count; i += 1_000) {
      let block = '';
      for (let j = i; j < Math.min(count, i + 1_000); j++) block += part(j);
      yield Buffer.from(block);
    }
    yield Buffer.from(tail);
  };
  return {
    name: 'made',
    size,
    read: async (offset, length) => {
      // Only beginnings are read.
      let text = head;
      for (let i = 0; text.length < offset + length && i < count; i++) text += part(i);
      return new Uint8Array(Buffer.from(text).subarray(offset, offset + length));
    },
    stream,
  };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export function isFinding(item: { readonly kind: string }): item is Finding {
  return item.kind === 'finding';
}

/** A finding as one line, for lists. */
export function line(found: Finding): string {
  return `${found.code} ${found.place}: ${found.message}`;
}

/** The peak heap use of a run above that at its beginning, in bytes; measured every `every` calls of the given function. */
export function heapWatch(every: number): { look(): void; readonly grown: number } {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  let most = 0;
  let calls = 0;
  return {
    look: () => {
      if (calls++ % every !== 0) return;
      collectGarbage();
      most = Math.max(most, process.memoryUsage().heapUsed - before);
    },
    get grown() {
      return most;
    },
  };
}
