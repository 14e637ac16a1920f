import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeScratch, removeScratch } from '../../../src/pipeline/files/scratch.ts';
import { killContainer, namespaceNote, noNamespace, startedInContainer } from '../../archive/files/container.ts';
import { temporaryFolder } from '../../archive/rig.ts';
import { builtModule } from '../../built.ts';

const built = builtModule('src/pipeline/files/scratch.ts');

describe('a folder for temporary files', () => {
  it('goes with its contents, and no other run of the same process takes it for abandoned', () => {
    using folder = temporaryFolder();
    const [one, two] = [makeScratch(folder.path), makeScratch(folder.path)];
    expect(new Set(readdirSync(folder.path)).size).toBe(2);
    removeScratch(one);
    expect([existsSync(one), existsSync(two)]).toEqual([false, true]);
    removeScratch(two);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it.skipIf(noNamespace !== null)(
    `of a process in another container stays as long as the process runs, and goes when it was killed${namespaceNote}`,
    async () => {
      using folder = temporaryFolder();
      const code = `const { makeScratch } = await import(${JSON.stringify(built)}); console.log(makeScratch(${JSON.stringify(folder.path)})); setInterval(() => {}, 1000);`;
      const child = await startedInContainer(code);
      const [theirs = ''] = readdirSync(folder.path);
      try {
        removeScratch(makeScratch(folder.path));
        expect(existsSync(join(folder.path, theirs))).toBe(true);
      } finally {
        await killContainer(child);
      }
      removeScratch(makeScratch(folder.path));
      expect(readdirSync(folder.path)).toEqual([]);
    },
  );
});
