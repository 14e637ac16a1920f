import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRig, type Rig } from './rig.ts';
import { dayOf, type MadeCall, makeSource, mulawWave, tone } from './silent-source.ts';

/** Eight days in the middle of six weeks. */
const isGap = ({ day }: MadeCall): boolean => day >= 16 && day < 24;
const sounding = ({ day, number }: MadeCall): Uint8Array => mulawWave(Uint8Array.from([...tone, day, number]));
const gap = { from: dayOf(16), to: dayOf(23), days: 8, usualCalls: 88, usualWithAudio: 88, withAudio: 0 };

interface Survey {
  readonly coverage: { readonly thin: readonly object[] };
  readonly silent: readonly {
    readonly value: string;
    readonly silent: string;
    readonly from: string;
    readonly to: string;
    readonly daysSilent: number;
  }[];
  readonly reconciliation: { readonly audio: object };
  readonly alarms: object;
}

async function surveyOf(rig: Rig, mapping: string, ...more: readonly string[]): Promise<{ readonly code: number | null; readonly summary: Survey }> {
  const { code, summary } = await rig.json(['survey', mapping.replace(/\.toml$/, ''), '--mapping', mapping, '--headers-only', ...more]);
  return { code, summary: summary as unknown as Survey };
}

describe('days without sound are highlighted in a survey', () => {
  test.each([
    ['no rows', undefined, { calls: 0 }, { calls: 374, withAudio: 374, without: {} }],
    ['rows alone', null, { calls: 88 }, { calls: 462, withAudio: 374, without: { 'row-without-audio': 88 } }],
    ['files of 0 bytes', new Uint8Array(0), { calls: 88 }, { calls: 462, withAudio: 374, without: { 'zero-audio': 88 } }],
    ['headers without samples', mulawWave(new Uint8Array(0)), { calls: 88 }, { calls: 462, withAudio: 374, without: { 'zero-audio': 88 } }],
    ['one byte from end to end', mulawWave(new Uint8Array(300).fill(0xff)), { calls: 88 }, { calls: 462, withAudio: 374, without: { matched: 88 } }],
  ])('as %s', async (_, bytes, calls, audio) => {
    await using rig = createRig();
    const mapping = makeSource(rig.path('source'), 42, 11, (call) => (isGap(call) ? bytes : sounding(call)));
    const { code, summary } = await surveyOf(rig, mapping);
    expect(summary.coverage.thin).toEqual([{ ...gap, ...calls }]);
    expect(summary.reconciliation.audio).toEqual(audio);
    expect([code, summary.alarms, summary.silent]).toEqual([0, {}, []]);
  });
});

test('an agent without audio for 50 days is reported, whether files are missing or only headers, at the end, in the middle or always; one with audio is not', async () => {
  await using rig = createRig();
  const mapping = makeSource(rig.path('source'), 90, 5, (call) => {
    if (call.agent === '101' && call.day >= 40) return null;
    if (call.agent === '102' && call.day >= 20 && call.day < 70) return mulawWave(new Uint8Array(0));
    if (call.agent === '103') return null;
    // Every other call of this agent has none, which is normal for it.
    if (call.agent === '104' && call.day % 2 === 0) return null;
    return sounding(call);
  });
  const { code, summary } = await surveyOf(rig, mapping);
  const told = summary.silent.map(({ value, silent, from, to, daysSilent }) => ({ value, silent, from, to, daysSilent }));
  expect(told).toEqual([
    { value: '101', silent: 'without-audio', from: dayOf(40), to: dayOf(89), daysSilent: 50 },
    { value: '102', silent: 'without-audio', from: dayOf(20), to: dayOf(69), daysSilent: 50 },
    { value: '103', silent: 'without-audio', from: dayOf(0), to: dayOf(89), daysSilent: 90 },
  ]);
  expect(code).toBe(0);
  const { stdout } = await rig.run(['survey', 'source', '--mapping', mapping, '--headers-only']);
  expect(stdout).toContain('Falling silent, starting late or without audio (agent): 3 of 5');
  expect(stdout).toContain(`calls without audio from ${dayOf(40)} to ${dayOf(89)}`);
});

test('digital silence that only decoding shows is highlighted after the import: in its report, in its last lines, in the report of the archive and in the list', async () => {
  await using rig = createRig();
  // Two codes for 0: mu-law 0xff is +0, 0x7f is -0 (ITU-T G.711, table 2a), so the bytes differ and the samples do not.
  const silence = Uint8Array.from({ length: 400 }, (_, at) => (at % 2 === 0 ? 0xff : 0x7f));
  const mapping = makeSource(rig.path('source'), 42, 11, (call) => (isGap(call) ? mulawWave(silence) : sounding(call)));
  const survey = await surveyOf(rig, mapping);
  expect(survey.summary.coverage.thin).toEqual([]);
  const { code, stdout } = await rig.run(['import', 'source', '--mapping', mapping, '--into', 'archive', '-q']);
  expect(code).toBe(0);
  expect(stdout).toContain('Calls with audio: 374 of 462 that rows describe; without: 88 matched, but silent\n');
  expect(stdout).toContain(`8 days with suspiciously few calls or calls with audio, in 1 stretch; the first from ${gap.from} to ${gap.to}.`);
  const page = stdout.match(/^Report: (.*)$/m)?.[1] ?? '';
  const report = JSON.parse(readFileSync(join(page, '..', 'report.json'), 'utf8'));
  expect(report.coverage.thin).toEqual([{ ...gap, calls: 88 }]);
  expect(report.calls.withAudio).toBe(374);
  const archive = await rig.run(['report', 'archive']);
  expect(archive.stdout).toContain('374 of 462 recordings with audio.\n');
  const whole = JSON.parse(readFileSync(rig.path('archive/reports/archive/report.json'), 'utf8'));
  expect(whole.coverage.thin).toEqual([{ ...gap, calls: 88 }]);
  const listed = await rig.json(['list', 'archive', '--without-sound']);
  expect(listed.summary).toMatchObject({ recordings: 88, exitCode: 0 });
});

describe('an import in which no call has audio', () => {
  test('ends with 3 and a message with numbers, also with -q, as a dry run, and again if nothing is new', async () => {
    await using rig = createRig();
    const mapping = makeSource(rig.path('source'), 1, 3, () => null);
    const alarm = 'error P251 source: 0 of 3 calls that rows describe have audio: 3 row-without-audio\n';
    const command = ['import', 'source', '--mapping', mapping, '--into', 'archive', '-q'];
    for (const args of [['survey', 'source', '--mapping', mapping, '-q'], [...command, '--dry-run'], command, command]) {
      const run = await rig.run(args);
      expect([run.code, run.stderr]).toEqual([3, alarm]);
      expect(run.stdout).toContain(
        'Rows: 3 rows in calls.csv\n  3  row-without-audio\nRecordings: 3\n  3  row-without-audio\nCalls with audio: 0 of 3',
      );
      expect(run.stdout).toContain('Exit code 3 because of P251=3; longplay explain CODE says what to do.\n');
    }
    const none = await rig.run([...command, '--expect-audio', '0%']);
    expect([none.code, none.stderr]).toEqual([0, '']);
  });

  test.each([
    ['files of 0 bytes', new Uint8Array(0), 'zero-audio'],
    ['headers', mulawWave(new Uint8Array(0)), 'zero-audio'],
    ['silence', mulawWave(new Uint8Array(400).fill(0xff)), 'matched, but silent'],
    ['one value at full scale', mulawWave(new Uint8Array(400).fill(0x00)), 'matched, but silent'],
  ])('includes one with %s', async (_, bytes, status) => {
    await using rig = createRig();
    const mapping = makeSource(rig.path('source'), 1, 2, () => bytes);
    const run = await rig.run(['import', 'source', '--mapping', mapping, '--into', 'archive', '-q']);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(`error P251 source: 0 of 2 calls that rows describe have audio: 2 ${status}\n`);
  });

  test('has no alarm if no row describes anything, as with loose files', async () => {
    await using rig = createRig();
    makeSource(rig.path('source'), 1, 2, () => mulawWave(new Uint8Array(0)));
    const { code, summary } = await rig.json(['import', 'source/rec', '--into', 'archive']);
    expect([code, summary.alarms, (summary.reconciliation as Survey['reconciliation']).audio]).toEqual([
      0,
      {},
      { calls: 0, withAudio: 0, without: {} },
    ]);
  });
});

describe('--expect-audio', () => {
  test('sets the threshold of survey, dry run and import: at the threshold they succeed, below it the exit code is 3, with numbers', async () => {
    await using rig = createRig();
    const mapping = makeSource(rig.path('source'), 1, 20, (call) => (call.number === 0 ? null : sounding(call)));
    const below = 'error P252 source: 19 of 20 calls that rows describe have audio: 95 %, and 95.01 % are expected; without: 1 row-without-audio\n';
    for (const command of [
      ['survey', 'source'],
      ['import', 'source', '--into', 'archive', '-n'],
      ['import', 'source', '--into', 'archive'],
    ]) {
      const at = await rig.run([...command, '--mapping', mapping, '-q', '--expect-audio', '95%']);
      expect([at.code, at.stderr]).toEqual([0, '']);
      const run = await rig.run([...command, '--mapping', mapping, '-q', '--expect-audio', '95.01%']);
      expect([run.code, run.stderr]).toEqual([3, below]);
    }
  });

  test.each(['95', '0.95', '101%', '95 %', '-1%', '%', '1e1%', 'all'])('refuses %s with 2', async (share) => {
    await using rig = createRig();
    makeSource(rig.path('source'), 1, 1, () => null);
    const { code, stderr } = await rig.run(['survey', 'source', `--expect-audio=${share}`]);
    expect(code).toBe(2);
    expect(stderr).toContain('give a share from 0% to 100%, with the percent sign, e.g. 95% or 99.5%.');
  });
});
