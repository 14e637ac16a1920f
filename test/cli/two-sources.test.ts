import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, type Rig } from './rig.ts';
import { tone } from './vcon-parts.ts';

const mapping = `[source]
name = "Two sites"
zone = "UTC"
[table]
files = "calls.csv"
kind = "csv"
[columns]
key = "CallId"
start = "Started"
[join]
column = "FileName"
match = "path"
`;

/** Writes a source: a table with one call, and files; the table of each source names the same relative path. */
function put(rig: Rig, name: string, { call, files }: { readonly call?: string; readonly files: Readonly<Record<string, number>> }): void {
  mkdirSync(rig.path(name, 'audio'), { recursive: true });
  writeFileSync(rig.path('mapping.toml'), mapping);
  if (call !== undefined) writeFileSync(rig.path(name, 'calls.csv'), `CallId,Started,FileName\n${call},2026-05-04T10:00:00Z,audio/a.wav\n`);
  for (const [file, hertz] of Object.entries(files)) writeFileSync(rig.path(name, file), tone(hertz));
}

interface Imported {
  readonly statuses: readonly string[];
  readonly findings: readonly string[];
}

async function imported(rig: Rig, sources: readonly string[]): Promise<Imported> {
  const run = await rig.json(['import', ...sources, '--mapping', 'mapping.toml', '--into', 'archive']);
  const { lines } = await rig.json(['list', 'archive']);
  const statuses = lines.flatMap(({ of, value }) => {
    const one = value as { key: string; status: string } | undefined; // as it is printed
    return of === 'recording' && one !== undefined ? [`${one.key} ${one.status}`] : [];
  });
  const findings = run.lines.flatMap(({ code, message }) => (code === 'I169' ? [String(message)] : []));
  return { statuses: statuses.sort(), findings };
}

test('a row joins the file of its own source if files of two sources have equal relative names', async () => {
  await using rig = createRig();
  put(rig, 'east', { call: 'E-1', files: { 'audio/a.wav': 440 } });
  put(rig, 'west', { call: 'W-1', files: { 'audio/a.wav': 660 } });
  expect(await imported(rig, ['east', 'west'])).toEqual({ statuses: ['E-1 matched', 'W-1 matched'], findings: [] });
  const shown = (await rig.json(['list', 'archive'])).lines.flatMap(({ value }) => {
    const one = value as { key?: string; recordingId?: string } | undefined; // as it is printed
    return one?.key === 'W-1' ? [String(one.recordingId)] : [];
  });
  expect((await rig.run(['show', 'archive', shown[0] ?? ''])).stdout).toContain('west/audio/a.wav');
  // Nothing is new, and nothing is described differently.
  expect((await rig.json(['import', 'east', 'west', '--mapping', 'mapping.toml', '--into', 'archive'])).summary).toMatchObject({ imported: 0 });
});

test('so does a row in a container', async () => {
  await using rig = createRig();
  for (const [name, call, hertz] of [
    ['east', 'E-1', 440],
    ['west', 'W-1', 660],
  ] as const) {
    put(rig, name, { call, files: { 'audio/a.wav': hertz } });
    expect((await rig.exec('tar', ['-cf', rig.path(`${name}.tar`), '-C', rig.path(name), '.'])).code).toBe(0);
  }
  expect(await imported(rig, ['east.tar', 'west.tar'])).toEqual({ statuses: ['E-1 matched', 'W-1 matched'], findings: [] });
});

test('a row joins the file of its own source if another source has an equal copy of it', async () => {
  await using rig = createRig();
  put(rig, 'east', { call: 'E-1', files: { 'audio/a.wav': 440 } });
  put(rig, 'copy', { files: {} });
  cpSync(rig.path('east/audio'), rig.path('copy/audio'), { recursive: true });
  expect(await imported(rig, ['east', 'copy'])).toEqual({ statuses: ['E-1 matched', 'a.wav audio-without-row'], findings: [] });
});

test('a row that has no file in its own source joins none of two different files, and both are named with their sources', async () => {
  await using rig = createRig();
  put(rig, 'tables', { call: 'E-1', files: {} });
  put(rig, 'east', { files: { 'audio/a.wav': 440 } });
  put(rig, 'west', { files: { 'audio/a.wav': 660 } });
  const { statuses, findings } = await imported(rig, ['tables', 'east', 'west']);
  expect([statuses.filter((one) => one.startsWith('E-1')), findings]).toEqual([
    ['E-1 ambiguous'],
    [expect.stringContaining(`${join('east', 'audio/a.wav')}, ${join('west', 'audio/a.wav')}`)],
  ]);
});
