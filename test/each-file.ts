import { readFileSync } from 'node:fs';
import { beforeAll, expect } from 'vitest';

/**
 * Runs before each file of tests: files of one worker share the process, and what an archive makes of it is undone. A run that writes into an archive takes rights from all files
 * that its process makes afterwards.
 */
const kept = globalThis as { umaskOfTests?: number };
kept.umaskOfTests ??= process.umask();
process.umask(kept.umaskOfTests);

/**
 * A second thread costs each run of the command line a sixth of its CPU time, where it is given a handful of calls. Of the tests that run it from outside, those that speak of threads have as
 * many as users have; so have all tests of faults, media, the pipeline and verification.
 */
beforeAll(() => {
  delete process.env.LONGPLAY_JOBS;
  const { testPath = '' } = expect.getState();
  const isOutside = /\/test\/(?:browser|cases|cli|log|report|runtimes|serve)\//.test(testPath);
  if (isOutside && !/\bjobs\b|'-j'|\bthreads?\b/i.test(readFileSync(testPath, 'utf8'))) process.env.LONGPLAY_JOBS = '1';
});
