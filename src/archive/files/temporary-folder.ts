import { tmpdir } from 'node:os';

/** Folder for temporary files: LONGPLAY_TMPDIR, else the system's. Nobody else asks the system. @param env the environment, where it is not that of the process */
export function temporaryFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.LONGPLAY_TMPDIR || tmpdir();
}
