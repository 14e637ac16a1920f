/** The folder that all paths of a source have in common, so that keys do not say how deep an export was packed or copied. */
export interface CommonFolder {
  add(path: string): void;
  /** The path below the common folder. */
  below(path: string): string;
}

/** Nothing added yet: every path is below. */
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
