import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLines, item, section, sentences } from '../../src/cli/manual/roff.ts';
import { createRig } from './rig.ts';

const rig = createRig();
afterAll(async () => await rig[Symbol.asyncDispose]());

const env = { SOURCE_DATE_EPOCH: '1767225600' };
let pages: string[] = [];

beforeAll(async () => {
  const { code, stdout, stderr } = await rig.run(['man', '--out', 'man1'], { env });
  pages = readdirSync(rig.path('man1')).sort();
  expect([code, stdout, stderr]).toEqual([0, `${pages.length} pages written to ${rig.path('man1')}.\n`, '']);
});

/** Returns a page as shown on a wide terminal. */
async function rendered(file: string): Promise<string> {
  const { code, stdout, stderr } = await rig.exec('mandoc', ['-Tutf8', '-Owidth=500', file]);
  expect([file, code, stderr]).toEqual([file, 0, '']);
  // Bold and underlined text: a letter, a backspace, a letter.
  return stdout.replace(/.\u0008/gsu, '');
}

test('there is a page for longplay and for each command that help names', async () => {
  const { stdout } = await rig.run(['--help']);
  const commands = [...stdout.matchAll(/^ {2}([a-z]+) {2,}/gm)].flatMap(([, name]) => (name === undefined || name === 'help' ? [] : [name]));
  expect(commands.length).toBeGreaterThan(25);
  expect(pages).toEqual(['longplay.1', ...commands.map((name) => `longplay-${name}.1`)].sort());
});

test('mandoc and groff read every page without a warning', async () => {
  const lint = await rig.exec('mandoc', ['-Tlint', '-Wwarning', ...pages.map((page) => `man1/${page}`)]);
  expect([lint.code, lint.stdout, lint.stderr]).toEqual([0, '', '']);
  const man = await rig.exec('man', ['--warnings', '-l', ...pages.map((page) => `man1/${page}`)], rig.folder, {
    ...process.env,
    LC_ALL: 'C.UTF-8',
    MANWIDTH: '80',
  });
  expect([man.code, man.stderr]).toEqual([0, '']);
  expect(man.stdout).toContain('LONGPLAY-IMPORT(1)');
});

test('whatis finds the name and the purpose of every page', async () => {
  const { code, stdout } = await rig.exec(
    'lexgrog',
    pages.map((page) => `man1/${page}`),
  );
  expect([code, stdout]).toEqual([0, expect.not.stringContaining('parse failed')]);
  for (const page of pages) expect(stdout).toMatch(new RegExp(`^man1/${page}: "${page.slice(0, -2)} - \\S.*"$`, 'm'));
});

test('a page has every option of its command, the values that help omits, and the examples as typed', async () => {
  const list = await rendered('man1/longplay-list.1');
  const { stdout } = await rig.run(['list', '--help']);
  const flags = [...stdout.matchAll(/^ {2}(?:-., )?(--[a-z-]+)/gm)].map(([, flag]) => flag ?? '');
  expect(flags.length).toBeGreaterThan(15);
  for (const flag of flags) expect(list).toMatch(new RegExp(`^ +(?:-., )?${flag}\\b`, 'm'));
  expect(list).toContain('One of matched, matched-by-window, row-without-audio');
  for (const line of (stdout.split('Examples:\n')[1] ?? '').split('\n\n')[0]?.split('\n') ?? []) expect(list).toContain(`\n       ${line.trim()}\n`);
  expect(list).toContain('LONGPLAY_STATUS (--status)');
  // Parts of a command are on its page.
  expect(await rendered('man1/longplay-replica.1')).toContain('longplay replica add archive name path [options]');
});

test('pages have the same bytes each time; without SOURCE_DATE_EPOCH they have no date', async () => {
  expect((await rig.run(['man', '--out', 'again'], { env })).code).toBe(0);
  for (const page of pages) expect(readFileSync(rig.path('again', page), 'utf8')).toBe(readFileSync(rig.path('man1', page), 'utf8'));
  const dated = readFileSync(rig.path('man1/longplay-import.1'), 'utf8');
  expect(dated).toMatch(/^\.TH "LONGPLAY\\-IMPORT" 1 "2026-01-01" "longplay [\d.]+" "longplay"\n/);
  const { stdout } = await rig.run(['man', 'import']);
  expect(stdout).toBe(dated.replace('"2026-01-01"', '""'));
});

test('an unknown page is reported with the nearest name', async () => {
  const { code, stderr } = await rig.run(['man', 'imprt']);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/U100 there is no page about 'imprt'[\s\S]*did you mean import\?/)]);
});

test('text that roff would interpret as requests, escapes or typographic quotes is printed unchanged', async () => {
  const lines = [
    '.dots at the start',
    '\'quotes\' "double" `back`',
    'back\\slash \\fB \\n \\*',
    '--long -s - a–b',
    '~home ^caret',
    '  indented 100%',
    'Ä ö ’ …',
  ];
  const text = ['.TH TEST 1 "2026-01-01" test', ...section('NAME', ['test \\- nothing']), ...section('EXAMPLES', commandLines(lines)), ''].join('\n');
  writeFileSync(rig.path('test.1'), text);
  const page = await rendered('test.1');
  for (const line of lines) expect(page).toContain(`\n       ${line}\n`);
  const lint = await rig.exec('mandoc', ['-Tlint', '-Wwarning', 'test.1']);
  expect(lint.stdout).toBe('');
  expect(item('x', 'One. Two, e.g. Three.\n\nFour.')).toEqual(['.TP', 'x', 'One.', 'Two, e.g. Three.', 'Four.']);
  expect(sentences('.start')).toEqual(['\\&.start']);
});
