import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyFolder, createRig, type Rig, root } from './rig.ts';

let rig: Rig;
let id: string;
beforeAll(async () => {
  rig = createRig();
  for (const archive of ['whole', 'other'])
    expect((await rig.run(['import', join(root, 'samples/asterisk-normal'), '--into', archive, '--zone', 'Europe/Stockholm'])).code).toBe(0);
  id = String((await rig.json(['case', 'new', 'whole', '--title', 'Deal'])).summary.id);
  cpSync(rig.path('whole/cases', id), rig.path('older'), { recursive: true });
  expect((await rig.run(['case', 'due', 'whole', id, '2099-01-31', '--reason', 'x'])).code).toBe(0);
  expect((await rig.run(['verify', 'whole'])).code).toBe(0);
  copyFolder(rig.path('whole'), rig.path('archive'));
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
  for (const [folder, to] of [
    [rig.path('archive'), 'kept'],
    [rig.keys, 'kept-keys'],
  ] as const)
    copyFolder(folder, rig.path(to));
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

const archiveKeys = (ending: string): string[] => readdirSync(rig.keys).filter((name) => name.endsWith(ending));
const spoil = {
  C125: () => cpSync(rig.path('older'), rig.path('archive/cases', id), { recursive: true }),
  C129: async () => {
    expect((await rig.run(['case', 'delete', 'archive', id, '--reason', 'x'])).code).toBe(0);
    cpSync(rig.path('older'), rig.path('archive/cases', id), { recursive: true });
  },
  L116: () => {
    for (const name of archiveKeys('.checkpoint')) writeFileSync(join(rig.keys, name), 'not a checkpoint');
  },
  L120: () => copyFolder(rig.path('other'), rig.path('archive')),
  L122: () => {
    for (const name of archiveKeys('.checkpoint')) rmSync(join(rig.keys, name));
  },
  V103: () => writeFileSync(rig.path('archive/stray.txt'), 'x'),
};
const steps = {
  C125: /^C125: .*longplay replica repair archive.*longplay case forget archive CASE/m,
  C129: /^C129: Run `longplay case delete archive CASE/m,
  L116: /^L116: .*longplay log remember archive/m,
  L120: /^L120: Mount the right disk.*longplay log remember archive/m,
  L122: /^L122: .*longplay log remember archive/m,
  V103: /^V103: Find out who put it there/m,
};

test.each(['C125', 'L116', 'L122', 'V103', 'L120', 'C129'] as const)(
  'ends with the step that helps with %s, and proposes no other copy',
  async (code) => {
    for (const [folder, from] of [
      [rig.path('archive'), 'kept'],
      [rig.keys, 'kept-keys'],
    ] as const) {
      rmSync(folder, { recursive: true, force: true });
      copyFolder(rig.path(from), folder);
    }
    if (code === 'L120') rmSync(rig.path('archive'), { recursive: true });
    await spoil[code]();
    const told = await rig.run(['verify', 'archive']);
    expect([told.code, told.stdout]).toEqual([4, expect.stringMatching(steps[code])]);
    expect(told.stdout).not.toContain('Restore the named files');
    if (code !== 'V103') return;
    // Damage beside it is still to be restored.
    const [file = ''] = readdirSync(rig.path('archive/bags'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('recording.json'),
    );
    writeFileSync(rig.path('archive/bags', file), 'x');
    const both = await rig.run(['verify', 'archive']);
    expect([both.code, both.stdout]).toEqual([4, expect.stringMatching(steps[code])]);
    expect(both.stdout).toContain('Restore the named files from another copy of the archive.');
  },
);
