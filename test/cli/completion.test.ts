import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findingTable } from '../../src/core/findings/finding-table.ts';
import { createRig } from './rig.ts';
import { startShell, type TypedShell } from './shells.ts';

const rig = createRig();
afterAll(async () => await rig[Symbol.asyncDispose]());

/** The typed text, and all completions that each shell offers for it, in code-point order. */
const offers: readonly (readonly [typed: string, offered: readonly string[]])[] = [
  ['im', ['import', 'importers']],
  ['re', ['rehash', 'replica', 'report', 'retention']],
  ['replica re', ['remove', 'repair']],
  ['help ver', ['verify']],
  ['completion ', ['bash', 'fish', 'zsh']],
  ['import --acc', ['--accept', '--access']],
  ['import --access ', ['opus', 'wav']],
  ['import --access=', ['opus', 'wav']],
  ['import -j 2 --access w', ['wav']],
  ['import recorder --quality s', ['small', 'standard']],
  ['import --importer asterisk-n', []],
  ['import --importer asteri', ['asterisk']],
  ['import --into ', ['recorder', 'some archive']],
  ['import --mapping five', ['five9']],
  ['import --zone Europe/Stock', ['Europe/Stockholm']],
  ['import ', ['calls.csv', 'recorder', 'some archive']],
  ['import recorder ca', ['calls.csv']],
  ['verify ', ['recorder', 'some archive']],
  ['verify recorder re', []],
  ['verify --e', ['--every']],
  ['export recorder --take ', ['access', 'both', 'original']],
  ['list recorder --status matched-by-w', ['matched-by-window']],
  ['list recorder --codec oki-adpcm-s', ['oki-adpcm-swapped']],
  ['explain A10', [...findingTable.keys()].filter((code) => code.startsWith('A10'))],
  ['explain row-without-a', ['row-without-audio']],
  ['replica add recorder offsite --medium di', ['disk']],
  ['case messages recorder 3f9a1c02 ca', ['calls.csv']],
  ['case compare recorder 3f9a1c02 ca', ['calls.csv']],
  ['survey --propose --headers', ['--headers-only']],
];

beforeAll(async () => {
  for (const folder of ['work/recorder', 'work/some archive', 'zsh', 'fish', 'bash/completions']) mkdirSync(rig.path(folder), { recursive: true });
  writeFileSync(rig.path('work/calls.csv'), '');
  for (const [shell, file] of [
    ['bash', 'bash/completions/longplay'],
    ['zsh', 'zsh/_longplay'],
    ['fish', 'fish/longplay.fish'],
  ] as const) {
    const { code, stdout, stderr } = await rig.run(['completion', shell]);
    expect([shell, code, stderr]).toEqual([shell, 0, '']);
    writeFileSync(rig.path(file), stdout);
  }
});

/** An offered word, without the option before it and the slash that some shells append to a folder. */
function bare(word: string): string {
  return word.replace(/^--[a-z]+=/, '').replace(/\/$/, '');
}

/** The text that a shell inserted in place of the last typed word, as longplay receives it; empty if nothing was inserted. */
async function insertedBy(shell: TypedShell, typed: string, keys: string): Promise<string[]> {
  const screen = await shell.type(`longplay ${typed}${keys}\n`, /<longplay>.*<end>/s);
  const words = [...(/<longplay>(.*)<end>/s.exec(screen)?.[1] ?? '').matchAll(/<([^>]*)>/g)].map(([, word]) => word ?? '');
  const before = typed.split(' ');
  const inserted = words.slice(before.length - 1);
  return inserted.length === 1 && inserted[0] === before.at(-1) ? [] : inserted.map(bare).sort();
}

const printsWords = 'longplay() { printf "<%s>" longplay "$@" end; echo; }';

describe('bash', () => {
  test.each([
    ['by itself', (script: string) => `. '${script}'`],
    ['through bash-completion, which loads it when it is needed', () => '. /usr/share/bash-completion/bash_completion'],
  ])('%s', async (_, load) => {
    await using shell = await startShell('bash --norc --noprofile -i', rig.path('work'), {
      BASH_COMPLETION_USER_DIR: rig.path('bash'),
      HISTFILE: '',
    });
    await shell.type(
      `bind 'set enable-bracketed-paste off'; ${load(rig.path('bash/completions/longplay'))}; ${printsWords}; PS1='typed'$((1))'> '\n`,
      /typed1> /,
    );
    // ESC * inserts all completions into the line.
    for (const [typed, offered] of offers) expect([typed, await insertedBy(shell, typed, '\u001b*')]).toEqual([typed, offered]);
  });
});

test('zsh', async () => {
  writeFileSync(
    rig.path('zsh/.zshrc'),
    [
      `fpath=('${rig.path('zsh')}' $fpath)`,
      'autoload -Uz compinit && compinit -u -D',
      'unset zle_bracketed_paste',
      // A key that inserts all completions into the line.
      "zle -C all-matches complete-word _generic && bindkey '^T' all-matches",
      "zstyle ':completion:all-matches:*' completer _all_matches _complete",
      "zstyle ':completion:all-matches:*' insert true",
      printsWords,
      "PROMPT='typed'$((1))'> '",
      '',
    ].join('\n'),
  );
  await using shell = await startShell('zsh -d -i', rig.path('work'), { ZDOTDIR: rig.path('zsh') });
  await shell.type('', /typed1> /);
  for (const [typed, offered] of offers) expect([typed, await insertedBy(shell, typed, '\u0014')]).toEqual([typed, offered]);
});

test('fish', async () => {
  const lines = offers.map(
    ([typed], at) =>
      `echo "<$(complete -C ${JSON.stringify(`longplay ${typed}`)} | string split --fields 1 (printf '\\t') | string join '|')>" # ${at}`,
  );
  const { code, stdout, stderr } = await rig.exec(
    'fish',
    ['--no-config', '-c', [`source '${rig.path('fish/longplay.fish')}'`, ...lines].join('\n')],
    rig.path('work'),
    { ...process.env, HOME: rig.folder, LC_ALL: 'C.UTF-8' },
  );
  expect([code, stderr]).toEqual([0, '']);
  const said = stdout
    .trimEnd()
    .split('\n')
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .filter((word) => word !== ''),
    );
  for (const [at, [typed, offered]] of offers.entries()) {
    // fish also offers words that contain the letters elsewhere, if none begins with them.
    const begins = said[at]?.filter((word) => word.startsWith(typed.split(' ').at(-1) ?? ''));
    expect([typed, begins?.map(bare).sort()]).toEqual([typed, offered]);
  }
});

test('a value is completed unless it is free text', async () => {
  const { lines } = await rig.json(['environment']);
  const flags = [...new Set(lines.flatMap(({ value }) => (value as { options?: string[] } | undefined)?.options ?? []))];
  const script = readFileSync(rig.path('bash/completions/longplay'), 'utf8');
  const free = new Set<string>();
  for (const [option = '', value] of flags.map((each) => each.split(' '))) {
    const isOne = flags.filter((each) => each.startsWith(`${option} `)).length === 1;
    if (isOne && value !== undefined && new RegExp(`[ ']${option}=%?text`).test(script)) free.add(value);
  }
  expect([...free].sort()).toEqual([
    '<address...>',
    '<address>',
    '<age>',
    '<authority>',
    '<budget>',
    '<calling-code>',
    '<code=number>',
    '<day>',
    '<days>',
    '<declaration>',
    '<factor>',
    '<field=column...>',
    '<from-to>',
    '<hand-over>',
    '<header>',
    '<id>',
    '<job>',
    '<kind>',
    '<length>',
    '<message...>',
    '<name...>',
    '<name>',
    '<number>',
    '<oid>',
    '<pattern>',
    '<percent>',
    '<period>',
    '<place...>',
    '<role>',
    '<text>',
    '<time>',
    '<unit>',
    '<url>',
    '<who...>',
    '<words>',
  ]);
});

test('a shell that is unknown is refused with the list of known ones', async () => {
  const { code, stderr } = await rig.run(['completion', 'csh']);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/'csh' is invalid.*bash, zsh, fish/)]);
});
