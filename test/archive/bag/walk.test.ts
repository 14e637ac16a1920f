import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alikeKey } from '../../../src/archive/bag/names.ts';
import { walkBag } from '../../../src/archive/bag/walk.ts';
import { put, temporaryFolder } from '../rig.ts';

/** Names close to each other in every way that affects the order, and some that differ only in spelling. */
const name = fc.constantFrom('a', 'A', 'a-b', 'a.b', 'a0', 'b', '\u00e9', 'e\u0301', '\u00c9', '%', '%25', '%0A', '\n', '~', '!', 'Z');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

describe('a walk through a bag', () => {
  it('visits every file once, in the order of keys, however little of a folder is kept in memory', () => {
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 25 }), fc.constantFrom(1, 3, 1_000), (paths, entriesInMemory) => {
        using folder = temporaryFolder();
        const made: string[] = [];
        for (const one of paths) {
          try {
            put(folder.path, join('data', one), '');
            made.push(`data/${one}`);
          } catch {
            // A file or a folder of that name exists.
          }
        }
        mkdirSync(join(folder.path, 'data'), { recursive: true });
        const items = [...walkBag(folder.path, 'data', null, folder.path, entriesInMemory)].flat();
        expect(items.map((item) => item.path).sort()).toEqual(made.sort());
        expect(items.map((item) => item.key)).toEqual(items.map((item) => alikeKey(item.path)));
        expect(items.map((item) => item.key)).toEqual(items.map((item) => item.key).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
      }),
      { numRuns: 150 },
    );
  });

  it('reports entries that are not files, and enters no link', () => {
    using folder = temporaryFolder();
    put(folder.path, 'data/a', '');
    symlinkSync('/', join(folder.path, 'data/b'));
    expect([...walkBag(folder.path, '', null, folder.path)].flat().map((item) => `${item.kind} ${item.path}`)).toEqual([
      'file data/a',
      'special data/b',
    ]);
    expect([...walkBag(folder.path, '', 'data', folder.path)].flat()).toEqual([]);
    expect([...walkBag(folder.path, 'nowhere', null, folder.path)].flat()).toEqual([
      { kind: 'unreadable', path: 'nowhere', key: 'nowhere', error: 'ENOENT' },
    ]);
  });
});

describe('names that are alike', () => {
  it('have one key, and other names do not', () => {
    const alike = [
      ['data/A.wav', 'data/a.wav', 'DATA/a.WAV'],
      ['data/n\u00fa', 'data/nu\u0301', 'data/N\u00da'],
      ['data/50%', 'data/50%25', 'data/50%2525'],
      ['data/two\nlines', 'data/two%0Alines', 'data/two%0alines', 'data/Two%250Alines'],
    ];
    for (const names of alike) expect(new Set(names.map(alikeKey)).size).toBe(1);
    expect(new Set(alike.map(([first = '']) => alikeKey(first))).size).toBe(alike.length);
    expect(alikeKey('data/a%41')).not.toBe(alikeKey('data/aA'));
  });
});
