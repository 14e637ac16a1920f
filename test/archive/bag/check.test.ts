import { appendFileSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { checkBag, longplayBagRules } from '../../../src/archive/bag/check.ts';
import { calm, makeBag, temporaryFolder } from '../rig.ts';

function openFilesIn(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((number) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${number}`);
      return path.startsWith(`${folder}/`) ? [path] : [];
    } catch {
      // The descriptor with which the list was read.
      return [];
    }
  });
}

it.each(['manifest-sha512.txt', 'tagmanifest-sha256.txt', 'bag-info.txt', 'bagit.txt'])(
  'a check of a bag that ends at a fault in %s leaves no file open',
  async (name) => {
    using folder = temporaryFolder();
    await makeBag(folder.path);
    // No digest begins like this, and no label either.
    writeFileSync(join(folder.path, name), `\`${readFileSync(join(folder.path, name), 'utf8').slice(1)}`);
    const found: string[] = [];
    for await (const verdict of checkBag(folder.path, { rules: longplayBagRules }, calm)) {
      if (verdict?.severity !== 'error') continue;
      found.push(verdict.path.slice(verdict.path.indexOf('/') + 1));
      break;
    }
    expect([found.length, openFilesIn(folder.path)]).toEqual([1, []]);
  },
);

it('a check of a bag whose bytes were checked before compares every file, the manifests that it does not read included', async () => {
  using folder = temporaryFolder();
  await makeBag(folder.path);
  const files = readdirSync(folder.path, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [relative(folder.path, join(entry.parentPath, entry.name))] : [],
  );
  const faultsIn = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const verdict of checkBag(folder.path, { place: 'bag', rules: longplayBagRules, digests: 'sha256', isKnown: true }, calm))
      if (verdict?.severity === 'error') found.push(verdict.path);
    return found;
  };
  expect(await faultsIn()).toEqual([]);
  for (const file of files) {
    const path = join(folder.path, file);
    const was = readFileSync(path);
    appendFileSync(path, '\n');
    // Nothing in a bag has the digest of a tag manifest: the log of the archive has it.
    if (!file.startsWith('tagmanifest')) expect([file, await faultsIn()]).toEqual([file, expect.arrayContaining([`bag/${file}`])]);
    rmSync(path);
    expect([file, await faultsIn()]).toEqual([file, expect.arrayContaining([`bag/${file}`])]);
    writeFileSync(path, was);
  }
  writeFileSync(join(folder.path, 'data', 'strange.txt'), '');
  expect(await faultsIn()).toEqual(expect.arrayContaining(['bag/data/strange.txt']));
});
