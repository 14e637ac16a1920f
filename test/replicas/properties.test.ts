import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fingerprint } from '../cli/rig.ts';
import { everything } from '../faults/trials.ts';
import { createReplicaRig, flip, type ReplicaRig, swap } from './rig.ts';

const copies = ['primary', 'offsite', 'vault'];
let work: ReplicaRig;
beforeAll(async () => {
  work = await createReplicaRig(copies.slice(1));
});
afterAll(async () => {
  await work?.[Symbol.asyncDispose]();
});

/** An event that changes a file or bag of a copy. */
interface Fault {
  readonly copy: string;
  readonly bag: number;
  readonly file: number;
  readonly what: keyof typeof damages;
  readonly at: number;
}

/** `path`: an existing file; `bag`: its folder. */
const damages = {
  flip: (path: string, _bag: string, at: number) => flip(path, at % Math.max(1, lstatSync(path).size), 1 << (at % 8)),
  cut: (path: string, _bag: string, at: number) => writeFileSync(path, readFileSync(path).subarray(0, at % Math.max(1, lstatSync(path).size))),
  extend: (path: string, _bag: string, at: number) => appendFileSync(path, String(at)),
  zero: (path: string) => writeFileSync(path, Buffer.alloc(lstatSync(path).size)),
  'lose the file': (path: string) => rmSync(path),
  'lose its folder': (path: string) => rmSync(dirname(path), { recursive: true }),
  'lose the bag': (_path: string, bag: string) => rmSync(bag, { recursive: true }),
  'a folder in its place': (path: string) => {
    rmSync(path);
    mkdirSync(path);
  },
  'a stranger beside it': (path: string, _bag: string, at: number) => writeFileSync(`${path}-${at}`, `stranger ${at}`),
  'a file in the place of its folder': (path: string, bag: string, at: number) => {
    if (dirname(path) === bag) return;
    rmSync(dirname(path), { recursive: true });
    writeFileSync(dirname(path), `in the way ${at}`);
  },
  'exchange the bag': (_path: string, bag: string, at: number) => {
    const other = work.bags.map((one) => join(bag, '../../..', one)).filter((one) => one !== bag && existsSync(one))[at % 2];
    if (other !== undefined && basename(dirname(other)) === basename(dirname(bag))) swap(bag, other);
  },
} as const;

const fault: fc.Arbitrary<Fault> = fc.record({
  copy: fc.constantFrom(...copies),
  bag: fc.nat(2),
  file: fc.nat(40),
  what: fc.constantFrom(...(Object.keys(damages) as (keyof typeof damages)[])),
  at: fc.nat(5_000),
});

function strike({ copy, bag, file, what, at }: Fault): void {
  const name = work.bags[bag] ?? '';
  const files = work.files(name);
  const path = join(work.dir(copy), files[file % files.length] ?? '');
  // Removed by an earlier fault.
  if (!existsSync(path) || !lstatSync(path).isFile()) return;
  damages[what](path, join(work.dir(copy), name), at);
}

const linesOf = (lines: readonly string[], bag: string): string[] => lines.filter((line) => line.startsWith(`${bag.slice('bags/'.length)}/`));

/** Digests of all bytes in the bags or the quarantine of a copy. */
function contents(copy: string): Set<string> {
  const found = new Set<string>();
  for (const top of ['bags', 'quarantine'])
    if (existsSync(join(work.dir(copy), top)))
      for (const entry of readdirSync(join(work.dir(copy), top), { recursive: true, withFileTypes: true }))
        if (entry.isFile())
          found.add(
            createHash('sha256')
              .update(readFileSync(join(entry.parentPath, entry.name)))
              .digest('hex'),
          );
  return found;
}

test('after any events on copies, a repair makes every bag valid everywhere that was valid in one of them, and deletes nothing that is not in the quarantine', async () => {
  let repaired = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(fault, { minLength: 1, maxLength: 9 }), async (faults) => {
      work.reset();
      for (const one of faults) strike(one);
      const before = new Map(copies.map((copy) => [copy, { bytes: work.bytes(copy), contents: contents(copy) }]));
      const original = (bag: string): string[] => linesOf(work.original, bag);
      const good = work.bags.filter((bag) => copies.some((copy) => linesOf(work.bytes(copy), bag).join() === original(bag).join()));
      const somewhere = work.original.filter((line) => copies.some((copy) => before.get(copy)?.bytes.includes(line)));
      const { outcome } = await work.repair();
      repaired += outcome.mended;
      for (const copy of copies) {
        for (const bag of good) expect(linesOf(work.bytes(copy), bag), `${bag} in ${copy}`).toEqual(original(bag));
        const now = contents(copy);
        for (const digest of before.get(copy)?.contents ?? []) expect(now.has(digest), `bytes that lay in ${copy}`).toBe(true);
      }
      for (const line of somewhere)
        expect(
          copies.some((copy) => work.bytes(copy).includes(line)),
          `${line} was good somewhere`,
        ).toBe(true);
      // A valid bag stays valid: a second repair has nothing to do there.
      const again = await work.repair();
      expect(again.outcome.mended).toBe(0);
      expect(again.outcome.lost).toBe(outcome.lost);
      if (good.length === work.bags.length) {
        expect(await work.verifyPrimary()).toEqual([]);
        expect((await work.verify()).said).toEqual([]);
        expect(fingerprint(join(work.dir('vault'), 'bags'))).toEqual(work.original);
      }
    }),
    { numRuns: everything ? 500 : 9 },
  );
  expect(repaired).toBeGreaterThan(10);
});
