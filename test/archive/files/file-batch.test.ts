import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkFixity, type FixityCounts } from '../../../src/archive/bag/fixity.ts';
import type { BagFile } from '../../../src/archive/bag/step.ts';
import { batchAlgorithms, createComparison, digestedFiles, type FileBatch, type Hasher, localHasher } from '../../../src/archive/files/file-batch.ts';
import type { HashAnswer } from '../../../src/archive/files/hash-file.ts';
import { calm } from '../rig.ts';

const widths = { md5: 32, sha256: 64, sha512: 128 } as const;
type Algorithm = keyof typeof widths;
const algorithms = fc.subarray(Object.keys(widths) as Algorithm[], { minLength: 1 });
const digestOf = (id: Algorithm, seed: number): string => seed.toString(16).padStart(widths[id], '0');

describe('a comparison', () => {
  it('returns exactly the files that differ from their list', () => {
    const file = fc.record({
      seed: fc.nat({ max: 3 }),
      becomes: fc.oneof(fc.constant('same'), fc.constant('unstable'), fc.constantFrom('ENOENT', 'EIO'), fc.nat({ max: 3 })),
    });
    fc.assert(
      fc.property(algorithms, fc.array(file, { maxLength: 12 }), (ids, files) => {
        const batch = { algorithms: ids, listed: files.map(({ seed }) => ids.map((id) => digestOf(id, seed)).join('')).join('') };
        const comparison = createComparison(batch);
        const wrong: unknown[] = [];
        for (const [id, { seed, becomes }] of files.entries()) {
          if (typeof becomes === 'string' && becomes.startsWith('E')) {
            comparison.put({ id, error: becomes });
            wrong.push({ index: id, error: becomes });
            continue;
          }
          const found = typeof becomes === 'number' ? becomes : seed;
          const digests = Object.fromEntries(ids.map((algorithm) => [algorithm, digestOf(algorithm, found)]));
          const stable = becomes !== 'unstable';
          comparison.put({ id, error: null, sizeBytes: 7, stable, digests });
          if (!stable || found !== seed) wrong.push({ index: id, error: null, sizeBytes: 7, stable, digests: Object.values(digests) });
        }
        const read = files.filter(({ becomes }) => typeof becomes !== 'string' || !becomes.startsWith('E'));
        expect(comparison.finish()).toEqual({ files: files.length, bytes: 7 * read.length, wrong });
      }),
    );
  });

  it('returns the further digests of all files, so that each matching file has all of its own', () => {
    const file = fc.record({ seed: fc.nat({ max: 3 }), becomes: fc.constantFrom('same', 'altered', 'unstable', 'EIO') });
    fc.assert(
      fc.property(algorithms, algorithms, fc.array(file, { maxLength: 12 }), fc.nat({ max: 3 }), (ids, further, files, left) => {
        const names = Array.from({ length: files.length + left }, (_, index) => `data/${index}`);
        const seeds = [...files.map(({ seed }) => seed), ...Array.from({ length: left }, () => 0)];
        const batch = {
          bag: '/bag',
          names,
          algorithms: ids,
          listed: seeds.map((seed) => ids.map((id) => digestOf(id, seed)).join('')).join(''),
          further,
        };
        const all = batchAlgorithms(batch);
        expect([...all].sort()).toEqual([...new Set([...ids, ...further])].sort());
        const comparison = createComparison(batch);
        for (const [id, { seed, becomes }] of files.entries()) {
          if (becomes === 'EIO') comparison.put({ id, error: becomes });
          else {
            const digests = Object.fromEntries(all.map((one) => [one, digestOf(one as Algorithm, becomes === 'altered' ? seed + 9 : seed)]));
            comparison.put({ id, error: null, sizeBytes: 7, stable: becomes !== 'unstable', digests });
          }
        }
        const answer = comparison.finish();
        expect([...digestedFiles(batch, answer)]).toEqual(
          files.flatMap(({ seed, becomes }, index) =>
            becomes === 'same'
              ? [{ name: `data/${index}`, digests: Object.fromEntries(all.map((one) => [one, digestOf(one as Algorithm, seed)])) }]
              : [],
          ),
        );
        // A lost digest does not shift any other.
        if (files.length > 0) expect(() => [...digestedFiles(batch, { ...answer, further: answer.further?.slice(1) ?? '' })]).toThrow('expected');
      }),
    );
  });

  it('of files read here has the digests of their bytes', async () => {
    const bag = mkdtempSync(join(tmpdir(), 'longplay-batch-'));
    try {
      writeFileSync(join(bag, 'a'), 'abc');
      const listed = createHash('sha256').update('abc').digest('hex');
      const batch = { bag, names: ['a', 'gone'], algorithms: ['sha256'], listed: `${listed}${listed}`, further: ['sha3512', 'sha256'] };
      const answer = await localHasher.digest(batch, calm);
      // NIST example of FIPS 202 for the three bytes.
      const sha3 = 'b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0';
      expect(answer).toEqual({ files: 2, bytes: 3, wrong: [{ index: 1, error: 'ENOENT' }], further: `${sha3}${listed}${' '.repeat(192)}` });
      expect([...digestedFiles(batch, answer)]).toEqual([{ name: 'a', digests: { sha256: listed, sha3512: sha3 } }]);
    } finally {
      rmSync(bag, { recursive: true });
    }
  });
});

describe('batches', () => {
  const folders = ['data/0a0a0a0a-0000-8000-8000-000000000001', 'data/0a0a0a0a-0000-8000-8000-000000000002', 'data/others'];

  it('hold every file once, never mix ways of comparing, never split a recording, and returned files are asked for again', async () => {
    const file = fc.record({ folder: fc.nat({ max: 2 }), long: fc.boolean(), sizeBytes: fc.constantFrom(1, 1_000, 20_000_000) });
    const asked = fc.record({
      files: fc.array(file, { maxLength: 120 }),
      batchFiles: fc.integer({ min: 1, max: 9 }),
      atOnce: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(asked, async ({ files, batchFiles, atOnce }) => {
        const ways = [['sha256'], ['sha512']] as const;
        const inOrder = [...files].sort((a, b) => a.folder - b.folder);
        const all: BagFile[] = inOrder.map(({ folder, long }, index) => {
          const path = `${folders[folder]}/${String(index).padStart(4, '0')}`;
          return { path, name: path, area: 'payload', algorithms: ways[long ? 1 : 0], digests: '0'.repeat(long ? 128 : 64) };
        });
        const sizes = new Map(all.map((one, index) => [one.path, inOrder[index]?.sizeBytes ?? 0]));
        const read: string[] = [];
        const batches: FileBatch[] = [];
        let running = 0;
        const hasher: Hasher = {
          atOnce,
          batchFiles,
          digest: async (batch) => {
            running += 1;
            expect(running).toBeLessThanOrEqual(atOnce);
            batches.push(batch);
            const comparison = createComparison(batch);
            // Returns the rest after the first large file, as a thread does.
            for (const [id, name] of batch.names.entries()) {
              const sizeBytes = sizes.get(name) ?? 0;
              const id0 = batch.algorithms[0] ?? '';
              comparison.put({
                id,
                error: null,
                sizeBytes,
                stable: true,
                digests: { [id0]: '0'.repeat(id0 === 'sha512' ? 128 : 64) },
              } satisfies HashAnswer);
              read.push(name);
              if (sizeBytes > 1_000_000) break;
            }
            await Promise.resolve();
            running -= 1;
            return comparison.finish();
          },
        };
        const counts: FixityCounts = { payloadBytes: 0, complete: true, algorithms: new Set() };
        const steps = async function* () {
          for (let at = 0; at < all.length; at += 7) yield { faults: [], files: all.slice(at, at + 7) };
        };
        for await (const fault of checkFixity('/bag', steps(), hasher, counts, calm)) expect(fault).toBeNull();
        expect(read.sort()).toEqual(all.map((one) => one.name).sort());
        expect(counts.payloadBytes).toBe(inOrder.reduce((sum, one) => sum + one.sizeBytes, 0));
        const small = inOrder.every((one) => one.sizeBytes < 1_000_000);
        for (const { names, algorithms: ids, listed } of batches) {
          expect(listed).toHaveLength(names.length * (ids[0] === 'sha512' ? 128 : 64));
          if (names.every((name) => name.startsWith('data/others'))) expect(names.length).toBeLessThanOrEqual(batchFiles);
        }
        // With one way of comparing and without large files, each recording stays whole.
        if (small && inOrder.every((one) => one.long === inOrder[0]?.long))
          for (const folder of folders.slice(0, 2))
            expect(batches.filter(({ names }) => names.some((name) => name.startsWith(folder))).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});
