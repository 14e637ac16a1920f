import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'vitest';
import { LongplayError } from '../../src/core/base/error.ts';
import { findingTable } from '../../src/core/findings/finding-table.ts';

/** The ways in which a file is damaged. */
export const acts = ['flip', 'truncate', 'extend', 'zero block', 'swap two blocks', 'swap two files', 'delete', 'older version'] as const;
export type Act = (typeof acts)[number];

/** One class of file. */
export interface FileClass {
  /** An absolute path. */
  readonly path: () => string;
  /** Another file of the class. */
  readonly other: () => string;
  /** Its content at an earlier time, valid then; null if a file of this class never changes. */
  readonly older: (() => string) | null;
  /** Returns all faults, as `kind code place`. */
  readonly find: () => Promise<readonly string[]>;
  /** Expected faults, by act; `null`: none, and `quiet` of the class gives the reason. */
  readonly said: Readonly<Partial<Record<Act, RegExp | null>>> & { readonly else: RegExp | null };
  /** For an unreported cell, the check that no harm results. */
  readonly quiet?: () => Promise<void>;
  /** Offset of the damaged bytes; the middle by default. */
  readonly at?: (bytes: Buffer) => number;
}

/** A line of a fault; the table has a next step for every code. */
export function named(line: string, code: string): string {
  expect(findingTable.get(code)?.next ?? '', `the next step of ${code}`).not.toBe('');
  return line;
}

/** Result of a program that ends with an error; empty if it does not. */
export async function refusal(running: Promise<unknown>): Promise<readonly string[]> {
  try {
    await running;
    return [];
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    expect(error.hint).not.toBe('');
    return [named(`${error.kind} ${error.code} ${error.message}`, error.code)];
  }
}

/** Does one act to a file; false if that changes nothing, or if it is impossible. */
export function strike(act: Act, one: FileClass): boolean {
  const path = one.path();
  const was = readFileSync(path);
  const bytes = Buffer.from(was);
  const middle = bytes.length >> 1;
  const place = one.at?.(was) ?? middle;
  const block = Math.floor(place / 512) * 512;
  if (act === 'flip') bytes[place] = (bytes[place] ?? 0) ^ 1;
  else if (act === 'zero block') bytes.fill(0, block, Math.min(bytes.length, block + 512));
  else if (act === 'swap two blocks') {
    const size = Math.min(512, middle);
    bytes.set(was.subarray(0, size), middle);
    bytes.set(was.subarray(middle, middle + size), 0);
  }
  if (act === 'delete') rmSync(path);
  else if (act === 'truncate') writeFileSync(path, was.subarray(0, middle));
  else if (act === 'extend') writeFileSync(path, Buffer.concat([was, Buffer.from('x')]));
  else if (act === 'swap two files') {
    const other = readFileSync(one.other());
    if (other.equals(was)) return false;
    writeFileSync(one.other(), was);
    writeFileSync(path, other);
  } else if (act === 'older version') {
    if (one.older === null) return false;
    const older = readFileSync(one.older());
    if (older.equals(was)) return false;
    writeFileSync(path, older);
  } else {
    if (bytes.equals(was)) return false;
    writeFileSync(path, bytes);
  }
  return true;
}

/** Saves files, to restore them. */
export function keep(paths: readonly string[]): { put(): void } {
  const kept = paths.map((path) => ({ path, bytes: readFileSync(path) }));
  return {
    put: () => {
      for (const { path, bytes } of kept) {
        rmSync(path, { recursive: true, force: true });
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, bytes);
      }
    },
  };
}
