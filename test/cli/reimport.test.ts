import { appendFileSync, copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SourceReport } from '../../src/report/source/report.ts';
import { createRig, fingerprint, type Rig, root } from './rig.ts';

const sample = join(root, 'samples/asterisk-normal');
const zone = ['--zone', 'Europe/Stockholm'];
/** All imports here begin within one second, as those of scripts may. */
const oneSecond = { SOURCE_DATE_EPOCH: '1790000000' };

interface Totals {
  readonly imported: number;
  readonly notImported: number;
  readonly unread: number;
  readonly reconciliation: { readonly alreadyArchived: number; readonly changed: number; readonly toImport: number };
}

async function importInto(
  rig: Rig,
  source: string,
  ...more: string[]
): Promise<Totals & { readonly code: number | null; readonly codes: Record<string, number> }> {
  const { code, summary } = await rig.json(['import', source, '--into', 'archive', ...zone, ...more], oneSecond);
  return { ...(summary as unknown as Totals & { codes: Record<string, number> }), codes: summary.findings as Record<string, number>, code };
}

interface Row {
  readonly recordingId: string;
  readonly key: string;
  readonly supersedes: string | null;
  readonly site: string;
}

async function list(rig: Rig, ...more: string[]): Promise<Row[]> {
  const { lines } = await rig.json(['list', 'archive', ...more]);
  return lines.filter((line) => line.of === 'recording').map((line) => line.value as Row);
}

test('a source that grew adds only what is new', async () => {
  await using rig = createRig();
  const source = rig.copyOf(sample, 'source');
  expect(await importInto(rig, source)).toMatchObject({ code: 0, imported: 6 });
  const firstBag = fingerprint(rig.path('archive/bags'));
  const row = readFileSync(join(source, 'cdr-csv/Master.csv'), 'utf8').split('\n')[0] ?? '';
  appendFileSync(join(source, 'cdr-csv/Master.csv'), `${row.replaceAll('1761438596.0', '1761999999.0')}\n`);
  const folder = join(source, 'monitor/2025/10/26');
  const wav = readdirSync(folder).find((name) => name.endsWith('1761438596.0.wav')) ?? '';
  copyFileSync(join(folder, wav), join(folder, wav.replace('1761438596.0', '1761999999.0')));
  expect(await importInto(rig, source)).toMatchObject({ code: 0, imported: 1, reconciliation: { alreadyArchived: 6, changed: 0, toImport: 1 } });
  // Each keeps its own report.
  const [first = '', ...others] = readdirSync(rig.path('archive/reports')).sort();
  expect([first.slice(0, 15), ...others.map((job) => job.slice(0, 15))]).toEqual(['20260921t141320', '20260921t141321']);
  expect((await list(rig)).map(({ key }) => key)).toContain('pbx1-1761999999.0');
  // Existing recordings are unchanged.
  expect(fingerprint(rig.path('archive/bags'))).toEqual(expect.arrayContaining(firstBag));
  expect(await importInto(rig, source)).toMatchObject({ code: 0, imported: 0, reconciliation: { alreadyArchived: 7, toImport: 0 } });
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('a recording whose rows changed is a difference, and one whose file changed is imported beside the old one and names it', async () => {
  await using rig = createRig();
  const source = rig.copyOf(sample, 'source');
  await importInto(rig, source);
  const before = await list(rig);
  const table = join(source, 'cdr-csv/Master.csv');
  writeFileSync(
    table,
    readFileSync(table, 'utf8').replace('"ANSWERED","DOCUMENTATION","pbx1-1761442196.4"', '"FAILED","DOCUMENTATION","pbx1-1761442196.4"'),
  );
  expect(await importInto(rig, source)).toMatchObject({
    code: 3,
    imported: 0,
    codes: { P265: 1 },
    reconciliation: { alreadyArchived: 6, changed: 0 },
  });
  expect(await list(rig)).toEqual(before);
  expect(await importInto(rig, source, '--amend')).toMatchObject({ code: 0, imported: 0, reconciliation: { toAmend: 1 } });
  const after = await list(rig);
  expect(after.map(({ recordingId }) => recordingId)).toEqual(before.map(({ recordingId }) => recordingId));
  expect(await importInto(rig, source)).toMatchObject({ code: 0, imported: 0, reconciliation: { alreadyArchived: 6 } });
  // Back to the first state: the archive has a newer description.
  copyFileSync(join(sample, 'cdr-csv/Master.csv'), table);
  expect(await importInto(rig, source)).toMatchObject({ code: 3, imported: 0, codes: { P265: 1 } });
  expect(await importInto(rig, source, '--amend')).toMatchObject({ code: 0, imported: 0, reconciliation: { toAmend: 1 } });
  const folder = join(source, 'monitor/2025/10/26');
  const gsm = join(folder, readdirSync(folder).find((name) => name.endsWith('.gsm')) ?? '');
  appendFileSync(gsm, readFileSync(gsm).subarray(0, 33));
  expect(await importInto(rig, source)).toMatchObject({ code: 0, imported: 1, codes: { P104: 1 } });
  const added = (await list(rig)).filter(({ recordingId }) => !before.some((known) => known.recordingId === recordingId));
  const old = before.find(({ key }) => key === added[0]?.key)?.recordingId;
  expect([old, added]).toEqual([expect.any(String), [expect.objectContaining({ supersedes: old })]]);
  expect((await rig.run(['verify', 'archive', '--play'])).code).toBe(0);
});

test('sites distinguish recorders that number their calls alike', async () => {
  await using rig = createRig();
  expect(await importInto(rig, sample, '--site', 'oslo')).toMatchObject({ code: 0, imported: 6 });
  expect(await importInto(rig, sample, '--site', 'bergen')).toMatchObject({ code: 0, imported: 6, reconciliation: { alreadyArchived: 0 } });
  expect(await importInto(rig, sample, '--site', 'oslo')).toMatchObject({ code: 0, imported: 0 });
  expect(await list(rig, '--with-site', 'oslo')).toHaveLength(6);
  expect(new Set((await list(rig)).map(({ recordingId }) => recordingId)).size).toBe(12);
});

test('recordings recovered from a damaged zip are marked, and imported again once the zip is intact, although the sizes are the same', async () => {
  await using rig = createRig();
  expect((await rig.exec('zip', ['-qr0', rig.path('whole.zip'), 'asterisk-normal'], join(root, 'samples'))).code).toBe(0);
  const bytes = readFileSync(rig.path('whole.zip'));
  const folder = join(sample, 'monitor/2025/10/26');
  const member = readFileSync(join(folder, readdirSync(folder).find((name) => name.endsWith('.WAV')) ?? ''));
  // Stored uncompressed: a byte of its sound, after the headers.
  const at = bytes.indexOf(member.subarray(0, 600)) + 500;
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  writeFileSync(rig.path('damaged.zip'), bytes);
  const damaged = await importInto(rig, 'damaged.zip');
  expect(damaged).toMatchObject({ code: 3, imported: 6, notImported: 0, unread: 1, codes: { S143: 1 } });
  const [salvaged] = (await list(rig)).filter(({ key }) => key === 'pbx1-1761442196.4');
  const shown = await rig.run(['show', 'archive', salvaged?.recordingId ?? '']);
  expect(shown.stdout).toContain('S143');
  const before = readdirSync(rig.path('archive/reports'));
  expect(await importInto(rig, 'damaged.zip')).toMatchObject({ code: 3, imported: 0, notImported: 1, codes: { S143: 1, P108: 1, P114: 1 } });
  const made = readdirSync(rig.path('archive/reports')).find((job) => !before.includes(job)) ?? '';
  const report = JSON.parse(readFileSync(rig.path('archive/reports', made, 'report.json'), 'utf8')) as SourceReport;
  expect(report).toMatchObject({ calls: { byStanding: { archived: 5, 'not-imported': 1 } }, result: { notImported: 1 }, unread: { total: 2 } });
  expect(report.checks.filter(({ input, accounted }) => input !== accounted)).toEqual([]);
  expect(await importInto(rig, 'whole.zip')).toMatchObject({ code: 0, imported: 1, codes: { P108: 1 } });
  expect((await list(rig)).filter(({ key }) => key === 'pbx1-1761442196.4').map(({ supersedes }) => supersedes)).toEqual(
    expect.arrayContaining([null, salvaged?.recordingId]),
  );
  for (const source of ['whole.zip', 'damaged.zip', sample])
    expect(await importInto(rig, source)).toMatchObject({ code: 0, imported: 0, notImported: 0 });
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('a bag that was lost comes back with the next import of its source', async () => {
  await using rig = createRig();
  await importInto(rig, sample);
  const [year = ''] = readdirSync(rig.path('archive/bags'));
  const [bag = ''] = readdirSync(rig.path('archive/bags', year));
  rmSync(rig.path('archive/bags', year, bag), { recursive: true });
  expect((await rig.run(['verify', 'archive'])).code).toBe(4);
  expect(await importInto(rig, sample)).toMatchObject({ code: 0, imported: 6, codes: { P130: 1 } });
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('a lost bag is reported by each import that cannot bring it back, which ends with 4', async () => {
  await using rig = createRig();
  await importInto(rig, sample);
  // The bag of tables stays, so the archive does not look like one whose disk is absent.
  const [year = ''] = readdirSync(rig.path('archive/bags')).filter((name) => name !== 'tables');
  for (const bag of readdirSync(rig.path('archive/bags', year))) rmSync(rig.path('archive/bags', year, bag), { recursive: true });
  const other = join(root, 'samples/sidecar-xml');
  expect(await importInto(rig, other)).toMatchObject({ code: 4, codes: { P130: 1, P269: 1 } });
  // The catalog has forgotten the bag; the log has not.
  expect(await importInto(rig, other)).toMatchObject({ code: 4, imported: 0, codes: { P269: 1 } });
  // A dry run also reads the log, and reports it.
  expect(await importInto(rig, sample, '-n')).toMatchObject({ code: 4, codes: { P269: 1 } });
  expect((await importInto(rig, sample)).code).toBe(0);
  expect(await importInto(rig, other)).toMatchObject({ code: 0, codes: {} });
  expect(await importInto(rig, other, '-n')).toMatchObject({ code: 0, codes: {} });
});
