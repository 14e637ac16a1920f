import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exitCodes } from '../../src/cli/report/exit-code.ts';
import { findingTable, isMachineFinding } from '../../src/core/findings/finding-table.ts';
import { createKeyring } from '../../src/sealing/keyring/create.ts';
import { allPages } from '../pages/all-pages.ts';
import { runHere } from './in-process.ts';
import { createRig, type Rig, root } from './rig.ts';

// Compares the pages with the behaviour of the program: each command line that README.md or docs/ print in a block runs as printed, in the order of the pages, in one folder. Names
// in capitals and the example folders stand for real ones. Lines that do not run here are listed with the reason. The tutorial runs in a folder of its own:
// test/browser/tutorial.test.ts.

/** Pages in reading order; a page with commands that is missing here is detected. */
const order = ['README.md', 'mapping-file', 'recorders-without-layout', 'joined-sources', 'reconciliation', 'search', 'cases', 'subject', 'replicas'];

interface Printed {
  readonly page: string;
  /** The commands without their explanations. */
  readonly line: string;
}

function pagesInOrder(): string[] {
  const rank = (page: string): number => {
    const at = order.indexOf(page.replace(/^docs\/(?:.*\/)?(.*)\.md$/, '$1'));
    return at < 0 ? order.length : at;
  };
  return allPages().toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** Commands in the blocks of a page: explanations follow `#`, or stand in a column of their own in lower case. */
function printedIn(page: string): Printed[] {
  const blocks = [...readFileSync(join(root, page), 'utf8').matchAll(/^```[a-z]*\n(.*?)^```/gms)].map(([, block = '']) =>
    block.replace(/\\\n\s*/g, ''),
  );
  return blocks.flatMap((block) =>
    block.split('\n').flatMap((text) => {
      const [, line] = /^(?:\$ )?(?:npx )?(longplay .*?)(?:\s+#.*|\s{3,}[a-z].*)?$/.exec(text) ?? [];
      return line === undefined ? [] : line.split(' | ').length > 1 && !line.includes('[') ? alternatives(page, line) : [{ page, line }];
    }),
  );
}

/** `longplay case list ARCHIVE | case show ARCHIVE CASE` */
function alternatives(page: string, line: string): Printed[] {
  return line.split(' | ').map((part) => ({ page, line: part.startsWith('longplay ') ? part : `longplay ${part}` }));
}

/** Without the text in brackets, and with it; of several alternatives in one pair of brackets the first. */
function variants(line: string): string[] {
  const plain = line.replace(/ ?\[[^\]]*\]/g, '').replace(/ …$/g, '');
  const full = line.replace(/\[([^\]|]*?)(?: \|[^\]]*)?\]/g, '$1').replace(/ …$/g, '');
  return plain === full ? [plain] : [full, plain];
}

/** Lines that do not run here, by their beginning. */
const elsewhere: readonly (readonly [start: string, reason: string])[] = [
  ['longplay serve ', 'serves until it is stopped: test/serve'],
  ['longplay import /mnt/recorder --into /srv/archive --zone Europe/Stockholm --follow', 'goes on until it is stopped: test/pipeline/follow'],
  ['longplay play ', 'needs a sound device: test/media'],
  ['longplay log export ARCHIVE --format jsonl --follow', 'goes on until it is stopped: test/cli/log-export.test.ts'],
  ['longplay log verify ARCHIVE --roots', 'needs the certificate of an authority: test/log'],
  ['longplay keyring ', 'makes keyrings in folders of its own: test/cli/keyring.test.ts'],
  ['longplay import /mnt/export --mapping five9', 'needs an export of Five9: test/importers'],
  ['longplay survey s3://', 'needs an object store: test/objects'],
  ['longplay import s3://', 'needs an object store: test/objects'],
];

/**
 * Lines that need something that the pages do not make. They are parsed all the same, for an archive that does not exist: commander reports what it does not understand before
 * anything is looked up.
 */
const onlyParsed: readonly (readonly [start: string, reason: string])[] = [
  ['longplay hold ', 'names a case, lists and holds of its own: test/cli/retention.test.ts'],
  ['longplay retention ', 'needs a policy file: test/cli/retention.test.ts'],
  ['longplay erase ', 'needs keys of two persons: test/cli/erasure.test.ts'],
  ['longplay seal ', 'seals an archive that other pages show in clear: test/cli/sealed/seal.test.ts'],
  ['longplay unseal ', 'needs keys of two persons: test/cli/sealed/unseal.test.ts'],
];

/** Half a second and more each: run by hand with LONGPLAY_PAGES=all. */
const slow: readonly (readonly [start: string])[] = [
  ['longplay survey /mnt/recorder'],
  ['longplay survey /mnt/export  '],
  ['longplay survey /mnt/export --mapping'],
  ['longplay import /mnt/export --mapping mapping.toml'],
  ['longplay survey recorder/'],
  ['longplay import recorder/'],
  ['longplay survey SOURCE'],
  ['longplay replica verify'],
  ['longplay replica repair'],
  ['longplay drill '],
];
const everything = process.env.LONGPLAY_PAGES === 'all';

/** Lines that end with another code than 0, and why that is right. */
const ends: readonly (readonly [start: string, code: number, reason: string])[] = [
  ['longplay survey /mnt/export  ', 3, 'a table that no importer reads lies beside audio, which is what the page goes on from: P117'],
  ['longplay import SOURCE --into ARCHIVE', 3, 'the archive has the source with a zone: P265'],
  ['longplay case export ARCHIVE CASE --out deal-4711 --zip --mask', 2, 'the case is about nobody in particular: C109'],
  ['longplay case compare ', 3, 'the list has a call that the archive does not have: C194'],
  ['longplay note add /srv/archive 1f0c2a9e', 2, 'the calls of the samples are shorter than the part: N101'],
  ['longplay log forget ', 2, 'asks at a terminal, and there is none: U315'],
  ['longplay replica add ARCHIVE worm ', 2, 'the archive is open, and its page demands a reason of such an archive: R154'],
  ['longplay watch /srv/archive --max-age 8d --min-bags 120', 5, 'the archive has fewer bags than 120: W169'],
];

/** Preparations that a line needs, by its beginning. */
const before: readonly (readonly [start: string, prepare: () => Promise<void>])[] = [
  [
    'longplay case forget ',
    async () => {
      await here(['case', 'new', 'archive', '--title', 'gone']);
      world.CASE = readdirSync('archive/cases').find((name) => !name.startsWith('.')) ?? 'none';
      rmSync(join('archive/cases', world.CASE), { recursive: true });
    },
  ],
  [
    'longplay case compare ARCHIVE CASE cdr.csv --column',
    async () => {
      const made = await here(['case', 'new', 'archive', '--title', 'compared', '--json']);
      world.CASE = /"id":"([0-9a-f-]+)"/.exec(made)?.[1] ?? 'none';
    },
  ],
  [
    'longplay note withdraw ',
    async () => {
      const added = await here(['note', 'add', 'archive', world.ID ?? '', 'a note', '--json']);
      world.NOTE = /"id":"([0-9a-f]{16})"/.exec(added)?.[1] ?? 'none';
    },
  ],
  [
    'longplay case decide ',
    async () => {
      const { recording } = JSON.parse(readFileSync(join(folderOf(world.ID ?? ''), 'recording.json'), 'utf8'));
      const who = recording.parties.find(({ role }: { role: string }) => role === 'caller').phone.raw;
      const made = await here(['subject', 'archive', who, '--uncertain', '--case', 'about the caller', '--json']);
      world.CASE = /"caseId":"([0-9a-f-]+)"/.exec(made)?.[1] ?? 'none';
    },
  ],
  ['longplay log verify ARCHIVE --since', async () => copyFileSync('archive/log/checkpoint', 'old-checkpoint')],
  [
    'longplay proof check ID.tlog-proof',
    async () => {
      await here(['proof', 'make', 'archive', world.ID ?? '', '--out', `${world.ID}.tlog-proof`]);
      for (const name of ['recording.json', 'original-1.wav']) copyFileSync(join(folderOf(world.ID ?? ''), name), name);
    },
  ],
];

/** Lines that run in a folder that an earlier line has written. */
const inside: readonly (readonly [start: string, folder: string])[] = [
  ['longplay verify .', 'deal-4711'],
  ['longplay proof check data/', 'deal-4711'],
];

/** Pages about a new archive, which is sealed. The others are about an existing, open archive. */
const sealedPages: ReadonlySet<string> = new Set(['README.md', 'docs/how-to/sealed-archives.md']);

let rig: Rig;
/** Values of the words in capitals, once they are known. */
const world: Partial<Record<'ID' | 'SECOND' | 'CASE' | 'KEY' | 'NOTE', string>> = {};
const home = process.cwd();

beforeAll(async () => {
  rig = createRig();
  process.chdir(rig.folder);
  for (const [folder, sample] of [
    ['mnt/recorder', 'asterisk-normal'],
    ['mnt/export', 'generic-csv'],
    ['recorder', 'sidecar-xml'],
    ['cdr', 'oreka'],
    ['siprec', 'siprec'],
  ] as const)
    cpSync(join(root, 'samples', sample), folder, { recursive: true });
  cpSync('mnt/export/mapping.toml', 'corrected.toml');
  writeFileSync('crm.csv', 'Order,Call\nO-1,none\n');
  writeFileSync('crm.toml', 'table.files = "crm.csv"\ncolumns.key = "Order"\nmatch.fields = { key = "Call" }\n');
  mkdirSync('mail');
  writeFileSync('mail/1.eml', 'From: anna@example.org\r\nDate: Sun, 26 Oct 2025 10:00:00 +0000\r\n\r\nhello\r\n');
  writeFileSync('chat.csv', 'time,from,to,text\n2025-10-26 10:00:00,anna,bert,hello\n');
  writeFileSync('cdr.csv', 'Date,Time,From,To,Reference\n2025-10-26,10:00:00,+46701740699,1001,c-1\n');
  writeFileSync('people.toml', '[people.anna-berg]\nnames = ["Anna Berg"]\n');
  writeFileSync('staff.csv', 'Number,First name,Last name,Mobile,Login,Extension,Since,Until\n7,Anna,Berg,+46701740605,agent-7,1001,2025-09-01,\n');
  const kind = { kind: 'file', folder: null } as const;
  const access = { passphrase: async () => null, identities: async () => null };
  const copies = [{ folder: rig.path('keyring-copy'), kind }];
  await createKeyring({ folder: rig.path('keyring'), kind, copies }, '2026-03-01T12:00:00.000Z', access, new AbortController().signal);
  await here(['import', 'mnt/recorder', '--into', 'archive', '--zone', 'Europe/Stockholm', '--open']);
  writeFileSync('users.toml', '[users.anna]\nrole = "listener"\n[roles.listener]\nrights = ["listen"]\n', { mode: 0o600 });
});
afterAll(async () => {
  process.chdir(home);
  await rig[Symbol.asyncDispose]();
});

async function here(args: readonly string[]): Promise<string> {
  const { code, out, err } = await runHere(args, rig.keys);
  expect([args, code, err]).toEqual([args, 0, err]);
  return out;
}

/** Folders of recordings whose original is a WAV, the longest first: ids differ between archives, and one recording of the sample has no sound. */
function recordingFolders(): string[] {
  const paths = readdirSync('archive/bags', { recursive: true, encoding: 'utf8' });
  const found = paths.flatMap((path) => (path.endsWith('/original-1.wav') ? [join('archive/bags', path)] : []));
  return found.sort((a, b) => statSync(b).size - statSync(a).size).map((path) => dirname(path));
}

function folderOf(id: string): string {
  return recordingFolders().find((folder) => folder.endsWith(id)) ?? id;
}

/** Ids, keys and files that the pages name. */
async function filled(line: string, archive: string): Promise<string> {
  if (world.ID === undefined && existsSync('archive/bags')) {
    [world.ID, world.SECOND] = recordingFolders().map((folder) => basename(folder));
    world.KEY = /longplay\/\S+\+[0-9a-f]{8}\+\S+/.exec(await here(['log', 'verify', 'archive']))?.[0] ?? 'none';
  }
  if (/\bCASE\b/.test(line)) world.CASE ??= readdirSync('archive/cases')[0] ?? 'none';
  const { ID = 'none', SECOND = ID, CASE = 'none', KEY = 'none', NOTE = 'none' } = world;
  const stand: readonly (readonly [RegExp, string])[] = [
    [/\/srv\/archive|\bARCHIVE\b/g, archive],
    [/\/srv\/open/g, 'open'],
    [/archive …/g, 'archive --status matched'],
    [/\/mnt\//g, 'mnt/'],
    [/\bNAME\+ID\+KEY\b|\bKEY\b/g, KEY],
    [/\bSOURCE\b/g, 'mnt/recorder'],
    [/\bID…/g, `${ID} ${SECOND}`],
    [/\bID\b/g, ID],
    [/\b1f0c2a9e\b/g, ID.slice(0, 8)],
    [/\bCASE\b/g, CASE],
    [/\b4f2a\b/g, NOTE],
    [/\bWORDS…/g, '2001'],
    [/--agent NAME/g, '--agent Anna'],
    [/--tag WORDS/g, '--tag queue'],
    [/\bOLD_CHECKPOINT\b/g, 'old-checkpoint'],
    [/\b(?:FOLDER|DIR)\b/g, 'folder'],
  ];
  return stand.reduce((text, [pattern, value]) => text.replace(pattern, value), line);
}

/** Splits as bash does, with its globs. */
function words(line: string): string[] {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' });
  expect([line, status, stderr]).toEqual([line, 0, '']);
  return stdout.split('\0').slice(1, -1);
}

async function runLine(line: string, archive: string): Promise<{ readonly code: number; readonly err: string }> {
  await before.find(([start]) => line.startsWith(start))?.[1]();
  const [, command = line, file] = /^(.*?)(?: > (\S+))?$/.exec(line) ?? [];
  const folder = inside.find(([start]) => line.startsWith(start))?.[1];
  if (folder !== undefined) process.chdir(folder);
  try {
    const args = words(
      folder === undefined ? await filled(command, archive) : command.replace(/\bID\b/g, world.ID ?? '').replace(/\bKEY\b/g, world.KEY ?? ''),
    );
    // Each runs as if it were the first to write there.
    for (const option of ['--out', '--report', '--propose'])
      if (args.includes(option)) rmSync(args[args.indexOf(option) + 1] ?? '', { recursive: true, force: true });
    const { code, out, err } = await runHere(args, rig.keys, { LONGPLAY_KEYRING: rig.path('keyring') });
    if (file !== undefined) writeFileSync(file, out);
    return { code, err };
  } finally {
    process.chdir(rig.folder);
  }
}

test('every printed command line runs as printed, in the order of the pages, or is listed with the reason why not', async () => {
  const printed = pagesInOrder()
    .filter((page) => !page.startsWith('docs/tutorial/'))
    .flatMap(printedIn);
  expect(printed.length).toBeGreaterThan(70);
  const begins = (list: readonly (readonly [string, ...unknown[]])[], line: string) => list.find(([start]) => line.startsWith(start));
  const wrong: unknown[] = [];
  const ran = new Set<string>();
  const left = [...elsewhere, ...onlyParsed, ...(everything ? [] : slow)];
  for (const { page, line } of printed.filter((each) => begins(left, `${each.line}  `) === undefined))
    for (const variant of variants(line)) {
      const archive = sealedPages.has(page) ? 'sealed' : 'archive';
      // Lines that two pages share run once.
      if (ran.has(`${archive} ${variant}`)) continue;
      ran.add(`${archive} ${variant}`);
      const expected = ends.find(([start]) => `${variant}  `.startsWith(start))?.[1] ?? 0;
      const { code, err } = await runLine(variant, archive);
      if (code !== expected) wrong.push([page, variant, code, err.slice(-300)]);
    }
  for (const { page, line } of printed) {
    if (begins(onlyParsed, line) === undefined || !/\/srv\/archive|\bARCHIVE\b/.test(line)) continue;
    const { code, err } = await runHere(words(line.replaceAll(/\/srv\/archive|\bARCHIVE\b/g, 'nowhere')), rig.keys);
    if (![2, 5].includes(code) || /^error: /m.test(err)) wrong.push([page, line, code, err.slice(-300)]);
  }
  expect(wrong).toEqual([]);
  // A line that no page prints any more needs no reason.
  const all = printed.flatMap(({ line }) => [line, ...variants(line)]);
  for (const [start] of [...elsewhere, ...onlyParsed, ...slow, ...ends, ...before, ...inside])
    expect([start, all.some((line) => `${line}  `.startsWith(start))]).toEqual([start, true]);
});

test('the pages name only finding codes of the table, and only existing exit codes', () => {
  // S256 is a method of PKCE (RFC 7636), T199 the end of a range.
  const foreign = new Set(['S256', 'T199']);
  const unknown = ['CHANGELOG.md', ...pagesInOrder()].flatMap((page) => {
    const codes = readFileSync(join(root, page), 'utf8').match(/(?<![\w.-])[A-Z]\d{3}(?!\w)/g) ?? [];
    return codes.flatMap((code) => (findingTable.has(code) || foreign.has(code) ? [] : [`${page} ${code}`]));
  });
  expect(unknown).toEqual([]);
  const page = readFileSync(join(root, 'docs/reference/exit-codes.md'), 'utf8');
  const [, table = ''] = /\n\| code \| meaning \|[^\n]*\n(.*?)\n\n/s.exec(page) ?? [];
  const listed = [...table.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, codes = '']) => codes.split(', ').map(Number));
  expect(listed.sort((a, b) => a - b)).toEqual(Object.values(exitCodes).sort((a, b) => a - b));
  // `(CODE, N)`: a usage error is 2, a fault of the machine 5.
  const said = pagesInOrder().flatMap((name) => [...readFileSync(join(root, name), 'utf8').matchAll(/\(([A-Z]\d{3}), (?:exit )?(\d+)\)/g)]);
  expect(said.length).toBeGreaterThan(5);
  for (const [text, code = '', exit] of said) {
    expect([text, Object.values(exitCodes).some((one) => one === Number(exit))]).toEqual([text, true]);
    if (code.startsWith('U')) expect([text, exit]).toEqual([text, '2']);
    if (isMachineFinding(code)) expect([text, exit]).toEqual([text, '5']);
  }
});
