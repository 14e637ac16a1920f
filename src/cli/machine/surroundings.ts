import { constants, homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../archive/files/temporary-folder.ts';
import { LongplayError } from '../../core/base/error.ts';
import { home } from '../../core/base/home.ts';
import type { Actor } from '../../log/entries/actor.ts';
import { createFoundOnce, type FoundOnce } from '../../media/identify/found-once.ts';
import { createWorkerPool, type WorkerPool } from '../../media/workers/worker-pool.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';

/** What commands take from outside but for the lists: the clock, the environment, the streams. Loads nothing that takes long. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
  /** Folder for temporary files: LONGPLAY_TMPDIR, else the system's. */
  readonly temporary: string;
  /** Folders with the configuration files of this user, where programs keep theirs, and of the system. */
  readonly settings: { readonly user: string; readonly system: string };
  /** Folder of this machine's signing keys and memory of logs: LONGPLAY_KEYS, else longplay/keys where programs keep their settings. */
  readonly keys: string;
  /** How this program is started: Node.js and the command line, absolute. */
  readonly program: readonly string[];
  /** Who runs it, or the name of `--as`; null where the system has no name for that. */
  readonly user: () => string | null;
  /** Who causes what is entered in logs. */
  readonly actor: () => Actor;
  /** Takes the name of `--as`. */
  readonly actAs: (name: string) => void;
  /** The small files that ship with longplay. */
  readonly samples: string;
  /** ISO time of now; SOURCE_DATE_EPOCH fixes it, for reproducible archives. */
  readonly now: () => string;
  /** What lies in the future lies behind this, epoch ms: the machine's clock, or SOURCE_DATE_EPOCH where that is later. An archive is reproduced with a clock of long ago. */
  readonly clockMs: () => number;
  /** Threads run the build, also where the rest runs from the TypeScript sources (tests). */
  readonly createPool: (jobs: number, signal: AbortSignal, passwords?: readonly Uint8Array[]) => WorkerPool;
  /** Calls back whenever somebody asks how far the work is (`progressSignals`). @returns ends that */
  readonly onProgressAsked: (answer: () => void) => () => void;
  /** What the command line made of its options: `runCommand` tells it before the work begins. */
  readonly preface: PipelineEvent[];
}

/** What a worker thread is told when it starts. */
export interface WorkerSettings {
  readonly ffmpeg: string | null;
  readonly opus: string | null;
  readonly passwords?: readonly Uint8Array[];
  /** Where the threads of a pool find FFmpeg once for all; absent: this thread looks for itself. */
  readonly ffmpegFound?: FoundOnce;
}

/** Signals that ask how far the work is, as dd(1) answers them: SIGINFO is that of Ctrl-T on macOS and BSD, SIGUSR1 elsewhere; those that this system has. */
export const progressSignals = (['SIGUSR1', 'SIGINFO'] as const).filter((name) => name in constants.signals);

/** Those of this process. @param env the environment, where it is not that of the process */
export function createSurroundings(env: NodeJS.ProcessEnv = process.env): Surroundings {
  let actsAs: string | null = null;
  const settings = { user: join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'longplay'), system: '/etc/longplay' };
  return {
    env,
    out: process.stdout,
    err: process.stderr,
    temporary: temporaryFolder(env),
    settings,
    keys: env.LONGPLAY_KEYS || join(settings.user, 'keys'),
    program: [process.execPath, fileURLToPath(new URL('dist/bin/longplay.js', home))],
    user: () => actsAs ?? userName(),
    actor: () => actorOf(actsAs),
    actAs: (name) => {
      actsAs = name;
    },
    samples: fileURLToPath(new URL('samples/', home)),
    now: () => new Date(env.SOURCE_DATE_EPOCH === undefined ? Date.now() : epochMs(env.SOURCE_DATE_EPOCH)).toISOString(),
    clockMs: () => Math.max(Date.now(), env.SOURCE_DATE_EPOCH === undefined ? 0 : epochMs(env.SOURCE_DATE_EPOCH)),
    createPool: (jobs, signal, passwords = []) =>
      createWorkerPool(new URL('dist/lib/worker.js', home), jobs, { ...workerSettings(env), passwords, ffmpegFound: createFoundOnce() }, signal),
    onProgressAsked: (answer) => {
      for (const name of progressSignals) process.on(name, answer);
      return () => {
        for (const name of progressSignals) process.off(name, answer);
      };
    },
    preface: [],
  };
}

/** @param actsAs name of `--as`; null: none was given */
function actorOf(actsAs: string | null): Actor {
  // A user id without a name stands for itself, as in containers.
  const login = userName() ?? `uid-${process.getuid?.() ?? 'unknown'}`;
  return { user: actsAs ?? login, host: hostname(), ...(actsAs === null || actsAs === login ? {} : { login }) };
}

function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the list of users, as in containers.
    return null;
  }
}

/** What the environment says about programs and libraries. */
export function workerSettings(env: NodeJS.ProcessEnv): WorkerSettings {
  return { ffmpeg: env.LONGPLAY_FFMPEG ?? null, opus: env.LONGPLAY_LIBOPUS ?? null };
}

function epochMs(text: string): number {
  const seconds = Number(text);
  if (!Number.isSafeInteger(seconds) || seconds < 0) {
    throw new LongplayError('usage', 'U105', `SOURCE_DATE_EPOCH is '${text}'`, 'give whole seconds since 1970, or unset it');
  }
  return seconds * 1_000;
}
