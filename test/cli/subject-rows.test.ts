import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wave } from '../faults/small-import.ts';
import { approved, approver } from './erasure-rig.ts';
import { createSealedRig, type SealedRig } from './sealed/sealed-rig.ts';

// A person is found in a row, whatever the format of the table, whatever stands between the words of the name, and however the export escaped them.

let rig: SealedRig;
const person = ['Zoë Müller-Ångström', '+447700900123'];

/** Lines of kept tables, in order. `<<` is in front of those in which the person must be found, and not in the table. */
const csv = [
  'id,start,from,file,First Name,Login,Last Name,Note',
  '1,2024-05-02 09:00:00,+15550104,1.wav,Anna,ag1,Lind,',
  '<<2,2024-05-02 09:01:00,+15550105,2.wav,Zoë,ag7,Müller-Ångström,',
  '<<,,,,Mueller-Angstroem,ag8,Zoe,',
  '<<,,,,,,,Zo&euml; M&uuml;ller-&Aring;ngstr&#246;m',
  '<<,,,,,,,Zo%C3%AB%20M%C3%BCller-%C3%85ngstr%C3%B6m',
  '<<,,,,,,,%2B44%207700%20900123',
  '<<,,,,,,,"spoke of Zoë',
  'Müller-Ångström, at 9"',
  ',,,,Bo,ag3,Ek,"a 5"" screen, and a note',
  'of two lines"',
  '<<,,,,,,,"+44 7700',
  '900123"',
  '<<,,,,"Zoë","ag',
  '7","Müller-Ångström",',
  ',,,,Zoë,ag9,Lind,',
  ',,,,Bo,ag9,Müller-Ångström,',
];
const json = [
  '{"calls":[',
  '{"id":"3","start":"2024-05-02 09:02:00","from":"+15550106","file":"3.wav"},',
  '<<{"id":"4","start":"2024-05-02 09:03:00","from":"+15550107","file":"4.wav","who":{"n":"Zo\\u00eb","m":"x","l":"M\\u00fcller-\\u00c5ngstr\\u00f6m"}}',
  '],"agents":[',
  '<<{"name":"Zo\\u00eb M\\u00fcller-\\u00c5ngstr\\u00f6m"},',
  '<<{"tel":"+44\\t7700\\t900123"},',
  '{',
  '<<"first": "Zoë",',
  '"login": "ag7",',
  '"last": "Müller-Ångström"',
  '},',
  '<<{"fields":[{"name":"First","value":"Zoë"},{"name":"Login","value":"ag7"},{"name":"Last","value":"Müller-Ångström"}]},',
  '{"first":"Zoë","last":"Lind"},{"first":"Bo","last":"Müller-Ångström"}',
  ']}',
];
const xml = [
  '<export>',
  '<call id="5"><start>2024-05-02 09:04:00</start><from>+15550108</from><file>5.wav</file></call>',
  '<<<call id="6"><start>2024-05-02 09:05:00</start><from>+15550109</from><file>6.wav</file><first>Zoë</first><last>Müller-Ångström</last></call>',
  '<<<event who="Zo&#235; M&#xFC;ller-&#197;ngstr&#246;m"/>',
  '<<<event n="&#43;44&#32;7700&#x20;900123"/>',
  '<agent level="2" team="b">',
  '<<  <first>Zoë</first>',
  '  <login>ag7</login>',
  '  <last>Müller-Ångström</last>',
  '</agent>',
  '<agent level="2" team="b"><first>Zoë</first><last>Lind</last></agent>',
  '<agent level="2" team="b"><first>Bo</first><last>Müller-Ångström</last></agent>',
  '<<<note>spoke of Zoë',
  'Müller-Ångström</note>',
  '</export>',
];
const common = 'caller = "from"\n[join]\ncolumn = "file"\n';
const times = 'start = { column = "start", format = "YYYY-MM-DD HH:mm:ss" }\n';
const tables: Readonly<Record<string, { readonly lines: readonly string[]; readonly table: string; readonly key: string }>> = {
  csv: { lines: csv, table: '', key: 'id' },
  json: { lines: json, table: 'path = "calls"\n', key: 'id' },
  xml: { lines: xml, table: 'record = "call"\n', key: 'id' },
};
const plain = (line: string): string => line.replace(/^<</, '');

beforeAll(async () => {
  rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
  let call = 0;
  for (const [kind, { lines, table, key }] of Object.entries(tables)) {
    mkdirSync(rig.path(kind));
    for (let more = 0; more < 2; more++) writeFileSync(rig.path(kind, `${++call}.wav`), wave(800, 400 + call));
    writeFileSync(rig.path(kind, `calls.${kind}`), `${lines.map(plain).join('\n')}\n`);
    writeFileSync(
      rig.path(`${kind}.toml`),
      `[source]\nname = "${kind}"\nzone = "UTC"\n[table]\nfiles = "calls.${kind}"\n${table}[columns]\nkey = "${key}"\n${times}${common}`,
    );
  }
  for (const archive of ['open', 'sealed'])
    for (const kind of Object.keys(tables)) {
      const { code, stdout, stderr } = await rig.sealed('import', kind, '--into', archive, `--${archive}`, '--mapping', `${kind}.toml`);
      expect([kind, code], stdout + stderr).toEqual([kind, expect.toSatisfy((one: number) => one === 0 || one === 3)]);
    }
});
afterAll(async () => {
  delete process.env.LONGPLAY_KEYRING;
  await rig?.[Symbol.asyncDispose]();
});

type Value = { readonly path: string; readonly sureness: string; readonly hits: readonly { readonly field: string; readonly sureness: string }[] };

async function found(archive: string, of: string, ...who: readonly string[]): Promise<readonly Value[]> {
  const { lines } = await rig.json(['subject', archive, ...(who.length === 0 ? person : who)]);
  return lines.flatMap((one) => (one.of === of ? [one.value as Value] : [])); // as it is printed
}

describe.each(['open', 'sealed'] as const)('a person in rows, in an archive that is %s', (archive) => {
  test.each(Object.entries(tables))('is found in every row of a kept %s table, and in no row of others', async (kind, { lines }) => {
    const wanted = lines.flatMap((line, at) => (line.startsWith('<<') ? [`line ${at + 1}`] : []));
    const ending = kind === 'json' ? 'records.json' : `table.${kind}`;
    const [table] = (await found(archive, 'subject-table')).filter(({ path }) => path.endsWith(ending));
    const fields = table?.hits.map(({ field }) => field).sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)));
    expect(fields).toEqual(wanted);
  });

  test('is found in the row of a recording, whose columns with first and last name are apart: not certain', async () => {
    const recordings = await found(archive, 'subject');
    // Rows without a file are recordings without sound.
    const fields = recordings.map(({ sureness, hits }) => `${sureness} ${hits.map(({ field }) => field).join(' ')}`);
    expect([...new Set(fields)].sort()).toEqual([
      'uncertain extra.Note source-1.csv',
      'uncertain source-1.csv',
      'uncertain source-1.json',
      'uncertain source-1.xml',
    ]);
  });

  test('is found in rows of messages, whose columns with first and last name are apart', async () => {
    const rows = ['time;from;to;text;First;Mid;Last', '2024-05-03 10:00:00;+15550104;+15550102;hello;Zoë;ag7;Müller-Ångström'];
    writeFileSync(rig.path('messages.csv'), `${rows.join('\n')}\n2024-05-03 10:01:00;+15550104;+15550102;hello;Zoë;ag7;Lind\n`);
    const { summary } = await rig.json(['case', 'new', archive, '--title', 'Deal']);
    expect((await rig.sealed('case', 'messages', archive, String(summary.id), rig.path('messages.csv'))).code).toBeLessThan(4);
    expect((await found(archive, 'subject-message')).map(({ sureness, hits }) => [sureness, hits.map(({ field }) => field)])).toEqual([
      ['uncertain', ['row']],
    ]);
  });

  test('can be erased from each line that is named', async () => {
    expect((await rig.sealed('erase', 'make-key', `${archive}.pem`)).code).toBe(0);
    expect((await rig.sealed('erase', 'add-approver', archive, `${archive}.pem`, '--name', 'anna')).code).toBe(0);
    const bags = join(rig.path(archive), 'bags/tables');
    const named = (await found(archive, 'subject-table')).flatMap(({ path, hits }) =>
      // A row of a recording is erased with it, and elements outside of records have no row.
      path.endsWith('.csv') ? hits.slice(1).map(({ field }) => ({ path, field })) : [],
    );
    const rows = await Promise.all(
      named.map(async ({ path, field }) => {
        const bag = readdirSync(bags).find((one) => readdirSync(join(bags, one), { recursive: true }).some((file) => String(file).startsWith(path)));
        return ['--row', `bags/tables/${bag}/${path}:${field}`];
      }),
    );
    expect(rows.length).toBeGreaterThan(5);
    const request = await rig.json(['erase', 'request', archive, ...rows.flat(), '--ground', 'subject-request', '--reason', 'x']);
    expect(request.code, JSON.stringify(request.lines)).toBe(0);
  });
});

test('an escaped name in a party, and in a tag, of the recording itself is found: not certain', async () => {
  mkdirSync(rig.path('own'));
  writeFileSync(rig.path('own/7.wav'), wave(800, 500));
  writeFileSync(rig.path('own/8.wav'), wave(800, 510));
  const rows = [
    'id,start,from,to,file,Note',
    '7,2024-05-02 09:00:00,+15550104,Zo&euml; M&uuml;ller-&Aring;ngstr&ouml;m,7.wav,',
    '8,2024-05-02 09:01:00,+15550105,Bo,8.wav,Zo\\u00eb M\\u00fcller-\\u00c5ngstr\\u00f6m',
  ];
  writeFileSync(rig.path('own/calls.csv'), `${rows.join('\n')}\n`);
  const columns = `callee = { number = "from", name = "to" }\n[columns.tags]\nnote = "Note"\n[join]\ncolumn = "file"\n`;
  writeFileSync(
    rig.path('own.toml'),
    `[source]\nname = "own"\nzone = "UTC"\n[table]\nfiles = "calls.csv"\n[columns]\nkey = "id"\n${times}${columns}`,
  );
  expect((await rig.run(['import', 'own', '--into', 'parties', '--open', '--mapping', 'own.toml'])).code).toBe(0);
  const recordings = await found('parties', 'subject', 'Zoë Müller-Ångström');
  expect(recordings.map(({ sureness, hits }) => [sureness, hits.map(({ field }) => field)])).toEqual([
    ['uncertain', ['parties[0].name', 'source-1.csv']],
    ['uncertain', ['tags.note', 'source-1.csv']],
  ]);
});

test('a name that is cut by the pieces in which a long line is read is found', async () => {
  mkdirSync(rig.path('long'));
  writeFileSync(rig.path('long/9.wav'), wave(800, 520));
  const filler = (chars: number): string =>
    JSON.stringify({ pad: 'å'.repeat(1000) })
      .repeat(Math.ceil(chars / 1010))
      .replaceAll('}{', '},{');
  // One line of 9 MiB: pieces end in the middle of letters, and the names stand across ends of pieces.
  const agents = [filler(1_500_000), '{"n":"Bo"}'];
  const head = '{"calls":[{"id":"9","start":"2024-05-02 09:00:00","from":"+15550104","file":"9.wav"}],"agents":[';
  let text = head + agents.join(',');
  const piece = 4 * 1024 * 1024;
  for (const end of [piece, 2 * piece]) {
    const missing = end - Buffer.byteLength(text) - 12;
    text += `,${filler(missing / 2 - 3_000)}`;
    text += `,{"p":"${'x'.repeat(end - Buffer.byteLength(text) - 19)}"},{"n":"Zoë Müller-Ångström"}`;
  }
  writeFileSync(rig.path('long/calls.json'), `${text}]}`);
  writeFileSync(
    rig.path('long.toml'),
    `[source]\nname = "long"\nzone = "UTC"\n[table]\nfiles = "calls.json"\npath = "calls"\n[columns]\nkey = "id"\n${times}${common}`,
  );
  expect((await rig.run(['import', 'long', '--into', 'pieces', '--open', '--mapping', 'long.toml'])).code).toBeLessThan(4);
  const [table] = await found('pieces', 'subject-table', 'Zoë Müller-Ångström');
  expect(table?.hits.map(({ field }) => field)).toEqual(['line 1']);
  const [kept] = readdirSync(rig.path('pieces/bags/tables'));
  expect(readFileSync(rig.path('pieces/bags/tables', kept ?? '', 'data/table-0001/records.json')).length).toBeGreaterThan(2 * piece);
});

test('a bag that a backup brought back in its state before an erasure is not called missing: it was left out', async () => {
  const archive = rig.path('left-out');
  expect((await rig.run(['import', 'csv', '--into', 'left-out', '--open', '--mapping', 'csv.toml', '--no-keep-tables'])).code).toBeLessThan(4);
  await approver(rig, 'left-out', 'left-out.pem');
  const { lines } = await rig.json(['list', 'left-out']);
  const [one] = lines.flatMap(({ of, value }) => (of === 'recording' ? [value as { recordingId: string; bag: string }] : [])); // as it is printed
  cpSync(join(archive, 'bags', one?.bag ?? ''), rig.path('backup'), { recursive: true });
  await approved(rig, 'left-out', [one?.recordingId ?? ''], 'left-out.pem');
  expect((await rig.run(['erase', 'run', 'left-out'])).code).toBe(0);
  rmSync(join(archive, 'bags', one?.bag ?? ''), { recursive: true });
  cpSync(rig.path('backup'), join(archive, 'bags', one?.bag ?? ''), { recursive: true });
  const asked = await rig.json(['subject', 'left-out', ...person]);
  expect([asked.code, asked.summary.notSearched]).toEqual([4, expect.objectContaining({ missingBags: 0, leftOutBags: 1 })]);
  const told = asked.lines.flatMap(({ type, code, message }) => (type === 'finding' && code === 'C130' ? [String(message)] : []));
  expect(told).toEqual([
    '0 recordings cannot be read, 0 bags are not there, 1 bag is in an earlier state and was left out with all of its recordings',
  ]);
  expect((await rig.run(['subject', 'left-out', ...person])).stdout).toContain('1 bag that is in an earlier state (E109, K217)');
});
