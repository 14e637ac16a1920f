import { byCodePoint } from '../../core/base/order.ts';
import { foldedName, numberedPath } from '../../core/base/safe-path.ts';
import type { Entry } from '../../core/model/source.ts';
import type { Packing } from '../read/member.ts';

/** An entry and the location of its bytes. */
export interface Row {
  readonly path: string;
  /** Base64 of the stored name if `path` does not determine it; else null. */
  readonly rawName: string | null;
  readonly size: number;
  readonly modifiedMs: number | null;
  /** `disk`: the entry is a file of its own; else the entry is a member of a container. */
  readonly packing: Packing | 'disk';
  /** Index, in the caller's list of homes, of the folder or container that contains the entry. */
  readonly home: number;
  /** Offset of the entry's packed bytes in the home's file. */
  readonly offset: number;
  readonly packedSize: number;
  readonly crc32: number | null;
  /** Entity tag of an entry that is an object in a store; absent for all others. */
  readonly etag?: string;
}

/** A name clash found by `finish`. */
export interface NameClash {
  /** `same`: two entries had one path and this one got another; `folded`: their paths differ only in letter case or Unicode form. */
  readonly kind: 'same' | 'folded';
  readonly path: string;
}

const packings: readonly Row['packing'][] = ['disk', 'plain', 'stored', 'deflate', 'deflate64', 'base64'];

/**
 * Stores millions of entries in about 120 bytes each, in columns instead of objects. Call `add`, then `finish`, then read. Rows are numbered in the order of
 * `add`, positions in the order of paths.
 */
export class EntryTable {
  readonly #paths: string[] = [];
  readonly #rawNames = new Map<number, string>();
  readonly #etags = new Map<number, string>();
  readonly #sizes = new NumberColumn();
  readonly #modified = new NumberColumn();
  readonly #offsets = new NumberColumn();
  readonly #packedSizes = new NumberColumn();
  readonly #crcs = new NumberColumn();
  readonly #homes = new NumberColumn();
  readonly #packings = new NumberColumn();
  #order = new Uint32Array(0);
  /** Row that `find` returned last. */
  #last = -1;

  get length(): number {
    return this.#paths.length;
  }

  add(row: Row): void {
    const at = this.#paths.length;
    this.#paths.push(row.path);
    if (row.rawName !== null) this.#rawNames.set(at, row.rawName);
    if (row.etag !== undefined) this.#etags.set(at, row.etag);
    this.#sizes.set(at, row.size);
    this.#modified.set(at, row.modifiedMs ?? Number.NaN);
    this.#offsets.set(at, row.offset);
    this.#packedSizes.set(at, row.packedSize);
    this.#crcs.set(at, row.crc32 ?? Number.NaN);
    this.#homes.set(at, row.home);
    this.#packings.set(at, packings.indexOf(row.packing));
  }

  /** Removes all rows from `length` on, for a container that turned out to be unusable. */
  truncate(length: number): void {
    for (let i = length; i < this.#paths.length; i++) {
      this.#rawNames.delete(i);
      this.#etags.delete(i);
    }
    this.#paths.length = length;
  }

  row(index: number): Row {
    const modified = this.#modified.get(index);
    const crc = this.#crcs.get(index);
    const etag = this.#etags.get(index);
    return {
      path: this.#path(index),
      rawName: this.#rawNames.get(index) ?? null,
      size: this.#sizes.get(index),
      modifiedMs: Number.isNaN(modified) ? null : modified,
      packing: packings[this.#packings.get(index)] ?? 'disk',
      home: this.#homes.get(index),
      offset: this.#offsets.get(index),
      packedSize: this.#packedSizes.get(index),
      crc32: Number.isNaN(crc) ? null : crc,
      ...(etag === undefined ? {} : { etag }),
    };
  }

  /** Returns the row number of a path, or -1. */
  find(path: string): number {
    // An import asks several times in a row for the entry of one recording.
    if (this.#last === -1 || this.#path(this.#last) !== path) this.#last = this.#search(path);
    return this.#last;
  }

  #search(path: string): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const order = byCodePoint(this.#path(this.#order[middle] ?? 0), path);
      if (order === 0) return this.#order[middle] ?? -1;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return -1;
  }

  /** Returns the entry at a position in path order. */
  entry(position: number): Entry {
    return this.entryOf(this.#order[position] ?? 0);
  }

  /** Returns the entry of a row. */
  entryOf(index: number): Entry {
    const modified = this.#modified.get(index);
    return {
      path: this.#path(index),
      rawName: this.#rawNames.get(index) ?? null,
      size: this.#sizes.get(index),
      modifiedMs: Number.isNaN(modified) ? null : modified,
    };
  }

  /**
   * Sorts by path and makes paths unique. Of rows with the same path, the first one keeps it; the others get `a#2.wav`, `a#3.wav` …, and the raw name that
   * `storedName` returns.
   */
  finish(storedName: (row: Row) => string): NameClash[] {
    this.#sort();
    const clashes = this.#separate(storedName);
    if (clashes.length > 0) this.#sort();
    return [...clashes, ...this.#foldedClashes()];
  }

  #path(index: number): string {
    return this.#paths[index] ?? '';
  }

  #sort(): void {
    this.#last = -1;
    const order = Uint32Array.from(this.#paths, (_, index) => index);
    this.#order = order.sort((a, b) => byCodePoint(this.#path(a), this.#path(b)) || this.#precedence(a, b));
  }

  /** Orders rows with equal paths: first the row whose stored name follows from the path, then by stored name, then by row number. */
  #precedence(a: number, b: number): number {
    return byCodePoint(this.#rawNames.get(a) ?? '', this.#rawNames.get(b) ?? '') || a - b;
  }

  #separate(storedName: (row: Row) => string): NameClash[] {
    const renamed = new Map<number, string>();
    const taken = new Set<string>();
    let number = 2;
    for (let position = 1; position < this.#order.length; position++) {
      const index = this.#order[position] ?? 0;
      const path = this.#path(index);
      if (path !== this.#path(this.#order[position - 1] ?? 0)) {
        number = 2;
        continue;
      }
      while (taken.has(numberedPath(path, number)) || this.find(numberedPath(path, number)) !== -1) number++;
      const own = numberedPath(path, number);
      renamed.set(index, own);
      taken.add(own);
    }
    for (const [index, path] of renamed) {
      if (!this.#rawNames.has(index)) this.#rawNames.set(index, Buffer.from(storedName(this.row(index))).toString('base64'));
      this.#paths[index] = path;
    }
    return [...renamed.values()].map((path) => ({ kind: 'same', path }));
  }

  /** Finds folded clashes by comparing hashes, because a set of a million folded paths would take more memory than the table. */
  #foldedClashes(): NameClash[] {
    const hashes = Float64Array.from(this.#paths, (path) => textHash(foldedName(path))).sort();
    const twice = new Set(hashes.filter((hash, i) => i > 0 && hash === hashes[i - 1]));
    if (twice.size === 0) return [];
    const seen = new Set<string>();
    const clashes: NameClash[] = [];
    for (const index of this.#order) {
      const folded = foldedName(this.#path(index));
      if (!twice.has(textHash(folded))) continue;
      if (seen.has(folded)) clashes.push({ kind: 'folded', path: this.#path(index) });
      seen.add(folded);
    }
    return clashes;
  }
}

/** Returns 53 bits of two 32-bit FNV-1a hashes with different starts, so that collisions among a million paths are rare. */
function textHash(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x85ebca6b);
    b ^= b >>> 13;
  }
  return (a >>> 0) * 2 ** 21 + (b >>> 11);
}

/** A column of numbers that grows. */
class NumberColumn {
  #values = new Float64Array(64);

  get(index: number): number {
    return this.#values[index] ?? Number.NaN;
  }

  set(index: number, value: number): void {
    if (index >= this.#values.length) {
      const grown = new Float64Array(Math.ceil(this.#values.length * 1.5));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[index] = value;
  }
}
