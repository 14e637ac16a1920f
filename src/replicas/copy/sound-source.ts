import { join } from 'node:path';
import { typedDigest } from '../../archive/bag/added-digests.ts';
import { walkBag } from '../../archive/bag/walk.ts';
import { temporaryFolder } from '../../archive/files/temporary-folder.ts';
import { isFileError } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { noHistory } from '../../verify/checks/landing.ts';
import { findTagManifests, type Identity, refusalAt } from '../place/history.ts';
import type { CopiesMemory } from '../place/memory.ts';
import type { Copy } from '../place/place.ts';
import { type BagTruth, bagTruth } from '../place/truth.ts';
import { bagPlace } from './bag.ts';
import { landingFrom } from './vote.ts';

/** Returns the finding on a bag whose rehash is running or was stopped: this is no damage, and no repair finishes it. */
export function unfinished(where: string, algorithms: readonly string[]): Finding {
  const add = algorithms.map((algorithm) => `longplay rehash ARCHIVE --add ${typedDigest(algorithm)}`).join('; ');
  return finding('H102', where, `its rehash is running or was interrupted; finish it, then sync again: ${add}`);
}

/** Lists the tag manifests that differ from those that landed. */
export function namesOf({ altered, missing }: Extract<Identity, { is: 'corrupt' }>): string {
  const parts = [
    ...altered.map((name) => `${name} differs from when it landed`),
    ...missing.map((name) => `${name} is missing`),
    ...(altered.length + missing.length === 0 ? ['a tag manifest cannot be read'] : []),
  ];
  return parts.join(', ');
}

/**
 * Returns the bag in the primary if its tag manifests are those that landed and it contains nothing else. Its files are read when they are copied. `byItself`:
 * the log has no digests of the bag.
 */
export async function soundSource(
  bag: string,
  primary: Copy,
  { histories }: CopiesMemory,
  signal: AbortSignal,
): Promise<Finding | { readonly kind: 'source'; readonly folder: string; readonly truth: BagTruth; readonly byItself: boolean }> {
  const folder = join(primary.dir, 'bags', bag);
  const no = (why: string): Finding => finding('R111', `bags/${bag}`, `was not copied: ${why}`);
  const notNow = (why: string): Finding => finding('R135', `bags/${bag}`, `was not copied: ${why}`);
  const place = bagPlace(primary, bag);
  if (place.is === 'absent') return no('it is missing in the archive as well');
  if (place.is !== 'folder') return no(place.is === 'blocked' ? place.why : 'it is not a folder');
  const { current, intended } = histories.bags.get(bag) ?? noHistory;
  if (intended.length > 0) return unfinished(`bags/${bag}`, [...new Set(intended.map(({ algorithm }) => algorithm))]);
  const found = findTagManifests(folder);
  const identity = histories.identify(bag, found);
  if ('error' in found) return notNow(`it cannot be read: ${found.error}`);
  if (identity.is === 'rolled-back') return no('it is an older state of the bag');
  if (identity.is === 'swapped') return no(`it is another bag, ${identity.other}`);
  if (identity.is === 'corrupt') return no(namesOf(identity));
  const byItself = current.size === 0;
  const truth = bagTruth([folder], byItself ? landingFrom(found.digests) : current);
  if ('lost' in truth) {
    const [shut] = truth.lost.flatMap((name) => refusalAt(join(folder, name)) ?? []);
    return shut === undefined
      ? no(`${truth.lost.join(', ')} differs from when it landed`)
      : notNow(`${truth.lost.join(', ')} cannot be read: ${shut}`);
  }
  for (const items of walkBag(folder, '', null, temporaryFolder())) {
    signal.throwIfAborted();
    const [stranger] = items.filter((item) => item.kind !== 'file' || !truth.files.has(item.path));
    if (stranger?.kind === 'unreadable' && !isFileError(stranger.error)) return notNow(`${stranger.path} cannot be read: ${stranger.error}`);
    if (stranger !== undefined) return no(`${stranger.path} does not belong in it`);
  }
  return { kind: 'source', folder, truth, byItself };
}
