import { defineConfig } from 'vitest/config';
import { patience } from './test/patience.ts';

// Certificates that somebody's network wants take each start of Node.js three times the CPU time that it takes else (0.1 s, not 0.03), and no test leaves the machine.
delete process.env.NODE_EXTRA_CA_CERTS;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The tester's own configuration must not decide what a test sees; those about configuration name their files.
    env: { LONGPLAY_CONFIG: 'none' },
    globalSetup: ['test/global-setup.ts'],
    // For what hangs alone: tests wait for what they look at, and a machine with a load of 30 takes fifteen times as long as an idle one.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    expect: { poll: { timeout: patience } },
    // One more than CI has cores: a fifth of the time a test waits for a disk or a process.
    maxWorkers: 3,
    // Files of one worker share what they have loaded, which saves half a second of CPU time a file: a test leaves the process as it found it.
    isolate: false,
    setupFiles: ['test/each-file.ts'],
  },
});
