import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

const inNewNamespace = ['--pid', '--fork', '--mount-proc'];

/** Why no process-id namespace can be created here; null if it can. */
export const noNamespace =
  spawnSync('unshare', [...inNewNamespace, 'true']).status === 0 ? null : 'unshare(1) may create no process-id namespace here';

/** What the name of a test that needs namespaces adds if it is skipped. */
export const namespaceNote = noNamespace === null ? '' : ` (skipped: ${noNamespace})`;

/** Returns the program and arguments that run code in a new process-id namespace: a container on the host's network, as far as locks are concerned. */
export function inContainer(code: string, namespaces: readonly string[] = []): [string, string[]] {
  return ['unshare', [...inNewNamespace, ...namespaces, process.execPath, '--input-type=module', '-e', code]];
}

/** Runs code in a new process-id namespace, until it has printed something. It must not end before. */
export async function startedInContainer(code: string): Promise<ChildProcess> {
  const child = spawn(...inContainer(code));
  const early = once(child, 'exit').then(() => Promise.reject(new Error('it ended before it printed anything')));
  await Promise.race([once(child.stdout, 'data'), early]);
  early.catch(() => undefined);
  return child;
}

/** Kills the processes of a namespace: its first process, whose end the kernel makes the end of all others (pid_namespaces(7)). */
export async function killContainer(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  const inside = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  process.kill(Number(inside), 'SIGKILL');
  await gone;
}
