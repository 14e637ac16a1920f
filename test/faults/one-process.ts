import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { builtModule } from '../built.ts';
import { cli, type Run } from '../cli/rig.ts';
import type { Done, Task } from './many-runs.ts';
import type { Call, Strike, Trap } from './trap.ts';
import { type Copies, createTrapControl } from './trap-control.ts';

/** One process below the trap that runs the built command line again and again. */
export interface OneProcess extends AsyncDisposable {
  /** @param task of which the trap sees what lies below its roots */
  run(task: Task, strike?: Strike, copies?: Copies): Promise<Run & { readonly calls: readonly Call[] }>;
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
    run: async (task, strike, copies) => {
      control.next(strike, copies);
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
