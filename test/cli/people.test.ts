import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPeopleFile } from '../../src/cli/options/people-file.ts';
import { createRig, type Rig, root } from './rig.ts';

let rig: Rig;
beforeAll(() => {
  rig = createRig();
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

const findings = (lines: readonly Record<string, unknown>[]): string[] =>
  lines.filter(({ type }) => type === 'finding').map(({ code, place, message }) => `${code} ${place} ${message}`);

test('the example on the page is a register, with its periods by the clock of its zone', () => {
  const [, toml = ''] = /```toml\n(.*?)```/s.exec(readFileSync(join(root, 'docs/how-to/people.md'), 'utf8')) ?? [];
  writeFileSync(rig.path('page.toml'), toml);
  const { countries, persons } = readPeopleFile(rig.path('page.toml'));
  expect(countries).toEqual({ london: '44' });
  const period = (from: string, to: string | null) => ({ fromMs: Date.parse(from), toMs: to === null ? null : Date.parse(to) });
  expect(persons[0]?.values.filter(({ kind }) => kind === 'extension').map((one) => [one.text, one.period, one.site])).toEqual([
    ['1001', period('2025-08-31T22:00Z', '2025-10-26T01:00Z'), null],
    ['1001', period('2025-10-26T23:00Z', null), 'london'],
  ]);
});

test('check reports what keeps matches from being certain, each pair once, and ends with 0', async () => {
  writeFileSync(
    rig.path('people.toml'),
    `[people.a]
names = ["Anna Berg"]
numbers = ["+46701740605", { number = "+46701740607", to = "2020-01-01" }]
ids = ["agent-7"]
extensions = ["1005", { number = "1001", from = "2025-01-01", to = "2025-03-01" }, { number = "1002", site = "london", from = "2025-01-01" }]
[people.b]
names = ["Berg, Anna"]
numbers = ["+46 70 174 06 05", { number = "+46701740607", from = "2020-01-01" }]
ids = ["AGENT-7"]
extensions = [{ number = "1001", from = "2025-02-01" }, { number = "1002", site = "stockholm", from = "2025-01-01" }]
`,
  );
  const { code, lines, summary } = await rig.json(['people', 'check', 'people.toml']);
  expect(findings(lines)).toEqual([
    'C173 people.a, names 1 is also the name of people.b, names 1: a name alone is not certain',
    'C172 people.a, numbers 1 also belongs to people.b, numbers 1, at all times: alone it is not certain',
    'C172 people.a, ids 1 also belongs to people.b, ids 1, at all times: alone it is not certain',
    'C170 people.a, extensions 1 has no period: it is unknown who had it at the time of a call',
    'C171 people.a, extensions 2 also belongs to people.b, extensions 1, 2025-02-01T00:00Z to 2025-03-01T00:00Z',
  ]);
  expect([code, summary.persons, summary.problems]).toEqual([0, 2, 5]);
});

test('import makes a register of a table by the named columns, readable only by its owner, and reports unusable rows', async () => {
  writeFileSync(
    rig.path('staff.csv'),
    [
      'No;First;Last;Mobile;Login;Ext;Since;Until',
      '7;Anna;Berg;070-174 06 05, +447700900123;agent-7;1001;01.09.2025;26.10.2025',
      '7;Anna;Lind;;agent-7;1005;26.10.2025;',
      '8;Bo "B";Ek;12345678901234567;agent-8;1002;;',
      ';;;;;;;',
    ].join('\n'),
  );
  const columns = ['key=No', 'name=First+Last', 'number=Mobile', 'id=Login', 'extension=Ext', 'from=Since', 'to=Until'];
  const args = ['people', 'import', 'staff.csv', '--out', 'made.toml', '--country', '+46', '--time-format', 'DD.MM.YYYY', '--column', ...columns];
  const { code, lines, summary } = await rig.json(args);
  expect([code, summary.persons, summary.rows, summary.leftOut, summary.hasZonelessPeriods]).toEqual([3, 1, 4, 2, true]);
  expect(findings(lines).map((text) => text.slice(0, 4))).toEqual(['C174', 'C174']);
  expect(statSync(rig.path('made.toml')).mode & 0o777).toBe(0o600);
  expect(readFileSync(rig.path('made.toml'), 'utf8')).toBe(`[people."7"]
names = ["Anna Berg", "Anna Lind"]
numbers = ["+46701740605", "+447700900123"]
ids = ["agent-7"]
extensions = [{ number = "1001", from = "2025-09-01", to = "2025-10-26" }, { number = "1005", from = "2025-10-26" }]
`);
  expect((await rig.run(['people', 'check', 'made.toml'])).code).toBe(0);
  // The zone of the periods is given, or reported.
  const zoned = await rig.json([...args, '--out', 'zoned.toml', '--zone', 'Europe/Stockholm']);
  expect([zoned.code, zoned.summary.hasZonelessPeriods]).toEqual([3, false]);
  expect(readFileSync(rig.path('zoned.toml'), 'utf8')).toBe(`zone = "Europe/Stockholm"\n\n${readFileSync(rig.path('made.toml'), 'utf8')}`);
  expect((await rig.run([...args, '--out', 'said.toml'])).stdout).toContain('are in UTC');
  // An existing file is not overwritten, and a missing column is reported.
  expect((await rig.run(args)).code).toBe(2);
  const wrong = await rig.run(['people', 'import', 'staff.csv', '--out', 'new.toml', '--column', 'name=Name']);
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("has no column 'Name'")]);
});

test('the register that import writes of hostile cells can be read back: quotes, line breaks, control characters', async () => {
  const cells = ['"', "'''", '\\u0041', ']\n[people.x]', '\u007f', '\u0000', '# no', '\u2028', '= "', 'site"'];
  const rows = cells.flatMap((cell, at) =>
    ['Name', 'Login', 'Site'].map((_, column) =>
      [`${at}-${column}`, ...['Anna Berg', 'agent-7', 'london'].map((plain, each) => (each === column ? `${plain}${cell}` : plain)), '1001']
        .map((value) => `"${value.replaceAll('"', '""')}"`)
        .join(','),
    ),
  );
  writeFileSync(rig.path('hostile.csv'), ['No,Name,Login,Site,Ext', ...rows].join('\n'));
  const columns = ['key=No', 'name=Name', 'id=Login', 'site=Site', 'extension=Ext'];
  const made = await rig.json(['people', 'import', 'hostile.csv', '--out', 'hostile.toml', '--column', ...columns]);
  // The line break and DEL, in each of three columns; the reader of tables treats NUL as an empty value.
  expect([made.code, made.summary.persons, made.summary.leftOut]).toEqual([3, 24, 6]);
  const checked = await rig.json(['people', 'check', 'hostile.toml']);
  expect([checked.code, checked.summary.persons]).toEqual([0, 24]);
});
