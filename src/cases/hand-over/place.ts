import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cannotWrite, landFolder, makeFolder, syncFolder, temporaryPrefix } from '../../archive/files/durable.ts';
import { LongplayError } from '../../core/base/error.ts';
import { keepApart } from '../../pipeline/files/target-folder.ts';
import { zipFolder } from '../../pipeline/files/zip-folder.ts';
import type { AgeRecipient } from '../../sealing/age/identity.ts';

/** Refuses an unsuitable target before any work is done. @throws LongplayError usage C108, U121 */
export function refuseTarget(archiveDir: string, out: string, zip: boolean): void {
  keepApart([archiveDir], out);
  const stat = statSync(out, { throwIfNoEntry: false });
  if (stat === undefined || (!zip && stat.isDirectory() && readdirSync(out).length === 0)) return;
  throw new LongplayError('usage', 'C108', `${out} already exists`, zip ? 'give a new file with --out' : 'give a new or empty folder with --out');
}

/**
 * Creates an empty draft folder beside the target. Removes drafts that killed runs left there: those of the same case at once, those of other cases after a
 * day.
 */
export async function freshDraft(out: string, caseId: string, alone: boolean): Promise<string> {
  const parent = dirname(out);
  await makeFolder(parent);
  const start = `${temporaryPrefix}case-${caseId}-`;
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(`${temporaryPrefix}case-`)) continue;
    const path = join(parent, name);
    // If this run does not have the lock of the case, another run may still use the draft.
    if ((alone && name.startsWith(start)) || Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > 86_400_000)
      rmSync(path, { recursive: true, force: true });
  }
  const folder = join(parent, `${start}${randomUUID()}`);
  await makeFolder(folder);
  return folder;
}

/** Target and name of a hand-over. */
export interface HandOverPlace {
  readonly out: string;
  readonly zip: boolean;
  /** Recipient for whom the zip is encrypted as an age file; null: the zip is not encrypted. */
  readonly recipient: AgeRecipient | null;
  readonly caseId: string;
  readonly number: number;
  /** ISO time that all members of a zip get. */
  readonly madeAt: string;
}

/** Returns the name of a hand-over, made from the case and the number. */
export function handOverName({ caseId, number }: Pick<HandOverPlace, 'caseId' | 'number'>): string {
  return `case-${caseId}-${number}`;
}

/** Puts a finished hand-over in place by one rename. @throws LongplayError A107 */
export async function landHandOver(folder: string, place: HandOverPlace, signal: AbortSignal): Promise<void> {
  const { out, zip } = place;
  if (zip) return await landZip(folder, place, signal);
  if (existsSync(out)) rmdirSync(out);
  await landFolder(folder, out);
}

async function landZip(folder: string, { out, madeAt, recipient, ...named }: HandOverPlace, signal: AbortSignal): Promise<void> {
  const draft = join(dirname(out), `${temporaryPrefix}case-${named.caseId}-${randomUUID()}.zip`);
  try {
    await zipFolder(folder, handOverName(named), draft, { modifiedMs: Date.parse(madeAt), recipient }, signal);
    try {
      renameSync(draft, out);
    } catch (error) {
      throw cannotWrite(out, error);
    }
    await syncFolder(dirname(out));
  } finally {
    rmSync(draft, { force: true });
  }
}
