import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** How long a program may take: a message bus may hang. */
const patienceMs = 10_000;
const mostBytes = 8 * 1024 * 1024;

/** Returns the absolute path of a program in PATH; null: none. */
export function inPath(env: NodeJS.ProcessEnv, name: string): string | null {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // The program is not in this folder; the next one may have it.
    }
  }
  return null;
}

/**
 * Returns the output of a system program, in English and UTC. Null: the program is missing, fails or does not answer, so never use it for anything
 * essential.
 */
export function ask(name: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | null> {
  const program = inPath(env, name);
  if (program === null) return Promise.resolve(null);
  return new Promise((done) => {
    const options = { env: { ...env, LC_ALL: 'C', TZ: 'UTC', SYSTEMD_PAGER: '', SYSTEMD_COLORS: '0' }, timeout: patienceMs, maxBuffer: mostBytes };
    execFile(program, [...args], options, (error, stdout) => done(error === null ? stdout : null));
  });
}
