import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { approver, erase } from './erasure-rig.ts';
import { createRig, type Rig, root } from './rig.ts';

const source = join(root, 'samples/asterisk-normal');
const importing = ['import', source, '--into', 'archive', '--zone', 'Europe/Stockholm', '--no-keep-tables'];
const erasedNumber = '46701740605';
const otherNumber = '46701740607';

/** Makes an archive from which a call was erased, and the keys of a second machine. @param lacks names of files that these lack */
async function withoutSecret(rig: Rig, lacks: RegExp): Promise<Readonly<Record<string, string>>> {
  expect((await rig.run(importing)).code).toBe(0);
  await approver(rig, 'archive');
  await erase(rig, 'archive', ['--text', erasedNumber]);
  const keys = rig.path('second-keys');
  mkdirSync(keys, { mode: 0o700 });
  for (const name of readdirSync(rig.keys)) if (!lacks.test(name)) cpSync(join(rig.keys, name), join(keys, name), { recursive: true });
  return { LONGPLAY_KEYS: keys };
}

test('a machine without the secret of the erasure ledger never makes a second one: it requests, erases and imports nothing', async () => {
  await using rig = createRig();
  const env = await withoutSecret(rig, /\.erasures$|\.erased$/);
  const secrets = (): readonly string[] => readdirSync(rig.path('second-keys')).filter((name) => name.endsWith('.erasures'));
  for (const args of [
    ['erase', 'run', 'archive'],
    ['erase', 'request', 'archive', '--text', otherNumber, '--ground', 'subject-request', '--reason', 'x'],
    importing,
  ]) {
    const { code, stderr } = await rig.run(args, { env });
    expect([args[1], code, stderr, secrets()]).toEqual([args[1], 5, expect.stringMatching(/E106.*restore the file/s), []]);
  }
  // A verification goes on, and says what it could not check.
  const { code, stdout } = await rig.run(['verify', 'archive', '--play'], { env });
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^unverifiable E106/)]);
  expect((await rig.run(['search', 'archive', erasedNumber], { env })).stdout).toContain('No recording matches.');
});

test('a machine with another secret than that of the requests is refused, and undoes no erasure', async () => {
  await using rig = createRig();
  const env = await withoutSecret(rig, /\.erasures$|\.erased$/);
  const own = readdirSync(rig.keys).find((name) => name.endsWith('.erasures')) ?? '';
  const second = join(rig.path('second-keys'), own);
  writeFileSync(second, `${'0123456789abcdef'.repeat(4)}\n`, { mode: 0o600 });
  for (const args of [['erase', 'run', 'archive'], importing]) {
    const refused = await rig.run(args, { env });
    expect([args[1], refused.code, refused.stderr]).toEqual([args[1], 5, expect.stringMatching(/E106.*another secret/s)]);
  }
  expect((await rig.run(['verify', 'archive'], { env })).stdout).toContain('E106');
  // The right secret ends it.
  cpSync(join(rig.keys, own), second);
  expect((await rig.json(importing, env)).summary).toMatchObject({ reconciliation: { erased: 1, toImport: 0 } });
});
