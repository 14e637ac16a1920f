import type { LandingHistory } from '../../archive/bag/landing.ts';
import { type DigestedPath, type RenewedManifests, renewManifests } from '../../archive/bag/renew-manifests.ts';
import type { BagFolder } from '../../archive/bag-folders.ts';
import type { Verdict } from '../../core/model/verdict.ts';
import { type BagProgress, type FurtherDigest, type VerifyBagTools, verifyBag } from '../bags/verify-bag.ts';
import { bagRules, checkLanding } from '../checks/landing.ts';

/** Result of reading a bag for a new digest. */
export interface BagReading {
  /** Faults of the bag, as in a verification. */
  readonly verdicts: readonly Verdict[];
  readonly files: number;
  readonly bytes: number;
  /** Tag files of the bag with the new digest; null if the bag has faults. */
  readonly renewed: RenewedManifests | null;
}

/** Reads a bag once: verifies every digest of the bag, its landing and its recordings, and computes one more digest. Writes nothing. */
export async function readBag(
  bag: BagFolder,
  history: LandingHistory,
  algorithm: string,
  tools: Pick<VerifyBagTools, 'pool' | 'temporary' | 'count'>,
  signal: AbortSignal,
): Promise<BagReading> {
  const digested: DigestedPath[] = [];
  const old = new Set<string>();
  const further: FurtherDigest = {
    algorithm,
    take: ({ name, digests }) => {
      for (const id of Object.keys(digests)) if (id !== algorithm) old.add(id);
      digested.push({ path: name, digests: name.startsWith('data/') ? only(digests, algorithm) : digests });
    },
  };
  // The unfinished rehash is not reported to the run that finishes it.
  const verdicts: Verdict[] = checkLanding(bag, history).filter(({ code }) => code !== 'H102');
  const read = { files: 0, bytes: 0 };
  const { pool, temporary, count } = tools;
  const own = { ...(temporary === undefined ? {} : { temporary }), ...(count === undefined ? {} : { count }) };
  const readTools = { pool, play: 'none', further, ...own } as const;
  for await (const event of verifyBag(bag.path, bag.folder, { ...readTools, rules: bagRules(history) }, signal)) take(event);
  const sound = !verdicts.some(({ severity }) => severity === 'error');
  return { verdicts, ...read, renewed: sound ? renewManifests(digested, [...old], algorithm) : null };

  function take(event: Verdict | BagProgress): void {
    if (event.kind === 'verdict') verdicts.push(event);
    else {
      read.files += event.files;
      read.bytes += event.bytes;
    }
  }
}

/** Keeps only the new digest of a payload file: the other digests are in the manifests. */
function only(digests: Readonly<Record<string, string>>, algorithm: string): Record<string, string> {
  return { [algorithm]: digests[algorithm] ?? '' };
}
