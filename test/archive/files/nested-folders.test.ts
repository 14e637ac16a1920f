import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nestedFolders } from '../../../src/archive/files/nested-folders.ts';

let folder = '';
const at = (name: string): string => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'longplay-nested-'));
  mkdirSync(at('one/inside'), { recursive: true });
  mkdirSync(at('other'));
  for (const [target, name] of [
    ['one', 'link'],
    ['one/inside', 'deep'],
    ['nowhere', 'dangling'],
    ['../one/inside/../nowhere', 'other/dangling'],
    ['loop', 'loop'],
  ] as const)
    symlinkSync(target, at(name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('folders are one or nested by where they are, not by their names, whether they exist or not', () => {
  for (const [one, other, expected] of [
    ['one', 'other', null],
    ['one', 'one-more', null],
    ['one', 'one', 'same'],
    ['one', 'link', 'same'],
    ['one/new/a', 'link/new/a', 'same'],
    ['one', 'link/new/a', 'inside'],
    ['one', 'deep', 'inside'],
    ['one/inside', 'deep/a', 'inside'],
    ['one/inside/a', 'deep/b', null],
    ['nowhere', 'dangling', 'same'],
    ['nowhere/a', 'dangling/a/b', 'inside'],
    ['one/nowhere/a', 'other/dangling/a', 'same'],
    ['loop/a', 'loop/b', null],
    ['loop', 'loop/b', 'inside'],
    ['a', 'a/..b', 'inside'],
  ] as const) {
    const asked = `${one} and ${other}`;
    const found = nestedFolders([at(one), at(other)]);
    const turned = nestedFolders([at(other), at(one)]);
    const isSame = expected === 'same';
    expect([asked, found]).toEqual([asked, expected === null ? [] : [{ outer: 0, inner: 1, isSame }]]);
    expect([asked, turned]).toEqual([asked, expected === null ? [] : [isSame ? { outer: 0, inner: 1, isSame } : { outer: 1, inner: 0, isSame }]]);
  }
});

test('every pair of a list is found', () => {
  expect(nestedFolders([at('one'), at('other'), at('deep'), at('link')])).toEqual([
    { outer: 0, inner: 2, isSame: false },
    { outer: 0, inner: 3, isSame: true },
    { outer: 3, inner: 2, isSame: false },
  ]);
});
