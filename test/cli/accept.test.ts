import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { SourceReport } from '../../src/report/source/report.ts';
import { wave } from '../faults/small-import.ts';
import { createRig, type Rig } from './rig.ts';

const reason = 'clock of the recorder stood at 2070, ticket 4711';
const future = Array.from({ length: 12 }, (_, at) => `2070-05-02 10:${String(at).padStart(2, '0')}:00`);
const plain = Array.from({ length: 5 }, (_, at) => `2024-05-02 10:${String(at).padStart(2, '0')}:00`);

function makeCalls(rig: Rig, starts: readonly string[]): void {
  writeFileSync(
    rig.path('mapping.toml'),
    'source.zone = "UTC"\ntable.files = "*.csv"\n[columns]\nkey = "id"\nstart = "start"\n[join]\ncolumn = "file"\n',
  );
  mkdirSync(rig.path('source'), { recursive: true });
  writeFileSync(rig.path('source/calls.csv'), ['id,start,file', ...starts.map((start, at) => `call-${at},${start},${at}.wav`), ''].join('\n'));
  for (const at of starts.keys()) writeFileSync(rig.path(`source/${at}.wav`), wave(800, 400 + at));
}

interface Ended {
  readonly code: number | null;
  readonly alarms: Record<string, number>;
  readonly accepted: readonly unknown[];
  readonly imported: number;
  readonly report: string;
}

async function run(rig: Rig, command: 'import' | 'survey', ...more: string[]): Promise<Ended> {
  const given = command === 'import' ? ['import', 'source', '--into', 'archive'] : ['survey', 'source', '--headers-only'];
  const { code, summary } = await rig.json([...given, '--mapping', 'mapping.toml', ...more]);
  const { alarms, accepted, imported, report } = summary as unknown as Omit<Ended, 'code'>;
  return { code, alarms, accepted, imported, report };
}

interface Entered {
  readonly type: string;
  readonly detail: Record<string, unknown>;
  readonly details?: Record<string, unknown>;
}

async function entered(rig: Rig): Promise<Record<string, unknown>[]> {
  const { lines } = await rig.json(['log', 'list', 'archive']);
  const entries = lines.filter(({ of }) => of === 'entry').map(({ value }) => value as Entered);
  return entries
    .filter(({ type }) => type === 'difference-accepted')
    .map(({ detail, details }) => {
      // Stored in clear words beside the log, where they can be erased.
      expect(detail).not.toHaveProperty('reason');
      return { ...detail, reason: details?.reason };
    });
}

function reportOf(rig: Rig): SourceReport {
  const [job = ''] = readdirSync(rig.path('archive/reports')).sort().slice(-1);
  return JSON.parse(readFileSync(rig.path('archive/reports', job, 'report.json'), 'utf8')) as SourceReport;
}

test('a reviewed finding ends an import with 0 once it is accepted, is still reported, and stands in the signed log and the report with its reason; one more gives 3 again', async () => {
  await using rig = createRig();
  makeCalls(rig, [...future, ...plain]);
  const first = await rig.run(['import', 'source', '--into', 'archive', '--mapping', 'mapping.toml']);
  expect(first.code).toBe(3);
  expect(first.stdout).toContain('Exit code 3 because of I340=12; longplay explain CODE says what to do.');
  const line = /To accept after review: (--accept I340=12) --reason "…"/.exec(first.stdout)?.[1] ?? '';
  const accept = [...line.split(' '), '--reason', reason];
  // Nothing new: accepted after the import, as usual.
  const entry = { code: 'I340', found: 12, accepted: 12, reason };
  expect(await run(rig, 'import', ...accept)).toMatchObject({
    code: 0,
    alarms: {},
    imported: 0,
    accepted: [{ code: 'I340', found: 12, atMost: 12, reason }],
  });
  expect(await entered(rig)).toMatchObject([entry]);
  // Again, as a timer would: OK, and not logged a second time.
  const again = await rig.run(['import', 'source', '--into', 'archive', '--mapping', 'mapping.toml', ...accept]);
  expect(again.code).toBe(0);
  expect(again.stderr).toContain('warning I340 source: 12 of 17 calls');
  expect(again.stdout).toContain(`Accepted: I340=12, ${reason}`);
  expect(await entered(rig)).toHaveLength(1);
  // One more call starts in the future.
  makeCalls(rig, [...future, ...plain, '2071-01-01 00:00:00']);
  expect(await run(rig, 'import', ...accept)).toMatchObject({ code: 3, alarms: { I340: 13 }, imported: 1, accepted: [] });
  expect(await entered(rig)).toHaveLength(1);
  expect(reportOf(rig).accepted).toEqual([]);
  expect(await run(rig, 'import', '--accept', 'I340=20', '--reason', 'looked at')).toMatchObject({ code: 0 });
  expect((await entered(rig)).at(-1)).toMatchObject({ found: 13, accepted: 20, reason: 'looked at' });
  const log = await rig.run(['log', 'verify', 'archive']);
  expect(log.code).toBe(0);
});

test('an import with a finding accepted on its command line has it in the report; survey and dry run log nothing', async () => {
  await using rig = createRig();
  makeCalls(rig, [...future, ...plain]);
  const accept = ['--accept', 'I340=12', '--reason', reason];
  const accepted = [{ code: 'I340', found: 12, atMost: 12, reason }];
  expect(await run(rig, 'survey')).toMatchObject({ code: 3, alarms: { I340: 12 }, accepted: [] });
  expect(await run(rig, 'survey', ...accept, '--report', 'before')).toMatchObject({ code: 0, alarms: {}, accepted });
  expect((JSON.parse(readFileSync(rig.path('before/report.json'), 'utf8')) as SourceReport).accepted).toEqual(accepted);
  expect(await run(rig, 'import', '--dry-run', ...accept)).toMatchObject({ code: 0, accepted });
  expect(await run(rig, 'import', ...accept)).toMatchObject({ code: 0, imported: 17, accepted });
  expect(reportOf(rig).accepted).toEqual(accepted);
  const page = readFileSync(rig.path('archive/reports', reportOf(rig).jobId ?? '', 'report.html'), 'utf8');
  expect(page).toContain('Reviewed and accepted');
  expect(page).toContain(reason);
  expect(await entered(rig)).toHaveLength(1);
});

test('originals without a copy are accepted by their number; of two codes both must be accepted', async () => {
  await using rig = createRig();
  makeCalls(rig, plain);
  writeFileSync(rig.path('source/4.wav'), Buffer.from('no sound that any format knows, and not empty either\n'.repeat(40)));
  const first = await run(rig, 'import');
  expect(first).toMatchObject({ code: 3, alarms: { P270: 1 } });
  rmSync(rig.path('archive'), { recursive: true });
  expect(await run(rig, 'import', '--accept', 'P270=1', '--reason', 'a text file')).toMatchObject({ code: 0, alarms: {} });
  rmSync(rig.path('archive'), { recursive: true });
  makeCalls(rig, [...future, ...plain]);
  writeFileSync(rig.path('source/4.wav'), Buffer.from('no sound that any format knows, and not empty either\n'.repeat(40)));
  expect(await run(rig, 'import', '--accept', 'P270=1', '--reason', 'a text file')).toMatchObject({
    code: 3,
    alarms: { I340: 12 },
    accepted: [{ code: 'P270' }],
  });
  expect(await run(rig, 'import', '--accept', 'I340=12', '--accept', 'P270=1', '--reason', 'both')).toMatchObject({ code: 0 });
});

test('the run that ends a stopped job counts all differences of it, also those that its plan does not list one by one', async () => {
  await using rig = createRig();
  // More than the number of findings that the head of a job stores.
  const count = 1_050;
  const files = Array.from({ length: count }, (_, at) => rig.path(`loose/${at}.wav`));
  mkdirSync(rig.path('loose'));
  const write = (word: string, time: string): void => {
    for (const [at, file] of files.entries()) {
      writeFileSync(file, `${word} that no format knows, number ${String(at).padStart(4, '0')}`);
      utimesSync(file, new Date(time), new Date(time));
    }
  };
  const given = ['import', 'loose', '--into', 'archive', '--bag-recordings', '400'];
  write('words', '2024-05-02T10:00:00Z');
  expect((await rig.json(given)).summary).toMatchObject({ exitCode: 3, alarms: { P270: count } });
  write('texts', '2024-05-03T10:00:00Z');
  const stopped = await rig.run(given, { abortAfter: /bag undated/ });
  expect(stopped.code).toBe(130);
  const all = { P260: count, P270: count };
  const accept = Object.entries(all).flatMap(([code, number]) => ['--accept', `${code}=${number}`]);
  const ended = await rig.json([...given, ...accept, '--reason', 'exported again as texts']);
  expect(ended).toMatchObject({ code: 0, summary: { resumed: true, alarms: {} } });
  expect((ended.summary.accepted as { code: string; found: number }[]).map(({ code, found }) => [code, found])).toEqual(Object.entries(all));
  expect(await entered(rig)).toHaveLength(2);
});

test('findings that cannot be accepted are refused before anything is done', async () => {
  await using rig = createRig();
  makeCalls(rig, plain);
  const why = ['--reason', 'why'];
  const refusals: (readonly [readonly string[], string])[] = [
    [['--accept', 'X999=1', ...why], "there is no code 'X999'"],
    [['--accept', 'P107=1', ...why], 'P107 does not end a run with 3'],
    [['--accept', 'P261=1', ...why], 'P261 does not end a run with 3'],
    [['--accept', 'P201=1', ...why], 'P201 means that longplay counted wrongly'],
    [['--accept', 'I340=1'], '--accept has no reason'],
    [['--accept', 'I340=1', '--reason', ' '], '--accept has no reason'],
    [['--accept', 'I340=-1', ...why], "'-1' is not a number of I340"],
    [['--accept', 'I340=1.5', ...why], "'1.5' is not a number of I340"],
    [['--accept', 'I340=', ...why], "'' is not a number of I340"],
    [['--accept', 'I340', ...why], "'I340' is not CODE=N"],
    [['--accept', 'I340=1', '--accept', 'I340=2', ...why], 'I340 is accepted twice'],
    [['--accept', 'I340=1', '--reason', 'two\nlines'], 'the reason is not one line of text'],
    [why, '--reason is given without --accept'],
  ];
  for (const [given, message] of refusals) {
    const { code, stderr } = await rig.run(['import', 'source', '--into', 'archive', '--mapping', 'mapping.toml', ...given]);
    expect({ given, code }).toEqual({ given, code: 2 });
    expect(stderr).toContain(`P275 ${message}`);
  }
  expect(readdirSync(rig.folder).sort()).toEqual(['mapping.toml', 'source']);
  expect(await run(rig, 'import', '--accept', 'I340=0', '--reason', 'none')).toMatchObject({ code: 0, accepted: [] });
});
