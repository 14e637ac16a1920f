#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { Interruption } from '../src/cli/exit-code.ts';
import { run } from '../src/cli/program.ts';
import { createSurroundings } from '../src/cli/surroundings.ts';

// V8 counts the samples of each recording, which lie outside its heap, as growth of the heap, and marks all of it anew after every 13 MB: an import of short
// calls spends a sixth of its time on that. With room for twice of what lives it does so a quarter as often, for 40 MB more.
setFlagsFromString('--heap-growing-percent=200');
// A second signal ends at once; the next run cleans up all the same. SIGHUP: the terminal or the connection to it is gone.
const abort = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (abort.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
    abort.abort(new Interruption(name));
  });
}
// A reader that has gone (`| head`) is no failure of ours; nor is a terminal that has gone (EIO): the signal that tells of it follows.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  if (error.code !== 'EIO') throw error;
});
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
});
process.exitCode = await run(process.argv.slice(2), createSurroundings(), abort.signal);
