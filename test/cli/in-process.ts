import { Writable } from 'node:stream';
import { createSurroundings, type Surroundings, type WorkerSettings } from '../../src/cli/machine/surroundings.ts';
import { run } from '../../src/cli/program.ts';
import { home } from '../../src/core/base/home.ts';
import { createWorkerPool, type WorkerPool } from '../../src/media/workers/worker-pool.ts';
import { withCanariesOnce } from './canaries-once.ts';
import { heldNow, leftBehind } from './left-behind.ts';

/** Exit and output of a command. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs the command line in this process, in its folder: a process per command takes longer than the command itself, because V8 reads and compiles the program each time. Throws if
 * the run leaves something that would keep a process from ending, or that would affect the next run (left-behind.ts).
 * @param keys folder of signing keys
 * @param more further environment variables
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
  const surroundings = createSurroundings(env);
  const decoding = decodingOf(surroundings.decoding);
  const own = { out: into((text) => (out += text)), err: into((text) => (err += text)), decoding, createPool: tryingCanariesOnce(decoding) };
  // Restores file permissions that a run writing into an archive removes, as the end of a process would.
  const umask = process.umask();
  const before = heldNow();
  let code: number;
  try {
    code = await run(args, { ...surroundings, ...own }, new AbortController().signal);
  } finally {
    process.umask(umask);
  }
  const left = await leftBehind(before);
  if (left.length > 0) throw new Error(`longplay ${args.join(' ')} left in the process: ${left.join('; ')}`);
  return { code, out, err };
}

const worker = new URL('dist/lib/worker.js', home);
/** The threads that the runs of this process share, by their number and settings. */
const pools = new Map<string, WorkerPool>();

/** Returns true where the environment leaves FFmpeg and libopus as this machine has them, or switches them off: no test changes what they are then. */
function areUsualTools({ ffmpeg, opus }: WorkerSettings): boolean {
  return (ffmpeg ?? 'none') === 'none' && (opus ?? 'none') === 'none';
}

/** What the usual tools of this machine were found to be, by what the environment says of them. */
const usual = new Map<string, WorkerSettings>();

/** Settings with which runs of this process locate the usual tools once; with a test's own programs each run locates them. */
function decodingOf(settings: WorkerSettings): WorkerSettings {
  if (!areUsualTools(settings)) return settings;
  const name = JSON.stringify([settings.ffmpeg, settings.opus]);
  const found = usual.get(name) ?? settings;
  usual.set(name, found);
  return found;
}

/** The threads of this process: a run leaves them to the next one, so that their code is read and compiled once. A run with passwords or its own programs has threads of its own. */
const poolOf =
  (decoding: WorkerSettings): Surroundings['createPool'] =>
  (jobs, signal, passwords = []) => {
    const settings = { ...decoding, passwords };
    if (passwords.length > 0 || !areUsualTools(decoding)) return createWorkerPool(worker, jobs, settings, signal);
    const name = JSON.stringify([jobs, decoding.ffmpeg, decoding.opus]);
    const pool = pools.get(name) ?? createWorkerPool(worker, jobs, settings, new AbortController().signal);
    pools.set(name, pool);
    return { ...pool, size: jobs, close: async () => {} };
  };

/** Threads that decode each canary once; with a test's own programs they decode all of them. */
const tryingCanariesOnce =
  (decoding: WorkerSettings): Surroundings['createPool'] =>
  (jobs, signal, passwords = []) => {
    const pool = poolOf(decoding)(jobs, signal, passwords);
    const { ffmpeg, opus } = decoding;
    return areUsualTools(decoding) ? withCanariesOnce(pool, { ffmpeg, opus }) : pool;
  };

/** Threads for tests of functions that take threads: those of command line runs in this process, or, with a program of its own as FFmpeg, threads that its `close` ends. */
export const poolForTests = (jobs: number, ffmpeg?: string): WorkerPool =>
  poolOf(decodingOf(createSurroundings(ffmpeg === undefined ? process.env : { ...process.env, LONGPLAY_FFMPEG: ffmpeg }).decoding))(
    jobs,
    new AbortController().signal,
  );
