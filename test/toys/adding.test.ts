import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formats } from '../../formats/index.ts';
import { importers } from '../../importers/index.ts';
import { memoryReader } from '../../src/core/base/bytes.ts';
import { identifyMedium } from '../../src/media/identify/identify-medium.ts';
import { createRig, root } from '../cli/rig.ts';
import { answers, never } from '../formats/answers.ts';
import { formatSamples } from '../formats/make-samples.ts';
import { join as joined, pack, text, u32, voice } from '../formats/wave/builder.ts';
import { importAll } from '../importers/import-all.ts';
import { memorySource } from '../importers/memory-source.ts';
import { toyRecorder } from './toy-recorder.ts';
import { toyv } from './toyv.ts';

// A format, and an importer, added as CONTRIBUTING.md describes: one file each and a line in its list. They are added to a copy of the project, which is then built and used.
// Anything else to edit would be a second list of the same thing.

const rig = createRig();
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});
const copy = rig.path('copy');

/** Files that the build and the import rules read. */
const parts = ['bin', 'src', 'formats', 'importers', 'packaging', 'package.json', 'rolldown.config.ts', 'LICENSE'];
const added = { 'formats/simple/toyv.ts': 'test/toys/toyv.ts', 'importers/toy-recorder/importer.ts': 'test/toys/toy-recorder.ts' };

/** Adds one element to a list, with its import. */
function addTo(file: string, list: string, name: string, from: string): void {
  const source = readFileSync(join(copy, file), 'utf8');
  const changed = source.replace(`${list} = [\n`, `${list} = [\n  ${name},\n`);
  expect(changed).not.toBe(source);
  writeFileSync(join(copy, file), `import { ${name} } from '${from}';\n${changed}`);
}

/** A file of the toy container: a second of speech. */
const sample = (): Uint8Array => {
  const sound = pack(voice(8_000), 'mulaw');
  return joined(text('TOYV'), u32(8_000, sound.length), sound);
};

const longplay = (...args: readonly string[]) =>
  rig.exec(process.execPath, [join(copy, 'dist/bin/longplay.js'), ...args], rig.folder, { ...process.env, LONGPLAY_KEYS: rig.keys });

beforeAll(() => {
  for (const part of parts) cpSync(join(root, part), join(copy, part), { recursive: true });
  for (const beside of ['node_modules', 'samples']) symlinkSync(join(root, beside), join(copy, beside));
  for (const [to, from] of Object.entries(added)) {
    mkdirSync(join(copy, to, '..'), { recursive: true });
    cpSync(join(root, from), join(copy, to));
  }
  addTo('formats/index.ts', 'const list: readonly Format[]', 'toyv', './simple/toyv.ts');
  addTo('importers/index.ts', 'export const importers: readonly Importer[]', 'toyRecorder', './toy-recorder/importer.ts');
  execFileSync(process.execPath, ['node_modules/rolldown/bin/cli.mjs', '-c'], { cwd: copy, stdio: 'ignore' });
});

describe('a copy of longplay with a toy format and a toy importer', () => {
  test('differs in two files for each: its own and the list', () => {
    const files = (folder: string): string[] =>
      parts.flatMap((part) =>
        statSync(join(folder, part)).isDirectory()
          ? readdirSync(join(folder, part), { recursive: true, withFileTypes: true })
              .filter((entry) => entry.isFile())
              .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
          : [part],
      );
    const differs = (file: string): boolean =>
      !existsSync(join(root, file)) || !readFileSync(join(root, file)).equals(readFileSync(join(copy, file)));
    const touched = files(copy).filter(differs).sort();
    expect(touched.filter((file) => file.startsWith('formats/'))).toEqual(['formats/index.ts', 'formats/simple/toyv.ts']);
    expect(touched.filter((file) => !file.startsWith('formats/'))).toEqual(['importers/index.ts', 'importers/toy-recorder/importer.ts']);
  });

  test('passes the import rules, which name neither', () => {
    for (const file of ['test/architecture.test.ts', 'docs/dependencies.md']) cpSync(join(root, file), join(copy, file));
    writeFileSync(join(copy, 'vitest.config.mjs'), 'export default {};\n');
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    execFileSync(process.execPath, [vitest, 'run', '--maxWorkers=1', 'test/architecture.test.ts'], { cwd: copy, stdio: 'pipe' });
  });

  test('identifies the format, lists it and its importer, and names both in the generated pages', async () => {
    writeFileSync(rig.path('call.toyv'), sample());
    const [found = '{}'] = (await longplay('identify', 'call.toyv', '--json')).stdout.split('\n');
    expect(JSON.parse(found)).toMatchObject({
      value: { format: 'toyv', confidence: 'signature', state: 'ok', tracks: [{ codec: 'mulaw', frames: 8_000 }] },
    });
    expect((await longplay('formats', '--markdown')).stdout).toContain(`## ${formats.length + 1} formats`);
    expect((await longplay('formats', 'toyv')).stdout).toContain('Toy voice (TOYV)');
    expect((await longplay('importers', '--markdown')).stdout).toContain(`## ${importers.length + 1} importers`);
    expect((await longplay('importers', 'toy-recorder')).stdout).toContain('Toy recorder (table of calls with TOYFILE)');
  });

  test('recognises an export of the toy recorder, and imports its call with sound', async () => {
    mkdirSync(rig.path('export'));
    writeFileSync(rig.path('export/calls.csv'), 'TOYID;TOYSTART;TOYCALLER;TOYFILE\n7;2019-10-26 10:00:00;+442079460012;a.toyv\n');
    writeFileSync(rig.path('export/a.toyv'), sample());
    const { code, stdout, stderr } = await longplay('import', 'export', '--into', 'toy', '--zone', 'Europe/London', '--json', '--open');
    expect([code, stderr, stdout]).toEqual([0, '', stdout]);
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '{}')).toMatchObject({ type: 'summary', exitCode: 0 });
    expect((await longplay('list', 'toy', '--json')).stdout).toMatch(/"importer":"toy-recorder"|toy-recorder/);
    expect((await longplay('verify', 'toy')).code).toBe(0);
  });

  test('plays the format in the export of an unrelated family', async () => {
    cpSync(join(root, 'samples/nice-trading'), rig.path('trading'), { recursive: true });
    const wave = readdirSync(rig.path('trading'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.wav'));
    expect(wave.length).toBeGreaterThan(0);
    for (const name of wave) writeFileSync(rig.path('trading', name), sample());
    await longplay('import', 'trading', '--into', 'traded', '--zone', 'Europe/Stockholm', '--quiet', '--open');
    const { stdout } = await rig.exec('grep', ['-rhoc', '"format": *"toyv"', 'traded/bags', '--include=recording.json']);
    expect(stdout.split('\n').reduce((sum, count) => sum + Number(count), 0)).toBeGreaterThan(0);
  });
});

describe('a toy beside the existing lists', () => {
  test('claims as a format no sample of another format, and is the most certain for its own, truncated too', async () => {
    for (const { name, bytes } of formatSamples()) expect(await answers(bytes, name, [toyv])).toEqual([]);
    const bytes = sample();
    for (const size of [12, 13, 1_000, bytes.length]) {
      const found = await identifyMedium(memoryReader(bytes.subarray(0, size), 'a.toyv'), { name: 'a.toyv' }, [...formats, toyv], never);
      expect(found?.format).toBe('toyv');
    }
  });

  test('joins its row as an importer and accounts for everything', async () => {
    const table = new TextEncoder().encode('TOYID;TOYSTART;TOYCALLER;TOYFILE\n7;2019-10-26 10:00:00;+442079460012;a.wav\n');
    const { recordings, findings } = await importAll(toyRecorder, memorySource({ 'calls.csv': table, 'a.wav': sample(), 'b.wav': sample() }));
    expect(recordings.map(({ reconciliation }) => reconciliation.status).sort()).toEqual(['audio-without-row', 'matched']);
    expect(findings.filter((line) => !/^[A-Z]\d+ /.test(line))).toEqual([]);
  });
});
