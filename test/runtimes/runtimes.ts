import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Real binaries of Node.js, installed by `bin/setup --tests` on supported platforms.
const installed = fileURLToPath(new URL('node_modules', import.meta.url));

/** The installed ones: `node22` … */
export const versions = existsSync(installed) ? readdirSync(installed).filter((name) => /^node\d+$/.test(name)) : [];
/** The one that runs the tests. */
export const own = `node${process.versions.node.split('.')[0]}`;
/** The test runner's version first, then the others. */
export const runtimes = [own, ...versions.filter((name) => name !== own)];

/** Absolute path of a version's program. */
export function programOf(runtime: string): string {
  return runtime === own ? process.execPath : join(installed, runtime, 'bin/node');
}
