import { createSurroundings, progressSignals } from './machine/surroundings.ts';
import { run } from './program.ts';
import { Interruption } from './report/exit-code.ts';

/** Runs the command line of this process: its arguments, its streams, its signals. @returns the exit code; never throws. */
export async function main(): Promise<number> {
  // By itself Node.js opens its debugger on a port when SIGUSR1 comes. Whoever works subscribes to it; nobody else has anything to tell.
  for (const name of progressSignals) process.on(name, () => {});
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
  return await run(process.argv.slice(2), createSurroundings(), abort.signal);
}
