import { createSurroundings, progressSignals } from './machine/surroundings.ts';
import { run } from './program.ts';
import { Interruption } from './report/exit-code.ts';

/** Runs the command line of this process with its arguments, streams and signals. @returns the exit code; never throws. */
export async function main(): Promise<number> {
  // Without a listener, Node.js opens its debugger on a port when it receives SIGUSR1. Running work adds its own listener; without work there is
  // nothing to report.
  for (const name of progressSignals) process.on(name, () => {});
  // A second signal ends the process at once, and the next run cleans up. SIGHUP: the terminal or its connection is gone.
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (abort.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
      abort.abort(new Interruption(name));
    });
  }
  // It is no failure if the reader has gone (`| head`), or if the terminal is closed (EIO), in which case a signal follows.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    if (error.code !== 'EIO') throw error;
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });
  return await run(process.argv.slice(2), createSurroundings(), abort.signal);
}
