import { type ChildProcess, execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, resolve } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import { fluentLane } from './fluent.ts';
import { type FfmpegLaunch, launchesOf } from './launch.ts';
import { ffmpegLog } from './log.ts';
import { type PacketsRead, readingLog } from './packets.ts';
import { pipesOnly } from './pipes-only.ts';
import { type FfmpegLane, spawnLane } from './spawn.ts';

/** One run of FFmpeg, from its standard input to its standard output. */
export interface FfmpegJob {
  /** FFmpeg's input. Chunks are copied, so each must be valid only until the next one is requested. */
  readonly input: AsyncIterable<Uint8Array>;
  /** Arguments before `-i pipe:0`. */
  readonly inputArgs: readonly string[];
  /** Arguments before `pipe:1`. They must name a format that needs no seeking. */
  readonly outputArgs: readonly string[];
  /** Receives FFmpeg's output. FFmpeg waits while this function waits. */
  readonly output: (bytes: Uint8Array) => void | Promise<void>;
  /** True: reports the end of the output's time stamps. */
  readonly timed?: boolean;
  /** True: reports counts of the packets in the decoded audio stream. */
  readonly counted?: boolean;
}

/** Results of a successful FFmpeg run, apart from its output. */
export interface FfmpegRun {
  readonly stderr: string;
  /** End of the last packet, by its time stamp; null if not requested. */
  readonly endSeconds: number | null;
  /** Counts of packets; null if not requested, or if FFmpeg does not report them (before 6.1). */
  readonly packets: PacketsRead | null;
}

/** FFmpeg ran and failed. This is a fact about its input, which the caller turns into a finding. */
export class FfmpegError extends Error {
  /** First and last lines of FFmpeg's standard error. */
  readonly stderr: string;
  /** True if FFmpeg crashed or ran out of memory, so that it is unknown whether its input is the cause. */
  readonly crashed: boolean;

  constructor(message: string, stderr: string, cause: unknown, crashed = false) {
    super(message, { cause });
    this.name = 'FfmpegError';
    this.stderr = stderr;
    this.crashed = crashed;
  }
}

/** A whole coded stream, and the output that FFmpeg should make of it. */
export interface FfmpegRequest {
  /** Arguments before the `-i` of this stream. */
  readonly inputArgs: readonly string[];
  readonly coded: Uint8Array;
  /** Arguments before the output of this stream, without `-map`. They must name a format that needs no seeking. */
  readonly outputArgs: readonly string[];
  /** Expected size of the output. */
  readonly likelyBytes: number;
  /** True: FFmpeg's messages are ignored as long as it exits successfully. */
  readonly heedless?: boolean;
}

/** The installed FFmpeg. */
export interface Ffmpeg {
  /** Absolute path. */
  readonly path: string;
  /** How FFmpeg is started: as confined as this machine permits. */
  readonly launch: FfmpegLaunch;
  /** The version number alone (`7.1.5`) or, for builds without one, their own version text. */
  readonly version: string;
  /** The full version text, and the beginning of a digest of compiler, configuration and library versions. */
  readonly build: string;
}

/** Finds FFmpeg at the given path, or the first one on PATH; null if there is none that runs. */
export async function findFfmpeg(path?: string): Promise<Ffmpeg | null> {
  const found = path === undefined ? onPath() : resolve(path);
  if (found === null) return null;
  for (const launch of launchesOf(found)) {
    const text = await versionText(launch);
    const word = /^ffmpeg version (\S+)/.exec(text)?.[1];
    if (word !== undefined)
      return { path: found, launch, version: /^n?(\d+(?:\.\d+)+)/.exec(word)?.[1] ?? word, build: `${word} ${sha256Hex(text).slice(0, 8)}` };
  }
  return null;
}

function versionText({ program, before, env }: FfmpegLaunch): Promise<string> {
  const options = { timeout: limits.ffmpegStallMs, maxBuffer: 1024 * 1024, ...(env === null ? {} : { env }) };
  return new Promise((done) => {
    execFile(program, [...before, '-hide_banner', '-version'], options, (error, stdout) => done(error === null ? stdout : ''));
  });
}

function onPath(): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    // A relative folder on PATH would mean another program after a change of the current folder.
    if (!isAbsolute(folder)) continue;
    const file = resolve(folder, 'ffmpeg');
    if (executable(file)) return file;
  }
  return null;
}

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs FFmpeg once. Returns when all output has been consumed and the process has ended. The process has also ended if the function throws. One function:
 * input, output, log and process can each end the others, and the run ends only when all four have ended.
 * @param lane starts the process and transfers its bytes
 * @throws FfmpegError if FFmpeg exits with an error, does not support the format, crashes, or neither reads nor writes for `limits.ffmpegStallMs`.
 * @throws LongplayError `M100` (incomplete) if it cannot be started, `M161` if it is killed from outside or gets no descriptors.
 * @throws errors of `input` or `output`, or the signal's reason.
 */
export async function runFfmpeg(launch: FfmpegLaunch, job: FfmpegJob, signal: AbortSignal, lane: FfmpegLane = usualLane()): Promise<FfmpegRun> {
  signal.throwIfAborted();
  const log = ffmpegLog();
  const reading = readingLog(log, job.counted === true);
  let endSeconds: number | null = null;
  /** `stopped`: the first error on longplay's side; FFmpeg's own end is then only its consequence. */
  const run: { child: ChildProcess | null; stopped: { readonly error: unknown } | null } = { child: null, stopped: null };
  const stop = (error: unknown): void => {
    run.stopped ??= { error };
    run.child?.kill('SIGKILL');
  };
  const stall = setTimeout(
    () => stop(new FfmpegError(`FFmpeg stalled for ${limits.ffmpegStallMs / 1000} s`, log.text(), null)),
    limits.ffmpegStallMs,
  );

  const input = Readable.from(
    (async function* () {
      try {
        for await (const bytes of job.input) {
          stall.refresh();
          yield Buffer.from(bytes);
        }
      } catch (error) {
        stop(error);
      }
    })(),
    { objectMode: false },
  );
  const output = new Writable({
    // If its output is closed, fluent-ffmpeg reports a failure unless the process ends within 20 ms.
    emitClose: false,
    autoDestroy: false,
    write: (bytes: Uint8Array, _encoding, done) => {
      stall.refresh();
      take(job.output, bytes).then(
        () => done(),
        (error: unknown) => {
          stop(error);
          done();
        },
      );
    },
  });
  const drained = new Promise<void>((done) => output.once('finish', done));
  const onAbort = (): void => stop(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });

  try {
    const failure = await lane({
      launch,
      inputArgs: ['-hide_banner', '-nostats', '-loglevel', reading.level, ...(job.timed === true ? progress : []), ...pipesOnly, ...job.inputArgs],
      outputArgs: job.outputArgs,
      input,
      output,
      onLine: (line) => {
        const [, key, value] = (job.timed === true ? progressLine.exec(line) : null) ?? [];
        // Progress lines are printed even if there is no progress.
        if (key === undefined) {
          stall.refresh();
          reading.add(line);
        } else if (key === 'out_time_us' && Number.isSafeInteger(Number(value))) endSeconds = Number(value) / 1_000_000;
      },
      onChild: (started) => {
        run.child = started;
        // A stop before the start found no process to kill.
        if (run.stopped !== null) started.kill('SIGKILL');
      },
    });
    await gone(run.child);
    if (failure === null && run.stopped === null) await drained;
    if (run.stopped !== null) throw run.stopped.error;
    if (failure === null) return { stderr: log.text(), endSeconds, packets: reading.packets() };
    if (systemCode(failure) !== null || run.child === null) {
      const hint = 'check that FFmpeg is installed and that the system has room for another process (longplay doctor), then run again';
      throw new LongplayError('incomplete', 'M100', `FFmpeg could not be started: ${errorText(failure)}`, hint, failure);
    }
    const { signalCode, exitCode } = run.child;
    // The limit of processor time suffices for any recording.
    const spun = signalCode === 'SIGXCPU' && launch.isLimited;
    const crashed = signalCode === null ? exitCode === noMemory : crashes.has(signalCode) || spun;
    const ended = new FfmpegError(endOf(run.child), log.text(), failure, crashed);
    throw !crashed && (signalCode !== null || lackingExits.has(exitCode ?? 0)) ? endedByMachine(ended) : ended;
  } finally {
    clearTimeout(stall);
    signal.removeEventListener('abort', onAbort);
    input.destroy();
  }
}

let usual: FfmpegLane | null = null;

/** Returns the lane of fluent-ffmpeg or, if the package is absent, the one without it. Input and output are the same. */
function usualLane(): FfmpegLane {
  usual ??= fluentLane() ?? spawnLane;
  return usual;
}

/**
 * FFmpeg prints one block of lines per second and at the end. If no packet comes out, FFmpeg 7.1 ends only at the next block: with a period of a minute, a
 * truncated WavPack file took a minute.
 */
const progress = ['-progress', 'pipe:2', '-stats_period', '1'];
/** Matches lines of progress. Source: FFmpeg 7.1, fftools/ffmpeg.c, print_report. */
const progressLine = /^(bitrate|total_size|out_time_us|out_time_ms|out_time|dup_frames|drop_frames|speed|progress)= *(\S*)$/;

/** Signals that a program's own fault causes (signal(7)). All others are sent from outside: by a user, a limit, or the kernel for lack of memory. */
const crashes: ReadonlySet<string> = new Set(['SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGFPE', 'SIGILL', 'SIGTRAP', 'SIGSYS']);
/** Exit code for lack of memory: FFmpeg exits with the low byte of its error (AVERROR is the negative errno), and ENOMEM is 12. */
const noMemory = 256 - 12;
/**
 * Exit codes for lack of other resources: EAGAIN (no thread available), ENFILE, EMFILE; 126 and 127: a library that cannot be loaded (ld.so(8)), or a wrapper
 * that found no program.
 */
const lackingExits: ReadonlySet<number> = new Set([256 - 11, 256 - 23, 256 - 24, 126, 127]);

/** Returns the error for an FFmpeg that ended for a reason other than its input. */
export function endedByMachine(error: FfmpegError): LongplayError {
  const hint =
    'find out what ended it (`journalctl -k` shows whether the kernel did, for lack of memory), provide more memory or use fewer --jobs, then run again';
  return new LongplayError('incomplete', 'M161', `${error.message}, for reasons other than its input`, hint, error);
}

async function take(output: FfmpegJob['output'], bytes: Uint8Array): Promise<void> {
  await output(bytes);
}

function endOf(child: ChildProcess): string {
  return child.signalCode === null ? `FFmpeg ended with code ${child.exitCode}` : `FFmpeg was ended by ${child.signalCode}`;
}

async function gone(child: ChildProcess | null): Promise<void> {
  if (child === null || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((done) => child.once('exit', done));
}
