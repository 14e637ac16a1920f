import { describe, expect, test } from 'vitest';
import { judge } from './judge.ts';

const audio = (bytes: number): Uint8Array => new Uint8Array(bytes);

describe('files of keys and values beside audio', () => {
  const ini = (id: string, start: string, caller: string, seconds: number): string =>
    `; written by the recorder\r\n[Call]\r\nCallID=${id}\r\nStart Time=${start}\r\nCaller=${caller}\r\nCalled=201\r\n[Recording]\r\nDuration=${seconds}\r\nDirection="Incoming"\r\n`;

  test('are proposed with sections before their keys, and imported by the unchanged proposal', async () => {
    const verdict = await judge({
      name: 'ini',
      zone: 'Europe/London',
      files: {
        '2021/a-1.ini': ini('7001', '2021-05-03 10:15:04', '02079460101', 30),
        '2021/a-1.wav': audio(480_000),
        '2021/a-2.ini': ini('7002', '2021-05-13 11:00:00', '02079460102', 12),
        '2021/a-2.wav': audio(192_000),
        'desktop.ini': '[.ShellClassInfo]\r\nIconFile=x.ico\r\nIconIndex=0\r\n',
      },
      truth: [
        { file: 'a-1.wav', key: '7001', start: '2021-05-03T09:15:04Z', caller: '02079460101', callee: '201', duration: '30', direction: 'inbound' },
        { file: 'a-2.wav', key: '7002', start: '2021-05-13T10:00:00Z', caller: '02079460102', callee: '201', duration: '12', direction: 'inbound' },
      ],
    });
    expect(verdict.proposal).toContain('kind = "ini"\nsidecars = true');
    // One file with that extension has no audio beside it, and becomes a record by itself.
    expect(verdict.proposal).toMatch(/^files = "\*\.ini" {2}# .*\?$/m);
    expect(verdict.proposal).toContain('start = "Call.Start Time"');
    expect([verdict.wrong, verdict.lacking]).toEqual([[], ['rows']]);
  });

  test('may have the extension of a text, and colons instead of equals signs', async () => {
    const text = (start: string, from: string): string => `Start: ${start}\nFrom: ${from}\nTo: 201\n`;
    const verdict = await judge({
      name: 'txt',
      zone: 'UTC',
      files: {
        'b-1.txt': text('2021-05-03 10:15:04', '02079460101'),
        'b-1.wav': audio(480_000),
        'b-2.txt': text('2021-05-13 11:00:00', '02079460102'),
        'b-2.wav': audio(192_000),
      },
      truth: [
        { file: 'b-1.wav', start: '2021-05-03T10:15:04Z', caller: '02079460101', callee: '201' },
        { file: 'b-2.wav', start: '2021-05-13T11:00:00Z', caller: '02079460102', callee: '201' },
      ],
    });
    expect([verdict.wrong, verdict.lacking]).toEqual([[], []]);
  });
});

test('tables without an extension are proposed by the common part of their names', async () => {
  const header =
    'cdrRecordType,globalCallID_callId,dateTimeOrigination,callingPartyNumber,finalCalledPartyNumber,dateTimeConnect,dateTimeDisconnect,duration';
  const types = 'INTEGER,INTEGER,INTEGER,VARCHAR(50),VARCHAR(50),INTEGER,INTEGER,INTEGER';
  const row = (id: number, start: number, caller: string): string => `1,${id},${start},"${caller}","+442079460110",${start + 5},${start + 35},30`;
  const cdr = (...rows: string[]): string => `${[header, types, ...rows].join('\n')}\n`;
  const { proposal, wrong, lacking } = await judge({
    name: 'cucm',
    zone: null,
    files: {
      cdr_StandAloneCluster_01_202201101500_1: cdr(row(25_000_001, 1_641_826_800, '+442079460101')),
      cdr_StandAloneCluster_01_202201101501_2: cdr(row(25_000_002, 1_641_826_890, '+442079460102')),
      cmr_StandAloneCluster_01_202201101501_2:
        'cdrRecordType,globalCallID_callId,deviceName,jitter\nINTEGER,INTEGER,VARCHAR(129),INTEGER\n2,25000002,SEP00,0\n',
      '25000001.wav': audio(480_000),
      '25000002.wav': audio(480_000),
      'without-ending': audio(4_000),
    },
    truth: [
      { file: '25000001.wav', start: '2022-01-10T15:00:00Z', caller: '+442079460101', callee: '+442079460110' },
      { file: '25000002.wav', start: '2022-01-10T15:01:30Z', caller: '+442079460102', callee: '+442079460110' },
    ].map((row, index) => ({ ...row, ...later(1_641_826_800 + index * 90), duration: '30' })),
  });
  expect(proposal).toContain('files = "cdr_StandAloneCluster_01_*"');
  expect(proposal).toContain('skip-after-header = 1');
  expect([wrong, lacking]).toEqual([[], []]);
});

function later(start: number): { readonly answer: string; readonly end: string } {
  const at = (seconds: number): string => new Date((start + seconds) * 1_000).toISOString().replace('.000Z', 'Z');
  return { answer: at(5), end: at(35) };
}

test('all lines for a table without a header have a question mark, and a wrong place is never certain', async () => {
  const { proposal, questions } = await judge({
    name: 'day and clock',
    zone: 'UTC',
    files: {
      'log.csv':
        '03.05.2021,10:15:04,02079460101,I,201,00:00:30,k-1\n13.05.2021,11:00:00,02079460102,O,202,00:00:12,k-2\n14.05.2021,12:30:00,02079460103,I,201,00:01:40,k-3\n',
      'k-1.wav': audio(480_000),
      'k-2.wav': audio(192_000),
      'k-3.wav': audio(1_600_000),
    },
    truth: [],
  });
  const lines = (proposal ?? '').split('\n').filter((line) => /^(?:key|start|answer|end|duration|caller|callee|direction|columns) =/.test(line));
  expect(lines.map((line) => line.replace(/ {2}#.*/, ''))).toEqual([
    'columns = ["column 1", "column 2", "column 3", "column 4", "column 5", "column 6", "column 7"]',
    'key = "column 7"',
    'start = { column = ["column 1", "column 2"], format = "DD.MM.YYYY HH:mm:ss" }',
    'duration = { column = "column 6", unit = "h:mm:ss" }',
    'caller = "column 3"',
    'callee = "column 5"',
    'direction = { column = "column 4", in = ["I"], out = ["O"] }',
  ]);
  expect(lines.filter((line) => !line.endsWith('?'))).toEqual([]);
  expect(questions).toBeGreaterThanOrEqual(lines.length);
});
