import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generic } from '../../../importers/mapping/importer.ts';
import { readMapping } from '../../../importers/mapping/read/mapping-read.ts';
import { LongplayError } from '../../../src/core/base/error.ts';
import { compileGlob } from '../../../src/core/base/glob.ts';
import { findingTable } from '../../../src/core/findings/finding-table.ts';
import { importAll } from '../import-all.ts';
import { media } from '../media.ts';
import { memorySource } from '../memory-source.ts';

const whole = `
[source]
name = "X"
zone = "Europe/Stockholm"
[table]
files = "*.csv"
[columns]
key = "id"
start = "start"
[files]
template = "{caller}_{id}_{start:YYYYMMDD}.wav"
[join]
column = "file"
`;

const read = (text: string) => {
  try {
    return readMapping({ name: 'm.toml', text }, null);
  } catch (error) {
    if (error instanceof LongplayError) return `${error.kind} ${error.code} ${error.message} | ${error.hint}`;
    throw error;
  }
};

describe('a mapping file', () => {
  it('is read completely', () => {
    expect(read(whole)).toMatchObject({
      name: 'm.toml',
      family: 'X',
      columns: { key: ['id'] },
      files: { columns: { start: { spec: { format: 'YYYYMMDD' } } } },
    });
  });

  it.each([
    ['[source', /^usage I150 m\.toml is not TOML: .*\(line 1, column \d+\)/],
    ['a = 1\na = 2', /^usage I150 m\.toml is not TOML: .*\(line 2, column \d+\)/],
    ['x = "\u0000"', /^usage I150/],
    ['[[table]]\nfiles = "*.csv"', /^usage I152 m\.toml: table is not a table \| write \[table\]/],
    [`${whole}[colums]\nkey = "x"`, /^usage I151 m\.toml: there is no 'colums' at the top; did you mean 'columns'\?/],
    [
      whole.replace('start = "start"', 'strat = "start"'),
      /^usage I151 m\.toml: there is no 'strat' in \[columns\]; did you mean 'start'\? \| \[columns\] takes key, start/,
    ],
    [whole.replace('zone = "Europe/Stockholm"', 'zone = "Europe/Stokholm"'), /^usage I152 m\.toml: source\.zone is 'Europe\/Stokholm'/],
    [whole.replace('"*.csv"', '17'), /^usage I152 m\.toml: table\.files is not a text or a list of texts/],
    [
      whole.replace('"*.csv"', '"{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"'),
      /^usage I152 m\.toml: table\.files cannot be used: it has more than 256/,
    ],
    [whole.replace('start = "start"', 'duration = "len"'), /^usage I152 m\.toml: columns\.duration has no unit .* units are s, ms, us, min/],
    [whole.replace('start = "start"', 'duration = { column = "len", unit = "sec" }'), /^usage I152 m\.toml: columns\.duration\.unit is 'sec'/],
    [
      whole.replace('start = "start"', 'start = { column = "s", format = "DD/MM/YYYY hh:mm" }'),
      /^usage I152 m\.toml: columns\.start\.format is .*h without A/,
    ],
    [whole.replace('start = "start"', 'start = { column = "s", format = "unix" }'), /^usage I152 m\.toml: columns\.start\.format is 'unix'/],
    [whole.replace('start = "start"', 'start = { format = "iso" }'), /^usage I152 m\.toml: columns\.start\.column is missing/],
    [whole.replace('{caller}_', '{caller}{x}_'), /^usage I152 m\.toml: files\.template cannot be used: .*there is no separator between/],
    [
      whole.replace('column = "file"', 'fields = { idd = "id" }'),
      /^usage I152 m\.toml: join\.fields\.idd names the field 'idd', which is not in the template; did you mean 'id'\?/,
    ],
    [whole.replace('column = "file"', 'column = "file"\nmatch = "like"'), /^usage I152 m\.toml: join\.match is 'like'/],
    [whole.replace('column = "file"', 'window = -1'), /^usage I152 m\.toml: join\.window is not a number above zero/],
    [whole.replace('column = "file"', 'window = 1e6'), /^usage I152 m\.toml: join\.window is 1000000 seconds/],
    [whole.replace('column = "file"', 'match = "stem"'), /^usage I152 m\.toml: join\.column is missing/],
    [whole.replace('column = "file"', ''), /^usage I152 m\.toml: join\.column is missing/],
    [whole.replace(/\[join\][\s\S]*/, ''), /^usage I152 m\.toml: join is missing/],
    [whole.replace(/\[columns\][\s\S]*?(?=\[files\])/, ''), /^usage I152 m\.toml: columns is missing/],
    [whole.replace(/\[table\][\s\S]*?(?=\[columns\])/, ''), /^usage I152 m\.toml: columns needs a table, and there is no \[table\]/],
    ['', /^usage I152 m\.toml: files\.template is missing/],
    [whole.replace('files = "*.csv"', 'files = "*.xml"'), /^usage I152 m\.toml: table\.record is missing/],
    [whole.replace('files = "*.csv"', 'files = "*.csv"\nheader = false'), /^usage I152 m\.toml: table\.columns is missing/],
    [`${whole}[channels]\nleft = "boss"`, /^usage I152 m\.toml: channels\.left is 'boss'/],
    ['x = '.repeat(3), /^usage I150/],
    [`${'['.repeat(5_000)}`, /^usage I150/],
    [`a = ${'['.repeat(5_000)}`, /^usage I150/],
    ['a'.repeat(2_000_000), /^usage I150 m\.toml has 2000000 characters/],
  ])('that contains %j is refused with the place and the right form', (text, message) => {
    const answer = read(text);
    expect(answer).toEqual(expect.stringMatching(message));
    expect(findingTable.has(String(answer).split(' ')[1] ?? '')).toBe(true);
  });

  it('is valid in every example of docs/reference/mapping-file.md', () => {
    const docs = readFileSync(new URL('../../../docs/reference/mapping-file.md', import.meta.url), 'utf8');
    const examples = [...docs.matchAll(/^```toml\n([\s\S]*?)^```$/gm)].map((found) => found[1] ?? '');
    expect(examples).toHaveLength(6);
    for (const example of examples.filter((each) => !/^(?:\[(?:table\.parts|keep)|start = )/.test(each)))
      expect(read(example)).toMatchObject({ name: 'm.toml' });
  });

  it('of any text is read or refused', () => {
    const piece = fc.constantFrom(
      '[table]\n',
      '[columns]\n',
      '[files]\n',
      '[join]\n',
      'files = "*.csv"\n',
      'template = "{a}"\n',
      'key = "id"\n',
      'column = "x"\n',
      '__proto__ = 1\n',
      '[constructor]\n',
      '[',
      '"',
      '=',
      '\n',
      '{}',
      'window = 5\n',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 8 })), { maxLength: 12 }), (pieces) => {
        read(pieces.join(''));
      }),
      { numRuns: 500 },
    );
  });

  it('that names a missing column stops before anything is imported', async () => {
    const run = (files: Record<string, string>, text: string) => importAll(generic, memorySource(files), { mapping: { name: 'm.toml', text } });
    await expect(run({ 'a.csv': 'Id,Startt,file\n1,x,y\n' }, whole)).rejects.toMatchObject({
      code: 'I153',
      kind: 'usage',
      message: expect.stringMatching(/^m\.toml does not fit a\.csv: there is no column 'start'; did you mean 'Startt'\? Columns: Id, Startt, file$/),
    });
    const json = whole.replace('*.csv', '*.json');
    await expect(run({ 'a.json': '[{"id":1,"begin":"x","file":"y"},{"id":2}]' }, json)).rejects.toMatchObject({
      code: 'I153',
      message: expect.stringMatching(/Columns: id, begin, file$/),
    });
    await expect(run({ 'a.csv': '' }, whole)).resolves.toMatchObject({ recordings: [] });
  });

  it('is required if there is none', async () => {
    await expect(importAll(generic, memorySource({ 'a.csv': '' }))).rejects.toMatchObject({ code: 'I154', kind: 'usage' });
  });

  it('is evidence if its files are present, and an error if they are not', async () => {
    const recognise = (files: Record<string, string>, text: string | null) =>
      generic.recognise(
        memorySource(files),
        { zone: null, encoding: null, media, scratch: '', mapping: text === null ? null : { name: 'm.toml', text } },
        new AbortController().signal,
      );
    expect(await recognise({ 'a.csv': 'id', 'x.wav': '' }, null)).toBe(null);
    await expect(recognise({ 'x.wav': '' }, whole)).rejects.toMatchObject({
      code: 'I155',
      kind: 'usage',
      message: 'm.toml does not fit the source: none of 1 file matches table.files (*.csv)',
    });
    expect(await recognise({ 'a.csv': 'id', '1_2_20240502.wav': '', 'x.wav': '', 'y.txt': '' }, whole)).toBe(
      'm.toml: tables like *.csv: 1, audio: 2 (named as its template says: 1), others: 1',
    );
    await expect(recognise({ 'x.wav': '' }, 'files.template = "{key}_{n}.wav"')).rejects.toMatchObject({ code: 'I155' });
  });
});

describe('a pattern of paths', () => {
  it.each([
    ['*.csv', ['a.csv', 'x/a.CSV', 'x.tar!y/a.csv'], ['a.csv.gz', 'csv']],
    ['calls/*.csv', ['calls/a.csv', 'x/calls/a.csv', 'x.tar!calls/a.csv'], ['calls/x/a.csv', 'a.csv', 'mycalls/a.csv']],
    ['calls/**/*.csv', ['calls/a.csv', 'calls/x/y/a.csv'], ['a.csv', 'call/a.csv']],
    ['*.{wav,mp3}', ['a.wav', 'a.MP3'], ['a.ogg', 'a.{wav,mp3}']],
    ['call-??.csv', ['call-01.csv'], ['call-1.csv', 'call-001.csv']],
    ['ångström.csv', ['a\u030angstro\u0308m.csv', 'ÅNGSTRÖM.csv'], []],
    ['x.tar/*.csv', ['x.tar!a.csv'], ['y.tar!a.csv']],
    ['[a].csv', ['[a].csv'], ['a.csv']],
  ])('%s finds the expected files', (pattern, found, others) => {
    const glob = compileGlob(pattern);
    expect(found.filter((path) => !glob(path))).toEqual([]);
    expect(others.filter(glob)).toEqual([]);
  });

  it('of many stars is matched without trying every way', () => {
    expect(compileGlob(`${'*a'.repeat(200)}b`)('a'.repeat(4_000))).toBe(false);
    expect(compileGlob(`${'**/a/'.repeat(100)}b`)('a/'.repeat(2_000))).toBe(false);
  });
});
