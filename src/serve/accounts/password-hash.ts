import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** A stored password: salt, key, and the cost parameters of scrypt (RFC 7914 section 2) with N = 2^ln. */
export interface PasswordHash {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** Parameters for new hashes, from OWASP's password storage cheat sheet: N = 2^15, r = 8, p = 3 is as strong as its first choice and needs 32 MiB. */
const made = { ln: 15, r: 8, p: 3 } as const;

/** Length of the longest password, in bytes. The limit prevents long texts from keeping the server busy with hashing. */
export const passwordBytes = 1_024;

/** Returns a password as a line of the users file, `$scrypt$ln=15,r=8,p=3$SALT$KEY`, in the form that passlib and other programs write. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, { ...made, salt }, 32);
  return `$scrypt$ln=${made.ln},r=${made.r},p=${made.p}$${base64(salt)}$${base64(key)}`;
}

/**
 * Parses a line that `hashPassword` returned. Returns null if it is malformed, or if N is less than 2^14 or scrypt would need more than 128 MiB: the users file
 * must neither weaken passwords nor exhaust memory.
 */
export function parsePasswordHash(text: string): PasswordHash | null {
  const [, ln = '', r = '', p = '', salt = '', key = ''] =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43,86})$/.exec(text) ?? [];
  const hash = { ln: Number(ln), r: Number(r), p: Number(p), salt: Buffer.from(salt, 'base64'), key: Buffer.from(key, 'base64') };
  if (salt === '' || hash.ln < 14 || hash.ln > 17 || hash.r < 8 || hash.r > 16 || hash.p < 1 || hash.p > 8) return null;
  return memoryOf(hash) > 128 * 1024 * 1024 ? null : hash;
}

/** Returns true if the password matches the hash. The comparison takes constant time. */
export async function isPassword(password: string, hash: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, hash, hash.key.length), hash.key);
}

/** Returns a hash that no password matches and that costs as much as a real one. It is used for unknown users. */
export function unfitting(like: PasswordHash | null): PasswordHash {
  return { ...(like ?? made), salt: randomBytes(16), key: randomBytes(like?.key.length ?? 32) };
}

function derive(password: string, hash: Pick<PasswordHash, 'ln' | 'r' | 'p' | 'salt'>, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { N: 2 ** hash.ln, r: hash.r, p: hash.p, maxmem: memoryOf(hash) + 1024 * 1024 };
    // Keyboards may produce the same letter in composed or decomposed form.
    scrypt(password.normalize('NFC'), hash.salt, length, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

/** Returns the bytes of memory that scrypt needs: 128 N r for the table and 128 r p for the lanes (RFC 7914). */
function memoryOf({ ln, r, p }: Pick<PasswordHash, 'ln' | 'r' | 'p'>): number {
  return 128 * 2 ** ln * r + 128 * r * p;
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
