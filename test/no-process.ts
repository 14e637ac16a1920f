import { createRequire, syncBuiltinESMExports } from 'node:module';

/** Runs before each test file of the `unit` lane: every function that starts a process throws, so that a test that needs one must be in another lane (test/lanes.ts). */
const childProcess = createRequire(import.meta.url)('node:child_process') as Record<string, unknown>;
for (const name of ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync']) {
  childProcess[name] = () => {
    throw new Error(`a test of the unit lane starts a process (${name}): see test/lanes.ts for what decides the lane`);
  };
}
syncBuiltinESMExports();
