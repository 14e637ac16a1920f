import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { finding } from '../../../src/core/findings/finding.ts';
import { findingTable } from '../../../src/core/findings/finding-table.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
// The letters are those of the table; others are names of codecs.
const letters = [...new Set([...findingTable.keys()].map((known) => known.slice(0, 1)))].join('');
const code = new RegExp(`'([${letters}][1-9]\\d\\d)'`, 'g');

function codesInSources(): Map<string, string> {
  const used = new Map<string, string>();
  for (const folder of ['bin', 'src', 'formats', 'importers']) {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true, recursive: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.parentPath.includes('findings/entries')) continue;
      // RFC 7636 has a method of that name.
      for (const [, found] of readFileSync(join(entry.parentPath, entry.name), 'utf8').matchAll(code))
        if (found !== undefined && found !== 'S256') used.set(found, entry.name);
    }
  }
  return used;
}

test('every code that the program can print is in the table', () => {
  const missing = [...codesInSources()].filter(([found]) => !findingTable.has(found)).map(([found, file]) => `${found} in ${file}`);
  expect(missing).toEqual([]);
});

test('every code of the table is printed somewhere', () => {
  const used = codesInSources();
  expect([...findingTable.keys()].filter((found) => !used.has(found))).toEqual([]);
});

test('no code is used in two rooms', async () => {
  const codes: string[] = [];
  const folder = join(root, 'src/core/findings/entries');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && file !== 'types.ts')) {
    const room: Record<string, object> = await import(join(folder, name));
    codes.push(...Object.values(room).flatMap((table) => Object.keys(table)));
  }
  expect(codes.length).toBeGreaterThan(100);
  expect([...codes].sort()).toEqual([...findingTable.keys()].sort());
});

test('every entry states what it means and what to do next, in whole sentences', () => {
  const short = [...findingTable]
    .filter(([, { title, meaning, next }]) => title.length < 5 || !/[.!)]$/.test(meaning) || !/[.!)]$/.test(next))
    .map(([found]) => found);
  expect(short).toEqual([]);
});

test('docs/reference/findings.md equals the table', () => {
  const document = readFileSync(join(root, 'docs/reference/findings.md'), 'utf8');
  const missing = [...findingTable]
    .filter(([found, { severity, title }]) => !document.includes(`| ${found} | ${severity} | ${title} |`))
    .map(([found]) => found);
  expect(missing).toEqual([]);
});

test('a nonexistent code does not compile', () => {
  // @ts-expect-error: F999 stands in no table
  expect(findingTable.has(finding('F999', 'a', 'b').code)).toBe(false);
});
