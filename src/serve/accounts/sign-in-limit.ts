import { createHmac, randomBytes } from 'node:crypto';
import type { KnownBrowser } from './known-browser.ts';
import { createRateLimit } from './rate-limit.ts';

/** A sign-in attempt. */
export interface Attempt {
  /** User name as typed, shortened to the length of the longest account name. */
  readonly name: string;
  readonly isAccount: boolean;
  /** Key of the client from `clientOf`. */
  readonly client: string;
  /** The browser, if the account signed in with it before; else null. */
  readonly known: KnownBrowser | null;
}

/** Decides who may try a password. Guessing must take years, and nobody must be able to lock out somebody else. */
export interface SignInLimit {
  /** Uses up one attempt and returns true; returns false if none is left. */
  take(attempt: Attempt): boolean;
}

/** Limits of attempts: per account and client (or browser that the account used before), per account, and per client. Ten typing errors are allowed. */
const tries = {
  both: { burst: 10, perSecond: 1 / 60 },
  account: { burst: 100, perSecond: 1 / 10 },
  client: { burst: 50, perSecond: 1 / 5 },
};

/**
 * Number of counters that all unknown names share. Invented names thus neither use more memory nor displace an account, and they are refused in the same way as
 * accounts.
 */
const nobodies = 1_024;
/** Counters of accounts are never forgotten, because a users file has fewer accounts than this. */
const accountKeys = 1_000_000;

/**
 * Creates limits of sign-in attempts. The account's counter is checked last, so that an attempt that is refused because of its client does not use up an
 * attempt of the account. One client has 10 attempts and one more per minute; an account regains one every ten seconds, so one client alone can never use them
 * up.
 * @param now monotonic ms
 */
export function createSignInLimit(now: () => number): SignInLimit {
  const key = randomBytes(32);
  const limits = {
    browser: createRateLimit(tries.both, now),
    both: createRateLimit(tries.both, now),
    account: createRateLimit(tries.account, now, accountKeys),
    client: createRateLimit(tries.client, now),
  };
  return {
    take: ({ name, isAccount, client, known }) => {
      if (known !== null) return limits.browser.take(`${known.user} ${known.id}`);
      const nobody = (): string => String(createHmac('sha256', key).update(name).digest().readUInt32BE() % nobodies);
      // No account name begins with a space.
      return limits.client.take(client) && limits.both.take(`${name} ${client}`) && limits.account.take(isAccount ? name : ` ${nobody()}`);
    },
  };
}
