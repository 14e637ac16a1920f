import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entriesAgainst, runRefused, strace } from './refused-calls.ts';
import { createRig, fingerprint, type Rig, type Run, root } from './rig.ts';

// Every command that reads archives meets one unreadable file: strace makes the system refuse it.

/** Every command at every place with every error if LONGPLAY_FAULTS=all; otherwise one representative of each kind. */
const every = process.env.LONGPLAY_FAULTS === 'all';

let rig: Rig;
let source: string;
let bag: string;
let recording: string;
let caseId: string;
let copies = 0;

beforeAll(async () => {
  rig = createRig();
  source = rig.path('source');
  mkdirSync(source);
  for (const name of ['gsm.gsm', 'layer-3.mp3']) copyFileSync(join(root, 'samples/canaries', name), join(source, name));
  expect((await rig.run(['import', source, '--into', 'made', '--zone', 'UTC'])).code).toBe(0);
  const files = readdirSync(rig.path('made/bags'), { recursive: true, encoding: 'utf8' });
  recording = join('bags', files.find((name) => name.endsWith('original-1.mp3')) ?? '', '..');
  bag = join(recording, '../..');
  const { summary } = await rig.json(['case', 'new', 'made', '--title', 'a dispute']);
  caseId = String(summary.id);
  expect((await rig.run(['case', 'add', 'made', caseId, basename(recording)])).code).toBe(0);
  writeFileSync(rig.path('play'), '#!/bin/sh\n', { mode: 0o755 });
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

function fresh(): string {
  const archive = rig.path(`archive ${++copies}`);
  cpSync(rig.path('made'), archive, { recursive: true });
  rig.forget();
  return archive;
}

/** A run in which the system refuses to open one file or folder. */
function refused(refusal: string, path: string, args: readonly string[]): Promise<Run> {
  return runRefused(rig, refusal, [path], args);
}

type Command = (archive: string) => readonly string[];
const commands: Readonly<Record<string, Command>> = {
  'catalog rebuild': (archive) => ['catalog', 'rebuild', archive],
  list: (archive) => ['list', archive],
  search: (archive) => ['search', archive, 'layer'],
  show: (archive) => ['show', archive, basename(recording)],
  export: (archive) => ['export', archive, '--all', '--out', `${archive} out`],
  'export --vcon': (archive) => ['export', archive, '--all', '--vcon', '--out', `${archive} out`],
  play: (archive) => ['play', archive, basename(recording), '--player', rig.path('play')],
  viewer: (archive) => ['viewer', archive],
  'case export': (archive) => ['case', 'export', archive, caseId, '--out', `${archive} out`],
  'case timeline': (archive) => ['case', 'timeline', archive, caseId],
  'case list': (archive) => ['case', 'list', archive],
  'case add': (archive) => ['case', 'add', archive, caseId, '--party', 'nobody'],
  subject: (archive) => ['subject', archive, 'nobody'],
  report: (archive) => ['report', archive, '--out', `${archive} out`],
  'log verify': (archive) => ['log', 'verify', archive],
  'proof make': (archive) => ['proof', 'make', archive, basename(recording), '--out', `${archive} out`],
  rehash: (archive) => ['rehash', archive, '--add', 'blake2b'],
  import: (archive) => ['import', source, '--into', archive, '--zone', 'UTC'],
  verify: (archive) => ['verify', archive, '--play'],
  'replica sync': (archive) => ['replica', 'sync', archive],
  'replica verify': (archive) => ['replica', 'verify', archive],
  drill: (archive) => ['drill', archive],
  'replica repair': (archive) => ['replica', 'repair', archive],
};
const places: Readonly<Record<string, () => string>> = {
  'recording.json': () => join(recording, 'recording.json'),
  'an original': () => join(recording, 'original-1.mp3'),
  'a copy': () => join(recording, 'access-1.opus'),
  'a manifest': () => join(bag, 'manifest-sha256.txt'),
  'a tag manifest': () => join(bag, 'tagmanifest-sha256.txt'),
  'bag-info.txt': () => join(bag, 'bag-info.txt'),
  'a bag': () => bag,
  'the payload of a bag': () => join(bag, 'data'),
  'the catalog': () => 'catalog.sqlite',
  'a case': () => join('cases', caseId, 'case.json'),
  'the log': () => 'log/checkpoint',
};
/** Commands that need the file. */
const few: readonly (readonly [refusal: string, command: string, place: string])[] = [
  ['EIO', 'catalog rebuild', 'recording.json'],
  ['EMFILE', 'export --vcon', 'bag-info.txt'],
  ['EIO', 'case export', 'an original'],
  ['EIO', 'case list', 'a case'],
  ['EIO', 'subject', 'recording.json'],
  ['EACCES', 'replica sync', 'a tag manifest'],
  ['EIO', 'replica sync', 'a copy'],
  ['EIO', 'replica repair', 'a manifest'],
  ['EMFILE', 'rehash', 'the payload of a bag'],
];
const all = ['EIO', 'EMFILE', 'EACCES'].flatMap((refusal) =>
  Object.keys(commands).flatMap((command) => Object.keys(places).map((place) => [refusal, command, place] as const)),
);

/** The archive is unchanged except for what a command adds to it, and its log reports no fault. */
async function expectUnblamed(archive: string, { stdout, stderr }: Run): Promise<void> {
  expect(stdout + stderr).not.toMatch(/\b(corrupt|missing|unplayable|swapped|unstable|rolled-back|unexpected)\b/);
  expect(await entriesAgainst(rig, archive)).toEqual([]);
}

test.skipIf(!strace).each(every ? all : few)(
  'a machine that answers %s to %s for %s is not a fault of the archive',
  async (refusal, command, place) => {
    const archive = fresh();
    if (command.startsWith('replica') || command === 'drill') {
      expect((await rig.run(['replica', 'add', archive, 'further', `${archive} copy`])).code).toBe(0);
      if (command !== 'replica sync') expect((await rig.run(['replica', 'sync', archive])).code).toBe(0);
    }
    const run = await refused(refusal, join(archive, places[place]?.() ?? ''), commands[command]?.(archive) ?? []);
    const needed = few.some((one) => one[1] === command && one[2] === place);
    // A command may succeed without a file that it does not need.
    expect([run.code, run.stderr]).toEqual([needed || run.code !== 0 ? 5 : 0, expect.anything()]);
    if (needed) expect(run.stdout + run.stderr).toContain(refusal);
    await expectUnblamed(archive, run);
  },
);

test.skipIf(!strace)('a catalog that contains a recording is not replaced by one that lacks it because of a disk error', async () => {
  const archive = fresh();
  const document = join(archive, recording, 'recording.json');
  const before = fingerprint(archive);
  const run = await refused('EIO', document, ['catalog', 'rebuild', archive]);
  expect([run.code, run.stdout, run.stderr]).toEqual([5, expect.stringContaining('NOT replaced'), expect.stringMatching(/P175 .*EIO[\s\S]*P176/)]);
  expect(fingerprint(archive)).toEqual(before);
  // A possibly temporary error stops it before anything is changed.
  expect((await refused('EMFILE', document, ['catalog', 'rebuild', archive])).code).toBe(5);
  expect(fingerprint(archive)).toEqual(before);
});

test.skipIf(!strace)('without a catalog, one is made of the readable documents, and the others are added as soon as they can be read', async () => {
  const archive = fresh();
  rmSync(join(archive, 'catalog.sqlite'));
  const run = await refused('EIO', join(archive, recording, 'recording.json'), ['catalog', 'rebuild', archive]);
  expect([run.code, run.stdout]).toEqual([5, expect.stringContaining('1 recording in 1 bag; 1 recording could NOT be read')]);
  // The catalog reports that it is incomplete; this is not a fault.
  expect((await refused('EIO', join(archive, recording, 'recording.json'), ['list', archive])).code).toBe(5);
  expect((await rig.run(['verify', archive])).code).toBe(0);
  const { code, stdout } = await rig.run(['list', archive]);
  expect([code, stdout]).toEqual([0, expect.stringContaining('2 recordings in 1 bag')]);
});

test('a damaged document ends a rebuild with 4, and the catalog keeps its information', async () => {
  const archive = fresh();
  const whole = readFileSync(join(archive, recording, 'recording.json'));
  writeFileSync(join(archive, recording, 'recording.json'), '{');
  const before = readFileSync(join(archive, 'catalog.sqlite'));
  const kept = await rig.run(['catalog', 'rebuild', archive]);
  expect([kept.code, kept.stderr]).toEqual([4, expect.stringMatching(/P131 [\s\S]*P176/)]);
  expect(readFileSync(join(archive, 'catalog.sqlite')).equals(before)).toBe(true);
  rmSync(join(archive, 'catalog.sqlite'));
  const made = await rig.run(['catalog', 'rebuild', archive]);
  expect([made.code, made.stdout, existsSync(join(archive, 'catalog.sqlite'))]).toEqual([4, expect.stringContaining('1 recording in 1 bag'), true]);
  // Every command says what it leaves out, not only the first one.
  for (let times = 0; times < 2; times++)
    expect(await rig.run(['list', archive])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('P131'),
      stdout: expect.stringContaining('1 recording in 1 bag'),
    });
  writeFileSync(join(archive, recording, 'recording.json'), whole);
  expect(await rig.run(['list', archive])).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('2 recordings in 1 bag') });
  expect((await rig.run(['verify', archive])).code).toBe(0);
});
