import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LogDetail, LogEntry } from '../../../src/log/entries/log-entry.ts';
import { openLog } from '../../../src/log/log.ts';
import { anyType } from '../../log/any-type.ts';
import { createRig, fingerprint, type Rig, root } from '../rig.ts';

const dayS = 86_400;
const start = 1_764_028_800;

let rig: Rig;
let archive: string;
let bags: string[];

/** Clock of a run, days after the import. */
const on = (day: number): Record<string, string> => ({ SOURCE_DATE_EPOCH: String(start + day * dayS) });

beforeAll(async () => {
  rig = createRig();
  archive = rig.path('archive');
  const source = join(root, 'samples/asterisk-normal');
  const made = await rig.json(
    ['import', source, '--into', archive, '--zone', 'Europe/Stockholm', '--bag-recordings', '2', '--no-keep-tables'],
    on(0),
  );
  expect(made.code).toBe(0);
  bags = readdirSync(join(archive, 'bags')).flatMap((year) => readdirSync(join(archive, 'bags', year)).map((name) => `${year}/${name}`));
  expect(bags).toHaveLength(3);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

interface Due {
  readonly bags: number;
  readonly inTime: number;
  readonly unread: number;
  readonly damaged: number;
  readonly overdue: { readonly bags: number };
}

async function run(
  day: number,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly bags: number; readonly due: Due; readonly codes: string[] }> {
  const { code, summary, lines } = await rig.json(['verify', archive, '--every', '90d', ...args], on(day));
  const codes = lines.flatMap((line) => (line.type === 'finding' || line.type === 'verdict' ? [String(line.code)] : []));
  return { code, bags: Number(summary.bags), due: summary.due as Due, codes };
}

test('unverified bags are read, a budget allows one bag, the next run continues, and then nothing is due', async () => {
  expect(await run(1, '--status')).toMatchObject({ code: 0, bags: 0, due: { bags: 3, inTime: 0, unread: 3 } });
  for (const left of [2, 1, 0]) expect(await run(1, '--budget', '1kB')).toMatchObject({ code: 0, bags: 1, due: { unread: left } });
  expect(await run(1)).toMatchObject({ code: 0, bags: 0, due: { inTime: 3, unread: 0, overdue: { bags: 0 } } });
});

test('status changes nothing and lists what is overdue, and the next run reads exactly that', async () => {
  const before = fingerprint(join(archive, 'log'));
  expect(await run(100, '--status')).toMatchObject({ code: 5, due: { inTime: 0, overdue: { bags: 3 } }, codes: ['W101'] });
  expect(fingerprint(join(archive, 'log'))).toEqual(before);
  expect(await run(100)).toMatchObject({ code: 0, bags: 3, due: { inTime: 3, overdue: { bags: 0 } } });
});

test('damage is found, stays in the status until a run finds the bag valid again, and brings its neighbours forward', async () => {
  const file = join(archive, 'bags', bags[0] ?? '', 'bagit.txt');
  const was = readFileSync(file);
  writeFileSync(file, 'BagIt-Version: 1.0\n');
  const found = await run(200);
  expect(found).toMatchObject({ code: 4, bags: 3, due: { damaged: 1 } });
  expect(await run(201, '--status')).toMatchObject({ code: 4, due: { damaged: 1 }, codes: ['W103'] });
  writeFileSync(file, was);
  expect(await run(201, '--status')).toMatchObject({ code: 4, due: { damaged: 1 } });
  expect(await run(202)).toMatchObject({ code: 0, due: { damaged: 0 } });
});

test('a clock that was ten years ahead, and one that is ten years behind, cause more verification and never less', async () => {
  expect((await run(205 + 3_650)).bags).toBe(3);
  // Log entries with a future time are not believed now.
  expect(await run(206)).toMatchObject({ code: 0, bags: 3 });
  expect((await run(207 - 3_650)).due.inTime).toBe(3);
  const back = await run(208);
  expect([back.code, back.due.inTime]).toEqual([0, 3]);
  expect(back.codes).toContain('W104');
});

test('contradictory options are a usage error, and a schedule without the key is refused', async () => {
  for (const args of [['--budget', '2h'], ['--every', '90'], ['--every', '90d', '--budget', 'much'], ['--every', '90d', '--play'], ['--status']])
    expect((await rig.json(['verify', archive, ...args], on(210))).code, args.join(' ')).toBe(2);
  rmSync(rig.path('none'), { recursive: true, force: true });
  const { code, lines } = await rig.json(['verify', archive, '--every', '90d'], { ...on(210), LONGPLAY_KEYS: rig.path('none') });
  expect([code, lines.some((line) => line.code === 'W151')]).toEqual([5, true]);
});

test('a bag deleted on purpose is in no period, even if it still exists; once landed again it is', async () => {
  await using other = createRig();
  const source = join(root, 'samples/asterisk-normal');
  expect(
    (
      await other.run(['import', source, '--into', 'archive', '--zone', 'Europe/Stockholm', '--bag-recordings', '2', '--no-keep-tables'], {
        env: on(0),
      })
    ).code,
  ).toBe(0);
  const dir = other.path('archive');
  const { id } = JSON.parse(readFileSync(join(dir, 'longplay.json'), 'utf8')) as { id: string };
  const entries = (await other.json(['log', 'list', dir], on(0))).lines.flatMap(({ value }) => (value === undefined ? [] : [value as LogEntry]));
  const landing = entries.find(({ type }) => type === 'bag-landed');
  if (landing === undefined) throw new Error('no bag landed');
  const enter = async (type: string, detail: LogDetail): Promise<void> => {
    const log = await openLog({ dir, id }, { now: () => new Date((start + dayS) * 1_000).toISOString(), keys: other.keys });
    await log.appendAll([{ type: anyType(type), detail }]);
    await log.close();
  };
  const due = async (): Promise<unknown> => (await other.json(['verify', dir, '--every', '90d', '--status'], on(1))).summary.due;
  expect(await due()).toMatchObject({ bags: 3, unread: 3 });
  await enter('deleted', { bag: landing.detail.bag ?? '' });
  expect(await due()).toMatchObject({ bags: 2, unread: 2 });
  await enter('bag-landed', landing.detail);
  expect(await due()).toMatchObject({ bags: 3, unread: 3 });
});

test('a file that vanished from a bag that is not due is noticed by the next run, by listing alone, and logged', async () => {
  await using rig = createRig();
  const archive = rig.path('archive');
  expect((await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', archive])).code).toBe(0);
  expect((await rig.run(['verify', archive, '--every', '90d'])).code).toBe(0);
  const [gone = ''] = readdirSync(join(archive, 'bags'), { recursive: true, encoding: 'utf8' }).filter((name) => /original-1/.test(name));
  rmSync(join(archive, 'bags', gone));
  const bag = `bags/${gone.split('/').slice(0, 2).join('/')}`;
  const { code, lines, summary } = await rig.json(['verify', archive, '--every', '90d']);
  expect([code, lines.flatMap((line) => (line.type === 'verdict' ? [`${line.code} ${line.path}`] : [])), summary.bags]).toEqual([
    4,
    [`V130 ${bag}`],
    0,
  ]);
  expect((await rig.run(['watch', archive])).code).toBe(4);
});
