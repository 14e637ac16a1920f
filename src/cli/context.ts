import { homedir, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codecs } from '../../formats/codecs/index.ts';
import { formats } from '../../formats/index.ts';
import { importers } from '../../importers/index.ts';
import { LongplayError } from '../core/error.ts';
import type { Codec, Format } from '../core/format.ts';
import type { Importer } from '../core/importer.ts';
import { findFfmpeg } from '../media/ffmpeg.ts';
import { findOpusLibrary } from '../media/libopus.ts';
import type { MediaTools } from '../media/types.ts';
import { createWorkerPool, type WorkerPool } from '../media/worker-pool.ts';

/** Everything that commands take from outside: the lists, the clock, the environment, the streams. */
export interface Context {
  readonly formats: readonly Format[];
  readonly importers: readonly Importer[];
  readonly codecs: ReadonlyMap<string, Codec>;
  readonly env: NodeJS.ProcessEnv;
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
  /** Folder for temporary files: LONGPLAY_TMPDIR, else the system's. */
  readonly temporary: string;
  /** Folder of this machine's signing keys and memory of logs: LONGPLAY_KEYS, else longplay/keys where programs keep their settings. */
  readonly keys: string;
  /** How this program is started: Node.js and the command line, absolute. */
  readonly program: readonly string[];
  /** Who runs it; null where the system has no name for that. */
  readonly user: () => string | null;
  /** The small files that ship with longplay. */
  readonly samples: string;
  /** ISO time of now; SOURCE_DATE_EPOCH fixes it, for reproducible archives. */
  readonly now: () => string;
  readonly createPool: (jobs: number, signal: AbortSignal, passwords?: readonly Uint8Array[]) => WorkerPool;
}

/** What a worker thread is told when it starts. */
export interface WorkerSettings {
  readonly ffmpeg: string | null;
  readonly opus: string | null;
  readonly passwords?: readonly Uint8Array[];
}

/** The one place that sees the lists of formats, codecs and importers. */
export function createContext(): Context {
  const { env } = process;
  return {
    formats,
    importers,
    codecs: codecMap(),
    env,
    out: process.stdout,
    err: process.stderr,
    temporary: env.LONGPLAY_TMPDIR ?? tmpdir(),
    keys: env.LONGPLAY_KEYS || join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'longplay', 'keys'),
    program: [
      process.execPath,
      fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../dist/bin/longplay.js' : '../../bin/longplay.js', import.meta.url)),
    ],
    user: userName,
    samples: fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../samples/' : '../../../samples/', import.meta.url)),
    now: () => new Date(env.SOURCE_DATE_EPOCH === undefined ? Date.now() : epochMs(env.SOURCE_DATE_EPOCH)).toISOString(),
    createPool: (jobs, signal, passwords = []) => createWorkerPool(workerUrl(), jobs, { ...workerSettings(env), passwords }, signal),
  };
}

function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the list of users, as in containers.
    return null;
  }
}

/** Codecs by id. */
export function codecMap(): ReadonlyMap<string, Codec> {
  return new Map(codecs.map((codec) => [codec.id, codec]));
}

/** What the environment says about programs and libraries. */
export function workerSettings(env: NodeJS.ProcessEnv): WorkerSettings {
  return { ffmpeg: env.LONGPLAY_FFMPEG ?? null, opus: env.LONGPLAY_LIBOPUS ?? null };
}

/** The media tools of this process or thread. `none` in the settings switches one off. */
export async function mediaTools(settings: WorkerSettings): Promise<MediaTools> {
  return {
    formats,
    codecs: codecMap(),
    ffmpeg: settings.ffmpeg === 'none' ? null : await ffmpegOf(settings.ffmpeg),
    opus: settings.opus === 'none' ? null : findOpusLibrary(settings.opus ?? undefined),
    passwords: settings.passwords ?? [],
  };
}

/** Refuses programs and libraries that the environment names and that are not there, before anything is begun. @throws LongplayError U103, M150 */
export async function checkNamedTools(env: NodeJS.ProcessEnv): Promise<void> {
  const { ffmpeg, opus } = workerSettings(env);
  if (ffmpeg !== null && ffmpeg !== 'none') await ffmpegOf(ffmpeg);
  if (opus !== null) findOpusLibrary(opus);
}

/** One that is named must be there: without it files would be kept with no copy, and nobody would look at the name. */
async function ffmpegOf(path: string | null): Promise<MediaTools['ffmpeg']> {
  const found = await findFfmpeg(path ?? undefined);
  if (found === null && path !== null)
    throw new LongplayError(
      'usage',
      'U103',
      `${path}, which LONGPLAY_FFMPEG names, is no FFmpeg that runs`,
      'correct the variable, unset it, or set it to none',
    );
  return found;
}

/** Threads run compiled JavaScript; from the TypeScript sources (tests) that is the build's. */
function workerUrl(): URL {
  const here = import.meta.url;
  return here.endsWith('.ts') ? new URL('../../dist/src/cli/worker.js', here) : new URL('./worker.js', here);
}

function epochMs(text: string): number {
  const seconds = Number(text);
  if (!Number.isSafeInteger(seconds) || seconds < 0) {
    throw new LongplayError('usage', 'U105', `SOURCE_DATE_EPOCH is '${text}'`, 'give whole seconds since 1970, or unset it');
  }
  return seconds * 1_000;
}
