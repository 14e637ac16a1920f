import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRig, type Rig, root } from './rig.ts';

let rig: Rig;

/** Calls of 26 October 2025, imported in December of that year. */
const day = (text: string): Record<string, string> => ({ SOURCE_DATE_EPOCH: String(Date.parse(text) / 1_000) });
const imported = day('2025-12-01T00:00:00Z');

beforeAll(async () => {
  rig = createRig();
  const args = ['import', join(root, 'samples/asterisk-normal'), '--into', 'archive', '--zone', 'Europe/Stockholm', '--no-keep-tables'];
  expect((await rig.run(args, { env: imported })).code).toBe(0);
  policy('first.toml', 'keep = "5y"\ndelete = "7y"');
  policy('shorter.toml', 'keep = "1y"\ndelete = "2y"');
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

function policy(name: string, terms: string): void {
  writeFileSync(rig.path(name), `zone = "Europe/Stockholm"\n[[rule]]\nname = "orders"\nbasis = "a test"\n${terms}\n`);
}

interface Planned {
  readonly recordingId: string;
  readonly state: string;
  readonly notBefore: string | null;
  readonly notAfter: string | null;
  readonly reasons: readonly string[];
}
const plan = async (at: string, ...more: string[]): Promise<{ code: number | null; all: Planned[]; summary: Record<string, unknown> }> => {
  const { code, lines, summary } = await rig.json(['retention', 'plan', 'archive', '--as-of', at, ...more]);
  return { code, summary, all: lines.flatMap(({ of, value }) => (of === 'retention' ? [value as Planned] : [])) };
};
const states = async (at: string): Promise<string> =>
  [...new Set((await plan(at, '--format', 'csv')).all.map(({ state }) => state))].sort().join(' ');
const held = async (...args: string[]): Promise<string> => {
  const { code, lines } = await rig.json(['hold', 'add', 'archive', ...args, '--reason', 'a claim', '--as', 'anna']);
  expect(code).toBe(0);
  return String((lines.find(({ of }) => of === 'hold')?.value as { id?: string } | undefined)?.id);
};
const wholeDetails = (): string => readFileSync(rig.path('archive/log/details/000/000000.jsonl'), 'utf8');

describe('a retention policy', () => {
  test('is logged once, signed and without its words, and applies to every recording', async () => {
    expect(await states('2035-01-01')).toBe('no-rule');
    const set = await rig.run(['retention', 'set', 'archive', 'first.toml', '--reason', 'the board of today'], { env: imported });
    expect([set.code, set.stdout]).toEqual([0, expect.stringContaining('Version 1 of the retention policy is in force, with 1 rule.')]);
    expect((await rig.run(['retention', 'set', 'archive', 'first.toml', '--reason', 'again'])).stdout).toContain('nothing was logged');
    const { all, summary } = await plan('2026-01-01', '--format', 'csv');
    expect(all).toHaveLength(6);
    // The day of the call in Stockholm, five and seven years later, to its end.
    for (const one of all) expect(one).toMatchObject({ state: 'kept', notBefore: '2030-10-26T22:00:00Z', notAfter: '2032-10-26T22:00:00Z' });
    expect(summary).toMatchObject({ version: 1, recordings: 6, states: { kept: 6, due: 0 }, conflicts: [], lost: [] });
    expect([await states('2031-01-01'), await states('2032-11-01')]).toEqual(['free', 'due']);
    const log = (await rig.run(['log', 'export', 'archive', '--pseudonyms'])).stdout;
    expect(log).toContain('"retain-rules"');
    for (const word of ['orders', 'board', 'a test']) expect(log).not.toContain(word);
    const shown = await rig.run(['retention', 'show', 'archive']);
    expect([shown.code, shown.stdout.includes('keep = "5y"'), shown.stdout.includes('the board of today')]).toEqual([0, true, true]);
  });

  test('is shown as a plan in text, CSV and HTML', async () => {
    const text = (await rig.run(['retention', 'plan', 'archive', '--as-of', '2032-11-01'])).stdout;
    expect(text).toMatch(/^ +6 +to be deleted$/m);
    const csv = (await rig.run(['retention', 'plan', 'archive', '--as-of', '2032-11-01', '--format', 'csv'])).stdout.trim().split('\n');
    expect([csv.length, csv[0]?.split(',').slice(0, 4)]).toEqual([7, ['recordingId', 'bag', 'start', 'state']]);
    const page = (await rig.run(['retention', 'plan', 'archive', '--as-of', '2032-11-01', '--format', 'html'])).stdout;
    expect(page).toMatch(/^<!DOCTYPE html>[\s\S]*orders of version 1[\s\S]*<\/html>\s*$/);
    expect(page).not.toMatch(/467017406|<script/);
  });

  test('that is shorter applies to later imports; earlier retention periods are kept', async () => {
    expect((await rig.run(['retention', 'set', 'archive', 'shorter.toml', '--reason', 'shorter'], { env: imported })).code).toBe(0);
    const { all, summary } = await plan('2028-01-01');
    // Two years have passed, five have not: deferred, and the conflict is reported.
    for (const one of all)
      expect(one).toMatchObject({
        state: 'deferred',
        notBefore: '2030-10-26T22:00:00Z',
        notAfter: '2027-10-26T22:00:00Z',
        reasons: ['not before 2030-10-26T22:00:00Z: rule orders of version 1'],
      });
    expect(summary.conflicts).toEqual([{ keep: 'orders of version 1', remove: 'orders of version 2', recordings: 6 }]);
    expect(await states('2030-11-01')).toBe('due');
  });

  test('that is invalid is refused with 2, and so is a hold on nothing', async () => {
    policy('wrong.toml', 'keep = "five years"');
    const wrong = await rig.run(['retention', 'set', 'archive', 'wrong.toml', '--reason', 'x']);
    expect([wrong.code, wrong.stderr.includes('D100')]).toEqual([2, true]);
    for (const args of [
      [],
      ['--all', '--ids', 'first.toml'],
      ['--text', 'zebracorn'],
      ['--all', '--limit', '1'],
      ['--ids', 'first.toml', '--following'],
      ['--all', '--until', '2020-01-01'],
    ]) {
      const refused = await rig.run(['hold', 'add', 'archive', ...args, '--reason', 'x']);
      expect([args, refused.code, /D101|D108|U130/.test(refused.stderr)]).toEqual([args, 2, true]);
    }
    // A day that its month does not have is not moved to the next month.
    policy('february.toml', `keep = "5y"\nwhen = { started-before = "2023-02-29" }`);
    for (const args of [
      ['hold', 'add', 'archive', '--all', '--reason', 'x', '--until', '2027-02-30'],
      ['hold', 'add', 'archive', '--from', '2025-02-29', '--reason', 'x'],
      ['retention', 'plan', 'archive', '--as-of', '2024-02-30'],
      ['retention', 'set', 'archive', 'february.toml', '--reason', 'x'],
      ['list', 'archive', '--to', '2023-04-31T10:00'],
    ]) {
      const refused = await rig.run(args);
      expect([args, refused.code, /20\d\d-0[24]-(?:29|3[01])/.test(refused.stderr)]).toEqual([args, 2, true]);
    }
    expect((await rig.run(['hold', 'list', 'archive', '--all'])).stdout).toContain('0 holds.');
  });
});

test('a policy with rules that have no effect is put into force with warnings, and the plan repeats them', async () => {
  const args = ['import', join(root, 'samples/asterisk-normal'), '--into', 'other', '--zone', 'Europe/Stockholm', '--no-keep-tables'];
  expect((await rig.run(args, { env: imported })).code).toBe(0);
  const lock = ['replica', 'add', 'other', 'tape', rig.path('tape'), '--locked-until', '2099-12-31', '--irrevocable', 'a test'];
  expect((await rig.run(lock, { env: imported })).code).toBe(0);
  const rules = [
    'name = "orders"\nkeep = "7y"\ndelete = "5y"',
    'name = "shorter"\nkeep = "1y"',
    'name = "elsewhere"\nkeep = "9y"\nwhen = { site = "Nrth" }',
    'name = "either"\nkeep = "9y"\nwhen = { importer = ["asterisk-cdr", "asterisk"] }',
  ];
  writeFileSync(rig.path('odd.toml'), `zone = "Europe/Stockholm"\n${rules.map((rule) => `[[rule]]\nbasis = "a test"\n${rule}\n`).join('')}`);
  const set = await rig.run(['retention', 'set', 'other', 'odd.toml', '--reason', 'a test'], { env: imported });
  expect([set.code, set.stdout]).toEqual([
    0,
    expect.stringMatching(/Version 1 of the retention policy is in force, with 4 rules\.\n5 warnings about it/),
  ]);
  const said = [
    ['D110', 'rule orders'],
    ['D111', 'rule shorter'],
    ['D109', 'rule elsewhere'],
    ['D112', 'rule either'],
    ['D113', 'replica tape'],
  ];
  for (const [code = '', place = ''] of said) expect(set.stderr).toMatch(new RegExp(`${code} ${place}`));
  const again = await rig.json(['retention', 'plan', 'other']);
  expect([again.code, again.lines.flatMap(({ type, code, place }) => (type === 'finding' ? [[code, place]] : []))]).toEqual([0, said]);
  expect(again.summary.warnings).toEqual(said.map(([code, place]) => ({ code, place, message: expect.any(String) })));
  expect((await rig.run(['retention', 'plan', 'other', '--format', 'html'])).stdout).toContain('site &#39;Nrth&#39;');
  // Without a catalog the policy is in force, too.
  rmSync(rig.path('other/catalog.sqlite'));
  mkdirSync(rig.path('other/catalog.sqlite'));
  writeFileSync(rig.path('odd.toml'), 'zone = "UTC"\n[[rule]]\nname = "a"\nbasis = "a test"\nkeep = "5y"\n');
  const without = await rig.run(['retention', 'set', 'other', 'odd.toml', '--reason', 'a test'], { env: imported });
  expect([without.code, without.stdout, without.stderr]).toEqual([0, expect.stringContaining('Version 2'), expect.stringContaining('D114')]);
});

describe('a legal hold', () => {
  test('by list, case or query takes precedence over the policy, is listed and shown, and its release resumes what it deferred', async () => {
    const [first, second] = (await plan('2031-01-01')).all.map(({ recordingId }) => recordingId);
    writeFileSync(rig.path('ids.txt'), `${first}\n${second?.slice(0, 12)}\n`);
    const byList = await held('--ids', 'ids.txt');
    const made = await rig.json(['case', 'new', 'archive', '--title', 'Deal 4711']);
    const caseId = String((made.lines.find(({ of }) => of === 'case')?.value as { id?: string } | undefined)?.id);
    expect((await rig.run(['case', 'add', 'archive', caseId, first ?? ''])).code).toBe(0);
    const byCase = await held('--case', caseId);
    const following = await held('--direction', 'tandem', '--following');
    expect((await rig.run(['hold', 'show', 'archive', following])).stdout).toMatch(/ \d+ when entered +following /);
    const reasons = new Map((await plan('2031-01-01', '--state', 'deferred')).all.map((one) => [one.recordingId, one.reasons]));
    expect(reasons).toEqual(
      new Map([
        [first, [`hold ${byList}`, `hold ${byCase}`]],
        [second, [`hold ${byList}`]],
      ]),
    );
    expect((await rig.json(['list', 'archive', '--held'])).summary).toMatchObject({ recordings: 2 });
    expect((await rig.run(['show', 'archive', first ?? ''])).stdout).toContain(`Retention: held; hold ${byList}; hold ${byCase}; not before`);
    expect((await rig.run(['report', 'archive', '--out', 'report'])).stdout).toMatch(
      new RegExp(
        `^HOLDS AND RETENTION\n  3 legal holds are active, 0 are over\\.\n  Hold ${byList} since \\d{4}-\\d{2}-\\d{2}: 2 recordings\\.\n(?:.*\n)*  Version 2 of the retention policy is in force since `,
        'm',
      ),
    );
    const signed = readFileSync(rig.path('report', 'statement.json'), 'utf8');
    expect(JSON.parse(signed).keeping).toMatchObject({ holds: [{ id: byList, recordings: 2 }, { id: byCase }, { following: true }], over: 0 });
    // Reasons and queries are private, and a statement is handed out.
    expect(signed).not.toMatch(/a claim|tandem/);
    expect(readFileSync(rig.path('report', 'report.html'), 'utf8')).toContain('>Holds and retention</h2>');
    const list = await rig.run(['hold', 'list', 'archive']);
    expect(list.stdout).toMatch(new RegExp(`${byCase} +active .* anna +1 +case ${caseId} +a claim`));
    expect((await rig.run(['hold', 'show', 'archive', byList.slice(0, 5)])).stdout).toContain(second);
    expect((await rig.run(['hold', 'release', 'archive', byList, '--reason', 'settled'])).code).toBe(0);
    expect((await plan('2031-01-01', '--state', 'deferred')).all.map(({ recordingId }) => recordingId)).toEqual([first]);
    expect((await rig.run(['hold', 'release', 'archive', byCase, '--reason', 'settled'])).code).toBe(0);
    expect(await states('2031-01-01')).toBe('due');
    expect((await rig.run(['hold', 'release', 'archive', byCase, '--reason', 'twice'])).code).toBe(2);
    expect((await rig.run(['hold', 'release', 'archive', following, '--reason', 'done'])).code).toBe(0);
  });

  test('that follows its query covers later matching recordings, and one with an end expires', async () => {
    const hold = await held('--direction', 'tandem', '--following', '--until', '2031-06-01');
    expect(await states('2031-01-01')).toBe('due');
    const tagged = (await plan('2031-01-01')).all[0]?.recordingId ?? '';
    expect((await rig.run(['hold', 'release', 'archive', hold, '--reason', 'another one'])).code).toBe(0);
    const byTag = await held('--tag', 'disputed', '--following', '--until', '2031-06-01');
    expect((await rig.run(['tag', 'add', 'archive', tagged, 'disputed'])).code).toBe(0);
    expect((await plan('2031-01-01', '--state', 'deferred')).all).toMatchObject([{ recordingId: tagged, reasons: [`hold ${byTag}`] }]);
    expect(await states('2031-06-02')).toBe('due');
    expect((await rig.run(['hold', 'release', 'archive', byTag, '--reason', 'settled'])).code).toBe(0);
  });

  test('stays on a recording that is amended', async () => {
    const hold = await held('--all');
    const again = ['import', join(root, 'samples/asterisk-normal'), '--into', 'archive', '--zone', 'America/New_York', '--amend', '--no-keep-tables'];
    expect((await rig.run(again)).code).toBe(0);
    const { all } = await plan('2040-01-01');
    expect(all.map(({ state, reasons }) => [state, reasons])).toEqual(Array(6).fill(['deferred', [`hold ${hold}`]]));
    expect((await rig.run(['hold', 'release', 'archive', hold, '--reason', 'settled'])).code).toBe(0);
  });

  test('whose list is lost protects everything until it is released, and reports it', async () => {
    const hold = await held('--all');
    const line = wholeDetails()
      .split('\n')
      .findLast((one) => one.includes('"recordings":['));
    writeFileSync(rig.path('archive/log/details/000/000000.jsonl'), wholeDetails().replace(`${line}\n`, ''));
    for (const args of [
      ['hold', 'list', 'archive'],
      ['retention', 'plan', 'archive', '--as-of', '2040-01-01'],
    ]) {
      const run = await rig.run(args);
      expect([args, run.code, `${run.stdout}${run.stderr}`.includes('D105')]).toEqual([args, 4, true]);
    }
    expect(await states('2040-01-01')).toBe('deferred');
    expect((await rig.run(['watch', 'archive'])).code).toBe(4);
    expect((await rig.run(['hold', 'release', 'archive', hold, '--reason', 'its list is lost'])).code).toBe(0);
    // The log still states that its details are missing: what else is covered is unknown.
    expect((await rig.run(['log', 'forget', 'archive', '--lost', '--reason', 'a disk failed', '--yes'])).code).toBe(0);
    expect(await states('2040-01-01')).toBe('due');
  });

  test('and rules keep their lists when details are erased, and lost rules are recognised by the same file', async () => {
    await held('--all');
    const whole = wholeDetails();
    const own = whole.split('\n').findLast((one) => one.includes('"reason":"a claim"')) ?? '';
    writeFileSync(rig.path('archive/log/details/000/000000.jsonl'), whole.replace(`${own}\n`, ''));
    expect((await rig.run(['hold', 'list', 'archive'])).stdout).toMatch(/\(lost\) +6 +\S+ +\(lost\)/);
    writeFileSync(rig.path('archive/log/details/000/000000.jsonl'), whole);
    expect((await rig.run(['log', 'forget', 'archive', '--before', '2100-01-01', '--reason', 'works agreement', '--yes'])).code).toBe(0);
    expect(wholeDetails()).not.toContain('a claim');
    expect(await states('2040-01-01')).toBe('deferred');
    expect((await rig.run(['hold', 'list', 'archive'])).stdout).toMatch(/\(erased on request\) +6 +\S+ +\(erased on request\)/);
    expect((await rig.run(['retention', 'show', 'archive'])).stdout).toContain('(erased on request)');
    expect((await rig.run(['log', 'verify', 'archive'])).code).toBe(0);
    expect((await rig.exec('python3', ['check.py'], rig.path('archive'))).code).toBe(0);
    const line = wholeDetails()
      .split('\n')
      .find((one) => one.includes('keep = \\"5y\\"'));
    writeFileSync(rig.path('archive/log/details/000/000000.jsonl'), wholeDetails().replace(`${line}\n`, ''));
    expect((await rig.run(['retention', 'show', 'archive'])).code).toBe(4);
    expect((await rig.run(['retention', 'set', 'archive', 'first.toml', '--reason', 'its rules were lost'])).code).toBe(0);
    expect((await rig.run(['log', 'forget', 'archive', '--lost', '--reason', 'a disk failed', '--yes'])).code).toBe(0);
    const { code, lines } = await rig.json(['retention', 'show', 'archive']);
    expect([code, lines.filter(({ of, value }) => of === 'policy' && (value as { rules: unknown }).rules !== null)]).toEqual([
      0,
      expect.objectContaining({ length: 3 }),
    ]);
  });

  test('needs the key of the archive: without it nothing is logged (5)', async () => {
    for (const args of [
      ['hold', 'add', 'archive', '--all', '--reason', 'x'],
      ['retention', 'set', 'archive', 'shorter.toml', '--reason', 'x'],
    ]) {
      const run = await rig.run(args, { env: { LONGPLAY_KEYS: rig.path('no-keys') } });
      expect([args, run.code, run.stderr.includes('D103')]).toEqual([args, 5, true]);
    }
  });
});

test('a watch alarms when something is due for longer than permitted, and not while a hold defers it', async () => {
  const late = day('2033-02-01T00:00:00Z');
  expect((await rig.run(['verify', 'archive'], { env: late })).code).toBe(0);
  expect((await rig.run(['watch', 'archive'], { env: late })).code).toBe(0);
  const [hold] = (await rig.json(['hold', 'list', 'archive'])).lines.flatMap(({ of, value }) =>
    of === 'hold' ? [(value as { id: string }).id] : [],
  );
  expect((await rig.run(['hold', 'release', 'archive', hold ?? '', '--reason', 'settled'], { env: late })).code).toBe(0);
  const rung = await rig.run(['watch', 'archive'], { env: late });
  expect([rung.code, rung.stdout]).toEqual([
    5,
    expect.stringContaining('W180 retention: 6 recordings should have been deleted, the first by 2032-10-2'),
  ]);
  expect((await rig.run(['watch', 'archive', '--max-overdue', '1y'], { env: late })).code).toBe(0);
});

test('an erasure by retention names each recording that is not due, with reason and date, and is refused if none is', async () => {
  const args = ['import', join(root, 'samples/asterisk-normal'), '--into', 'early', '--zone', 'Europe/Stockholm', '--no-keep-tables'];
  expect((await rig.run(args, { env: imported })).code).toBe(0);
  expect((await rig.run(['retention', 'set', 'early', 'first.toml', '--reason', 'a test'], { env: imported })).code).toBe(0);
  const { lines } = await rig.json(['list', 'early']);
  const ids = lines.flatMap(({ of, value }) => (of === 'recording' ? [String((value as { recordingId?: string }).recordingId)] : [])); // as it is listed
  const request = ['erase', 'request', 'early', ...ids.slice(0, 2), '--ground', 'retention', '--reason', 'the policy'];
  const kept = await rig.run(request, { env: day('2026-01-01T00:00:00Z') });
  expect([kept.code, kept.stderr]).toEqual([
    2,
    expect.stringMatching(
      new RegExp(
        `E111 ${ids[0]}: is not due: not before 2030-10-26T22:00:00Z: rule orders of version 1\\n[\\s\\S]*E136.*of 2 recordings none is due`,
      ),
    ),
  ]);
  const free = await rig.run(request, { env: day('2031-01-01T00:00:00Z') });
  expect([free.code, free.stderr]).toEqual([
    2,
    expect.stringContaining('demands its deletion before 2032-10-26T22:00:00Z: rule orders of version 1'),
  ]);
  expect((await rig.run(['erase', 'status', 'early'])).stdout).toContain('No request to erase.');
  writeFileSync(rig.path('one.txt'), `${ids[0]}\n`);
  expect((await rig.run(['hold', 'add', 'early', '--ids', rig.path('one.txt'), '--reason', 'a claim'])).code).toBe(0);
  const some = await rig.run(request, { env: day('2032-11-01T00:00:00Z') });
  expect([some.code, some.stderr, some.stdout]).toEqual([
    3,
    expect.stringMatching(new RegExp(`E111 ${ids[0]}: is not due: hold `)),
    expect.stringMatching(/to erase 2 recordings is entered[\s\S]*1 recording of it is not due by retention/),
  ]);
});
