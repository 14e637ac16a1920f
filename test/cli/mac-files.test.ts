import { mkdirSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { wave } from '../faults/small-import.ts';
import { speech, wav } from '../media/medium-rig.ts';
import { createRig } from './rig.ts';

/** The companion file that macOS writes on other file systems: AppleDouble of 4 KiB with the attributes of the Finder (AppleSingle/AppleDouble Formats, Apple 1990). */
const resource = Buffer.alloc(4_096);
resource.write('00051607000200004d6163204f532058', 'hex');
const folderFile = Buffer.concat([Buffer.from('\0\0\0\x01Bud1', 'latin1'), Buffer.alloc(6_140)]);
const mapping = ['source.zone = "UTC"', 'table.files = "*.csv"', '[columns]', 'key = "id"', 'start = "start"', '[join]', 'column = "file"'];

test('resource files of macOS are reported without an alarm, with a mapping and without, unless a row names one; one that contains sound is a medium', async () => {
  await using rig = createRig();
  const make = (source: string, rows: readonly string[]): void => {
    mkdirSync(rig.path(source, '__MACOSX'), { recursive: true });
    writeFileSync(rig.path(source, '4.wav'), wave(800));
    writeFileSync(rig.path(source, '._4.wav'), resource);
    writeFileSync(rig.path(source, '__MACOSX/._4.wav'), Buffer.concat([resource, Buffer.alloc(1)]));
    writeFileSync(rig.path(source, '.DS_Store'), folderFile);
    if (rows.length > 0) writeFileSync(rig.path(source, 'calls.csv'), ['id,start,file', ...rows, ''].join('\n'));
  };
  writeFileSync(rig.path('mapping.toml'), mapping.join('\n'));
  make('loose', []);
  make('rows', ['a,2024-05-02 09:00:00,4.wav']);
  make('named', ['a,2024-05-02 09:00:00,4.wav', 'b,2024-05-02 10:00:00,._4.wav']);
  make('sound', ['a,2024-05-02 09:00:00,4.wav', 'b,2024-05-02 10:00:00,._4.wav']);
  writeFileSync(rig.path('sound', '._4.wav'), wav(speech(8_000, 1), 8_000));
  const told = async (source: string, ...more: string[]) => {
    const { code, lines } = await rig.json(['import', source, '--into', `archive of ${source}`, '--dry-run', ...more]);
    return { code, left: lines.flatMap((line) => (line.code === 'P107' ? [String(line.place)] : [])).sort() };
  };
  const left = ['.DS_Store', '._4.wav', '__MACOSX/._4.wav'];
  expect(await told('loose')).toMatchObject({ code: 0, left });
  expect(await told('rows', '--mapping', 'mapping.toml')).toMatchObject({ code: 0, left });
  expect(await told('named', '--mapping', 'mapping.toml')).toMatchObject({ code: 3 });
  expect(await told('sound', '--mapping', 'mapping.toml')).toMatchObject({ code: 0, left: ['.DS_Store', '__MACOSX/._4.wav'] });
});

test.each([
  ['without a mapping', []],
  ['with a mapping that matches nothing', ['--mapping', 'mapping.toml']],
])('a tar from which nothing can be unpacked is reported, and import and survey end with 3: %s', async (_what, more) => {
  await using rig = createRig();
  mkdirSync(rig.path('source'));
  writeFileSync(rig.path('mapping.toml'), mapping.join('\n'));
  writeFileSync(rig.path('calls.wav'), wav(speech(8_000, 20), 8_000));
  expect(await rig.exec('tar', ['-cjf', 'source/calls.tar.bz2', 'calls.wav'])).toMatchObject({ code: 0 });
  expect(await rig.exec('truncate', ['-s', '40000', 'source/calls.tar.bz2'])).toMatchObject({ code: 0 });
  for (const command of [
    ['import', 'source', '--into', 'archive'],
    ['survey', 'source'],
  ]) {
    const { code, stderr } = await rig.run([...command, ...more]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^error S130 calls\.tar\.bz2: /m);
  }
});
