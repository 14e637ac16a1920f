import { readFileSync } from 'node:fs';
import { beforeAll, expect } from 'vitest';

/**
 * Runs before each test file: files of one worker share the process, and changes by writing into an archive are undone. A run that writes into an archive restricts the permissions
 * of all files that its process makes afterwards.
 */
const kept = globalThis as { umaskOfTests?: number };
kept.umaskOfTests ??= process.umask();
process.umask(kept.umaskOfTests);

/**
 * A second thread costs each run of the command line with a handful of calls a sixth of its CPU time. Tests about threads run as many as users have; so do all tests of faults,
 * media, the pipeline and verification.
 */
beforeAll(() => {
  delete process.env.LONGPLAY_JOBS;
  const { testPath = '' } = expect.getState();
  const isOutside = /\/test\/(?:browser|cases|cli|log|report|runtimes|serve)\//.test(testPath);
  if (isOutside && !/\bjobs\b|'-j'|\bthreads?\b/i.test(readFileSync(testPath, 'utf8'))) process.env.LONGPLAY_JOBS = '1';
});
