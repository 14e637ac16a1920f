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

/**
 * What commands need from the process and the machine: clock, environment variables, streams, folders. Loads quickly, because it does not include the
 * lists of formats and importers.
 */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
  /** Folder for temporary files: LONGPLAY_TMPDIR, else the system's. */
  readonly temporary: string;
  /** Folders of the configuration files of this user and of the system. */
  readonly settings: { readonly user: string; readonly system: string };
  /** Folder of this machine's signing keys and memory of logs: LONGPLAY_KEYS, else longplay/keys in the user's configuration folder. */
  readonly keys: string;
  /** Folder of the keyring of sealed archives: LONGPLAY_KEYRING, else longplay/keyring in the user's configuration folder. */
  readonly keyring: string;
  /** Command line that starts this program: Node.js and the script, as absolute paths. */
  readonly program: readonly string[];
  /** Returns the user, or the name of `--as`; null if the system has no name for the user. */
  readonly user: () => string | null;
  /** Returns the actor of log entries. */
  readonly actor: () => Actor;
  /** Sets the name of `--as`. */
  readonly actAs: (name: string) => void;
  /** Folder of the small recordings that ship with longplay. */
  readonly samples: string;
  /** Returns the current ISO time; SOURCE_DATE_EPOCH fixes it, for reproducible archives. */
  readonly now: () => string;
  /**
   * Returns the time, in epoch ms, after which times are in the future: the machine's clock, or SOURCE_DATE_EPOCH if that is later. An archive is
   * reproduced with a clock of the past.
   */
  readonly clockMs: () => number;
  /** Programs and libraries that decode, by the environment variables. FFmpeg is located once for this process and all of its threads. */
  readonly decoding: WorkerSettings;
  /** Creates worker threads. They run the build, even if this process runs the TypeScript sources, as in tests. */
  readonly createPool: (jobs: number, signal: AbortSignal, passwords?: readonly Uint8Array[]) => WorkerPool;
  /** Registers a function that is called whenever the user asks for progress (`progressSignals`). @returns a function that unregisters it */
  readonly onProgressAsked: (answer: () => void) => () => void;
  /** Events from parsing the options; `runCommand` reports them before the work begins. */
  readonly preface: PipelineEvent[];
}

/** Start parameters of a worker thread. */
export interface WorkerSettings {
  readonly ffmpeg: string | null;
  readonly opus: string | null;
  readonly passwords?: readonly Uint8Array[];
  /** Locates FFmpeg once for all threads of a process; absent: this thread locates it itself. */
  readonly ffmpegFound?: FoundOnce;
}

/** Signals that ask for progress, as with dd(1): SIGINFO is Ctrl-T on macOS and BSD, SIGUSR1 elsewhere. Only those that this system has. */
export const progressSignals = (['SIGUSR1', 'SIGINFO'] as const).filter((name) => name in constants.signals);

/** Creates the surroundings of this process. @param env environment variables; default: those of the process */
export function createSurroundings(env: NodeJS.ProcessEnv = process.env): Surroundings {
  let actsAs: string | null = null;
  const decoding = { ...workerSettings(env), ffmpegFound: createFoundOnce() };
  const settings = { user: join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'longplay'), system: '/etc/longplay' };
  return {
    env,
    out: process.stdout,
    err: process.stderr,
    temporary: temporaryFolder(env),
    settings,
    keys: env.LONGPLAY_KEYS || join(settings.user, 'keys'),
    keyring: env.LONGPLAY_KEYRING || join(settings.user, 'keyring'),
    program: [process.execPath, fileURLToPath(new URL('dist/bin/longplay.js', home))],
    user: () => actsAs ?? userName(),
    actor: () => actorOf(actsAs),
    actAs: (name) => {
      actsAs = name;
    },
    samples: fileURLToPath(new URL('samples/', home)),
    now: () => new Date(env.SOURCE_DATE_EPOCH === undefined ? Date.now() : epochMs(env.SOURCE_DATE_EPOCH)).toISOString(),
    clockMs: () => Math.max(Date.now(), env.SOURCE_DATE_EPOCH === undefined ? 0 : epochMs(env.SOURCE_DATE_EPOCH)),
    decoding,
    createPool: (jobs, signal, passwords = []) => createWorkerPool(new URL('dist/lib/worker.js', home), jobs, { ...decoding, passwords }, signal),
    onProgressAsked: (answer) => {
      for (const name of progressSignals) process.on(name, answer);
      return () => {
        for (const name of progressSignals) process.off(name, answer);
      };
    },
    preface: [],
  };
}

/** Returns the actor. @param actsAs name of `--as`; null: none */
function actorOf(actsAs: string | null): Actor {
  // A user id without a name, as in containers, becomes the login name itself.
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

/** Returns the settings of programs and libraries from the environment. */
function workerSettings(env: NodeJS.ProcessEnv): WorkerSettings {
  return { ffmpeg: env.LONGPLAY_FFMPEG ?? null, opus: env.LONGPLAY_LIBOPUS ?? null };
}

function epochMs(text: string): number {
  const seconds = Number(text);
  if (!Number.isSafeInteger(seconds) || seconds < 0) {
    throw new LongplayError('usage', 'U105', `SOURCE_DATE_EPOCH is '${text}'`, 'give whole seconds since 1970, or unset it');
  }
  return seconds * 1_000;
}
