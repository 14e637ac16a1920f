import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtModule } from '../built.ts';
import { cli, type Run } from '../cli/rig.ts';
import type { Done, Task } from './many-runs.ts';
import type { Call, Strike, Trap } from './trap.ts';
import { type Copies, createTrapControl } from './trap-control.ts';

/** One process under the trap that runs the built command line repeatedly. */
export interface OneProcess extends AsyncDisposable {
  /** @param task whose calls below its roots the trap sees @param within folders below the roots that limit what it sees */
  run(task: Task, strike?: Strike, copies?: Copies, within?: readonly string[]): Promise<Trapped>;
}

/** A run under the trap. */
export interface Trapped extends Run {
  readonly calls: readonly Call[];
}

/** Starts the process. @param roots folders below which calls are counted @param scratch folder for the files of the trap, elsewhere */
export function startOneProcess(trap: Trap, roots: readonly string[], scratch: string): OneProcess {
  const control = createTrapControl(trap, scratch);
  const child = fork(fileURLToPath(builtModule('test/faults/many-runs.ts')), [cli], {
    execArgv: [],
    env: { ...process.env, ...control.env(roots) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data: Buffer) => {
      printed += data.toString('utf8');
    });
  const ended = new Promise<string>((resolve) => {
    child.on('exit', (code, signal) => resolve(`the process ended with ${code ?? signal}: ${printed}`));
  });
  return {
    run: async (task, strike, copies, within) => {
      control.next(strike, copies, within);
      const done = await new Promise<Done>((resolve, reject) => {
        void ended.then((how) => reject(new Error(`longplay ${task.args.join(' ')}: ${how}`)));
        child.once('message', (message) => resolve(message as Done)); // what many-runs.ts sends
        child.send(task);
      });
      return { ...done, signal: null, calls: control.calls() };
    },
    [Symbol.asyncDispose]: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** Processes under the trap, as many as there are simultaneous runs. */
export interface TrappedProcesses extends AsyncDisposable {
  /** @param within folders in which the trap sees calls */
  run(task: Task, within: readonly string[], strike?: Strike): Promise<Trapped>;
}

/**
 * Creates an empty set of processes, which start on demand. A process whose run leaves a lock, temporary files or an open database ends before `run` returns, as a separate process
 * would: the next run checks whether the owner is alive.
 * @param roots folders in which all runs work
 * @param scratch prefix of folders for the files of the trap
 */
export function createTrappedProcesses(trap: Trap, roots: readonly string[], scratch: string): TrappedProcesses {
  const idle: OneProcess[] = [];
  let started = 0;
  return {
    run: async (task, within, strike) => {
      const process = idle.pop() ?? startOneProcess(trap, roots, `${scratch}-${++started}`);
      const struck = await process.run(task, strike, undefined, within);
      if (within.some(hasRemains)) await process[Symbol.asyncDispose]();
      else idle.push(process);
      return struck;
    },
    [Symbol.asyncDispose]: async () => {
      for (const process of idle.splice(0)) await process[Symbol.asyncDispose]();
    },
  };
}

/** Returns true if a lock, a temporary file or a file of an open database is below the folder or beside it. */
function hasRemains(folder: string): boolean {
  const below = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const beside = readdirSync(join(folder, '..'));
  return [...below, ...beside].some((name) => /(?:^|\/)\.(?:lock|longplay-tmp-)|\.sqlite-(?:wal|shm)$/.test(name));
}
