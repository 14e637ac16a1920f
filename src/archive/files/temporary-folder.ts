import { tmpdir } from 'node:os';

/** Returns the folder for temporary files: LONGPLAY_TMPDIR, else the system's. No other code asks the system. @param env environment, if not that of the process */
export function temporaryFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.LONGPLAY_TMPDIR || tmpdir();
}
