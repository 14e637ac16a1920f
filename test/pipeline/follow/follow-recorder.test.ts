import { existsSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runHere } from '../../cli/in-process.ts';
import { type Followed, type PlayedRecorder, playRecorder } from './played-recorder.ts';
import { wave } from './wave.ts';

/** A row of Master.csv (cdr_csv.c of Asterisk). @param at seconds since 1970 in the uniqueid, which is the start */
function row(at: number, seconds = 1): string {
  const start = new Date(at * 1_000).toISOString().slice(0, 19).replace('T', ' ');
  const cells = [
    '',
    '1001',
    '46846500400',
    'in',
    '',
    'PJSIP/a-1',
    '',
    'Dial',
    '',
    start,
    start,
    start,
    `${seconds}`,
    `${seconds}`,
    'ANSWERED',
    'DOCUMENTATION',
  ];
  return `${[...cells, `pbx-${at}.1`, '', '', `pbx-${at}.1`].map((cell) => `"${cell}"`).join(',')},1\n`;
}

const file = (at: number): string => `monitor/in-1001-46846500400-pbx-${at}.1.wav`;
const [first, second, third] = [1_690_000_000, 1_690_000_100, 1_690_000_200] as const;
const nothing = (): void => undefined;
const rest = (looks: number): (() => void)[] => Array.from({ length: looks }, () => nothing);

interface Listed {
  readonly key: string;
  readonly status: string;
  readonly revision: number;
  readonly originals: number;
  readonly supersedes: string | null;
  readonly durationMs: number | null;
}

/** Returns key, status, revision and length of each recording that the archive lists; a call with two entries would be listed twice. */
async function archived({ archive, keys }: PlayedRecorder): Promise<string[]> {
  const { out } = await runHere(['list', archive, '--json'], keys);
  const values = out
    .split('\n')
    .filter((line) => line.includes('"of":"recording"'))
    .map((line) => (JSON.parse(line) as { readonly value: Listed }).value);
  return values.map(({ key, status, revision, durationMs }) => `${key} ${status} ${revision} ${durationMs}`).sort();
}

const codes = ({ events }: Followed): string[] => events.flatMap((event) => (event.type === 'finding' ? [event.code] : []));
const rounds = ({ events }: Followed): number => events.filter((event) => event.type === 'result' && event.of === 'round').length;

test('a growing file, a temporary name and an unfinished header are never imported, a row waits for its file; each call lands once', async () => {
  using recorder = playRecorder();
  recorder.write('cdr-csv/Master.csv', row(first, 2));
  recorder.write(file(first), wave(32_000));
  const run = await recorder.follow([
    // The second call begins: its header states no length while it is being written.
    () => recorder.write(file(second), wave(8_000, 0)),
    () => recorder.append(file(second), wave(8_000)),
    // Its row is there before its file is closed.
    () => recorder.append('cdr-csv/Master.csv', row(second, 4)),
    () => recorder.append(file(second), wave(8_000)),
    () => recorder.write(`${file(third)}.tmp`, wave(16_000)),
    ...rest(4),
    // The recorder has written nothing for the settle time, and the header is still unfinished.
    () => recorder.write(file(second), wave(64_000)),
    () => renameSync(recorder.path(`${file(third)}.tmp`), recorder.path(file(third))),
    () => recorder.append('cdr-csv/Master.csv', row(third)),
    ...rest(5),
  ]);
  expect(await archived(recorder)).toEqual([`pbx-${first}.1 matched 1 2000`, `pbx-${second}.1 matched 1 4000`, `pbx-${third}.1 matched 1 1000`]);
  expect(run.end).toMatchObject({ imported: 3, amended: 0, notImported: 0, held: 0, waiting: 0, failing: false });
  expect(run.states.some(({ held }) => held > 0)).toBe(true);
  expect(codes(run)).toEqual([]);
  // Polls without new files make no round, and a round that lands nothing leaves no report.
  expect(rounds(run)).toBeLessThan(run.states.length / 2);
  expect(readdirSync(join(recorder.archive, 'reports')).length).toBeLessThan(rounds(run));
});

test('a recorder that rotates its table and deletes old files removes nothing from the archive and adds nothing', async () => {
  using recorder = playRecorder();
  recorder.write('cdr-csv/Master.csv', row(first) + row(second));
  for (const at of [first, second]) recorder.write(file(at), wave(16_000));
  await recorder.follow(rest(4));
  const before = await archived(recorder);
  expect(before).toHaveLength(2);
  const run = await recorder.follow([
    () => rmSync(recorder.path(file(first))),
    ...rest(3),
    () => renameSync(recorder.path('cdr-csv/Master.csv'), recorder.path('cdr-csv/Master.csv.1')),
    () => recorder.write('cdr-csv/Master.csv', row(third)),
    () => recorder.write(file(third), wave(16_000)),
    ...rest(12),
  ]);
  expect(await archived(recorder)).toEqual([...before, `pbx-${third}.1 matched 1 1000`]);
  expect(run.end).toMatchObject({ imported: 1, amended: 0 });
});

test('a followed archive that has lost a bag is not reported as OK: each round reports it until the bag is back', async () => {
  using recorder = playRecorder();
  recorder.write('cdr-csv/Master.csv', row(first));
  recorder.write(file(first), wave(16_000));
  expect((await recorder.follow(rest(4))).end).toMatchObject({ imported: 1, faults: 0 });
  const bags = join(recorder.archive, 'bags');
  for (const year of readdirSync(bags).filter((name) => name !== 'tables')) rmSync(join(bags, year), { recursive: true });
  // The recorder has deleted its file, so nothing brings the bag back.
  rmSync(recorder.path(file(first)));
  recorder.write('cdr-csv/Master.csv', row(second));
  recorder.write(file(second), wave(16_000));
  const run = await recorder.follow(rest(4));
  expect([codes(run).filter((code) => code === 'P269'), run.end]).toEqual([['P269'], expect.objectContaining({ imported: 1, faults: 1 })]);
});

test('an unavailable source is reported once and awaited; silence and a clock ahead are reported', async () => {
  using recorder = playRecorder();
  recorder.write('cdr-csv/Master.csv', row(first));
  recorder.write(file(first), wave(16_000));
  utimesSync(recorder.path(file(first)), 1_800_000_000, 1_800_000_000);
  const away = recorder.path('../away');
  const run = await recorder.follow(
    [
      ...rest(3),
      () => renameSync(recorder.path('.'), away),
      ...rest(3),
      () => renameSync(away, recorder.path('.')),
      ...rest(6),
      () => recorder.write(file(second), wave(16_000)),
      () => recorder.append('cdr-csv/Master.csv', row(second)),
      ...rest(4),
    ],
    { expectMs: 80_000 },
  );
  expect(codes(run).filter((code) => code.startsWith('P29'))).toEqual(['P293', 'P292', 'P291']);
  expect(JSON.stringify(run)).toMatch(/the newest file is of 2027-01-15T08:00:00Z; the clock of this machine says \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/);
  expect(run.states.some(({ failing }) => failing)).toBe(true);
  expect(run.end).toMatchObject({ imported: 2, failing: false, silent: false });
  expect(run.states.some(({ silent }) => silent)).toBe(true);
});

test('an unfinished file is reported, and no lock is held between rounds', async () => {
  using recorder = playRecorder();
  recorder.write('cdr-csv/Master.csv', row(first));
  recorder.write(file(first), wave(16_000));
  recorder.write(file(second), wave(16_000, 0));
  const run = await recorder.follow(rest(4), { pollMs: 3_600_000 });
  expect(run.events.filter((event) => event.type === 'finding').map((event) => [event.code, event.place])).toEqual([['P290', file(second)]]);
  expect(run.end).toMatchObject({ imported: 1, held: 1 });
  expect(existsSync(join(recorder.archive, '.lock'))).toBe(false);
});

test('a row that arrives after the wait, and a row that the recorder corrects, update the description of the archived call', async () => {
  using recorder = playRecorder();
  recorder.write('cdr-csv/Master.csv', row(first));
  for (const at of [first, second]) recorder.write(file(at), wave(16_000));
  const run = await recorder.follow([
    ...rest(10),
    () => recorder.append('cdr-csv/Master.csv', row(second)),
    ...rest(4),
    () => recorder.write('cdr-csv/Master.csv', row(first).replace('"46846500400"', '"46846500499"') + row(second)),
    ...rest(4),
  ]);
  expect(run.end).toMatchObject({ imported: 2, amended: 2, waiting: 0 });
  expect(await archived(recorder)).toEqual([`pbx-${first}.1 matched 2 1000`, `pbx-${second}.1 matched 2 1000`]);
});
