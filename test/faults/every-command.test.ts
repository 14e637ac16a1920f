import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runHere } from '../cli/in-process.ts';
import { root } from '../cli/rig.ts';
import { type OneProcess, startOneProcess } from './one-process.ts';
import { buildTrap } from './trap.ts';
import { createWorld, sample, type World } from './world.ts';
import { amending, writers } from './writers.ts';

// Checks that every command that writes has a test that kills it and makes its calls fail. The commands and their options are read from the declarations, as `longplay completion
// bash` prints them.

const here = dirname(fileURLToPath(import.meta.url));
const trap = buildTrap();

/** Commands that write, by the test file that interrupts them. */
const elsewhere: Readonly<Record<string, string>> = {
  import: 'kill.test.ts',
  convert: 'other-commands.test.ts',
  export: 'other-commands.test.ts',
  'catalog rebuild': 'other-commands.test.ts',
  verify: 'replicas.test.ts',
  rehash: 'rehash.test.ts',
  'replica sync': 'replicas.test.ts',
  'replica repair': 'replicas.test.ts',
  'keyring init': 'keyring.test.ts',
  'keyring status': 'keyring.test.ts',
  'keyring sync': 'keyring.test.ts',
  'keyring rotate': 'keyring.test.ts',
  'keyring add-copy': 'keyring.test.ts',
  'keyring remove-copy': 'keyring.test.ts',
  'keyring recovery': 'keyring.test.ts',
  'keyring drill': 'keyring.test.ts',
  'keyring agent': '../serve/keys/listening-agent.test.ts',
  serve: 'served.test.ts',
  'erase request': 'erasure.test.ts',
  'erase approve': 'erasure.test.ts',
  'erase run': 'erasure.test.ts',
  'erase withdraw': 'erasure.test.ts',
  'erase certificate': 'erasure.test.ts',
  'erase lift': 'erasure-replicas.test.ts',
  'erase make-key': 'erasure.test.ts',
  'erase add-approver': 'erasure.test.ts',
  'erase remove-approver': 'erasure.test.ts',
  seal: 'seal.test.ts',
};

/** Commands that change nothing where they read: a run under the trap shows it. */
const readers: Readonly<Record<string, (archive: string, world: World) => readonly string[]>> = {
  identify: () => ['identify', join(root, 'samples/formats/wave-ok.wav')],
  search: (archive) => ['search', archive, '2001'],
  list: (archive) => ['list', archive],
  show: (archive, { known }) => ['show', archive, known.recordings[0]],
  'note list': (archive) => ['note', 'list', archive],
  'tag list': (archive) => ['tag', 'list', archive],
  'case list': (archive) => ['case', 'list', archive],
  'case show': (archive, { known }) => ['case', 'show', archive, known.case],
  'case timeline': (archive, { known }) => ['case', 'timeline', archive, known.case],
  'case check': (archive) => ['case', 'check', join(archive, '../handed-over'), '--key', keyOf],
  'people check': (archive) => ['people', 'check', registerBeside(archive)],
  'log public-key': (archive) => ['log', 'public-key', archive],
  'replica list': (archive) => ['replica', 'list', archive],
  'log list': (archive) => ['log', 'list', archive],
  'log verify': (archive) => ['log', 'verify', archive],
  'log export': (archive) => ['log', 'export', archive],
  'log access': (archive) => ['log', 'access', archive],
  'proof check': (archive, { known }) => ['proof', 'check', join(archive, '../one.tlog-proof'), documentOf(archive, known), '--key', keyOf],
  'hold list': (archive) => ['hold', 'list', archive],
  'hold show': (archive) => ['hold', 'show', archive, holdOf],
  'retention show': (archive) => ['retention', 'show', archive],
  'retention plan': (archive) => ['retention', 'plan', archive],
  config: (archive) => ['config', archive],
  doctor: () => ['doctor'],
  formats: () => ['formats'],
  importers: () => ['importers'],
  explain: () => ['explain', 'A101'],
  environment: () => ['environment'],
  completion: () => ['completion', 'zsh'],
  man: () => ['man', 'verify'],
  help: () => ['help', 'verify'],
  // Commands that write, called without the option that makes them write.
  survey: () => ['survey', sample, '--zone', 'Europe/Stockholm', '--headers-only'],
  subject: (archive) => ['subject', archive, '+46701740605'],
  schedule: (archive) => ['schedule', archive, '--user', 'longplay'],
  'import --dry-run': (archive) => ['import', sample, '--into', archive, '--zone', 'Europe/Stockholm', '--dry-run'],
  'amend --dry-run': (archive) => [...amending(archive), '--dry-run'],
  'rehash --dry-run': (archive) => ['rehash', archive, '--add', 'blake2b', '--dry-run'],
  'erase status': (archive) => ['erase', 'status', archive],
  'keyring losses': (archive) => ['keyring', 'losses', archive],
  'verify --status': (archive) => ['verify', archive, '--every', '90d', '--status'],
};
let keyOf = '';
let holdOf = '';

function registerBeside(archive: string): string {
  const file = join(archive, '../people.toml');
  writeFileSync(file, '[people.anna-berg]\nnames = ["Anna Berg"]\nnumbers = ["+46701740605"]\n');
  return file;
}

/** Opening the catalog always adds new bags to it; other-commands.test.ts and test/catalog interrupt that. */
function isOfCatalog(kind: string, path: string): boolean {
  return path.startsWith('/catalog.sqlite') || (path === '' && ['mkdir', 'fsync'].includes(kind));
}

function documentOf(archive: string, { bags, recordings: [id] }: World['known']): string {
  const [path = ''] = bags.map((bag) => join(archive, 'bags', bag, 'data', id, 'recording.json')).filter((file) => existsSync(file));
  return path;
}

/** Options whose value is a place that is written: each belongs to a run of the writers, or to the test file that interrupts its command. */
const writtenPlaces = ['--into', '--out', '--report', '--propose', '--junit', '--metrics-file', '--to', '--differences', '--keyring'];
/** Options of a run without an end, written by the function that the same option of `verify` and `watch` uses, which is interrupted there. */
const struckElsewhere: readonly (readonly [command: string, option: string])[] = [
  ['import', '--metrics-file'],
  // These read the keyring and write only to the log.
  ['keyring report-loss', '--keyring'],
  ['keyring approve-loss', '--keyring'],
];
/** Options whose value is a place that is read. */
const readPlaces = [
  ...[
    '--mapping',
    '--table',
    '--password-file',
    '--users',
    '--tls-cert',
    '--tls-key',
    '--key',
    '--since',
    '--roots',
    '--from',
    '--people',
    '--list',
    '--log',
    '--ids',
    '--passphrase-file',
    '--new-passphrase-file',
    '--key-command',
    '--identity',
    '--share',
    '--socket',
    '--key-agent',
  ],
  '--key-file',
  ...['--command', '--player', '--tsa', '--proxy-address'],
];

interface Declared {
  readonly name: string;
  readonly isGroup: boolean;
  readonly places: readonly string[];
}

/** All commands. */
async function declared(): Promise<Declared[]> {
  const { code, out } = await runHere(['completion', 'bash'], '/nonexistent');
  expect(code).toBe(0);
  return [...out.matchAll(/^ {4}'([a-z -]+)'\)\n((?: {6}.*\n)*?) {6};;/gm)].map(([, name = '', body = '']) => {
    const options = /options='([^']*)'/.exec(body)?.[1]?.split(' ') ?? [];
    const places = options.flatMap((option) => /^(--[a-z-]+)=%?(?:file|folder|path|program|list-or-file\S*)(?:\.\.\.)?$/.exec(option)?.[1] ?? []);
    return { name, isGroup: /commands='/.test(body), places };
  });
}

const scratch = mkdtempSync(join(tmpdir(), 'longplay-calls-'));
let world: World | null = null;
let process: OneProcess | null = null;
beforeAll(async () => {
  if (typeof trap === 'string') return;
  world = await createWorld();
  process = startOneProcess(trap, [world.rig.folder], scratch);
});
afterAll(async () => {
  await process?.[Symbol.asyncDispose]();
  await world?.[Symbol.asyncDispose]();
  rmSync(scratch, { recursive: true });
  if (typeof trap !== 'string') trap[Symbol.dispose]();
});

test('every command is interrupted by a test of faults, or only reads', async () => {
  const leaves = (await declared()).filter(({ isGroup }) => !isGroup).map(({ name }) => name);
  expect(leaves.length).toBeGreaterThan(50);
  const struck = new Set([...writers.map(({ command }) => command), ...Object.keys(elsewhere)]);
  expect(leaves.filter((name) => !struck.has(name) && !(name in readers))).toEqual([]);
  // None of them has been removed.
  const named = [...struck, ...Object.keys(readers)].map((name) => name.replace(/ --.*/, ''));
  expect(named.filter((name) => name !== 'help' && !leaves.includes(name))).toEqual([]);
  for (const [name, file] of Object.entries(elsewhere)) {
    const words =
      name === 'serve'
        ? 'startServer('
        : name
            .split(' ')
            .map((word) => `'${word}'`)
            .join(', ');
    const text = [file, 'small-import.ts'].map((one) => readFileSync(join(here, one), 'utf8')).join('\n');
    expect([name, text.includes(words)]).toEqual([name, true]);
  }
});

test('every option that names a place is known as read or written, and each written place is tested with interruptions', async () => {
  const places = [...new Set((await declared()).flatMap((one) => one.places))].sort();
  expect(places.length).toBeGreaterThan(10);
  expect(places.filter((one) => !writtenPlaces.includes(one) && !readPlaces.includes(one))).toEqual([]);
  const all = (await declared()).flatMap((one) =>
    one.places.filter((place) => writtenPlaces.includes(place)).map((place) => [one.name, place] as const),
  );
  const known = { authority: { rootFile: '', program: () => ({ program: '', args: [] }) }, recordings: ['', ''] } as unknown as World['known']; // only names are read
  const missing = all.filter(([name, place]) => {
    if (writers.some(({ command, args }) => command === name && args('', known).includes(place))) return false;
    if (struckElsewhere.some(([command, option]) => command === name && option === place)) return false;
    const file = elsewhere[name];
    return file === undefined || ![file, 'small-import.ts'].some((one) => readFileSync(join(here, one), 'utf8').includes(`'${place}'`));
  });
  expect(missing).toEqual([]);
});

test.skipIf(typeof trap === 'string')('a command that reads changes nothing: neither archive nor keys nor its working folder', async () => {
  if (world === null || process === null) throw new Error('no world');
  const at = world.copy();
  const archive = join(at, 'archive');
  const key = await world.run(at, ['log', 'verify', archive, '--json']);
  keyOf = (JSON.parse(key.out.trim().split('\n').at(-1) ?? '') as { key: string }).key;
  expect((await world.run(at, ['proof', 'make', archive, world.known.recordings[0], '--out', join(at, 'one.tlog-proof')])).code).toBe(0);
  expect((await world.run(at, ['case', 'export', archive, world.known.case, '--out', join(at, 'handed-over')])).code).toBe(0);
  holdOf = String((await world.results(at, 'hold', ['hold', 'add', archive, '--all', '--reason', 'a test']))[0]?.id);
  writeFileSync(join(at, 'policy.toml'), 'zone = "UTC"\n[[rule]]\nname = "orders"\nbasis = "a test"\nkeep = "5y"\n');
  expect((await world.run(at, ['retention', 'set', archive, join(at, 'policy.toml'), '--reason', 'a test'])).code).toBe(0);
  const wrong: string[] = [];
  for (const [name, args] of Object.entries(readers)) {
    const { code, stdout, stderr, calls } = await process.run({ args: args(archive, world), cwd: at, env: world.env(at) });
    const changed = calls
      .filter(({ kind, path }) => !path.startsWith(world?.env(at).LONGPLAY_TMPDIR ?? '') && !isOfCatalog(kind, path.slice(archive.length)))
      .map(({ kind, path }) => `${kind} ${path.slice(at.length)}`);
    if (code !== 0 || changed.length > 0)
      wrong.push(`${name} ended with ${code}: ${[...new Set(changed)].join(', ')} ${code === 0 ? '' : stdout + stderr}`);
  }
  expect(wrong).toEqual([]);
});
