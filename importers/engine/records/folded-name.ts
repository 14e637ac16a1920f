import { extension, foldedName } from '../../../src/core/base/safe-path.ts';
import { pathParts } from './keys.ts';

/** A path normalised for comparison: letter case, escapes, the query of a URL and the extension do not count. */
export interface FoldedPath {
  readonly stem: string;
  /** Its folders, folded as well. */
  readonly folders: readonly string[];
  /** An extension that is not a medium's and that was removed from the stem. Paths that differ in it may be two different names. */
  readonly tail: string;
}

/** Matches an extension that is not a medium's, of letters and digits, e.g. `.dat`; digits alone are the end of an id. */
const shortExtension = /^\.(?=.*[a-z])[a-z0-9]{1,4}$/;

/**
 * Matches characters that Windows removes from the end of names, so that tables on Windows do not contain them.
 * https://learn.microsoft.com/windows/win32/fileio/naming-a-file
 */
const trailingDots = /[. ]+$/;

/** Returns the folded path; null if folding leaves nothing of the name. @param isMedium returns true for a name with the extension of a medium */
export function foldedPath(path: string, isMedium: (name: string) => boolean): FoldedPath | null {
  const plain = unescaped(/^[A-Za-z][\w+.-]+:\//.test(path) ? path.replace(/[?#].*$/s, '') : path.replace(/(\.[A-Za-z0-9]{1,5})[?#].*$/s, '$1'));
  const parts = pathParts(plain).map((part) => foldedName(part.trim().replace(trailingDots, '')));
  const name = parts.at(-1) ?? '';
  const ending = extension(name);
  const isKnown = ending !== '' && isMedium(name);
  const isCut = isKnown || shortExtension.test(ending);
  const stem = isCut ? name.slice(0, name.length - ending.length) : name;
  return stem === '' ? null : { stem, folders: parts.slice(0, -1), tail: isCut && !isKnown ? ending : '' };
}

/** Returns true if two paths with one stem may mean one file: the folders of one path are the end of the folders of the other. */
export function mayBeSame(a: FoldedPath, b: FoldedPath): boolean {
  if (a.tail !== b.tail && a.tail !== '' && b.tail !== '') return false;
  const [longer, shorter] = a.folders.length < b.folders.length ? [b.folders, a.folders] : [a.folders, b.folders];
  return shorter.every((folder, at) => folder === longer[longer.length - shorter.length + at]);
}

function unescaped(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a per cent sign does not begin an escape
  }
}
