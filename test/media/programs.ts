import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether a program that judges can be run here. */
export function hasProgram(name: string): boolean {
  return spawnSync(name, ['--version']).error === undefined;
}

/** Bytes in a file of their own, for as long as `use` takes. */
export function withFile<T>(name: string, bytes: Uint8Array, use: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'longplay-'));
  try {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Samples as FFmpeg decodes them, 16 bits interleaved; fails on any error that FFmpeg tells of. */
export function ffmpegSamples(path: string): Int16Array {
  const { stdout, stderr, status } = spawnSync('ffmpeg', ['-v', 'error', '-i', path, '-f', 's16le', '-'], { maxBuffer: 2 ** 28 });
  if (status !== 0 || stderr.length > 0) throw new Error(`ffmpeg: ${stderr}`);
  return new Int16Array(new Uint8Array(stdout).buffer);
}

/** What a program prints. */
export function output(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
