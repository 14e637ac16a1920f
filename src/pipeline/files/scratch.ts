import { lstatSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isOfThisBoot, type ProcessMark, stateOf, thisProcess } from '../../archive/files/process-mark.ts';
import { LongplayError, systemText } from '../../core/base/error.ts';
import { isFileLocked, type KernelLock, lockNewFile } from '../../store/database/kernel-lock.ts';

/** Matches `longplay-<process>-<random>`. The process mark is in base64url, so that creating the folder also records its owner. */
const scratchName = /^longplay-([A-Za-z0-9_-]{8,200})\.\w{6}$/;

/**
 * Name of the file in a folder for temporary files that the kernel locks as long as the owner lives, for processes that cannot see the owner: `alive-` and the
 * file's device and inode number.
 */
const aliveName = /^alive-(\d+:\d+)$/;

/** Locks of the folders of this process. */
const locks = new Map<string, KernelLock>();

/**
 * Creates a private folder for temporary files, to be deleted with `removeScratch`. First deletes the folders that killed runs left, since they may contain a
 * whole unpacked export.
 * @throws LongplayError P152 if the folder cannot be created in `temporary`
 */
export function makeScratch(temporary: string): string {
  const me = thisProcess();
  try {
    removeAbandoned(temporary);
    const mark = [me.pid, me.startTicks ?? '', me.bootId ?? '', me.host, me.pidNamespace ?? ''].join(' ');
    const folder = mkdtempSync(join(temporary, `longplay-${Buffer.from(mark, 'utf8').toString('base64url').slice(0, 200)}.`));
    const lock = lockNewFile(join(folder, 'new'));
    if (lock !== null) {
      locks.set(folder, lock);
      // Under this name the file is never seen unlocked while the owner lives.
      renameSync(join(folder, 'new'), join(folder, `alive-${lock.file}`));
    }
    return folder;
  } catch (error) {
    const hint = 'free some space there, or set another folder with LONGPLAY_TMPDIR';
    throw new LongplayError('incomplete', 'P152', `no temporary folder can be made in ${temporary}: ${systemText(error)}`, hint, error);
  }
}

/** Deletes a folder that `makeScratch` created, with its contents. */
export function removeScratch(folder: string): void {
  locks.get(folder)?.release();
  locks.delete(folder);
  rmSync(folder, { recursive: true, force: true });
}

function removeAbandoned(temporary: string): void {
  for (const name of readdirSync(temporary)) {
    const mark = markOf(name);
    if (mark === null) continue;
    const state = stateOf(mark);
    if (state === 'running') continue;
    const folder = join(temporary, name);
    const stat = lstatSync(folder, { throwIfNoEntry: false });
    // In a world-writable folder, deletes only folders that no other user can have placed there or can change during the deletion.
    if (stat?.isDirectory() !== true || stat.uid !== process.getuid?.() || (stat.mode & 0o077) !== 0) continue;
    // The owner may live in another container; then only a lock of this kernel that is free shows that it has ended.
    const locked = isLocked(folder);
    if (locked === true || (state === 'unknown' && (locked === null || !isOfThisBoot(mark)))) continue;
    rmSync(folder, { recursive: true, force: true });
  }
}

function isLocked(folder: string): boolean | null {
  for (const name of readdirSync(folder)) {
    const file = aliveName.exec(name)?.[1];
    if (file !== undefined) return isFileLocked(join(folder, name), file);
  }
  return null;
}

function markOf(name: string): ProcessMark | null {
  const encoded = scratchName.exec(name)?.[1];
  if (encoded === undefined) return null;
  const [pid, startTicks, bootId, host, pidNamespace] = Buffer.from(encoded, 'base64url').toString('utf8').split(' ');
  if (host === undefined || !/^[1-9]\d{0,9}$/.test(pid ?? '')) return null;
  const known = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text);
  return { pid: Number(pid), startTicks: known(startTicks), bootId: known(bootId), host, pidNamespace: known(pidNamespace) };
}
