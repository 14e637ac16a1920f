import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listed, noise, run, temporaryFolder } from './rig.ts';

const name = fc.stringMatching(/^[a-zåé0-9 ()#!-]{1,12}$/).filter((text) => text.trim() === text && !text.startsWith('-'));
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const size = fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.constantFrom(0, 1, 511, 512, 513, 1024, 65_536, 70_000));
/** Files by path, none of which is another's folder. */
const tree = fc
  .uniqueArray(fc.tuple(path, size), { minLength: 1, maxLength: 12, selector: ([text]) => text.toLowerCase() })
  .filter((files) => files.every(([one]) => files.every(([other]) => !other.startsWith(`${one}/`))));

test('any tree of files is the same as a folder, a tar, a packed tar, a zip and inside another container', async () => {
  await fc.assert(
    fc.asyncProperty(tree, async (files) => {
      using tmp = temporaryFolder();
      const folder = join(tmp.path, 'in');
      mkdirSync(folder);
      for (const [i, [file, bytes]] of files.entries()) tmp.file(`in/${file}`, noise(bytes, i));
      const names = readdirSync(folder);
      run('tar', ['cf', '../t.tar', '--', ...names], { cwd: folder });
      run('tar', ['czf', '../t.tgz', '--', ...names], { cwd: folder });
      run('zip', ['-qr', '../t.zip', '.', '-i', '*'], { cwd: folder });
      run('zip', ['-qr0', '../s.zip', '.', '-i', '*'], { cwd: folder });
      run('zip', ['-q', 'outer.zip', 't.tar'], { cwd: tmp.path });
      const [first, ...others] = [
        await listed(folder),
        await listed(join(tmp.path, 't.tar')),
        await listed(join(tmp.path, 't.tgz')),
        await listed(join(tmp.path, 't.zip')),
        await listed(join(tmp.path, 's.zip')),
      ];
      expect(first?.findings).toEqual([]);
      expect(first?.entries).toHaveLength(files.length);
      for (const other of others) {
        expect(other.entries).toEqual(first?.entries);
        expect(other.findings).toEqual([]);
        for (const [entry, bytes] of other.contents) expect(first?.contents.get(entry)?.equals(bytes), entry).toBe(true);
      }
      const nested = await listed(join(tmp.path, 'outer.zip'));
      expect(nested.entries).toEqual(first?.entries.map((entry) => `t.tar!${entry}`));
    }),
    { numRuns: 25 },
  );
});

test('any bytes can be opened as a source without a throw, whatever they claim to be', async () => {
  const magics = ['PK\x03\x04', 'PK\x05\x06', '\x1f\x8b\x08\0', '\x28\xb5\x2f\xfd', '\xfd7zXZ\0', 'BZh91AY&SY', 'MZ', ''];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...magics), fc.uint8Array({ maxLength: 2000 }), async (magic, bytes) => {
      using tmp = temporaryFolder();
      const file = Buffer.concat([Buffer.from(magic, 'latin1'), bytes]);
      const found = await listed(tmp.file('x', file));
      if (found.contents.has('x')) expect(found.contents.get('x')?.equals(file)).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test('a damaged tar or zip can be opened without a throw', async () => {
  using tmp = temporaryFolder();
  tmp.file('in/a.wav', noise(3000));
  tmp.file('in/b.xml', '<call/>'.repeat(99));
  run('tar', ['cf', 't.tar', '--format=posix', 'in'], { cwd: tmp.path });
  run('zip', ['-qr', 't.zip', 'in'], { cwd: tmp.path });
  const containers = ['t.tar', 't.zip'].map((file) => run('cat', [file], { cwd: tmp.path }));
  const change = fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.integer({ min: 0, max: 255 }));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...containers),
      fc.array(change, { minLength: 1, maxLength: 8 }),
      fc.boolean(),
      async (container, changes, cut) => {
        const bytes = Buffer.from(container);
        for (const [where, value] of changes) bytes[Math.floor(where * bytes.length)] = value;
        await listed(tmp.file('x', cut ? bytes.subarray(0, Math.floor((changes[0]?.[0] ?? 1) * bytes.length)) : bytes));
      },
    ),
    { numRuns: 200 },
  );
});
