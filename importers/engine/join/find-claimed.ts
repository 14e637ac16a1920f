import { baseName, foldedName } from '../../../src/core/base/safe-path.ts';
import type { KeyedStage } from '../../../src/tables/keyed-stage.ts';
import type { Claim } from '../records/claim.ts';
import type { KeyedFile } from '../records/claimed-file.ts';
import { commonTail, inFolderKey, nameKey, pathParts, stemKey, withoutContainers } from '../records/keys.ts';

/** Largest number of files of one name that are compared by their folders; of more files, only those in the folder that the record names are compared. */
const mostOfName = 64;
/** Largest number of files that one call may have. */
export const mostFiles = 10_000;

/** Files, each with its keys. */
export type Files = Pick<KeyedStage<KeyedFile>, 'get' | 'getNarrow'>;

/** The files that a claim finds, or the claim to make instead if it finds none. `isOtherName`: the name in the claim's path does not count. */
interface Answer {
  readonly claim: Claim;
  readonly isOtherName: boolean;
  readonly named: readonly KeyedFile[] | 'crowd';
  readonly key: string;
}

/** Looks up the files of a claim, and those of `otherwise` if no file matches. */
export function answered(files: Files, claim: Claim): Answer {
  const isOtherName = claim.strength === 'other-name';
  const first = namedBy(files, claim, isOtherName);
  if (claim.otherwise === undefined || first.named === 'crowd' || first.named.length > 0) return { claim, isOtherName, ...first };
  return { claim: claim.otherwise, isOtherName: true, ...namedBy(files, claim.otherwise, true) };
}

/** Returns the files found by the first of a claim's keys that finds a fitting file. For a claim by numbers and time, returns the files of all of its keys. */
function namedBy(files: Files, claim: Claim, isOtherName: boolean): Pick<Answer, 'named' | 'key'> {
  const keys = [claim.key].flat();
  if (claim.strength === 'window') {
    const found = new Map<string, KeyedFile>();
    for (const key of keys) for (const file of files.get(key)) if (claim.fits?.(file.path) ?? true) found.set(file.path, file);
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

/**
 * Returns the files that match a claim. If they are too many to compare for each call, returns those in the folder that the claim's path names, or those under a
 * narrower key; `crowd` if there are none of these.
 */
function namedFiles(files: Files, claim: Claim, key: string, isOtherName: boolean): readonly KeyedFile[] | 'crowd' {
  const { path, narrower = [] } = claim;
  if (claim.namesakes === 'doubted') {
    const few = files.get(key, mostOfName + 1);
    if (few.length <= mostOfName) return chosen(few, claim);
    if (claim.narrower === undefined) return 'crowd';
    const more = firstFound(claim.narrower, (each) => files.getNarrow(each, mostOfName + 1));
    const both = chosen([...new Map([...few, ...more].map((file) => [file.path, file])).values()], claim);
    if (more.length <= mostOfName) return both;
    // If more files are alike, a file is chosen only if it agrees with the path better than the others do.
    const near = closest(both, path ?? '', claim, false);
    return near.length === 1 ? near : 'crowd';
  }
  const some = files.get(key, mostOfName + 1);
  if (some.length <= mostOfName) return some;
  if (path === undefined || claim.fits !== undefined || (key !== nameKey(path) && (key !== stemKey(path) || !isOtherName))) return files.get(key);
  const inFolder = inFolderKey(key, path);
  const near = firstFound([...(inFolder === null ? [] : [inFolder]), ...narrower], (each) => files.getNarrow(each, mostFiles));
  return near.length === 0 ? 'crowd' : near;
}

function chosen(found: readonly KeyedFile[], { choose }: Claim): readonly KeyedFile[] {
  if (choose === undefined || found.length === 0) return found;
  const paths = choose(found.map(({ stored, path }) => stored ?? path));
  return found.filter(({ stored, path }) => paths.has(stored ?? path));
}

/** Chooses among the files that match a claim: prefers media, then the closest folders, then the smallest distance by the claim's own measure. */
export function chosenFiles(found: readonly KeyedFile[], claim: Claim, isOtherName: boolean): readonly KeyedFile[] {
  return nearest(mediaFirst(claim.path === undefined ? found : closest(found, claim.path, claim, isOtherName)), claim);
}

/**
 * Among files with one name, returns those whose folders agree most with the path in the record. If the record's name is a different one, only the folders
 * count.
 */
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

/** Returns the media among files; all files if none of them is a medium by itself. */
export function mediaFirst(found: readonly KeyedFile[]): readonly KeyedFile[] {
  // A file that lies beside media and has their id is part of the recording, as the media are.
  const media = found.filter(({ unknown, kind }) => unknown === undefined || kind === 'other');
  return media.length === 0 ? found : media;
}

/** Among files with one name that folders do not distinguish, returns those nearest to the call by the claim's own measure. */
function nearest(found: readonly KeyedFile[], { distance }: Claim): readonly KeyedFile[] {
  if (distance === undefined || found.length < 2) return found;
  const distances = found.map(({ path }) => distance(path));
  const least = Math.min(...distances);
  return found.filter((_, index) => distances[index] === least);
}

/** Returns the files of the first key that has any. */
export function firstFound(keys: readonly string[], find: (key: string) => readonly KeyedFile[]): readonly KeyedFile[] {
  for (const key of keys) {
    const found = find(key);
    if (found.length > 0) return found;
  }
  return [];
}
