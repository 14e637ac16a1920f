import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createRig } from './rig.ts';

const wav = readFileSync(
  'samples/amazon-connect/connect/example/Analysis/Voice/Redacted/2025/10/26/11111111-aaaa-4bbb-8ccc-000000000001_call_recording_redacted_2025-10-26T01_35_00Z.wav',
);
const calls = [0, 1, 2, 3, 4, 5];
const header = 'id,start,dur,agent,file';
const rows = calls.map((i) => `c${i},2024-05-02 09:0${i}:00,5,7,${i}.wav`);
const csv = `${[header, ...rows].join('\n')}\n`;
const xml = (head: string, tail: string): string =>
  `<?xml version="1.0"?>${head}<a>${calls.map((i) => `<call><id>c${i}</id><start>2024-05-02 09:0${i}:00</start><dur>5</dur><agent>7</agent><file>${i}.wav</file></call>\n`).join('')}${tail}`;
const json = (files: readonly unknown[]): string =>
  JSON.stringify(files.map((file, i) => ({ id: `c${i}`, start: `2024-05-02 09:0${i}:00`, dur: 5, agent: '7', file })));
const names = calls.map((i) => `${i}.wav`);
const mapping = (table: string): string => `[source]
name = "T"
zone = "Europe/Stockholm"
[table]
files = "${table}"
${table.endsWith('.xml') ? 'record = "call"\n' : ''}[columns]
key = "id"
start = { column = "start", format = "YYYY-MM-DD HH:mm:ss" }
duration = { column = "dur", unit = "s" }
agent = { id = "agent" }
[join]
column = "file"
`;

/** A dry run over six recordings with different bytes, and the given files beside them; the first file is the table of the mapping. */
async function dryRun(files: Readonly<Record<string, string | Buffer>>, media: readonly string[] = names, table = Object.keys(files)[0] ?? '') {
  await using rig = createRig();
  mkdirSync(rig.path('source'));
  for (const [i, name] of media.entries()) writeFileSync(rig.path('source', name), Buffer.concat([wav, Buffer.alloc(2 * i)]));
  for (const [name, content] of Object.entries(files)) writeFileSync(rig.path('source', name), content);
  writeFileSync(rig.path('m.toml'), mapping(table));
  const { code, summary, lines } = await rig.json(['import', 'source', '--mapping', 'm.toml', '--into', 'archive', '--dry-run']);
  return { code, alarms: summary.alarms, findings: lines.flatMap((line) => (line.type === 'finding' ? [String(line.code)] : [])), summary };
}

const unread: readonly (readonly [string, Readonly<Record<string, string>>, Readonly<Record<string, number>>])[] = [
  ['XML whose DOCTYPE declares something', { 'calls.xml': xml('<!DOCTYPE a [<!ENTITY b "c">]>', '</a>') }, { T120: 1 }],
  ['XML that is truncated between two records', { 'calls.xml': xml('', '') }, { T125: 1 }],
  ['XML with a hole of zeros between two records', { 'calls.xml': xml('', `${'\0'.repeat(4096)}</a>`) }, { P272: 1 }],
  ['XML with a hole of zeros in a record', { 'calls.xml': xml('', '</a>').replace('<id>c3', `<id>c${'\0'.repeat(40)}3`) }, { P272: 1 }],
  ['JSON that is truncated between two records', { 'calls.json': json(names).slice(0, -1) }, { T135: 1 }],
  ['a CSV that is truncated in a row', { 'calls.csv': csv.slice(0, csv.lastIndexOf(',7,')) }, { T161: 1 }],
  ['a CSV with a hole of zeros over three rows', { 'calls.csv': csv.slice(0, 60) + '\0'.repeat(90) + csv.slice(150) }, { P272: 1 }],
  ['a CSV with a hole of 4 KiB that leaves the columns right', { 'calls.csv': csv.replace('c3,', `c3,${'\0'.repeat(4096)}`) }, { P272: 1 }],
  [
    'a second table that the mapping does not read',
    { 'calls.csv': `${[header, ...rows.slice(0, 3)].join('\n')}\n`, 'calls2.csv': `${[header, ...rows.slice(3)].join('\n')}\n` },
    { P117: 1 },
  ],
  ['a table of 0 bytes', { 'calls.csv': '' }, { P123: 1, T162: 1 }],
  ['XML that is damaged around its records', { 'calls.xml': xml('', '</b></a>') }, { T129: 1 }],
  ['JSON that is damaged between its records', { 'calls.json': json(names).replace('},', '},},') }, { T136: 1 }],
  ['a table with only a header', { 'calls.csv': `${header}\n` }, { P123: 1 }],
];

test.each(unread)('ends an import with 3: %s', async (_what, files, alarms) => {
  expect(await dryRun(files)).toMatchObject({ code: 3, alarms });
});

test('ends an import with 3: a table of 0 bytes beside one whose calls were joined', async () => {
  expect(await dryRun({ 'calls.csv': csv, 'calls2.csv': '' }, names, '*.csv')).toMatchObject({ code: 3, alarms: { T162: 1 } });
});

const sound: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['XML whose DOCTYPE only names a file', { 'calls.xml': xml('<!DOCTYPE a SYSTEM "calls.dtd">', '</a>') }],
  ['XML whose DOCTYPE names a public text', { 'calls.xml': xml('<!DOCTYPE a PUBLIC "-//A//B//EN" "a.dtd"\n>', '</a>') }],
  ['a CSV without a line end after its last row', { 'calls.csv': csv.trimEnd() }],
  ['a CSV whose fields are padded with NUL', { 'calls.csv': csv.replaceAll('.wav', `.wav${'\0'.repeat(28)}`).replaceAll(',7,', ',7\0\0\0\0\0\0,') }],
];

test.each(sound)('ends an import with 0, all six calls joined: %s', async (_what, files) => {
  const { code, summary } = await dryRun(files);
  expect(code).toBe(0);
  expect(summary).toMatchObject({ reconciliation: { recordings: { matched: 6 } } });
});

test('a record that lists several files has the sound of all of them', async () => {
  const { code, summary } = await dryRun({ 'calls.json': json([['0.wav', '1.wav'], '2.wav', '3.wav', ['4.wav', '5.wav']]) });
  expect(code).toBe(0);
  expect(summary).toMatchObject({ reconciliation: { recordings: { matched: 2, 'split-audio': 2 } } });
});

test('a record that lists a missing file is reported; one whose only file is missing has its status', async () => {
  const { findings, summary } = await dryRun({
    'calls.json': json([['0.wav', 'gone.wav'], 'lost.wav', '2.wav', '3.wav', '4.wav', ['5.wav', '1.wav']]),
  });
  expect(findings.filter((code) => code === 'I200')).toHaveLength(1);
  expect(summary).toMatchObject({ reconciliation: { recordings: { matched: 4, 'row-without-audio': 1, 'split-audio': 1 } } });
});

test('dots at the end of a file name, escapes and a per cent sign do not prevent the join with its row', async () => {
  const media = ['0.wav.', '1.wav', '2.wav', '3.wav', '4.wav', '5%.wav'];
  const { code, summary } = await dryRun({ 'calls.csv': csv.replace('5.wav', '5%25.wav') }, media);
  expect(code).toBe(0);
  expect(summary).toMatchObject({ reconciliation: { recordings: { matched: 6 } } });
});
