import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { mayBeAlive, type ProcessMark, thisProcess } from '../../archive/files/process-mark.ts';
import { LongplayError, systemText } from '../../core/base/error.ts';

/** Matches `longplay-<process>-<random>`. The process mark is in base64url, so that creating the folder also records its owner. */
const scratchName = /^longplay-([A-Za-z0-9_-]{8,200})\.\w{6}$/;

/**
 * Creates a private folder for temporary files. First deletes the folders that killed runs left, since they may contain a whole unpacked export.
 * @throws LongplayError P152 if the folder cannot be created in `temporary`
 */
export function makeScratch(temporary: string): string {
  const me = thisProcess();
  try {
    removeAbandoned(temporary);
    const mark = [me.pid, me.startTicks ?? '', me.bootId ?? '', me.host].join(' ');
    return mkdtempSync(join(temporary, `longplay-${Buffer.from(mark, 'utf8').toString('base64url').slice(0, 200)}.`));
  } catch (error) {
    const hint = 'free some space there, or set another folder with LONGPLAY_TMPDIR';
    throw new LongplayError('incomplete', 'P152', `no temporary folder can be made in ${temporary}: ${systemText(error)}`, hint, error);
  }
}

function removeAbandoned(temporary: string): void {
  for (const name of readdirSync(temporary)) {
    const mark = markOf(name);
    if (mark === null || mayBeAlive(mark)) continue;
    const folder = join(temporary, name);
    const stat = lstatSync(folder, { throwIfNoEntry: false });
    // In a world-writable folder, deletes only folders that no other user can have placed there or can change during the deletion.
    if (stat?.isDirectory() !== true || stat.uid !== process.getuid?.() || (stat.mode & 0o077) !== 0) continue;
    rmSync(folder, { recursive: true, force: true });
  }
}

function markOf(name: string): ProcessMark | null {
  const encoded = scratchName.exec(name)?.[1];
  if (encoded === undefined) return null;
  const [pid, startTicks, bootId, host] = Buffer.from(encoded, 'base64url').toString('utf8').split(' ');
  if (host === undefined || !/^[1-9]\d{0,9}$/.test(pid ?? '')) return null;
  const known = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text);
  return { pid: Number(pid), startTicks: known(startTicks), bootId: known(bootId), host };
}
