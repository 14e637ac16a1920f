import { randomUUID } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileSha256 } from '../../archive/documents/case-draft.ts';
import { cannotWrite, makeFolderDurable, syncFolder, temporaryPrefix } from '../../archive/files/durable.ts';
import { statOrNull } from '../../archive/files/stat-or-null.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { placeName } from '../copy/check-bag.ts';
import { copyVerified } from '../copy/file.ts';
import { plainState, refuseObstacle } from '../place/around.ts';
import type { CopiesMemory } from '../place/memory.ts';
import { type OwnLog, readOwnLog } from '../place/own-log.ts';
import type { Copy } from '../place/place.ts';
import { openQuarantine, type Quarantine } from '../place/quarantine.ts';
import type { RepairCopy } from './bag.ts';
import { type AroundFile, caseFiles, filesAround } from './files.ts';

/** Tools of repairs outside the bags. */
export interface AroundTools {
  readonly primary: Copy;
  readonly memory: CopiesMemory;
  /** Returns the current ISO time. */
  readonly now: () => string;
  readonly dryRun: boolean;
}

/** A finished repair outside the bags that is not logged yet, because the log itself may have been repaired. */
export interface PendingEntry {
  readonly copy: Copy;
  readonly quarantine: Quarantine;
}

/** Repairs longplay.json, README.txt, the verifier, time stamps, witness files, reports and cases in all copies, by the logged digests. */
export async function* repairPlainFiles(
  copies: readonly RepairCopy[],
  { primary, memory, now, dryRun }: AroundTools,
  signal: AbortSignal,
): AsyncGenerator<Finding, { readonly pending: PendingEntry[]; readonly files: number }> {
  const pending: PendingEntry[] = [];
  let files = 0;
  const owns = new Map<Copy, OwnLog>();
  for (const { copy } of copies) if (copy !== primary) owns.set(copy, await readOwnLog(copy, signal));
  const wanted = [
    ...filesAround(memory, primary, owns),
    ...(yield* caseFiles(
      copies.map(({ copy }) => copy),
      memory,
      primary,
      owns,
    )),
  ];
  for (const { copy, readOnly } of copies) {
    let quarantine: Quarantine | null = null;
    for (const file of wanted) {
      signal.throwIfAborted();
      const { name } = file;
      const state = file.stateIn(copy);
      if (state === 'well') continue;
      const where = placeName(copy, name);
      const source = copies.find((one) => one.copy !== copy && isSource(file, one.copy))?.copy;
      if (typeof state === 'object' && state.unreadable !== 'EIO') yield finding('R135', where, `cannot be read: ${state.unreadable}`);
      // The file may have been deleted on purpose.
      else if (source === undefined && state === 'missing' && file.mayBeGone === true) continue;
      else if (source === undefined) yield finding('R131', where, agree`is intact in none of ${copies.length} cop[y|ies]`);
      else if (readOnly !== null) yield finding('R134', where, `needs repair, and ${copy.dir} cannot be written: ${readOnly}`);
      else if (dryRun) {
        files++;
        yield finding('R130', where, `would be repaired from ${source.name}`);
      } else {
        quarantine ??= await openQuarantine(primary, copy, null, now());
        await replacePlain(file, source, copy, quarantine, signal);
        files++;
        yield finding('R130', where, `was repaired from ${source.name}; the previous content is in ${quarantine.folder}`);
      }
    }
    if (quarantine !== null) pending.push({ copy, quarantine });
  }
  return { pending, files };
}

/** Returns true if the file in a copy matches the logged digest. */
function isSource({ name, digest, mostBytes }: AroundFile, { dir }: Copy): boolean {
  if (digest === null) return plainState(dir, name, [], mostBytes) === 'well';
  const stat = lstatSync(join(dir, name), { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size <= mostBytes && fileSha256(join(dir, name)) === digest;
}

async function replacePlain(
  { name, digest, mostBytes }: AroundFile,
  source: Copy,
  target: Copy,
  quarantine: Quarantine,
  signal: AbortSignal,
): Promise<void> {
  const place = join(target.dir, name);
  refuseObstacle(target.dir, name);
  await makeFolderDurable(dirname(place));
  const temporary = join(dirname(place), `${temporaryPrefix}${randomUUID()}`);
  try {
    const from = join(source.dir, name);
    const bytes = (await statOrNull(from))?.size ?? 0;
    await quarantine.write({
      steps: [...quarantine.note().steps.filter(({ path }) => path !== name), { path: name, was: 'differs', from: source.name, files: 1, bytes }],
    });
    // If the log has lost the digest, the existing copy counts as valid.
    const expected = new Map([['sha256', digest ?? sha256Hex(await readFile(from))]]);
    const copied = await copyVerified(from, temporary, expected, { mostBytes, sync: true }, signal);
    if (copied.is !== 'well') throw new LongplayError('incomplete', 'R135', `${from} changed while it was read`, 'run again');
    const there = await statOrNull(place);
    if (there?.isFile() === true) await quarantine.keepFile(name);
    else if (there !== null) await quarantine.move(name);
    await rename(temporary, place).catch((error: unknown) => Promise.reject(cannotWrite(place, error)));
    await syncFolder(dirname(place));
  } finally {
    // After the rename the file is gone; after a failure it remains under a temporary name.
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
