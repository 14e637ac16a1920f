import { describe, expect, it } from 'vitest';
import { asterisk } from '../../../importers/asterisk/importer.ts';
import { databaseBytes } from '../../tables/database-bytes.ts';
import { brief, importAll } from '../import-all.ts';
import { memorySource } from '../memory-source.ts';
import { cdrLine, celLine, wav } from './rows.ts';

const zone = 'Europe/Stockholm';
const id = '1761438596.0';
const file = `in-4600-+442079460012-20251026-022956-${id}.wav`;
const leg = {
  src: '+442079460012',
  dst: '4600',
  channel: 'SIP/trunk-0001',
  dstchannel: 'SIP/2001-0002',
  lastapp: 'Dial',
  lastdata: 'SIP/2001,20',
  start: '2025-10-26 02:29:56',
  answer: '2025-10-26 02:29:57',
  end: '2025-10-26 02:30:04',
  duration: 8,
  billsec: 7,
  uniqueid: id,
  linkedid: id,
  sequence: 1,
};
const cdr = (values: string): string => `CREATE TABLE \`cdr\` (
  \`calldate\` datetime NOT NULL, \`clid\` varchar(80), \`src\` varchar(80), \`dst\` varchar(80), \`dcontext\` varchar(80), \`channel\` varchar(80), \`dstchannel\` varchar(80),
  \`lastapp\` varchar(80), \`lastdata\` varchar(80), \`duration\` int, \`billsec\` int, \`disposition\` varchar(45), \`amaflags\` int, \`accountcode\` varchar(20), \`uniqueid\` varchar(32),
  \`userfield\` varchar(255), \`did\` varchar(50), \`recordingfile\` varchar(255), \`linkedid\` varchar(32), \`sequence\` int);
INSERT INTO \`cdr\` VALUES ${values};
-- Dump completed on 2025-11-01 12:00:00
`;
const row = (uniqueid: string, dstchannel = 'SIP/2001-0002', recordingfile = ''): string =>
  `('2025-10-26 02:29:56','','+442079460012','4600','default','SIP/trunk-0001','${dstchannel}','Dial','SIP/2001,20',8,7,'ANSWERED',3,'','${uniqueid}','','4600','${recordingfile}','${uniqueid}',1)`;
const dump = (...rows: string[]): string => `-- MySQL dump 10.13  Distrib 5.7.44, for Linux (x86_64)\n${cdr(rows.join(','))}`;

describe('a dump of asteriskcdrdb', () => {
  it('gives calls by itself, with the ambiguous hour resolved by their uniqueids', async () => {
    const later = '1761442196.8';
    const imported = await importAll(
      asterisk,
      memorySource({ 'asteriskcdrdb.sql': dump(row(id, 'SIP/2001-0002', file), row(later)), [`monitor/2025/10/26/${file}`]: wav(8) }),
      { zone },
    );
    expect(brief(imported)).toMatchObject({
      [id]: { status: 'matched', start: '2025-10-26T00:29:56.000Z' },
      [later]: { status: 'row-without-audio', start: '2025-10-26T01:29:56.000Z' },
    });
    expect(imported.tables).toMatchObject([{ path: 'asteriskcdrdb.sql:cdr', unit: 'CDR rows', records: 2 }]);
    expect(imported.findings).toEqual([]);
  });

  it('repeats the legs of Master.csv and reports missing columns; two legs of one second stay two', async () => {
    const other = { ...leg, dstchannel: 'SIP/2002-0003', sequence: 2 };
    const imported = await importAll(
      asterisk,
      memorySource({
        'cdr-csv/Master.csv': cdrLine(leg) + cdrLine(other),
        'dump.sql': dump(row(id, 'SIP/2001-0002', 'take.wav'), row(id, 'SIP/2003-0009')),
        'take.wav': wav(8),
      }),
      { zone },
    );
    expect(imported.recordings).toHaveLength(1);
    expect(imported.recordings[0]).toMatchObject({
      key: id,
      reconciliation: { status: 'matched' },
      callAnswer: { utc: '2025-10-26T00:29:57.000Z' },
      sourceKeys: expect.arrayContaining([{ name: 'recordingfile', value: 'take.wav' }]),
      extra: expect.arrayContaining([{ name: 'did', value: '4600' }]),
    });
    expect(imported.tables).toMatchObject([
      { path: 'cdr-csv/Master.csv', byStatus: { matched: 2 } },
      { path: 'dump.sql:cdr', byStatus: { matched: 1, 'duplicate-row': 1 } },
    ]);
    expect(imported.recordings[0]?.provenance.filter(({ kind }) => kind === 'row')).toHaveLength(4);
  });

  it('may be from PostgreSQL, with offsets, beside CEL in another database', async () => {
    const copy = `--\n-- PostgreSQL database dump\n--\n
COPY public.cdr (calldate, src, dst, channel, duration, billsec, disposition, uniqueid, linkedid) FROM stdin;
2025-10-26 02:29:56+01\t2001\t2002\tSIP/2001-1\t8\t7\tANSWERED\thq-7\t
\\.\n\n--\n-- PostgreSQL database dump complete\n--\n`;
    const cel = databaseBytes((db) => {
      db.exec(
        'CREATE TABLE cel (id INTEGER PRIMARY KEY, eventtype, eventtime, cid_name, cid_num, channame, appname, appdata, uniqueid, linkedid, peer, userdeftype, extra)',
      );
      const put = db.prepare('INSERT INTO cel (eventtype, eventtime, channame, appname, appdata, uniqueid, linkedid) VALUES (?, ?, ?, ?, ?, ?, ?)');
      put.run('APP_START', '1761438597.5', 'SIP/a', 'MixMonitor', 'x/take2.wav', id, id);
      put.run('HANGUP', '1761438604.0', 'SIP/a', '', '', id, id);
    });
    const csv = celLine({ type: 'APP_START', time: '1761438597.5', uniqueid: id, channel: 'SIP/a', app: 'MixMonitor', data: 'x/take2.wav' });
    const imported = await importAll(asterisk, memorySource({ 'pg.sql': copy, 'cel.db': cel, 'cel-custom/Master.csv': csv, 'take2.wav': wav(8) }));
    expect(imported.recordings.map(({ callStart, media }) => [callStart?.utc, media.length])).toEqual([
      ['2025-10-26T00:29:57.500Z', 1],
      ['2025-10-26T01:29:56.000Z', 0],
    ]);
    expect(imported.tables).toMatchObject([
      { path: 'cel-custom/Master.csv', byStatus: { event: 1 } },
      { path: 'cel.db:cel', unit: 'CEL events', byStatus: { event: 1, 'duplicate-row': 1 } },
      { path: 'pg.sql:cdr', byStatus: { 'row-without-audio': 1 } },
    ]);
  });
});

describe('custom CDR tables', () => {
  const value = (of: string): string => `$\{${of}}`;
  const quotedValue = (of: string): string => value(`CSV_QUOTE(${value(of)})`);
  const mapped = [
    quotedValue('CDR(uniqueid)'),
    quotedValue('CDR(start,u)'),
    ...['CDR(src)', 'CDR(dst)', 'CDR(duration,f)', 'CDR(disposition)'].map(value),
  ];
  const conf = `; chosen by the operator\n[mappings]\nCustom.csv => ${[...mapped, quotedValue('CDR(recordingfile)')].join()},x${value('EPOCH')}\n`;
  const rows = `"${id}","1761438596.250000",2001,4600,8.500000,ANSWERED,"take.wav",x1\n"1761442196.8","1761442196.100000",2001,4600,3.000000,BUSY,"",x2\n`;

  it('get the names of their columns from cdr_custom.conf', async () => {
    const imported = await importAll(
      asterisk,
      memorySource({ 'etc/asterisk/cdr_custom.conf': conf, 'cdr-custom/Custom.csv.1': rows, 'take.wav': wav(8) }),
    );
    expect(brief(imported)).toMatchObject({
      [id]: { status: 'matched', start: '2025-10-26T00:29:56.250Z' },
      '1761442196.8': { status: 'row-without-audio', start: '2025-10-26T01:29:56.100Z' },
    });
    expect(imported.recordings[0]).toMatchObject({
      durationDeclared: { ms: 8_500 },
      extra: expect.arrayContaining([{ name: 'column 8', value: 'x1' }]),
    });
    expect(imported.files).toContainEqual(expect.objectContaining({ path: 'etc/asterisk/cdr_custom.conf', role: 'alien' }));
  });

  it('are not read if two configurations differ, or none describes them', async () => {
    const other = conf.replace('CDR(src)', 'CDR(dst)').replace('CDR(dst)},${CDR(dst)', 'CDR(dst)},${CDR(src)');
    const sources: Record<string, string>[] = [{ 'a/cdr_custom.conf': conf, 'b/cdr_custom.conf': other }, {}];
    for (const files of sources) {
      const imported = await importAll(asterisk, memorySource({ ...files, 'Custom.csv': rows }));
      expect(imported.recordings).toEqual([]);
    }
  });

  it('may have column headings', async () => {
    const imported = await importAll(
      asterisk,
      memorySource({ 'calls.csv': `uniqueid,start,src,dst,note\n${id},2025-10-26 02:29:56,2001,4600,hm\n` }),
    );
    expect(brief(imported)).toMatchObject({ [id]: { status: 'row-without-audio', start: '2025-10-26T00:29:56.000Z' } });
  });
});

describe('a recording that was stopped and appended to', () => {
  const event = (type: string, seconds: number, app = '', data = '', userType = ''): string =>
    celLine({ type, time: `${1_761_438_596 + seconds}.0`, uniqueid: id, channel: 'SIP/a', app, data, userType });
  const run = async (options: string) => {
    const cel =
      event('APP_START', 2, 'MixMonitor', `x/take.wav,${options}`) +
      event('APP_END', 2, 'MixMonitor', `x/take.wav,${options}`) +
      event('APP_START', 10, 'StopMixMonitor') +
      event('APP_START', 25, 'MixMonitor', `x/take.wav,${options}`) +
      event('USER_DEFINED', 30, '', '', 'REC_STOP') +
      event('APP_START', 34, 'MixMonitor', `x/take.wav,${options}`) +
      event('APP_START', 40, 'StopMixMonitor');
    const { recordings } = await importAll(asterisk, memorySource({ 'cel.csv': cel, 'cdr.csv': cdrLine(leg), 'take.wav': wav(8) }));
    return recordings[0]?.events
      .filter(({ type }) => type === 'record-start' || type === 'record-stop')
      .map(({ type, mediaEffect, callOffsetMs, mediaOffsetMs, lengthMs }) => [type, mediaEffect, callOffsetMs, mediaOffsetMs, lengthMs]);
  };

  it('lacks the time in between, and everything later is earlier in the audio', async () => {
    expect(await run('a')).toEqual([
      ['record-start', 'none', undefined, undefined, null],
      ['record-stop', 'cut', 10_000, 8_000, 15_000],
      ['record-start', 'cut', 25_000, 8_000, null],
      ['record-stop', 'cut', 30_000, 13_000, 4_000],
      ['record-start', 'cut', 34_000, 13_000, null],
      ['record-stop', 'none', undefined, undefined, null],
    ]);
  });

  it('is another file if it was not appended, or began with the bridge', async () => {
    expect((await run(''))?.map(([type, effect]) => [type, effect])).toEqual([
      ['record-start', 'none'],
      ['record-stop', 'unknown'],
      ['record-start', 'unknown'],
      ['record-stop', 'unknown'],
      ['record-start', 'unknown'],
      ['record-stop', 'none'],
    ]);
    expect((await run('ab'))?.[1]).toEqual(['record-stop', 'cut', 10_000, undefined, 15_000]);
  });
});
