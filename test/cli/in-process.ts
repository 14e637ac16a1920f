import { Writable } from 'node:stream';
import { run } from '../../src/cli/program.ts';
import { createSurroundings } from '../../src/cli/surroundings.ts';

/** How a command ended and what it printed. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process, in its folder: a process for each of many commands takes longer than all they do. @param keys folder of signing keys */
export async function runHere(args: readonly string[], keys: string): Promise<Ran> {
  let out = '';
  let err = '';
  const into = (add: (text: string) => void): NodeJS.WriteStream =>
    new Writable({
      write: (chunk, _encoding, done) => {
        add(String(chunk));
        done();
      },
    }) as unknown as NodeJS.WriteStream;
  const surroundings = { ...createSurroundings(), out: into((text) => (out += text)), err: into((text) => (err += text)), keys };
  const code = await run(args, surroundings, new AbortController().signal);
  return { code, out, err };
}
