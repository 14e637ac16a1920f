import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRig, fingerprint, type Rig, root } from './rig.ts';

let rig: Rig;

beforeAll(async () => {
  rig = createRig();
  const { code } = await rig.run([
    'import',
    join(root, 'samples/asterisk-normal'),
    '--into',
    'archive',
    '--zone',
    'Europe/Stockholm',
    '--bag-recordings',
    '2',
  ]);
  expect(code).toBe(0);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

interface Listed {
  readonly recordingId: string;
  readonly bag: string;
  readonly key: string;
  readonly status: string;
  readonly start: string;
}

async function keys(...options: string[]): Promise<string[]> {
  const { lines, summary } = await rig.json(['list', 'archive', ...options]);
  const found = lines.filter((line) => line.of === 'recording').map((line) => line.value as Listed);
  if (!options.includes('--limit')) expect(summary.recordings).toBe(found.length);
  return found.map(({ key }) => /\d+\.\d+(?=\.wav$|$)/.exec(key)?.[0] ?? key);
}

test('calls are found by time, status, direction, codec, number and name, oldest first', async () => {
  const all = ['1761438596.0', '1761442196.4', '1761444900.8', '1761445200.12', '1761445800.16', '1761446400.20'];
  expect(await keys()).toEqual(all);
  expect(await keys('--limit', '2')).toEqual(all.slice(0, 2));
  // In the ambiguous hour the second 02:29 is an hour later in UTC.
  expect(await keys('--from', '2025-10-26T00:29Z', '--to', '2025-10-26T01Z')).toEqual(all.slice(0, 1));
  expect(await keys('--from', '2025-10-26T02:29:56+01:00')).toEqual(all.slice(1));
  // Fractions and the Z do not make moments differ.
  expect(await keys('--from', '2025-10-26T00:29:56Z', '--to', '2025-10-26T00:29:56.001Z')).toEqual(all.slice(0, 1));
  expect(await keys('--from', '2025-11')).toEqual([]);
  expect(await keys('--status', 'row-without-audio')).toEqual(['1761445800.16']);
  expect(await keys('--direction', 'outbound')).toEqual(['1761442196.4']);
  expect(await keys('--codec', 'gsm')).toEqual(['1761445200.12']);
  expect(await keys('--text', '46701740606')).toEqual(['1761444900.8']);
  expect(await keys('--text', '4670174060*', '--status', 'matched')).toEqual(['1761438596.0', '1761445200.12']);
  for (const words of ['"', '*', 'AND OR', 'a" OR "b', "'; DROP TABLE recording; --", 'from:x', '-', '('])
    expect(Array.isArray(await keys('--text', words))).toBe(true);
  expect(await keys()).toEqual(all);
});

test('a table for people shows how certain a time is, and an empty result is stated in words', async () => {
  const { stdout } = await rig.run(['list', 'archive']);
  const lines = stdout.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^start +id +length +dir +from +to +status +codec +key$/);
  expect(lines[1]).toMatch(
    /^2025-10-26 00:29:56Z {2}[0-9a-f]{8}-[0-9a-f]{4} {2}3\.0 s +inb {2}46701740605 {2}1001 +matched +pcm-s16le {2}pbx1-1761438596\.0$/,
  );
  expect(lines.at(-1)).toBe('6 recordings in 3 bags: 7 originals of 191 kB, 6 copies of 78.8 kB, 14.0 s of audio.');
  expect((await rig.run(['list', 'archive', '--from', '2031'])).stdout).toMatch(
    /^No recording matches\.\nIn this time: 0; perhaps in it: 0; without any time, so left out: \d+\.\n$/,
  );
});

test('one call is shown on a page by the beginning of its id; too short and unknown beginnings are distinguished', async () => {
  const { lines } = await rig.json(['list', 'archive', '--limit', '1']);
  const recordingId = (lines[0]?.value as Listed | undefined)?.recordingId ?? '';
  const page = await rig.run(['show', 'archive', recordingId.slice(0, 10).toUpperCase()]);
  expect(page.code).toBe(0);
  expect(page.stdout).toContain(`recording    ${recordingId}`);
  expect(page.stdout).toMatch(/^start +2025-10-26T00:29:56\.000Z \(exact, epoch; written as 2025-10-26 02:29:56\)$/m);
  expect(page.stdout).toMatch(/access-1\.opus .* listened back: like the original/);
  expect(page.stdout.split('\n').length).toBeLessThan(64);
  const [, path = ''] = /^play: ffplay (.*)$/m.exec(page.stdout) ?? [];
  expect(existsSync(path)).toBe(true);
  expect(await rig.run(['show', 'archive', ''])).toMatchObject({ code: 2, stderr: expect.stringContaining('U131') });
  expect(await rig.run(['show', 'archive', 'zz'])).toMatchObject({ code: 2, stderr: expect.stringContaining('U130') });
  const json = await rig.json(['show', 'archive', recordingId]);
  expect(json.lines[0]).toMatchObject({ of: 'document', value: { document: { recordingId } } });
});

test('a query is exported as plain files with readable names that sha256sum accepts, with all metadata beside them', async () => {
  const { code, lines, summary } = await rig.json([
    'export',
    'archive',
    '--status',
    'matched',
    '--take',
    'both',
    '--out',
    'day',
    '--name-template',
    '{date} {time}/{from}..{key}',
  ]);
  expect([code, summary]).toMatchObject([0, { recordings: 3, files: 10, corrupt: 0, empty: 0 }]);
  const judged = await rig.exec('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt'], rig.path('day'));
  expect([judged.code, judged.stdout, judged.stderr]).toEqual([0, '', '']);
  const names = readdirSync(rig.path('day')).sort();
  // No value and no template can create a folder.
  expect(names.filter((name) => name.includes('1761442196'))).toEqual([
    '2025-10-26_012956Z_1001..pbx1-1761442196.4-original.wav',
    '2025-10-26_012956Z_1001..pbx1-1761442196.4.opus',
  ]);
  expect(names.length).toBe(10 + 2);
  const metadata = readFileSync(rig.path('day/recordings.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { files: { file: string; sha256: string }[]; document: { recordingId: string } });
  expect(metadata.flatMap(({ files }) => files.map(({ file }) => file)).sort()).toEqual(names.filter((name) => /\.(opus|wav|gsm)$/.test(name)));
  expect(lines.filter((line) => line.of === 'exported')).toHaveLength(10);
  const inside = await rig.run(['export', 'archive', '--all', '--out', 'archive/out']);
  expect([inside.code, inside.stderr]).toEqual([2, expect.stringContaining('U121')]);
  const again = await rig.run(['export', 'archive', '--all', '--out', 'day']);
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('U133')]);
});

test('one call is exported by its id; a call without audio gives its metadata; a damaged file is never exported', async () => {
  const { lines } = await rig.json(['list', 'archive']);
  const rows = lines.filter((line) => line.of === 'recording').map((line) => line.value as Listed);
  const one = rows[0]?.recordingId ?? '';
  expect((await rig.json(['export', 'archive', one.slice(0, 13), '--out', 'one', '--take', 'original'])).summary).toMatchObject({
    recordings: 1,
    files: 3,
    exitCode: 0,
  });
  const silent = rows.find(({ status }) => status === 'row-without-audio')?.recordingId ?? '';
  expect((await rig.json(['export', 'archive', silent, '--out', 'silent'])).summary).toMatchObject({
    recordings: 1,
    files: 0,
    empty: 1,
    exitCode: 0,
  });
  expect(readdirSync(rig.path('silent')).sort()).toEqual(['manifest-sha256.txt', 'recordings.jsonl']);
  const archive = rig.copyOf(rig.path('archive'), 'damaged');
  const original = join(archive, 'bags', rows[0]?.bag ?? '', 'data', one, 'original-1.wav');
  const bytes = readFileSync(original);
  bytes[1_000] = (bytes[1_000] ?? 0) ^ 1;
  writeFileSync(original, bytes);
  const { code, summary, lines: said } = await rig.json(['export', 'damaged', one, '--out', 'bad', '--take', 'original']);
  expect([code, summary]).toMatchObject([4, { files: 2, corrupt: 1 }]);
  expect(said).toContainEqual(expect.objectContaining({ type: 'finding', code: 'P171', place: `bags/${rows[0]?.bag}/data/${one}/original-1.wav` }));
  expect(readdirSync(rig.path('bad')).filter((name) => name.endsWith('.wav'))).toHaveLength(2);
});

test('a catalog that was deleted, damaged or never made gives the same listing after it is rebuilt', async () => {
  const archive = rig.copyOf(rig.path('archive'), 'rebuilt');
  // An export from another copy was logged there.
  rig.forget();
  const list = async (): Promise<string> => (await rig.run(['list', 'rebuilt', '--json'])).stdout;
  const before = await list();
  const bags = fingerprint(join(archive, 'bags'));
  rmSync(join(archive, 'catalog.sqlite'));
  // The user does not notice that it was missing.
  expect(await list()).toBe(before);
  writeFileSync(join(archive, 'catalog.sqlite'), 'no database at all, though there once was one'.repeat(100));
  const broken = await rig.run(['list', 'rebuilt']);
  expect([broken.code, broken.stderr]).toEqual([5, expect.stringContaining('longplay catalog rebuild')]);
  expect((await rig.run(['verify', 'rebuilt'])).stdout).toMatch(
    /^corrupt V106 catalog\.sqlite: file is not a database; .*\n.*: 1 fault, listed above\.\nRebuild the catalog: longplay catalog rebuild rebuilt\n$/,
  );
  const rebuilt = await rig.run(['catalog', 'rebuild', 'rebuilt']);
  expect([rebuilt.code, rebuilt.stdout]).toEqual([0, 'The catalog holds 6 recordings in 3 bags.\n']);
  expect(await list()).toBe(before);
  expect((await rig.run(['verify', 'rebuilt'])).code).toBe(0);
  // In the middle of its pages: SQLite notices it while reading.
  const bytes = readFileSync(join(archive, 'catalog.sqlite'));
  bytes.fill(0xff, 4_096, 12_288);
  writeFileSync(join(archive, 'catalog.sqlite'), bytes);
  const corrupt = await rig.run(['list', 'rebuilt']);
  expect([corrupt.code, corrupt.stderr]).toEqual([5, expect.stringContaining('longplay catalog rebuild')]);
  expect(fingerprint(join(archive, 'bags'))).toEqual(bags);
});

test('formats, importers and their grades are listed for people and for programs', async () => {
  const formats = await rig.json(['formats']);
  expect(formats.summary).toMatchObject({ exitCode: 0, formats: expect.any(Number), codecs: expect.any(Number) });
  for (const line of formats.lines.filter((one) => one.of === 'format'))
    expect(line.value).toMatchObject({ grade: expect.any(String), facts: expect.arrayContaining([expect.any(String)]) });
  const importers = await rig.run(['importers']);
  expect(importers.stdout).toMatch(/^ *asterisk +verified/m);
  expect(importers.stdout).toContain('Grades:');
});

test('calls are found by length, weekday and time of day in a zone, across midnight as well; the zone is stated', async () => {
  const all = ['1761438596.0', '1761442196.4', '1761444900.8', '1761445200.12', '1761445800.16', '1761446400.20'];
  // Two have no sound, and so no length.
  expect(await keys('--min-duration', '3s')).toEqual([all[0], all[1], all[3]]);
  expect(await keys('--min-duration', '0:03', '--max-duration', '4s')).toEqual([all[0], all[1]]);
  expect(await keys('--max-duration', '0')).toEqual([]);
  // A Sunday in Stockholm, where the first hour occurs twice; in Honolulu it is still Saturday.
  expect(await keys('--weekday', 'sun', '--zone', 'Europe/Stockholm')).toEqual(all);
  expect(await keys('--weekday', 'mon-sat', '--zone', 'Europe/Stockholm')).toEqual([]);
  expect(await keys('--weekday', 'fri-sat', '--zone', 'Pacific/Honolulu')).toEqual(all);
  expect(await keys('--time-of-day', '02:29-03:00', '--zone', 'Europe/Stockholm')).toEqual(all.slice(0, 2));
  expect(await keys('--time-of-day', '23:00-03:20', '--zone', 'Europe/Stockholm')).toEqual(all.slice(0, 3));
  const { stderr } = await rig.run(['search', 'archive', '--weekday', 'sun', '--time-of-day', '2-3', '--zone', 'Europe/Stockholm']);
  expect(stderr).toContain('--weekday and --time-of-day: by the clock of Europe/Stockholm');
  for (const wrong of [
    ['--min-duration', 'long'],
    ['--weekday', 'someday'],
    ['--time-of-day', '9-9'],
  ]) {
    const { code, stderr: said } = await rig.run(['list', 'archive', ...wrong]);
    expect([wrong, code]).toEqual([wrong, 2]);
    expect(said).toContain('such as');
  }
});

test('calls with a file that the last verification found damaged or lost are listed, searched and exported by --damaged', async () => {
  await using own = createRig();
  const imported = await own.run(['import', join(root, 'samples/asterisk-normal'), '--into', 'archive', '--zone', 'Europe/Stockholm']);
  expect(imported.code).toBe(0);
  const listed = async (...options: string[]): Promise<Listed[]> =>
    (await own.json(['list', 'archive', ...options])).lines.filter((line) => line.of === 'recording').map((line) => line.value as Listed);
  const [first, last] = [(await listed())[0], (await listed()).at(-1)];
  const copyOf = (one: Listed | undefined): string => {
    const folder = own.path('archive/bags', one?.bag ?? '', 'data', one?.recordingId ?? '');
    return join(folder, readdirSync(folder).find((name) => name.startsWith('access-1')) ?? 'none');
  };
  const bytes = readFileSync(copyOf(first));
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  writeFileSync(copyOf(first), bytes);
  rmSync(copyOf(last));
  // Not before it was verified.
  expect(await listed('--damaged')).toEqual([]);
  expect((await own.run(['verify', 'archive'])).code).toBe(4);
  expect(await listed('--damaged')).toEqual([first, last]);
  expect(await listed('--damaged', '--min-duration', '3s')).toEqual([first]);
  expect((await own.json(['search', 'archive', '--damaged', '--oldest'])).summary).toMatchObject({ shown: 2, found: 2 });
  const none = await own.run(['export', 'archive', '--damaged', '--status', 'row-without-audio', '--out', 'none']);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('U132')]);
});
