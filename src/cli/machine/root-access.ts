import { readFileSync } from 'node:fs';
import { LongplayError, systemCode, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { RootAccess } from '../../sealing/keyring/root.ts';

/** Sources of passphrases and identities that open the roots of a keyring. Never the command line, which others can see. */
export interface AccessFiles {
  /** File with passphrases, or a descriptor such as /dev/fd/3; absent: the user is asked at the terminal. */
  readonly passphraseFile?: string;
  /** The same for passphrases of new roots; absent: `passphraseFile` has them. */
  readonly newPassphraseFile?: string;
  /** Files with age identities. */
  readonly identity?: readonly string[];
}

/** Surroundings that are asked. */
interface Asked {
  readonly err: NodeJS.WriteStream;
}

/** Creates a command's access to roots. Each file is read when it is needed, and only once: a descriptor gives its bytes only once. */
export function rootAccess({ err }: Asked, files: AccessFiles, signal: AbortSignal): RootAccess {
  const read = new Map<string, string>();
  const textOf = (file: string): string => {
    const text = read.get(file) ?? readSecretFile(file);
    read.set(file, text);
    return text;
  };
  const answers = new Map<string, string>();
  return {
    passphrase: async (copy, isNew) => {
      const file = isNew ? (files.newPassphraseFile ?? files.passphraseFile) : files.passphraseFile;
      if (file !== undefined) return passphraseIn(textOf(file), copy);
      const known = isNew ? undefined : answers.get(copy);
      if (known !== undefined) return known;
      const answer = await askSecret(`${isNew ? 'New passphrase' : 'Passphrase'} of copy ${copy} of the keyring: `, err, signal);
      if (answer === null || answer === '') return null;
      if (isNew && (await askSecret('The same again: ', err, signal)) !== answer)
        throw new LongplayError('usage', 'K110', 'the two passphrases differ', 'nothing was changed; run again');
      answers.set(copy, answer);
      return answer;
    },
    identities: async () => {
      const { identity = [] } = files;
      return identity.length === 0
        ? null
        : identity.flatMap((file) =>
            textOf(file)
              .split(/\r?\n/)
              .map((line) => line.trim()),
          );
    },
  };
}

/** Returns the passphrase of a copy: from the line of that copy, `NAME: PASSPHRASE`, otherwise the first line without a name; null: none. */
function passphraseIn(text: string, copy: string): string | null {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  const own = lines.find((line) => line.startsWith(`${copy}: `));
  return own?.slice(copy.length + 2) ?? lines.find((line) => !/^(?:main|copy-\d+): /.test(line)) ?? null;
}

function readSecretFile(file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.length <= limits.passwordFileBytes) return text;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    throw new LongplayError('usage', 'K110', `${file} cannot be read: ${systemText(error)}`, 'check its path and who may read it', error);
  }
  throw new LongplayError(
    'usage',
    'K110',
    `${file} is too long for a file of passphrases or identities`,
    'give a file with passphrases or identities, one per line',
  );
}

/** Keys of a terminal in raw mode. */
const keys = { interrupt: '\x03', end: '\x04', backspace: ['\b', '\x7f'], enter: ['\r', '\n'] } as const;

/** Asks for a secret without showing it. @returns null if there is no terminal, or the user ended the input */
async function askSecret(question: string, err: NodeJS.WriteStream, signal: AbortSignal): Promise<string | null> {
  const { stdin } = process;
  if (stdin.isTTY !== true || err.isTTY !== true) return null;
  err.write(question);
  stdin.setRawMode(true);
  stdin.resume();
  stdin.setEncoding('utf8');
  try {
    return await new Promise<string | null>((resolve, reject) => {
      let typed: string[] = [];
      const done = (answer: () => void): void => {
        stdin.off('data', onData);
        signal.removeEventListener('abort', onAbort);
        answer();
      };
      const onAbort = (): void => done(() => reject(signal.reason));
      const onData = (text: string | Buffer): void => {
        for (const key of String(text)) {
          const isEnter = keys.enter.some((one) => one === key);
          if (isEnter || key === keys.end) {
            done(() => resolve(isEnter ? typed.join('') : null));
            return;
          }
          // In raw mode the terminal sends no signal by itself.
          if (key === keys.interrupt) process.kill(process.pid, 'SIGINT');
          else if (keys.backspace.some((one) => one === key)) typed = typed.slice(0, -1);
          else typed.push(key);
        }
      };
      signal.addEventListener('abort', onAbort, { once: true });
      stdin.on('data', onData);
    });
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
    err.write('\n');
  }
}
