import { describe, expect, it } from 'vitest';
import { generic } from '../../../importers/mapping/importer.ts';
import { importAll } from '../import-all.ts';
import { memorySource } from '../memory-source.ts';

const run = async (files: Record<string, string>, text: string) => importAll(generic, memorySource(files), { mapping: { name: 'm.toml', text } });
const one = async (files: Record<string, string>, text: string) => {
  const imported = await run(files, text);
  const [recording] = imported.recordings;
  if (recording === undefined) throw new Error('no recording');
  return { recording, findings: imported.findings };
};

const table = (columns: string): string => `
source.zone = "Europe/Stockholm"
table.files = "t.csv"
[columns]
key = "id"
${columns}
[join]
column = "file"
`;

describe('values of a row', () => {
  it('all have a field, or are in extra under their own names', async () => {
    const { recording, findings } = await one(
      {
        't.csv':
          'id;file;Date;Time;Len;From;To;First;Last;Login;Dir;Skill;Link;Disp;Nothing;Other;\n7;a.wav;02.05.2024;10:00:00;0:01:05;0701740605;1001;Åsa;Öberg;aso;inbound;Sales;L1;done;NULL;x;y\n',
        'a.wav': '',
      },
      `source.sentinels = ["NULL"]${table(`
start = { column = ["Date", "Time"], format = "DD.MM.YYYY HH:mm:ss" }
duration = { column = "Len", unit = "h:mm:ss" }
caller = "From"
callee = { number = "To", name = "Nothing" }
agent = { name = ["First", "Last"], id = "Login" }
direction = "Dir"
org.queue = "Skill"
correlation.linkedid = "Link"
tags.disposition = "Disp"
`)}[constants]\ntenant = "acme"\n[channels]\nleft = "agent"\nright = "caller"\n`,
    );
    expect(findings).toEqual([]);
    expect(recording).toMatchObject({
      key: '7',
      sourceKeys: [{ name: 'id', value: '7' }],
      correlation: [{ name: 'linkedid', value: 'L1' }],
      callStart: { raw: '02.05.2024 10:00:00', utc: '2024-05-02T08:00:00.000Z', certainty: 'assumed' },
      durationDeclared: { ms: 65_000, raw: '0:01:05', unit: 'h:mm:ss' },
      direction: { value: 'inbound', raw: 'inbound' },
      org: [
        { name: 'tenant', value: 'acme' },
        { name: 'queue', value: 'Sales' },
      ],
      tags: [{ name: 'disposition', value: 'done' }],
      extra: [
        { name: 'file', value: 'a.wav' },
        { name: 'Nothing', value: 'NULL' },
        { name: 'Other', value: 'x' },
        { name: 'column 17', value: 'y' },
      ],
      media: [
        {
          path: 'a.wav',
          side: 'stereo',
          channels: [
            { index: 0, role: 'agent' },
            { index: 1, role: 'caller' },
          ],
        },
      ],
      reconciliation: { status: 'matched', rule: 'file = end of the path' },
      provenance: [{ kind: 'row', path: 't.csv', row: 2, text: expect.stringMatching(/^7;a\.wav;/) }],
    });
    expect(recording.parties.map(({ role, phone, name, agentId }) => [role, phone?.raw ?? null, name, agentId])).toEqual([
      ['caller', '0701740605', null, null],
      ['callee', '1001', null, null],
      ['agent', null, 'Åsa Öberg', 'aso'],
    ]);
  });

  it.each([
    ['1,0E+01', ['I164 export']],
    ['4.67017E+10', ['I164 export']],
    // Hexadecimal digits of an id.
    ['12E05', []],
    ['12E10-4', []],
  ])('of a key that a spreadsheet has rounded are reported: %s', async (key, findings) => {
    const told = await one({ 't.csv': `id;file\n${key};a.wav\n`, 'a.wav': '' }, table(''));
    expect([told.recording.key, told.findings]).toEqual([key, findings]);
  });

  it('that cannot be parsed are kept and counted, not guessed', async () => {
    const { recording, findings } = await one(
      { 't.csv': 'id,file,start,len,dir,from\n7,a.wav,5/6/24 later,12,sideways,"4,67017E+10"\n', 'a.wav': '' },
      table('start = "start"\nduration = { column = "len", unit = "h:mm:ss" }\ndirection = { column = "dir", in = ["in"] }\ncaller = "from"'),
    );
    expect(findings).toEqual(['I165 export', 'I166 export', 'I161 export', 'I164 export']);
    expect(recording).toMatchObject({
      callStart: { raw: '5/6/24 later', utc: null, certainty: 'unreadable' },
      durationDeclared: null,
      direction: { value: 'unknown', raw: 'sideways' },
      parties: [{ role: 'caller', phone: { raw: '4,67017E+10', e164: null, damage: 'scientific' } }],
      extra: [
        { name: 'file', value: 'a.wav' },
        { name: 'len', value: '12' },
      ],
    });
  });

  it('resolve a clock change by a UTC column, or by an end and a length', async () => {
    const utc = await run(
      {
        't.csv':
          'id,file,start,utc\n1,,2024-10-27 02:15:00,2024-10-27 01:15:00\n2,,2024-10-27 02:15:00,2024-10-27 00:15:00\n3,,2024-10-27 02:15:00,2024-10-27 00:08:00\n',
      },
      table('start = { column = "start", utc = "utc" }'),
    );
    expect(utc.recordings.map(({ callStart }) => [callStart?.utc, callStart?.offsetMin, callStart?.basis])).toEqual([
      ['2024-10-27T01:15:00.000Z', 60, 'utc-column'],
      ['2024-10-27T00:15:00.000Z', 120, 'utc-column'],
      [null, null, 'zone-assumed'],
    ]);
    expect(utc.findings).toEqual(['I173 export', 'I162 export']);
    const length = await run(
      { 't.csv': 'id,file,start,end,len\n1,,2024-10-27 02:59:00,2024-10-27 03:01:00,120\n2,,2024-10-27 02:59:00,2024-10-27 03:01:00,3720\n' },
      table('start = "start"\nend = "end"\nduration = { column = "len", unit = "s" }'),
    );
    expect(length.recordings.map(({ callStart }) => callStart?.utc)).toEqual(['2024-10-27T01:59:00.000Z', '2024-10-27T00:59:00.000Z']);
  });

  it('of several rows of one file are all kept', async () => {
    const { recording } = await one(
      {
        't.csv': 'id,file,start,len,from\nB,a.wav,2024-05-02 10:00:05,5,1002\nA,a.wav,2024-05-02 10:00:00,10,1001\n',
        'a.wav': '',
      },
      table('start = "start"\nduration = { column = "len", unit = "s" }\ncaller = "from"'),
    );
    expect(recording).toMatchObject({
      key: 'A',
      callStart: { raw: '2024-05-02 10:00:00' },
      durationDeclared: null,
      reconciliation: { status: 'shared-audio', rule: 'file = end of the path; rows: 2, files: 1' },
    });
    expect(recording.parties.map((party) => party.phone?.raw)).toEqual(['1001', '1002']);
    expect(recording.extra).toEqual([
      { name: 'file', value: 'a.wav' },
      { name: 'start', value: '2024-05-02 10:00:00' },
      { name: 'start', value: '2024-05-02 10:00:05' },
      { name: 'duration', value: '10' },
      { name: 'duration', value: '5' },
    ]);
  });

  it('override a wrong offset if the mapping says so', async () => {
    const text = (spec: string): string => table(`start = { column = "start"${spec} }`);
    const files = { 't.csv': 'id,file,start\n1,,2024-05-02T10:00:00+00:00\n' };
    expect((await one(files, text(''))).recording.callStart?.utc).toBe('2024-05-02T10:00:00.000Z');
    expect((await one(files, text(', zone = "Asia/Tokyo", override-offset = true'))).recording.callStart?.utc).toBe('2024-05-02T01:00:00.000Z');
  });

  it('without a key are identified by their file, or by all their values', async () => {
    const { recordings, findings } = await run({ 't.csv': 'id,file,x\n,a.wav,1\n,,2\n9,b.wav,3\n', 'a.wav': '', 'b.wav': '' }, table(''));
    expect(recordings.map(({ key }) => key.replace(/[0-9a-f]{16}$/, '…')).sort()).toEqual(['9', 'a.wav', 'row-…']);
    expect(findings).toEqual(['I176 export']);
  });
});

describe('tables of other kinds', () => {
  const other = (kind: string, rest: string): string => `
table.files = "t.*"
table.kind = "${kind}"
${rest}
[join]
column = "recording.id"
match = "stem"
`;

  it.each([
    [
      'json',
      '{"records":[{"id":"A","startTime":"2024-05-02T10:00:00Z","from":{"phoneNumber":"1001"},"recording":{"id":"a"},"legs":[{"n":1},{"n":2}]}]}',
      'table.path = "records"',
    ],
    ['json', '{"id":"A","startTime":"2024-05-02T10:00:00Z","from":{"phoneNumber":"1001"},"recording":{"id":"a"},"legs":[{"n":1},{"n":2}]}\n', ''],
    [
      'xml',
      '<x:export xmlns:x="urn:x"><x:calls><x:call id="A"><x:startTime>2024-05-02T10:00:00Z</x:startTime><x:from phoneNumber="1001"/><x:recording><x:id>a</x:id></x:recording><x:legs n="1"/><x:legs n="2"/></x:call></x:calls></x:export>',
      'table.record = "call"',
    ],
  ])('%s is read by names joined with dots', async (kind, content, rest) => {
    const { recording, findings } = await one(
      { 't.any': content, 'a.mp3': '' },
      other(kind, `${rest}\n[columns]\nkey = "id"\nstart = "startTime"\ncaller = "from.phoneNumber"`),
    );
    expect(findings).toEqual([]);
    expect(recording).toMatchObject({
      key: 'A',
      callStart: { utc: '2024-05-02T10:00:00.000Z', certainty: 'exact' },
      parties: [{ phone: { raw: '1001' } }],
      extra: [
        { name: 'recording.id', value: 'a' },
        { name: 'legs.n', value: '1' },
        { name: 'legs.n', value: '2' },
      ],
      media: [{ path: 'a.mp3' }],
    });
  });

  it('a table without a header has the names that the mapping gives', async () => {
    const { recording } = await one(
      { 't.txt': 'A|a.wav|1001\n', 'a.wav': '' },
      'table.files = "t.txt"\ntable.separator = "|"\ntable.columns = ["id", "file", "from"]\n[columns]\nkey = "id"\ncaller = "from"\n[join]\ncolumn = "file"\n',
    );
    expect(recording).toMatchObject({ key: 'A', media: [{ path: 'a.wav' }], provenance: [{ row: 1, text: 'A|a.wav|1001' }] });
  });
});

/** Grammars of recorder facts 1.14. */
describe('names that contain all values', () => {
  it.each([
    [
      'Five9',
      '["recording.{customer}_{key}_{agent}_{campaign...}_{start:M_D_YYYY_h_m_s A}.wav", "{customer}_{key}_{agent}_{campaign...}_{start:M_D_YYYY}.wav"]',
      {
        'recording.2025550101_3A7F_agent@example.com_Spring_Sale_5_2_2024_1_03_09 PM.wav': ['3A7F', '2024-05-02T13:03:09.000', '2025550101'],
        '2025550102_3A80_agent@example.com_Spring_12_31_2024.wav': ['3A80', '2024-12-31T00:00:00.000', '2025550102'],
      },
    ],
    [
      '3CX',
      '"[{agent}]_{caller}-{callee}_{start:YYYYMMDDHHmmss}({key}).wav"',
      { '101/[Åsa Öberg]_0701740605-101_20240502100000(17).wav': ['17', '2024-05-02T10:00:00.000', '0701740605'] },
    ],
    [
      'RingCentral',
      '["{start:YYYYMMDD-HHmmss}_{extension}_{customer}_{direction}_Auto_{key}.mp3", "{start:YYYYMMDD-HHmmss}_{customer}_{direction}_Auto_{key}.mp3"]',
      {
        '20240502-100000_101_+12025550101_Incoming_Auto_55.mp3': ['55', '2024-05-02T10:00:00.000', '+12025550101'],
        '20240502-100000_+12025550102_Outgoing_Auto_56.mp3': ['56', '2024-05-02T10:00:00.000', '+12025550102'],
      },
    ],
    ['folders', '"{start:YYYYMMDD}/{callee}/{key}.V3"', { '6/0/20161025/20011/1902050.V3': ['1902050', '2016-10-25T00:00:00.000', '20011'] }],
  ])('%s', async (_family, template, expected) => {
    const files = Object.fromEntries([...Object.keys(expected), 'stray.wav'].map((path) => [path, '']));
    const { recordings, findings } = await run(files, `[files]\nfiles = "*.{wav,mp3,v3}"\ntemplate = ${template}\n`);
    const told = recordings
      .filter(({ key }) => key !== 'stray.wav')
      .map(({ key, media, callStart, parties }) => [media[0]?.path, [key, callStart?.local, parties[0]?.phone?.raw]]);
    expect(Object.fromEntries(told)).toEqual(expected);
    expect(findings).toEqual(['I167 export', 'I163 export']);
    expect(recordings.map(({ reconciliation }) => reconciliation.status)).toEqual(recordings.map(() => 'audio-without-row'));
  });

  it('have their own columns if the fields have other names', async () => {
    const { recording } = await one(
      { '1001_in_20240502_100000.wav': '' },
      'source.zone = "UTC"\n[files]\ntemplate = "{ext}_{dir}_{day:YYYYMMDD}_{time:HHmmss}.wav"\n[files.columns]\nkey = ["ext", "day", "time"]\nagent = { number = "ext" }\nstart = { column = ["day", "time"], format = "YYYYMMDD HHmmss" }\ndirection = "dir"\n',
    );
    expect(recording).toMatchObject({
      key: '1001/20240502/100000',
      callStart: { utc: '2024-05-02T10:00:00.000Z', basis: 'name' },
      direction: { value: 'inbound', raw: 'in' },
      parties: [{ role: 'agent', phone: { raw: '1001' } }],
      extra: [],
    });
  });
});
