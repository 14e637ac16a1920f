import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anybodyReads, asMeant, cli, createRig, openToAll, type Rig, type Run, root } from './rig.ts';

const formats = join(root, 'samples/formats');

interface Medium {
  readonly path: string;
  readonly state: string;
  readonly access: { readonly samples: number } | null;
  readonly accessReason: string | null;
  readonly codec: { readonly id: string; readonly name: string } | null;
  readonly original: { readonly path: string; readonly sizeBytes: number };
  readonly findings: readonly { readonly code: string; readonly message: string }[];
}

/** Returns every medium of an archive by its path in the source, with its stored bytes. */
function mediaOf(archive: string): Map<string, Medium & { readonly bytes: Buffer }> {
  const media = new Map<string, Medium & { readonly bytes: Buffer }>();
  for (const entry of readdirSync(join(archive, 'bags'), { recursive: true, withFileTypes: true })) {
    if (entry.name !== 'recording.json') continue;
    const document = JSON.parse(readFileSync(join(entry.parentPath, entry.name), 'utf8')) as { media: Medium[] };
    for (const medium of document.media) media.set(medium.path, { ...medium, bytes: readFileSync(join(entry.parentPath, medium.original.path)) });
  }
  return media;
}

/** Random-looking bytes, the same in every run. */
function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 0x2545f491;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}

describe('a folder of broken files', () => {
  let rig: Rig;
  let run: Run;
  let media: ReturnType<typeof mediaOf>;

  beforeAll(async () => {
    rig = createRig();
    mkdirSync(rig.path('bad'));
    for (const name of ['wave-ok.wav', 'wave-truncated.wav', 'wave-header-only.wav', 'wave-tag-a118-nice-aca.wav'])
      copyFileSync(join(formats, name), rig.path('bad', name));
    writeFileSync(rig.path('bad/empty.wav'), '');
    writeFileSync(rig.path('bad/noise.wav'), noise(5_000));
    writeFileSync(rig.path('bad/stub.wav'), Buffer.from('RIFF\xff\xff\xff\xffWAVEfmt ', 'latin1'));
    writeFileSync(rig.path('bad/line\nfeed\u001b[31m.wav'), 'x');
    symlinkSync('/etc/passwd', rig.path('bad/link.wav'));
    run = await rig.run(['import', 'bad', '--into', 'archive']);
    media = mediaOf(rig.path('archive'));
  });
  afterAll(async () => {
    await rig[Symbol.asyncDispose]();
  });

  test('is imported with exit code 3, because some have no decoder, and every original is stored byte for byte', () => {
    expect(run.code).toBe(3);
    expect(run.stdout).toContain('3 originals are kept without an access copy; each is listed above with its reason.');
    expect([...media.keys()].sort()).toEqual(
      readdirSync(rig.path('bad'))
        .filter((name) => name !== 'link.wav')
        .sort(),
    );
    for (const [path, { bytes }] of media) expect([path, bytes.equals(readFileSync(rig.path('bad', path)))]).toEqual([path, true]);
  });

  test('has each fault reported with numbers, by file name', () => {
    const said = run.stderr;
    expect(said).toContain('F103 wave-truncated.wav: the data chunk states 4000 bytes, but 2000 are present');
    expect(said).toContain('F110 wave-header-only.wav: a header of 44 bytes and no sound');
    expect(said).toContain('M112 empty.wav: the file has 0 bytes');
    expect(said).toMatch(/M105 noise\.wav: none of \d+ formats recognises these 5000 bytes/);
    expect(said).toContain('M107 wave-tag-a118-nice-aca.wav: WAVE tag 0xA118 (NICE ACA)');
    expect(said).toContain('F115 stub.wav');
    expect(said).toContain('S111 link.wav: a symbolic link; it was not followed');
    // Control characters in names do not reach the terminal.
    expect(said).toContain('line\\u000afeed\\u001b[31m.wav');
    expect(said).not.toContain('\u001b');
  });

  test('has recovered data marked as recovered', () => {
    const states = [...media].map(([path, { state, access, codec }]) => [path, state, access?.samples ?? null, codec?.id ?? null]);
    expect(states.sort()).toEqual([
      ['empty.wav', 'header-only', null, null],
      ['line\nfeed\u001b[31m.wav', 'unknown', null, null],
      ['noise.wav', 'unknown', null, null],
      ['stub.wav', 'header-only', null, null],
      ['wave-header-only.wav', 'header-only', null, null],
      ['wave-ok.wav', 'ok', 2_000, 'pcm-s16le'],
      ['wave-tag-a118-nice-aca.wav', 'undecodable', null, 'unknown'],
      ['wave-truncated.wav', 'truncated', 1_000, 'pcm-s16le'],
    ]);
  });

  test('makes a valid archive, and a second import adds nothing', async () => {
    expect((await rig.run(['verify', 'archive', '--play'])).code).toBe(0);
    expect((await rig.json(['import', 'bad', '--into', 'archive'])).summary).toMatchObject({ imported: 0, exitCode: 0 });
  });

  test('is identified file by file, with exit code 3', async () => {
    const { code, lines, summary } = await rig.json(['identify', 'bad']);
    expect([code, summary]).toMatchObject([3, { files: 8, decodable: 2 }]);
    const states = (lines.filter((line) => line.of === 'identified') as { value: { path: string; format: string | null } }[]).map(({ value }) => [
      value.path,
      value.format,
    ]);
    expect(states).toContainEqual(['noise.wav', null]);
    expect(states).toContainEqual(['wave-truncated.wav', 'riff-wave']);
  });
});

test.skipIf(!anybodyReads)('unreadable files are skipped with path and reason, and exit code 3; another run imports them', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('source/shut'), { recursive: true });
  for (const name of ['a.wav', 'b.wav', 'shut/c.wav']) copyFileSync(join(formats, 'wave-ok.wav'), rig.path('source', name));
  chmodSync(rig.path('source/b.wav'), 0);
  chmodSync(rig.path('source/shut'), 0);
  const asNobody = openTo(rig);
  const first = asNobody(['import', 'source', '--into', 'open/archive']);
  expect(first.status).toBe(3);
  expect(first.stderr).toMatch(/error S110 b\.wav: .*EACCES/);
  expect(first.stderr).toMatch(/error S110 shut: .*EACCES/);
  expect(first.stdout).toContain('Imported 1 recording in 1 bag');
  expect(first.stdout).toContain('2 parts of the source could NOT be read');
  for (const command of ['survey', 'identify']) expect([command, asNobody([command, 'source']).status]).toEqual([command, 3]);
  expect(asNobody(['convert', 'source', '--out', 'open/copies']).status).toBe(3);
  chmodSync(rig.path('source/b.wav'), 0o644);
  chmodSync(rig.path('source/shut'), 0o755);
  const second = asNobody(['import', 'source', '--into', 'open/archive']);
  expect([second.status, second.stdout]).toEqual([0, expect.stringContaining('Imported 2 recordings')]);
});

test.skipIf(!anybodyReads)('an unwritable target exits with 5, is named, and leaves the archive intact', async () => {
  await using rig = createRig();
  const asNobody = openTo(rig);
  expect(asNobody(['import', formats, '--into', 'shut/archive']).status).toBe(5);
  expect(asNobody(['import', join(root, 'samples/asterisk-normal'), '--into', 'open/archive']).status).toBe(0);
  openToAll(rig.path('open/archive'));
  chownTree(rig.path('open/archive'), process.getuid?.() ?? 0);
  const refused = asNobody(['import', formats, '--into', 'open/archive']);
  expect([refused.status, refused.stderr]).toEqual([5, expect.stringContaining('open/archive')]);
  // A user with read permission only can still verify, list and export.
  expect(asNobody(['verify', 'open/archive']).status).toBe(0);
  const listed = asNobody(['list', 'open/archive']);
  expect([listed.status, listed.stdout.split('\n').length]).toEqual([0, 9]);
  expect(asNobody(['export', 'open/archive', '--all', '--out', 'open/out']).status).toBe(0);
  // Otherwise only root could remove it.
  openToAll(rig.path('open/archive'));
});

/** Runs the command line as a user subject to file permissions, which root is not. */
function openTo(rig: Rig): (args: readonly string[]) => { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  mkdirSync(rig.path('open'));
  mkdirSync(rig.path('shut'));
  chmodSync(rig.folder, 0o755);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(rig.path('open'), 65_534, 65_534);
  else chmodSync(rig.path('shut'), 0o555);
  const env = { ...process.env, LONGPLAY_KEYS: rig.path('open/keys') };
  return (args) =>
    spawnSync(process.execPath, asMeant([cli, ...args]), { cwd: rig.folder, encoding: 'utf8', env, ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}) });
}

/** Gives a tree to a user; if the tests run as that user only, removes the write permission instead. */
function chownTree(folder: string, uid: number): void {
  const all = [folder, ...readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)))];
  for (const path of all) {
    if (uid === 0) chownSync(path, 0, 0);
    else chmodSync(path, 0o555);
  }
}

test('a source that vanished before the run exits with 2 and changes nothing; one that vanished between two runs is reported file by file', async () => {
  await using rig = createRig();
  const source = rig.copyOf(join(root, 'samples/asterisk-normal'), 'source');
  expect((await rig.run(['import', 'gone', '--into', 'archive'])).code).toBe(2);
  expect(readdirSync(rig.folder)).toEqual(['source']);
  expect((await rig.run(['import', source, '--into', 'archive', '--zone', 'Europe/Stockholm'])).code).toBe(0);
  rmSync(join(source, 'monitor'), { recursive: true });
  const rows = await rig.json(['import', source, '--into', 'archive', '--zone', 'Europe/Stockholm']);
  // Rows whose audio is gone become recordings with their own status; archived recordings stay. The absence of all audio is reported, because it may be a share that is not
  // mounted.
  expect(rows.summary).toMatchObject({
    exitCode: 3,
    alarms: { P251: expect.any(Number) },
    reconciliation: { recordings: expect.objectContaining({ 'row-without-audio': expect.any(Number) }) },
  });
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('two rows of one key, two files for one row, truncated rows: all are stored, counted and reported', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('source'));
  writeFileSync(
    rig.path('source/calls.csv'),
    [
      'id,start,file',
      'A1,2019-03-12T10:00:00Z,a.wav',
      'A1,2019-03-12T11:00:00Z,b.wav',
      'A2,2019-03-12T12:00:00Z,a.wav',
      'A3,not a time,none.wav',
      '"A4,2019',
    ].join('\n'),
  );
  for (const name of ['a.wav', 'b.wav', 'c.wav']) copyFileSync(join(formats, 'wave-ok.wav'), rig.path('source', name));
  expect((await rig.run(['survey', 'source', '--propose', 'proposal.toml'])).code).toBe(0);
  const proposal = readFileSync(rig.path('proposal.toml'), 'utf8');
  const unseen = await rig.run(['import', 'source', '--into', 'archive', '--mapping', 'proposal.toml']);
  expect([unseen.code, unseen.stderr]).toEqual([2, expect.stringContaining('I156 proposal.toml has 2 open questions')]);
  writeFileSync(rig.path('mapping.toml'), proposal.replaceAll(/\?$/gm, '.'));
  const { code, summary, lines } = await rig.json(['import', 'source', '--into', 'archive', '--mapping', 'mapping.toml']);
  // The truncated row is in no recording: exit code 3.
  expect(code).toBe(3);
  const { reconciliation } = summary as {
    reconciliation: { tables: { records: number; byStatus: Record<string, number> }[]; files: number; byBucket: { files: number }[] };
  };
  const [table] = reconciliation.tables;
  expect(Object.values(table?.byStatus ?? {}).reduce((a, b) => a + b, 0)).toBe(table?.records);
  expect(reconciliation.byBucket.reduce((sum, { files }) => sum + files, 0)).toBe(4);
  // c.wav has no row and is archived.
  expect([...mediaOf(rig.path('archive')).keys()].sort()).toEqual(['a.wav', 'b.wav', 'c.wav']);
  expect(lines.filter((line) => line.type === 'finding').map(({ code: found, place }) => `${found} ${place}`)).toEqual([
    'T112 calls.csv row 6',
    'I168 calls.csv row 2',
    // One of four values of `start` is not a time, so the proposal asks for it instead of mapping it.
    'I344 source',
    // The three files have the same bytes.
    'P261 b.wav',
  ]);
  expect(table?.byStatus).toEqual({ matched: 1, 'parse-error': 1, 'row-without-audio': 1, 'shared-audio': 2 });
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('XML with unbounded entity expansion, and a DOCTYPE that would fetch a file, are not followed', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('source'));
  const bomb = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">${'bcdefghij'
    .split('')
    .map((name, i) => `<!ENTITY ${name} "${`&${'abcdefghi'[i]};`.repeat(10)}">`)
    .join('')}]><calls><call><id>&j;</id></call></calls>`;
  writeFileSync(rig.path('source/bomb.xml'), bomb);
  writeFileSync(
    rig.path('source/fetch.xml'),
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><calls><call><id>&e;</id></call></calls>',
  );
  copyFileSync(join(formats, 'wave-ok.wav'), rig.path('source/a.wav'));
  for (const args of [
    ['survey', 'source'],
    ['import', 'source', '--into', 'archive'],
    ['survey', 'source', '--propose'],
  ]) {
    const { code, stdout, stderr } = await rig.run(args);
    expect([args, [0, 2, 3].includes(code ?? -1)]).toEqual([args, true]);
    expect(stdout + stderr).not.toMatch(/root:x:0|aaaaaaaaaaaaaaaaaaaa/);
  }
});
