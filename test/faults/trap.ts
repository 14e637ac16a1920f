import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The result of the interrupted call (trap.c): a number of the system, or one of the words. */
export type Act = 'kill' | 'tear' | 'short' | keyof typeof errnos;

/** Error numbers of Linux (errno(3)); the same on all its common machines. */
export const errnos = { EINTR: 4, EIO: 5, EACCES: 13, EMFILE: 24, ENOSPC: 28, EROFS: 30, EDQUOT: 122 } as const;

/** The call to interrupt, and how. */
export interface Strike {
  /** From 1, over all threads. If absent the calls are only listed. */
  readonly at?: number;
  /** Instead of a number, where threads make the numbers vary: kind and path of calls as patterns of the shell, each after the one before; the last one is interrupted. */
  readonly meets?: readonly `${string} ${string}`[];
  readonly act?: Act;
  /** All calls of that kind from then on, as with a full disk. */
  readonly every?: boolean;
}

/** One call that changed something below the watched folders, or would have changed it. */
export interface Call {
  readonly number: number;
  readonly kind: string;
  readonly path: string;
}

/** The compiled trap, or the reason why there is none. */
export interface Trap extends Disposable {
  /** Environment that sets the trap for a process; `list` gets a line per call. */
  env(roots: readonly string[], list: string, strike?: Strike): Record<string, string>;
}

/** Compiles trap.c; returns a text if that is impossible here. */
export function buildTrap(): Trap | string {
  if (process.platform !== 'linux') return 'the trap is made for Linux';
  const folder = mkdtempSync(join(tmpdir(), 'longplay-trap-'));
  const library = join(folder, 'trap.so');
  const source = fileURLToPath(new URL('./trap.c', import.meta.url));
  const made = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], { encoding: 'utf8' });
  if (!existsSync(library)) {
    rmSync(folder, { recursive: true, force: true });
    // Tests are skipped where there is no compiler or no header, not if the trap itself is wrong.
    if (made.error === undefined && !/No such file|not found/.test(made.stderr)) throw new Error(made.stderr);
    return `trap.c cannot be compiled here (Debian: gcc, libc6-dev): ${made.error?.message ?? made.stderr}`;
  }
  return {
    env: (roots, list, strike = {}) => ({
      LD_PRELOAD: library,
      TRAP_ROOTS: roots.join(':'),
      TRAP_LIST: list,
      ...(strike.at === undefined ? {} : { TRAP_AT: String(strike.at) }),
      ...(strike.meets === undefined ? {} : { TRAP_MEETS: strike.meets.join('|') }),
      ...(strike.act === undefined ? {} : { TRAP_ACT: strike.act in errnos ? String(errnos[strike.act as keyof typeof errnos]) : strike.act }),
      ...(strike.every === true ? { TRAP_ON: 'every' } : {}),
    }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The calls that a trap has listed; the last line may be cut by the kill. */
export function readCalls(list: string): Call[] {
  if (!existsSync(list)) return [];
  return readFileSync(list, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const parts = /^(\d+) (\w+) (.+)$/.exec(line);
      return parts === null ? [] : [{ number: Number(parts[1]), kind: parts[2] ?? '', path: parts[3] ?? '' }];
    });
}
