import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file that FFmpeg is to read. */
export interface FileToRead {
  readonly path: string;
  /** Arguments before its `-i`. */
  readonly args: readonly string[];
}

/** Files that one process reads: each start of FFmpeg takes 70 ms of CPU time, more than decoding a few seconds of sound. */
const filesPerProcess = 16;

/**
 * Decodes the first audio stream of each file to 16-bit samples at its own rate, many files in one FFmpeg process.
 * @returns the samples in the order of the files; null for each file of a process that failed, because another file may be the cause
 */
export function decodedTogether(files: readonly FileToRead[]): readonly (Buffer | null)[] {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-together-'));
  try {
    return files.flatMap((_, at) => (at % filesPerProcess === 0 ? decodedAtOnce(files.slice(at, at + filesPerProcess), folder) : []));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function decodedAtOnce(files: readonly FileToRead[], folder: string): readonly (Buffer | null)[] {
  const inputs = files.flatMap(({ path, args }) => [...args, '-i', path]);
  const outputs = files.flatMap((_, at) => ['-map', `${at}:a:0`, '-f', 's16le', '-c:a', 'pcm_s16le', join(folder, `${at}.raw`)]);
  const { status } = spawnSync('ffmpeg', ['-v', 'quiet', '-nostdin', '-y', ...inputs, ...outputs]);
  return files.map((_, at) => (status === 0 ? readFileSync(join(folder, `${at}.raw`)) : null));
}
