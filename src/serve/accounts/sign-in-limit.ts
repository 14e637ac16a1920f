import { createHmac, randomBytes } from 'node:crypto';
import type { KnownBrowser } from './known-browser.ts';
import { createRateLimit } from './rate-limit.ts';

/** Who tries to come in. */
export interface Attempt {
  /** As typed, cut to what an account's name may have. */
  readonly name: string;
  readonly isAccount: boolean;
  /** One client, as `clientOf` has it. */
  readonly client: string;
  /** Null: a browser in which this account was never in. */
  readonly known: KnownBrowser | null;
}

/** Says who may try a password, so that guessing takes years and nobody is kept out by somebody else. */
export interface SignInLimit {
  /** True, and a try is used up, or false. */
  take(attempt: Attempt): boolean;
}

/** Tries: of one account by one client, or in one browser that knows it; of one account by all others; by one client. Somebody who mistypes gets ten. */
const tries = {
  both: { burst: 10, perSecond: 1 / 60 },
  account: { burst: 100, perSecond: 1 / 10 },
  client: { burst: 50, perSecond: 1 / 5 },
};

/** Names that are no account share so many counts: made-up names neither grow the memory nor make it forget an account, and are refused as accounts are. */
const nobodies = 1_024;
/** Counts of accounts are never forgotten: a users file has fewer. */
const accountKeys = 1_000_000;

/**
 * The account is asked last: a try that is refused for its client takes nothing of the account's. One client has 10 tries and one a minute, the account gets back
 * one in ten seconds: it alone can never use them up.
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
      // No account's name begins with a blank.
      return limits.client.take(client) && limits.both.take(`${name} ${client}`) && limits.account.take(isAccount ? name : ` ${nobody()}`);
    },
  };
}
