import { generateIdentity } from './age/x25519.ts';
import type { FileSecrets } from './keyring/page.ts';

/** Gives each file of one recording a secret of its own, and keeps them until the keyring has them. */
export interface Sealer {
  /** Generates the secret of a file that is being written; a second attempt at the same name replaces the first one's. @param name base name of the plain file */
  newSecret(name: string): string;
  /** Returns the secrets of these files. @throws Error for a file without one */
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
