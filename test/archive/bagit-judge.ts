import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('bagit-python', import.meta.url));

/** Validates bags completely with the Library of Congress's bagit-python. @returns what it says of bags that are not valid; empty: all are */
export function bagitPythonSays(bags: readonly string[]): string {
  const env = { ...process.env, PYTHONPATH: program, PYTHONDONTWRITEBYTECODE: '1' };
  const { status, stdout, stderr, error } = spawnSync('python3', ['-m', 'bagit', '--validate', '--quiet', ...bags], { env, encoding: 'utf8' });
  if (error !== undefined) throw error;
  return status === 0 ? '' : `${stdout}${stderr}`;
}
