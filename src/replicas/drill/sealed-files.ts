import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { erasedSecret } from '../../sealing/keyring/page.ts';
import { unlockKeys } from '../../sealing/open-keys.ts';
import { keyringSecrets } from '../../sealing/stored/secrets-of.ts';
import { openFile, piecesOf } from '../../sealing/stored/stored-bytes.ts';

/** Opens files in restored sealed bags, with the program `age` if it is installed. */
export interface SealedFiles {
  /** Reason why no file can be opened; null: the keyring is open. */
  readonly lacking: string | null;
  /**
   * Returns access to the files of a recording. `erased`: the recording was erased, and nothing opens it any more. Another text: why it cannot be opened.
   * @param folder restored folder of the recording
   */
  of(folder: string): OpenedFolder | 'erased' | string;
}

/** The files of one recording. */
export interface OpenedFolder {
  /**
   * Opens a file by its name before sealing. The stream fails if the file cannot be decrypted.
   * @returns null: the keyring has no secret of the recording; `erased`: the file was erased by itself
   */
  open(name: string): Readable | null | 'erased';
}

/**
 * Opens the keyring, if there is one. A drill without a keyring continues and reports what it did not check.
 * @param age absolute path of the program; null: it is not installed, and longplay opens the files itself
 */
export async function sealedFiles(age: string | null, signal: AbortSignal): Promise<SealedFiles> {
  let lacking: string | null = null;
  try {
    await unlockKeys();
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    lacking = `${error.code} ${error.message}`;
  }
  return {
    lacking,
    of: (folder) => {
      if (lacking !== null) return lacking;
      try {
        const secrets = keyringSecrets(folder);
        if (secrets === null) return 'its bag does not say how it is sealed';
        return {
          open: (name) => {
            const secret = secrets[name];
            if (secret === undefined) return null;
            if (secret === erasedSecret) return 'erased';
            const file = `${folder}/${name}${sealedEnding}`;
            return age === null ? Readable.from(piecesOf(() => openFile(file, secret))) : Readable.from(agePieces(age, file, secret, signal));
          },
        };
      } catch (error) {
        if (!(error instanceof LongplayError)) throw error;
        return error.code === 'K204' ? 'erased' : `${error.code} ${error.message}`;
      }
    },
  };
}

/** Yields the plaintext that `age` decrypts. The identity is passed through standard input, so it appears in no file and in no list of processes. */
async function* agePieces(age: string, file: string, secret: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const child = spawn(age, ['-d', '-i', '-', file], { cwd: '/', env: { LC_ALL: 'C' }, stdio: ['pipe', 'pipe', 'pipe'], signal });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  // The promise is awaited below. Until then a failure must not count as unhandled.
  ended.catch(() => undefined);
  // A program that ends early reports the reason itself.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${secret}\n`);
  let said = '';
  child.stderr.on('data', (data: Buffer) => {
    if (said.length < 1_000) said += data.toString('utf8');
  });
  try {
    for await (const piece of child.stdout) yield piece as Buffer; // no encoding is set: buffers
    if ((await ended) !== 0) throw new Error(`age did not open it: ${said.trim().split('\n')[0]?.slice(0, 200) ?? ''}`);
  } finally {
    child.kill();
  }
}

/** Reads a small file whole. @returns null if it cannot be decrypted, or is longer than a document may be */
export async function openedDocument(folder: string, name: string, { open }: OpenedFolder): Promise<Buffer | null> {
  const pieces: Buffer[] = [];
  try {
    if (statSync(`${folder}/${name}${sealedEnding}`).size > 2 * limits.recordingJsonBytes) return null;
    const stream = open(name);
    if (stream === null || stream === 'erased') return null;
    for await (const piece of stream) pieces.push(piece as Buffer); // as above
  } catch (error) {
    if (systemCode(error) === null && !(error instanceof Error)) throw error;
    return null;
  }
  return Buffer.concat(pieces);
}
