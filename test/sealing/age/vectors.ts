import { readFileSync } from 'node:fs';
import { gunzipSync, inflateSync } from 'node:zlib';

/** A test vector of age (github.com/C2SP/CCTV, age/README.md). */
export interface Vector {
  readonly name: string;
  /** `success`, `header failure`, `no match`, `HMAC failure`, `payload failure` or `armor failure`. */
  readonly expect: string;
  /** SHA-256 of everything that a reader returns, also if it is refused later; undefined if nothing can be returned. */
  readonly payload: string | undefined;
  readonly identities: readonly string[];
  readonly passphrases: readonly string[];
  readonly isArmored: boolean;
  readonly file: Uint8Array;
}

const keys = new Set(['expect', 'payload', 'identity', 'passphrase', 'armored', 'compressed', 'file key', 'comment']);

/** Reads all vectors, packed by `make-vectors.ts`. */
export function ageVectors(): readonly Vector[] {
  const packed: unknown = JSON.parse(gunzipSync(readFileSync(new URL('cctv.json.gz', import.meta.url))).toString('utf8'));
  const { vectors } = packed as { readonly vectors: Readonly<Record<string, string>> };
  return Object.entries(vectors).map(([name, text]) => {
    const head = text.slice(0, text.indexOf('\n\n'));
    const fields = head.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)] as const);
    const all = (key: string): string[] => fields.filter(([is]) => is === key).map(([, value]) => value);
    const unknown = fields.find(([key]) => !keys.has(key));
    if (unknown !== undefined) throw new Error(`${name} has a field ${unknown[0]}`);
    const body = Buffer.from(text.slice(head.length + 2), 'latin1');
    return {
      name,
      expect: all('expect')[0] ?? '',
      payload: all('payload')[0],
      identities: all('identity'),
      passphrases: all('passphrase'),
      isArmored: all('armored')[0] === 'yes',
      file: all('compressed')[0] === 'zlib' ? inflateSync(body) : body,
    };
  });
}
