import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shippedMappings } from '../../importers/mapping/read/shipped-mappings.ts';
import { createContext } from '../../src/cli/machine/context.ts';
import { importersMarkdown } from '../../src/cli/texts/importer-register.ts';
import { createRig, type Rig, root } from './rig.ts';

let rig: Rig;
beforeAll(() => {
  rig = createRig();
});
afterAll(async () => await rig[Symbol.asyncDispose]());

const sample = (id: string): string => join(root, 'samples/mappings', id, 'export');

test('docs/reference/importers.md equals the register; npm run docs writes it', () => {
  const page = readFileSync(join(root, 'docs/reference/importers.md'), 'utf8');
  expect(page.trimEnd()).toBe(importersMarkdown({ importers: createContext().importers, mappings: shippedMappings() }));
});

test('the list names importers and mappings; one mapping is printed as the file itself; unknown names are reported', async () => {
  const list = await rig.run(['importers']);
  expect(list.code).toBe(0);
  for (const { id } of [...createContext().importers, ...shippedMappings()]) expect(list.stdout).toMatch(new RegExp(`^ {2}${id} {2,}\\S`, 'm'));
  const five9 = await rig.run(['importers', 'five9']);
  expect(five9.stdout).toBe(readFileSync(join(root, 'importers/mappings/five9.toml'), 'utf8'));
  const asterisk = await rig.run(['importers', 'asterisk']);
  expect(asterisk.stdout).toMatch(/^grade {2,}verified: /m);
  expect(asterisk.stdout).toMatch(/^tested on {2,}\S/m);
  const { lines } = await rig.json(['importers', 'bcr']);
  expect(lines[0]).toMatchObject({
    type: 'result',
    of: 'mapping',
    value: { id: 'bcr', grade: 'documented', check: expect.anything(), text: expect.stringContaining('[about]') },
  });
  const wrong = await rig.run(['importers', 'fivve9']);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('did you mean five9?');
});

test('survey of a source without an importer names the mapping that fits, with evidence, and uses none', async () => {
  const { code, lines } = await rig.json(['survey', sample('3cx'), '--zone', 'Europe/London']);
  expect(code).toBe(0);
  expect(lines.find((line) => line.type === 'recognised')).toMatchObject({ importer: 'loose-files' });
  expect(lines.filter((line) => line.code === 'I250').map((line) => line.message)).toEqual([
    '7 of 8 audio files are named as 3CX names them: --mapping 3cx',
  ]);
  const both = await rig.json(['survey', sample('ringcentral')]);
  expect(both.lines.filter((line) => line.code === 'I250').map((line) => line.message)).toEqual([
    'call-log-2024-05-02.json has the 5 columns that RingCentral writes, 3 of 3 audio files are named as RingCentral names them: --mapping ringcentral',
  ]);
  // For a source with an importer, none is named.
  const known = await rig.json(['survey', join(root, 'samples/sidecar-xml')]);
  expect(known.lines.filter((line) => line.code === 'I250')).toEqual([]);
});

test('a lone table that fits a mapping is not reported as an empty source', async () => {
  const folder = rig.path('table-only');
  mkdirSync(folder);
  writeFileSync(join(folder, 'recordings.csv'), readFileSync(join(sample('bright-pattern'), 'recordings.csv')));
  const told = await rig.run(['survey', folder]);
  expect(told.code).toBe(2);
  expect(told.stderr).toMatch(
    /next: a shipped mapping fits: recordings\.csv has the \d+ columns that Bright Pattern writes: --mapping bright-pattern; `longplay importers bright-pattern` shows it/,
  );
});

test('import without --mapping does not guess; a built-in mapping is used by name, and reported', async () => {
  const loose = await rig.json(['import', sample('3cx'), '--into', rig.path('loose')]);
  expect(loose.lines.find((line) => line.type === 'recognised')).toMatchObject({ importer: 'loose-files' });
  const { code, lines, summary } = await rig.json([
    'import',
    sample('3cx'),
    '--into',
    rig.path('mapped'),
    '--mapping',
    '3cx',
    '--zone',
    'Europe/London',
  ]);
  expect(code).toBe(0);
  expect(lines.find((line) => line.type === 'recognised')).toMatchObject({
    importer: 'generic',
    evidence: expect.stringMatching(/^3cx \(ships with longplay\): audio: 8 \(named as its template says: 7\)/),
  });
  expect(summary).toMatchObject({ imported: 8 });
});

test('documents beside audio are stored in the bag, and a second import finds nothing new', async () => {
  const args = ['import', sample('bcr'), '--into', rig.path('phone'), '--mapping', 'bcr'];
  const first = await rig.json(args);
  expect(first.summary).toMatchObject({ imported: 4, reconciliation: { recordings: { matched: 2, 'parse-error': 1, 'row-without-audio': 1 } } });
  const stored = await rig.exec('find', [rig.path('phone', 'bags'), '-name', 'source-*.json']);
  expect(stored.stdout.trim().split('\n')).toHaveLength(4);
  const again = await rig.json(args);
  expect(again.summary).toMatchObject({ imported: 0, reconciliation: { alreadyArchived: 4, toImport: 0 } });
});

test('a file with the name of a built-in mapping is reported before it is used', async () => {
  const other = 'table.files = "*.csv"\n[columns]\nkey = "x"\n[join]\ncolumn = "x"\n';
  writeFileSync(rig.path('five9'), other);
  const bare = await rig.json(['survey', sample('five9'), '--mapping', 'five9', '--zone', 'America/Los_Angeles']);
  expect(bare.lines.find((line) => line.type === 'recognised')).toMatchObject({
    evidence: expect.stringMatching(/^five9 \(ships with longplay, not the file five9 of this folder: that is --mapping \.\/five9\): audio: 8/),
  });
  const own = await rig.run(['survey', sample('five9'), '--mapping', './five9']);
  expect(own.code).toBe(2);
  expect(own.stderr).toContain('I155 five9 does not fit the source');
  // A bare name that no mapping has may be a file.
  writeFileSync(rig.path('mine'), readFileSync(join(root, 'importers/mappings/five9.toml')));
  const mine = await rig.json(['survey', sample('five9'), '--mapping', 'mine']);
  expect(mine.lines.find((line) => line.type === 'recognised')).toMatchObject({ evidence: expect.stringMatching(/^mine: audio: 8/) });
  const none = await rig.run(['survey', sample('five9'), '--mapping', 'ringcentrl']);
  expect(none.code).toBe(2);
  expect(none.stderr).toMatch(/U107 [\s\S]*did you mean ringcentral\? those that ship are 3cx, bcr/);
});

test('survey --propose begins with the mapping that fits, with the given zone', async () => {
  const run = await rig.run(['survey', sample('five9'), '--zone', 'America/New_York', '--propose', 'mine.toml']);
  expect(run.code).toBe(0);
  expect(existsSync(rig.path('mine.toml'))).toBe(true);
  const text = readFileSync(rig.path('mine.toml'), 'utf8');
  expect(text).toMatch(/^# The mapping five9 that ships with longplay, proposed because 7 of 8 audio files are named as Five9 names them\./);
  expect(text).toMatch(/^zone = "America\/New_York"$/m);
});
