import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../../src/archive/bag/manifests.ts';
import { limits } from '../../src/core/base/limits.ts';
import { calm, checked, digest, line, put, renewTagManifests, temporaryFolder, writeBag } from './rig.ts';

const cli = fileURLToPath(new URL('../../dist/bin/longplay.js', import.meta.url));

/** Verifies with a heap too small for a list of all names; `checked` holds the exit code and the last line. */
async function verifiedInLittleMemory(
  bag: string,
): Promise<{ readonly code: number; readonly summary: Record<string, unknown>; readonly lines: number }> {
  const run = promisify(execFile);
  const args = ['--max-old-space-size=56', cli, 'verify', bag, '--json', '--jobs', '1'];
  const { code, stdout } = await run(process.execPath, args, { maxBuffer: 256 * 1024 * 1024 }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => error,
  );
  const lines = stdout.trimEnd().split('\n');
  return { code, lines: lines.length, summary: JSON.parse(lines.at(-1) ?? '') as Record<string, unknown> };
}

const zeros = '0'.repeat(64);
const decimal = (index: number): string => String(index).padStart(8, '0');

describe('a manifest', () => {
  it('means the same in any order of lines, however little of it is sorted in memory', async () => {
    const name = fc.constantFrom(
      'data/a',
      'data/A',
      'data/a-b',
      'data/a/b',
      'data/\u00e9',
      'data/e\u0301',
      'data/50%25',
      'data/50%',
      'data/b',
      'data/./b',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(name, { maxLength: 30 }), fc.constantFrom(1, 200, 1_000_000), fc.boolean(), async (names, charsInMemory, strict) => {
        using folder = temporaryFolder();
        const text = names.map((one, index) => `${decimal(index).repeat(8)}  ${one}\n`).join('');
        put(folder.path, 'manifest-sha256.txt', text);
        const declaration = { strict, encoding: 'utf-8' as const, faults: [] };
        const reading = { bag: folder.path, kind: 'payload' as const, declaration, temporary: folder.path, charsInMemory };
        const work = readManifest({ name: 'manifest-sha256.txt', algorithm: 'sha256' }, reading, calm);
        let next = await work.next();
        while (next.done !== true) next = await work.next();
        const entries = [...next.value.entries()].flat();
        const keys = entries.map((entry) => entry.key);
        expect(keys).toEqual([...keys].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
        expect(entries.map((entry) => entry.line).sort((a, b) => a - b)).toEqual(names.map((_, index) => index + 1));
        for (const [index, entry] of entries.entries()) {
          expect(entry.digest).toBe(decimal(entry.line - 1).repeat(8));
          const before = entries[index - 1];
          if (before?.key === entry.key) expect(before.line).toBeLessThan(entry.line);
        }
        // A second read gives the same.
        expect([...next.value.entries()].flat()).toEqual(entries);
      }),
    );
  });

  it('with shuffled lines gives the same verdicts', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`data/${index % 7}/${index % 3 === 0 ? 'F' : 'f'}${index}`, `${index}`]),
    );
    const lines = Object.entries(files).map(([path, text]) => line(text, path));
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(lines, { minLength: 30 }), fc.nat({ max: 39 }), async (some, altered) => {
        using folder = temporaryFolder();
        writeBag(folder.path, '1.0', { ...files, 'manifest-sha256.txt': some.join('') });
        const path = Object.keys(files)[altered] ?? '';
        put(folder.path, path, 'something else');
        const listed = new Set(some.map((text) => text.slice(66, -1)));
        const expected = Object.keys(files).flatMap((one) => (listed.has(one) ? (one === path ? [`A131 ${one}`] : []) : [`A134 ${one}`]));
        expect((await checked(folder.path)).said.sort()).toEqual(expected.sort());
      }),
      { numRuns: 30 },
    );
  });
});

describe('a bag of another program that is excessively large', () => {
  it('has all missing files counted and only a limited number listed', async () => {
    using folder = temporaryFolder();
    const count = limits.bagVerdicts + 3;
    writeBag(folder.path, '1.0', {
      'data/a': 'a',
      'manifest-sha256.txt': `${line('a', 'data/a')}${Array.from({ length: count }, (_, index) => `${zeros}  data/b/${decimal(index)}\n`).join('')}`,
    });
    const { verdicts, summary } = await checked(folder.path);
    expect(verdicts).toHaveLength(limits.bagVerdicts + 1);
    expect(verdicts.at(-1)).toMatchObject({ code: 'A130', verdict: 'missing', path: 'BAG', more: 3 });
    expect(verdicts.at(-1)?.message).toContain(`${count} in all`);
    expect(summary).toMatchObject({ sound: false, files: 1, bytes: 1 });
  });

  it('is judged in little memory if a manifest names 400,000 absent files in no order', async () => {
    using folder = temporaryFolder();
    writeBag(folder.path, '0.97', { 'data/a': 'a', 'manifest-sha256.txt': '' });
    const lines = function* (): Generator<string> {
      yield line('a', 'data/a');
      for (let index = 0; index < 400_000; index++) yield `${zeros}  data/${decimal((index * 7_919) % 400_000)}/Recorded-call.wav\n`;
    };
    writeFileSync(join(folder.path, 'manifest-sha256.txt'), [...lines()].join(''));
    renewTagManifests(folder.path, ['sha256']);
    const { code, summary, lines: printed } = await verifiedInLittleMemory(folder.path);
    expect({ code, errors: summary.errors, files: summary.files }).toEqual({ code: 4, errors: 400_000, files: 3 });
    expect(printed).toBe(limits.bagVerdicts + 2);
  });

  it('is judged in little memory if fetch.txt has 200,000 lines', async () => {
    using folder = temporaryFolder();
    const lines = Array.from({ length: 200_000 }, (_, index) => `http://example.invalid/${index} - data/${decimal((index * 7_919) % 200_000)}\n`);
    writeBag(folder.path, '1.0', { 'data/a': 'a', 'fetch.txt': lines.join('') });
    const { code, summary } = await verifiedInLittleMemory(folder.path);
    expect({ code, errors: summary.errors }).toEqual({ code: 4, errors: 200_000 });
  });

  it('has an endless line reported and skipped', async () => {
    using folder = temporaryFolder();
    writeBag(folder.path, '1.0', { 'data/a': 'a', 'data/b': 'b', 'manifest-sha256.txt': '' });
    const parts = [line('a', 'data/a'), `${zeros}  data/`, ...Array.from({ length: 48 }, () => 'x'.repeat(1024 * 1024)), '\n', line('b', 'data/b')];
    writeFileSync(join(folder.path, 'manifest-sha256.txt'), parts.join(''));
    renewTagManifests(folder.path, ['sha256']);
    expect((await checked(folder.path)).said).toEqual(['A136 manifest-sha256.txt']);
  });

  it('has names that differ only in case examined up to a limit, and the rest reported', async () => {
    using folder = temporaryFolder();
    const variant = (index: number): string => [...'abcdefghijk'].map((letter, bit) => ((index >> bit) & 1 ? letter.toUpperCase() : letter)).join('');
    const names = Array.from({ length: limits.bagAlikeNames + 2 }, (_, index) => `data/${variant(index)}`);
    writeBag(folder.path, '1.0', { 'manifest-sha256.txt': names.map((name) => `${zeros}  ${name}\n`).join('') });
    const { said, verdicts } = await checked(folder.path);
    expect(said.filter((one) => one.startsWith('A130'))).toHaveLength(limits.bagAlikeNames);
    expect(verdicts.filter((one) => one.code === 'A167').map((one) => one.message)).toEqual([
      '2 more names differ from it only in case or spelling; they were not checked',
    ]);
  });

  it('has a path that one manifest lists thousands of times counted in full', async () => {
    using folder = temporaryFolder();
    const text = line('a', 'data/a').repeat(5_000) + `${zeros}  data/a\n`.repeat(4_000);
    writeBag(folder.path, '1.0', { 'data/a': 'a', 'manifest-sha256.txt': text });
    const { verdicts } = await checked(folder.path);
    const counts = new Map<string, number>();
    for (const { code, more = 1 } of verdicts) counts.set(code, (counts.get(code) ?? 0) + more);
    expect(Object.fromEntries(counts)).toEqual({ A140: 4_000, A141: 4_999 });
    expect(verdicts.length).toBeLessThan(1_010);
  });

  it('has its manifests examined up to a limit, and the rest reported', async () => {
    using folder = temporaryFolder();
    const manifest = line('a', 'data/a');
    const many = Array.from({ length: limits.bagManifests + 2 }, (_, index) => [`manifest-x${decimal(index)}.txt`, manifest]);
    writeBag(folder.path, '1.0', { 'data/a': 'a', 'manifest-sha256.txt': manifest, ...Object.fromEntries(many) });
    const { said } = await checked(folder.path);
    expect(said.filter((one) => one.startsWith('A167'))).toHaveLength(3);
    expect(said.filter((one) => one.startsWith('A145'))).toHaveLength(limits.bagManifests - 1);
  });
});

describe('the digests to compare', () => {
  const both = { 'data/a': 'a', 'data/b': 'b', 'manifest-sha256.txt': line('a', 'data/a') + line('b', 'data/b') };

  it('can be one of several; completeness and the manifests themselves are checked with all', async () => {
    using folder = temporaryFolder();
    const other = `${digest('sha512', 'another')}  data/a\n${digest('sha512', 'b')}  data/b\n`;
    writeBag(folder.path, '1.0', { ...both, 'manifest-sha512.txt': other });
    expect((await checked(folder.path)).said).toEqual(['A131 data/a']);
    const narrow = await checked(folder.path, { digests: 'sha256' });
    expect({ said: narrow.said, algorithms: narrow.summary.algorithms }).toEqual({ said: [], algorithms: ['sha256'] });
    put(folder.path, 'manifest-sha512.txt', `${other}${digest('sha512', 'c')}  data/c\n`);
    expect((await checked(folder.path, { digests: 'sha256' })).said.sort()).toEqual(['A130 data/c', 'A133 manifest-sha512.txt', 'A135 data/c']);
  });

  it('are all of them for a file without the wanted digest', async () => {
    using folder = temporaryFolder();
    writeBag(folder.path, '0.97', { ...both, 'manifest-sha256.txt': line('a', 'data/a'), 'manifest-md5.txt': line('another', 'data/b', 'md5') });
    const { said, summary } = await checked(folder.path, { digests: 'sha256' });
    expect({ said, algorithms: summary.algorithms }).toEqual({ said: ['A131 data/b'], algorithms: ['md5', 'sha256'] });
  });
});
