import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import type { ArchiveReport, SourceReport } from '../../src/report/source/report.ts';
import { createRig, fingerprint, type Rig, root } from './rig.ts';

const sample = join(root, 'samples/asterisk-normal');
const zone = ['--zone', 'Europe/Stockholm'];
const names = ['recordings.csv', 'recordings.jsonl', 'report.html', 'report.json'];
const statuses = { 'audio-without-row': 1, matched: 3, 'row-without-audio': 1, 'zero-audio': 1 };

function read<Report = SourceReport>(...path: string[]): Report {
  return JSON.parse(readFileSync(join(...path, 'report.json'), 'utf8')) as Report;
}

/** Folders of the reports of imports that an archive keeps. */
function kept(rig: Rig, archive = 'archive'): string[] {
  return existsSync(rig.path(archive, 'reports')) ? readdirSync(rig.path(archive, 'reports')).map((name) => rig.path(archive, 'reports', name)) : [];
}

function rowsOf(...folder: string[]): Record<string, string>[] {
  return parse(readFileSync(join(...folder, 'recordings.csv')), { bom: true, columns: true });
}

/** Times, names derived from them and the archive's own ids differ between runs. */
function lasting({ readAt: _r, writtenAt: _w, jobId: _j, archive: _a, files: _f, ...rest }: SourceReport): unknown {
  return rest;
}

test('an import stores its report in the archive and copies it to the requested place; its numbers are those printed', async () => {
  await using rig = createRig();
  const { code, lines, summary } = await rig.json(['import', sample, '--into', 'archive', ...zone, '--report', 'out/first']);
  expect(code).toBe(0);
  const [folder = ''] = kept(rig);
  expect(kept(rig)).toHaveLength(1);
  expect(readdirSync(folder).sort()).toEqual(names);
  expect(fingerprint(rig.path('out/first'))).toEqual(fingerprint(folder));
  const report = read(folder);
  expect(report).toMatchObject({
    of: 'import',
    sources: ['asterisk-normal'],
    importers: [{ id: 'asterisk', grade: 'verified' }],
    options: { 'time zone': 'Europe/Stockholm' },
  });
  expect(report.account.recordings).toEqual(statuses);
  expect(report.calls.byStanding).toEqual({ new: 6 });
  // The import printed each finding once, and the report has as many.
  expect(Object.fromEntries(report.findings.map(({ code: found, count }) => [found, count]))).toEqual(summary.findings);
  const line = lines.find((each) => each.type === 'result' && each.of === 'report');
  expect(line).toMatchObject({ value: { report } });
  expect(summary.report).toMatchObject({ folder, sumsAgree: true, checks: report.checks });
  const listed = await rig.json(['list', 'archive']);
  const ids = listed.lines.flatMap((each) => (each.of === 'recording' ? [(each.value as { recordingId: string }).recordingId] : []));
  expect(
    rowsOf(folder)
      .map((row) => row.recordingId)
      .sort(),
  ).toEqual(ids.sort());
  const page = readFileSync(join(folder, 'report.html'), 'utf8');
  for (const words of ['11 files went in, 11 accounted for', 'verified', 'It does not include telephone numbers']) expect(page).toContain(words);
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  rmSync(rig.path('archive/reports'), { recursive: true });
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('a run that finds nothing new stores no report and says so; if one is requested, it reports that everything is archived', async () => {
  await using rig = createRig();
  await rig.run(['import', sample, '--into', 'archive', ...zone]);
  const before = kept(rig);
  const again = await rig.run(['import', sample, '--into', 'archive', ...zone]);
  expect(again.stdout).toContain('A run that adds nothing keeps no report');
  expect(kept(rig)).toEqual(before);
  expect((await rig.run(['import', sample, '--into', 'archive', ...zone, '--report', 'again'])).code).toBe(0);
  const report = read(rig.path('again'));
  expect(report).toMatchObject({ of: 'again', calls: { byStanding: { archived: 6 }, durationMs: read(before[0] ?? '').calls.durationMs } });
  expect(report.account.recordings).toEqual(statuses);
  expect(kept(rig)).toEqual(before);
});

test('a dry run and a survey write a report and nothing else', async () => {
  await using rig = createRig();
  expect((await rig.run(['import', sample, '--into', 'archive', ...zone, '--dry-run', '--report', 'dry'])).code).toBe(0);
  expect((await rig.run(['survey', sample, ...zone, '--report', 'survey'])).code).toBe(0);
  expect(readdirSync(rig.folder).sort()).toEqual(['dry', 'survey']);
  expect(read(rig.path('dry'))).toMatchObject({ of: 'dry-run', account: { toImport: 6 }, calls: { recordings: 6 } });
  // Of the five that have a file one is a header without samples.
  expect(read(rig.path('survey'))).toMatchObject({ of: 'survey', calls: { recordings: 6, withAudio: 4 } });
  for (const folder of ['dry', 'survey']) expect(readdirSync(rig.path(folder)).sort()).toEqual(names);
});

test('a report is never written over a file or into the source: both are refused before anything is done', async () => {
  await using rig = createRig();
  const source = rig.copyOf(sample, 'source');
  mkdirSync(rig.path('full'));
  writeFileSync(rig.path('full/notes.txt'), 'mine');
  const before = fingerprint(rig.folder);
  for (const [folder, said] of [
    ['full', 'P210'],
    ['full/notes.txt', 'P210'],
    ['source/report', 'U121'],
    ['archive/report', 'U121'],
  ] as const) {
    const run = await rig.run(['import', source, '--into', 'archive', ...zone, '--report', folder]);
    expect([folder, run.code, run.stderr.includes(said)]).toEqual([folder, 2, true]);
  }
  expect((await rig.run(['survey', source, ...zone, '--report', 'full'])).code).toBe(2);
  expect((await rig.run(['survey', rig.path('nowhere'), '--report', 'left'])).code).not.toBe(0);
  expect(existsSync(rig.path('left'))).toBe(false);
  expect(fingerprint(rig.folder)).toEqual(before);
  // A complete report stays; the unfinished report of a stopped run is replaced.
  expect((await rig.run(['survey', source, ...zone, '--report', 'out'])).code).toBe(0);
  expect((await rig.run(['survey', source, ...zone, '--report', 'out'])).stderr).toContain('holds a report');
  rmSync(rig.path('out/report.html'));
  writeFileSync(rig.path('out/recordings.csv.partial'), 'half');
  expect((await rig.run(['survey', source, ...zone, '--report', 'out'])).code).toBe(0);
  expect(readdirSync(rig.path('out')).sort()).toEqual(names);
});

test('an import that was killed between two bags has the same report as one that was never stopped', async () => {
  await using rig = createRig();
  const small = ['--bag-recordings', '1', '-j', '1', ...zone];
  await rig.run(['import', sample, '--into', 'whole', ...small]);
  const killed = await rig.run(['import', sample, '--into', 'archive', ...small], { abortAfter: /bag 20/, kill: 'SIGKILL' });
  expect(killed.signal).toBe('SIGKILL');
  expect(kept(rig)).toEqual([]);
  const { summary } = await rig.json(['import', sample, '--into', 'archive', ...small]);
  expect(summary.resumed).toBe(true);
  expect(lasting(read(kept(rig)[0] ?? ''))).toEqual(lasting(read(kept(rig, 'whole')[0] ?? '')));
});

test('if the report cannot be written the job stays, and the same command writes the complete report later', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('archive'));
  await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', 'archive']);
  rmSync(rig.path('archive/reports'), { recursive: true });
  writeFileSync(rig.path('archive/reports'), 'in the way');
  const blocked = await rig.run(['import', sample, '--into', 'archive', ...zone]);
  expect(blocked.code).toBe(5);
  expect(readdirSync(rig.path('archive/jobs'))).toHaveLength(1);
  rmSync(rig.path('archive/reports'));
  // State left by a killed run in the middle of writing.
  mkdirSync(rig.path('archive/reports/.longplay-tmp-1'), { recursive: true });
  writeFileSync(rig.path('archive/reports/.longplay-tmp-1/recordings.csv.partial'), 'half');
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  const run = await rig.run(['import', sample, '--into', 'archive', ...zone]);
  expect(run.stderr).toContain('resuming job');
  expect(run.code).toBe(0);
  expect(kept(rig)).toHaveLength(1);
  expect(readdirSync(kept(rig)[0] ?? '').sort()).toEqual(names);
  expect(read(kept(rig)[0] ?? '').account.recordings).toEqual(statuses);
  expect(readdirSync(rig.path('archive/jobs'))).toEqual([]);
});

test('a job whose list of recordings is damaged completes and states that it has no report', async () => {
  await using rig = createRig();
  const args = ['import', sample, '--into', 'archive', '--bag-recordings', '1', '-j', '1', ...zone];
  await rig.run(args, { abortAfter: /bag 20/, kill: 'SIGKILL' });
  const [job = ''] = readdirSync(rig.path('archive/jobs'));
  writeFileSync(rig.path('archive/jobs', job, 'calls.jsonl'), '{}\n');
  const { code, summary } = await rig.json(args);
  expect(code).toBe(0);
  expect(summary).toMatchObject({ report: null, findings: { P200: 1 } });
  expect(kept(rig)).toEqual([]);
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('a page over the whole archive has the numbers of list, the imports and the state of the log; it is rebuilt each time', async () => {
  await using rig = createRig();
  await rig.run(['import', sample, '--into', 'archive', ...zone]);
  await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', 'archive']);
  const { code, summary } = await rig.json(['report', 'archive']);
  expect(code).toBe(0);
  const { summary: listed } = await rig.json(['list', 'archive']);
  const report = read<ArchiveReport>(rig.path('archive/reports/archive'));
  for (const name of ['recordings', 'bags', 'originals', 'copies', 'originalBytes', 'durationMs'] as const) {
    expect([name, report.totals[name]]).toEqual([name, listed[name]]);
    expect(summary[name]).toBe(listed[name]);
  }
  expect(Object.fromEntries(report.calls.byStatus.map(({ status, recordings }) => [status, recordings]))).toEqual(
    Object.fromEntries((listed.byStatus as { value: string; count: number }[]).map(({ value, count }) => [value, count])),
  );
  expect(report).toMatchObject({
    of: 'archive',
    imports: [
      { importer: 'asterisk', planned: 6, imported: 6, report: expect.stringMatching(/^reports\//) },
      { importer: 'sidecar-xml', finishedAt: expect.any(String) },
    ],
    importers: [{ id: 'asterisk', grade: 'verified' }, { id: 'sidecar-xml' }],
    unfinished: [],
    verified: null,
  });
  expect(report.checks.map(({ input, accounted }) => input - accounted)).toEqual([0, 0, 0]);
  expect(rowsOf(rig.path('archive/reports/archive'))).toHaveLength(report.totals.recordings);
  rmSync(join(rig.path('archive'), report.imports[0]?.report ?? ''), { recursive: true });
  expect((await rig.run(['report', 'archive'])).code).toBe(0);
  expect(read<ArchiveReport>(rig.path('archive/reports/archive')).imports.map((one) => one.report !== null)).toEqual([false, true]);
  expect((await rig.run(['report', 'archive', '--out', 'elsewhere'])).code).toBe(0);
  expect(readdirSync(rig.path('elsewhere')).sort()).toEqual([...names, 'statement.json', 'statement.note', 'statement.txt']);
  expect((await rig.run(['report', 'archive', '--out', 'elsewhere'])).code).toBe(2);
  expect((await rig.run(['report', 'archive', '--out', 'archive/bags/x'])).code).toBe(2);
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('a missing bag shows in the sums, and the report ends with 4', async () => {
  await using rig = createRig();
  await rig.run(['import', sample, '--into', 'archive', '--bag-recordings', '3', ...zone]);
  const [bag = ''] = readdirSync(rig.path('archive/bags/2025'));
  rmSync(rig.path('archive/bags/2025', bag), { recursive: true });
  const { code, summary } = await rig.json(['report', 'archive']);
  expect(code).toBe(4);
  expect(summary).toMatchObject({ report: { sumsAgree: false }, findings: { P202: 2 } });
  expect(readFileSync(rig.path('archive/reports/archive/report.html'), 'utf8')).toContain('the sums do not agree');
});
