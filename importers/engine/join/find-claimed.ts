import { baseName, foldedName } from '../../../src/core/base/safe-path.ts';
import type { Stage } from '../../../src/tables/text/types.ts';
import type { Claim } from '../records/claim.ts';
import type { KeyedFile } from '../records/claimed-file.ts';
import { commonTail, inFolderKey, nameKey, pathParts, stemKey, withoutContainers } from '../records/keys.ts';

/** Files of one name that are compared by their folders; of more only those in the folder that the record names. */
const mostOfName = 64;
/** Files that one call may have. */
export const mostFiles = 10_000;

/** What a claim finds, or where it finds nothing the one to make in its place. `isOtherName`: the name of the claim's path does not count. */
interface Answer {
  readonly claim: Claim;
  readonly isOtherName: boolean;
  readonly named: readonly KeyedFile[] | 'crowd';
  readonly key: string;
}

/** Asks for the files of a claim, and where none answers for those of `otherwise`. */
export function answered(files: Stage, claim: Claim): Answer {
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

/** Of files that answer to a claim those that are meant: media rather than others, by their folders, then by the claim's own measure. */
export function meantFiles(found: readonly KeyedFile[], claim: Claim, isOtherName: boolean): readonly KeyedFile[] {
  return nearest(mediaFirst(claim.path === undefined ? found : closest(found, claim.path, claim, isOtherName)), claim);
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
export function mediaFirst(found: readonly KeyedFile[]): readonly KeyedFile[] {
  // What lies beside media by its id is part of the recording as they are.
  const media = found.filter(({ unknown, kind }) => unknown === undefined || kind === 'other');
  return media.length === 0 ? found : media;
}

/** Of files with one name that folders do not tell apart, those that are nearest to the call by the claim's own measure. */
function nearest(found: readonly KeyedFile[], { distance }: Claim): readonly KeyedFile[] {
  if (distance === undefined || found.length < 2) return found;
  const distances = found.map(({ path }) => distance(path));
  const least = Math.min(...distances);
  return found.filter((_, index) => distances[index] === least);
}

/** What the first key finds that finds a file. */
export function firstFound(keys: readonly string[], find: (key: string) => readonly KeyedFile[]): readonly KeyedFile[] {
  for (const key of keys) {
    const found = find(key);
    if (found.length > 0) return found;
  }
  return [];
}

/** @param most how many of them at most; absent: all */
export function filesOf(files: Stage, key: string, most?: number): readonly KeyedFile[] {
  return files.get(key, most) as readonly KeyedFile[]; // put by the reader of the source under each of the file's keys
}
