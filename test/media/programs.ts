import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ffmpeg } from '../../src/media/ffmpeg/ffmpeg.ts';
import type { FfmpegLaunch } from '../../src/media/ffmpeg/launch.ts';

/** Whether a judging program can run here. */
export function hasProgram(name: string): boolean {
  return spawnSync(name, ['--version']).error === undefined;
}

/** Writes bytes into a file of their own, for the duration of `use`. */
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

/** Samples as FFmpeg decodes them, 16 bits interleaved; fails on any error that FFmpeg reports. */
export function ffmpegSamples(path: string): Int16Array {
  const { stdout, stderr, status } = spawnSync('ffmpeg', ['-v', 'error', '-i', path, '-f', 's16le', '-'], { maxBuffer: 2 ** 28 });
  if (status !== 0 || stderr.length > 0) throw new Error(`ffmpeg: ${stderr}`);
  return new Int16Array(new Uint8Array(stdout).buffer);
}

/** Standard output of a program. */
export function output(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** 16-bit samples of 8 kHz, mono, coded by FFmpeg: `coding` is the part of its arguments between input and output. */
export function ffmpegCoded(samples: Uint8Array, ...coding: string[]): Buffer {
  const input = '-v error -f s16le -ar 8000 -ac 1 -i -'.split(' ');
  return execFileSync('ffmpeg', [...input, ...coding, '-bitexact', '-'], { input: samples });
}

/** The launcher of a program if nothing can confine it. */
export function bareLaunch(program: string): FfmpegLaunch {
  return { program, before: [], env: null, confined: [], isLimited: false };
}

/** A program in the place of FFmpeg. */
export function standIn(path: string): Ffmpeg {
  return { path, launch: bareLaunch(path), version: '0', build: '0' };
}

/** FFmpeg behind a script that counts its starts. @param before further shell commands of the script */
export function countingFfmpeg(folder: string, name: string, before = ''): { readonly path: string; starts(): number } {
  const [path, log] = [join(folder, name), join(folder, `${name}.starts`)];
  writeFileSync(log, '');
  writeFileSync(path, `#!/bin/sh\necho start >> '${log}'\n${before}\nexec ffmpeg "$@"\n`);
  chmodSync(path, 0o755);
  return { path, starts: () => readFileSync(log, 'utf8').split('\n').length - 1 };
}
