import type { ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import type fluent from 'fluent-ffmpeg';
import type { FfmpegLaunch } from './launch.ts';
import type { FfmpegLane } from './spawn.ts';

/** Returns a lane that uses the package fluent-ffmpeg; null if the package is absent. */
export function fluentLane(): FfmpegLane | null {
  let create: typeof fluent;
  try {
    create = createRequire(import.meta.url)('fluent-ffmpeg') as typeof fluent; // The package exports its function.
  } catch {
    // The package is not installed. The other lane does the same work.
    return null;
  }
  return ({ launch, inputArgs, outputArgs, input, output, onLine, onChild }) =>
    new Promise<unknown>((done) => {
      const command = create({ source: input });
      command.setFfmpegPath(launch.program);
      withoutProbes(command);
      withSpawns(command, launch, onChild);
      command.inputOptions([...inputArgs]);
      command.outputOptions([...outputArgs]);
      command.on('stderr', onLine);
      command.on('error', (error: unknown) => done(error));
      command.on('end', () => done(null));
      command.output(output).run();
    });
}

type Ring = { get(): string };
type End = (error: Error | null, stdout: Ring, stderr: Ring) => void;
type Start = (child: ChildProcess, stdout: Ring, stderr: Ring) => void;
type Spawn = (args: string[], options: object, onStart: Start, onEnd: End) => void;

/**
 * Disables fluent-ffmpeg's queries. Before its first run in each thread, it would query FFmpeg's formats once and its encoders twice, in processes of 0.1
 * CPU-seconds each: for messages that FFmpeg gives itself, and to permit experimental encoders, which longplay does not use.
 */
function withoutProbes(command: fluent.FfmpegCommand): void {
  // A private and a public method of the pinned version (lib/capabilities.js).
  Object.assign(command, {
    _checkCapabilities: (done: (error: Error | null) => void) => done(null),
    availableEncoders: (done: (error: Error | null, encoders: object) => void) => done(null, {}),
  });
}

/**
 * Adds the launcher's arguments before FFmpeg's, and its environment. fluent-ffmpeg has no option for them, but passes its options to `spawn` unchanged. Also
 * exposes the process, which `kill()` needs, and adds empty log rings: if a process cannot be spawned (ENOENT, EAGAIN), fluent-ffmpeg 2.1.3 ends without the
 * rings that its own `run` then reads, which causes a TypeError that cannot be caught.
 */
function withSpawns(command: fluent.FfmpegCommand, { before, env }: FfmpegLaunch, onChild: (child: ChildProcess) => void): void {
  // The private method of the pinned version (lib/processor.js). `run` passes all four arguments, the queries fewer.
  const inner = (command as unknown as { _spawnFfmpeg: (...args: unknown[]) => void })._spawnFfmpeg;
  const none: Ring = { get: () => '' };
  const spawn: Spawn = (args, options, onStart, onEnd) => {
    if (typeof onEnd !== 'function') return inner.call(command, args, options, onStart);
    const start: Start = (child, stdout, stderr) => {
      onChild(child);
      onStart(child, stdout, stderr);
    };
    const confined = { ...options, ...(env === null ? {} : { env }) };
    inner.call(command, [...before, ...args], confined, start, (error: Error | null, stdout?: Ring, stderr?: Ring) =>
      onEnd(error, stdout ?? none, stderr ?? none),
    );
  };
  Object.assign(command, { _spawnFfmpeg: spawn });
}
