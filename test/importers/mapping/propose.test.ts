import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generic } from '../../../importers/mapping/importer.ts';
import { openQuestions } from '../../../importers/mapping/propose/open-questions.ts';
import { readMapping } from '../../../importers/mapping/read/mapping-read.ts';
import { importAll } from '../import-all.ts';
import { genericSample } from '../make-mapping-samples.ts';
import { media } from '../media.ts';
import { memorySource } from '../memory-source.ts';

const options = { zone: null, mapping: null, encoding: null, media, scratch: '' };
const propose = async (files: Record<string, string | Uint8Array>) =>
  (await generic.propose?.(memorySource(files), options, new AbortController().signal)) ?? null;
/** The effective lines, without separate comments. */
const lines = (text: string | null): string[] => (text ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('a proposal', () => {
  it('for the sample names its columns, its dialect and its join, and asks for what it cannot know', async () => {
    expect(
      await propose(Object.fromEntries(genericSample())),
    ).toBe(`# A first mapping, proposed by longplay from the first 7 records of samtal.csv, and 4 audio files.
# Settle each line that ends in a question mark, and delete its question: \`longplay import\` asks for it. docs/reference/mapping-file.md explains every key.

[source]
name = "export"
# zone = "Europe/Stockholm"  # the times name no zone: which one is the recorder’s clock in?

[table]
files = "samtal.csv"
kind = "csv"
separator = ";"
# Encoding: win1252 (fallback).

[columns]
key = "SamtalsID"  # heading "SamtalsID"; 1 of 7 values repeat another: is a second column needed?
start = "Starttid"  # heading "Starttid"; 7 of 7 values are such times
duration = { column = "Längd", unit = "s" }  # heading "Längd"; the sizes of 5 of 5 audio files fit
caller = "Från"  # heading "Från", 7 of 7 values are numbers or addresses
callee = "Till"  # heading "Till", 7 of 7 values are numbers or addresses
agent = "Agent"  # heading "Agent"
direction = { column = "Riktning", in = ["In"], out = ["Ut"], internal = ["Internt"] }  # heading "Riktning"

[columns.tags]
comment = "Kommentar"  # heading "Kommentar"

# Values that mean that the audio was deleted on purpose can be listed:
# [status]
# column = "Status"
# deleted = ["…"]

[join]
column = "Fil"  # 3 of 5 values name audio
match = "path"
`);
  });

  it('asks about a guessed encoding if a heading is not a word in it', async () => {
    const table = (heading: string): Uint8Array =>
      Buffer.from(`ID;${heading};File\n1;2024-05-02 10:00:00;x.wav\n2;2024-05-02 11:00:00;y.wav\n`, 'latin1');
    const question = '# Encoding: win1252 (fallback), a guess: are all headings spelled right, or has source.encoding to name another?';
    // Czech in windows-1250: Začátek.
    expect(await propose({ 'a.csv': table('Za\u00e8\u00e1tek'), 'x.wav': '', 'y.wav': '' })).toContain(question);
    expect(await propose({ 'a.csv': table('Anrufbeginn f\u00fcr'), 'x.wav': '', 'y.wav': '' })).not.toContain(question);
  });

  it('can be used unchanged', async () => {
    const files = Object.fromEntries(genericSample());
    const text = (await propose(files)) ?? '';
    const imported = await importAll(generic, memorySource(files), { zone: 'Europe/Stockholm', mapping: { name: 'p.toml', text } });
    expect(imported.tables).toEqual([
      {
        kind: 'table',
        path: 'samtal.csv',
        unit: 'rows',
        records: 7,
        byStatus: { 'duplicate-row': 1, matched: 2, 'row-without-audio': 2, 'shared-audio': 2 },
      },
    ]);
  });

  it.each([
    [
      'times that do not show the order of day and month',
      { 'a.csv': 'Call ID,Start Time,Recording File\n1,03/05/2024 14:00:00,x.wav\n2,04/05/2024 15:00:00,y.wav\n', 'x.wav': '', 'y.wav': '' },
      'start = { column = "Start Time", format = "DD/MM/YYYY HH:mm:ss" }  # heading "Start Time"; 2 of 2 values are such times; day or month first, which these rows do not show?',
    ],
    [
      'times whose order a day above twelve shows',
      { 'a.csv': 'Call ID,Start Time,Recording File\n1,3/5/2024 2:00:00 PM,x.wav\n2,4/15/2024 3:00:00 PM,y.wav\n', 'x.wav': '', 'y.wav': '' },
      'start = { column = "Start Time", format = "M/D/YYYY h:mm:ss A" }  # heading "Start Time"; 2 of 2 values are such times',
    ],
    [
      'epochs',
      { 'a.csv': 'CallId;start;filename\n1;1714636800123;x.wav\n2;1714636900123;y.wav\n', 'x.wav': '' },
      'start = { column = "start", format = "epoch-ms" }  # heading "start"; 2 of 2 values are such times',
    ],
    [
      'paths with another beginning',
      { 'a.csv': 'id,start,path\n1,2024-05-02 10:00:00,D:\\x\\a.wav\n2,2024-05-02 10:00:00,D:\\x\\b.wav\n', 'y/a.wav': '', 'y/b.wav': '' },
      'match = "name"',
    ],
    [
      'names in another case',
      { 'a.csv': 'id,start,file\n1,2024-05-02 10:00:00,A.WAV\n2,2024-05-02 10:00:00,B.WAV\n', 'a.wav': '', 'b.wav': '' },
      'ignore-case = true',
    ],
    [
      'ids inside of names',
      { 'a.csv': 'id,start\n10001,2024-05-02 10:00:00\n10002,2024-05-02 10:00:00\n', '0701740605_10001.wav': '', '0701740606_10002.wav': '' },
      'fields = { id = "id" }  # 2 of 2 values name audio',
    ],
    [
      'nested JSON',
      {
        'a.json': '{"records":[{"id":"A","startTime":"2024-05-02T10:00:00Z","from":{"phoneNumber":"1001"},"to":{"phoneNumber":"1002"}}]}',
        'A.mp3': '',
      },
      'callee = "to.phoneNumber"  # heading "to.phoneNumber", 1 of 1 value is a number or an address',
    ],
    [
      'XML',
      { 'a.xml': '<r><calls><call id="A1x"><start>2024-05-02T10:00:00Z</start></call><call id="A2x"/></calls></r>', 'A1x.wav': '' },
      'record = "call"',
    ],
    [
      'a table without a header',
      { 'a.csv': '1001,2024-05-02 10:00:00,x.wav\n1002,2024-05-02 11:00:00,y.wav\n', 'x.wav': '', 'y.wav': '' },
      'columns = ["column 1", "column 2", "column 3"]  # the first row is data: name the columns?',
    ],
    [
      'titles above the header',
      {
        'a.csv': 'Call report,,\n\nCall ID,Start Time,Recording File\n1,2024-05-02 10:00:00,x.wav\n2,2024-05-02 11:00:00,y.wav\n',
        'x.wav': '',
        'y.wav': '',
      },
      'skip = 2  # lines before the header that leave columns empty',
    ],
    [
      'names of groups of columns above the header',
      {
        'a.csv':
          'Call,,Parties,,File\nID,Start Time,Caller,Callee,Recording File\n1,2024-05-02 10:00:00,1001,1002,x.wav\n2,2024-05-02 11:00:00,1001,1003,y.wav\n',
        'x.wav': '',
        'y.wav': '',
      },
      'skip = 1  # lines before the header that leave columns empty',
    ],
    [
      'a CSV beside each file',
      { 'a.csv': 'Start;Caller\n2024-05-02 10:00:00;1001\n', 'a.wav': '', 'b.csv': 'Start;Caller\n2024-05-02 11:00:00;1002\n', 'b.wav': '' },
      'sidecars = true  # 2 documents have the name of an audio file beside them',
    ],
    [
      'frequencies, which are no times',
      { 'a.csv': 'freq,file\n851350000,a.wav\n852000000,b.wav\n', 'a.wav': '', 'b.wav': '' },
      'column = "file"  # 2 of 2 values name audio',
    ],
    [
      'numbers of eight digits, which look like days',
      {
        'a.csv': 'Start,From,To,File\n2024-01-02 09:10:00,20550101,15550101,a.wav\n2024-01-02 10:10:00,20550102,15550101,b.wav\n',
        'a.wav': '',
        'b.wav': '',
      },
      'callee = "To"  # heading "To", 2 of 2 values are numbers or addresses',
    ],
    [
      'names with a direction and numbers',
      { 'in_from_0846500401_20240502-101512.wav': '', 'out_from_0846500402_20240503-111512.wav': '' },
      'direction = { column = "direction", in = ["in"], out = ["out"] }',
    ],
    [
      'names of a known family',
      { '20240502-100000_101_+12025550101_Incoming_Auto_55.mp3': '' },
      'template = "{start:YYYYMMDD-HHmmss}(?_{extension})_{customer}_{direction:Incoming|Outgoing}_{mode:A+}_{recording:9+}.{type}"',
    ],
  ])('for %s reports it', async (_what, files, line) => {
    const text = await propose(files);
    expect(lines(text)).toContain(line);
  });

  it('never takes numbers for times if the headings name their meaning', async () => {
    const rows = ['8505550101', '9505550102', '1505550103'].map((number, index) => `${number},19055501${index},file${index}.wav`).join('\n');
    for (const heading of [
      'ANI,Kundennummer',
      'Número de origen,Contact ID',
      '主叫号码,freq',
      'Arayan,Fatura tutarı',
      'Numer dzwoniącego,Identyfikator',
    ]) {
      const files = { 'a.csv': `${heading},File\n${rows}\n`, 'file0.wav': '', 'file1.wav': '', 'file2.wav': '' };
      expect([heading, lines(await propose(files)).filter((line) => /^(?:start|end|answer) =/.test(line))]).toEqual([heading, []]);
    }
  });

  it('of documents beside audio, of any kind, can be used unchanged', async () => {
    const files = {
      'x/a.csv': 'Start;Caller\n2024-05-02 10:00:00;1001\n',
      'x/a.wav': '',
      'x/b.csv': 'Start;Caller\n2024-05-02 11:00:00;1002\n',
      'x/b.wav': '',
    };
    const text = (await propose(files)) ?? '';
    const imported = await importAll(generic, memorySource(files), { zone: 'UTC', mapping: { name: 'p.toml', text } });
    const calls = imported.recordings.map(({ callStart, parties, media: [file] }) => [file?.path, callStart?.utc, parties[0]?.phone?.raw]);
    expect(calls.sort()).toEqual([
      ['x/a.wav', '2024-05-02T10:00:00.000Z', '1001'],
      ['x/b.wav', '2024-05-02T11:00:00.000Z', '1002'],
    ]);
  });

  it('has open questions until they are deleted; a zone given as an option answers the one about the zone', async () => {
    const text = (await propose(Object.fromEntries(genericSample()))) ?? '';
    expect(openQuestions(text, false).map(({ text: question }) => question)).toEqual([
      'the times name no zone: which one is the recorder’s clock in?',
      '1 of 7 values repeat another: is a second column needed?',
    ]);
    expect(openQuestions(text, true).length).toBe(1);
    expect(openQuestions(text.replaceAll(/\?$/gm, '.'), false)).toEqual([]);
    expect(openQuestions('key = "a#b?"\n# mine?', false)).toEqual([]);
  });

  it('is absent without evidence', async () => {
    expect(await propose({})).toBe(null);
    expect(await propose({ 'a.wav': '', 'readme.txt': 'hello' })).toBe(null);
    expect(await propose({ 'a.csv': '', 'b.xml': '<a/>', 'c.json': 'x' })).toBe(null);
  });

  it('holds no value of any row', async () => {
    const text = (await propose(Object.fromEntries(genericSample()))) ?? '';
    expect(text).not.toMatch(/070174|467017|Öberg|Björn|1001/);
  });

  it('for anything can be read back', async () => {
    const cell = fc.oneof(
      fc.constantFrom('2024-05-02 10:00:00', 'a.wav', '12', 'in', '', '"', '\\', '\u007f', '\ud800', "'''"),
      fc.string({ maxLength: 6 }),
    );
    const csv = fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { maxLength: 6 }).map((rows) => rows.map((row) => row.join(';')).join('\n'));
    const content = fc.oneof(
      csv,
      csv.map((text) => `id;start;file\n${text}`),
      fc.json(),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom('a.csv', 'b.json', 'c.xml', 'a.wav', 'x/12.mp3', '"\n.csv'), content, { noNullPrototype: true }),
        async (files) => {
          const text = await propose(files);
          if (text !== null) readMapping({ name: 'p', text }, null);
        },
      ),
      { numRuns: 200 },
    );
  });
});
