import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, root } from './rig.ts';

test('an export of FreeSWITCH is recognised and becomes an archive that verifies', async () => {
  await using rig = createRig();
  const archive = rig.path('archive');
  const { summary } = await rig.json(['import', join(root, 'samples/freeswitch'), '--into', archive, '--zone', 'Europe/Stockholm']);
  expect(summary).toMatchObject({
    imported: 8,
    notImported: 0,
    reconciliation: { files: 15, recordings: { matched: 1, 'audio-length-differs': 3, 'row-without-audio': 3, 'audio-without-row': 1 } },
  });
  expect((await rig.run(['verify', archive])).code).toBe(0);
});
