import { type AgeSink, createAgeSink } from './age/seal.ts';
import { generateIdentity, ownRecipient } from './age/x25519.ts';
import type { FileSecrets } from './keyring/page.ts';

/** Gives each file of one recording, report or case a secret of its own, and keeps the secrets until the keyring has them. */
export interface Sealer {
  /**
   * Generates the secret of a file that is being written. A second attempt at the same name replaces the first secret.
   * @param name base name of the plain file
   */
  newSecret(name: string): string;
  /** Returns the secrets of these files. @throws Error if a file has no secret */
  secretsOf(names: readonly string[]): FileSecrets;
}

/** Creates a sealer for one recording. */
export function createSealer(): Sealer {
  const secrets = new Map<string, string>();
  return {
    newSecret(name) {
      const secret = generateIdentity();
      secrets.set(name, secret);
      return secret;
    },
    secretsOf: (names) =>
      Object.fromEntries(
        names.map((name) => {
          const secret = secrets.get(name);
          if (secret === undefined) throw new Error(`${name} was not sealed`);
          return [name, secret];
        }),
      ),
  };
}

/**
 * Begins the age file of a plain file, with a new secret from the sealer.
 * @param name base name of the plain file
 * @param write receives the stored bytes, which are valid until it returns
 */
export function sealedSink(sealer: Sealer, name: string, write: (stored: Uint8Array) => void): AgeSink {
  return createAgeSink(ownRecipient(sealer.newSecret(name)), write);
}

/** Encrypts a small plain file as an age file, with a new secret from the sealer. @param name base name of the plain file */
export function sealedBytes(sealer: Sealer, name: string, plain: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  const sink = sealedSink(sealer, name, (stored) => pieces.push(Uint8Array.from(stored)));
  sink.write(plain);
  sink.finish();
  return Buffer.concat(pieces);
}
