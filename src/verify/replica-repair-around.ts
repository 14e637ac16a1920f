import { randomUUID } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cannotWrite, statOrNull, syncFolder, temporaryPrefix } from '../archive/durable.ts';
import { LongplayError } from '../core/error.ts';
import { type Finding, finding } from '../core/finding.ts';
import { sha256Hex } from '../core/identifier.ts';
import { limits } from '../core/limits.ts';
import { plainFiles, plainState } from './replica-around.ts';
import { placeName } from './replica-check-bag.ts';
import { copyVerified } from './replica-copy-file.ts';
import type { CopiesMemory } from './replica-memory.ts';
import type { Copy } from './replica-place.ts';
import { openQuarantine, type Quarantine } from './replica-quarantine.ts';
import type { RepairCopy } from './replica-repair-bag.ts';

/** What repairs around the bags work with. */
export interface AroundTools {
  readonly primary: Copy;
  readonly memory: CopiesMemory;
  /** ISO time of now. */
  readonly now: () => string;
  readonly dryRun: boolean;
}

/** A repair around the bags that is done and not entered yet: the log may be what had to be repaired. */
export interface PendingEntry {
  readonly copy: Copy;
  readonly quarantine: Quarantine;
}

/** Puts longplay.json and README.txt right in all copies: the log has their digests. */
export async function* repairPlainFiles(
  copies: readonly RepairCopy[],
  { primary, memory, now, dryRun }: AroundTools,
  signal: AbortSignal,
): AsyncGenerator<Finding, PendingEntry[]> {
  const pending: PendingEntry[] = [];
  for (const { copy, readOnly } of copies) {
    let quarantine: Quarantine | null = null;
    for (const name of plainFiles) {
      const digest = memory.plainFiles.get(name) ?? null;
      const state = plainState(copy.dir, name, digest);
      if (state === 'well') continue;
      const where = placeName(copy, name);
      const source = copies.find((one) => one.copy !== copy && plainState(one.copy.dir, name, digest) === 'well')?.copy;
      if (typeof state === 'object' && state.unreadable !== 'EIO') yield finding('R135', where, `cannot be read: ${state.unreadable}`);
      else if (source === undefined) yield finding('R131', where, `is good in none of ${copies.length} copies`);
      else if (readOnly !== null) yield finding('R134', where, `would have to be put right, and ${copy.dir} cannot be written: ${readOnly}`);
      else if (dryRun) yield finding('R130', where, `would be put right from ${source.name}`);
      else {
        quarantine ??= await openQuarantine(primary, copy, null, now());
        await replacePlain(name, digest, source, copy, quarantine, signal);
        yield finding('R130', where, `was put right from ${source.name}; what lay there is in ${quarantine.folder}`);
      }
    }
    if (quarantine !== null) pending.push({ copy, quarantine });
  }
  return pending;
}

async function replacePlain(
  name: string,
  digest: string | null,
  source: Copy,
  target: Copy,
  quarantine: Quarantine,
  signal: AbortSignal,
): Promise<void> {
  const temporary = join(target.dir, `${temporaryPrefix}${randomUUID()}`);
  try {
    const from = join(source.dir, name);
    const bytes = (await statOrNull(from))?.size ?? 0;
    await quarantine.write({
      steps: [...quarantine.note().steps.filter(({ path }) => path !== name), { path: name, was: 'differs', from: source.name, files: 1, bytes }],
    });
    // Where the log has lost the digest, the copy that is there speaks for itself.
    const expected = new Map([['sha256', digest ?? sha256Hex(await readFile(from))]]);
    const copied = await copyVerified(from, temporary, expected, { mostBytes: limits.archiveMarkerBytes, sync: true }, signal);
    if (copied.is !== 'well') throw new LongplayError('incomplete', 'R135', `${from} changed while it was read`, 'run again');
    const there = await statOrNull(join(target.dir, name));
    if (there?.isFile() === true) await quarantine.keepFile(name);
    else if (there !== null) await quarantine.move(name);
    await rename(temporary, join(target.dir, name)).catch((error: unknown) => Promise.reject(cannotWrite(join(target.dir, name), error)));
    await syncFolder(target.dir);
  } finally {
    // Gone after the rename; what a failure leaves carries a temporary name.
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
