import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Account } from './account.ts';
import { createLoggedActions, type LoggedActions } from './logged-actions.ts';
import type { SessionPlace } from './session-place.ts';

/** Limits of sessions, times in ms. */
export interface SessionLimits {
  readonly idleMs: number;
  readonly longestMs: number;
  /** Largest number of sessions, of all users and per user; the session that was idle longest ends first. */
  readonly sessions: number;
  readonly ofOneUser: number;
}

/** Default limits. */
export const sessionLimits: SessionLimits = { idleMs: 30 * 60_000, longestMs: 12 * 3_600_000, sessions: 10_000, ofOneUser: 50 };

/** A signed-in user's session. */
export interface Session {
  readonly account: Account;
  /** Must accompany every request that changes something. */
  readonly token: string;
  /** Name of the session in the log; reveals nothing of its secret. */
  readonly name: string;
  /** Secret for digests that distinguish queries without revealing them. */
  readonly salt: string;
  readonly loggedActions: LoggedActions;
  readonly place: SessionPlace;
}

/** A session with its age and idle time in ms. */
export interface AgedSession {
  readonly session: Session;
  readonly ageMs: number;
  readonly idleMs: number;
}

/** All sessions. Secrets are not kept, so memory contains nothing that opens a session. */
export interface Sessions {
  /** Starts a new session, whatever cookie the browser sent. @returns the secret for the cookie */
  begin(account: Account, place: SessionPlace): { readonly secret: string; readonly session: Session };
  /** Returns the session of a secret, or null if there is none or it has expired. Counts as use. */
  find(secret: string): Session | null;
  /** Returns the single session of a user whom the proxy vouches for. */
  ofProxy(account: Account): Session;
  end(session: Session): void;
  all(): Iterable<Session>;
  /** Returns all sessions with their times, most recently used first. */
  aged(): readonly AgedSession[];
  readonly size: number;
}

interface Kept {
  readonly session: Session;
  readonly since: number;
  used: number;
}

/** Creates an empty list of sessions. @param now monotonic ms */
export function createSessions(limits: SessionLimits, now: () => number): Sessions {
  // In order of last use: the first was idle longest.
  const kept = new Map<string, Kept>();
  const isOver = ({ since, used }: Kept): boolean => now() - used >= limits.idleMs || now() - since >= limits.longestMs;
  const make = (account: Account, place: SessionPlace): Session => ({
    account,
    place,
    token: secretText(),
    name: randomBytes(6).toString('hex'),
    salt: secretText(),
    loggedActions: createLoggedActions(now),
  });
  const sweep = (): void => {
    for (const [key, one] of kept) if (isOver(one)) kept.delete(key);
  };
  const keep = (key: string, session: Session): void => {
    sweep();
    const { user } = session.account;
    const own = [...kept].filter(([, one]) => one.session.account.user === user).map(([id]) => id);
    for (const id of own.slice(0, Math.max(0, own.length - limits.ofOneUser + 1))) kept.delete(id);
    for (const id of kept.keys()) {
      if (kept.size < limits.sessions) break;
      kept.delete(id);
    }
    kept.set(key, { session, since: now(), used: now() });
  };
  const use = (key: string): Session | null => {
    const one = kept.get(key);
    if (one === undefined) return null;
    kept.delete(key);
    if (isOver(one)) return null;
    one.used = now();
    kept.set(key, one);
    return one.session;
  };
  return {
    begin: (account, place) => {
      const secret = secretText();
      const session = make(account, place);
      keep(digest(secret), session);
      return { secret, session };
    },
    find: (secret) => (/^[A-Za-z0-9_-]{43}$/.test(secret) ? use(digest(secret)) : null),
    ofProxy: (account) => {
      // No digest starts like this, so no cookie can name it.
      const key = `proxy ${account.user}`;
      const there = use(key);
      if (there !== null) return there;
      // One session for all browsers of the user, so it keeps nothing of a single browser.
      const session = make(account, { by: 'proxy', address: null, browser: null, system: null });
      keep(key, session);
      return session;
    },
    end: (session) => {
      for (const [key, one] of kept) if (one.session === session) kept.delete(key);
    },
    all: () => {
      sweep();
      return [...kept.values()].map(({ session }) => session);
    },
    aged: () => {
      sweep();
      return [...kept.values()].reverse().map(({ session, since, used }) => ({ session, ageMs: now() - since, idleMs: now() - used }));
    },
    get size() {
      sweep();
      return kept.size;
    },
  };
}

/** Returns 256 random bits as text. */
export function secretText(): string {
  return randomBytes(32).toString('base64url');
}

/** Returns true if two secrets are equal; takes the same time for any two. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
