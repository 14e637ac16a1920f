import { longplayBagRules } from '../../archive/bag/check.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { primaryName } from '../../log/read/replica-register.ts';
import { type VerifyBagTools, verifyBag } from '../../verify/bags/verify-bag.ts';
import { bagRules, noHistory, unfinishedVerdicts } from '../../verify/checks/landing.ts';
import { findTagManifests, type Histories, type Identity } from '../place/history.ts';
import type { Copy } from '../place/place.ts';
import { bagPlace } from './bag.ts';

/** One copy of a bag, read in full. */
export interface CheckedBag {
  readonly copy: Copy;
  readonly place: 'absent' | 'folder' | 'other' | 'blocked';
  /** All faults and remarks; empty for an absent bag. */
  readonly verdicts: readonly Verdict[];
  /** Present, as landed, complete and unaltered. */
  readonly sound: boolean;
  /** The copy cannot be read and may be intact: all its errors are refusals to read. */
  readonly unreachable: boolean;
  /** True if the log has no digests of the bag. */
  readonly unknown: boolean;
  readonly files: number;
  readonly recordings: number;
  readonly bytes: number;
}

/** Returns the name of a bag or file in messages: the path for the archive, prefixed with the replica's name for a replica. */
export function placeName(copy: Copy, path: string): string {
  return copy.name === primaryName ? path : `${copy.name}:${path}`;
}

/** Reads a bag in one copy in full and compares it with the log. */
export async function checkCopyOfBag(
  copy: Copy,
  bag: string,
  histories: Histories,
  tools: Pick<VerifyBagTools, 'pool' | 'count'>,
  signal: AbortSignal,
): Promise<CheckedBag> {
  const folder = `bags/${bag}`;
  const where = placeName(copy, folder);
  const nothing = { copy, sound: false, unreachable: false, unknown: false, files: 0, recordings: 0, bytes: 0 };
  const place = bagPlace(copy, bag);
  if (place.is === 'absent') return { ...nothing, place: 'absent', verdicts: [] };
  if (place.is === 'blocked') return { ...nothing, place: 'blocked', verdicts: [errorVerdict('unexpected', 'R138', where, place.why)] };
  if (place.is === 'other') return { ...nothing, place: 'other', verdicts: [errorVerdict('unexpected', 'V103', where, 'is not a folder')] };
  const identity = histories.identify(bag, findTagManifests(place.path));
  const verdicts: Verdict[] = identityVerdicts(where, identity);
  // The older state lacks files that were added later; that was already reported.
  const rules = identity.is === 'rolled-back' ? longplayBagRules : bagRules(histories.bags.get(bag) ?? noHistory);
  let [files, recordings, bytes] = [0, 0, 0];
  for await (const event of verifyBag(place.path, where, { ...tools, play: 'none', rules }, signal)) {
    if (event.kind === 'verdict') {
      // Each loss is reported once.
      if (!verdicts.some(({ verdict, path }) => verdict === event.verdict && path === event.path)) verdicts.push(event);
      continue;
    }
    files += event.files;
    recordings += event.recordings;
    bytes += event.bytes;
  }
  const errors = verdicts.filter(({ severity }) => severity === 'error');
  return {
    copy,
    place: 'folder',
    verdicts,
    sound: errors.length === 0,
    unreachable: errors.length > 0 && errors.every(({ verdict }) => verdict === 'unreachable'),
    unknown: identity.is === 'unknown',
    files,
    recordings,
    bytes,
  };
}

function identityVerdicts(where: string, identity: Identity): Verdict[] {
  switch (identity.is) {
    case 'as-landed':
    case 'unknown':
    // The check of the bag itself reports this in more detail.
    case 'unreadable':
      return [];
    case 'unfinished':
      return unfinishedVerdicts(where, identity.algorithms);
    case 'rolled-back':
      return [errorVerdict('rolled-back', 'R121', where, 'is an older state of this bag, from before it was rehashed')];
    case 'swapped':
      return [errorVerdict('swapped', 'R120', where, `is another bag of the archive, ${identity.other}`)];
    case 'corrupt':
      return [
        ...identity.altered.map((file) =>
          errorVerdict('corrupt', 'R122', `${where}/${file}`, 'is not the tag manifest in the log, nor that of an older state or of another bag'),
        ),
        ...identity.missing.map((file) => errorVerdict('missing', 'R122', `${where}/${file}`, 'is missing, although the log names it')),
      ];
    default:
      return identity satisfies never;
  }
}
