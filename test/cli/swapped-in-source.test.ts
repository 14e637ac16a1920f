import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, root } from './rig.ts';

test('a file changed after its record was written is detected by the digest in the record, and the import and the survey end with 3', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('source'));
  cpSync(join(root, 'samples/vcon/outside.vcon'), rig.path('source/outside.vcon'));
  cpSync(join(root, 'samples/vcon/audio'), rig.path('source/audio'), { recursive: true });
  const alarms = async (...args: string[]) => {
    const { code, summary } = await rig.json(args);
    return [code, (summary.alarms as Readonly<Record<string, number>>).I292]; // as `--json` prints them
  };
  expect(await alarms('survey', 'source')).toEqual([0, undefined]);
  for (const name of readdirSync(rig.path('source/audio'))) {
    const bytes = readFileSync(rig.path('source/audio', name));
    bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
    writeFileSync(rig.path('source/audio', name), bytes);
  }
  expect([await alarms('survey', 'source'), await alarms('import', 'source', '--into', 'archive')]).toEqual([
    [3, 1],
    [3, 1],
  ]);
});
