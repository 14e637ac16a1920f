import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { typedDigest } from '../../archive/bag/added-digests.ts';
import { type BagRules, longplayBagRules } from '../../archive/bag/check.ts';
import { makingOf } from '../../archive/bag/info.ts';
import { isBeforeErasure, isBeforeSealing, type Landing, type LandingHistory, landingOf, sameLanding } from '../../archive/bag/landing.ts';
import { manifestsAmong } from '../../archive/bag/manifests.ts';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { digestOf, tagManifestDigests } from '../../archive/bag/tag-manifest.ts';
import { systemCode } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { sealedBefore } from '../../log/erasure/lost-erasures.ts';
import { digestsDiffer } from './log.ts';

/**
 * Finds bags that are valid in themselves but are not the ones that landed: bags that were exchanged, re-created, or rolled back to an older state. While a
 * rehash is unfinished, each tag manifest may match its landed or its announced digest; this yields H102.
 */
export function checkLanding(bag: { readonly path: string; readonly folder: string }, history: LandingHistory): Verdict[] {
  const { current, earlier, intended, rewriting } = history;
  if (history.deleted) return [errorVerdict('unexpected', 'E109', bag.folder, 'was erased according to the log, but exists again')];
  if (history.erasing === true) {
    // Each of the two states is complete; the run that finishes the erasure decides which one applies.
    const state = rewriting !== undefined && isAsLanded(bag.path, rewriting) ? { ...settled, current: rewriting } : { ...settled, current, earlier };
    return [history.sealing === true ? sealingVerdict(bag.folder) : erasingVerdict(bag.folder), ...checkLanding(bag, state)];
  }
  if (isStateBefore(bag.path, history, isBeforeSealing)) return [errorVerdict('unexpected', 'K217', bag.folder, clearAgain)];
  if (isStateBefore(bag.path, history, isBeforeErasure))
    return [
      errorVerdict(
        'unexpected',
        'E109',
        bag.folder,
        makingOf(bag.path) === null
          ? 'is again in its state before recordings were erased from it; to erase them again: longplay erase run ARCHIVE'
          : sealedBefore,
      ),
    ];
  const verdicts: Verdict[] = [];
  const announced = intended.map(({ landing }) => landing);
  for (const [name, { algorithm, digest }] of current) {
    try {
      const found = digestOf(readTagFile(join(bag.path, name)), algorithm);
      // Null: this machine cannot compute the digest, which the bag's check reports.
      if (found !== null && found !== digest && !announced.some((landing) => landing.get(name)?.digest === found))
        verdicts.push(
          earlier.some((landing) => landing.get(name)?.digest === found)
            ? errorVerdict('rolled-back', 'V104', `${bag.folder}/${name}`, 'is an earlier state of the bag, from before it was rehashed')
            : errorVerdict('swapped', 'V104', `${bag.folder}/${name}`, digestsDiffer(found, digest)),
        );
    } catch (cause) {
      // The bag's own check reports the error in more detail.
      if (systemCode(cause) === null) throw cause;
    }
  }
  if (current.size > 0) verdicts.push(...strangers(bag, new Set([current, ...announced].flatMap((landing) => [...landing.keys()]))));
  verdicts.push(...unfinishedVerdicts(bag.folder, [...new Set(intended.map((one) => one.algorithm))]));
  return verdicts;
}

const settled = { earlier: [], intended: [], withdrawn: [], deleted: false };

/** Words about a bag that a backup brought back as it was before it was sealed. */
export const clearAgain = 'is in clear again, in its state before it was sealed; to seal it again: longplay seal ARCHIVE';

/** What to do about a bag in clear that cannot be sealed again, because recordings were erased since, or amendments name files of its sealed form. */
export const exchangeClear =
  'remove the folder, then bring the sealed bag back from a replica: longplay replica repair ARCHIVE; if no replica has it, keep the folder elsewhere first';

/** Returns true if a bag is in a state from before a change, e.g. an erasure. @param history absent: the log does not name the bag */
export function isStateBefore(bag: string, history: LandingHistory | undefined, isBefore: typeof isBeforeErasure): boolean {
  if (history === undefined || (history.beforeErasure ?? 0) === 0) return false;
  try {
    return isBefore(history, landingOf(tagManifestDigests(bag)));
  } catch (cause) {
    // The bag's own check reports the error in more detail.
    if (systemCode(cause) === null) throw cause;
    return false;
  }
}

/** Returns true if the tag manifests of a bag are those of a landing. */
export function isAsLanded(bag: string, landing: Landing): boolean {
  try {
    return sameLanding(landingOf(tagManifestDigests(bag)), landing);
  } catch (cause) {
    // The bag's own check reports the error in more detail.
    if (systemCode(cause) === null) throw cause;
    return false;
  }
}

/** Returns the verdict on a bag whose erasure is running or was interrupted. @param place name of the bag in verdicts */
export function erasingVerdict(place: string): Verdict {
  const message = 'its recordings are being erased, or the erasure was interrupted; to finish it: longplay erase run ARCHIVE';
  return { ...errorVerdict('unverifiable', 'E110', place, message), severity: 'warning' };
}

/** Returns the verdict on a bag whose sealing is running or was stopped. @param place name of the bag in verdicts */
export function sealingVerdict(place: string): Verdict {
  const message = 'it is being sealed, or the sealing was interrupted; to finish it: longplay seal ARCHIVE';
  return { ...errorVerdict('unverifiable', 'K216', place, message), severity: 'warning' };
}

/** Returns the verdicts on an unfinished rehash of a bag. @param place name of the bag in verdicts */
export function unfinishedVerdicts(place: string, algorithms: readonly string[]): Verdict[] {
  return algorithms.map((algorithm) => {
    const message = `its rehash is running or was interrupted; to finish it: longplay rehash ARCHIVE --add ${typedDigest(algorithm)} (--withdraw to give it up)`;
    return { ...errorVerdict('unverifiable', 'H102', place, message), severity: 'warning' };
  });
}

/** Returns verdicts on tag manifests that no landing names. No tag manifest may list them, so no other check finds them. */
function strangers(bag: { readonly path: string; readonly folder: string }, known: ReadonlySet<string>): Verdict[] {
  let names: string[];
  try {
    names = readdirSync(bag.path).sort(byCodePoint);
  } catch (cause) {
    if (systemCode(cause) === null) throw cause;
    return [];
  }
  return manifestsAmong(names, 'tag').flatMap(({ name }) =>
    known.has(name)
      ? []
      : [errorVerdict('unexpected', 'V103', `${bag.folder}/${name}`, 'is not among the files of the bag when it landed, according to the log')],
  );
}

/**
 * Returns the BagIt rules for a bag with this history: the manifests of each algorithm with which it landed must exist, and those of an unfinished rehash are
 * ignored.
 */
export function bagRules({ current, intended }: LandingHistory): BagRules {
  const algorithms = [...current.values()].map(({ algorithm }) => algorithm);
  const required = algorithms.flatMap(manifestNames);
  return {
    ...longplayBagRules,
    requiredFiles: [...new Set([...longplayBagRules.requiredFiles, ...required])],
    unfinishedFiles: intended.flatMap(({ algorithm }) => (algorithms.includes(algorithm) ? [] : manifestNames(algorithm))),
  };
}

function manifestNames(algorithm: string): string[] {
  return [`manifest-${algorithm}.txt`, `tagmanifest-${algorithm}.txt`];
}

/** History of a bag that the log does not name. */
export const noHistory: LandingHistory = { current: new Map(), earlier: [], intended: [], withdrawn: [], deleted: false };
