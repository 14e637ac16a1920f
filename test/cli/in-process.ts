import { Writable } from 'node:stream';
import { run } from '../../src/cli/program.ts';
import { createSurroundings, type Surroundings, workerSettings } from '../../src/cli/surroundings.ts';
import { home } from '../../src/core/home.ts';
import { createFoundOnce } from '../../src/media/found-once.ts';
import { createWorkerPool, type WorkerPool } from '../../src/media/worker-pool.ts';

/** How a command ended and what it printed. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs the command line in this process, in its folder: a process for each of many commands takes longer than all they do, since V8 reads and compiles the program anew.
 * @param keys folder of signing keys
 * @param more what else the environment says
 */
export async function runHere(args: readonly string[], keys: string, more: Readonly<Record<string, string>> = {}): Promise<Ran> {
  let out = '';
  let err = '';
  const into = (add: (text: string) => void): NodeJS.WriteStream =>
    new Writable({
      write: (chunk, _encoding, done) => {
        add(String(chunk));
        done();
      },
    }) as unknown as NodeJS.WriteStream;
  const env = { ...process.env, LONGPLAY_KEYS: keys, ...more };
  const own = { out: into((text) => (out += text)), err: into((text) => (err += text)), createPool: poolOf(env) };
  // What a run that writes into an archive takes from the rights of files is undone, as it is by the end of a process.
  const umask = process.umask();
  try {
    return { code: await run(args, { ...createSurroundings(env), ...own }, new AbortController().signal), out, err };
  } finally {
    process.umask(umask);
  }
}

const worker = new URL('dist/lib/worker.js', home);
/** The threads that the runs of this process share, by what they were told when they started. */
const pools = new Map<string, WorkerPool>();

/** Those of this process: a run that ends leaves them to the next one, so that their code is read and compiled once. Passwords are told to threads of one run alone. */
const poolOf =
  (env: NodeJS.ProcessEnv): Surroundings['createPool'] =>
  (jobs, signal, passwords = []) => {
    const settings = { ...workerSettings(env), passwords };
    if (passwords.length > 0) return createWorkerPool(worker, jobs, { ...settings, ffmpegFound: createFoundOnce() }, signal);
    const key = JSON.stringify([jobs, settings]);
    let pool = pools.get(key);
    if (pool === undefined) {
      pool = createWorkerPool(worker, jobs, { ...settings, ffmpegFound: createFoundOnce() }, new AbortController().signal);
      pools.set(key, pool);
    }
    return { ...pool, size: jobs, close: async () => {} };
  };
