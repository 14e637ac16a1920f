import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { approver } from './erasure-rig.ts';
import { createRig, type Rig, root } from './rig.ts';
import { createSealedRig } from './sealed/sealed-rig.ts';

const sample = join(root, 'samples/asterisk-normal');
const importing = ['import', sample, '--into', 'archive', '--zone', 'Europe/Stockholm'];

type Run = (args: readonly string[]) => Promise<{ code: number | null; stdout: string; stderr: string }>;

interface Entry {
  readonly seq: number;
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly details?: Readonly<Record<string, unknown>>;
}

async function entriesOf(run: Run): Promise<Entry[]> {
  const { stdout } = await run(['log', 'list', 'archive', '--json']);
  const lines = stdout.trim().split('\n');
  return lines.flatMap((line) => {
    const one = JSON.parse(line) as { of?: string; value: Entry };
    return one.of === 'entry' ? [one.value] : [];
  });
}

/** Enters two reasons of holds, and releases both. @returns the entries of the holds, their lists, and their releases, by the words of the reason */
async function heldTwice(run: Run): Promise<readonly Entry[]> {
  for (const number of ['46701740605', '46812340000']) {
    const reason = `letter of ${number}`;
    expect((await run(['hold', 'add', 'archive', '--all', '--reason', reason])).code).toBe(0);
  }
  return (await entriesOf(run)).filter(({ type }) => type === 'hold');
}

const forget = (...seqs: readonly number[]): string[] => [
  'log',
  'forget',
  'archive',
  ...seqs.flatMap((seq) => ['--entry', String(seq)]),
  '--reason',
  'asked for it',
  '--yes',
];

async function forgetsAlone(run: Run, rig: Pick<Rig, 'path'>): Promise<void> {
  const [first, second] = await heldTwice(run);
  if (first === undefined || second === undefined) throw new Error('no holds');
  const subject = await run(['subject', 'archive', '46701740605']);
  const step = `longplay log forget ARCHIVE --entry ${first.seq} --reason TEXT`;
  expect(subject.stdout).toContain(step);
  const file = rig.path('archive/log/details/000/000000.jsonl');
  const before = readFileSync(file, 'utf8');
  expect(await run(forget(first.seq))).toMatchObject({ code: 0, stdout: expect.stringContaining('The details of 1 entry are erased here.') });
  const after = await entriesOf(run);
  const bare = after.filter(({ details }) => details === undefined).map(({ seq }) => seq);
  expect(bare).toEqual([1, first.seq]);
  expect(after.at(-1)).toMatchObject({
    type: 'details-forgotten',
    detail: { of: null, fromSeq: first.seq, toSeq: first.seq },
    details: { reason: 'asked for it' },
  });
  expect((await run(['subject', 'archive', '46701740605'])).stdout).not.toContain(step);
  expect(await run(['log', 'verify', 'archive'])).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/L12/) });
  // The same call again has nothing to do, and enters nothing.
  expect((await run(forget(first.seq))).code).toBe(0);
  expect((await entriesOf(run)).length).toBe(after.length);
  // A backup brings the line back, among others of the same author.
  const last = readFileSync(file, 'utf8').trimEnd().split('\n').at(-1);
  writeFileSync(file, `${before}${last}\n`);
  expect((await run(['log', 'verify', 'archive'])).stderr).toContain('L129');
  expect((await run(forget(first.seq))).code).toBe(0);
  expect((await run(['log', 'verify', 'archive'])).stderr).not.toContain('L129');
}

describe('the details of one entry', () => {
  test('are erased alone, are named by subject, and are reported if a backup brings them back', async () => {
    await using rig = createRig();
    expect((await rig.run(importing)).code).toBe(0);
    await forgetsAlone(rig.run, rig);
    expect((await rig.exec('python3', [rig.path('archive/check.py')])).code).toBe(0);
  });

  test('are erased alone in a sealed archive', async () => {
    await using rig = await createSealedRig();
    expect((await rig.sealed(...importing)).code).toBe(0);
    await forgetsAlone((args) => rig.sealed(...args), rig);
  });

  test('are erased with those of other named entries, or none if one of them is refused', async () => {
    await using rig = createRig();
    expect((await rig.run(importing)).code).toBe(0);
    const [first, second] = await heldTwice(rig.run);
    const seqs = [second?.seq ?? 0, first?.seq ?? 0];
    const there = await entriesOf(rig.run);
    const shared = there.find(({ type }) => type === 'bag-landed');
    expect(await rig.run(forget(...seqs, shared?.seq ?? 0))).toMatchObject({ code: 2, stderr: expect.stringContaining('L134') });
    expect(await rig.run(forget(...seqs, 1))).toMatchObject({ code: 2, stderr: expect.stringContaining('L128') });
    expect(await rig.run(forget(...seqs, 5_000))).toMatchObject({ code: 2, stderr: expect.stringContaining('entry 5000') });
    expect(await entriesOf(rig.run)).toEqual(there);
    expect(await rig.run(forget(...seqs))).toMatchObject({ code: 0, stdout: expect.stringContaining('2 entries') });
    // One entry of an erasure of two, whose reason may name a person, is erased alone, too.
    const record = (await entriesOf(rig.run)).at(-1)?.seq ?? 0;
    expect((await rig.run(forget(record))).code).toBe(0);
    const bare = (await entriesOf(rig.run)).filter(({ details }) => details === undefined).map(({ seq }) => seq);
    expect(bare).toEqual([1, first?.seq, second?.seq, record]);
    expect((await rig.run(['log', 'verify', 'archive'])).code).toBe(0);
    expect((await rig.exec('python3', [rig.path('archive/check.py')])).code).toBe(0);
  });

  test('are refused while something needs or shares them, each with the step that works', async () => {
    await using rig = createRig();
    expect((await rig.run(importing)).code).toBe(0);
    await approver(rig, 'archive');
    const { summary } = await rig.json(['hold', 'add', 'archive', '--all', '--reason', 'a suit']);
    const hold = String(summary.hold ?? summary.id);
    writeFileSync(rig.path('policy.toml'), 'zone = "Europe/Stockholm"\n[[rule]]\nname = "all"\nbasis = "a law"\nkeep = "1d"\n');
    const policy = await rig.run(['retention', 'set', 'archive', 'policy.toml', '--reason', 'the law']);
    expect([policy.code, policy.stderr]).toEqual([0, '']);
    const of = async (type: string): Promise<number> => (await entriesOf(rig.run)).findLast((one) => one.type === type)?.seq ?? 0;
    const list = await of('hold-list');
    const held = await rig.run(forget(list));
    expect(held).toMatchObject({ code: 2, stderr: expect.stringContaining(`longplay hold release ${rig.path('archive')} ${hold} --reason TEXT`) });
    expect(await rig.run(forget(await of('retain-rules')))).toMatchObject({ code: 2, stderr: expect.stringContaining('D105') });
    expect((await rig.run(['hold', 'release', 'archive', hold, '--reason', 'over'])).code).toBe(0);
    expect((await rig.run(forget(list))).code).toBe(0);
    expect((await rig.run(['retention', 'plan', 'archive'])).stdout).not.toContain('D105');

    const [row] = (await rig.json(['list', 'archive', '--limit', '1'])).lines;
    const id = String((row?.value as { recordingId?: string } | undefined)?.recordingId);
    const asked = await rig.json(['erase', 'request', 'archive', id, '--ground', 'subject-request', '--reason', 'letter']);
    const request = String(asked.summary.request);
    const requested = await of('erasure-requested');
    const pending = await rig.run(forget(requested));
    expect(pending).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`longplay erase withdraw ${rig.path('archive')} ${request} --reason TEXT`),
    });
    expect((await rig.run(['erase', 'withdraw', 'archive', request, '--reason', 'over'])).code).toBe(0);
    expect((await rig.run(forget(requested))).code).toBe(0);

    const landed = (await entriesOf(rig.run)).find(({ type }) => type === 'bag-landed');
    const shared = await rig.run(forget(landed?.seq ?? 0));
    expect(shared).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`longplay log forget ${rig.path('archive')} --who ${landed?.detail.who} --reason TEXT`),
    });
    expect((await rig.run(['log', 'forget', 'archive', '--who', String(landed?.detail.who), '--reason', 'asked for it', '--yes'])).code).toBe(0);
    expect(await rig.run(['log', 'verify', 'archive'])).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/L12/) });
  });
});
