import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { limits } from '../../core/base/limits.ts';
import type { FfmpegRequest } from './ffmpeg.ts';
import type { FfmpegLaunch } from './launch.ts';
import { ffmpegLog } from './log.ts';
import { pipesOnly } from './pipes-only.ts';

/** The first descriptor after standard input, output and error. */
const firstPipe = 3;

/**
 * Runs one FFmpeg on several streams, each with its own pipes, and returns its output for each, in order. Null if FFmpeg ended with an error, printed a message
 * about a stream whose messages matter, stalled, or wrote more than `mostBytes`. The affected stream is then unknown, so each one must be decoded separately.
 * @throws the signal's reason
 */
export async function runFfmpegBatch(
  { program, before, env }: FfmpegLaunch,
  asks: readonly FfmpegRequest[],
  mostBytes: number,
  signal: AbortSignal,
): Promise<readonly Uint8Array[] | null> {
  signal.throwIfAborted();
  const inputs = asks.flatMap(({ inputArgs }, index) => [...pipesOnly, ...inputArgs, '-i', `pipe:${firstPipe + 2 * index}`]);
  const outputs = asks.flatMap(({ outputArgs }, index) => ['-map', `${index}:a:0`, ...outputArgs, `pipe:${firstPipe + 2 * index + 1}`]);
  const child = spawn(program, [...before, '-hide_banner', '-nostats', '-nostdin', '-loglevel', 'warning', ...inputs, ...outputs], {
    stdio: ['ignore', 'ignore', 'pipe', ...asks.flatMap(() => ['pipe', 'pipe'] as const)],
    ...(env === null ? {} : { env }),
  });
  const kill = (): void => void child.kill('SIGKILL');
  const stall = setTimeout(kill, limits.ffmpegStallMs);
  signal.addEventListener('abort', kill, { once: true });
  const ended = new Promise<number | null>((done) => {
    child.on('error', () => done(null));
    // All pipes of the process have ended by then.
    child.once('close', done);
  });
  try {
    // If the system has no descriptors left, there are no pipes at all.
    const pipes = (child.stdio as typeof child.stdio | undefined) ?? [];
    // A broken pipe means that the process has ended; its exit status gives the reason.
    for (const pipe of pipes) pipe?.on('error', () => {});
    const log = ffmpegLog();
    let rest = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      // Limited like the log: an endless line is cut here.
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(0, limits.ffmpegLogLineChars);
      for (const line of lines) log.add(line);
    });
    let bytes = 0;
    const written = asks.map((): Buffer[] => []);
    for (const [index, { coded }] of asks.entries()) {
      (pipes[firstPipe + 2 * index] as Writable | undefined)?.end(coded);
      (pipes[firstPipe + 2 * index + 1] as Readable | undefined)?.on('data', (piece: Buffer) => {
        stall.refresh();
        bytes += piece.length;
        if (bytes > mostBytes) kill();
        else written[index]?.push(piece);
      });
    }
    const code = await ended;
    signal.throwIfAborted();
    log.add(rest);
    const heeded = asks.some(({ heedless }) => heedless !== true);
    if (code !== 0 || bytes > mostBytes || (heeded && log.text() !== '')) return null;
    // The chunks of each stream are released as soon as they are joined.
    return written.map((pieces) => Buffer.concat(pieces.splice(0)));
  } finally {
    clearTimeout(stall);
    signal.removeEventListener('abort', kill);
  }
}
