import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

// A separate program, built by the tests' set-up: runs the built command line repeatedly in one process. It is started under the trap (trap.c); starting Node.js and compiling the
// program takes ten times as long as most commands.

/** The run to execute; the path of the command line is the first argument of this program. */
export interface Task {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Exit and output of the run. */
export interface Done {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const [, , program = ''] = process.argv;
// What dist/bin/longplay.js loads and calls.
const [, name = ''] = /import\("(\.\.\/lib\/main[\w-]*\.js)"\)/.exec(readFileSync(program, 'utf8')) ?? [];
const { main } = (await import(new URL(name, pathToFileURL(program)).href)) as { readonly main: () => Promise<number> }; // its own export
const own = { ...process.env };
const listeners = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

async function run({ args, cwd, env }: Task): Promise<Done> {
  const said = { stdout: '', stderr: '' };
  const umask = process.umask();
  for (const stream of ['stdout', 'stderr'] as const) {
    process[stream].write = (text: string | Uint8Array, ...rest: unknown[]): boolean => {
      said[stream] += typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
      const written = rest.at(-1);
      if (typeof written === 'function') written();
      return true;
    };
  }
  Object.assign(process.env, env);
  process.chdir(cwd);
  process.argv = [process.argv[0] ?? '', program, ...args];
  try {
    const code = await main();
    return { code, ...said };
  } finally {
    // As at the end of a process.
    for (const signal of listeners) process.removeAllListeners(signal);
    for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error');
    for (const variable of Object.keys(process.env)) if (!(variable in own)) delete process.env[variable];
    Object.assign(process.env, own);
    process.umask(umask);
    process.chdir('/');
  }
}

process.on('message', (task: Task) => {
  void run(task).then(
    (done) => process.send?.(done),
    // An uncaught error ends a process.
    (error: unknown) => process.send?.({ code: 1, stdout: '', stderr: `main() threw ${error instanceof Error ? error.stack : String(error)}` }),
  );
});
process.on('disconnect', () => process.exit(0));
