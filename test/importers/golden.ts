import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { expect } from 'vitest';

// An absent file is written, so that a new sample takes one run, and the test fails all the same: a lost file must not count as one that agrees.

/** Checks that a sample's folder holds exactly the output of its generator, byte for byte. */
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

/** The order in which an importer reports files is free. */
function sorted(read: unknown): unknown {
  const isList = typeof read === 'object' && read !== null && 'files' in read && Array.isArray(read.files);
  return isList ? { ...read, files: (read.files as unknown[]).toSorted() } : read;
}

/** Compares the result with the JSON in the file. */
export function expectGolden(file: string, read: unknown): void {
  const wasThere = existsSync(file);
  if (!wasThere) writeFileSync(file, `${JSON.stringify(read, null, 2)}\n`);
  expect(wasThere, `${file} was not there; it is written now: look at it and run again`).toBe(true);
  expect(sorted(JSON.parse(JSON.stringify(read)))).toEqual(sorted(JSON.parse(readFileSync(file, 'utf8'))));
}
