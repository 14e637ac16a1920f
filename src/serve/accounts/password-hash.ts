import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** What a stored password costs to try: N = 2^ln, block size and lanes of scrypt (RFC 7914 section 2), with salt and key. */
export interface PasswordHash {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

/** OWASP's password storage cheat sheet: N = 2^15, r = 8, p = 3 is one of the settings that are as strong as the first choice, with 32 MiB. */
const made = { ln: 15, r: 8, p: 3 } as const;

/** A password is no document; a longer one would be a way to keep the server busy. */
export const passwordBytes = 1_024;

/** The line of a users file for a password: `$scrypt$ln=15,r=8,p=3$SALT$KEY`, the form that passlib and others write. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, { ...made, salt }, 32);
  return `$scrypt$ln=${made.ln},r=${made.r},p=${made.p}$${base64(salt)}$${base64(key)}`;
}

/**
 * Reads such a line; null where it is none, or asks for less than 2^14 or for more than 128 MiB: a file that somebody wrote must neither make
 * passwords cheap nor take the machine's memory.
 */
export function parsePasswordHash(text: string): PasswordHash | null {
  const [, ln = '', r = '', p = '', salt = '', key = ''] =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43,86})$/.exec(text) ?? [];
  const hash = { ln: Number(ln), r: Number(r), p: Number(p), salt: Buffer.from(salt, 'base64'), key: Buffer.from(key, 'base64') };
  if (salt === '' || hash.ln < 14 || hash.ln > 17 || hash.r < 8 || hash.r > 16 || hash.p < 1 || hash.p > 8) return null;
  return memoryOf(hash) > 128 * 1024 * 1024 ? null : hash;
}

/** True where the password is the one; compared in constant time. */
export async function isPassword(password: string, hash: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, hash, hash.key.length), hash.key);
}

/** A hash that no password fits and that costs as much as another: for users who do not exist. */
export function unfitting(like: PasswordHash | null): PasswordHash {
  return { ...(like ?? made), salt: randomBytes(16), key: randomBytes(like?.key.length ?? 32) };
}

function derive(password: string, hash: Pick<PasswordHash, 'ln' | 'r' | 'p' | 'salt'>, length: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { N: 2 ** hash.ln, r: hash.r, p: hash.p, maxmem: memoryOf(hash) + 1024 * 1024 };
    // The same letters typed on another keyboard may come composed otherwise.
    scrypt(password.normalize('NFC'), hash.salt, length, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

/** RFC 7914: 128 N r for the table, 128 r p for the lanes. */
function memoryOf({ ln, r, p }: Pick<PasswordHash, 'ln' | 'r' | 'p'>): number {
  return 128 * 2 ** ln * r + 128 * r * p;
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
