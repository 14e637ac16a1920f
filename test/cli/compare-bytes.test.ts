import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { wave } from '../faults/small-import.ts';
import { createRig, type Rig } from './rig.ts';

interface Imported {
  readonly code: number | null;
  readonly imported: number;
  readonly there: number;
  /** Number of archived files that were compared byte by byte. */
  readonly read: number;
  /** Findings of this comparison only, e.g. `P260 a.wav`. */
  readonly told: readonly string[];
}

async function imported(rig: Rig, sources: readonly string[], ...more: string[]): Promise<Imported> {
  const { code, lines, summary } = await rig.json(['import', ...sources, '--into', 'archive', ...more]);
  const { alreadyArchived, comparedByBytes } = summary.reconciliation as { alreadyArchived: number; comparedByBytes: number };
  const told = lines.filter((line) => ['P104', 'P105', 'P260', 'P261', 'P262', 'P263', 'P264'].includes(String(line.code)));
  return {
    code,
    imported: Number(summary.imported),
    there: alreadyArchived,
    read: comparedByBytes,
    told: told.map((line) => `${String(line.code)} ${String(line.place)}`),
  };
}

interface Listed {
  readonly recordingId: string;
  readonly key: string;
  readonly supersedes: string | null;
}

async function list(rig: Rig): Promise<Listed[]> {
  const { lines } = await rig.json(['list', 'archive']);
  return lines.filter(({ of }) => of === 'recording').map(({ value }) => value as Listed);
}

/** Every original of the archive, by digest, as sha256sum has it. */
async function digests(rig: Rig): Promise<string[]> {
  const { stdout } = await rig.exec('sh', ['-c', "find archive/bags -name 'original-*' -exec sha256sum {} + | cut -d' ' -f1 | sort"]);
  return stdout.split('\n').filter((line) => line !== '');
}

/** Folders of loose files, each with its own sound unless the steps are equal. */
function loose(rig: Rig, files: Readonly<Record<string, number>>): void {
  for (const [path, step] of Object.entries(files)) {
    mkdirSync(rig.path(path, '..'), { recursive: true });
    writeFileSync(rig.path(path), wave(800, step));
  }
}

const mapping = 'source.zone = "UTC"\ntable.files = "*.csv"\n[columns]\nkey = "id"\nstart = "start"\n[join]\ncolumn = "file"\n';

function calls(rig: Rig): string {
  writeFileSync(rig.path('mapping.toml'), mapping);
  loose(rig, { 'calls/1.wav': 401, 'calls/2.wav': 402, 'calls/3.wav': 403 });
  const rows = [1, 2, 3].map((at) => `call-${at},2024-05-02 10:00:0${at},${at}.wav`);
  writeFileSync(rig.path('calls/calls.csv'), ['id,start,file', ...rows, ''].join('\n'));
  return 'calls';
}

const mapped = ['--mapping', 'mapping.toml'];

test('a file that was truncated, emptied or deleted since its import is reported with both sizes and ends with 3; one that has grown is not', async () => {
  await using rig = createRig();
  const source = calls(rig);
  expect(await imported(rig, [source], ...mapped)).toMatchObject({ code: 0, imported: 3, told: [] });
  const kept = await digests(rig);
  writeFileSync(rig.path('calls/1.wav'), wave(500, 401));
  writeFileSync(rig.path('calls/2.wav'), '');
  rmSync(rig.path('calls/3.wav'));
  const { summary, lines } = await rig.json(['import', source, '--into', 'archive', ...mapped, '--dry-run']);
  expect(summary).toMatchObject({ exitCode: 3, alarms: { P264: 3 } });
  expect(
    lines
      .filter(({ code }) => code === 'P264')
      .map(({ message }) => /has (\d+) bytes of it, the source now has (\d+);/.exec(String(message))?.slice(1)),
  ).toEqual([
    ['1644', '1044'],
    ['1644', '0'],
    ['1644', '0'],
  ]);
  expect(await imported(rig, [source], ...mapped)).toMatchObject({ code: 3, told: ['P264 call-1', 'P264 call-2', 'P264 call-3'] });
  // The archived state stays, and the present state is known from now on.
  expect(await digests(rig)).toEqual(expect.arrayContaining(kept));
  expect(await imported(rig, [source], ...mapped)).toMatchObject({ imported: 0, told: [] });
  writeFileSync(rig.path('calls/1.wav'), wave(900, 401));
  expect(await imported(rig, [source], ...mapped)).toMatchObject({ imported: 1, told: ['P104 call-1'] });
});

test('different bytes under the same name and size are reported with their place, end with 3, and are archived beside the old ones', async () => {
  await using rig = createRig();
  const source = calls(rig);
  expect(await imported(rig, [source], ...mapped)).toMatchObject({ code: 0, imported: 3, told: [] });
  const before = await list(rig);
  const old = before.find(({ key }) => key === 'call-2');
  writeFileSync(rig.path('calls/2.wav'), wave(800, 999));
  // Another state of the same file: another time stamp.
  utimesSync(rig.path('calls/2.wav'), new Date('2024-06-01T00:00:00Z'), new Date('2024-06-01T00:00:00Z'));
  const dry = await rig.json(['import', source, '--into', 'archive', '--dry-run', ...mapped]);
  expect(dry).toMatchObject({ code: 3, summary: { findings: { P260: 1 }, alarms: { P260: 1 } } });
  expect(await imported(rig, [source], ...mapped)).toEqual({ code: 3, imported: 1, there: 2, read: 0, told: ['P260 2.wav'] });
  const added = (await list(rig)).filter(({ recordingId }) => !before.some((one) => one.recordingId === recordingId));
  expect(added).toMatchObject([{ key: 'call-2', supersedes: old?.recordingId }]);
  expect(await digests(rig)).toHaveLength(4);
  // From now on the archive has it, and the first state as well.
  expect(await imported(rig, [source], ...mapped)).toEqual({ code: 0, imported: 0, there: 3, read: 0, told: [] });
  writeFileSync(rig.path('calls/2.wav'), wave(800, 402));
  expect(await imported(rig, [source], ...mapped)).toEqual({ code: 0, imported: 0, there: 3, read: 1, told: [] });
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('bytes under the same name, size and time are compared on request, and the message states how they were compared', async () => {
  await using rig = createRig();
  const source = calls(rig);
  const time = new Date('2024-05-02T12:00:00Z');
  utimesSync(rig.path('calls/3.wav'), time, time);
  await imported(rig, [source], ...mapped);
  writeFileSync(rig.path('calls/3.wav'), wave(800, 998));
  utimesSync(rig.path('calls/3.wav'), time, time);
  const again = await rig.run(['import', source, '--into', 'archive', ...mapped]);
  expect(again).toMatchObject({ code: 0 });
  expect(again.stdout).toContain('all 3 recordings of this source (compared by rows, names, sizes and time stamps)');
  expect(await imported(rig, [source], ...mapped, '--compare-bytes')).toEqual({ code: 3, imported: 1, there: 2, read: 2, told: ['P260 3.wav'] });
  const last = await rig.run(['import', source, '--into', 'archive', ...mapped, '--compare-bytes']);
  expect(last.stdout).toContain('compared by rows, names, sizes and SHA-256 of the bytes');
  expect(last.code).toBe(0);
  // Without stored times: read, and found equal.
  utimesSync(rig.path('calls/1.wav'), new Date('2024-06-01T00:00:00Z'), new Date('2024-06-01T00:00:00Z'));
  const touched = await rig.run(['import', source, '--into', 'archive', ...mapped]);
  expect(touched.stdout).toContain('compared by rows, names, sizes and time stamps, 1 recording by SHA-256 of the bytes');
  expect(touched.code).toBe(0);
});

test('loose files named from another root are recognised as the same files', async () => {
  await using rig = createRig();
  loose(rig, { 'A/x.wav': 401, 'A/y.wav': 402, 'B/x.wav': 403, 'B/z.wav': 404 });
  expect(await imported(rig, ['A'])).toMatchObject({ code: 0, imported: 2 });
  // B/x.wav has the name and the size of A/x.wav, and other bytes: another call.
  expect(await imported(rig, ['B'])).toMatchObject({ code: 0, imported: 2, told: ['P263 x.wav'] });
  expect((await list(rig)).map(({ supersedes }) => supersedes)).toEqual([null, null, null, null]);
  for (const sources of [['A', 'B'], ['B', 'A'], ['./A', 'B/'], ['A'], ['B'], ['A/x.wav']])
    expect({ sources, ...(await imported(rig, sources)) }).toMatchObject({ sources, code: 0, imported: 0 });
  // The same root again needs no reading.
  expect(await imported(rig, ['A'])).toMatchObject({ there: 2, read: 0 });
  renameSync(rig.path('A'), rig.path('C'));
  expect(await imported(rig, ['C'])).toMatchObject({ code: 0, imported: 0, there: 2, read: 2 });
  expect(await digests(rig)).toHaveLength(4);
});

test('a folder that is a copy of another adds nothing if both are given together, as it adds nothing by itself', async () => {
  await using rig = createRig();
  // In A two calls have the same sound; B also has a call of its own.
  loose(rig, { 'A/x.wav': 401, 'A/1/y.wav': 402, 'A/2/y.wav': 402 });
  cpSync(rig.path('A'), rig.path('B'), { recursive: true });
  expect(await imported(rig, ['A'])).toMatchObject({ code: 0, imported: 3, told: ['P261 1/y.wav'] });
  expect(await imported(rig, ['B'])).toMatchObject({ code: 0, imported: 0, there: 3, told: [] });
  cpSync(rig.path('B'), rig.path('C'), { recursive: true });
  for (const sources of [
    ['A', 'B'],
    ['B', 'A'],
    ['A', 'B', 'C'],
    ['A', 'B', 'C'],
  ])
    expect({ sources, ...(await imported(rig, sources)) }).toMatchObject({ sources, code: 0, imported: 0, there: 3 * sources.length, told: [] });
  // A call that only one of them has is new, even if its sound equals that of another.
  cpSync(rig.path('A/x.wav'), rig.path('B/3.wav'));
  loose(rig, { 'B/4.wav': 404 });
  expect(await imported(rig, ['A', 'B'])).toMatchObject({ code: 0, imported: 2, there: 6, told: ['P261 B/3.wav'] });
  expect(await imported(rig, ['A', 'B'])).toMatchObject({ code: 0, imported: 0, there: 8, told: [] });
  // Two calls of one import stay two, whatever is given later.
  const fresh = await rig.json(['import', 'A', 'C', '--into', 'other']);
  expect(fresh.summary).toMatchObject({ imported: 6 });
  for (const sources of [['A', 'C'], ['C', 'A'], ['A'], ['C']]) {
    const again = await rig.json(['import', ...sources, '--into', 'other']);
    expect({ sources, code: again.code, imported: again.summary.imported }).toEqual({ sources, code: 0, imported: 0 });
  }
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('a disk mounted one level higher or lower, or packed, duplicates nothing', async () => {
  await using rig = createRig();
  loose(rig, { 'lo/2024/03/a.wav': 401, 'lo/2024/03/b.wav': 402, 'lo/2024/04/a.wav': 403, 'lo/2023/a.wav': 404 });
  expect(await imported(rig, ['lo/2024'])).toMatchObject({ imported: 3 });
  expect(await imported(rig, ['lo'])).toMatchObject({ imported: 1, there: 3, read: 3 });
  expect(await imported(rig, ['lo/2024/03'])).toMatchObject({ imported: 0, there: 2 });
  expect((await rig.exec('tar', ['-cf', 'lo.tar', 'lo'])).code).toBe(0);
  expect(await imported(rig, ['lo.tar'])).toMatchObject({ code: 0, imported: 0, there: 4, read: 4 });
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('only equal bytes are the same file: no call is lost, whatever else is alike', async () => {
  await using rig = createRig();
  // One sound in four files: two in folders of one source, two with the same names in another.
  loose(rig, { 'A/1/x.wav': 401, 'A/2/x.wav': 401, 'B/1/x.wav': 402, 'B/x.wav': 401 });
  expect(await imported(rig, ['A'])).toMatchObject({ imported: 2 });
  // 1/x.wav of B has different bytes; x.wav of B is below no root of A, but its bytes equal those of two files whose paths end in its name.
  const second = await imported(rig, ['B']);
  const kept = await digests(rig);
  expect(kept).toHaveLength(2 + second.imported);
  for (const path of ['A/1/x.wav', 'A/2/x.wav', 'B/1/x.wav', 'B/x.wav']) {
    const { stdout } = await rig.exec('sha256sum', [path]);
    expect(kept).toContain(stdout.split(' ')[0]);
  }
  // Changed in place: a new state of the same file.
  writeFileSync(rig.path('A/1/x.wav'), wave(800, 405));
  utimesSync(rig.path('A/1/x.wav'), new Date('2024-06-01T00:00:00Z'), new Date('2024-06-01T00:00:00Z'));
  expect(await imported(rig, ['A'])).toMatchObject({ code: 3, imported: 1, told: ['P260 1/x.wav'] });
  expect(await imported(rig, ['A'])).toMatchObject({ code: 0, imported: 0 });
  // A second file of the same bytes beside the first is a second call.
  cpSync(rig.path('A/2/x.wav'), rig.path('A/x.wav'));
  expect(await imported(rig, ['A'])).toMatchObject({ code: 0, imported: 1 });
  expect(await imported(rig, ['A'])).toMatchObject({ code: 0, imported: 0 });
});

test('a file that cannot be read for the comparison is reported and stays as archived', async () => {
  await using rig = createRig();
  const source = calls(rig);
  const bytes = readFileSync(rig.path('calls/1.wav'));
  rmSync(rig.path('calls/1.wav'));
  // Stored uncompressed, with a checksum that does not match its bytes.
  writeFileSync(rig.path('1.wav'), bytes);
  expect((await rig.exec('zip', ['-q0', 'calls/one.zip', '1.wav'])).code).toBe(0);
  expect(await imported(rig, [source], ...mapped)).toMatchObject({ code: 0, imported: 3 });
  const zip = readFileSync(rig.path('calls/one.zip'));
  const at = zip.indexOf(bytes.subarray(0, 600)) + 500;
  zip[at] = (zip[at] ?? 0) ^ 0xff;
  writeFileSync(rig.path('calls/one.zip'), zip);
  const run = await imported(rig, [source], ...mapped, '--compare-bytes');
  expect(run).toMatchObject({ code: 3, imported: 0, told: ['P262 one.zip!1.wav'] });
});
