/** The folder of this program, with a slash at its end. Everything that ships with the code (samples, mappings, the page) is at fixed places in it. */
export const home: URL = homeOf(import.meta.url);

/**
 * Returns the folder of the program from the URL of a module.
 * @param module URL of the running code: src/core/base/home.ts in the sources, any file below dist/ in a build
 */
export function homeOf(module: string): URL {
  if (module.endsWith('/src/core/base/home.ts')) return new URL('../../../', module);
  const dist = module.lastIndexOf('/dist/');
  if (dist < 0) throw new Error(`${module} lies neither in the sources nor in a build`);
  return new URL(module.slice(0, dist + 1));
}
