import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { approver, erase } from '../erasure-rig.ts';
import { copyFolder } from '../rig.ts';
import { asterisk, createSealedRig, recordingFolders } from './sealed-rig.ts';

const erasedNumber = '46701740605';

test('an archive and both copies of its keyring that were restored together give out nothing that this machine remembers as erased', async () => {
  await using rig = await createSealedRig();
  process.env.LONGPLAY_KEYRING = rig.keyring;
  try {
    const archive = rig.path('archive');
    const parts = ['archive', 'keyring', 'keyring-copy'];
    expect((await rig.sealed('import', asterisk.folder, '--into', archive, '--zone', 'Europe/Stockholm', '--sealed', '--no-keep-tables')).code).toBe(
      0,
    );
    await approver(rig, 'archive');
    const idsOf = async (): Promise<readonly string[]> =>
      (await rig.sealed('list', archive, '--json')).stdout.split('\n').flatMap((line) => /"recordingId":"([^"]+)"/.exec(line)?.[1] ?? []);
    const all = await idsOf();
    for (const part of parts) copyFolder(rig.path(part), rig.path(`before-${part}`));
    const gone = /"recordingId":"([^"]+)"/.exec((await rig.sealed('search', archive, erasedNumber, '--json')).stdout)?.[1];
    const plain = basename(
      recordingFolders(archive).find((folder) => basename(folder) !== gone && readdirSync(folder).includes('original-1.gsm.age')) ?? '',
    );
    await erase(rig, 'archive', ['--text', erasedNumber]);
    await erase(rig, 'archive', [plain, '--only', 'originals']);
    expect([gone, plain].every((id) => all.includes(id ?? ''))).toBe(true);
    for (const part of parts) {
      rmSync(rig.path(part), { recursive: true });
      copyFolder(rig.path(`before-${part}`), rig.path(part));
    }
    for (const isRebuilt of [false, true]) {
      if (isRebuilt) for (const name of readdirSync(archive)) if (name.startsWith('catalog.sqlite')) rmSync(rig.path('archive', name));
      const search = await rig.sealed('search', archive, erasedNumber);
      expect([search.code, search.stdout, search.stderr]).toEqual([
        4,
        expect.stringContaining('No recording matches.'),
        expect.stringMatching(/L135.*E109 bags\/\S+: has 2 recordings again that were erased, or of which a file was erased/s),
      ]);
      expect(await idsOf()).toEqual(all.filter((id) => id !== gone && id !== plain));
    }
    const shown = await rig.sealed('show', archive, plain);
    expect([shown.code, shown.stdout]).not.toEqual([0, expect.anything()]);
    const out = rig.path('out');
    const exported = await rig.sealed('export', archive, plain, '--out', out);
    expect([exported.code === 0, existsSync(out) && readdirSync(out, { recursive: true }).some((name) => String(name).endsWith('.gsm'))]).toEqual([
      false,
      false,
    ]);
    // Erased again, the recording with an erased original is back in every list.
    const run = await rig.sealed('erase', 'run', archive);
    expect([run.code, run.stderr]).toEqual([0, expect.anything()]);
    expect(await idsOf()).toEqual(all.filter((id) => id !== gone));
    expect((await rig.sealed('list', archive)).code).toBe(0);
  } finally {
    delete process.env.LONGPLAY_KEYRING;
  }
});
