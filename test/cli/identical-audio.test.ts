import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { wave } from '../faults/small-import.ts';
import { createRig, type Rig } from './rig.ts';

interface Told {
  readonly code: number | null;
  /** Message of P261. */
  readonly messages: readonly string[];
  readonly places: readonly string[];
  readonly findings: Record<string, number>;
}

async function imported(rig: Rig, source: string, ...more: string[]): Promise<Told> {
  const { code, lines, summary } = await rig.json(['import', source, '--into', 'archive', ...more]);
  const found = lines.filter((line) => line.type === 'finding' && line.code === 'P261');
  const findings = summary.findings as Record<string, number>;
  return { code, messages: found.map(({ message }) => String(message)), places: found.map(({ place }) => String(place)), findings };
}

const head = 'source.zone = "UTC"\ntable.files = "*.csv"\n[columns]\nkey = "id"\nstart = "start"\n[join]\ncolumn = "file"\n';

/** Twenty calls with audio of their own, except those in `same`, which have the audio of the first. */
function makeCalls(rig: Rig, folder: string, same: readonly number[], first = 0): void {
  mkdirSync(rig.path(folder));
  writeFileSync(rig.path('mapping.toml'), head);
  const calls = Array.from({ length: 20 }, (_, at) => first + at);
  const rows = calls.map((at) => `call-${at},2024-05-02 10:00:${String(at % 60).padStart(2, '0')},${at}.wav`);
  writeFileSync(rig.path(folder, 'calls.csv'), ['id,start,file', ...rows, ''].join('\n'));
  for (const at of calls) writeFileSync(rig.path(folder, `${at}.wav`), wave(800, same.includes(at) ? 321 : 400 + at));
}

test('one call that an export wrote as many is reported once, with the calls and their number; the import ends with 0, and the report has it', async () => {
  await using rig = createRig();
  const same = [2, 3, 5, 6, 7, 8, 9, 11, 12, 13, 14, 17];
  makeCalls(rig, 'source', same);
  const told = await imported(rig, 'source', '--mapping', 'mapping.toml');
  expect(told).toMatchObject({ code: 0, places: ['2.wav'] });
  expect(told.messages[0]).toMatch(
    /^the same 1644 bytes are the audio of 12 different calls, in 12 files: call-2 \([0-9a-f-]{36}\), call-3 .*, and 2 more$/,
  );
  const [job = ''] = readdirSync(rig.path('archive/reports'));
  const report = JSON.parse(readFileSync(rig.path('archive/reports', job, 'report.json'), 'utf8')) as { findings: { code: string; count: number }[] };
  expect(report.findings.filter(({ code }) => code === 'P261')).toMatchObject([{ count: 1 }]);
  // Nothing new: nothing is reported again.
  expect(await imported(rig, 'source', '--mapping', 'mapping.toml')).toMatchObject({ code: 0, messages: [] });
  // A later import is compared with the archive.
  makeCalls(rig, 'more', [25], 20);
  const later = await imported(rig, 'more', '--mapping', 'mapping.toml');
  expect(later).toMatchObject({ code: 0, places: ['2.wav'] });
  expect(later.messages[0]).toContain('of 13 different calls');
  // The catalog rebuilt from the bags has the same information about its files as the one built step by step.
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  expect((await rig.run(['catalog', 'rebuild', 'archive'])).code).toBe(0);
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('empty files, bare headers, one file of several rows, a copy named by the importer and an amended row are not identical audio', async () => {
  await using rig = createRig();
  makeCalls(rig, 'source', []);
  for (const at of [1, 2]) writeFileSync(rig.path(`source/${at}.wav`), '');
  for (const at of [3, 4]) writeFileSync(rig.path(`source/${at}.wav`), wave(0));
  const table = rig.path('source/calls.csv');
  const text = readFileSync(table, 'utf8').replace(',6.wav', ',5.wav');
  writeFileSync(table, text);
  expect((await imported(rig, 'source', '--mapping', 'mapping.toml')).messages).toEqual([]);
  writeFileSync(table, text.replace('call-7,2024', 'call-7,2023'));
  const changed = await imported(rig, 'source', '--mapping', 'mapping.toml', '--amend');
  expect(changed).toMatchObject({ code: 0, messages: [] });
});

test('loose files with the same bytes are reported, whatever contains them', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('loose'));
  writeFileSync(rig.path('loose/a.wav'), wave(900));
  writeFileSync(rig.path('loose/b.wav'), wave(901));
  mkdirSync(rig.path('pack'));
  copyFileSync(rig.path('loose/a.wav'), rig.path('pack/c.wav'));
  expect((await rig.exec('tar', ['-cf', rig.path('loose/more.tar'), '-C', rig.path('pack'), 'c.wav'])).code).toBe(0);
  const told = await imported(rig, 'loose');
  expect(told).toMatchObject({ code: 0, places: ['a.wav'] });
  expect(told.messages[0]).toContain('of 2 different calls, in 2 files: a.wav (');
  expect(told.messages[0]).toContain('more.tar/c.wav (');
});
