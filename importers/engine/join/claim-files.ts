import { limits } from '../../../src/core/base/limits.ts';
import { baseName } from '../../../src/core/base/safe-path.ts';
import type { Stage } from '../../../src/tables/text/types.ts';
import type { Claim } from '../records/claim.ts';
import { type KeyedFile, type StagedClaim, strengths } from '../records/claimed-file.ts';
import { nameKey, stemKey } from '../records/keys.ts';
import { answered, chosenFiles, type Files, firstFound, mediaFirst, mostFiles } from './find-claimed.ts';
import type { IsBeside } from './source-part.ts';

/** Largest number of files in a folder that may all belong to one call. */
const mostInPlace = 32;
/** Largest number of files of one name and size whose bytes are compared. A more frequent name, e.g. `msg0000.wav`, identifies no file. */
const mostTwins = 8;
/** Largest number of files under one key that each of many calls claims individually. */
const fewParts = 16;

/** The stages that claims are looked up in and put into. */
export interface ClaimStages {
  readonly files: Files;
  /** Claims by path. */
  readonly claimed: Stage;
  /** Returns the digest of a file's bytes. Called only if several files of one name and size match one claim. */
  digest(path: string): Promise<string>;
  /**
   * Results for keys that many files have, so that further calls need not look up these files: the file that stands for all of them, or `crowd` if too many are
   * alike. Empty at the start.
   */
  readonly many: Map<string, 'crowd' | { readonly first: string; calls: number }>;
  /** Tells the files in the source of the call's records from files of equal names in other sources; null: nothing to tell apart. */
  readonly isBeside: IsBeside | null;
}

/** Claims of a call that no file matches. `isCrowded`: too many files have a name that the call claims. `isAlone`: no claim of the call matched any file. */
export interface UnmatchedClaims {
  readonly missing: readonly string[];
  readonly isCrowded: boolean;
  readonly isAlone: boolean;
}

/** Files found for a call so far. */
interface Found {
  /** Names of the files found; a name in this set does not count as missing. If the set has any names, weaker claims do not count. */
  readonly names: Set<string>;
  readonly missing: string[];
  isCrowded: boolean;
}

/** Puts the claims of one call into `claimed`, by path. The call's weaker claims count only if none of its stronger claims, from any record, matched a file. */
export async function claimFiles(group: string, claims: readonly Claim[], claiming: ClaimStages): Promise<UnmatchedClaims> {
  const found: Found = { names: new Set(), missing: [], isCrowded: false };
  for (const strength of ['exact', 'other-name', 'window'] as const) {
    for (const claim of claims) {
      if ((claim.strength ?? 'exact') !== strength) continue;
      if (claim.namesakes === 'doubted' && claim.path === undefined) {
        const parts = claimParts(group, claim, strengths[strength], claiming);
        if (parts === 'crowd') found.isCrowded = true;
        if (parts !== 'none') found.names.add('');
      } else await claimNamed(group, claim, strength, claiming, found);
    }
    if (found.names.size > 0) break;
  }
  for (const claim of claims) if (claim.strength === 'place') claimPlace(group, claim, found.names.size > 0, claiming);
  const { names, missing, isCrowded } = found;
  return { missing: missing.length === 0 ? missing : notFound(missing, names), isCrowded, isAlone: names.size === 0 };
}

/** Returns the names that are missing. A file with another extension does not count as missing: exports convert audio and leave the records unchanged. */
function notFound(missing: readonly string[], names: ReadonlySet<string>): readonly string[] {
  const stems = new Set([...names].map(stemKey));
  return missing.filter((path) => !stems.has(stemKey(path)));
}

/** Claims the files with a name or an id, if they can be distinguished. */
async function claimNamed(
  group: string,
  given: Claim,
  strength: 'exact' | 'other-name' | 'window',
  { files, claimed, digest, many, isBeside }: ClaimStages,
  found: Found,
): Promise<void> {
  const { claim, isOtherName, named, key } = answered(files, given);
  if (named === 'crowd') {
    found.isCrowded = true;
    found.names.add(claim.path ?? '');
    if (many.has(key)) return;
    many.set(key, 'crowd');
  }
  const alike = chosenFiles(named === 'crowd' ? files.get(key) : named, claim, isOtherName);
  const own = claim.path === undefined && strength !== 'window' ? alike : besideOf(alike, isBeside);
  const areAlike = own.length < alike.length && claim.namesakes !== 'doubted' && (await areCopies(alike, digest, strength === 'window'));
  const near = areAlike ? alike : own;
  const isWindow = strength === 'window' ? { isWindow: true as const } : {};
  const put = (path: string, how: number, of?: string): void => {
    const weight = claim.weight?.(path) ?? Number.POSITIVE_INFINITY;
    const staged: StagedClaim = { group, strength: how, side: claim.side ?? null, by: claim.by, ...isWindow };
    // JSON cannot represent infinity.
    claimed.put(path, group, { ...staged, ...(of === undefined ? {} : { of }), ...(Number.isFinite(weight) ? { weight } : {}) });
  };
  const [first] = near;
  // Several files with one id are the parts of a call. Several files with one name are ambiguous, unless their bytes are equal.
  if (first === undefined) {
    if (strength === 'exact' && given.path !== undefined && given.optional !== true) found.missing.push(given.path);
  } else if (
    near.length === 1 ||
    (claim.path === undefined && strength !== 'window' && near.length <= mostFiles) ||
    (claim.all === true && near.length <= mostTwins)
  ) {
    for (const { path } of near) put(path, strengths[strength]);
  } else if (named === 'crowd') for (const { path } of near) put(path, strengths.doubtful);
  else if (claim.namesakes !== 'doubted' && (await areCopies(near, digest, strength === 'window'))) {
    put(first.path, strengths[strength]);
    for (const { path } of near.slice(1)) put(path, strengths.copy, first.path);
  } else for (const { path } of near.slice(0, mostFiles)) put(path, strengths.doubtful);
  for (const { path, stored } of near) found.names.add(path).add(stored ?? path);
}

/** Claims the files of a folder that holds few of them. @param hasFiles true if the call has files of its own */
function claimPlace(group: string, claim: Claim, hasFiles: boolean, { files, claimed }: ClaimStages): void {
  const inPlace = firstFound([claim.key].flat(), (key) => files.get(key, mostInPlace + 1));
  // A folder with many files belongs to many calls.
  if (inPlace.length > mostInPlace) return;
  const strength = hasFiles ? strengths.present : strengths.place;
  for (const { path } of inPlace) claimed.put(path, group, { group, strength, side: claim.side ?? null, by: claim.by });
}

/**
 * Claims all files of a key as the parts of a call, unless two of them have the same name. If there are many files, each further call claims only the first of
 * them and shares the others through it: a thousand calls and a thousand files of one key make two thousand claims, not a million.
 */
function claimParts(group: string, claim: Claim, strength: number, { files, claimed, many, isBeside }: ClaimStages): 'none' | 'claimed' | 'crowd' {
  const isWindow = claim.strength === 'window' ? { isWindow: true as const } : {};
  const put = (path: string, how: number, tooMany = false): void =>
    claimed.put(path, group, { group, strength: how, side: claim.side ?? null, by: claim.by, ...isWindow, ...(tooMany ? { tooMany } : {}) });
  for (const key of [claim.key].flat()) {
    const known = many.get(key);
    if (known === 'crowd') return 'crowd';
    if (known !== undefined) {
      put(known.first, strength);
      if (++known.calls === limits.rowsPerRecording + 1) for (const { path } of files.get(key)) put(path, strength, true);
      return 'claimed';
    }
    const alike = mediaFirst(files.get(key)).filter(({ path }) => claim.fits?.(path) ?? true);
    const found = alike.length <= fewParts && hasNamesakes(alike) ? besideOf(alike, isBeside) : alike;
    const [first] = found;
    if (first === undefined) continue;
    const isDoubted = found.length > mostFiles || hasNamesakes(found);
    if (found.length > fewParts) many.set(key, isDoubted ? 'crowd' : { first: first.path, calls: 1 });
    for (const { path } of found) put(path, isDoubted ? strengths.doubtful : strength);
    return isDoubted && found.length > fewParts ? 'crowd' : 'claimed';
  }
  return 'none';
}

function hasNamesakes(files: readonly KeyedFile[]): boolean {
  return new Set(files.map(({ path }) => baseName(path))).size < files.length;
}

/** Among files that nothing else distinguishes, returns those in the source of the call's records; all if none is there. */
function besideOf(files: readonly KeyedFile[], isBeside: IsBeside | null): readonly KeyedFile[] {
  if (isBeside === null || files.length < 2) return files;
  const own = files.filter(({ path }) => isBeside(path));
  return own.length === 0 ? files : own;
}

/**
 * Returns true if all files have the same bytes.
 * @param sameName true if copies must also have the same name: files that were not claimed by a name may be empty recordings, whose bytes are equal by chance.
 */
async function areCopies(files: readonly KeyedFile[], digest: (path: string) => Promise<string>, sameName: boolean): Promise<boolean> {
  const [first, ...others] = files;
  if (first === undefined || files.length > mostTwins || others.some(({ size }) => size !== first.size)) return false;
  if (sameName && others.some(({ path }) => nameKey(path) !== nameKey(first.path))) return false;
  const wanted = await digest(first.path);
  for (const { path } of others) if ((await digest(path)) !== wanted) return false;
  return true;
}
