import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from '../../core/base/error.ts';
import { modeText, othersAccess } from '../../core/base/mode-bits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import type { EnvironmentCheck } from './environment-check.ts';

/** Parts of an archive whose own permissions matter if the folder itself is accessible. */
const parts = ['', 'bags', 'log', 'jobs'];

/** Checks who owns an archive, and what other users of this machine may do with it. */
export async function checkRights(dir: string): Promise<EnvironmentCheck> {
  const own = await stat(dir);
  const me = process.geteuid?.() ?? null;
  const findings: Finding[] = [];
  const refusal = await refusalOf(dir);
  // A read-only file system is reported separately.
  if (refusal !== null && refusal !== 'EROFS')
    findings.push(
      finding(
        'P316',
        dir,
        `user ${me} may not write it (${refusal}); it belongs to user ${own.uid}: run longplay as that user, or: chown -R ${me} ${shellWord(dir)}`,
      ),
    );
  const writable: string[] = [];
  for (const part of parts) {
    const path = join(dir, part);
    const found = await stat(path).catch((error: unknown) => {
      if (systemCode(error) === null) throw error;
      return null;
    });
    if (found !== null && othersAccess(found.mode, true).everybodyWrites) writable.push(path);
  }
  if (writable.length > 0)
    findings.push(
      finding(
        'P315',
        dir,
        `every user of this machine can write ${writable.join(', ')}: chmod o-w ${writable.map(shellWord).join(' ')}`,
        writable.length,
      ),
    );
  const readable = othersAccess(own.mode, true).everybodyReads && (await isReached(dir));
  if (readable)
    findings.push(finding('P314', dir, `every user of this machine can read the recordings (${modeText(own.mode)}): chmod o-rwx ${shellWord(dir)}`));
  return {
    name: 'rights',
    said: `${modeText(own.mode)}, of user ${own.uid} and group ${own.gid}${refusal === null ? '' : `; this user may not write it`}`,
    findings,
    facts: { mode: modeText(own.mode), owner: own.uid, group: own.gid, writable: refusal === null, readableByAll: readable },
  };
}

/** Returns true if every user can pass through all parent folders. */
async function isReached(dir: string): Promise<boolean> {
  for (let folder = dirname(dir); ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

async function refusalOf(dir: string): Promise<string | null> {
  try {
    await access(dir, constants.W_OK);
    return null;
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return code;
  }
}
