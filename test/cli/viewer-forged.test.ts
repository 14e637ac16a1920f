import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, fingerprint, type Rig, root } from './rig.ts';

/** Exit code of a command, and its findings V118 or V119 about the viewer. */
async function judge(rig: Rig, ...args: string[]): Promise<unknown[]> {
  const { code, stdout, stderr } = await rig.run([...args, '--json']);
  return [code, ...new Set(`${stdout}${stderr}`.match(/"V11[89]"/g) ?? [])];
}

test('bytes in the viewer that the log does not contain are an error for every command, an absent viewer is not, and a viewer that cannot be logged is not written', async () => {
  await using rig = createRig();
  const archive = rig.path('archive');
  const at = (...parts: string[]): string => join(archive, 'viewer', ...parts);
  expect((await rig.run(['import', join(root, 'samples/sidecar-xml'), '--into', archive])).code).toBe(0);
  expect((await rig.run(['viewer', archive])).code).toBe(0);
  expect(await judge(rig, 'verify', archive)).toEqual([0]);
  expect(await judge(rig, 'watch', archive)).toEqual([0]);
  const page = readFileSync(at('page.js'));
  appendFileSync(at('page.js'), 'document.title="forged"');
  // Before any verification, from the log and the page alone.
  expect(await judge(rig, 'watch', archive)).toEqual([4, '"V118"']);
  expect(await judge(rig, 'verify', archive)).toEqual([4, '"V118"']);
  expect(await judge(rig, 'verify', archive, '--every', '90d')).toEqual([4, '"V118"']);
  // Removing the list does not help either.
  rmSync(at('files.json'));
  expect(await judge(rig, 'verify', archive)).toEqual([4, '"V118"']);
  rmSync(at(), { recursive: true });
  expect(await judge(rig, 'verify', archive)).toEqual([0]);
  expect((await rig.run(['viewer', archive])).code).toBe(0);
  expect([readFileSync(at('page.js')).equals(page), ...(await judge(rig, 'verify', archive))]).toEqual([true, 0]);
  // A machine without the key writes no viewer, because a changed one (the verifications above change it) could not be logged.
  const before = fingerprint(at());
  for (const name of readdirSync(rig.keys)) rmSync(join(rig.keys, name), { recursive: true });
  const refused = await rig.run(['viewer', archive]);
  expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining('V119')]);
  expect(fingerprint(at())).toEqual(before);
});
