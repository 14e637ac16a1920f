import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Whoever does not answer within this is not asked longer: a message bus may hang. */
const patienceMs = 10_000;
const mostBytes = 8 * 1024 * 1024;

/** Absolute path of a program, or null. */
export function inPath(env: NodeJS.ProcessEnv, name: string): string | null {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder: the next may have it.
    }
  }
  return null;
}

/** What a program of the system prints, in English and UTC; null where it is not there, fails or does not answer: it is asked for nothing that must be known. */
export function ask(name: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | null> {
  const program = inPath(env, name);
  if (program === null) return Promise.resolve(null);
  return new Promise((done) => {
    const options = { env: { ...env, LC_ALL: 'C', TZ: 'UTC', SYSTEMD_PAGER: '', SYSTEMD_COLORS: '0' }, timeout: patienceMs, maxBuffer: mostBytes };
    execFile(program, [...args], options, (error, stdout) => done(error === null ? stdout : null));
  });
}
