import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exitCodes } from '../../src/cli/report/exit-code.ts';
import { exitCodeWords } from '../../src/cli/texts/explained-words.ts';
import { findingTable } from '../../src/core/findings/finding-table.ts';
import { statusTexts } from '../../src/report/calls/status-words.ts';
import { createRig, fingerprint, root } from './rig.ts';

const sample = join(root, 'samples/asterisk-normal');
const into = ['--into', 'archive'];

/** The typed command, and the message for the user: what is wrong, and which values are valid. */
const mistakes: readonly (readonly [args: readonly string[], ...says: readonly RegExp[]])[] = [
  [['imprt', sample], /unknown command 'imprt'/, /Did you mean import\?/],
  [['import', sample], /required option '--into <archive>' not specified/],
  [['import', sample, ...into, '--acess', 'wav'], /unknown option '--acess'/, /Did you mean --access\?/],
  [['import', sample, ...into, '--access', 'mp3'], /'mp3' is invalid/, /opus, wav/],
  [['import', sample, ...into, '-j', '0'], /'0' is invalid/, /from 1 to 256/],
  [['import', sample, ...into, '--bitrate', '1e9'], /from 6000 to 256000/],
  [['import', sample, ...into, '--importer', 'asteriks'], /U110 there is no importer 'asteriks'/, /did you mean asterisk\?/, /generic/],
  [['import', sample, ...into, '--zone', 'Europe/Stokholm'], /U106 there is no time zone/, /did you mean Europe\/Stockholm\?/],
  [['import', sample, ...into, '--mapping', 'none.toml'], /U107 the mapping file none\.toml cannot be read/, /--propose/],
  [['import', 'nowhere', ...into], /S101 .*nowhere does not exist/],
  [['import', sample, sample, ...into], /S106 .* is named twice/],
  [['import', 'empty', ...into], /U112 empty contains no files/, /that its disk is mounted/],
  [['import', sample, '--into', 'full'], /A101 .*full is not empty and is not an archive/],
  [['import', sample, '--into', 'full/file'], /A101 .*full\/file is not a folder/],
  [['import', sample, '--into', 'full', '--dry-run'], /A101 .*full is not empty and is not an archive/],
  [['verify', 'full'], /A100 .*full is not a longplay archive/],
  [['list', 'full'], /A100/],
  [['list', 'full', '--status', 'matchd'], /'matchd' is invalid/, /matched-by-window/],
  [['list', 'full', '--from', 'yesterdy'], /'yesterdy' is invalid/, /did you mean yesterday\?/, /2019-03-12/],
  [['list', 'full', '--from', '7m'], /'7m' is invalid/, /months are 'mo'/],
  [['list', 'full', '--from', '0d'], /give 1 to 36525/],
  [['list', 'full', '--from', '7d', '--zone', 'Europe/Stokholm'], /U106 there is no time zone/, /did you mean Europe\/Stockholm\?/],
  [['list', 'full', '--to', '2019-13'], /'2019-13' is invalid/],
  [['list', 'full', '--direction', 'up'], /inbound, outbound/],
  [['export', 'full'], /required option '--out <folder>'/],
  [['export', 'full', '--out', 'out'], /U136 no recordings to export are selected/, /--all/],
  [['export', 'full', '--out', 'out', '--text', ' '], /U136/],
  [['export', 'full', '--out', 'out', '--text', '*'], /U136/],
  [['export', 'full', '--out', 'out', '--text', '"'], /U136/],
  [['export', 'full', '', '--out', 'out'], /U136 the recording id is empty/, /--all/],
  [['export', 'full', '', '--all', '--out', 'out'], /U136/],
  [['export', 'full', '1f', '--all', '--out', 'out'], /U312 --all exports every recording/],
  [['export', 'full', '--all', '--from', '2019', '--out', 'out'], /U312/],
  [['export', 'full', '--text', 'aa '.repeat(33), '--out', 'out'], /U316 there are more than 32 words/],
  [['search', 'full', ...Array.from({ length: 33 }, (_, n) => `w${n}`)], /U316/],
  [['list', 'full', '--text', 'a'.repeat(1001)], /U316 .*1000 characters/],
  [['import', 'full', '--into', 'full/archive'], /U121 .*full\/archive is inside .*full, which is read/],
  [['import', 'full', '--into', 'full/archive', '-n'], /U121/],
  [['convert', 'full', '--out', 'full/out'], /U121/],
  [['explain', 'F999'], /U109 there is no code 'F999'/, /longplay explain/],
  [['convert', sample, '--out', 'full'], /U120 .*full contains files that no conversion made/],
  [['convert', sample, '--out', 'full/file'], /U120 .*full\/file is not a folder/],
  [['identify'], /missing required argument 'file'/],
  [['verify', 'a', 'b'], /too many arguments/],
  [['doctor', '--jsn'], /Did you mean --json\?/],
];

test('a usage error exits with 2, states what is wrong and what is valid, and changes nothing', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('empty'));
  mkdirSync(rig.path('full'));
  writeFileSync(rig.path('full/file'), 'x');
  const before = fingerprint(rig.folder);
  for (const [args, ...says] of mistakes) {
    const { code, stdout, stderr } = await rig.run(args);
    expect([args, code, stdout]).toEqual([args, 2, '']);
    for (const words of says) expect(stderr).toMatch(words);
    expect([args, readdirSync(rig.folder).sort()]).toEqual([args, ['empty', 'full']]);
  }
  expect(fingerprint(rig.folder)).toEqual(before);
});

test('a mapping that names a missing column exits with 2, lists the columns with the nearest, and leaves no archive behind', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('source'));
  writeFileSync(rig.path('source/calls.csv'), 'CallId,Started,FileName\n1,2019-03-12 10:15:04,a.wav\n');
  writeFileSync(rig.path('source/a.wav'), '');
  const proposed = await rig.run(['survey', 'source', '--propose', 'mapping.toml']);
  expect([proposed.code, existsSync(rig.path('mapping.toml'))]).toEqual([0, true]);
  writeFileSync(rig.path('wrong.toml'), readFileSync(rig.path('mapping.toml'), 'utf8').replaceAll('"Started"', '"Startd"'));
  const { code, stderr } = await rig.run(['import', 'source', ...into, '--zone', 'UTC', '--mapping', 'wrong.toml']);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/Startd[\s\S]*Started/)]);
  // Without a zone the proposal asks for one, and is not used unchecked.
  const asked = await rig.run(['import', 'source', ...into, '--mapping', 'mapping.toml']);
  expect([asked.code, asked.stderr]).toEqual([
    2,
    expect.stringMatching(/I156 mapping\.toml has 1 open question: line \d+: .*which one is the recorder’s clock in\?/),
  ]);
  expect((await rig.run(['survey', 'source', '--headers-only', '--mapping', 'mapping.toml'])).stdout).toMatch(
    /The mapping has 1 open question, which `longplay import` asks for:\n {2}line \d+: .*which one is the recorder’s clock in\?/,
  );
  expect(existsSync(rig.path('archive'))).toBe(false);
});

test('a usage error is the same for programs on stdout: an error and a summary, each one JSON object', async () => {
  await using rig = createRig();
  for (const args of [
    ['imprt'],
    ['import', sample],
    ['import', sample, ...into, '--zone', 'Nowhere'],
    ['list', 'nowhere'],
    ['import', 'nowhere', ...into],
  ]) {
    const { code, stdout } = await rig.run([...args, '--json']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ type }) => type)).toEqual(['error', 'summary']);
    expect(lines).toMatchObject([
      { exitCode: code, message: expect.any(String), hint: expect.any(String), code: expect.stringMatching(/^[A-Z]1\d\d$/) },
      { exitCode: code },
    ]);
  }
});

test('every code is explained completely, one by one and as a list', async () => {
  await using rig = createRig();
  const list = await rig.run(['explain']);
  expect(
    list.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(0, 4)),
  ).toEqual([...findingTable.keys()]);
  const { lines, summary } = await rig.json(['explain']);
  expect(summary).toMatchObject({ codes: findingTable.size, exitCode: 0 });
  for (const { value } of lines.filter((line) => line.of === 'code') as { value: Record<string, string> }[])
    expect(value).toEqual({
      code: expect.any(String),
      severity: expect.stringMatching(/^(error|warning|note)$/),
      title: expect.any(String),
      meaning: expect.any(String),
      next: expect.any(String),
    });
  const one = await rig.run(['explain', 'a102']);
  expect(one.code).toBe(0);
  expect(one.stdout).toMatch(/^A102, error: the archive cannot be reached\n\n.*\n\nNext: /s);
});

test('a variable has the effect of its option, an option overrides it, and a false one has no effect', async () => {
  await using rig = createRig();
  const env = {
    LONGPLAY_INTO: 'from-variable',
    LONGPLAY_ACCESS: 'wav',
    LONGPLAY_ZONE: 'Europe/Stockholm',
    LONGPLAY_JOBS: '1',
    LONGPLAY_QUIET: '0',
    LONGPLAY_JSON: '',
  };
  const first = await rig.run(['import', sample], { env });
  expect(first.code).toBe(0);
  expect(first.stdout).toContain('Next: longplay verify from-variable');
  // Not quiet: the importer is named on stderr.
  expect(first.stderr).toContain('Asterisk');
  const listed = await rig.json(['list', 'from-variable']);
  expect(listed.summary).toMatchObject({ recordings: 6, copies: 6 });
  const files = readdirSync(rig.path('from-variable/bags'), { recursive: true }).map(String);
  expect([files.some((name) => name.endsWith('access-1.wav')), files.some((name) => name.endsWith('.opus'))]).toEqual([true, false]);
  const second = await rig.run(['import', sample, '--into', 'from-option', '-n'], { env: { ...env, LONGPLAY_QUIET: '1' } });
  expect([second.code, existsSync(rig.path('from-option'))]).toEqual([0, false]);
  expect(second.stderr).not.toContain('Asterisk');
  expect((await rig.run(['import', sample, ...into], { env: { LONGPLAY_JOBS: 'many' } })).code).toBe(2);
  expect((await rig.run(['list', 'from-variable'], { env: { LONGPLAY_JSON: '1' } })).stdout).toMatch(/"type":"summary".*\}\n$/);
});

test('a usage error refers to the help of its command', async () => {
  await using rig = createRig();
  for (const [args, help] of [
    [['export', 'archive'], 'longplay export --help'],
    [['log', 'verify'], 'longplay log verify --help'],
    [['imprt'], 'longplay --help'],
  ] as const) {
    expect([args, (await rig.run(args)).stderr]).toEqual([args, expect.stringContaining(`run \`${help}\``)]);
    const { stdout } = await rig.run([...args, '--json']);
    expect([args, stdout]).toEqual([args, expect.stringContaining(help)]);
  }
});

test('a mistyped variable is reported with the intended one, and variables of other commands are not', async () => {
  await using rig = createRig();
  const { code, stderr } = await rig.run(['explain', 'P101', '--quiet'], {
    env: { LONGPLAY_ZONES: 'UTC', LONGPLAY_ZONE: 'UTC', LONGPLAY_INTO: 'archive' },
  });
  expect([code, stderr]).toEqual([0, 'longplay: LONGPLAY_ZONES is not a variable of longplay and has no effect; did you mean LONGPLAY_ZONE?\n']);
});

test('a dumb terminal gets no control characters', async () => {
  await using rig = createRig();
  const command = `TERM=dumb ${process.execPath} ${join(root, 'dist/bin/longplay.js')} survey ${sample} --zone Europe/Stockholm`;
  const { stdout } = await rig.exec('script', ['-qec', command, '/dev/null']);
  expect(stdout).toContain('Recordings: 6');
  // The terminal's own line ends are CR LF.
  expect(stdout.replaceAll('\r\n', '\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});

test('statuses, verdicts and exit codes are explained in the words of the pages', async () => {
  const rowsOf = (page: string): string[] => readFileSync(join(root, 'docs', page), 'utf8').split('\n');
  const statuses = rowsOf('reference/reconciliation.md');
  for (const [status, { meaning, next }] of Object.entries(statusTexts)) expect(statuses).toContain(`| \`${status}\` | ${meaning} | ${next} |`);
  const codes = rowsOf('reference/exit-codes.md');
  for (const [code, { meaning, next }] of Object.entries(exitCodeWords)) expect(codes).toContain(`| ${code} | ${meaning} | ${next} |`);
  expect(
    Object.keys(exitCodeWords)
      .flatMap((codes) => codes.split(', '))
      .map(Number)
      .sort(),
  ).toEqual(Object.values(exitCodes).sort());
  await using rig = createRig();
  const { code, stdout } = await rig.run(['explain', '143']);
  expect([code, stdout]).toEqual([0, expect.stringContaining('143, exit code: interrupted')]);
  const mistyped = await rig.run(['explain', 'row-without-audo']);
  expect([mistyped.code, mistyped.stderr]).toEqual([2, expect.stringContaining('did you mean row-without-audio?')]);
});
