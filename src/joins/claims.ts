import type { Alien } from '../core/importer.ts';
import { limits } from '../core/limits.ts';
import { byCodePoint } from '../core/order.ts';
import type { MediaRef, Side } from '../core/recording.ts';
import { baseName, foldedName } from '../core/safe-path.ts';
import { createTurns } from '../core/turns.ts';
import type { Stage } from '../tables/types.ts';
import { commonTail, inFolderKey, nameKey, pathParts, stemKey, withoutContainers } from './keys.ts';
import type { Claim, ClaimedFile } from './types.ts';
import { openUnions, type Unions } from './unions.ts';

/** An entry that no name and no bytes show to be a medium. It is one where a record names it. */
export interface Unknown {
  /** Why it belongs to nothing, where no record names it. */
  readonly reason: string;
  readonly alien: Alien;
}

/** A file as it stands under each of its keys. */
export interface KeyedFile {
  readonly path: string;
  readonly kind: MediaRef['kind'];
  readonly size: number;
  /** The path as its container stores it, where `path` does not tell it: read as Windows-1252, or with other slashes. */
  readonly stored?: string;
  readonly unknown?: Unknown;
}

/**
 * How surely a call claims a file: lower is surer. `copy`: it has the name and the bytes of the file that is meant; `doubtful`: several files answer to one claim; `present`:
 * the call lies in the file's folder and has files of its own.
 */
const strengths = { exact: 0, 'other-name': 1, window: 2, copy: 3, doubtful: 4, place: 5, present: 6 } as const;

/** Files of a folder that may all belong to one call. */
const mostInPlace = 32;

/** Files of one name and size whose bytes are compared; a name that is everywhere, as `msg0000.wav`, means none of them. */
const mostTwins = 8;
/** Files of one name that are compared by their folders; of more only those in the folder that the record names. */
const mostOfName = 64;
/** Why a file is left that the numbers and time of one call fit, and not it alone. */
const fitsOthers = 'a call fits it and other files alike';
/** Files that one call may have. */
const mostFiles = 10_000;

/** Files that are few enough to be claimed one by one by each of many calls that claim them by one key. */
const fewParts = 16;

/** What was learned of a key that many files have, so that they are not asked for again by each call: which one stands for all, or that they are too much alike. */
export type ManyFiles = Map<string, 'crowd' | { readonly first: string; calls: number }>;

/** One call's claim to one file, as it is staged. */
interface StagedClaim {
  readonly group: string;
  readonly strength: number;
  readonly side: Side | null;
  readonly by: string;
  /** The file that this one is a copy of. */
  readonly of?: string;
  /** More calls claim it than one recording may have. */
  readonly tooMany?: true;
  /** As of `Claim.weight`; absent: greater than any. */
  readonly weight?: number;
  /** A doubtful claim by numbers and time, not by a name. */
  readonly isWindow?: true;
}

/** Why no call has got a file: calls may have asked for it, or it is a copy of one that a call has got. */
export interface OrphanReason {
  readonly doubt: string | null;
  /** Where there is a doubt, by what calls may have asked for it. */
  readonly by?: readonly string[];
  readonly copyOf: string | null;
}

/** What stands in the stage of owned files: a file, or one that the call may have asked for and did not get, or that more have the name it asks for than are listed. */
export type Ownership =
  | ClaimedFile
  | { readonly doubted: string; readonly by: readonly string[]; readonly claimants?: number }
  | { readonly crowded: true };

/** What the claims of a call ask for and nothing answers; `isCrowded`: a name that it asks for is that of too many files; `isAlone`: no claim found any file. */
export interface Unanswered {
  readonly missing: readonly string[];
  readonly isCrowded: boolean;
  readonly isAlone: boolean;
}

/**
 * Puts the claims of one call into `claimed`, by path. Weaker claims count only where the stronger ones found nothing.
 * @param digest of a file's bytes, asked for only where files of one name and one size answer to one claim.
 * @param many keys that more files have than are compared, or claimed one by one, met before.
 */
export async function claimFiles(
  group: string,
  claims: readonly Claim[],
  files: Stage,
  claimed: Stage,
  digest: (path: string) => Promise<string>,
  many: ManyFiles,
): Promise<Unanswered> {
  let isCrowded = false;
  const missing: string[] = [];
  const found = new Set<string>();
  for (const strength of ['exact', 'other-name', 'window'] as const) {
    for (const given of claims) {
      if ((given.strength ?? 'exact') !== strength) continue;
      if (given.namesakes === 'doubted' && given.path === undefined) {
        const parts = claimParts(group, given, files, claimed, many, strengths[strength]);
        if (parts === 'crowd') isCrowded = true;
        if (parts !== 'none') found.add('');
        continue;
      }
      const { claim, isOtherName, named, key } = answered(files, given);
      if (named === 'crowd') {
        isCrowded = true;
        found.add(stemKey(claim.path ?? ''));
        if (many.has(key)) continue;
        many.set(key, 'crowd');
      }
      const fitting = named === 'crowd' ? filesOf(files, key) : named;
      const near = nearest(mediaFirst(claim.path === undefined ? fitting : closest(fitting, claim.path, claim, isOtherName)), claim);
      const isWindow = strength === 'window' ? { isWindow: true as const } : {};
      const put = (path: string, how: number, of?: string): void => {
        const weight = claim.weight?.(path) ?? Number.POSITIVE_INFINITY;
        const staged: StagedClaim = { group, strength: how, side: claim.side ?? null, by: claim.by, ...isWindow };
        // JSON has no infinity.
        claimed.put(path, group, { ...staged, ...(of === undefined ? {} : { of }), ...(Number.isFinite(weight) ? { weight } : {}) });
      };
      const [first] = near;
      // Several files under an id are the parts of a call; several under one name cannot be told apart, unless they are the same.
      if (first === undefined) {
        if (strength === 'exact' && given.path !== undefined && given.optional !== true) missing.push(given.path);
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
      for (const { path, stored } of near) found.add(stemKey(path)).add(stemKey(stored ?? path));
    }
    if (found.size > 0) break;
  }
  for (const claim of claims) {
    if (claim.strength !== 'place') continue;
    const inPlace = firstFound([claim.key].flat(), (key) => filesOf(files, key, mostInPlace + 1));
    // A folder of many files is a store of many calls.
    if (inPlace.length > mostInPlace) continue;
    const strength = found.size > 0 ? strengths.present : strengths.place;
    for (const { path } of inPlace) claimed.put(path, group, { group, strength, side: claim.side ?? null, by: claim.by });
  }
  // A file under another extension is not missing: exports convert audio and leave the records as they are.
  return { missing: missing.filter((path) => !found.has(stemKey(path))), isCrowded, isAlone: found.size === 0 };
}

/**
 * Claims all files of a key as the parts of a call, unless two have one name. Where they are many, each further call claims the first of them only, and shares all of
 * them by that one: a thousand calls and a thousand files of one key are two thousand claims, not a million.
 */
function claimParts(group: string, claim: Claim, files: Stage, claimed: Stage, many: ManyFiles, strength: number): 'none' | 'claimed' | 'crowd' {
  const isWindow = claim.strength === 'window' ? { isWindow: true as const } : {};
  const put = (path: string, how: number, tooMany = false): void =>
    claimed.put(path, group, { group, strength: how, side: claim.side ?? null, by: claim.by, ...isWindow, ...(tooMany ? { tooMany } : {}) });
  for (const key of [claim.key].flat()) {
    const known = many.get(key);
    if (known === 'crowd') return 'crowd';
    if (known !== undefined) {
      put(known.first, strength);
      if (++known.calls === limits.rowsPerRecording + 1) for (const { path } of filesOf(files, key)) put(path, strength, true);
      return 'claimed';
    }
    const found = mediaFirst(filesOf(files, key)).filter(({ path }) => claim.fits?.(path) ?? true);
    const [first] = found;
    if (first === undefined) continue;
    const isDoubted = found.length > mostFiles || new Set(found.map(({ path }) => baseName(path))).size < found.length;
    if (found.length > fewParts) many.set(key, isDoubted ? 'crowd' : { first: first.path, calls: 1 });
    for (const { path } of found) put(path, isDoubted ? strengths.doubtful : strength);
    return isDoubted && found.length > fewParts ? 'crowd' : 'claimed';
  }
  return 'none';
}

/** What a claim finds, or where it finds nothing the one to make in its place. `isOtherName`: the name of the claim's path does not count. */
interface Answer {
  readonly claim: Claim;
  readonly isOtherName: boolean;
  readonly named: readonly KeyedFile[] | 'crowd';
  readonly key: string;
}

function answered(files: Stage, claim: Claim): Answer {
  const isOtherName = claim.strength === 'other-name';
  const first = namedBy(files, claim, isOtherName);
  if (claim.otherwise === undefined || first.named === 'crowd' || first.named.length > 0) return { claim, isOtherName, ...first };
  return { claim: claim.otherwise, isOtherName: true, ...namedBy(files, claim.otherwise, true) };
}

/** What the first of a claim's keys finds that finds a file which fits; by numbers and time what all of them find. */
function namedBy(files: Stage, claim: Claim, isOtherName: boolean): Pick<Answer, 'named' | 'key'> {
  const keys = [claim.key].flat();
  if (claim.strength === 'window') {
    const found = new Map<string, KeyedFile>();
    for (const key of keys) for (const file of filesOf(files, key)) if (claim.fits?.(file.path) ?? true) found.set(file.path, file);
    return { named: [...found.values()], key: keys[0] ?? '' };
  }
  for (const key of keys) {
    const named = namedFiles(files, claim, key, isOtherName);
    if (named === 'crowd') return { named, key };
    const fitting = named.filter(({ path }) => claim.fits?.(path) ?? true);
    if (fitting.length > 0) return { named: fitting, key };
  }
  return { named: [], key: keys[0] ?? '' };
}

/** Files that answer to a claim; of more than can be compared for each call those in the folder that the claim's path names, or under a narrower key; `crowd`: none of them is. */
function namedFiles(files: Stage, claim: Claim, key: string, isOtherName: boolean): readonly KeyedFile[] | 'crowd' {
  const { path, narrower = [] } = claim;
  if (claim.namesakes === 'doubted') {
    const few = filesOf(files, key, mostOfName + 1);
    if (few.length <= mostOfName) return chosen(few, claim);
    if (claim.narrower === undefined) return 'crowd';
    const more = firstFound(claim.narrower, (each) => filesOf(files, each, mostOfName + 1));
    const both = chosen([...new Map([...few, ...more].map((file) => [file.path, file])).values()], claim);
    if (more.length <= mostOfName) return both;
    // More that are alike: only one that agrees with the path better than they do is meant.
    const near = closest(both, path ?? '', claim, false);
    return near.length === 1 ? near : 'crowd';
  }
  if (path === undefined || claim.fits !== undefined || (key !== nameKey(path) && (key !== stemKey(path) || !isOtherName)))
    return filesOf(files, key);
  const some = filesOf(files, key, mostOfName + 1);
  if (some.length <= mostOfName) return some;
  const inFolder = inFolderKey(key, path);
  const near = firstFound([...(inFolder === null ? [] : [inFolder]), ...narrower], (each) => filesOf(files, each, mostFiles));
  return near.length === 0 ? 'crowd' : near;
}

function chosen(found: readonly KeyedFile[], { choose }: Claim): readonly KeyedFile[] {
  if (choose === undefined || found.length === 0) return found;
  const paths = choose(found.map(({ stored, path }) => stored ?? path));
  return found.filter(({ stored, path }) => paths.has(stored ?? path));
}

/** @param sameName whether copies must have one name: where no name asked for them, equal bytes alone may be two empty recordings. */
async function areCopies(files: readonly KeyedFile[], digest: (path: string) => Promise<string>, sameName: boolean): Promise<boolean> {
  const [first, ...others] = files;
  if (first === undefined || files.length > mostTwins || others.some(({ size }) => size !== first.size)) return false;
  if (sameName && others.some(({ path }) => nameKey(path) !== nameKey(first.path))) return false;
  const wanted = await digest(first.path);
  for (const { path } of others) if ((await digest(path)) !== wanted) return false;
  return true;
}

/**
 * Decides for every file who gets it: puts it into `owned` under its call, or hands it to `orphan` with the reason, where calls may have asked for it.
 * Calls that share a file become one union.
 * @param isTop whether a file lies in no folder below the one that all files of the source have in common: there a place is nobody's own.
 */
export async function settleClaims(
  claimed: Stage,
  owned: Stage,
  orphan: (file: KeyedFile, why: OrphanReason) => void,
  isTop: (path: string) => boolean,
  signal: AbortSignal,
): Promise<Unions> {
  const union = openUnions();
  const turns = createTurns();
  for (const { group: path, values } of claimed.groups()) {
    if (turns.isDue()) await turns.take(signal);
    let keyed: KeyedFile | undefined;
    const claims: StagedClaim[] = [];
    for (const value of values as readonly (StagedClaim | KeyedFile)[]) {
      // Put by `claimFiles` and by the reader of the source: nobody else writes here.
      if ('size' in value) keyed = value;
      else claims.push(value);
    }
    if (keyed === undefined) throw new Error('a claim to a file that is not staged');
    const { groups, best, why } = winners(claims);
    const [first] = groups;
    if (first === undefined) {
      orphan(keyed, why.doubt === null ? why : { ...why, by: wordsOf(claims) });
      const claimants = new Set(claims.map((claim) => claim.group));
      const tooMany = claimants.size > limits.rowsPerRecording ? { claimants: claimants.size } : {};
      if (why.doubt !== null) for (const group of claimants) owned.put(group, path, { doubted: path, by: wordsOf(claims), ...tooMany });
      continue;
    }
    // Another call has a surer claim to it; of those that the name means, it may still be this one's. What only numbers and time fit is not.
    const doubting = claims.filter(
      ({ group, strength, isWindow }) => strength === strengths.doubtful && isWindow !== true && !groups.includes(group),
    );
    for (const group of new Set(doubting.map((claim) => claim.group))) owned.put(group, path, { doubted: path, by: wordsOf(doubting) });
    const file: ClaimedFile = {
      path,
      kind: keyed.kind,
      size: keyed.size,
      side: best.find((claim) => claim.side !== null)?.side ?? 'unknown',
      by: wordsOf(best),
      window: best.every(({ strength }) => strength === strengths.window || (strength === strengths.place && isTop(path))),
      sharers: groups.length,
    };
    owned.put(first, path, file);
    for (const other of groups.slice(1)) union.join(first, other);
  }
  return union.settled();
}

function wordsOf(claims: readonly StagedClaim[]): readonly string[] {
  return [...new Set(claims.map((claim) => claim.by))].sort(byCodePoint);
}

function winners(claims: readonly StagedClaim[]): { groups: string[]; best: StagedClaim[]; why: OrphanReason } {
  const surest = claims.reduce((least, { strength }) => Math.min(least, strength), Number.POSITIVE_INFINITY);
  const sure = claims.filter(({ strength }) => strength === surest);
  const weightOf = ({ weight = Number.POSITIVE_INFINITY }: StagedClaim): number => weight;
  const weightiest = sure.reduce((most, claim) => Math.max(most, weightOf(claim)), 0);
  const best = sure.filter((claim) => weightOf(claim) === weightiest);
  const groups = [...new Set(best.map(({ group }) => group))].sort(byCodePoint);
  const none = (doubt: string | null, copyOf: string | null = null) => ({ groups: [], best: [], why: { doubt, copyOf } });
  if (groups.length > limits.rowsPerRecording) return none(`${groups.length} calls claim it`);
  if (best.some(({ tooMany }) => tooMany === true)) return none(`more than ${limits.rowsPerRecording} calls claim it and others`);
  // Numbers and time fit the calls that were left in doubt just as well.
  const fitting = new Set(claims.filter(({ strength, isWindow }) => strength === strengths.window || isWindow === true).map(({ group }) => group));
  if ((surest === strengths.window || best.some(({ isWindow }) => isWindow === true)) && fitting.size > 1)
    return none(`${fitting.size} calls fit it alike`);
  if (surest === strengths.doubtful)
    return none(best.some(({ isWindow }) => isWindow === true) ? fitsOthers : 'a record names it and other files alike');
  if (surest === strengths.copy) return none(null, best[0]?.of ?? null);
  if (surest === strengths.present) return none(null);
  if (surest === strengths.place && claims.some(({ group }) => group !== best[0]?.group)) return none(null);
  return { groups, best, why: { doubt: null, copyOf: null } };
}

/** Of files with one name, those whose folders agree most with the path that the record writes; where the name is another one, the folders alone count. */
function closest(found: readonly KeyedFile[], named: string, { ignoreCase }: Claim, isOtherName: boolean): readonly KeyedFile[] {
  if (found.length < 2) return found;
  const same = (text: string): string => (ignoreCase === true ? foldedName(text) : text);
  const compared = (path: string): string => same(isOtherName ? path.slice(0, path.length - baseName(path).length) : path);
  const written = same(named);
  const parts = pathParts(isOtherName ? withoutContainers(compared(written)) : written);
  const tails = found.map(({ path, stored }) => commonTail(parts, compared(stored ?? path)));
  const longest = Math.max(...tails);
  return found.filter((_, index) => tails[index] === longest);
}

/** A file that is a medium without any record is meant rather than one that is none. */
function mediaFirst(found: readonly KeyedFile[]): readonly KeyedFile[] {
  const media = found.filter(({ unknown }) => unknown === undefined);
  return media.length === 0 ? found : media;
}

/** Of files with one name that folders do not tell apart, those that are nearest to the call by the claim's own measure. */
function nearest(found: readonly KeyedFile[], { distance }: Claim): readonly KeyedFile[] {
  if (distance === undefined || found.length < 2) return found;
  const distances = found.map(({ path }) => distance(path));
  const least = Math.min(...distances);
  return found.filter((_, index) => distances[index] === least);
}

function firstFound(keys: readonly string[], find: (key: string) => readonly KeyedFile[]): readonly KeyedFile[] {
  for (const key of keys) {
    const found = find(key);
    if (found.length > 0) return found;
  }
  return [];
}

function filesOf(files: Stage, key: string, most?: number): readonly KeyedFile[] {
  return files.get(key, most) as readonly KeyedFile[]; // put by the reader of the source under each of the file's keys
}
