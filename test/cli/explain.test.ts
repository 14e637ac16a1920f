import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { entryTypes } from '../../src/log/entries/entry-types.ts';
import { runHere } from './in-process.ts';
import { createRig, root } from './rig.ts';

test('docs/reference/log-entries.md equals the list of the program; npm run docs writes it', async () => {
  await using rig = createRig();
  const { code, out } = await runHere(['explain', '--entries', '--markdown'], rig.keys);
  expect([code, out.trimEnd()]).toEqual([0, readFileSync(join(root, 'docs/reference/log-entries.md'), 'utf8').trimEnd()]);
});

test('every log entry of an import, a verification, a search and an export is of an explained type', async () => {
  await using rig = createRig();
  expect((await rig.run(['import', join(root, 'samples/siprec'), '--into', 'archive'])).code).toBeLessThanOrEqual(3);
  for (const args of [
    ['verify', 'archive'],
    ['export', 'archive', '--all', '--out', 'out'],
    ['viewer', 'archive'],
    ['log', 'key', 'archive', '--yes'],
  ])
    expect([args, (await rig.run(args)).code]).toEqual([args, 0]);
  const { lines } = await rig.json(['log', 'list', 'archive']);
  const entered = new Set(lines.flatMap(({ of, value }) => (of === 'entry' ? [(value as { type: string }).type] : []))); // as `log list` prints it
  expect(entered.size).toBeGreaterThan(8);
  for (const type of entered) {
    expect(Object.keys(entryTypes)).toContain(type);
    const { code, out } = await runHere(['explain', type], rig.keys);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(new RegExp(`^${type}, entry of the log: .*In its details, which can be erased: who`, 's')),
    ]);
  }
});
