import { randomUUID } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cannotWrite, makeFolderDurable, statOrNull, syncFolder, temporaryPrefix } from '../archive/durable.ts';
import { LongplayError } from '../core/error.ts';
import { type Finding, finding } from '../core/finding.ts';
import { sha256Hex } from '../core/identifier.ts';
import { limits } from '../core/limits.ts';
import { type PlainState, plainState, refuseObstacle, topFiles } from './replica-around.ts';
import { placeName } from './replica-check-bag.ts';
import { copyVerified } from './replica-copy-file.ts';
import type { CopiesMemory } from './replica-memory.ts';
import type { Copy } from './replica-place.ts';
import { openQuarantine, type Quarantine } from './replica-quarantine.ts';
import type { RepairCopy } from './replica-repair-bag.ts';
import { mostStampBytes, stampState } from './replica-stamps.ts';

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

/** A file around the bags, held against what the log has of it. */
interface AroundFile {
  /** Relative to a copy. */
  readonly name: string;
  /** SHA-256; null where the log has lost it: then the copy that is there speaks for itself. */
  readonly digest: string | null;
  readonly mostBytes: number;
  stateIn(copy: Copy): PlainState;
}

/** Files at the top, and those of time stamps. */
function filesAround({ plainFiles, stampFiles }: CopiesMemory, primary: Copy): AroundFile[] {
  const top = topFiles(plainFiles).map(
    ({ name, digests }): AroundFile => ({
      ...{ name, digest: digests.at(-1) ?? null, mostBytes: limits.archiveMarkerBytes },
      stateIn: ({ dir }) => plainState(dir, name, digests),
    }),
  );
  const stamps = [...stampFiles].map(([name, known]): AroundFile => {
    const stateIn = (copy: Copy): PlainState => {
      const state = stampState(copy.dir, name, known);
      if (state !== 'older' && state !== 'missing') return state;
      // A replica that was not brought up to date since: a sync does that.
      if (copy !== primary) return 'well';
      return state === 'older' ? 'altered' : state;
    };
    return { name, digest: known.at(-1) ?? null, mostBytes: mostStampBytes(name), stateIn };
  });
  return [...top, ...stamps];
}

/** Puts longplay.json, README.txt, the verifier and time stamps right in all copies: the log has their digests. */
export async function* repairPlainFiles(
  copies: readonly RepairCopy[],
  { primary, memory, now, dryRun }: AroundTools,
  signal: AbortSignal,
): AsyncGenerator<Finding, PendingEntry[]> {
  const pending: PendingEntry[] = [];
  for (const { copy, readOnly } of copies) {
    let quarantine: Quarantine | null = null;
    for (const file of filesAround(memory, primary)) {
      const { name } = file;
      const state = file.stateIn(copy);
      if (state === 'well') continue;
      const where = placeName(copy, name);
      const source = copies.find((one) => one.copy !== copy && isSource(file, one.copy))?.copy;
      if (typeof state === 'object' && state.unreadable !== 'EIO') yield finding('R135', where, `cannot be read: ${state.unreadable}`);
      else if (source === undefined) yield finding('R131', where, `is good in none of ${copies.length} copies`);
      else if (readOnly !== null) yield finding('R134', where, `would have to be put right, and ${copy.dir} cannot be written: ${readOnly}`);
      else if (dryRun) yield finding('R130', where, `would be put right from ${source.name}`);
      else {
        quarantine ??= await openQuarantine(primary, copy, null, now());
        await replacePlain(file, source, copy, quarantine, signal);
        yield finding('R130', where, `was put right from ${source.name}; what lay there is in ${quarantine.folder}`);
      }
    }
    if (quarantine !== null) pending.push({ copy, quarantine });
  }
  return pending;
}

/** True where its bytes are those that the log has the digest of. */
function isSource({ name, digest, mostBytes }: AroundFile, { dir }: Copy): boolean {
  return plainState(dir, name, digest === null ? [] : [digest], mostBytes) === 'well';
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
    // Where the log has lost the digest, the copy that is there speaks for itself.
    const expected = new Map([['sha256', digest ?? sha256Hex(await readFile(from))]]);
    const copied = await copyVerified(from, temporary, expected, { mostBytes, sync: true }, signal);
    if (copied.is !== 'well') throw new LongplayError('incomplete', 'R135', `${from} changed while it was read`, 'run again');
    const there = await statOrNull(place);
    if (there?.isFile() === true) await quarantine.keepFile(name);
    else if (there !== null) await quarantine.move(name);
    await rename(temporary, place).catch((error: unknown) => Promise.reject(cannotWrite(place, error)));
    await syncFolder(dirname(place));
  } finally {
    // Gone after the rename; what a failure leaves carries a temporary name.
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
