import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FfmpegLaunch } from './launch.ts';

/** One FFmpeg process, from `pipe:0` to `pipe:1`. */
export interface FfmpegStart {
  readonly launch: FfmpegLaunch;
  /** Arguments before `-i pipe:0`. */
  readonly inputArgs: readonly string[];
  /** Arguments before `pipe:1`. */
  readonly outputArgs: readonly string[];
  readonly input: Readable;
  /** Receives all of standard output, and is ended after it. */
  readonly output: Writable;
  /** Receives each line of standard error. */
  readonly onLine: (line: string) => void;
  /** Receives the process as soon as it exists. */
  readonly onChild: (child: ChildProcess) => void;
}

/** Starts FFmpeg and transfers its bytes. Returns null on success, else the error, which is one of the system (`ENOENT` …) if FFmpeg could not be started. */
export type FfmpegLane = (start: FfmpegStart) => Promise<unknown>;

/** Runs FFmpeg directly as a child process. */
export const spawnLane: FfmpegLane = async ({ launch: { program, before, env }, inputArgs, outputArgs, input, output, onLine, onChild }) => {
  const args = [...before, ...inputArgs, '-i', 'pipe:0', '-y', ...outputArgs, 'pipe:1'];
  const child = spawn(program, args, { stdio: 'pipe', windowsHide: true, ...(env === null ? {} : { env }) });
  const ended = new Promise<unknown>((done) => {
    child.once('error', done);
    child.once('close', (code, killed) => {
      done(code === 0 ? null : new Error(killed === null ? `ffmpeg exited with code ${code}` : `ffmpeg was killed with signal ${killed}`));
    });
  });
  if (child.pid === undefined) {
    input.destroy();
    return ended;
  }
  onChild(child);
  const lines = createInterface({ input: child.stderr, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on('line', onLine);
  // FFmpeg may end before it has read everything; its exit code gives the reason.
  child.stdin.on('error', () => input.destroy());
  input.pipe(child.stdin);
  const taken = pipeline(child.stdout, output, { end: true }).then(
    () => null,
    (error: unknown) => error,
  );
  const failure = await ended;
  const untaken = await taken;
  input.destroy();
  return failure ?? untaken;
};
