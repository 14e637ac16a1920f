import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRig, type Rig, root } from './rig.ts';

// One operator, two archives, one folder of keys: the wrong disk at a path holds an archive that is valid by itself.

let rig: Rig;
let mount: string;

beforeAll(async () => {
  rig = createRig();
  mount = rig.path('mnt', 'archive');
  mkdirSync(rig.path('mnt'));
  expect((await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', mount, '--no-keep-tables'])).code).toBe(0);
  // One of its documents is unreadable.
  expect((await rig.run(['import', join(root, 'samples/finos'), '--into', rig.path('other'), '--no-keep-tables'])).code).toBe(3);
  for (const path of [mount, rig.path('other')]) expect((await rig.run(['verify', path])).code).toBe(0);
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

const codesOf = (lines: readonly Record<string, unknown>[]): unknown[] =>
  lines.flatMap((line) => (line.type === 'verdict' || line.type === 'finding' ? [line.code] : []));

/** All commands that read the path. */
const looks = (path: string): string[][] => [
  ['verify', path],
  ['verify', path, '--every', '90d'],
  ['verify', path, '--every', '90d', '--status'],
  ['watch', path],
  ['serve', path, '--port', '0'],
];

test('another archive at a path that this machine knows is an error of its own for every command, until the user confirms it', async () => {
  renameSync(mount, rig.path('real'));
  cpSync(rig.path('other'), mount, { recursive: true });
  for (const args of looks(mount)) {
    const { code, lines } = await rig.json(args);
    expect([args.join(' '), code, codesOf(lines)]).toEqual([args.join(' '), 4, expect.arrayContaining(['L120'])]);
  }
  // Every other action on it reports this first.
  for (const [args, exitCode] of [
    [['list', mount], 0],
    [['log', 'list', mount], 0],
    [['note', 'list', mount], 0],
    [['log', 'verify', mount], 0],
    [['replica', 'list', mount], 0],
    [['schedule', mount, '--every', '90d'], 0],
    [['catalog', 'rebuild', mount], 0],
    [['doctor', mount], 3],
  ] as const) {
    const { code, lines } = await rig.json(args);
    const told = lines.filter((line) => line.code === 'L131').map(({ severity, place }) => [severity, place]);
    expect([args.join(' '), code, told]).toEqual([args.join(' '), exitCode, [['warning', mount]]]);
  }
  // Reading it does not make it the right one.
  expect((await rig.json(['verify', mount])).code).toBe(4);
  const { code, summary } = await rig.json(['log', 'remember', mount]);
  expect([code, summary]).toMatchObject([0, { bags: 4 }]);
  for (const args of looks(mount).slice(0, 4)) expect([args.join(' '), (await rig.run(args)).code]).toEqual([args.join(' '), 0]);
  // The real one at another path is not an alarm.
  expect((await rig.json(['verify', rig.path('real')])).summary).toMatchObject({ exitCode: 0, errors: 0, warnings: 0 });
  rmSync(mount, { recursive: true });
  renameSync(rig.path('real'), mount);
  expect((await rig.run(['verify', mount])).code).toBe(4);
  expect((await rig.run(['log', 'remember', mount])).code).toBe(0);
  expect((await rig.run(['verify', mount])).code).toBe(0);
});

test('a watch ends with 5 if none of the bags that the log says have landed is present', async () => {
  const bags = join(mount, 'bags');
  renameSync(bags, rig.path('bags-away'));
  mkdirSync(bags);
  const { code, lines } = await rig.json(['watch', mount]);
  expect([code, codesOf(lines)]).toEqual([5, ['W164']]);
  rmSync(bags, { recursive: true });
  renameSync(rig.path('bags-away'), bags);
  expect((await rig.run(['watch', mount])).code).toBe(0);
});

test('nothing is written into another archive at a path that this machine knows, and no archive is created if the disk of the known one is absent', async () => {
  await using own = createRig();
  const path = own.path('mnt');
  const samples = (name: string): string => join(root, 'samples', name);
  for (const [source, into] of [
    ['sidecar-xml', path],
    ['asterisk-normal', own.path('other')],
  ] as const) {
    const { code, stderr } = await own.run(['import', samples(source), '--into', into, '--zone', 'UTC', '--no-keep-tables']);
    expect([0, 3], stderr).toContain(code);
    expect((await own.run(['verify', into])).code).toBe(0);
  }
  const [listed] = (await own.json(['list', own.path('other')])).lines.filter(({ of }) => of === 'recording');
  const { recordingId } = (listed?.value ?? {}) as { recordingId: string }; // as `list` prints it
  const checkpoint = (): string => readFileSync(join(path, 'log/checkpoint'), 'utf8');
  renameSync(path, own.path('real'));
  cpSync(own.path('other'), path, { recursive: true });
  const before = checkpoint();
  for (const args of [
    ['import', samples('siprec'), '--into', path, '--no-keep-tables'],
    ['rehash', path, '--add', 'blake2b'],
    ['replica', 'add', path, 'vault', own.path('vault')],
    ['case', 'new', path, '--title', 'Deal'],
    ['note', 'add', path, recordingId, 'Agreed'],
  ]) {
    const { code, stderr } = await own.run(args);
    expect([args[0], code, stderr]).toEqual([
      args[0],
      5,
      expect.stringMatching(/archive [0-9a-f-]{36} is at \S+, but this machine knows archive [0-9a-f-]{36} there/),
    ]);
    expect([args[0], checkpoint()]).toEqual([args[0], before]);
  }
  // Commands that only read do so, and report that they could not log it.
  const exported = await own.json(['export', path, '--all', '--out', own.path('exported')]);
  expect([exported.code, codesOf(exported.lines)]).toEqual([5, expect.arrayContaining(['P177'])]);

  rmSync(path, { recursive: true });
  for (const isThere of [false, true]) {
    if (isThere) mkdirSync(path);
    const refused = await own.run(['import', samples('siprec'), '--into', path, '--no-keep-tables']);
    expect([refused.code, refused.stderr]).toEqual([
      5,
      expect.stringMatching(/A102 archive unreachable: this machine knows archive [0-9a-f-]{36} with \d+ bags/),
    ]);
    expect(existsSync(path) && readdirSync(path).length > 0).toBe(false);
  }
  // The right disk is back; an archive removed on purpose can be replaced by another.
  rmSync(path, { recursive: true });
  renameSync(own.path('real'), path);
  expect((await own.run(['import', samples('siprec'), '--into', path, '--no-keep-tables'])).stderr).not.toMatch(/A102|L120/);
  rmSync(path, { recursive: true });
  const given = await own.json(['log', 'remember', path]);
  expect([given.code, given.summary]).toMatchObject([0, { archive: null }]);
  expect((await own.run(['log', 'remember', path])).code).toBe(5);
  expect((await own.run(['import', samples('siprec'), '--into', path, '--no-keep-tables'])).stderr).not.toMatch(/A102|L120/);
});

test('the timers of schedule demand the archive that they were made for, and its number of bags, on a machine without stored state', async () => {
  const { lines } = await rig.json(['schedule', mount, '--user', 'longplay', '--name', 'a']);
  const { id }: { id: string } = JSON.parse(readFileSync(join(mount, 'longplay.json'), 'utf8'));
  const all = lines.filter(({ type }) => type === 'result').map(({ value }) => value as { name: string; text: string });
  for (const name of ['longplay-verify-a.service', 'longplay-watch-a.service', 'longplay-a-cron'])
    expect(all.find((one) => one.name === name)?.text).toContain(`--archive-id ${id} --min-bags 2`);
  mkdirSync(rig.path('no-keys'), { mode: 0o700 });
  const elsewhere = { LONGPLAY_KEYS: rig.path('no-keys') };
  const demands = ['--archive-id', id, '--min-bags', '2'];
  for (const args of [
    ['verify', mount],
    ['watch', mount],
  ])
    expect([args[0], (await rig.json([...args, ...demands], elsewhere)).code]).toEqual([args[0], 0]);
  for (const args of [
    ['verify', rig.path('other')],
    ['watch', rig.path('other')],
  ]) {
    const looked = await rig.json([...args, ...demands], elsewhere);
    expect([args[0], looked.code, codesOf(looked.lines)]).toEqual([args[0], 4, expect.arrayContaining(['L120'])]);
  }
  const fewer = await rig.json(['verify', mount, '--min-bags', '3'], elsewhere);
  expect([fewer.code, codesOf(fewer.lines)]).toEqual([4, ['L121', 'W150']]);
  expect((await rig.run(['verify', mount, '--archive-id', 'x'], { env: elsewhere })).code).toBe(2);
});

test('a stored state that is missing or damaged is reported', async () => {
  expect((await rig.run(['verify', mount])).code).toBe(0);
  const checkpoints = readdirSync(rig.keys).filter((name) => name.endsWith('.checkpoint'));
  const kept = checkpoints.map((name) => [join(rig.keys, name), readFileSync(join(rig.keys, name))] as const);
  for (const [path] of kept) rmSync(path);
  for (const args of looks(mount)) {
    const { code, lines } = await rig.json(args);
    expect([args.join(' '), code, codesOf(lines)]).toEqual([args.join(' '), 4, expect.arrayContaining(['L122'])]);
    for (const name of readdirSync(rig.keys)) if (name.endsWith('.checkpoint')) rmSync(join(rig.keys, name));
  }
  expect((await rig.run(['log', 'remember', mount])).code).toBe(0);
  expect((await rig.run(['verify', mount])).code).toBe(0);
  const places = join(rig.keys, 'places');
  for (const name of readdirSync(places)) writeFileSync(join(places, name), '{');
  const { code, lines } = await rig.json(['verify', mount]);
  expect([code, codesOf(lines)]).toEqual([4, ['L122']]);
  expect((await rig.run(['log', 'remember', mount])).code).toBe(0);
  expect((await rig.run(['verify', mount])).code).toBe(0);
});

test('a replica that was never synced begins no log of its own, and the archive is unchanged', async () => {
  await using own = createRig();
  expect((await own.run(['import', join(root, 'samples/sidecar-xml'), '--into', 'archive', '--no-keep-tables'])).code).toBe(0);
  expect((await own.run(['replica', 'add', 'archive', 'disk', 'copy'])).code).toBe(0);
  const imported = await own.run(['import', join(root, 'samples/siprec'), '--into', 'copy', '--no-keep-tables']);
  expect([imported.code, imported.stderr]).toEqual([5, expect.stringMatching(/L123 .*copy is a copy without a log of the archive at .*archive/)]);
  const viewed = await own.run(['viewer', 'copy']);
  expect(viewed.stderr).toContain('is a copy without a log');
  expect((await own.run(['verify', 'copy'])).stderr).not.toContain('the log was rewritten');
  expect(readdirSync(own.path('copy/bags'))).toEqual([]);
  const verified = await own.json(['verify', 'archive']);
  expect([verified.code, codesOf(verified.lines)]).toEqual([0, []]);
  // The next step in the message works, and the copy becomes a normal replica.
  expect((await own.run(['replica', 'sync', 'archive'])).code).toBe(0);
  expect((await own.run(['replica', 'verify', 'archive'])).code).toBe(0);
  // If the archive is gone with its log, the copy is what is left of it.
  rmSync(own.path('copy'), { recursive: true });
  cpSync(own.path('archive'), own.path('left'), { recursive: true });
  rmSync(own.path('archive'), { recursive: true });
  rmSync(own.path('left/log'), { recursive: true });
  expect((await own.run(['import', join(root, 'samples/siprec'), '--into', 'left', '--no-keep-tables'])).stderr).not.toContain('L123');
});
