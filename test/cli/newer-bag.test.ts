import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, fingerprint, root } from './rig.ts';

/** Makes a later version of the command line, which writes bags of another version and otherwise equals this one. @returns its path */
function laterVersion(folder: string): string {
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  for (const name of ['package.json', 'node_modules', 'samples', 'importers', 'docs']) symlinkSync(join(root, name), join(folder, name));
  const lib = join(folder, 'dist/lib');
  let changed = 0;
  for (const name of readdirSync(lib)) {
    const text = readFileSync(join(lib, name), 'utf8');
    const later = text.replace(/(["'`]Longplay-Bag-Version["'`],\s*)String\(\w+\(.*?\)\)/, '$1"3"');
    if (later === text) continue;
    writeFileSync(join(lib, name), later);
    changed++;
  }
  expect(changed).toBe(1);
  return join(folder, 'dist/bin/longplay.js');
}

test('a bag of a newer version is neither valid nor damaged for any command, and nothing is written into it', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('later'));
  const later = laterVersion(rig.path('later'));
  const env = { ...process.env, LONGPLAY_KEYS: rig.keys };
  const made = await rig.exec(process.execPath, [later, 'import', join(root, 'samples/siprec'), '--into', 'archive', '--open'], rig.folder, env);
  expect(made.code, made.stderr).toBeLessThanOrEqual(3);
  // Its catalog may have another version as well.
  rmSync(rig.path('archive/catalog.sqlite'));
  const newer = (await rig.json(['list', 'archive'])).lines.filter(({ code }) => code === 'A169').map(({ place }) => String(place));
  expect(newer.length).toBeGreaterThan(0);
  const [bag = ''] = newer.map((place) => rig.path('archive', place));
  expect(readFileSync(join(bag, 'bag-info.txt'), 'utf8')).toContain('Longplay-Bag-Version: 3\n');
  // A later import by this version continues beside it.
  const added = await rig.run(['import', join(root, 'samples/asterisk-normal'), '--into', 'archive', '--zone', 'Europe/Stockholm']);
  expect(added.stderr).toContain('A169');
  const listed = await rig.json(['list', 'archive']);
  expect(listed.lines.filter(({ of }) => of === 'recording').length).toBeGreaterThan(0);
  const before = fingerprint(bag);

  for (const args of [[], ['--play', '--originals'], ['--deep']]) {
    const verified = await rig.json(['verify', 'archive', ...args]);
    const verdicts = verified.lines.filter(({ type }) => type === 'verdict');
    expect([args, verified.code, verdicts.map(({ code, verdict, path }) => [code, verdict, path])]).toEqual([
      args,
      5,
      newer.map((place) => ['A169', 'unreachable', place]),
    ]);
  }
  // The log contains nothing against it.
  const entries = (await rig.json(['log', 'list', 'archive'])).lines.flatMap(({ of, value }) => (of === 'entry' ? [JSON.stringify(value)] : []));
  expect(entries.filter((entry) => entry.includes('bag-verified') && /"verdict":"(?!ok|unreachable)/.test(entry))).toEqual([]);
  const rebuilt = await rig.json(['catalog', 'rebuild', 'archive']);
  expect([rebuilt.code, rebuilt.summary]).toMatchObject([5, { newer: newer.length }]);
  expect((await rig.run(['rehash', 'archive', '--add', 'blake2b'])).code).toBe(5);
  expect(fingerprint(bag)).toEqual(before);
  expect(readdirSync(bag).filter((file) => file.includes('blake2b'))).toEqual([]);
});
