import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { acquireLock } from '../../../src/archive/files/lock.ts';
import { builtModule } from '../../built.ts';
import { strace } from '../../cli/refused-calls.ts';
import { calm, temporaryFolder } from '../rig.ts';

const built = builtModule('src/archive/files/lock.ts');
const token = '00000000-0000-4000-8000-000000000000';
const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

function leave(dir: string, holder: object): void {
  writeFileSync(join(dir, '.lock'), JSON.stringify({ token, pid: 999_999_999, host: hostname(), bootId, startTicks: '1', ...holder }));
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
      expect(readdirSync(folder.path)).toEqual(['.lock']);
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
