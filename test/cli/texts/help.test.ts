import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ran, runHere } from '../in-process.ts';
import { createRig, onDisk, root } from '../rig.ts';

// On disk: the doctor reports an archive in memory.
const rig = createRig(onDisk);
const home = process.cwd();
const homeFolder = process.env.HOME;
afterAll(async () => {
  process.chdir(home);
  if (homeFolder !== undefined) process.env.HOME = homeFolder;
  await rig[Symbol.asyncDispose]();
});

const longplay = (args: readonly string[]): Promise<Ran> => runHere(args, rig.keys);

/** Commands below the headings of help. */
const commandGroups: Readonly<Record<string, readonly string[]>> = {
  'Migrate from a recorder': ['survey', 'import', 'amend', 'convert', 'identify'],
  'Search, play, export': ['search', 'list', 'show', 'play', 'export', 'viewer', 'serve', 'note', 'tag', 'case', 'subject', 'people'],
  'Keep for years': [
    'verify',
    'watch',
    'schedule',
    'replica',
    'drill',
    'keyring',
    'rehash',
    'erase',
    'seal',
    'unseal',
    'catalog',
    'retention',
    'hold',
  ],
  'Prove and report': ['report', 'log', 'proof'],
  'Set up and look up': ['config', 'doctor', 'formats', 'importers', 'explain', 'environment', 'completion', 'man', 'help'],
};
/** Commands with subcommands. */
const parts: Readonly<Record<string, readonly string[]>> = {
  case: ['new', 'list', 'add', 'remove', 'messages', 'decide', 'review', 'due', 'show', 'timeline', 'compare', 'export', 'check', 'delete', 'forget'],
  catalog: ['rebuild'],
  erase: ['request', 'approve', 'run', 'status', 'certificate', 'withdraw', 'lift', 'make-key', 'add-approver', 'remove-approver'],
  hold: ['add', 'list', 'show', 'release'],
  keyring: ['init', 'status', 'sync', 'rotate', 'add-copy', 'remove-copy', 'recovery', 'drill', 'report-loss', 'approve-loss', 'losses', 'agent'],
  log: ['list', 'verify', 'public-key', 'publish', 'stamp', 'remember', 'export', 'access', 'forget', 'key'],
  note: ['add', 'list', 'withdraw', 'erase'],
  people: ['check', 'import'],
  proof: ['make', 'check'],
  retention: ['set', 'show', 'plan'],
  replica: ['add', 'list', 'sync', 'verify', 'repair', 'move', 'remove'],
  tag: ['add', 'list', 'withdraw', 'erase'],
  unseal: ['request', 'approve', 'run'],
};

/** The terms below each heading of a help text. */
function termsBelow(help: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  let heading = '';
  for (const line of help.split('\n')) {
    if (/^[A-Z][^`]*:$/.test(line)) {
      heading = line.slice(0, -1);
      found[heading] = [];
    } else if (/^ {2}\S/.test(line)) found[heading]?.push(line.trim().split(/ {2,}/)[0] ?? '');
  }
  return found;
}

const pages = Object.values(commandGroups)
  .flat()
  .filter((name) => name !== 'help')
  .flatMap((name) => parts[name]?.map((part) => [name, part]) ?? [[name]]);
const helps = new Map<string, string>();

beforeAll(async () => {
  for (const page of [...pages, []]) {
    const { code, out, err } = await longplay([...page, '--help']);
    expect([page, code, err]).toEqual([page, 0, '']);
    helps.set(page.join(' '), out);
  }
});

test('help lists the commands by purpose, one line each, in 80 columns', async () => {
  const help = helps.get('') ?? '';
  expect(termsBelow(help)).toMatchObject(commandGroups);
  const lines = help.split('\n');
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.length).toBeLessThan(72);
  for (const name of Object.values(commandGroups).flat()) expect(lines.filter((line) => line.startsWith(`  ${name} `))).toHaveLength(1);
  // As the program of its own process prints it.
  const { code, stdout, stderr } = await rig.run(['help']);
  expect([code, stdout, stderr]).toEqual([0, help, '']);
});

test('a command with subcommands lists them, and nothing but them', async () => {
  for (const [name, all] of Object.entries(parts)) {
    const { out } = await longplay([name, '--help']);
    expect([name, termsBelow(out)]).toEqual([name, { Commands: all, 'Common options': ['-h, --help'] }]);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  }
});

test('every next step in a message or a page names an existing subcommand', () => {
  const sources = ['src', 'importers', 'formats', 'docs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(?:ts|md)$/.test(name))
      .map((name) => join(folder, name)),
  );
  const wrong = sources.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/(?:`|: )longplay ([a-z]+) ([\w-]+)(?![\w\\-])/g)].flatMap(([text, name = '', part = '']) =>
      parts[name] === undefined || [...parts[name], 'help'].includes(part) ? [] : [`${file}: ${text}`],
    ),
  );
  expect(sources.length).toBeGreaterThan(1_000);
  expect(wrong).toEqual([]);
});

test('every command explains itself with an example, in 80 columns, without the names of all variables', () => {
  for (const page of pages) {
    const help = helps.get(page.join(' ')) ?? '';
    expect([page, help]).toEqual([page, expect.stringMatching(/\nExamples?:\n {2}\S/)]);
    // Examples stand on one line as typed.
    const [told = ''] = help.split(/\nExamples?:\n/);
    expect([page, told.split('\n').filter((line) => line.length > 80)]).toEqual([page, []]);
    expect([page, help.match(/LONGPLAY_\w+/g)?.length]).toEqual([page, 1]);
    expect(help).toMatch(
      /\nEach option can be set by a variable, e\.g\. LONGPLAY_[A-Z_]+ for --[a-z-]+;\n`longplay environment` lists them all\.\n$/,
    );
    const options = Object.entries(termsBelow(help)).flatMap(([heading, terms]) => (/Example|Arguments/.test(heading) ? [] : terms));
    expect([page, options]).toEqual([page, expect.arrayContaining(['--json', '-q, --quiet', '-v, --verbose', '-h, --help'])]);
  }
});

test('the options of an import are grouped by purpose, and short lists of choices are printed', () => {
  const help = helps.get('import') ?? '';
  const groups = termsBelow(help);
  expect(Object.keys(groups)).toEqual([
    'Arguments',
    'Archive',
    'Running recorder',
    'Monitoring',
    'Source',
    'Access copies',
    'Report and review',
    'Common options',
    'Examples',
  ]);
  expect(groups.Source).toContain('--zone <zone>');
  expect(help).toMatch(/--access <format> +format of access copies \(opus, wav; default: opus\)\n/);
  expect(help.split('\n').length).toBeLessThan(84);
  expect(helps.get('completion')).toMatch(/ shell +shell to complete in \(bash, zsh, fish\)\n/);
  // The sixteen statuses are listed in the document, by completion and in the message about a wrong one.
  expect(helps.get('list')).not.toContain('matched-by-window');
});

/** All examples, in the order of help: commands that make what others need come first. */
function examples(): string[] {
  return [
    ...new Set([...helps.values()].flatMap((text) => (/\nExamples?:\n(.*?)\n\n/s.exec(text)?.[1] ?? '').split('\n').map((line) => line.trim()))),
  ];
}

/** They wait for people or other machines: they are parsed, and stop at an archive that does not exist. */
const onlyParsed = [
  /^longplay serve/,
  /^longplay keyring (?:agent|report-loss|approve-loss|losses)/,
  /^longplay play/,
  /^longplay log (?:stamp|remember .*--lost)/,
  /--command mail/,
  /^longplay proof check/,
  /^longplay case check/,
  /^longplay case compare/,
  /^longplay case forget/,
  /^longplay case decide/,
  /^longplay case review/,
  /^longplay log (?:access .*--users|forget .*--(?:who|entry))/,
  /^longplay report .*--import/,
  /^longplay (?:erase (?!make-key)|seal |unseal |hold |retention )/,
];
/** Reads typed input; decodes for a while, and has tests of its own. */
const leftOut = [/--hash-password/, /^longplay doctor(?! \/)/];

/** Files that examples name, at the paths that they name. */
async function makeWorld(): Promise<void> {
  const at = (...parts: string[]): string => rig.path(...parts);
  for (const folder of [
    'mnt/witness',
    'mnt/offsite',
    'srv',
    'prompts',
    'calls',
    'thread',
    'court',
    'tmp',
    'var/lib/node_exporter',
    'var/lib/longplay',
    'home',
    'table',
  ])
    mkdirSync(at(folder), { recursive: true });
  cpSync(join(root, 'samples/asterisk-normal'), at('mnt/recorder'), { recursive: true });
  const [wave = ''] = readdirSync(at('mnt/recorder/monitor'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.wav'))
    .map((entry) => join(entry.parentPath, entry.name));
  for (const name of ['000123.wav', 'prompts/welcome.wav', 'table/a.wav']) cpSync(wave, at(name));
  writeFileSync(at('calls/1.vox'), Buffer.alloc(6_000, 0x80));
  writeFileSync(at('table/calls.csv'), 'CallId,Started,FileName\n1,2019-03-12T10:15:04Z,a.wav\n');
  writeFileSync(
    at('thread/1.eml'),
    'From: a@example.com\r\nTo: b@example.com\r\nDate: Tue, 12 Mar 2019 10:15:04 +0000\r\nMessage-ID: <1@example.com>\r\nSubject: x\r\n\r\nx\r\n',
  );
  writeFileSync(at('people.toml'), '[people.anna-berg]\nnames = ["Anna Berg"]\n');
  writeFileSync(
    at('staff.csv'),
    'Number,First name,Last name,Mobile,Login,Extension,Since,Until\n7,Anna,Berg,+46701740605,agent-7,1001,2025-09-01,\n',
  );
  writeFileSync(at('crm.csv'), 'Order,Call\nO-1,none\n');
  writeFileSync(at('crm.toml'), 'table.files = "crm.csv"\ncolumns.key = "Order"\nmatch.fields = { key = "Call" }\n');
  writeFileSync(at('chat.csv'), 'time,from,to,text\n2019-03-12 10:15:04,a,b,x\n');
  for (const name of ['tape.tar', 'old-tape.tar']) expect((await rig.exec('tar', ['-cf', name, '000123.wav'])).code).toBe(0);
  expect((await rig.exec('zip', ['-qr', at('export.zip'), '.'], at('table'))).code).toBe(0);
}

/** The source of things that examples name by id: the list that has it, the member of its id, and the ids of the examples, in order. */
const idsMadeBy: Readonly<Record<string, readonly [list: readonly string[], member: string, ids: readonly string[]]>> = {
  import: [['list'], 'recordingId', ['1f0c2a9e', '8cf6e48f']],
  'case new': [['case', 'list'], 'id', ['3f9a1c02']],
  'note add': [['note', 'list'], 'id', ['4f2a9c31']],
  'tag add': [['tag', 'list'], 'id', ['7be05d16']],
};

/** Returns the words of each command, as bash splits them: one bash for all, because starting a process takes 30 ms of CPU time in the large process of the tests. */
function wordsOf(commands: readonly string[]): readonly (readonly string[])[] {
  const script = commands.map((command) => `printf '%s\\0' ${command}; printf '\\n'`).join('\n');
  const { status, stdout } = spawnSync('bash', ['-ec', script], { encoding: 'utf8' });
  expect(status).toBe(0);
  return stdout
    .split('\0\n')
    .slice(0, -1)
    .map((line) => line.split('\0').slice(1));
}

/** Real ids of the archive after an example, replacing those in the examples. */
async function idsAfter(line: string): Promise<Readonly<Record<string, string>>> {
  const [, made = ''] = /^longplay (import|case new|note add|tag add)/.exec(line) ?? [];
  const [list, member, written] = idsMadeBy[made] ?? [[], '', []];
  if (list.length === 0) return {};
  const values = (await longplay([...list, rig.path('srv/archive'), '--json'])).out.split('\n').flatMap((text) => {
    const { type, value } = text === '' ? { type: '', value: {} } : (JSON.parse(text) as { type: string; value: Record<string, unknown> });
    return type === 'result' ? [value] : [];
  });
  return Object.fromEntries(written.map((id, at) => [id, String(values[at]?.[member])]));
}

/** The zip has a table of its own, for which the next example proposes a mapping. */
const tableUnread = 'longplay survey /mnt/recorder export.zip';

test('every example of help runs as printed', async () => {
  process.chdir(rig.folder);
  process.env.HOME = rig.path('home');
  await makeWorld();
  const all = examples();
  expect(all.length).toBeGreaterThan(80);
  // Most examples work on an open archive; imports of a new one need a keyring: test/cli/sealed.
  expect((await longplay(['import', rig.path('mnt/recorder'), '--into', rig.path('srv/archive'), '--zone', 'Europe/Stockholm', '--open'])).code).toBe(
    0,
  );
  // The arguments that longplay receives: the shell has removed its own part, and split the rest into words.
  const tried = all.flatMap((line) => {
    const command = /^longplay [^|<>]+/.exec(line)?.[0];
    return command === undefined || leftOut.some((each) => each.test(line)) ? [] : [{ line, command }];
  });
  const typed = wordsOf(tried.map(({ command }) => command.replaceAll(/(?<= )(?=\/(?:srv|mnt|var|tmp)\/)/g, rig.folder)));
  expect(typed).toHaveLength(tried.length);
  let ids: Readonly<Record<string, string>> = {};
  for (const [at, { line }] of tried.entries()) {
    if (line.startsWith('longplay verify some-bag')) {
      const [bag = ''] = readdirSync(rig.path('srv/archive/bags'), { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('bagit.txt'),
      );
      cpSync(rig.path('srv/archive/bags', bag, '..'), rig.path('some-bag'), { recursive: true });
    }
    if (line.includes('--since')) cpSync(rig.path('srv/archive/log/checkpoint'), rig.path('mnt/witness/2026-01-31'));
    if (line.includes('replica move')) cpSync(rig.path('mnt/offsite'), rig.path('mnt/usb'), { recursive: true });
    const words = (typed[at] ?? []).map((word) => Object.entries(ids).reduce((text, [written, id]) => text.replaceAll(written, id), word));
    if (onlyParsed.some((each) => each.test(line))) {
      const { code, err } = await longplay(words.map((word) => word.replace(rig.path('srv/archive'), rig.path('nowhere'))));
      // commander reports words that it does not understand in a line of its own.
      expect([line, code, err]).toEqual([line, expect.toBeOneOf([2, 5]), expect.not.stringMatching(/^error: /m)]);
    } else {
      const { code, err } = await longplay(words);
      if (line === tableUnread) expect([line, code, err]).toEqual([line, 3, expect.stringContaining('P117')]);
      else expect([line, code, code === 0 ? '' : err]).toEqual([line, 0, '']);
    }
    ids = { ...ids, ...(await idsAfter(line)) };
  }
});
