import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { isFileLocked } from '../../store/database/kernel-lock.ts';
import { isOfThisBoot, type ProcessMark, stateOf } from './process-mark.ts';

/** Name of the first link of a lock; all its files begin so. */
export const lockName = '.lock';

/** The process that holds a lock. */
export interface Holder extends ProcessMark {
  /** Identifies this acquisition of the lock. A token is never used again. */
  readonly token: string;
  /**
   * Device and inode number of the file `aliveName`, which the kernel locked for the process before it wrote its link: that lock ends with the process. Null if
   * the kernel could not lock it, or an earlier version wrote the link.
   */
  readonly kernelLock: string | null;
}

/** Returns the name of the file that the kernel locks as long as a holder lives. */
export function aliveName(token: string): string {
  return `${lockName}.${token}.alive`;
}

/** Reads the holder that a link names; null if the file does not exist. A link never appears before its content is complete. */
export async function readHolder(path: string): Promise<Holder | null> {
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
      // An object with unknown members. Earlier versions state neither namespace nor lock of the kernel.
      const { token, pid, host, bootId, startTicks, pidNamespace = null, kernelLock = null } = value as Record<string, unknown>;
      const known = (v: unknown): v is string | null => v === null || typeof v === 'string';
      if (
        typeof token === 'string' &&
        /^[0-9a-f-]{36}$/.test(token) &&
        typeof pid === 'number' &&
        typeof host === 'string' &&
        known(bootId) &&
        known(startTicks) &&
        known(pidNamespace) &&
        known(kernelLock)
      )
        return { token, pid, host, bootId, startTicks, pidNamespace, kernelLock };
    }
  } catch {
    // The text is not JSON, which is handled below.
  }
  throw new LongplayError(
    'incomplete',
    'A105',
    `${path} is not a lock that longplay wrote`,
    `make sure that no longplay is running on ${dirname(path)}, then delete the file`,
  );
}

/**
 * Judges whether the holder of a lock in a folder still runs. A lock of the kernel that is held proves that it does. Without one, a process of this machine is
 * judged by its id if that is one of this process-id namespace. Of all others, a lock of this kernel that is free proves that the process has ended; nothing is
 * known about processes of other machines.
 */
export function holderState(dir: string, holder: Holder): 'running' | 'ended' | 'unknown' {
  const locked = holder.kernelLock === null ? null : isFileLocked(join(dir, aliveName(holder.token)), holder.kernelLock);
  if (locked === true) return 'running';
  const state = stateOf(holder);
  return state === 'unknown' && locked === false && isOfThisBoot(holder) ? 'ended' : state;
}

/** Returns the error about a lock that another process holds, or may hold. */
export function lockedError(dir: string, holder: Holder, state: 'running' | 'unknown'): LongplayError {
  const isHere = holder.host === hostname();
  const doubt =
    holder.pidNamespace === null
      ? ', which an earlier version of longplay locked from an unknown container'
      : ', in another container (process-id namespace)';
  const place = isHere ? `this machine${stateOf(holder) === 'unknown' ? doubt : ''}` : JSON.stringify(holder.host);
  const gone = isHere ? `if no longplay runs on ${dir} any more, in whichever container` : 'if that machine no longer exists';
  return new LongplayError(
    'incomplete',
    'A105',
    `${dir} is locked by process ${holder.pid} on ${place}`,
    state === 'running' ? 'wait until it has ended, then run again' : `wait until it has ended; ${gone}, delete the files ${lockName}* there`,
  );
}
