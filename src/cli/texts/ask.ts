import { createInterface } from 'node:readline/promises';
import { LongplayError } from '../../core/base/error.ts';
import type { Surroundings } from '../machine/surroundings.ts';

/** Asks a question at the terminal. @returns null if input or output is not a terminal */
export async function askUser(question: string, out: NodeJS.WriteStream, signal: AbortSignal): Promise<boolean | null> {
  if (process.stdin.isTTY !== true || out.isTTY !== true) return null;
  const terminal = createInterface({ input: process.stdin, output: out });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    terminal.close();
  }
}

/**
 * Asks for confirmation of an erasure or an acknowledgement, because neither can be undone.
 * @throws LongplayError usage U315 if the user did not confirm
 */
export async function demandConfirmation(question: string, { err }: Surroundings, signal: AbortSignal): Promise<void> {
  if ((await askUser(question, err, signal)) === true) return;
  throw new LongplayError('usage', 'U315', 'nothing was logged or erased: not confirmed', 'answer y at a terminal, or give --yes');
}
