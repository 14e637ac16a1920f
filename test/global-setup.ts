import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'rolldown';
import { forNode, programBuilds } from '../rolldown.config.ts';
import { builtModules } from './built.ts';
import { memoryFolder } from './temporary.ts';

/**
 * Builds once before all tests: the command line and the worker threads run as compiled JavaScript. `bin/check` states if no test of a run needs that (`LONGPLAY_TESTS=sources`).
 * Signing keys stay out of the tester's own folder, temporary files in memory.
 */
export async function setup(): Promise<() => void> {
  const modules = {
    ...forNode,
    input: Object.fromEntries(builtModules.map((source) => [source.replace(/\.ts$/, ''), source])),
    output: { dir: 'dist/test/modules' },
  };
  if (process.env.LONGPLAY_TESTS !== 'sources') for (const options of [...programBuilds, modules]) await build({ ...options, logLevel: 'silent' });
  // The command line would warn about an unknown variable.
  delete process.env.LONGPLAY_TESTS;
  const temporary = memoryFolder();
  process.env.TESTS_ON_DISK = tmpdir();
  if (temporary !== null) process.env.TMPDIR = temporary;
  const keys = mkdtempSync(join(tmpdir(), 'longplay-keys-'));
  process.env.LONGPLAY_KEYS = keys;
  // Cache of test/cli/canaries-once.ts for all processes of the run.
  const canaries = mkdtempSync(join(tmpdir(), 'longplay-canaries-'));
  process.env.TESTS_CANARIES = canaries;
  return () => {
    for (const gone of [keys, canaries, ...(temporary === null ? [] : [temporary])]) rmSync(gone, { recursive: true, force: true });
  };
}
