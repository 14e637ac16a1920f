import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { expect } from 'vitest';

// What is not there is written, so that a new sample costs one run, and the test fails all the same: a lost file must not pass for one that agrees.

/** A sample's folder holds what its generator makes, byte for byte, and nothing else. */
export function expectSample(folder: string, made: ReadonlyMap<string, Uint8Array>): void {
  const lost = [...made].filter(([path]) => !existsSync(join(folder, path)));
  for (const [path, bytes] of lost) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  expect(lost.map(([path]) => `${path} was not there; it is written now: look at it and run again`)).toEqual([]);
  const differing = [...made].filter(([path, bytes]) => Buffer.compare(readFileSync(join(folder, path)), bytes) !== 0);
  expect(differing.map(([path]) => path)).toEqual([]);
  const there = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => relative(folder, join(item.parentPath, item.name)).split(sep).join('/'));
  expect(there.sort()).toEqual([...made.keys()].sort());
}

/** The order in which an importer speaks of files is free. */
function sorted(read: unknown): unknown {
  const isList = typeof read === 'object' && read !== null && 'files' in read && Array.isArray(read.files);
  return isList ? { ...read, files: (read.files as unknown[]).toSorted() } : read;
}

/** What was read is what the file says, a JSON text. */
export function expectGolden(file: string, read: unknown): void {
  const wasThere = existsSync(file);
  if (!wasThere) writeFileSync(file, `${JSON.stringify(read, null, 2)}\n`);
  expect(wasThere, `${file} was not there; it is written now: look at it and run again`).toBe(true);
  expect(sorted(JSON.parse(JSON.stringify(read)))).toEqual(sorted(JSON.parse(readFileSync(file, 'utf8'))));
}
