import { createHmac, randomBytes } from 'node:crypto';
import type { KnownBrowser } from './known-browser.ts';
import { createRateLimit } from './rate-limit.ts';

/** A sign-in attempt. */
export interface Attempt {
  /** User name as typed, cut to the longest account name. */
  readonly name: string;
  readonly isAccount: boolean;
  /** Client as returned by `clientOf`. */
  readonly client: string;
  /** Null: this account never signed in with this browser. */
  readonly known: KnownBrowser | null;
}

/** Decides who may try a password, so that guessing takes years and nobody can lock out somebody else. */
export interface SignInLimit {
  /** Uses up one attempt and returns true, or returns false. */
  take(attempt: Attempt): boolean;
}

/** Limits of attempts: per account and client, or per browser known to the account; per account; per client. Ten typing errors are allowed. */
const tries = {
  both: { burst: 10, perSecond: 1 / 60 },
  account: { burst: 100, perSecond: 1 / 10 },
  client: { burst: 50, perSecond: 1 / 5 },
};

/** Number of counters that all unknown names share: invented names neither grow the memory nor displace an account, and they are refused just like accounts. */
const nobodies = 1_024;
/** Counters of accounts are never forgotten: a users file has fewer accounts. */
const accountKeys = 1_000_000;

/**
 * Creates limits of sign-in attempts. The account's counter is checked last: an attempt refused because of its client does not use up the account's attempts. One client has
 * 10 attempts and one more per minute; the account regains one every ten seconds, so one client alone can never use them up.
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
