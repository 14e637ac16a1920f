import { createInterface } from 'node:readline/promises';
import { LongplayError } from '../../core/base/error.ts';
import type { Surroundings } from '../machine/surroundings.ts';

/** Asks whether something is to be done, at the terminal where a person sits. @returns null where nobody can be asked: input or output is no terminal */
export async function askedPerson(question: string, out: NodeJS.WriteStream, signal: AbortSignal): Promise<boolean | null> {
  if (process.stdin.isTTY !== true || out.isTTY !== true) return null;
  const terminal = createInterface({ input: process.stdin, output: out });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    terminal.close();
  }
}

/** What is erased is gone, and what is acknowledged stays so. @throws LongplayError usage U315: nobody said yes */
export async function demandYes(question: string, { err }: Surroundings, signal: AbortSignal): Promise<void> {
  if ((await askedPerson(question, err, signal)) === true) return;
  throw new LongplayError('usage', 'U315', 'nothing was entered or erased: not confirmed', 'answer y at a terminal, or give --yes');
}
