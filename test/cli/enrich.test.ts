import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { wave } from '../faults/small-import.ts';
import { createRig, fingerprint, type Rig } from './rig.ts';

const calls = [
  'id,start,from,ext,ucid,team,file',
  '1,2024-05-02 10:00:00,+46 8 465 004 01,1001,u-1,north,1.wav',
  '2,2024-05-02 11:00:00,+46 8 465 004 02,1002,u-2,north,',
  '3,2024-05-02 12:00:00,+46 8 465 004 03,1003,u-3,south,',
  '4,2024-05-02 12:30:00,+46 8 465 004 03,1003,u-4,south,',
];

const recorder = [
  'source.zone = "UTC"',
  'table.files = "calls.csv"',
  '[columns]',
  'key = "id"',
  'start = { column = "start", format = "YYYY-MM-DD HH:mm:ss" }',
  'caller = "from"',
  'agent = { number = "ext" }',
  'correlation = { ucid = "ucid" }',
  '[join]',
  'column = "file"',
];

/** An archive of four calls, and a mapping of a CRM whose rows have the call's id. */
async function makeArchive(rig: Rig, match: readonly string[] = ['fields = { ucid = "Call" }']): Promise<void> {
  mkdirSync(rig.path('export'));
  writeFileSync(rig.path('export/calls.csv'), `${calls.join('\n')}\n`);
  writeFileSync(rig.path('export/1.wav'), wave(800));
  writeFileSync(rig.path('recorder.toml'), recorder.join('\n'));
  writeMapping(rig, match);
  const { code, stderr } = await rig.run(['import', 'export', '--into', 'archive', '--mapping', 'recorder.toml', '--no-keep-tables']);
  expect(code, stderr).toBe(0);
}

function writeMapping(rig: Rig, match: readonly string[], more: readonly string[] = []): void {
  const columns = ['key = "Order"', 'tags = { status = "Status" }', 'customer = { name = "Customer" }', ...more];
  const lines = ['source.name = "CRM"', 'source.zone = "UTC"', 'table.files = "crm*.csv"', '[columns]', ...columns, '[match]', ...match];
  writeFileSync(rig.path('crm.toml'), `${lines.join('\n')}\n`);
}

function writeTable(rig: Rig, ...rows: readonly string[]): void {
  writeFileSync(rig.path('crm.csv'), `${['Order,Call,Status,Customer', ...rows].join('\r\n')}\r\n`);
}

const amending = ['amend', 'archive', '--table', 'crm.csv', '--mapping', 'crm.toml'] as const;

interface Listed {
  readonly recordingId: string;
  readonly key: string;
  readonly revision: number;
  readonly bag: string;
}

async function found(rig: Rig, args: readonly string[]): Promise<Listed[]> {
  const { lines } = await rig.json(args);
  return lines.filter((line) => line.of === 'recording' || line.of === 'hit').map((line) => line.value as Listed);
}

/** Members of a document that the tests read. */
interface Read {
  readonly folder: string;
  readonly recordingId: string;
  readonly revision: number;
  readonly sources: readonly { readonly path: string }[];
  readonly recording: { readonly accounts: unknown; readonly callStart: { readonly utc: string } };
}

async function documentOf(rig: Rig, key: string): Promise<Read> {
  const one = (await found(rig, ['list', 'archive'])).find((each) => each.key === key);
  const folder = rig.path('archive/bags', one?.bag ?? '', 'data', one?.recordingId ?? '');
  return { ...JSON.parse(readFileSync(join(folder, 'recording.json'), 'utf8')), folder };
}

const rowsOf = (added: number, more: object = {}): object => ({
  ...{ added, known: 0, contradicting: 0, several: 0, withoutRecording: 0, unreadable: 0, repeated: 0 },
  ...more,
});

test('rows of a later table are added to the recordings that they describe, are searchable, are kept with the table, and are added once', async () => {
  await using rig = createRig();
  await makeArchive(rig);
  writeTable(rig, 'O-17,u-1,open,Beta GmbH', 'O-18,u-2,closed,Gamma AB', 'O-19,u-9,open,Delta Ltd', 'O-20,,open,', 'O-18,u-2,closed,Gamma AB');
  const bags = fingerprint(rig.path('archive/bags'));
  const dry = await rig.json([...amending, '--dry-run', '--differences', 'differences.csv']);
  expect(dry).toMatchObject({ code: 0, summary: { toAmend: 2, rows: rowsOf(2, { withoutRecording: 2, repeated: 1 }), dryRun: true } });
  expect(dry.lines.filter(({ of }) => of === 'difference')).toMatchObject([
    { value: { member: 'accounts', before: null, after: { table: 'CRM' } } },
    { value: { member: 'accounts', before: null } },
  ]);
  expect(readFileSync(rig.path('differences.csv'), 'utf8').split('\r\n')).toHaveLength(4);
  expect(fingerprint(rig.path('archive/bags'))).toEqual(bags);

  const ran = await rig.json([...amending, '--reason', 'contracts of 2024']);
  expect(ran).toMatchObject({ code: 0, summary: { amended: 2, kept: { tables: 1 }, rows: rowsOf(2, { withoutRecording: 2, repeated: 1 }) } });
  expect(ran.lines.filter(({ type }) => type === 'finding').map(({ code, count }) => [code, count])).toEqual([
    ['P295', 1],
    ['P296', 1],
  ]);
  expect(await found(rig, ['search', 'archive', 'Beta GmbH'])).toMatchObject([{ key: '1', revision: 2 }]);
  expect(await found(rig, ['search', 'archive', 'O-18'])).toMatchObject([{ key: '2', revision: 2 }]);
  const document = await documentOf(rig, '1');
  expect(document).toMatchObject({
    revision: 2,
    amends: { cause: 'table', changed: ['accounts'], why: 'contracts of 2024', revision: 1 },
    recording: { key: '1', accounts: [{ table: 'CRM', key: 'O-17', joinedBy: 'id', tags: [{ name: 'status', value: 'open' }] }] },
  });
  expect(readdirSync(document.folder).sort()).toEqual(['recording.json', 'table-1.csv']);
  expect(readFileSync(join(document.folder, 'table-1.csv'), 'utf8')).toBe('O-17,u-1,open,Beta GmbH\n');
  const tableIn = (bag: string): Buffer => readFileSync(rig.path('archive/bags/tables', bag, 'data/table-0001/table.csv'));
  const [kept = ''] = readdirSync(rig.path('archive/bags/tables')).filter((bag) => tableIn(bag).equals(readFileSync(rig.path('crm.csv'))));
  expect(kept).not.toBe('');
  for (const [bag, at] of [
    [document.folder, '../..'],
    [rig.path('archive/bags/tables', kept), '.'],
  ] as const) {
    const judged = await rig.exec('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt', 'tagmanifest-sha256.txt'], join(bag, at));
    expect(judged).toMatchObject({ code: 0 });
  }
  expect((await rig.exec('python3', ['check.py'], rig.path('archive'))).code).toBe(0);
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  const shown = await rig.run(['show', 'archive', document.recordingId]);
  for (const text of ['Beta GmbH', 'also described by CRM', 'contracts of 2024']) expect(shown.stdout).toContain(text);

  const after = fingerprint(rig.path('archive/bags'));
  expect(await rig.json(amending)).toMatchObject({ code: 0, summary: { amended: 0, kept: { tables: 0 }, rows: { added: 0, known: 2 } } });
  // The recorder's export describes its recordings as before.
  const again = await rig.json(['import', 'export', '--into', 'archive', '--mapping', 'recorder.toml', '--no-keep-tables']);
  expect(again).toMatchObject({ code: 0, summary: { imported: 0, amended: 0 } });
  expect(fingerprint(rig.path('archive/bags'))).toEqual(after);
});

test('a row that contradicts an earlier one with its key is reported and changes nothing, unless --replace is given; the earlier state stays', async () => {
  await using rig = createRig();
  await makeArchive(rig);
  writeTable(rig, 'O-17,u-1,open,Beta GmbH');
  expect((await rig.run(amending)).code).toBe(0);
  writeTable(rig, 'O-17,u-1,closed,Beta GmbH', 'O-18,u-1,open,Beta GmbH');
  const told = await rig.json(amending);
  expect(told).toMatchObject({ code: 3, summary: { amended: 1, rows: rowsOf(1, { contradicting: 1 }), alarms: { P298: 1 } } });
  const accountsNow = async (): Promise<unknown> => (await documentOf(rig, '1')).recording.accounts;
  expect(await accountsNow()).toMatchObject([
    { key: 'O-17', tags: [{ value: 'open' }] },
    { key: 'O-18', tags: [{ value: 'open' }] },
  ]);
  expect(await rig.json([...amending, '--replace'])).toMatchObject({ code: 0, summary: { amended: 1, rows: rowsOf(1, { known: 1 }) } });
  expect(await accountsNow()).toMatchObject([
    { key: 'O-17', tags: [{ value: 'closed' }] },
    { key: 'O-18', tags: [{ value: 'open' }] },
  ]);
  const document = await documentOf(rig, '1');
  const before = await rig.json(['show', 'archive', document.recordingId, '--revision', '2']);
  expect(JSON.stringify(before.lines)).toContain('"value":"open"');
  // A correction of the import keeps the additions of later tables, and their rows.
  writeFileSync(rig.path('recorder.toml'), recorder.join('\n').replace('"UTC"', '"Europe/Berlin"'));
  const corrected = await rig.json(['import', 'export', '--into', 'archive', '--mapping', 'recorder.toml', '--no-keep-tables', '--amend']);
  expect(corrected).toMatchObject({ code: 0, summary: { amended: 4 } });
  expect(await accountsNow()).toMatchObject([{ key: 'O-17' }, { key: 'O-18' }]);
  const newest = (await documentOf(rig, '1')) as unknown as {
    revision: number;
    sources: { path: string }[];
    recording: { callStart: { utc: string } };
  };
  expect(newest).toMatchObject({ revision: 5, recording: { callStart: { utc: '2024-05-02T08:00:00.000Z' } } });
  // The file of a replaced row stays with the earlier description.
  expect(newest.sources.map(({ path }) => path)).toEqual(['source-1.csv', 'table-2.csv', 'table-3.csv']);
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  expect(await rig.json([...amending, '--replace'])).toMatchObject({ code: 0, summary: { amended: 0, rows: rowsOf(0, { known: 2 }) } });
});

test('a row that matches several recordings is added to none, or to all if the mapping says so; other values, keys, and number with time also match', async () => {
  await using rig = createRig();
  await makeArchive(rig, ['fields = { ucid = "Call" }']);
  writeFileSync(rig.path('crm.csv'), 'Order,Team,Key,Start,Number,Call\nO-1,south,,,,\nO-2,,2,,,\nO-3,,,2024-05-02 12:01:00,084650040 3,\n');
  const columns = ['start = { column = "Start", format = "YYYY-MM-DD HH:mm:ss" }', 'caller = "Number"'];
  const mapping = (match: readonly string[]): void => {
    const lines = ['source.name = "CRM"', 'source.zone = "UTC"', 'table.files = "crm.csv"', '[columns]', 'key = "Order"', ...columns];
    writeFileSync(rig.path('crm.toml'), [...lines, '[match]', ...match].join('\n'));
  };
  mapping(['fields = { team = "Team" }']);
  expect(await rig.json(amending)).toMatchObject({
    code: 3,
    summary: { amended: 0, rows: rowsOf(0, { several: 1, withoutRecording: 2 }), alarms: { P297: 1 }, kept: { tables: 0 } },
  });
  mapping(['fields = { team = "Team" }', 'several = true']);
  expect(await rig.json(amending)).toMatchObject({ code: 0, summary: { amended: 2, rows: rowsOf(1, { withoutRecording: 2 }) } });
  mapping(['fields = { key = "Key" }', 'window = 120']);
  expect(await rig.json(amending)).toMatchObject({ code: 0, summary: { amended: 2, rows: rowsOf(2, { withoutRecording: 1 }) } });
  expect(await documentOf(rig, '2')).toMatchObject({ recording: { accounts: [{ key: 'O-2', joinedBy: 'id' }] } });
  expect(await documentOf(rig, '3')).toMatchObject({
    recording: {
      accounts: [
        { key: 'O-1', joinedBy: 'id' },
        { key: 'O-3', joinedBy: 'window' },
      ],
    },
  });
  // A damaged document: its rows wait until it is repaired.
  const damaged = await documentOf(rig, '2');
  writeFileSync(join(damaged.folder, 'recording.json'), '{');
  mapping(['fields = { key = "Key" }']);
  const torn = await rig.json(amending);
  expect(torn).toMatchObject({ summary: { amended: 0, rows: rowsOf(0, { withoutRecording: 3 }) } });
  expect(torn.lines).toContainEqual(expect.objectContaining({ type: 'finding', code: 'P131' }));
  mapping(['window = 2000']);
  // Now the call half an hour later also has the number within the window.
  expect(await rig.json(amending)).toMatchObject({ code: 3, summary: { amended: 0, rows: rowsOf(0, { several: 1, withoutRecording: 2 }) } });
});

test('a mapping states how rows find audio or recordings, as the command needs; amend never creates an archive', async () => {
  await using rig = createRig();
  await makeArchive(rig);
  writeTable(rig, 'O-17,u-1,open,Beta GmbH');
  const without = await rig.run(['amend', 'archive', '--table', 'export/calls.csv', '--mapping', 'recorder.toml']);
  expect([without.code, without.stderr]).toMatchObject([2, expect.stringContaining('match is missing')]);
  const imported = await rig.run(['import', 'crm.csv', '--into', 'archive', '--mapping', 'crm.toml']);
  expect([imported.code, imported.stderr]).toMatchObject([2, expect.stringContaining('join is missing')]);
  expect((await rig.run(['amend', 'nowhere', '--table', 'crm.csv', '--mapping', 'crm.toml'])).code).toBe(5);
  expect((await rig.run(['amend', 'nowhere', '--table', 'crm.csv', '--mapping', 'crm.toml', '--dry-run'])).code).toBe(5);
  expect(readdirSync(rig.folder)).not.toContain('nowhere');
  expect((await rig.run([...amending, '--differences', 'x.csv'])).code).toBe(2);
  writeMapping(rig, ['window = 60']);
  expect((await rig.run(amending)).stderr).toContain('needs a time and a number');
});

test('a row that a corrected table gives to another recording stays where it was and is reported; --replace moves it', async () => {
  await using rig = createRig();
  await makeArchive(rig);
  writeTable(rig, 'O-1,u-1,open,Kund Ett', 'O-2,u-2,open,Kund Tva', 'O-3,u-3,open,Kund Tre');
  expect(await rig.json(amending)).toMatchObject({ code: 0, summary: { rows: rowsOf(3) } });
  const customers = async (key: string): Promise<string[]> => {
    const { accounts } = (await documentOf(rig, key)).recording as {
      readonly accounts: readonly { readonly parties: readonly { readonly name: string }[] }[];
    };
    return accounts.flatMap(({ parties }) => parties.map(({ name }) => name));
  };
  // The orders of two calls were exchanged, and that of the third belongs to no call of the archive.
  writeTable(rig, 'O-1,u-2,open,Kund Ett', 'O-2,u-1,open,Kund Tva', 'O-3,u-9,open,Kund Tre');
  const refused = await rig.json(amending);
  expect(refused).toMatchObject({ code: 3, summary: { amended: 0, rows: rowsOf(0, { contradicting: 2, withoutRecording: 1 }) } });
  expect(refused.lines.filter(({ type }) => type === 'finding').map(({ code }) => code)).toContain('P298');
  expect([await customers('1'), await customers('2'), await customers('3')]).toEqual([['Kund Ett'], ['Kund Tva'], ['Kund Tre']]);
  expect(await rig.json([...amending, '--replace'])).toMatchObject({ code: 0, summary: { amended: 3, rows: rowsOf(2, { withoutRecording: 1 }) } });
  expect([await customers('1'), await customers('2'), await customers('3')]).toEqual([['Kund Tva'], ['Kund Ett'], []]);
  // Nothing of the other customer is left in the newest description or its rows; the earlier description has it.
  const { lines } = await rig.json(['subject', 'archive', 'Kund Ett']);
  const concerned = lines.filter(({ of }) => of === 'subject').map(({ value }) => (value as { readonly recordingId: string }).recordingId);
  expect(concerned).toEqual([(await documentOf(rig, '2')).recordingId]);
  expect((await rig.run(['show', 'archive', (await documentOf(rig, '1')).recordingId, '--revision', '2'])).stdout).toContain('Kund Ett');
  expect(await rig.json([...amending, '--replace'])).toMatchObject({ code: 0, summary: { amended: 0 } });
  const before = (await found(rig, ['list', 'archive'])).map(({ recordingId, revision, bag }) => [recordingId, revision, bag]);
  expect((await rig.run(['catalog', 'rebuild', 'archive'])).code).toBe(0);
  expect((await found(rig, ['list', 'archive'])).map(({ recordingId, revision, bag }) => [recordingId, revision, bag])).toEqual(before);
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('every message of a run numbers rows as a spreadsheet does: header, titles and blank lines count', async () => {
  await using rig = createRig();
  await makeArchive(rig);
  writeMapping(rig, ['fields = { ucid = "Call" }'], []);
  const mapping = readFileSync(rig.path('crm.toml'), 'utf8').replace('[columns]', 'table.skip = 1\n[keep]\nwithout = ["Card"]\n[columns]');
  writeFileSync(rig.path('crm.toml'), mapping);
  const rows = [
    'Orders of May',
    'Order,Call,Status,Customer,Card',
    'O-1,u-1,open,Beta GmbH,1',
    '',
    'O-2,u-9,open,Gamma AB,2',
    'O-3,,open,,3',
    ',u-2,open,Delta Ltd,4',
    'O-5,u-3,"never closed,,5',
    'O-6,u-8,open,Eta AB,6',
    'O-7,u-4,"say "hi" now",Zeta AB,7',
  ];
  writeFileSync(rig.path('crm.csv'), `${rows.join('\n')}\n`);
  const { lines } = await rig.json([...amending, '--dry-run']);
  const said = lines.filter(({ type }) => type === 'finding').map(({ code, place, message }) => `${code} ${place} ${message}`);
  // Row 5 in the editor, counting the title, the header and the blank line.
  const row = (code: string): string[] => said.filter((line) => line.startsWith(code)).flatMap((line) => line.match(/row \d+/g) ?? []);
  expect(row('P295')).toEqual(['row 5', 'row 5', 'row 9']);
  expect(row('P296')).toEqual(['row 6', 'row 6']);
  expect(row('I176')).toContain('row 7');
  expect(row('T11').slice(0, 2)).toEqual(['row 8', 'row 8']);
  expect(row('T164')).toEqual(['row 10']);
});
