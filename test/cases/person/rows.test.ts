import { expect, test } from 'vitest';
import { withoutEscapes } from '../../../src/cases/messages/escapes.ts';
import { rowReaderOf } from '../../../src/cases/person/rows-of.ts';
import { decodeText, likeLines } from '../../../src/cases/person/text-hits.ts';
import { personOf } from '../../../src/core/identity/person.ts';

const person = personOf(['Zoë Müller', '+447700900123'], null);

/** Returns the lines that the reader of a kind finds, without the search of single lines. */
function rowsIn(kind: string, lines: readonly string[]): number[] {
  const found: number[] = [];
  const reader = rowReaderOf(kind).reader(person, {
    found: (_like, line) => found.push(line),
    text: (text, from, _to, form) => {
      if (likeLines(person, text, form) !== null) found.push(from);
    },
  });
  for (const [at, line] of lines.entries()) reader.take(`${line}\n`, at + 1, false);
  reader.end();
  return found;
}

test.each<[kind: string, lines: readonly string[], found: readonly number[]]>([
  ['json', ['"x": 1, "last": "Müller"', '}, {"first": "Zoë",', '"last": "Müller"}'], [2]],
  ['json', ['"first": "Zoë",', '"last": "Müller"}', ']'], [1]],
  ['json', ['{"broken": "Zoë', '{"first": "Zoë", "x": {"y": {"last": "Mueller"}}}'], [2]],
  ['json', ['{"a": [{"n": "Zoë"}, {"n": "Müller"}]}'], []],
  ['json', ['{"columns": ["first", "x", "last"], "rows": [["Zoë", "1", "Müller"], ["Zoë", "2", "Lind"]]}'], [1]],
  ['json', ['{"first": "Zoë", "last": "Müll'], []],
  ['xml', ['</row>', '<row><f>Zoë</f>', '<x a="1"/><l>M&#252;ller</l>'], [2]],
  ['xml', ['<a>', '<row f="Zoë" x="1"/>', '<row f="Bo" l="Müller"/>', '</a>'], []],
  ['xml', ['<row>', '<v name="first">Zoë</v><v name="login">a</v>', '<v name="last">Müller</v>', '</row>'], [2]],
  ['xml', ['<row><f>Zoë</f> a < b and "c <d> <l><![CDATA[Müller]]></l></row>'], [1]],
  ['xml', ['<row n="+44', '7700 900123"/>'], [1]],
  ['csv', ['1,"Zoë', 'ag7",Müller', '2,Zoë,a', '3,Müller,b'], [1]],
  ['csv', ['1,a "stray quote,b', '2,"Zoë', 'Müller"'], [2]],
])('rows of %s are found in damaged and cut tables: %j', (kind, lines, found) => {
  expect(rowsIn(kind, lines)).toEqual(found);
});

test('nesting and unclosed marks do not make a reader keep more than it needs, or fail', () => {
  expect(rowsIn('json', ['[{"a":'.repeat(100_000), '{"first": "Zoë", "x": 1, "last": "Müller"}'])).toEqual([2]);
  expect(rowsIn('xml', ['<a>'.repeat(100_000), '<!-- never closed', ...Array.from({ length: 2_000 }, () => 'x'.repeat(50))])).toEqual([]);
  expect(rowsIn('csv', ['"', ...Array.from({ length: 5_000 }, () => 'x,y'), '2,"Zoë', 'a",Müller'])).toEqual([5_002]);
});

test('escapes of several formats, also inside one another, are decoded once per level', () => {
  expect(withoutEscapes('Zo&amp;euml; %4D\\u00fcller &plus;44&#x20;7')).toBe('Zoë Müller +44 7');
  expect(withoutEscapes('%E5sa, 100 % of C')).toBe('åsa, 100 % of C');
  expect(withoutEscapes('no escapes')).toBe('no escapes');
});

test('UTF-16 without a byte order mark is decoded in both orders, and UTF-32 by its mark; other texts with zeros are none', () => {
  const text = Buffer.from('first,Ċ', 'utf16le');
  const wide = Buffer.concat([...'\ufefffirst,Ċ'].map((letter) => Buffer.concat([Buffer.from(letter, 'utf16le'), Buffer.alloc(2)])));
  expect([text, Buffer.from(text).swap16(), wide, Buffer.from('first,Ċ')].map(decodeText)).toEqual(Array.from({ length: 4 }, () => 'first,Ċ'));
  expect(decodeText(Buffer.from('first,\0\0\0second, third, fourth'))).toBeNull();
});
