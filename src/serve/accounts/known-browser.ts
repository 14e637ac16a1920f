import { createHmac, randomBytes } from 'node:crypto';
import { type Account, isAccountId } from './account.ts';
import { sameSecret } from './session.ts';

/**
 * A browser in which a user signed in before. A cookie in the browser proves this, and its sign-in attempts are counted separately, so that strangers who guess
 * passwords do not lock the owner out (OWASP, "Slow down online guessing attacks with device cookies"). The cookie is signed with the account's stored password
 * hash, which is secret. A new password invalidates the cookie; a restart of the server does not.
 */
export interface KnownBrowser {
  readonly user: string;
  /** Id of the browser, 96 random bits. */
  readonly id: string;
}

/** Lifetime of the cookie in seconds: half a year. */
export const knownBrowserS = 15_552_000;

/** Returns the value of the cookie for an account; null if the account has no password. */
export function knownBrowserMark({ user, password }: Account): string | null {
  if (password === null) return null;
  const id = randomBytes(12).toString('hex');
  return `${Buffer.from(user).toString('base64url')}.${id}.${signature(password.key, user, id)}`;
}

/** Parses and verifies the cookie. Returns null if it is malformed or belongs to no current account. */
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
