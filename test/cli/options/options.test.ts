import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { everything } from '../../faults/trials.ts';
import { speech, wav } from '../../media/medium-rig.ts';
import { createRig, encodersOf, fingerprint, type Rig, root } from '../rig.ts';

const sample = join(root, 'samples/asterisk-normal');
const zone = ['--zone', 'Europe/Stockholm'];

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

/** An empty archive with a fixed key for ids. */
function emptyArchive(rig: Rig, name: string): string {
  mkdirSync(rig.path(name));
  const marker = {
    createdAt: '2026-01-01T00:00:00.000Z',
    format: 'longplay-archive',
    id: '00000000-0000-4000-8000-000000000000',
    policy: {},
    salt: 'ab'.repeat(32),
    version: 1,
  };
  writeFileSync(rig.path(name, 'longplay.json'), `${JSON.stringify(marker, null, 2)}\n`);
  return rig.path(name);
}

test.each([
  ['libopus', {}, /^libopus \d/],
  ['FFmpeg', { LONGPLAY_LIBOPUS: 'none' }, /^FFmpeg \d/],
])('with fixed clock and key, one worker and several make the same bags with %s, byte for byte', async (_, lane, encoder) => {
  await using rig = createRig();
  const env = { SOURCE_DATE_EPOCH: '1767225600', ...lane };
  // With FFmpeg and a process per call, two workers are left to the long form.
  const numbers = everything || encoder.test('libopus 1') ? ['2', '4'] : ['4'];
  for (const jobs of ['1', ...numbers]) {
    const archive = emptyArchive(rig, `jobs-${jobs}`);
    const { code } = await rig.run(['import', sample, '--into', archive, ...zone, '-j', jobs, '--join-sides', '--bag-recordings', '2'], { env });
    expect(code).toBe(0);
  }
  const bags = fingerprint(rig.path('jobs-1/bags'));
  expect(bags.length).toBeGreaterThan(30);
  for (const one of encodersOf(rig.path('jobs-1/bags'))) expect(one).toMatch(encoder);
  for (const jobs of numbers) expect(fingerprint(rig.path(`jobs-${jobs}/bags`))).toEqual(bags);
});

test('--access wav writes copies whose samples are those of the originals, as sox decodes them', async () => {
  await using rig = createRig();
  expect((await rig.run(['import', sample, '--into', 'archive', ...zone, '--access', 'wav'])).code).toBe(0);
  const copies = filesBelow(rig.path('archive/bags'), 'access-1.wav');
  expect(copies).toHaveLength(4);
  for (const copy of copies) {
    const folder = rig.path('archive/bags', copy, '..');
    const [original = ''] = readdirSync(folder).filter((name) => name.startsWith('original-1.'));
    const raw = async (file: string): Promise<Buffer> => {
      expect((await rig.exec('sox', [join(folder, file), '-t', 'raw', '-e', 'signed', '-b', '16', rig.path('out.raw')])).code).toBe(0);
      return readFileSync(rig.path('out.raw'));
    };
    const [one, other] = [await raw(original), await raw('access-1.wav')];
    expect([copy, one.length > 0, one.equals(other)]).toEqual([copy, true, true]);
  }
  expect((await rig.run(['verify', 'archive', '--play'])).code).toBe(0);
});

test('--join-sides adds one stereo copy of two sides, in on the left and out on the right', async () => {
  await using rig = createRig();
  expect((await rig.run(['import', sample, '--into', 'archive', ...zone, '--access', 'wav', '--join-sides'])).code).toBe(0);
  const joined = filesBelow(rig.path('archive/bags'), 'access-joined.wav');
  expect(joined).toHaveLength(1);
  const folder = rig.path('archive/bags', joined[0] ?? '', '..');
  const document = JSON.parse(readFileSync(join(folder, 'recording.json'), 'utf8')) as { media: { side: string; original: { path: string } }[] };
  for (const [side, channel] of [
    ['in', '1'],
    ['out', '2'],
  ] as const) {
    const original = document.media.find((medium) => medium.side === side)?.original.path ?? '';
    const samples = async (file: string, ...effect: string[]): Promise<Buffer> => {
      expect((await rig.exec('sox', [join(folder, file), '-t', 'raw', '-e', 'signed', '-b', '16', rig.path('side.raw'), ...effect])).code).toBe(0);
      return readFileSync(rig.path('side.raw'));
    };
    const alone = await samples(original);
    const inPair = await samples('access-joined.wav', 'remix', channel);
    // The shorter side is padded with silence.
    expect(inPair.subarray(0, alone.length).equals(alone)).toBe(true);
    expect(inPair.subarray(alone.length).every((byte) => byte === 0)).toBe(true);
  }
  expect((await rig.run(['verify', 'archive', '--play'])).code).toBe(0);
});

test('a dry run states what an import would do and writes nothing: not the archive, its catalog or a lock', async () => {
  await using rig = createRig();
  const plan = await rig.json(['import', sample, '--into', 'archive', ...zone, '--dry-run']);
  expect(plan.summary).toMatchObject({ exitCode: 0, dryRun: true, imported: 0, reconciliation: { toImport: 6, alreadyArchived: 0 } });
  expect(existsSync(rig.path('archive'))).toBe(false);
  const done = await rig.json(['import', sample, '--into', 'archive', ...zone]);
  // Decoding shows which calls have sound: one file is only a header.
  const { audio, ...planned } = plan.summary.reconciliation as { audio: object };
  expect(audio).toMatchObject({ calls: 5, withAudio: 4 });
  expect(done.summary).toMatchObject({ imported: 6, reconciliation: { ...planned, audio: { calls: 5, withAudio: 3 } } });
  const before = fingerprint(rig.path('archive'));
  const again = await rig.run(['import', sample, '--into', 'archive', ...zone, '-n']);
  expect([again.code, again.stdout]).toEqual([
    0,
    expect.stringMatching(/Would import 0 recordings; 6 recordings in the archive already\.\nNothing was written\.\n$/),
  ]);
  expect(fingerprint(rig.path('archive'))).toEqual(before);
});

test('text and --json state the same numbers; stdout has only results, and --quiet leaves only warnings on stderr', async () => {
  await using rig = createRig();
  const text = await rig.run(['import', sample, '--into', 'text', ...zone]);
  const { lines, summary } = await rig.json(['import', sample, '--into', 'json', ...zone]);
  expect(text.stdout).toMatch(/^Files: 11 in the source/);
  expect(text.stdout).toMatch(
    /Imported 6 recordings in 1 bag: 191 kB of originals, 20\.0 s of audio\.\nKept 3 tables of the recorder: 7\.5 kB\.\nReport: .*text\/reports\/.*report\.html\nNext: longplay verify text\n$/,
  );
  expect(text.stdout).not.toMatch(/warning|note |error/);
  expect(summary).toMatchObject({ imported: 6, bagsLanded: 1, bytes: expect.any(Number), audioMs: expect.closeTo(20_000, 0) });
  expect(Math.round((summary.bytes as number) / 1_000)).toBe(191);
  // Each finding on stderr is an object, with its severity.
  const findings = lines.filter((line) => line.type === 'finding') as { code: string; place: string; severity: string }[];
  const printed = [...text.stderr.matchAll(/^(error|warning|note) ([A-Z]1\d\d) (.*?): /gm)].map(
    ([, severity, code, place]) => `${severity} ${code} ${place}`,
  );
  expect(printed.sort()).toEqual(findings.map(({ severity, code, place }) => `${severity} ${code} ${place}`).sort());
  expect(Object.values(summary.findings as Record<string, number>).reduce((a, b) => a + b, 0)).toBe(findings.length);
  const quiet = await rig.run(['import', sample, '--into', 'quiet', ...zone, '--quiet']);
  expect(quiet.stdout).toMatch(/^Files: 11 in the source[\s\S]*\nImported 6 recordings/);
  expect(quiet.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('warning '))).toEqual([]);
  // No colours without a terminal, and no progress line in a pipe.
  expect(text.stdout + text.stderr).not.toContain('\u001b');
});

test('a message never contains a number or a name of a caller, except in file names', async () => {
  await using rig = createRig();
  const { lines } = await rig.json(['import', sample, '--into', 'archive', ...zone]);
  const text = await rig.run(['survey', sample, '--verbose']);
  const messages = [
    ...lines.filter((line) => line.type !== 'summary').map((line) => String(line.message ?? '')),
    text.stdout,
    ...text.stderr.split('\n').map((line) => line.replace(/monitor\/\S+/g, '')),
  ];
  for (const message of messages) expect(message).not.toMatch(/4670174|0701740|Öberg/);
});

test('a reader that closes the pipe early (| head) is not a failure', async () => {
  await using rig = createRig();
  expect((await rig.run(['import', sample, '--into', 'archive', ...zone])).code).toBe(0);
  const longplay = `${process.execPath} ${join(root, 'dist/bin/longplay.js')}`;
  for (const command of ['explain', 'list archive', 'formats --json', 'explain --json']) {
    const { code, stdout, stderr } = await rig.exec('bash', ['-c', `set -o pipefail; ${longplay} ${command} | head -n 1`]);
    expect([command, code, stderr, stdout.split('\n').length]).toEqual([command, 0, '', 2]);
  }
});

test('an interrupt stops cleanly with 130, a termination and a closed terminal with 143, and the same command resumes', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('calls'));
  // Some seconds of work whose first line is printed early: a signal arrives before the end even on a busy machine.
  const sound = speech(8_000, 10);
  for (let call = 0; call < 60; call++) {
    sound[0] = call;
    writeFileSync(rig.path(`calls/${call}.wav`), wav(sound, 8_000));
  }
  const args = ['import', 'calls', '--into', 'archive', '--bag-recordings', '3', '-j', '2'];
  for (const [kill, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 143],
  ] as const) {
    const stopped = await rig.run(args, { abortAfter: /^bag /m, kill });
    expect([kill, stopped.code]).toEqual([kill, code]);
    expect(stopped.stderr).toContain('run the same command again to continue');
  }
  const done = await rig.json(args);
  expect(done.code).toBe(0);
  expect(done.summary).toMatchObject({ resumed: true, notImported: 0 });
  const { code, summary } = await rig.json(['verify', 'archive']);
  expect([code, summary]).toMatchObject([0, { recordings: 60 }]);
});
