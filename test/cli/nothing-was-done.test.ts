import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runHere } from './in-process.ts';
import { createRig, fingerprint, root } from './rig.ts';

const rig = createRig();
const home = process.cwd();
const sample = join(root, 'samples/asterisk-normal');
let recording = '';
let caseId = '';
/** All commands that help lists, so that a new one must be added below. */
let commands: string[] = [];

beforeAll(async () => {
  process.chdir(rig.folder);
  const made = await rig.json(['import', sample, '--into', 'archive', '--zone', 'Europe/Stockholm']);
  expect(made.code).toBe(0);
  const { lines } = await rig.json(['list', 'archive']);
  recording = String((lines[0]?.value as { recordingId?: string } | undefined)?.recordingId); // as `list` prints it
  const opened = await rig.json(['case', 'new', 'archive', '--title', 'Nothing']);
  caseId = String((opened.lines.find(({ of }) => of === 'case')?.value as { id?: string } | undefined)?.id); // as `case new` prints it
  expect((await rig.run(['replica', 'add', 'archive', 'disk', 'copy'])).code).toBe(0);
  expect((await rig.run(['replica', 'sync', 'archive', 'disk'])).code).toBe(0);
  mkdirSync('full');
  writeFileSync('full/file', 'x');
  writeFileSync('file.zip', 'x');
  writeFileSync('calls.csv', 'a,b\n1,2\n');
  const help = (await rig.run(['help'])).stdout;
  commands = [...help.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name = '']) => name);
  expect(commands.length).toBeGreaterThan(25);
});
afterAll(async () => {
  process.chdir(home);
  await rig[Symbol.asyncDispose]();
});

/** Errors that appear only after a command has begun: a named thing does not exist, or exists already. */
const mistakes = (): Readonly<Record<string, readonly (readonly string[])[]>> => ({
  survey: [
    ['survey', 'nowhere'],
    ['survey', sample, '--mapping', 'calls.csv'],
    ['survey', sample, '--propose', 'file.zip'],
  ],
  import: [
    ['import', sample, '--into', 'full', '--open'],
    ['import', sample, '--into', 'new', '--keyring', 'nowhere'],
    ['import', 'nowhere', '--into', 'archive'],
    ['import', sample, '--into', 'archive', '--importer', 'nice'],
    ['import', sample, '--into', 'archive', '--mapping', 'calls.csv'],
    ['import', 'archive', '--into', 'archive'],
  ],
  amend: [
    ['amend', 'archive', '--table', 'calls.csv', '--mapping', 'nowhere.toml'],
    ['amend', 'archive', '--table', 'calls.csv', '--mapping', 'five9'],
    ['amend', 'archive', '--table', 'calls.csv', '--mapping', 'five9', '--differences', 'out.csv'],
  ],
  convert: [
    ['convert', sample, '--out', 'full'],
    ['convert', 'nowhere', '--out', 'out'],
    ['convert', 'archive', '--out', 'archive/out'],
  ],
  identify: [['identify', 'nowhere']],
  search: [
    ['search', 'full', 'x'],
    ['search', 'archive', '1', '--country', 'SE'],
    ['search', 'archive', '1', '--people', 'nowhere.toml'],
  ],
  list: [
    ['list', 'full'],
    ['list', 'archive', '--zone', 'Nowhere', '--from', '7d'],
  ],
  show: [
    ['show', 'archive', 'ffffffff'],
    ['show', 'archive', ''],
  ],
  play: [
    ['play', 'archive', 'ffffffff'],
    ['play', 'archive', recording, '--medium', '99'],
    ['play', 'archive', recording, '--channel', '60'],
  ],
  export: [
    ['export', 'archive', '--all', '--out', 'full'],
    ['export', 'archive', '--all', '--out', 'archive/out'],
    ['export', 'archive', 'ffffffff', '--out', 'out'],
    ['export', 'archive', '--all', '--out', 'out', '--name-template', '{nothing}'],
  ],
  viewer: [['viewer', 'full']],
  serve: [
    ['serve', 'archive', '--users', 'nowhere.toml'],
    ['serve', 'archive', '--people', 'nowhere.toml'],
    ['serve', 'archive', '--host', '0.0.0.0', '--port', '0'],
    ['serve', 'full'],
  ],
  note: [
    ['note', 'add', 'archive', 'ffffffff', 'x'],
    ['note', 'add', 'archive', recording, ' '],
    ['note', 'add', 'archive', recording, 'x', '--from', '1'],
    ['note', 'add', 'archive', recording, 'x', '--from', '1:00:00', '--to', '1:00:01'],
    ['note', 'list', 'full'],
    ['note', 'withdraw', 'archive', 'ffff', '--reason', 'x'],
  ],
  tag: [
    ['tag', 'add', 'archive', recording, 'one, two'],
    ['tag', 'add', 'archive', recording, 'x'.repeat(61)],
    ['tag', 'list', 'full'],
    ['tag', 'withdraw', 'archive', 'ffff', '--reason', ' '],
  ],
  case: [
    ['case', 'new', 'archive', '--title', 'x', '--country', 'SE'],
    ['case', 'new', 'archive', '--title', ' '],
    ['case', 'list', 'full'],
    ['case', 'add', 'archive', caseId, 'ffffffff'],
    ['case', 'add', 'archive', 'ffffffff', recording],
    ['case', 'remove', 'archive', caseId, 'ffffffff', '--reason', 'x'],
    ['case', 'decide', 'archive', caseId, 'ffffffff', '--is', '--reason', 'x'],
    ['case', 'review', 'archive', caseId, 'ffffffff', '--state', 'privileged', '--reason', 'x'],
    ['case', 'review', 'archive', caseId, 'm1', '--state', 'privileged', '--reason', 'x'],
    ['case', 'review', 'archive', caseId, '--state', 'privileged', '--reason', 'x'],
    ['case', 'review', 'archive', caseId, '--list', 'nowhere', '--state', 'privileged', '--reason', 'x'],
    ['case', 'due', 'archive', caseId, '2026-02-30', '--reason', 'x'],
    ['case', 'due', 'archive', caseId, '2026-12-30', '--reason', ' '],
    ['case', 'new', 'archive', '--title', 'x', '--due', 'tomorrow'],
    ['case', 'export', 'archive', caseId, '--out', 'out', '--supplement', 'last'],
    ['case', 'check', 'full', '--key', 'none', '--hand-over', '0'],
    ['case', 'check', 'full', '--key', 'none'],
    ['case', 'messages', 'archive', caseId, 'nowhere.eml'],
    ['case', 'compare', 'archive', caseId, 'nowhere.csv'],
    ['case', 'compare', 'archive', caseId, 'full'],
    ['case', 'compare', 'archive', caseId, 'calls.csv'],
    ['case', 'compare', 'archive', caseId, 'calls.csv', '--column', 'start=nowhere', 'caller=b'],
    ['case', 'compare', 'archive', caseId, 'calls.csv', '--column', 'when=a'],
    ['case', 'compare', 'archive', caseId, 'calls.csv', '--column', 'start=a', 'caller=b', '--out', 'file.zip'],
    ['case', 'compare', 'archive', caseId, 'calls.csv', '--people', 'nowhere.toml'],
    ['case', 'compare', 'archive', 'ffffffff', 'calls.csv', '--column', 'start=a', 'caller=b'],
    ['case', 'show', 'archive', 'ffffffff'],
    ['case', 'timeline', 'archive', 'ffffffff'],
    ['case', 'timeline', 'archive', caseId, '--people', 'nowhere.toml'],
    ['case', 'export', 'archive', caseId, '--out', 'full'],
    ['case', 'export', 'archive', caseId, '--out', 'out', '--people', 'nowhere.toml'],
    ['case', 'export', 'archive', caseId, '--out', 'archive/out'],
    ['case', 'export', 'archive', caseId, '--out', 'out', '--mask'],
  ],
  people: [
    ['people', 'check', 'nowhere'],
    ['people', 'check', 'calls.csv'],
    ['people', 'import', 'nowhere', '--out', 'people.toml', '--column', 'key=a', 'name=b'],
    ['people', 'import', 'calls.csv', '--out', 'people.toml', '--column', 'key=c', 'name=b'],
    ['people', 'import', 'calls.csv', '--out', 'file.zip', '--column', 'key=a', 'name=b'],
  ],
  subject: [
    ['subject', 'archive', '+46701740605', '--case', 'x', '--people', 'nowhere.toml'],
    ['subject', 'archive', '+46701740605', '--case', 'x', '--out', 'full'],
    ['subject', 'archive', '+46701740605', '--case', 'x', '--out', 'file.zip', '--zip'],
    ['subject', 'archive', '+46701740605', '--case', 'x', '--out', 'archive/out'],
    ['subject', 'archive', '+46701740605', '--case', ' '],
    ['subject', 'archive', '+46701740605', '--country', 'SE', '--case', 'x'],
    ['subject', 'archive', '+46701740605', '--out', 'out'],
  ],
  verify: [
    ['verify', 'full'],
    ['verify', 'archive', '--every', '7m'],
    ['verify', 'archive', '--budget', '0h'],
  ],
  watch: [['watch', 'archive', '--max-age', '1']],
  schedule: [
    ['schedule', 'full', '--every', '90d', '--out', 'out'],
    ['schedule', 'archive', '--every', '90d', '--at', 'noon', '--out', 'out'],
    ['schedule', 'archive', '--every', '90d', '--name', '../x', '--out', 'out'],
  ],
  replica: [
    ['replica', 'add', 'archive', 'disk', 'other'],
    ['replica', 'add', 'archive', 'second', 'full'],
    ['replica', 'add', 'archive', 'second', 'archive/bags'],
    ['replica', 'add', 'archive', 'a/b', 'other'],
    ['replica', 'list', 'full'],
    ['replica', 'sync', 'archive', 'nowhere'],
    ['replica', 'verify', 'archive', 'nowhere'],
    ['replica', 'repair', 'archive', 'nowhere'],
    ['replica', 'move', 'archive', 'nowhere', 'other'],
    ['replica', 'move', 'archive', 'disk', 'full'],
    ['replica', 'remove', 'archive', 'nowhere'],
  ],
  drill: [
    ['drill', 'archive', '--out', 'full'],
    ['drill', 'archive', '--out', 'archive/out'],
    ['drill', 'full'],
  ],
  keyring: [
    ['keyring', 'init', '--keyring', 'new', '--copy', 'full'],
    ['keyring', 'init', '--keyring', 'new', '--copy', 'new/copy'],
    ['keyring', 'init', '--keyring', 'new', '--copy', 'other', '--root', 'paper'],
    ['keyring', 'status', '--keyring', 'full'],
    ['keyring', 'sync', '--keyring', 'nowhere'],
    ['keyring', 'rotate', '--keyring', 'nowhere'],
    ['keyring', 'drill', '--keyring', 'nowhere'],
    ['keyring', 'recovery', 'make', '--keyring', 'nowhere'],
    ['keyring', 'recovery', 'keep'],
    ['keyring', 'remove-copy', 'copy-1'],
    ['keyring', 'report-loss', 'archive', '--reason', 'x'],
    ['keyring', 'approve-loss', 'archive', 'ffff', '--key-file', 'nowhere'],
  ],
  rehash: [
    ['rehash', 'full', '--add', 'blake2b'],
    ['rehash', 'archive', '--add', 'md5'],
    ['rehash', 'archive', '--add', 'blake2b', '--budget', 'x'],
  ],
  erase: [
    ['erase', 'request', 'archive', '--reason', 'x', '--ground', 'error', '--ids', 'nowhere'],
    ['erase', 'approve', 'archive', 'ffff', '--key', 'nowhere'],
    ['erase', 'withdraw', 'archive', 'ffff', '--reason', 'x'],
    ['erase', 'lift', 'archive', 'ffff', '--reason', 'x'],
    ['erase', 'status', 'full'],
    ['erase', 'run', 'full'],
  ],
  // It is not confirmed, and there is no keyring.
  seal: [
    ['seal', 'archive'],
    ['seal', 'archive', '--yes'],
    ['seal', 'full', '--yes'],
  ],
  // The archive is open.
  unseal: [
    ['unseal', 'request', 'archive', '--reason', 'x'],
    ['unseal', 'approve', 'archive', 'ffff', '--key-file', 'nowhere'],
    ['unseal', 'run', 'archive', 'ffff', '--out', 'unsealed'],
    ['unseal', 'run', 'archive', 'ffff', '--out', 'archive/inside'],
  ],
  catalog: [['catalog', 'rebuild', 'full']],
  retention: [
    ['retention', 'set', 'archive', 'nowhere.toml', '--reason', 'x'],
    ['retention', 'set', 'archive', 'calls.csv', '--reason', 'x'],
    ['retention', 'show', 'full'],
    ['retention', 'plan', 'archive', '--as-of', 'tomorrow-ish'],
  ],
  hold: [
    ['hold', 'add', 'archive', '--reason', 'x'],
    ['hold', 'add', 'archive', '--all', '--reason', ' '],
    ['hold', 'add', 'archive', '--case', 'ffffffff', '--reason', 'x'],
    ['hold', 'show', 'archive', 'ffff'],
    ['hold', 'release', 'archive', 'ffff', '--reason', 'x'],
    ['hold', 'list', 'full'],
  ],
  report: [
    ['report', 'archive', '--out', 'full'],
    ['report', 'full'],
  ],
  log: [
    ['log', 'list', 'full'],
    ['log', 'verify', 'archive', '--roots', 'nowhere.pem'],
    ['log', 'verify', 'archive', '--since', 'nowhere'],
    ['log', 'publish', 'archive'],
    ['log', 'stamp', 'archive', '--tsa', 'nowhere'],
    ['log', 'key', 'full', '--yes'],
  ],
  proof: [
    ['proof', 'make', 'archive', 'ffffffff'],
    ['proof', 'make', 'archive', recording, '--out', 'file.zip'],
    ['proof', 'check', 'nowhere', 'file.zip', '--key', 'x'],
  ],
  config: [['config', 'full']],
  doctor: [['doctor', 'full']],
  formats: [['formats', 'nothing']],
  importers: [['importers', 'nothing']],
  explain: [['explain', 'F999']],
  environment: [['environment', 'nothing']],
  completion: [['completion', 'tcsh']],
  man: [['man', 'nothing']],
});

test('exit code 2 leaves archive, log, keys, replica and folders unchanged, for every command', async () => {
  const all = mistakes();
  expect(Object.keys(all).sort()).toEqual(commands.filter((name) => name !== 'help').sort());
  // Opening the catalog always adds new bags to it.
  const files = () => fingerprint(rig.folder).filter((line) => !line.startsWith('archive/catalog.sqlite'));
  const state = () => [...files(), ...fingerprint(rig.keys), ...readdirSync(rig.folder)];
  let before = state();
  const wrong: string[] = [];
  for (const args of Object.values(all).flat()) {
    const { code, err } = await runHere(args, rig.keys);
    const now = state();
    const changed = now.length === before.length ? now.filter((line, at) => line !== before[at]) : now.filter((line) => !before.includes(line));
    if (code !== 2 || err.trim() === '' || changed.length > 0) wrong.push(`${args.join(' ')}: ${code} ${err.split('\n')[0]} ${changed.join(', ')}`);
    before = now;
  }
  expect(wrong).toEqual([]);
});
