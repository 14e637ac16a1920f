import { accessSync, constants, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { addedDigest, typedDigest } from '../../archive/bag/added-digests.ts';
import { createLandings, type LandingHistory, type Landings } from '../../archive/bag/landing.ts';
import { manifestsAmong } from '../../archive/bag/manifests.ts';
import { type BagFolder, bagsUnreachable, listBags } from '../../archive/bag-folders.ts';
import { digestAlgorithm } from '../../archive/files/hash-file.ts';
import type { Archive } from '../../archive/layout.ts';
import { systemCode, systemText } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { checkLogDigests } from '../../log/files/digests.ts';
import { loggedEntries } from '../../log/read/read-log.ts';
import { noHistory } from '../checks/landing.ts';
import type { Counts } from './outcome.ts';

/** A bag that may get a new digest; `history` null: the log does not name it. */
export interface Candidate {
  readonly bag: BagFolder;
  readonly history: LandingHistory | null;
}

/** Reads the log and lists the bags: existing ones with their history, and missing ones. */
export async function survey(
  archive: Archive,
  keys: string,
  signal: AbortSignal,
): Promise<{
  readonly landings: Landings;
  readonly bags: readonly Candidate[];
  readonly missing: readonly Verdict[];
  readonly digests: ReturnType<typeof checkLogDigests>;
}> {
  const landings = createLandings();
  const digests = checkLogDigests();
  for await (const item of loggedEntries(archive, keys, signal)) {
    landings.take(item);
    digests.take(item);
  }
  const bags: Candidate[] = [];
  for await (const bag of listBags(archive)) bags.push({ bag, history: landings.bags.get(bag.name) ?? null });
  const present = new Set(bags.map(({ bag }) => bag.name));
  const absent = [...landings.bags]
    .filter(([name, { deleted }]) => !present.has(name) && !deleted)
    .map(([name]) => name)
    .sort(byCodePoint);
  if (bags.length === 0 && absent.length > 0) throw bagsUnreachable(archive.dir, absent.length);
  const missing = absent.map((name) => errorVerdict('missing', 'V101', `bags/${name}`, 'landed according to the log and does not exist'));
  return { landings, bags, missing, digests };
}

/** Returns why nothing can be added to a bag, or null: its landing must be known, and a begun rehash must be finished first. */
export function obstacle({ bag, history }: Candidate): Finding | null {
  if (history === null) return finding('H105', bag.folder, 'is not in the log: no import of this archive made it, or that import was stopped');
  const unknown = history.intended.find(({ algorithm }) => addedDigest(algorithm) === null);
  const quoted = (algorithm: string): string => JSON.stringify(algorithm.slice(0, 40));
  if (unknown !== undefined)
    return finding('H106', bag.folder, `its rehash to ${quoted(unknown.algorithm)} is unfinished, and cannot be finished here; ${elsewhere}`);
  // A tag manifest by the foreign digest would have to list the new manifest, and this machine cannot compute that digest.
  const foreign = [...history.current.values()].find(({ algorithm }) => digestAlgorithm(algorithm) === null);
  return foreign === undefined
    ? null
    : finding('H106', bag.folder, `it has the digest ${quoted(foreign.algorithm)}, which this machine cannot compute; ${elsewhere}`);
}

/** Next step if a digest is unknown on this machine. */
const elsewhere = 'nothing in it was changed; rehash with a version of longplay or Node.js that supports it';

/** Returns the algorithms by which a bag still needs a digest: first those that an earlier run began, then the requested one. */
export function algorithmsFor({ history }: Candidate, wanted: string): string[] {
  const { current, intended } = history ?? noHistory;
  const has = new Set([...current.values()].map(({ algorithm }) => algorithm));
  return [...new Set([...intended.map(({ algorithm }) => algorithm), wanted])].filter((algorithm) => !has.has(algorithm));
}

/** Returns the bags to process; counts the others. */
export function toDo(bags: readonly Candidate[], algorithm: string, counts: Counts): Candidate[] {
  return bags.filter((candidate) => {
    if (obstacle(candidate) !== null) return true;
    const has = algorithmsFor(candidate, algorithm).length === 0;
    if (has) counts.hadIt++;
    else if (isLeftOut(candidate, algorithm)) counts.withdrawn++;
    else return true;
    return false;
  });
}

/** Returns why the system would not permit changes of a bag that lacks a digest. Finds this without changing anything; null if no reason is known. */
export function unwritable({ bag }: Candidate, algorithm: string): Finding | null {
  const refusal = refusalToWrite(bag.path);
  return refusal === null ? null : cannotChange(bag, algorithm, refusal);
}

/** Returns true if the rehash was withdrawn for a bag and the bag still cannot be written. */
function isLeftOut({ bag, history }: Candidate, algorithm: string): boolean {
  return history?.withdrawn.includes(algorithm) === true && history.intended.length === 0 && refusalToWrite(bag.path) !== null;
}

/** Returns the finding that a bag is unchanged, with the next step. @param why the reason, with the system's error */
export function cannotChange({ folder }: BagFolder, algorithm: string, why: string): Finding {
  const again = `longplay rehash ARCHIVE --add ${typedDigest(algorithm)}`;
  return finding(
    'H107',
    folder,
    `${why}; next: fix the cause and run it again, or withdraw the rehash of this bag: ${again} --withdraw --reason TEXT`,
  );
}

/**
 * Returns why the system refuses changes of a bag. Linux reports immutable files (EPERM) and read-only mounts (EROFS) without an attempt to write. Null also if
 * nothing is known: the bag is then read.
 */
function refusalToWrite(bag: string): string | null {
  try {
    accessSync(bag, constants.W_OK | constants.X_OK);
    for (const { name } of manifestsAmong(readdirSync(bag), 'tag')) {
      try {
        accessSync(join(bag, name), constants.W_OK);
      } catch (error) {
        // A rename can replace a file without write permission (EACCES), but not an immutable one.
        if (systemCode(error) === 'EPERM') return `${name} cannot be replaced: ${systemText(error)}`;
      }
    }
    return null;
  } catch (error) {
    const code = systemCode(error);
    if (code === null) throw error;
    return code === 'EPERM' || code === 'EROFS' || code === 'EACCES' ? `the bag cannot be written: ${systemText(error)}` : null;
  }
}
