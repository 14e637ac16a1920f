/**
 * The folder that all paths of a source have in common. Keys use the paths below it, so that they do not depend on the folders into which an export was packed
 * or copied.
 */
export interface CommonFolder {
  add(path: string): void;
  /** Returns the path below the common folder. */
  below(path: string): string;
}

/** Creates a common folder. Before anything is added, `below` returns every path unchanged. */
export function commonFolder(): CommonFolder {
  let common: string | null = null;
  return {
    add: (path) => {
      const folder = path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('!')) + 1);
      if (common === null) common = folder;
      while (!folder.startsWith(common))
        common = common.slice(0, Math.max(common.lastIndexOf('/', common.length - 2), common.lastIndexOf('!', common.length - 2)) + 1);
    },
    below: (path) => path.slice((common ?? '').length).replaceAll('!', '/'),
  };
}
