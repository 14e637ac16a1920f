import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { builtModule } from '../built.ts';
import { temporaryFolder } from './rig.ts';

const built = builtModule('src/archive/files/durable.ts');

interface Placing {
  /** Waits until the process has stopped before the call that holds it. */
  readonly held: () => Promise<void>;
  /** Resumes the process. */
  readonly release: () => void;
  /** Whether the file that was placed is that of this process. */
  readonly placed: Promise<boolean>;
}

/**
 * A process that places a file named `f` on a system without hard links. @param holdAt the call before which the process stops: the first call that removes the guard, or the one
 * that puts the file in place
 */
function place(folder: string, text: string, holdAt: 'guard' | 'target' | null): Placing {
  const script = `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
    fs.promises.link = async () => { throw Object.assign(new Error('no links'), { code: 'EPERM' }); };
    let hold = ${JSON.stringify(holdAt)};
    for (const name of ['rename', 'unlink']) {
      const own = fs.promises[name];
      fs.promises[name] = async (...paths) => {
        const at = paths[0].endsWith('-new-f') ? 'guard' : paths[1]?.endsWith('/f') ? 'target' : null;
        if (hold !== null && at === hold) { hold = null; process.stdout.write('held\\n'); await new Promise((on) => process.stdin.once('data', on)); }
        return await own(...paths);
      };
    }
    syncBuiltinESMExports();
    const { writeDurableNew } = await import(${JSON.stringify(built)});
    process.stdout.write(String(await writeDurableNew(${JSON.stringify(join(folder, 'f'))}, ${JSON.stringify(text)})) + '\\n');
    process.exit(0);`;
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  child.stdout?.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  const ended = once(child, 'close');
  return {
    held: async () => {
      while (!said.includes('held'))
        await Promise.race([once(child.stdout ?? child, 'data'), ended.then(() => Promise.reject(new Error(`ended: ${said}`)))]);
    },
    release: () => void child.stdin?.write('on\n'),
    placed: ended.then(() => said.includes('true')),
  };
}

it('a file that must be new is placed by one process alone, even if another that found the guard of a killed run is so slow that it removes a living one', async () => {
  using folder = temporaryFolder();
  const guard = join(folder.path, '.longplay-tmp-new-f');
  const longAgo = new Date(Date.now() - 120_000);
  writeFileSync(guard, '');
  utimesSync(guard, longAgo, longAgo);
  const slow = place(folder.path, 'slow', 'guard');
  await slow.held();
  // Another process finds the same guard and removes it; the next has a guard of its own and is about to place its file.
  expect(await place(folder.path, 'first', null).placed).toBe(false);
  const owner = place(folder.path, 'owner', 'target');
  await owner.held();
  slow.release();
  expect(await slow.placed).toBe(false);
  expect(await place(folder.path, 'late', null).placed).toBe(false);
  owner.release();
  expect(await owner.placed).toBe(true);
  expect(readFileSync(join(folder.path, 'f'), 'utf8')).toBe('owner');
  // The removed guard is old after some time, and is deleted.
  unlinkSync(join(folder.path, 'f'));
  for (const name of readdirSync(folder.path)) utimesSync(join(folder.path, name), longAgo, longAgo);
  expect(await place(folder.path, 'later', null).placed).toBe(true);
  expect(readdirSync(folder.path)).toEqual(['f']);
});
