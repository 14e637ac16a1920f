import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
