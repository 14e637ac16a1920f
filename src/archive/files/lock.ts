import { randomUUID } from 'node:crypto';
import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type KernelLock, lockNewFile } from '../../store/database/kernel-lock.ts';
import { removeAbandoned, writeDurableNew } from './durable.ts';
import { aliveName, type Holder, holderState, lockedError, lockName, readHolder } from './lock-holder.ts';
import { thisProcess } from './process-mark.ts';
import { statOrNull } from './stat-or-null.ts';

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
  for (let attempt = 0, doubts = 0; attempt < 100; attempt++) {
    signal.throwIfAborted();
    const chain = await readChain(dir);
    const holder = chain.at(-1)?.holder;
    const state = holder === undefined || givenUp.has(holder.token) ? 'ended' : holderState(dir, holder);
    // A holder that is just releasing the lock has removed what proves its state.
    if (holder !== undefined && (state === 'running' || (state === 'unknown' && ++doubts > 2))) throw lockedError(dir, holder, state);
    const taken = state === 'ended' ? await take(dir, holder === undefined ? lockName : `${lockName}.${holder.token}`) : null;
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
    const holder = (await readChain(dir)).at(-1)?.holder;
    return holder !== undefined && !givenUp.has(holder.token) && holderState(dir, holder) !== 'ended';
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
async function take(dir: string, name: string): Promise<ArchiveLock | null> {
  const token = randomUUID();
  const alive = join(dir, aliveName(token));
  // Locked before the link appears, so that a holder that states it can always be judged by it.
  const kernelLock = lockNewFile(alive);
  const giveUp = async (): Promise<void> => {
    kernelLock?.release();
    await remove(alive);
  };
  const me: Holder = { token, ...thisProcess(), kernelLock: kernelLock?.file ?? null };
  try {
    if (!(await writeDurableNew(join(dir, name), `${JSON.stringify(me)}\n`))) {
      await giveUp();
      return null;
    }
    // The chain may have been removed between the check and the creation of the new link, which is then detached. And a holder that released its lock in the
    // meantime may have taken the file of the kernel's lock for one that a dead process left.
    const now = await readChain(dir);
    if (now.at(-1)?.holder.token === token && (kernelLock === null || (await statOrNull(alive)) !== null)) {
      const names = now.map((link) => link.name);
      const proofs = now.map((link) => aliveName(link.holder.token));
      await removeOthers(dir, new Set([...names, ...proofs]));
      return lockOf(dir, [...names, ...proofs], { token, kernelLock });
    }
    await remove(join(dir, name));
    await giveUp();
    return null;
  } catch (error) {
    // The link may exist, e.g. if its folder could not be synced. The first error is the one that counts.
    givenUp.add(token);
    if ((await readHolder(join(dir, name)).catch(() => null))?.token === token) await remove(join(dir, name)).catch(() => undefined);
    await giveUp().catch(() => undefined);
    throw error;
  }
}

/** @param names files of the lock, links first */
function lockOf(dir: string, names: readonly string[], own: { readonly token: string; readonly kernelLock: KernelLock | null }): ArchiveLock {
  let held = true;
  const release = async (): Promise<void> => {
    if (!held) return;
    held = false;
    try {
      // The first link is removed first, so that a process that saw the old chain finds its own link detached.
      for (const name of names) {
        // An open file that is removed stays in a folder of NFS under another name.
        if (name === aliveName(own.token)) own.kernelLock?.release();
        await remove(join(dir, name));
      }
    } catch (error) {
      givenUp.add(own.token);
      own.kernelLock?.release();
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
    'make sure that no longplay is running on it, in whichever container, then delete the files .lock*',
  );
}

/**
 * Removes what crashes left in the archive's folder and its log's: links of half-released chains, and temporary files. Only the holder may remove them, and
 * temporary files only when no process that tries to get the lock can still be writing them.
 */
async function removeOthers(dir: string, own: ReadonlySet<string>): Promise<void> {
  for (const name of await readdir(dir)) {
    if (name.startsWith(`${lockName}.`) && !own.has(name)) await remove(join(dir, name));
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
