import { spawn } from 'node:child_process';

/** An interactive shell in a terminal of its own, for typing lines. */
export interface TypedShell extends AsyncDisposable {
  /** Types keys and waits until the screen shows the expected text after them. @returns the output since the keys were typed */
  type(keys: string, shown: RegExp): Promise<string>;
}

/** Starts one. @param command of a shell @param ready text that it prints when it accepts keys */
export async function startShell(command: string, folder: string, env: Readonly<Record<string, string>>): Promise<TypedShell> {
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', TERM: 'dumb', HOME: folder, COLUMNS: '500', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  let changed: () => void = () => undefined;
  child.stdout.on('data', (data: Buffer) => {
    screen += data.toString('utf8');
    changed();
  });
  const ended = new Promise<void>((resolve) =>
    child.on('close', () => {
      resolve();
      changed();
    }),
  );
  return {
    type: async (keys, shown) => {
      screen = '';
      child.stdin.write(keys);
      while (!shown.test(screen)) {
        if (child.exitCode !== null) throw new Error(`the shell has ended:\n${screen}`);
        await new Promise<void>((resolve) => (changed = resolve));
      }
      return screen;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      child.stdin.destroy();
      await ended;
    },
  };
}
