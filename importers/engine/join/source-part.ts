import type { Source } from '../../../src/core/model/source.ts';

/** Returns true for a file in a source in which a call has a record. */
export type IsBeside = (path: string) => boolean;

/**
 * Returns the test for the files of a call if the user gave several sources: two systems may write equal names, and then a record refers to the file in its own
 * source. Null if there is one source, or the call has records in several.
 * @param paths paths of the records of the call
 */
export function besideRecords({ parts = [] }: Pick<Source, 'parts'>, paths: Iterable<string>): IsBeside | null {
  if (parts.length < 2) return null;
  const own = new Set<string>();
  for (const path of paths) {
    const part = parts.find((name) => isIn(path, name));
    if (part !== undefined) own.add(part);
  }
  const [only, other] = own;
  return only === undefined || other !== undefined ? null : (path) => isIn(path, only);
}

function isIn(path: string, part: string): boolean {
  return path === part || path.startsWith(`${part}/`) || path.startsWith(`${part}!`);
}
