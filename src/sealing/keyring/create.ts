import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { statOrNull } from '../../archive/files/stat-or-null.ts';
import { LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { shellWord } from '../../core/words/shell-word.ts';
import { makeApart, refuseNested } from './copies-apart.ts';
import { descriptionFile, type KeyringDescription, type ListedDomain, readDescription, writeDescription } from './description.ts';
import { readDomain } from './domain-files.ts';
import { type HeldRoot, writeHeld } from './held.ts';
import { makeDomain } from './new-domain.ts';
import type { RootAccess, RootKind } from './root.ts';

/** A copy with which a keyring begins. */
export interface CopyPlan {
  readonly folder: string;
  readonly kind: RootKind;
}

/** A keyring to be created. */
export interface KeyringPlan extends CopyPlan {
  readonly copies: readonly CopyPlan[];
}

/** Defaults: days after which a drill is overdue, a recovery epoch is overdue, and a copy counts as silent. */
const usual = { drillDays: 90, epochDays: 90, silentDays: 30 };

/**
 * Creates a keyring with its copies, all empty. Can be repeated after a kill: the keyring exists once its description exists, which is written last.
 * @throws LongplayError K101, K102, K106, K107, A107
 */
export async function createKeyring(plan: KeyringPlan, now: string, access: RootAccess, signal: AbortSignal): Promise<KeyringDescription> {
  const places = [plan, ...plan.copies].map(({ folder, kind }, index) => ({
    name: index === 0 ? 'main' : `copy-${index}`,
    folder: resolve(folder),
    kind,
  }));
  refuseNested(places.map(({ folder }) => folder));
  await refuseUsed(plan.folder, null);
  const id = begunId(plan.folder) ?? randomBytes(16).toString('hex');
  for (const copy of places.slice(1)) await refuseUsed(copy.folder, id);
  await makeApart(places.map(({ folder }) => folder));
  const domains: ListedDomain[] = places.map(({ name, folder }) => ({ name, path: folder }));
  const roots: HeldRoot[] = [];
  for (const place of places) roots.push(await makeDomain({ keyring: id, ...place }, now, access, signal));
  for (const [index, { folder }] of places.entries()) {
    const [by] = roots.slice(index);
    if (by !== undefined) await writeHeld(folder, by, roots.toSpliced(index, 1));
  }
  for (const { key } of roots) key.fill(0);
  const description: KeyringDescription = { id, madeAt: now, domains, nextCopy: places.length, ...usual, recovery: null };
  // The main folder comes last: the keyring exists once its description is there.
  for (const { folder } of places.toReversed()) await writeDescription(folder, description);
  return description;
}

/** Returns the id of an attempt that was interrupted before the keyring existed; null: there was none. */
function begunId(folder: string): string | null {
  try {
    return readDomain(folder, 'main').keyring;
  } catch (error) {
    if (error instanceof LongplayError) return null;
    throw error;
  }
}

/**
 * Refuses a folder that holds anything other than the leftovers of an interrupted attempt.
 * @param id id of the keyring whose copy may be there; null: no copy may be there
 * @throws LongplayError usage K101
 */
export async function refuseUsed(folder: string, id: string | null): Promise<void> {
  if ((await statOrNull(descriptionFile(folder))) !== null && readDescription(folder).id !== id)
    throw new LongplayError('usage', 'K101', `${folder} holds a keyring already`, `longplay keyring status --keyring ${shellWord(folder)}`);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    if (systemCode(error) === null) throw error;
    throw new LongplayError('usage', 'K101', `${folder} cannot be used: ${systemText(error)}`, 'name another folder', error);
  }
  const strange = names.filter(
    (name) => !/^(?:pages|keys-1|held-1|root-1\.\w+|identity-1\.age|domain\.json|keyring\.json|\.longplay-tmp-.*)$/.test(name),
  );
  if (strange.length > 0) throw new LongplayError('usage', 'K101', `${folder} is not empty`, 'name an empty folder, or one that does not exist');
}
