import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generic } from '../../../importers/mapping/importer.ts';
import type { Source } from '../../../src/core/model/source.ts';
import { importAll } from '../import-all.ts';
import { memorySource } from '../memory-source.ts';
import { summaryOf } from '../summary.ts';

const mapping = (text: string) => ({ mapping: { name: 'mapping.toml', text } });
const run = async (source: Source, text: string) => summaryOf(await importAll(generic, source, mapping(text)));

const byFile = (join: string): string => `
source.zone = "Europe/Stockholm"
table.files = "*.csv"
[columns]
key = "id"
start = "start"
[join]
${join}
`;

describe('a table of a database', () => {
  const text = (kind: string, name: string) =>
    `source.zone = "UTC"\ntable = { files = "cdr.*", kind = "${kind}", name = "${name}" }\n[columns]\nkey = "uniqueid"\nstart = "calldate"\n[join]\ncolumn = "recordingfile"\nmatch = "name"`;
  const dump = [
    'CREATE TABLE `cdr` (`uniqueid` varchar(32), `calldate` datetime, `recordingfile` text) ENGINE=MyISAM;',
    "INSERT INTO `cdr` VALUES ('1.1','2019-03-12 10:15:04','a.wav'),('2.2','2019-03-12 10:16:04','O'Brien.wav'),('3.3','2019-03-12 10:17:04','');",
    'CREATE TABLE `users` (`id` int);',
    'INSERT INTO `users` VALUES (7);',
  ].join('\n');

  it('is read from a dump, and each damaged row is accounted for', async () => {
    const summary = await run(memorySource({ 'cdr.sql': dump, 'a.wav': 'a' }), text('sql', 'cdr'));
    expect(summary).toEqual({
      findings: ['T150 cdr.sql table cdr row 2'],
      recordings: ['1.1 | matched | a.wav', '3.3 | row-without-audio'],
      tables: ['cdr.sql: 3 {"matched":1,"parse-error":1,"row-without-audio":1}'],
    });
  });

  it('is named by the mapping; an error lists the tables', async () => {
    await expect(run(memorySource({ 'cdr.sql': dump }), text('sql', 'calls'))).rejects.toThrow(
      "mapping.toml does not fit cdr.sql: it has no table 'calls'; its tables are cdr, users",
    );
    await expect(run(memorySource({ 'cdr.sql': dump }), text('sql', 'users'))).rejects.toMatchObject({ code: 'I153' });
    await expect(run(memorySource({ 'cdr.sql': dump }), 'table = { files = "cdr.sql" }')).rejects.toThrow('name');
  });
});

describe('rows joined to audio by a column', () => {
  it('account for every row and every file', async () => {
    const source = memorySource({
      'calls.csv':
        'id,start,file\n1,2024-05-02 10:00:00,2024/a.wav\n1,2024-05-02 10:00:00,2024/a.wav\n2,2024-05-02 10:01:00,missing.wav\n3,2024-05-02 10:02:00,2024/c.wav\n4,2024-05-02 10:03:00,2024/c.wav\n5,2024-05-02 10:04:00,d.wav\n6,2024-05-02 10:05:00,\n',
      '2024/a.wav': 'a',
      '2024/c.wav': 'c',
      '2024/d.wav': 'd',
      '2025/d.wav': 'd',
      '2025/e.wav': 'e',
      'readme.txt': '',
    });
    expect(await run(source, byFile('column = "file"'))).toEqual({
      findings: ['I169 5'],
      recordings: [
        '1 | matched | 2024/a.wav',
        '2 | row-without-audio',
        '3 | shared-audio | 2024/c.wav',
        '5 | ambiguous',
        '6 | row-without-audio',
        'd.wav | ambiguous | 2024/d.wav',
        'd.wav#6e8ec405 | ambiguous | 2025/d.wav',
        'e.wav | audio-without-row | 2025/e.wav',
      ],
      tables: ['calls.csv: 7 {"ambiguous":1,"duplicate-row":1,"matched":1,"row-without-audio":2,"shared-audio":2}'],
    });
  });

  it('use the longest common end of two paths, with either slash, below a drive and inside containers', async () => {
    const source = memorySource({
      'calls.csv':
        'id,start,file\n1,2024-05-02 10:00:00,D:\\rec\\2024\\05\\a.wav\n2,2024-05-02 10:01:00,\\\\srv\\rec\\2024\\06\\a.wav\n3,2024-05-02 10:01:00,/rec/2024/07/a.wav\n',
      'x.tar!2024/05/a.wav': '',
      'x.tar!2024/06/a.wav': '',
      'x.tar!2023/07/a.wav': '',
    });
    expect((await run(source, byFile('column = "file"'))).recordings).toEqual([
      '1 | matched | x.tar!2024/05/a.wav',
      '2 | matched | x.tar!2024/06/a.wav',
      '3 | row-without-audio',
      'a.wav | audio-without-row | x.tar!2023/07/a.wav',
    ]);
  });

  it('ignore the part of a path above the exported folder, and distinguish zips of one name', async () => {
    const source = memorySource({
      'calls.csv': 'id,start,file\n1,2024-05-02 10:00:00,D:\\Rec\\2024\\05\\a.wav\n2,2024-05-02 10:00:00,d:\\rec\\2024\\06\\a.wav\n',
      'disk1/2024/05/a.wav': '',
      'disk1/2024/06/a.wav': '',
    });
    const stripped = byFile('column = "file"\nstrip = \'D:\\rec\'');
    expect((await run(source, stripped)).recordings).toEqual(['1 | matched | disk1/2024/05/a.wav', '2 | matched | disk1/2024/06/a.wav']);
    const zips = memorySource({
      'calls.csv': 'id,start,file\n1,2024-05-02 10:00:00,2024/05/a.wav\n2,2024-05-02 10:00:00,2024/06/a.wav\n',
      '2024/05.zip!a.wav': '',
      '2024/06.zip!a.wav': '',
    });
    expect((await run(zips, byFile('column = "file"'))).recordings).toEqual(['1 | matched | 2024/05.zip!a.wav', '2 | matched | 2024/06.zip!a.wav']);
  });

  it.each([
    { join: 'column = "file"', isAnyAlike: true },
    { join: 'column = "file"\nignore-case = true', isAnyAlike: true },
    { join: 'column = "file"\nmatch = "name"', isAnyAlike: true },
    { join: 'column = "file"\nmatch = "stem"', isAnyAlike: true },
    { join: 'column = "file"\nmatch = "stem"\nignore-case = true', isAnyAlike: false },
  ])('are joined by $join as it states, and the rest by names that are only similar', async ({ join, isAnyAlike }) => {
    const source = memorySource({
      'calls.csv': 'id,start,file\n1,2024-05-02 10:00:00,A\n2,2024-05-02 10:00:00,b.wav\n3,2024-05-02 10:00:00,c\n',
      'A.wav': '',
      'b.WAV': '',
      'C.wav': '',
    });
    const { findings, recordings } = await run(source, byFile(join));
    expect(recordings).toEqual(['1 | matched | A.wav', '2 | matched | b.WAV', '3 | matched | C.wav']);
    expect(findings.some((line) => line.startsWith('I345'))).toBe(isAnyAlike);
  });

  it('get both files of a row if their names differ, and neither if they are the same', async () => {
    const source = memorySource({
      'calls.csv': 'id,start,file\n1,2024-05-02 10:00:00,one\n2,2024-05-02 10:00:00,two\n',
      'one.wav': '',
      'one.mp3': '',
      'a/two.wav': '',
      'b/two.wav': '',
    });
    expect(await run(source, byFile('column = "file"\nmatch = "stem"'))).toEqual({
      findings: ['I169 2'],
      recordings: [
        '1 | split-audio | one.mp3 | one.wav',
        '2 | ambiguous',
        'two.wav | ambiguous | a/two.wav',
        'two.wav#3caa053c | ambiguous | b/two.wav',
      ],
      tables: ['calls.csv: 2 {"ambiguous":1,"split-audio":1}'],
    });
  });

  it('keep both of two differing rows with one key, and one of two that are the same in two tables', async () => {
    const source = memorySource({
      'a.csv': 'id,start,file\n1,2024-05-02 10:00:00,a.wav\n2,2024-05-02 10:00:00,b.wav\n',
      'b.csv': 'id,start,file\n1,2024-05-02 10:00:00,a.wav\n2,2024-05-02 11:00:00,c.wav\n',
      'a.wav': '',
      'b.wav': '',
      'c.wav': '',
    });
    const { findings, recordings, tables } = await run(source, byFile('column = "file"'));
    expect(tables).toEqual(['a.csv: 2 {"matched":2}', 'b.csv: 2 {"duplicate-row":1,"matched":1}']);
    expect(recordings.map((line) => line.replace(/#[0-9a-f]{8}/, '#…'))).toEqual([
      '1 | matched | a.wav',
      '2 | matched | b.wav',
      '2#… | matched | c.wav',
    ]);
    expect(findings).toEqual(['I168 b.csv row 3']);
  });

  it("keep the export's information about rows without audio", async () => {
    const source = memorySource({
      'calls.csv':
        'id,start,file,status\n1,2024-05-02 10:00:00,a.wav,Erased\n2,2024-05-02 10:00:00,b.wav,off\n3,2024-05-02 10:00:00,c.wav,failed\n4,2024-05-02 10:00:00,d.wav,erased\n5,2024-05-02 10:00:00,e.wav,ok\n',
      'd.wav': '',
      'e.wav': '',
    });
    const text = `${byFile('column = "file"')}\n[status]\ncolumn = "status"\ndeleted = ["erased"]\nnot-recorded = ["off"]\nfailed = ["failed"]\n`;
    expect(await run(source, text)).toEqual({
      findings: ['I170 4', 'I174 export'],
      recordings: ['1 | deleted-at-source', '2 | not-recorded-by-design', '3 | row-without-audio', '4 | matched | d.wav', '5 | matched | e.wav'],
      tables: ['calls.csv: 5 {"deleted-at-source":1,"matched":2,"not-recorded-by-design":1,"row-without-audio":1}'],
    });
  });

  it('are read after damaged rows, which are counted', async () => {
    const source = memorySource({ 'calls.csv': 'id,start,file\n1,2024-05-02 10:00:00,"a.wav\n2,2024-05-02 10:00:00,b.wav\n', 'b.wav': '' });
    const { tables, recordings } = await run(source, byFile('column = "file"'));
    expect(tables).toEqual(['calls.csv: 2 {"matched":1,"parse-error":1}']);
    expect(recordings).toEqual(['2 | matched | b.wav']);
  });
});

describe('rows joined to audio by fields of its name', () => {
  const text = `
table.files = "*.csv"
[columns]
key = "id"
[files]
template = "{id}_{side}_{part:99}.wav"
side = { field = "side", in = ["rx"], out = ["tx"] }
[join]
fields = { id = "id" }
`;

  it('get the sides of a call, and ignore names that do not fit', async () => {
    const source = memorySource({ 'calls.csv': 'id,x\nA_1,\nB,\n', 'A_1_rx_01.wav': '', 'A_1_tx_01.wav': '', 'B-rx.wav': '' });
    const imported = await importAll(generic, source, mapping(text));
    expect(summaryOf(imported)).toEqual({
      findings: ['I167 export'],
      recordings: ['A_1 | split-audio | A_1_rx_01.wav | A_1_tx_01.wav', 'B | row-without-audio', 'B-rx.wav | audio-without-row | B-rx.wav'],
      tables: ['calls.csv: 2 {"row-without-audio":1,"split-audio":1}'],
    });
    expect(imported.recordings.flatMap((recording) => recording.media.map((medium) => medium.side))).toEqual(
      imported.recordings[0]?.key === 'A_1' ? ['in', 'out', 'unknown'] : ['unknown', 'in', 'out'],
    );
  });

  it('find an id that Excel would read as a number, of any length', async () => {
    const source = memorySource({
      'calls.json': '[{"id": 12345678901234567890}]',
      '12345678901234567890_rx_01.wav': '',
    });
    expect((await run(source, text.replace('*.csv', '*.json'))).recordings).toEqual([
      '12345678901234567890 | matched | 12345678901234567890_rx_01.wav',
    ]);
  });
});

describe('rows joined to audio by time', () => {
  const text = `
source.zone = "Europe/Stockholm"
table.files = "*.csv"
[columns]
key = "id"
start = "start"
[files]
template = "{caller}_{start:YYYYMMDDHHmmss}.wav"
[join]
window = 5
party = { column = "from", field = "caller" }
`;

  it('join files that fit nothing else, by the party’s last digits', async () => {
    const source = memorySource({
      'calls.csv':
        'id,start,from\n1,2024-05-02 10:00:00,+46701740605\n2,2024-05-02 10:00:02,0701740606\n3,2024-05-02 10:00:03,1001\n4,2024-05-02 11:00:00,0701740605\n5,,0701740605\n',
      '0701740605_20240502100003.wav': '',
      '0701740606_20240502100003.wav': '',
      '1002_20240502100003.wav': '',
      '0701740605_20240502110006.wav': '',
    });
    expect(await run(source, text)).toEqual({
      findings: ['I171 export'],
      recordings: [
        '0701740605_20240502110006.wav | audio-without-row | 0701740605_20240502110006.wav',
        '1 | matched-by-window | 0701740605_20240502100003.wav',
        '1002_20240502100003.wav | audio-without-row | 1002_20240502100003.wav',
        '2 | matched-by-window | 0701740606_20240502100003.wav',
        '3 | row-without-audio',
        '4 | row-without-audio',
        '5 | row-without-audio',
      ],
      tables: ['calls.csv: 5 {"matched-by-window":2,"row-without-audio":3}'],
    });
  });

  it('join neither if two files or two rows fit', async () => {
    const source = memorySource({
      'calls.csv': 'id,start,from\n1,2024-05-02 10:00:00,1001\n2,2024-05-02 11:00:00,1002\n3,2024-05-02 11:00:03,1002\n',
      '1001_20240502100001.wav': '',
      '1001_20240502100004.wav': '',
      '1002_20240502110002.wav': '',
    });
    const { findings, recordings } = await run(source, text);
    expect(recordings.map((line) => line.split(' | ')[1])).toEqual(recordings.map(() => 'ambiguous'));
    expect(findings).toEqual(['I169 1', 'I169 2', 'I169 3']);
  });

  it('do not choose between the two hours of a clock change', async () => {
    const source = memorySource({
      'calls.csv': 'id,start,from\n1,2024-10-27 02:15:00,1001\n2,2024-10-27 03:30:00,1001\n',
      '1001_20241027021501.wav': '',
      '1001_20241027033001.wav': '',
    });
    const { recordings } = await run(source, text);
    expect(recordings).toEqual(['1 | matched-by-window | 1001_20241027021501.wav', '2 | matched-by-window | 1001_20241027033001.wav']);
    const two = memorySource({
      'calls.csv': 'id,start,from\n1,2024-10-27T02:15:00+02:00,1001\n2,2024-10-27T02:15:00+01:00,1001\n',
      '1001_20241027021501.wav': '',
    });
    expect((await run(two, text)).recordings.map((line) => line.split(' | ')[1])).toEqual(['ambiguous', 'ambiguous', 'ambiguous']);
  });

  it('do not compare times of a known zone with times without one', async () => {
    const source = memorySource({ 'calls.csv': 'id,start,from\n1,2024-05-02T10:00:00Z,1001\n', '1001_20240502100000.wav': '' });
    expect(await run(source, text.replace('source.zone = "Europe/Stockholm"', ''))).toEqual({
      findings: ['I163 export', 'I175 export'],
      recordings: ['1 | row-without-audio', '1001_20240502100000.wav | audio-without-row | 1001_20240502100000.wav'],
      tables: ['calls.csv: 1 {"row-without-audio":1}'],
    });
  });

  it('agree with a comparison of all pairs', async () => {
    const at = fc.integer({ min: 0, max: 59 });
    const party = fc.constantFrom('1001', '1002');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at, party }), { maxLength: 12 }),
        fc.uniqueArray(fc.record({ at, party }), { maxLength: 12, selector: (file) => `${file.party}${file.at}` }),
        async (rows, files) => {
          const two = (n: number): string => String(n).padStart(2, '0');
          const source = memorySource({
            'calls.csv': `id,start,from\n${rows.map((row, i) => `r${two(i)},2024-05-02 10:00:${two(row.at)},${row.party}\n`).join('')}`,
            ...Object.fromEntries(files.map((file) => [`${file.party}_202405021000${two(file.at)}.wav`, ''])),
          });
          const fits = (row: { at: number; party: string }, file: { at: number; party: string }): boolean =>
            row.party === file.party && Math.abs(row.at - file.at) <= 5;
          const expected = rows.flatMap((row, i) => {
            const found = files.filter((file) => fits(row, file));
            const [only] = found;
            if (only === undefined) return [`r${two(i)} | row-without-audio`];
            const sole = found.length === 1 && rows.filter((other) => fits(other, only)).length === 1;
            return [sole ? `r${two(i)} | matched-by-window | ${only.party}_202405021000${two(only.at)}.wav` : `r${two(i)} | ambiguous`];
          });
          const { recordings } = await run(source, text);
          expect(recordings.filter((line) => line.startsWith('r'))).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });
});

it('keep a conference apart that has more rows than a recording can have', async () => {
  const rows = Array.from({ length: 10_001 }, (_, i) => `${i},2024-05-02 10:00:00,a.wav\n`);
  const source = memorySource({ 'calls.csv': `id,start,file\n${rows.join('')}`, 'a.wav': '' });
  const { tables } = await run(source, byFile('column = "file"'));
  expect(tables).toEqual(['calls.csv: 10001 {"ambiguous":10001}']);
});

describe('rows under any mapping', () => {
  const joins = [
    'column = "file"',
    'column = "file"\nmatch = "stem"\nignore-case = true',
    'fields = { id = "id" }',
    'window = 60',
    'fields = { id = "id" }\nwindow = 3600\nparty = { column = "from", field = "id" }',
  ];
  const cell = fc.oneof(
    fc.constantFrom('1', '2', 'a.wav', 'x/a.wav', '2024-10-27 02:15:00', '2024-10-27 02:15:30', '', '"', '\0', '\\'),
    fc.string({ maxLength: 5 }),
  );
  const row = fc.tuple(cell, cell, cell, cell).map((cells) => cells.join(','));
  const csv = fc.array(row, { maxLength: 8 }).map((rows) => `id,start,file,from\n${rows.join('\n')}`);
  const name = fc.constantFrom(
    'a.wav',
    'x/a.wav',
    'A.WAV',
    'y.tar!x/a.wav',
    '1_20241027021500.wav',
    '1_20241027021510.wav',
    '2_20241027021500.mp3',
    'x/2_20241027021500.wav',
    'note.txt',
  );

  it('are accounted for with every file of any source', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...joins),
        fc.array(csv, { minLength: 1, maxLength: 2 }),
        fc.uniqueArray(name),
        async (join, tables, names) => {
          const files = {
            ...Object.fromEntries(tables.map((table, i) => [`t${i}.csv`, table])),
            ...Object.fromEntries(names.map((path) => [path, path])),
          };
          const text = `${byFile(join)}\n[files]\ntemplate = "{id}_{start:YYYYMMDDHHmmss}.{type}"\n`;
          // `importAll` checks the contract in every run: each entry once, each record once, no key twice.
          const first = await importAll(generic, memorySource(files), mapping(text));
          expect(await importAll(generic, memorySource(files), mapping(text))).toEqual(first);
        },
      ),
      { numRuns: 150 },
    );
  });
});
