import { readFileSync, writeSync } from 'node:fs';
import { agree } from '../../core/base/agree.ts';

/**
 * Smallest usable number of descriptors. With fewer, not even an import of a few files can open its databases, worker threads and pipes (tried with
 * 20 to 64; 64 suffices).
 */
export const fewestDescriptors = 64;

/** Returns how many file descriptors this process may have open at once; infinity if the system does not say. */
export function descriptorLimit(): number {
  try {
    // proc(5): `Max open files            1024                 524288               files`, the soft limit first.
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Returns true for the error of a process (EMFILE) or a system (ENFILE) that has no descriptors left. */
export function isOutOfDescriptors(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EMFILE' || error.code === 'ENFILE');
}

/**
 * Reports that there are too few file descriptors, and what to do. Uses only open streams, because no module can be loaded.
 * @returns the exit code.
 */
export function fewDescriptors(): number {
  const code = 'U323';
  const limit = descriptorLimit();
  const message = agree`this process may open ${limit} file[s] at once; longplay needs at least ${fewestDescriptors}`;
  const hint = 'raise the limit (ulimit -n 1024; LimitNOFILE=1024 in a unit of systemd), then run the same command again';
  writeSync(2, `longplay: ${code} ${message}\n  next: ${hint}\n`);
  const [command = ''] = process.argv.slice(2);
  if (process.argv.includes('--json')) writeSync(1, `${JSON.stringify({ type: 'summary', command, exitCode: 5, completed: false })}\n`);
  return 5;
}
