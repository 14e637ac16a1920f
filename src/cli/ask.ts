import { createInterface } from 'node:readline/promises';

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
