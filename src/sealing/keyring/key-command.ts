import { spawn } from 'node:child_process';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { printable } from '../../core/words/printable.ts';
import type { RootPlace } from './root-place.ts';

// The contract of `--key-command` (docs/reference/keyring-format.md): the program gets one JSON object on standard input and returns one on standard output. No
// shell is used, and no argument contains a secret.

type Answer = Readonly<Record<string, unknown>>;

/** Returns the name under which the program keeps the key that wraps a root. Each root has its own name, so that its key can be destroyed alone. */
function keyName({ keyring, domain, number }: RootPlace): string {
  return `longplay-${keyring.slice(0, 8)}-${domain}-${number}`;
}

/** Runs a program to wrap a root. @returns text to keep @throws LongplayError K106 */
export async function wrapByCommand(command: readonly string[], place: RootPlace, secret: Uint8Array, signal: AbortSignal): Promise<string> {
  const { wrapped } = await ask(command, { do: 'wrap', key: keyName(place), secret: Buffer.from(secret).toString('base64') }, signal);
  if (typeof wrapped !== 'string' || wrapped === '') throw failed(command, 'answers without "wrapped"');
  return wrapped;
}

/** Runs a program to unwrap a root. @param stored what `wrapByCommand` returned @throws LongplayError K106 */
export async function unwrapByCommand(command: readonly string[], place: RootPlace, stored: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  const { secret } = await ask(command, { do: 'unwrap', key: keyName(place), wrapped: Buffer.from(stored).toString('utf8') }, signal);
  if (typeof secret !== 'string') throw failed(command, 'answers without "secret"');
  return Buffer.from(secret, 'base64');
}

/** Runs a program to destroy the key that wraps a root. @returns why the destruction is not certain; null: it is @throws LongplayError K106 */
export async function destroyByCommand(command: readonly string[], place: RootPlace, signal: AbortSignal): Promise<string | null> {
  const { destroyed, why } = await ask(command, { do: 'destroy', key: keyName(place) }, signal);
  if (destroyed === true) return null;
  return typeof why === 'string' ? printable(why).slice(0, 200) : 'the program does not say that it destroyed the key';
}

async function ask(command: readonly string[], question: Answer, signal: AbortSignal): Promise<Answer> {
  const [program = '', ...args] = command;
  const timeout = AbortSignal.timeout(limits.keyCommandWaitMs);
  const text = await new Promise<string>((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], signal: AbortSignal.any([signal, timeout]), killSignal: 'SIGKILL' });
    let answer = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      answer = (answer + piece).slice(0, limits.keyringRootBytes + 1);
    });
    // A program that reads no input closes its end of the pipe; its exit code decides.
    child.stdin.on('error', () => undefined).end(`${JSON.stringify(question)}\n`);
    child.on('error', (error) => {
      if (signal.aborted) reject(signal.reason);
      else if (timeout.aborted) reject(failed(command, agree`did not answer within ${limits.keyCommandWaitMs / 1_000} second[s]`, error));
      else reject(failed(command, 'cannot be started', error));
    });
    child.on('close', (code) =>
      code === 0 ? resolve(answer) : reject(failed(command, code === null ? 'was killed by a signal' : `ended with ${code}`)),
    );
  });
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null) return answer as Answer; // an object, its members unknown
  } catch {
    // No message contains the answer: it may hold the secret.
  }
  throw failed(command, 'does not answer with a JSON object');
}

function failed([program = '']: readonly string[], why: string, cause?: unknown): LongplayError {
  return new LongplayError(
    'incomplete',
    'K106',
    `the key command ${program} ${why}`,
    'fix it, then run again: docs/reference/keyring-format.md has its contract',
    cause,
  );
}
