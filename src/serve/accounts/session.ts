import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Account } from './account.ts';
import { createLoggedActions, type LoggedActions } from './logged-actions.ts';
import type { SessionPlace } from './session-place.ts';

/** Limits of sessions. Times are in ms. */
export interface SessionLimits {
  readonly idleMs: number;
  readonly longestMs: number;
  /** Largest number of sessions of all users and, below, per user. If there are more, the session that was idle longest ends. */
  readonly sessions: number;
  readonly ofOneUser: number;
}

/** Default limits. */
export const sessionLimits: SessionLimits = { idleMs: 30 * 60_000, longestMs: 12 * 3_600_000, sessions: 10_000, ofOneUser: 50 };

/** A signed-in user's session. */
export interface Session {
  readonly account: Account;
  /** Token that must accompany every request that changes something. */
  readonly token: string;
  /** Name of the session in the log. It reveals nothing about the session's secret. */
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

/** All sessions. Secrets are not kept, so memory contains nothing that gives access to a session. */
export interface Sessions {
  /** Starts a new session, whatever cookie the browser sent. @returns the session and the secret for its cookie */
  begin(account: Account, place: SessionPlace): { readonly secret: string; readonly session: Session };
  /** Returns the session with a secret; null if there is none or it has expired. Counts as use of the session. */
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
  // Sessions in order of last use; the first one was idle longest.
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
      // A digest never begins like this, so no cookie can select this session.
      const key = `proxy ${account.user}`;
      const there = use(key);
      if (there !== null) return there;
      // All browsers of the user share this session, so it keeps nothing about a single browser.
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

/** Returns true if two secrets are equal. The comparison takes constant time. */
export function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
