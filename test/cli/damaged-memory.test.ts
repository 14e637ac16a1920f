import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, root } from './rig.ts';

test('after a damaged checkpoint beside the key, the next step that L116 names makes verify end with 0', async () => {
  await using rig = createRig();
  expect(await rig.run(['import', join(root, 'samples/asterisk-normal'), '--into', 'archive', '--zone', 'Europe/Stockholm'])).toMatchObject({
    code: 0,
  });
  const [memory] = readdirSync(rig.keys).filter((name) => name.endsWith('.checkpoint'));
  writeFileSync(join(rig.keys, memory ?? ''), 'not a checkpoint');
  const found = await rig.run(['verify', 'archive']);
  expect([found.code, found.stdout]).toEqual([
    4,
    expect.stringMatching(/L116 log: .* is not a signed checkpoint; .*: longplay log remember ARCHIVE/),
  ]);
  expect(await rig.run(['log', 'remember', 'archive'])).toMatchObject({ code: 0 });
  expect(await rig.run(['verify', 'archive'])).toMatchObject({ code: 0 });
});
