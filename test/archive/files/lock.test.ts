import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { acquireLock, isLockHeld } from '../../../src/archive/files/lock.ts';
import { builtModule } from '../../built.ts';
import { strace } from '../../cli/refused-calls.ts';
import { calm, temporaryFolder } from '../rig.ts';
import { inContainer, killContainer, namespaceNote, noNamespace, startedInContainer } from './container.ts';

const built = builtModule('src/archive/files/lock.ts');
const token = '00000000-0000-4000-8000-000000000000';
const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

const pidNamespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];

function leave(dir: string, holder: object): void {
  writeFileSync(join(dir, '.lock'), JSON.stringify({ token, pid: 999_999_999, host: hostname(), bootId, startTicks: '1', pidNamespace, ...holder }));
}

/** Code that takes the lock in a container. */
function locking(code: string): string {
  return `const { acquireLock } = await import(${JSON.stringify(built)}); const calm = new AbortController().signal; ${code}`;
}

/** Takes a lock in a new process-id namespace, and returns the process that holds it. */
function heldInContainer(dir: string): Promise<ChildProcess> {
  return startedInContainer(locking(`await acquireLock(${JSON.stringify(dir)}, calm); console.log('held'); setInterval(() => {}, 1000);`));
}

/** Takes the lock in a process of its own, runs `code` while holding it, and returns the output. */
function elsewhere(dir: string, code: string): Promise<{ stdout: string }> {
  const script = `const { acquireLock } = await import(${JSON.stringify(built)});
    const lock = await acquireLock(${JSON.stringify(dir)}, new AbortController().signal); ${code}`;
  return promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
}

describe('the lock of an archive', () => {
  it('has one holder, then the next after its release, and leaves nothing behind', async () => {
    using folder = temporaryFolder();
    const lock = await acquireLock(folder.path, calm);
    await expect(acquireLock(folder.path, calm)).rejects.toMatchObject({
      kind: 'incomplete',
      code: 'A105',
      message: expect.stringContaining(`process ${process.pid} on this machine`),
    });
    await lock.release();
    await lock.release();
    {
      await using _again = await acquireLock(folder.path, calm);
      expect(readdirSync(folder.path)).toEqual(['.lock', expect.stringMatching(/^\.lock\.[0-9a-f-]{36}\.alive$/)]);
    }
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it.each([
    ['whose process has ended', {}],
    ['whose process id is used by another process now', { pid: process.pid, startTicks: '1' }],
    ['from before the machine was started', { pid: process.pid, bootId: '11111111-1111-4111-8111-111111111111' }],
  ])('%s is taken over, and is removed completely on release', async (_, holder) => {
    using folder = temporaryFolder();
    leave(folder.path, holder);
    const lock = await acquireLock(folder.path, calm);
    await expect(acquireLock(folder.path, calm)).rejects.toMatchObject({ code: 'A105' });
    await lock.release();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('of another machine is never taken over, and that machine is named', async () => {
    using folder = temporaryFolder();
    leave(folder.path, { host: 'elsewhere' });
    await expect(acquireLock(folder.path, calm)).rejects.toMatchObject({
      code: 'A105',
      message: expect.stringContaining('"elsewhere"'),
      hint: expect.stringContaining('.lock*'),
    });
    expect(readdirSync(folder.path)).toEqual(['.lock']);
  });

  describe(`between process-id namespaces of one machine${namespaceNote}`, () => {
    it.each([
      ['that an earlier version wrote, without a namespace', { pidNamespace: undefined }],
      ['of another namespace, without a lock of the kernel', { pidNamespace: '1' }],
      ['of another namespace, whose locked file is missing', { pidNamespace: '1', kernelLock: '1:1' }],
    ])('a lock %s is not taken over, and the message has a step that works', async (_, holder) => {
      using folder = temporaryFolder();
      leave(folder.path, holder);
      await expect(acquireLock(folder.path, calm)).rejects.toMatchObject({
        code: 'A105',
        message: expect.stringContaining('container'),
        hint: expect.stringContaining(`if no longplay runs on ${folder.path} any more, in whichever container, delete the files .lock* there`),
      });
      expect(await isLockHeld(folder.path)).toBe(true);
    });

    it('a lock of an earlier boot is taken over', async () => {
      using folder = temporaryFolder();
      leave(folder.path, { pidNamespace: '1', bootId: '11111111-1111-4111-8111-111111111111' });
      await (await acquireLock(folder.path, calm)).release();
      expect(readdirSync(folder.path)).toEqual([]);
    });

    it.skipIf(noNamespace !== null)('a living holder keeps its lock, in both directions', async () => {
      using folder = temporaryFolder();
      const child = await heldInContainer(folder.path);
      try {
        await expect(acquireLock(folder.path, calm)).rejects.toMatchObject({
          code: 'A105',
          message: expect.stringContaining('in another container'),
        });
        expect(await isLockHeld(folder.path)).toBe(true);
      } finally {
        await killContainer(child);
      }
      await using _lock = await acquireLock(folder.path, calm);
      const attempt = `await acquireLock(${JSON.stringify(folder.path)}, calm).catch((error) => console.log(error.code));`;
      expect((await promisify(execFile)(...inContainer(locking(attempt)))).stdout).toBe('A105\n');
    });

    it.skipIf(noNamespace !== null)('a killed holder loses its lock at once, whatever its container called the machine', async () => {
      using folder = temporaryFolder();
      for (let round = 0; round < 2; round++) await killContainer(await heldInContainer(folder.path));
      expect(readdirSync(folder.path)).toHaveLength(4);
      expect(await isLockHeld(folder.path)).toBe(false);
      const renamed = `await import('node:child_process').then((m) => m.execFileSync('hostname', ['another']));
        await acquireLock(${JSON.stringify(folder.path)}, calm); process.kill(process.pid, 'SIGKILL');`;
      await promisify(execFile)(...inContainer(locking(renamed), ['--uts'])).catch(() => undefined);
      const holders = readdirSync(folder.path).filter((name) => !name.endsWith('.alive'));
      expect(holders.filter((name) => readFileSync(join(folder.path, name), 'utf8').includes('"host":"another"'))).toHaveLength(1);
      expect(readdirSync(folder.path)).toHaveLength(6);
      await (await acquireLock(folder.path, calm)).release();
      expect(readdirSync(folder.path)).toEqual([]);
    });

    it.skipIf(noNamespace !== null)('never has two holders', async () => {
      using folder = temporaryFolder();
      const inside = JSON.stringify(join(folder.path, 'inside'));
      const code = `const fs = await import('node:fs'); let count = 0;
        while (count < 10) {
          const lock = await acquireLock(${JSON.stringify(folder.path)}, calm).catch((error) => { if (error.code !== 'A105') throw error; return null; });
          await new Promise((after) => setTimeout(after, 3));
          if (lock === null) continue;
          fs.writeFileSync(${inside}, '', { flag: 'wx' }); await new Promise((after) => setTimeout(after, 2)); fs.rmSync(${inside});
          await lock.release(); count++;
        }
        console.log(count);`;
      const runs = await Promise.all(Array.from({ length: 3 }, () => promisify(execFile)(...inContainer(locking(code)))));
      expect(runs.map((run) => run.stdout)).toEqual(['10\n', '10\n', '10\n']);
      expect(readdirSync(folder.path)).toEqual([]);
    });
  });

  it.each(['', '{}', 'x', '{"token":"../../x","pid":1,"host":"a","bootId":null,"startTicks":null}'])(
    'not written by longplay (%j) is left alone',
    async (text) => {
      using folder = temporaryFolder();
      writeFileSync(join(folder.path, '.lock'), text);
      await expect(acquireLock(folder.path, calm)).rejects.toMatchObject({ code: 'A105', message: expect.stringContaining('not a lock') });
    },
  );

  it('is free again after its holder was killed', async () => {
    using folder = temporaryFolder();
    const child = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `const { acquireLock } = await import(${JSON.stringify(built)}); await acquireLock(${JSON.stringify(folder.path)}, new AbortController().signal); console.log('held'); setInterval(() => {}, 1000);`,
    ]);
    await new Promise((held) => child.stdout.once('data', held));
    await expect(acquireLock(folder.path, calm)).rejects.toMatchObject({ code: 'A105' });
    child.kill('SIGKILL');
    await new Promise((gone) => child.once('exit', gone));
    const lock = await acquireLock(folder.path, calm);
    await lock.release();
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('never has two holders among many processes, although dead ones left it', async () => {
    using folder = temporaryFolder();
    leave(folder.path, {});
    // Each holder creates a file that must not exist, waits, and removes it: two at once would fail. Half of the holders end without releasing the lock.
    const code = `const fs = await import('node:fs'); const inside = ${JSON.stringify(join(folder.path, 'inside'))};
      fs.writeFileSync(inside, '', { flag: 'wx' }); await new Promise((after) => setTimeout(after, 30)); fs.rmSync(inside);`;
    const runs = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => elsewhere(folder.path, index % 2 === 0 ? `${code} await lock.release();` : code)),
    );
    const held = runs.filter((run) => run.status === 'fulfilled').length;
    const refused = runs.filter((run) => run.status === 'rejected' && `${run.reason.stderr}`.includes('A105')).length;
    expect(held).toBeGreaterThan(0);
    expect(held + refused).toBe(8);
    expect(existsSync(join(folder.path, 'inside'))).toBe(false);
  });

  it.skipIf(!strace)('has one holder at a time if the file system has no hard links, and leaves nothing behind', async () => {
    using folder = temporaryFolder();
    const inside = JSON.stringify(join(folder.path, 'inside'));
    const script = `const { acquireLock } = await import(${JSON.stringify(built)}); const fs = await import('node:fs');
      const lock = await acquireLock(${JSON.stringify(folder.path)}, new AbortController().signal);
      fs.writeFileSync(${inside}, '', { flag: 'wx' }); await new Promise((after) => setTimeout(after, 30)); fs.rmSync(${inside}); await lock.release();`;
    const inject = ['-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', '-e', 'trace=link,linkat', '-e', 'inject=link,linkat:error=EPERM'];
    const runs = await Promise.allSettled(
      Array.from({ length: 4 }, () => promisify(execFile)('strace', [...inject, process.execPath, '--input-type=module', '-e', script])),
    );
    const held = runs.filter((run) => run.status === 'fulfilled').length;
    const refused = runs.filter((run) => run.status === 'rejected' && `${run.reason.stderr}`.includes('A105')).length;
    expect(held).toBeGreaterThan(0);
    expect(held + refused).toBe(4);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it.skipIf(!strace).each([
    ['taken, and its folder cannot be synced', 'fsync', '', 1],
    ['taken, and its file cannot be read again', 'openat', '.lock', 2],
    ['given back', 'unlink', '.lock', 1],
  ] as const)('can be taken again by a process that was refused a call while it was %s', async (_name, call, path, when) => {
    using folder = temporaryFolder();
    const script = `const { acquireLock } = await import(${JSON.stringify(built)});
      for (const attempt of [1, 2]) try {
        const lock = await acquireLock(${JSON.stringify(folder.path)}, new AbortController().signal);
        await lock.release();
        console.log(attempt, 'held');
      } catch (error) { console.log(attempt, error.code); }`;
    const about = ['-P', join(folder.path, path), '-e', `trace=${call}`, '-e', `inject=${call}:error=EIO:when=${when}`];
    const { stdout } = await promisify(execFile)(
      'strace',
      ['-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', ...about, process.execPath, '--input-type=module', '-e', script],
      { env: { ...process.env, UV_THREADPOOL_SIZE: '1' } },
    );
    expect(stdout).toMatch(/^1 (?:A107|EIO)\n2 held\n$/);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('is not waited for by an aborted caller', async () => {
    using folder = temporaryFolder();
    await expect(acquireLock(folder.path, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});
