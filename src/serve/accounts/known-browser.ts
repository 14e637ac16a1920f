import { createHmac, randomBytes } from 'node:crypto';
import { type Account, isAccountId } from './account.ts';
import { sameSecret } from './session.ts';

/**
 * A browser in which somebody came in once. It keeps a cookie that says so, and its tries to come in again are counted by themselves: strangers who guess at the
 * account do not keep its owner out (OWASP, "Slow down online guessing attacks with device cookies"). The mark is made with the account's stored password, which
 * nobody outside knows: another password ends it, a restart does not.
 */
export interface KnownBrowser {
  readonly user: string;
  /** Names the browser; 96 random bits. */
  readonly id: string;
}

/** How long a browser keeps it, in seconds: half a year. */
export const knownBrowserS = 15_552_000;

/** The value of the cookie for an account; null for one without a password. */
export function knownBrowserMark({ user, password }: Account): string | null {
  if (password === null) return null;
  const id = randomBytes(12).toString('hex');
  return `${Buffer.from(user).toString('base64url')}.${id}.${signature(password.key, user, id)}`;
}

/** Reads one; null where it is none of an account that there is now. */
export function readKnownBrowser(value: string, accounts: ReadonlyMap<string, Account>): KnownBrowser | null {
  const [, name = '', id = '', mac = ''] = /^([\w-]{1,100})\.([0-9a-f]{24})\.([\w-]{43})$/.exec(value) ?? [];
  const user = Buffer.from(name, 'base64url').toString('utf8');
  const password = isAccountId(user) ? (accounts.get(user)?.password ?? null) : null;
  const isOne = Buffer.from(user).toString('base64url') === name;
  return isOne && password !== null && sameSecret(mac, signature(password.key, user, id)) ? { user, id } : null;
}

function signature(key: Buffer, user: string, id: string): string {
  return createHmac('sha256', key).update(`longplay known browser ${id} ${user}`).digest('base64url');
}
