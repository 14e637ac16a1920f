import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { wave } from '../faults/small-import.ts';
import { createRig, type Rig } from './rig.ts';

const alarmCodes = ['I340', 'I341', 'I342', 'I343', 'I344'];
const mapping = ['source.zone = "UTC"', 'table.files = "*.csv"', '[columns]', 'key = "id"', 'start = "start"', '[join]', 'column = "file"'].join(
  '\n',
);

/** Makes a table of calls, one per start, each with audio of its own; `names` are the file names in the rows. */
function makeSource(rig: Rig, starts: readonly string[], names = (at: number): string => `${at}.wav`): string {
  mkdirSync(rig.path('source'));
  writeFileSync(rig.path('mapping.toml'), mapping);
  writeFileSync(rig.path('source/calls.csv'), ['id,start,file', ...starts.map((start, at) => `call-${at},${start},${names(at)}`), ''].join('\n'));
  for (const at of starts.keys()) writeFileSync(rig.path(`source/${at}.wav`), wave(800 + at));
  return rig.path('source');
}

interface Told {
  readonly code: number | null;
  /** Alarms about rows, with the number of calls of each. */
  readonly alarms: Record<string, number>;
  readonly messages: Record<string, string>;
}

/** Runs survey, dry run and import of one source, which must agree; returns the findings of the import. */
async function told(rig: Rig, source: string, more = ['--mapping', 'mapping.toml']): Promise<Told> {
  const runs = [
    ['survey', source, '--headers-only', ...more],
    ['import', source, '--into', 'archive', '--dry-run', ...more],
    ['import', source, '--into', 'archive', ...more],
  ];
  const all: Told[] = [];
  for (const args of runs) {
    const { code, lines } = await rig.json(args);
    const found = lines.filter(({ type, code: each }) => type === 'finding' && alarmCodes.includes(String(each)));
    all.push({
      code,
      alarms: Object.fromEntries(found.map((each) => [each.code, each.count as number])),
      messages: Object.fromEntries(found.map((each) => [each.code, String(each.message)])),
    });
  }
  const [surveyed, dry, imported] = all;
  expect(surveyed).toEqual(imported);
  expect(dry).toEqual(imported);
  if (imported === undefined) throw new Error('nothing was run');
  return imported;
}

const minutes = (count: number): string[] => Array.from({ length: count }, (_, at) => `2024-05-02 10:${String(at).padStart(2, '0')}:00`);

test('rows with plausible times and joins raise no alarm', async () => {
  await using rig = createRig();
  expect(await told(rig, makeSource(rig, minutes(12)))).toMatchObject({ code: 0, alarms: {} });
});

test('starts in the future are counted and end with 3, and the report has them; a start less than a day ahead is no alarm', async () => {
  await using rig = createRig();
  const soon = new Date(Date.now() + 20 * 3_600_000).toISOString().slice(0, 19);
  const later = new Date(Date.now() + 28 * 3_600_000).toISOString().slice(0, 19);
  const source = makeSource(rig, [...minutes(3), soon, later, '3988-01-01 00:00:00']);
  const run = await told(rig, source);
  expect(run).toMatchObject({ code: 3, alarms: { I340: 2 } });
  expect(run.messages.I340).toMatch(/^2 of 6 calls .* the furthest is 3988-01-01T00:00:00\.000Z, key call-5$/);
  const [job = ''] = readdirSync(rig.path('archive/reports'));
  const report = JSON.parse(readFileSync(rig.path('archive/reports', job, 'report.json'), 'utf8')) as { findings: { code: string }[] };
  expect(report.findings.map(({ code }) => code)).toContain('I340');
  const listed = (await rig.json(['list', 'archive'])).lines
    .filter(({ type }) => type === 'result')
    .map(({ value }) => value as Record<string, unknown>);
  expect(Object.fromEntries(listed.map(({ key, startCertainty }) => [key, startCertainty]))).toMatchObject({
    'call-2': 'exact',
    'call-3': 'exact',
    'call-4': 'assumed',
    'call-5': 'assumed',
  });
  // Again with nothing new: the rows are unchanged.
  expect(await told(rig, source)).toMatchObject({ code: 3, alarms: { I340: 2 } });
});

test('starts before 1981 are counted, even if the zero date of a clock stands for "no time"', async () => {
  await using rig = createRig();
  const run = await told(rig, makeSource(rig, [...minutes(3), '1979-12-31 23:59:59', '1970-01-01 00:00:00', '1981-01-01 00:00:00', '']));
  expect(run).toMatchObject({ code: 3, alarms: { I341: 2 } });
  expect(run.messages.I341).toContain('2 of 7 calls');
});

test('one start for all is reported from 10 calls on', async () => {
  await using nine = createRig();
  expect(await told(nine, makeSource(nine, Array(9).fill('2024-05-02 10:00:00')))).toMatchObject({ code: 0, alarms: {} });
  await using ten = createRig();
  expect(await told(ten, makeSource(ten, Array(10).fill('2024-05-02 10:00:00')))).toMatchObject({ code: 3, alarms: { I342: 10 } });
  await using eleven = createRig();
  expect(await told(eleven, makeSource(eleven, [...Array(10).fill('2024-05-02 10:00:00'), '2024-05-02 10:00:01']))).toMatchObject({ alarms: {} });
});

test('rows and audio without any join are reported with both numbers; one join suppresses the alarm', async () => {
  await using rig = createRig();
  const run = await told(
    rig,
    makeSource(rig, minutes(4), (at) => `other-${at}.wav`),
  );
  expect(run).toMatchObject({ code: 3, alarms: { I343: 4 } });
  expect(run.messages.I343).toContain('none of 4 calls that rows describe was joined to any of 4 recordings of audio');
  await using joined = createRig();
  expect(
    await told(
      joined,
      makeSource(joined, minutes(4), (at) => (at === 2 ? '2.wav' : `other-${at}.wav`)),
    ),
  ).toMatchObject({ code: 0, alarms: {} });
});

test('rows without any start are reported', async () => {
  await using rig = createRig();
  const source = makeSource(rig, minutes(5));
  writeFileSync(rig.path('mapping.toml'), mapping.replace('start = "start"\n', ''));
  expect(await told(rig, source)).toMatchObject({ code: 3, alarms: { I344: 5 } });
});

test('loose files without a table are not a mistake', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('loose'));
  for (let at = 0; at < 12; at++) writeFileSync(join(rig.path('loose'), `19700101-${at}.wav`), wave(800 + at));
  expect(await told(rig, rig.path('loose'), [])).toMatchObject({ code: 0, alarms: {} });
});
