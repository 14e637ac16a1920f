import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { agree } from '../../../src/core/base/agree.ts';
import { count, counted, nounFor } from '../../../src/core/words/quantity.ts';

test('a count is printed with its noun', () => {
  expect([0, 1, 2, 1_234_567].map((value) => counted(value, 'recording'))).toEqual([
    '0 recordings',
    '1 recording',
    '2 recordings',
    '1,234,567 recordings',
  ]);
  expect([counted(1, 'entry', 'entries'), counted(2, 'entry', 'entries'), nounFor(1, 'gap'), count(999)]).toEqual([
    '1 entry',
    '2 entries',
    'gap',
    '999',
  ]);
});

const lost = (rows: unknown, names = 'a.csv') => agree`${names}: ${rows} more row[s] of ${names} [is|are] lost; [it was|they were] not read`;
const some = (bad: number, all: number) => agree`${bad} of ${all} entr[y|ies] [has|have] no digest`;

test('nouns and verbs agree with the number before them', () => {
  expect([0, 1, 2].map((rows) => lost(rows))).toEqual([
    'a.csv: 0 more rows of a.csv are lost; they were not read',
    'a.csv: 1 more row of a.csv is lost; it was not read',
    'a.csv: 2 more rows of a.csv are lost; they were not read',
  ]);
  expect([some(1, 1), some(1, 3), some(2, 3)]).toEqual([
    '1 of 1 entry has no digest',
    '1 of 3 entries has no digest',
    '2 of 3 entries have no digest',
  ]);
  expect([lost('1'), lost('1,001'), lost(1n)].map((text) => text.slice(7, 30))).toEqual([
    '1 more row of a.csv is ',
    '1,001 more rows of a.cs',
    '1 more row of a.csv is ',
  ]);
  const [one, two] = [1, 2];
  expect(agree`${two} file[s], ${one} [is|are] empty, entry ${one} [is|are] not one of them`).toBe('2 files, 1 is empty, entry 1 is not one of them');
});

test('other brackets, and the content of values, stay unchanged', () => {
  expect(agree`${1} row[s]: parties[0] [lines] ${'row[s] [is|are]'} [] [a]`).toBe('1 row: parties[0] [lines] row[s] [is|are] [] [a]');
  expect(agree`nothing counted: row[s] [is|are]`).toBe('nothing counted: rows are');
});

const root = join(import.meta.dirname, '../../..');

/** Sources of texts for people; the page has its own texts for one and for many, and the package of codecs imports nothing. */
const sources = ['bin', 'formats', 'importers', 'src']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`))
  .filter((name) => name.endsWith('.ts') && !/^(?:src\/page|formats\/codecs)\//.test(name) && name !== 'src/core/base/agree.ts')
  .map((name) => [name, readFileSync(join(root, name), 'utf8')] as const);

/** A value in a template, and the text after it up to the next value. */
const valued = /\$\{((?:[^{}`]|\{[^{}`]*\})*)\}([^`$]*)/g;
const between = '(?:(?:more|other|further|audio|identical|new|small|extra|unsigned) ){0,2}';

test('no text has a plural noun after a number that may be one', () => {
  const nouns = new Set(
    sources.flatMap(([, text]) => [...text.matchAll(/([a-z]+)\[(s|[a-z]*\|[a-z]+)\]/g)].map(([, stem, end]) => `${stem}${end?.split('|').at(-1)}`)),
  );
  expect([nouns.has('rows'), nouns.has('entries'), nouns.size > 40]).toEqual([true, true, true]);
  const plural = new RegExp(`^ ${between}(?:${[...nouns].join('|')})(?![\\w/])`);
  const found = sources.flatMap(([name, text]) =>
    text.split('\n').flatMap((line, at) =>
      [...line.matchAll(valued)].flatMap(([, value = '', after = '']) =>
        // A limit is never one; a text, e.g. a size, has its unit.
        /^limits\.|(?:Text|counted)\(/.test(value) || !plural.test(after) ? [] : [`${name}:${at + 1} ${value}${after}`],
      ),
    ),
  );
  expect(found).toEqual([]);
});

test('no plural verb follows a counted noun that may be one', () => {
  // `The details of 1 entry are`: the number is not the verb's.
  const verb = /(?<!(?:details|names|files) of )\$\{counted\([^)]*\)\} (?:that )?(?:hold|have|are|were|do|need|lack|lie|name|match)\b.*/g;
  const found = sources.flatMap(([name, text]) =>
    text.split('\n').flatMap((line, at) => [...line.matchAll(verb)].map(([rest]) => `${name}:${at + 1} ${rest}`)),
  );
  expect(found).toEqual([]);
});

test('texts with a singular and a plural noun pass them to the tag', () => {
  const untagged = sources.flatMap(([name, text]) =>
    text
      .split('\n')
      .flatMap((line, at) =>
        [...line.matchAll(/[a-z]\[s\]|\[[a-z ]+\|[a-z ]+\]/g)].length > 0 && /`/.test(line) && !/agree`/.test(line) ? [`${name}:${at + 1}`] : [],
      ),
  );
  expect(untagged).toEqual([]);
});
