import { randomUUID } from 'node:crypto';
import { readdir, readFile, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { removeAbandoned, writeDurableNew } from './durable.ts';
import { mayBeAlive, type ProcessMark, thisProcess } from './process-mark.ts';
import { statOrNull } from './stat-or-null.ts';

const lockName = '.lock';

/** The process that holds a lock. */
interface Holder extends ProcessMark {
  /** Identifies this acquisition of the lock. A token is never used again. */
  readonly token: string;
}

/** The exclusive right to change an archive, given up by `await using` or `release`. */
export interface ArchiveLock extends AsyncDisposable {
  release(): Promise<void>;
}

/**
 * Acquires the exclusive lock of an archive. Of several processes that try at the same time, exactly one gets it, even if the last holder was killed.
 * @throws LongplayError incomplete A105 if another process holds it.
 */
export async function acquireLock(dir: string, signal: AbortSignal): Promise<ArchiveLock> {
  // A lock left by a dead process is not deleted and re-created: two starters could then delete each other's new lock. Instead the next holder adds a file
  // named after the dead holder's token; creating a file that must not exist is the one atomic step. The lock is thus a chain `.lock` → `.lock.<token>` → ….
  // Its last link names the holder, and a holder that releases the lock removes the chain.
  const me: Holder = { token: randomUUID(), ...thisProcess() };
  for (let attempt = 0; attempt < 100; attempt++) {
    signal.throwIfAborted();
    const chain = await readChain(dir);
    const last = chain.at(-1);
    if (last !== undefined && mayBeAlive(last.holder) && !givenUp.has(last.holder.token)) throw locked(dir, last.holder);
    const mine = last === undefined ? lockName : `${lockName}.${last.holder.token}`;
    const taken = await take(dir, mine, me);
    if (taken !== null) return taken;
    await sleep(5, undefined, { signal });
  }
  throw new LongplayError(
    'incomplete',
    'A105',
    `${dir} is locked: it changed hands 100 times while this run waited`,
    'run again when the other runs are done',
  );
}

/** Returns true if a process that may still be running holds the lock of an archive. A file or folder that is not a lock holds nothing. */
export async function isLockHeld(dir: string): Promise<boolean> {
  try {
    const last = (await readChain(dir)).at(-1);
    return last !== undefined && mayBeAlive(last.holder) && !givenUp.has(last.holder.token);
  } catch (error) {
    if ((error instanceof LongplayError && error.code === 'A105') || systemCode(error) === 'EISDIR') return false;
    throw error;
  }
}

/**
 * Tokens of locks that this process gave up, but whose files it could not remove, or perhaps did not. The process is still alive, so nothing else shows that
 * these locks are free.
 */
const givenUp = new Set<string>();

/** Adds a link to the chain. @returns null if another process was first */
async function take(dir: string, name: string, me: Holder): Promise<ArchiveLock | null> {
  try {
    if (!(await writeDurableNew(join(dir, name), `${JSON.stringify(me)}\n`))) return null;
    // The chain may have been removed between the check and the creation of the new link, which is then detached.
    const now = await readChain(dir);
    if (now.at(-1)?.holder.token === me.token) {
      const names = now.map((link) => link.name);
      await removeOthers(dir, new Set(names));
      return lockOf(dir, names, me.token);
    }
    await remove(join(dir, name));
    return null;
  } catch (error) {
    // The link may exist, e.g. if its folder could not be synced. The first error is the one that counts.
    givenUp.add(me.token);
    if ((await readHolder(join(dir, name)).catch(() => null))?.token === me.token) await remove(join(dir, name)).catch(() => undefined);
    throw error;
  }
}

function lockOf(dir: string, names: readonly string[], token: string): ArchiveLock {
  let held = true;
  const release = async (): Promise<void> => {
    if (!held) return;
    held = false;
    try {
      // The first link is removed first, so that a process that saw the old chain finds its own link detached.
      for (const name of names) await remove(join(dir, name));
    } catch (error) {
      givenUp.add(token);
      throw error;
    }
  };
  return { release, [Symbol.asyncDispose]: release };
}

interface Link {
  readonly name: string;
  readonly holder: Holder;
}

async function readChain(dir: string): Promise<Link[]> {
  const chain: Link[] = [];
  let name = lockName;
  while (chain.length < limits.lockChain) {
    const holder = await readHolder(join(dir, name));
    if (holder === null) return chain;
    chain.push({ name, holder });
    name = `${lockName}.${holder.token}`;
  }
  throw new LongplayError(
    'incomplete',
    'A105',
    agree`${dir} contains ${chain.length} lock[s] of ended runs`,
    'make sure that no longplay is running on it, then delete the files .lock*',
  );
}

/** Reads the holder that a link names; null if the file does not exist. A link never appears before its content is complete. */
async function readHolder(path: string): Promise<Holder | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) {
      const { token, pid, host, bootId: boot, startTicks: ticks } = value as Record<string, unknown>; // an object with unknown members
      const known = (v: unknown): v is string | null => v === null || typeof v === 'string';
      if (
        typeof token === 'string' &&
        /^[0-9a-f-]{36}$/.test(token) &&
        typeof pid === 'number' &&
        typeof host === 'string' &&
        known(boot) &&
        known(ticks)
      )
        return { token, pid, host, bootId: boot, startTicks: ticks };
    }
  } catch {
    // The text is not JSON, which is handled below.
  }
  throw new LongplayError(
    'incomplete',
    'A105',
    `${path} is not a lock that longplay wrote`,
    'make sure that no longplay is running on this archive, then delete the file',
  );
}

function locked(dir: string, holder: Holder): LongplayError {
  const here = holder.host === hostname();
  return new LongplayError(
    'incomplete',
    'A105',
    `${dir} is locked by process ${holder.pid} on ${here ? 'this machine' : JSON.stringify(holder.host)}`,
    here
      ? 'wait until it has ended, then run again'
      : 'wait until it has ended; if that machine no longer exists, delete the files .lock* of the archive',
  );
}

/**
 * Removes what crashes left in the archive's folder and its log's: links of half-released chains, and temporary files. Only the holder may remove them, and
 * temporary files only when no process that tries to get the lock can still be writing them.
 */
async function removeOthers(dir: string, chain: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(dir)) {
    if (name.startsWith(`${lockName}.`) && !chain.has(name)) await remove(join(dir, name));
  }
  const log = join(dir, 'log');
  for (const folder of (await statOrNull(log)) === null ? [dir] : [dir, log]) await removeAbandoned(folder, anyTemporary);
}

/** Matches all temporary files, including drafts of a catalog. */
const anyTemporary = /^\.longplay-tmp-/;

async function remove(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}
