import { describe, expect, it } from 'vitest';
import { generic } from '../../../importers/mapping/importer.ts';
import { readMapping } from '../../../importers/mapping/read/mapping-read.ts';
import { shippedMappings } from '../../../importers/mapping/read/shipped-mappings.ts';
import { compileNameTemplate } from '../../../importers/mapping/read/template.ts';
import { LongplayError } from '../../../src/core/base/error.ts';
import { databaseBytes } from '../../tables/database-bytes.ts';
import { importAll } from '../import-all.ts';
import { memorySource } from '../memory-source.ts';
import { summaryOf } from '../summary.ts';

const mapping = (text: string) => ({ mapping: { name: 'm.toml', text } });
const run = async (files: Record<string, string | Uint8Array>, text: string) => importAll(generic, memorySource(files), mapping(text));

describe('a template', () => {
  const values = (texts: readonly string[], name: string, isEscaped = false) => {
    const found = compileNameTemplate(texts, isEscaped).match(name);
    return found === null ? null : Object.fromEntries(found.values);
  };

  it('may have optional parts, and the most complete match is preferred', () => {
    const texts = ['(?rec.){id:9+}(?_{part:9+}).wav'];
    expect(values(texts, 'rec.12_3.wav')).toEqual({ id: '12', part: '3' });
    expect(values(texts, '12.wav')).toEqual({ id: '12' });
    expect(values(texts, 'rec.12_.wav')).toBeNull();
    expect(values(['({id})(?{x:9+})'], '(a)7')).toEqual({ id: 'a', x: '7' });
    expect(() => compileNameTemplate(['(?a)(?b)(?c)(?d)(?e)(?f){x}'])).toThrow('6 optional parts');
  });

  it('distinguishes runs of digits and letters and any text around a separator from their neighbours', () => {
    expect(values(['{a}{b:9+}.wav'], 'x12.wav')).toEqual({ a: 'x1', b: '2' });
    expect(values(['{a:A+}{b:9+}.wav'], 'åx12.wav')).toEqual({ a: 'åx', b: '12' });
    expect(values(['{a:9+}_{b:*@*}_{c...}_{d:9+}.wav'], '1_x_y@z_c_2_d_3.wav')).toEqual({ a: '1', b: 'x_y@z', c: 'c_2_d', d: '3' });
    expect(values(['{a:9+}.wav'], 'x.wav')).toBeNull();
    expect(values(['{way:Missed|Taken}_{n}.wav'], 'Missed_1.wav')).toEqual({ way: 'Missed', n: '1' });
  });

  it('reads names with %-escapes unchanged first, and never takes one for a folder', () => {
    expect(values(['{a}@{b}.wav'], '%2B46@x.wav', true)).toEqual({ a: '+46', b: 'x' });
    expect(values(['{a}@{b}.wav'], '%2B46%40x.wav', true)).toEqual({ a: '+46', b: 'x' });
    expect(values(['{a}.wav'], 'a%2Fb.wav', true)).toEqual({ a: 'a%2Fb' });
    expect(values(['{a}.wav'], '100%.wav', true)).toEqual({ a: '100%' });
    expect(values(['{a}.wav'], '%2B46.wav')).toEqual({ a: '%2B46' });
  });
});

describe('tables of databases', () => {
  const text = (files: string) => `
table.files = "${files}"
table.name = "Recordings"
[columns]
key = "ID"
start = { column = "start_time", zone = "UTC" }
[columns.retention]
policy = "policy"
hold = "hold"
expires = "expires"
deleted = { column = "gone", zone = "UTC" }
[join]
column = "path"
`;
  const expected = ['1 | matched | a.wav', '2 | deleted-at-source', '3 | row-without-audio'];

  it('are read from a dump whose rows name their columns in any order', async () => {
    const dump = `CREATE TABLE other (id int);
INSERT INTO other VALUES (9);
CREATE TABLE recordings (id int, start_time datetime, path varchar(99), policy varchar(9), hold varchar(9), expires varchar(40), gone datetime);
INSERT INTO recordings (id, start_time, path, policy, hold, expires, gone) VALUES (1,'2024-05-02 10:00:00','x/a.wav','7y','case 4','2031-05-02T00:00:00Z',NULL);
INSERT INTO recordings (gone, path, id) VALUES ('2024-06-01 00:00:00','x/b.wav',2),('0000-00-00 00:00:00','x/c.wav',3);
`;
    const imported = await run({ 'dump.sql': dump, 'a.wav': '' }, text('*.sql'));
    expect(summaryOf(imported).recordings).toEqual(expected);
    expect(imported.recordings.find(({ key }) => key === '1')?.retention).toMatchObject({
      policyRaw: '7y',
      legalHoldRaw: 'case 4',
      expiresAt: { utc: '2031-05-02T00:00:00.000Z' },
      deletedAtSource: null,
    });
    expect(imported.recordings.find(({ key }) => key === '2')?.retention?.deletedAtSource?.utc).toBe('2024-06-01T00:00:00.000Z');
  });

  it('are read from a SQLite file', async () => {
    const bytes = databaseBytes((database) =>
      database.exec(`CREATE TABLE recordings (id integer, start_time text, path text, policy text, hold text, expires text, gone text);
      INSERT INTO recordings VALUES (1,'2024-05-02 10:00:00','a.wav',NULL,NULL,NULL,NULL),(2,NULL,'b.wav',NULL,NULL,NULL,'2024-06-01 00:00:00'),(3,NULL,'c.wav',NULL,NULL,NULL,NULL);
      CREATE TABLE other (id integer); INSERT INTO other VALUES (9);`),
    );
    const imported = await run({ 'calls.db': bytes, 'a.wav': '' }, text('*.db'));
    expect(summaryOf(imported).recordings).toEqual(expected);
    expect(imported.recordings.find(({ key }) => key === '1')?.callStart?.utc).toBe('2024-05-02T10:00:00.000Z');
  });

  it('need the columns that the mapping names', async () => {
    await expect(run({ 'd.sql': 'CREATE TABLE recordings (id int);\nINSERT INTO recordings VALUES (1);\n' }, text('*.sql'))).rejects.toThrow(
      "there is no column 'start_time'",
    );
  });
});

describe('documents beside audio', () => {
  const text = `
[table]
files = "*.xml"
sidecars = true
may-lack = ["note"]
[columns]
start = "begin"
tags = { note = "note" }
`;

  it('belong to the audio of their folder, even if two contain the same', async () => {
    const doc = '<call><begin>2024-05-02T10:00:00Z</begin></call>';
    const imported = await run(
      { 'a/1.wav': '', 'a/1.xml': doc, 'b/1.wav': '', 'b/1.xml': doc, 'b/2.wav': '', 'c/3.xml': doc, 'c/4.xml': '<call' },
      text,
    );
    expect(summaryOf(imported).recordings.map((line) => line.replace(/#[0-9a-f]{8}/, '#…'))).toEqual([
      '1 | matched | b/1.wav',
      '1#… | matched | a/1.wav',
      '2.wav | audio-without-row | b/2.wav',
      '3 | row-without-audio',
      '4 | parse-error',
    ]);
    expect(imported.tables).toEqual([]);
    expect(imported.findings.filter((each) => each.startsWith('I'))).toEqual(['I254 export']);
    const [first] = imported.recordings.filter(({ key }) => key === '1');
    expect(first?.provenance).toEqual([{ kind: 'sidecar', path: 'b/1.xml', row: null, sha256: expect.stringMatching(/^[0-9a-f]{64}$/), text: null }]);
  });
});

describe('local names beside a table in UTC', () => {
  const text = `
source.zone = "Europe/London"
table.files = "*.csv"
[columns]
key = "id"
start = { column = "start_time", zone = "UTC" }
[files]
template = "[{name}]_{caller}-{callee}_{start:YYYYMMDDHHmmss}({part:9+}).wav"
[join]
window = 3
party = { column = "from", field = "caller" }
`;

  it('are joined by their UTC time, in summer and in winter', async () => {
    const imported = await run(
      {
        'recordings.csv': 'id,start_time,from\n1,2024-05-02 13:30:05,2001\n2,2024-12-02 14:30:05,2001\n3,2024-05-02 14:30:05,2002\n',
        '[A]_2001-02079460101_20240502143006(1).wav': '',
        '[A]_2001-02079460101_20241202143006(2).wav': '',
        '[A]_2002-02079460101_20240502143006(3).wav': '',
      },
      text,
    );
    expect(summaryOf(imported).recordings.map((line) => line.split(' | ').slice(0, 2).join(' '))).toEqual([
      '1 matched-by-window',
      '2 matched-by-window',
      '3 row-without-audio',
      '[A]_2002-02079460101_20240502143006(3).wav audio-without-row',
    ]);
  });
});

describe('an incomplete export', () => {
  const text = `
source.zone = "UTC"
[table]
files = "*.csv"
optional = true
may-lack = ["note"]
[columns]
key = "id"
tags = { note = "note" }
[files]
template = "{start:YYYYMMDD}_{id}.wav"
files.columns.key = "id"
[join]
fields = { id = "id" }
[status]
column = "file"
failed = ["NULL"]
empty = "not-recorded"
`.replace('files.columns.key = "id"', 'columns.key = "id"');

  it('has missing parts reported: a column, or the whole table', async () => {
    expect(summaryOf(await run({ 'c.csv': 'id,file\n1,x\n2,\n3,NULL\n', '20240502_1.wav': '' }, text))).toEqual({
      findings: ['I174 export', 'I254 export'],
      recordings: ['1 | matched | 20240502_1.wav', '2 | not-recorded-by-design', '3 | row-without-audio'],
      tables: ['c.csv: 3 {"matched":1,"not-recorded-by-design":1,"row-without-audio":1}'],
    });
    expect(summaryOf(await run({ '20240502_1.wav': '' }, text))).toEqual({
      findings: ['I253 export'],
      recordings: ['1 | audio-without-row | 20240502_1.wav'],
      tables: [],
    });
    await expect(run({ 'c.csv': 'id,other\n1,x\n' }, text)).rejects.toThrow("there is no column 'file'");
  });
});

describe('a transferred call', () => {
  it("keeps the place of each segment and the recorder's other information about the interaction", async () => {
    const text = `
table.files = "*.csv"
[columns]
key = "id"
group = { id = "call", index = "n", count = "of", previous = "before", next = "after" }
quality = { one-sided = "half" }
[join]
column = "id"
match = "stem"
`;
    const { recordings } = await run({ 'c.csv': 'id,call,n,of,before,after,half\na,7,1,2,,b,yes\nb,7,2nd,2,a,,\nc,,,,,,\n' }, text);
    const of = (key: string) => recordings.find((recording) => recording.key === key);
    expect(of('a')?.group).toEqual({ id: '7', index: 1, count: 2, previous: null, next: 'b' });
    expect(of('b')?.group).toEqual({ id: '7', index: null, count: 2, previous: 'a', next: null });
    expect(of('c')?.group).toBeNull();
    expect(of('a')?.quality).toEqual([{ name: 'one-sided', value: 'yes' }]);
  });
});

describe('the example lines of the Noojee mapping for lists by hour', () => {
  it('read the times of such lists', async () => {
    const shipped = shippedMappings().find(({ id }) => id === 'noojee')?.text ?? '';
    const text = shipped
      .replace(
        /^start = "Start"$/m,
        'start = { column = ["start_day", "start_month", "start_year", "start_clock"], format = "DD MMM YYYY HH:mm:ss" }',
      )
      .replace(/^# (\[table\.parts\.Start\])\n# (template = .*)$/m, '$1\n$2')
      .replace(/^# (zone = .*)$/m, '$1');
    expect(shipped).toContain('# start = { column = ["start_day", "start_month", "start_year", "start_clock"], format = "DD MMM YYYY HH:mm:ss" }');
    const leg = {
      Source: '500',
      Leg: '1',
      Start: 'Tue Sep 14 15:03:30 AEST 2021',
      Duration: '4',
      CallRecordId: '1',
      UniqueId: '1631595787.5',
      Direction: 'Inbound',
    };
    const { recordings } = await run({ 'list.json': JSON.stringify([leg]) }, text);
    expect(recordings.map(({ callStart }) => callStart?.utc)).toEqual(['2021-09-14T05:03:30.000Z']);
  });
});

describe('an invalid mapping file', () => {
  const read = (text: string) => {
    try {
      return readMapping({ name: 'm.toml', text }, null);
    } catch (error) {
      if (error instanceof LongplayError) return `${error.code} ${error.message} | ${error.hint}`;
      throw error;
    }
  };
  const base = '[table]\nfiles = "*.csv"\n[columns]\nkey = "id"\n[join]\ncolumn = "f"\n';

  it.each([
    ['[table]\nfiles = "*.sql"\n', /^I152 .*table\.name is missing \| a database holds several tables/],
    ['[table]\nfiles = "*.csv"\nname = "x"\n', /^I152 .*table\.name is for sql and sqlite only/],
    ['[table]\nfiles = "*.sql"\nname = "t"\nsidecars = true\n', /^I152 .*table\.sidecars is for XML, JSON, CSV and INI, and kind is sql/],
    ['[table]\nfiles = "*.csv"\nskip = 1\nsidecars = true\n', /^I152 .*table\.sidecars reads CSV with a header/],
    [`${base}[status]\ncolumn = "s"\nempty = "gone"\n`, /^I152 .*status\.empty is 'gone'/],
    [base.replace('key = "id"', 'group = { index = "n" }'), /^I152 .*columns\.group\.id is missing/],
    [base.replace('"*.csv"\n', '"*.csv"\noptional = true\n'), /^I152 .*files\.template is missing \| if the table may be absent/],
    [base.replace('"*.csv"\n', '"*.csv"\nparts = { x = { column = "x" } }\n'), /^I152 .*table\.parts\.x\.template is missing/],
    [base.replace('"*.csv"\n', '"*.csv"\nparts = { x = { template = "{a}{b}" } }\n'), /^I152 .*table\.parts\.x\.template cannot be used/],
    [
      base.replace('"*.csv"\n', '"*.csv"\nparts = { x = { template = "{a}", when = { values = ["1"] } } }\n'),
      /^I152 .*table\.parts\.x\.when\.column is missing/,
    ],
    [`[about]\ntitle = "x"\ngrade = "sure"\n${base}`, /^I152 .*about\.grade is 'sure'/],
    [`[about]\ngrade = "verified"\n${base}`, /^I152 .*about\.title is missing/],
    [`${base}[files]\ntemplate = "(?a)(?b)(?c)(?d)(?e)(?f){x}.wav"\n`, /^I152 .*files\.template cannot be used: it has 6 optional parts/],
  ])('with %j is refused with the place and the right form', (text, message) => {
    expect(read(text)).toEqual(expect.stringMatching(message));
  });
});
