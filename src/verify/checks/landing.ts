import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { typedDigest } from '../../archive/bag/added-digests.ts';
import { type BagRules, longplayBagRules } from '../../archive/bag/check.ts';
import type { LandingHistory } from '../../archive/bag/landing.ts';
import { manifestsAmong } from '../../archive/bag/manifests.ts';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { digestOf } from '../../archive/bag/tag-manifest.ts';
import { systemCode } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { digestsDiffer } from './log.ts';

/**
 * A bag that is valid in itself but is not the one that landed: exchanged, made anew, or an older state brought back. While a rehash is
 * unfinished each tag manifest may be as it landed or as was announced, and that is said (H102).
 */
export function checkLanding(bag: { readonly path: string; readonly folder: string }, { current, earlier, intended }: LandingHistory): Verdict[] {
  const verdicts: Verdict[] = [];
  const announced = intended.map(({ landing }) => landing);
  for (const [name, { algorithm, digest }] of current) {
    try {
      const found = digestOf(readTagFile(join(bag.path, name)), algorithm);
      // Null: this machine cannot compute it, which the check of the bag says.
      if (found !== null && found !== digest && !announced.some((landing) => landing.get(name)?.digest === found))
        verdicts.push(
          earlier.some((landing) => landing.get(name)?.digest === found)
            ? errorVerdict('rolled-back', 'V104', `${bag.folder}/${name}`, 'is of a state that the bag had before its digests were renewed')
            : errorVerdict('swapped', 'V104', `${bag.folder}/${name}`, digestsDiffer(found, digest)),
        );
    } catch (cause) {
      // Said by the check of the bag itself, with more detail.
      if (systemCode(cause) === null) throw cause;
    }
  }
  if (current.size > 0) verdicts.push(...strangers(bag, new Set([current, ...announced].flatMap((landing) => [...landing.keys()]))));
  verdicts.push(...unfinishedVerdicts(bag.folder, [...new Set(intended.map((one) => one.algorithm))]));
  return verdicts;
}

/** That a bag is in the middle of getting further digests. @param place how verdicts name the bag */
export function unfinishedVerdicts(place: string, algorithms: readonly string[]): Verdict[] {
  return algorithms.map((algorithm) => {
    const message = `its rehash is at work or was stopped; then finish it: longplay rehash ARCHIVE --add ${typedDigest(algorithm)} (--withdraw where it will never be)`;
    return { ...errorVerdict('unverifiable', 'H102', place, message), severity: 'warning' };
  });
}

/** Tag manifests that no landing names: no tag manifest may list them, so nothing else would tell of them. */
function strangers(bag: { readonly path: string; readonly folder: string }, known: ReadonlySet<string>): Verdict[] {
  let names: string[];
  try {
    names = readdirSync(bag.path).sort(byCodePoint);
  } catch (cause) {
    if (systemCode(cause) === null) throw cause;
    return [];
  }
  return manifestsAmong(names, 'tag').flatMap(({ name }) =>
    known.has(name) ? [] : [errorVerdict('unexpected', 'V103', `${bag.folder}/${name}`, 'is not what the log says that the bag landed with')],
  );
}

/**
 * The rules of a bag of ours with this history: the manifests of each algorithm that it landed with are there, and those that an unfinished
 * rehash was putting there count for nothing yet.
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

/** Of a bag that the log does not name nothing is known. */
export const noHistory: LandingHistory = { current: new Map(), earlier: [], intended: [], withdrawn: [], deleted: false };
