import { spawn } from 'node:child_process';
import { isAbsolute } from 'node:path';
import type { Readable } from 'node:stream';
import { agree } from '../../core/base/agree.ts';
import { errorText, LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { printable } from '../../core/words/printable.ts';

/**
 * A time-stamp authority: a server with RFC 3161 over HTTP (section 3.4), or a program that reads the request from stdin and writes the answer to
 * stdout, for proxies, passwords, smart cards and tests. The program is never started through a shell.
 */
export type StampAuthority =
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'command'; readonly program: string; readonly args: readonly string[] };

/**
 * Parses an authority: an address, or the absolute path of a program followed by its arguments.
 * @throws LongplayError usage L223
 */
export function readAuthority(words: readonly string[]): StampAuthority {
  const [first = '', ...args] = words;
  if (/^https?:\/\//i.test(first)) {
    const url = URL.canParse(first) ? new URL(first) : null;
    if (url === null || args.length > 0) throw notUsable(`${printable(words.join(' '))} is not an address`);
    // fetch refuses addresses with passwords, and the address is printed and logged.
    if (url.username !== '' || url.password !== '') throw notUsable('the address of the authority has a password in it');
    return { kind: 'http', url: url.href };
  }
  if (!isAbsolute(first)) throw notUsable(`${JSON.stringify(printable(first))} is neither an http address nor the absolute path of a program`);
  return { kind: 'command', program: first, args };
}

function notUsable(message: string): LongplayError {
  return new LongplayError(
    'usage',
    'L223',
    message,
    'give an address, e.g. https://tsa.example/tsr, or the absolute path of a program with its arguments',
  );
}

/**
 * Sends a request and returns the answer unparsed.
 * @param timeoutMs time limit for the whole answer
 * @throws LongplayError incomplete L220: the authority cannot be reached; L221: the answer is not a time stamp
 */
export async function askAuthority(authority: StampAuthority, request: Uint8Array, timeoutMs: number, signal: AbortSignal): Promise<Uint8Array> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const both = AbortSignal.any([signal, timeout]);
  try {
    return authority.kind === 'http' ? await askServer(authority.url, request, both) : await askProgram(authority, request, both);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof LongplayError) throw error;
    const name = authority.kind === 'http' ? authority.url : authority.program;
    throw unreachable(
      name,
      timeout.aborted ? agree`did not answer within ${timeoutMs / 1000} second[s]` : `cannot be reached: ${causeText(error)}`,
      error,
    );
  }
}

async function askServer(url: string, request: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
    body: Uint8Array.from(request),
    // A redirected POST becomes a GET without its request.
    redirect: 'manual',
    signal,
  });
  const type = response.headers.get('content-type') ?? 'no type';
  const location = response.headers.get('location');
  const moved = location === null ? '' : ` and points to ${printable(location).slice(0, 200)}`;
  if (response.status !== 200) {
    await response.body?.cancel();
    throw noAnswer(url, `answers with HTTP status ${response.status}${moved}`);
  }
  if (!/^application\/(x-)?timestamp-(reply|response)\b/i.test(type)) {
    await response.body?.cancel();
    throw noAnswer(url, `answers with ${printable(type).slice(0, 100)}, not with a time stamp`);
  }
  return response.body === null ? new Uint8Array(0) : await readWhole(response.body, url);
}

async function askProgram(
  { program, args }: { readonly program: string; readonly args: readonly string[] },
  request: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' });
  // Child processes of the program may keep its pipes open after the program has ended.
  const drop = (): void => {
    child.stdout.destroy();
    child.stderr.destroy();
  };
  signal.addEventListener('abort', drop, { once: true });
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  try {
    // If the program does not read its input, the pipe breaks; the exit code says more.
    child.stdin.once('error', () => undefined).end(request);
    const [answer, said, status] = await Promise.all([readWhole(child.stdout, program), readEnd(child.stderr), ended]);
    if (status !== 0) throw noAnswer(program, `ended with ${status}${said === '' ? '' : `: ${said}`}`);
    return answer;
  } finally {
    signal.removeEventListener('abort', drop);
    child.kill('SIGKILL');
    // If reading fails first, nobody awaits this promise.
    ended.catch(() => undefined);
  }
}

async function readWhole(stream: AsyncIterable<Uint8Array>, name: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of stream) {
    length += piece.length;
    if (length > limits.stampAnswerBytes) throw noAnswer(name, `answers with more than ${limits.stampAnswerBytes} bytes`);
    pieces.push(piece);
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/** Returns the last lines of a program's output. */
async function readEnd(stream: Readable): Promise<string> {
  let end = '';
  for await (const piece of stream) end = `${end}${Buffer.from(piece).toString('utf8')}`.slice(-400);
  return printable(end.trim()).slice(-200);
}

/** Returns the text of the cause of fetch's "fetch failed", or of its failed attempts at several addresses. */
function causeText(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return causeText(error.errors[0]);
  if (error instanceof Error && error.cause !== undefined && systemCode(error) === null) return causeText(error.cause);
  return systemCode(error) === null ? errorText(error) : systemText(error);
}

function unreachable(name: string, why: string, cause: unknown): LongplayError {
  return new LongplayError(
    'incomplete',
    'L220',
    `the time-stamp authority ${name} ${why}`,
    'nothing was stamped and nothing is lost; check the address and the network, then run the same command again',
    cause,
  );
}

function noAnswer(name: string, why: string): LongplayError {
  return new LongplayError(
    'incomplete',
    'L221',
    `the time-stamp authority ${name} ${why}`,
    'check the address or the program, or name another authority, then run the same command again',
  );
}
