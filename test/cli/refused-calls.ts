import { spawnSync } from 'node:child_process';
import { cli, type Rig, type Run } from './rig.ts';

/** True if strace can run here. */
export const strace = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0;

/** Runs longplay while the system answers a call about these files or folders, and no others, with an error. */
export function runRefused(
  rig: Rig,
  error: string,
  paths: readonly string[],
  args: readonly string[],
  call: 'openat' | 'read' = 'openat',
): Promise<Run> {
  const about = paths.flatMap((path) => ['-P', path]);
  const inject = ['-f', '--seccomp-bpf', '-qq', '-o', '/dev/null', ...about, '-e', `trace=${call}`, '-e', `inject=${call}:error=${error}`];
  const env = { ...process.env, LONGPLAY_KEYS: rig.keys, UV_THREADPOOL_SIZE: '1' };
  return rig.exec('strace', [...inject, process.execPath, cli, ...args], rig.folder, env);
}

/** Log entries of an archive that report a fault in it. */
export async function entriesAgainst(rig: Rig, archive: string): Promise<readonly unknown[]> {
  const { lines } = await rig.json(['log', 'list', archive]);
  return lines
    .map(({ value }) => value as { readonly detail?: Readonly<Record<string, unknown>> } | undefined) // as `log list` prints it
    .filter((entry) => Number(entry?.detail?.errors ?? 0) > Number(entry?.detail?.unreachable ?? 0) || entry?.detail?.verdict === 'faults');
}
