import { tmpdir } from 'node:os';

/**
 * Returns the folder for temporary files: LONGPLAY_TMPDIR, else the system's. All other code must ask this function.
 * @param env environment, if not that of the process
 */
export function temporaryFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.LONGPLAY_TMPDIR || tmpdir();
}
