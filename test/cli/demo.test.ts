import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, root } from './rig.ts';
import { filesWith } from './sealed/sealed-rig.ts';

test('the demo makes a keyring of two folders and a sealed archive, which it verifies and searches', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('bin'));
  cpSync(join(root, 'bin/demo'), rig.path('bin/demo'));
  // Everything that the demo needs is installed: it installs nothing.
  writeFileSync(rig.path('bin/setup'), '');
  chmodSync(rig.path('bin/setup'), 0o755);
  for (const name of ['samples', 'dist', 'package.json']) symlinkSync(join(root, name), rig.path(name));
  const demo = () => rig.exec('bash', ['bin/demo'], rig.folder, process.env);
  const { code, stdout, stderr } = await demo();
  expect(code, stdout + stderr).toBe(0);
  expect(stdout).toContain('keep real copies on two machines');
  expect(JSON.parse(readFileSync(rig.path('demo-archive/longplay.json'), 'utf8')).version).toBe(2);
  for (const folder of ['demo-keyring', 'demo-keyring-copy']) expect(readFileSync(rig.path(folder, 'keyring.json'), 'utf8')).toContain('domains');
  expect(filesWith(rig.path('demo-archive'), ['46701740605', 'contact-centre'])).toEqual([]);
  // The last lines are commands that work.
  const [, check = ''] = /^ {2}(for bag in .*)$/m.exec(stdout) ?? [];
  const checked = await rig.exec('bash', ['-c', check]);
  expect([checked.code, checked.stdout.includes('is intact')]).toEqual([0, true]);
  const [, removal = ''] = /^ {2}(rm -r .*)$/m.exec(stdout) ?? [];
  expect((await rig.exec('bash', ['-c', removal])).code).toBe(0);
  const again = await demo();
  expect(again.code, again.stdout + again.stderr).toBe(0);
});
