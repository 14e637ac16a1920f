import { spawnSync } from 'node:child_process';

const validate = ['-m', 'bagit', '--validate', '--quiet'];

/** True if Python has the Library of Congress's bagit-python, which neither npm nor Debian has: `pip install bagit`. */
export const hasBagitPython: boolean = spawnSync('python3', ['-c', 'import bagit']).status === 0;

/** Validates bags completely with bagit-python. @returns what it says of bags that are not valid; empty: all are */
export function bagitPythonSays(bags: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync('python3', [...validate, ...bags], { encoding: 'utf8' });
  if (error !== undefined) throw error;
  return status === 0 ? '' : `${stdout}${stderr}`;
}
