import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { limits } from '../../core/base/limits.ts';

/** How FFmpeg is started: a program, and the words before FFmpeg's own. Its environment is empty except where it is started as it is. */
export interface FfmpegLaunch {
  readonly program: string;
  readonly before: readonly string[];
  readonly env: Readonly<Record<string, string>> | null;
  /** What it cannot do, for people; empty where it is started as it is. */
  readonly confined: readonly string[];
  /** True where its memory and processor time are bounded here, and not by whoever started longplay. */
  readonly isLimited: boolean;
}

/** What one process may use. */
export interface FfmpegBounds {
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
}

/** A wall around the program that is started behind it, by words before its own. */
interface Wall {
  readonly words: readonly string[];
  readonly said: string;
}

const usualBounds: FfmpegBounds = { memoryBytes: limits.ffmpegMemoryBytes, cpuSeconds: limits.ffmpegCpuSeconds };

/** Programs of util-linux, which every Debian has: each sets up its wall and becomes the next program, so the process and the signal that ends it stay the same. */
const helpers = '/usr/bin';
/** From the signal that a program gets at its limit of processor time to the one that it cannot survive. */
const cpuGraceSeconds = 60;

/**
 * Returns the ways to start a program, the most confined first: which of them a machine can do is found by trying. FFmpeg reads what strangers recorded, in some hundred
 * formats, and needs nothing but its pipes and its libraries for that.
 * - limits: prlimit(1). RLIMIT_DATA counts what is really mapped to be written; RLIMIT_AS would count 64 MB for each thread's arena. Refused where a limit of the caller is lower.
 * - no network: namespaces of its own by unshare(1); refused where a container or a unit's RestrictNamespaces= does.
 * - no files: Landlock by setpriv(1), from util-linux 2.41 and Linux 5.13 on; libraries may be read, nothing written.
 * A script is somebody's own arrangement, which may need anything, and is started as it is.
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
  // Landlock goes last: behind it the other programs could not do their part.
  const ways = [[caps, network, files], [caps, files], [network, files], [files], [caps, network], [network], [caps], []];
  return ways.map((walls) => {
    const [program = path, ...before] = [...walls.flatMap(({ words }) => words), path];
    return walls.length === 0
      ? { ...bare, env: {} }
      : { program, before, env: {}, confined: walls.map(({ said }) => said).reverse(), isLimited: walls.includes(caps) };
  });
}

/** Rules of Landlock for programs and libraries: those of the system, and those in `../lib` of a program that is installed elsewhere. The right to list is one of folders alone. */
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

/** True for an ELF file (System V ABI: it begins with 0x7F, ELF). */
function isBinary(path: string): boolean {
  const start = Buffer.alloc(4);
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    // Not there, or not to be read: starting it will tell.
    return false;
  }
  try {
    readSync(file, start, 0, 4, 0);
  } finally {
    closeSync(file);
  }
  return start.equals(Buffer.from('\x7fELF', 'latin1'));
}
