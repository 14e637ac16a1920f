import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { limits } from '../../core/base/limits.ts';

/** How FFmpeg is started: a program, and the arguments before FFmpeg's own. The environment is empty unless FFmpeg is started unconfined. */
export interface FfmpegLaunch {
  readonly program: string;
  readonly before: readonly string[];
  readonly env: Readonly<Record<string, string>> | null;
  /** What FFmpeg is prevented from doing, in words; empty if it is started unconfined. */
  readonly confined: readonly string[];
  /** True if longplay itself limits the memory and processor time of FFmpeg, and not only longplay's caller. */
  readonly isLimited: boolean;
}

/** Limits of one FFmpeg process. */
export interface FfmpegBounds {
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
}

/** A restriction of the program, set up by a command that precedes it. */
interface Wall {
  readonly words: readonly string[];
  readonly said: string;
}

const usualBounds: FfmpegBounds = { memoryBytes: limits.ffmpegMemoryBytes, cpuSeconds: limits.ffmpegCpuSeconds };

/**
 * Folder of the programs of util-linux, which every Debian has. Each sets up its restriction and executes the next program, so process id and signals remain
 * the same.
 */
const helpers = '/usr/bin';
/** Time between the signal at the limit of processor time and the signal that kills the program. */
const cpuGraceSeconds = 60;

/**
 * Returns the ways to start a program, the most confined first. Trying them shows which ones a machine supports. FFmpeg reads untrusted recordings in some
 * hundred formats, for which it needs only its pipes and libraries.
 * - limits: prlimit(1). RLIMIT_DATA counts only writable mappings; RLIMIT_AS would count 64 MB for each thread's arena. The system refuses them if a limit of
 * the caller is lower.
 * - no network: separate namespaces by unshare(1), which some containers and a unit's RestrictNamespaces= refuse.
 * - no files: Landlock by setpriv(1), from util-linux 2.41 and Linux 5.13 on. Libraries may be read; nothing may be written. A script is started unconfined,
 * because it is a site's own setup with unknown needs.
 */
export function launchesOf(path: string, { memoryBytes, cpuSeconds }: FfmpegBounds = usualBounds): readonly FfmpegLaunch[] {
  const bare: FfmpegLaunch = { program: path, before: [], env: null, confined: [], isLimited: false };
  if (!isBinary(path)) return [bare];
  const cpu = `--cpu=${cpuSeconds}:${cpuSeconds + cpuGraceSeconds}`;
  const caps: Wall = {
    words: [join(helpers, 'prlimit'), `--data=${memoryBytes}`, cpu, '--core=0', '--fsize=0', '--'],
    said: `${memoryBytes / 1024 ** 3} GiB of memory`,
  };
  const network: Wall = { words: [join(helpers, 'unshare'), '--user', '--net', '--ipc', '--uts', '--'], said: 'no network' };
  const files: Wall = {
    words: [join(helpers, 'setpriv'), '--no-new-privs', '--landlock-access', 'fs', ...readableBy(path), '--'],
    said: 'no files but its libraries',
  };
  // Landlock comes last, because it would prevent the other programs from running.
  const ways = [[caps, network, files], [caps, files], [network, files], [files], [caps, network], [network], [caps], []];
  return ways.map((walls) => {
    const [program = path, ...before] = [...walls.flatMap(({ words }) => words), path];
    return walls.length === 0
      ? { ...bare, env: {} }
      : { program, before, env: {}, confined: walls.map(({ said }) => said).reverse(), isLimited: walls.includes(caps) };
  });
}

/**
 * Returns the Landlock rules for programs and libraries: those of the system, and those in `../lib` of a program that is installed elsewhere. Only folders have
 * the right to list.
 */
function readableBy(path: string): string[] {
  const own = realpathSync(path);
  const beside = ['lib', 'lib64'].map((name) => join(dirname(dirname(own)), name));
  const places = new Set(['/usr', '/lib', '/lib64', '/etc/ld.so.cache', '/etc/ld.so.preload', own, ...beside]);
  return [...places].flatMap((place) => {
    const found = statSync(place, { throwIfNoEntry: false });
    if (found === undefined) return [];
    return ['--landlock-rule', `path-beneath:execute,read-file${found.isDirectory() ? ',read-dir' : ''}:${place}`];
  });
}

/** Returns true for an ELF file, which begins with 0x7F, ELF (System V ABI). */
function isBinary(path: string): boolean {
  const start = Buffer.alloc(4);
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    // The file is missing or unreadable; starting it will report the error.
    return false;
  }
  try {
    readSync(file, start, 0, 4, 0);
  } finally {
    closeSync(file);
  }
  return start.equals(Buffer.from('\x7fELF', 'latin1'));
}
