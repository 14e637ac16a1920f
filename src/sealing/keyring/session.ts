import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ArchiveLock, acquireLock } from '../../archive/files/lock.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type KeyringDescription, readDescription } from './description.ts';
import { Domain } from './domain.ts';
import { readDomain, unreachable } from './domain-files.ts';
import { readHeld } from './held.ts';
import type { Root } from './page-keys.ts';
import type { RootAccess } from './root.ts';

/** A keyring with its domains, as used by the `keyring` commands. */
export interface KeyringSession {
  readonly folder: string;
  readonly description: KeyringDescription;
  /** The domain in the opened folder. */
  readonly main: Domain;
  /** All domains, `main` first. */
  readonly domains: readonly Domain[];
  readonly access: RootAccess;
  readonly signal: AbortSignal;
  /** Returns the current ISO time. */
  readonly now: () => string;
}

/** Where a keyring is, and what opens it. */
export interface KeyringPlace {
  /** Folder of the keyring, or of a copy of it. */
  readonly folder: string;
  readonly access: RootAccess;
  readonly signal: AbortSignal;
  /** Returns the current ISO time; absent: the machine's clock is used. */
  readonly now?: () => string;
}

/** Opens a session without opening a root. @throws LongplayError K100, K103, K104 */
export function openSession({ folder, access, signal, now = () => new Date().toISOString() }: KeyringPlace): KeyringSession {
  const here = resolve(folder);
  const description = newestDescription(here);
  const { domain } = readDomain(here, 'in this folder');
  const listed = description.domains.map(({ name, path }) => new Domain(name, name === domain ? here : path, description.id));
  const main = listed.find(({ name }) => name === domain);
  if (main === undefined) throw unreachable(domain, `${here} was removed from the keyring`);
  return { folder: here, description, main, domains: [main, ...listed.filter((other) => other !== main)], access, signal, now };
}

/** Returns the newest description among the copies that can be reached: that of a copy which was restored from a backup may lack later copies and a later recovery. */
function newestDescription(folder: string): KeyringDescription {
  let newest = readDescription(folder);
  const seen = new Set([folder]);
  for (;;) {
    const next = newest.domains.find(({ path }) => !seen.has(path));
    if (next === undefined) return newest;
    seen.add(next.path);
    const other = tryDescription(next.path);
    if (other?.id === newest.id && (other.revision ?? 0) > (newest.revision ?? 0)) newest = other;
  }
}

function tryDescription(folder: string): KeyringDescription | null {
  try {
    return readDescription(folder);
  } catch (error) {
    // The copy is away or damaged, which is reported where it is needed.
    if (error instanceof LongplayError) return null;
    throw error;
  }
}

/** Returns why a domain cannot be reached; null: it can be. */
export function awayBecause(domain: Domain): LongplayError | null {
  try {
    domain.keys();
    return null;
  } catch (error) {
    if (error instanceof LongplayError) return error;
    throw error;
  }
}

/**
 * Opens the root of a domain: with the root that an open domain holds of it or, failing that, in the domain's own way; if that fails too, by another domain that
 * opens without a person.
 * @throws LongplayError K102, K104, K106, K107
 */
export async function unlock(session: KeyringSession, domain: Domain): Promise<Root> {
  try {
    return unlockQuietly(session, domain) ?? (await domain.unlock(session.access, session.signal));
  } catch (error) {
    if (!(error instanceof LongplayError) || awayBecause(domain) !== null) throw error;
    openQuietly(session);
    const opened = domain.root();
    if (opened === null) throw error;
    return opened;
  }
}

/** Opens every root that can be opened without asking a person. @returns the open domains */
export function openQuietly(session: Pick<KeyringSession, 'domains'>): readonly Domain[] {
  const { domains } = session;
  const opens = (domain: Domain): boolean => {
    try {
      return unlockQuietly(session, domain) !== null;
    } catch (error) {
      // This copy is away or damaged: another one serves.
      if (error instanceof LongplayError) return false;
      throw error;
    }
  };
  const open = new Set(domains.filter(opens));
  // A domain that was opened later may hold the root of an earlier one.
  const isFirst = domains.findIndex((domain) => !open.has(domain)) > domains.findLastIndex((domain) => open.has(domain));
  return isFirst || open.size === 0 || open.size === domains.length ? [...open] : domains.filter((domain) => open.has(domain) || opens(domain));
}

/** Opens the root of a domain without asking a person; returns null if that is impossible. @throws LongplayError K102, K104, K107 */
export function unlockQuietly({ domains }: Pick<KeyringSession, 'domains'>, domain: Domain): Root | null {
  const open = domain.root();
  if (open !== null) return open;
  for (const other of domains) if (other !== domain && unlockHeld(other, domain)) return domain.root();
  return domain.unlockNow();
}

/** Opens the root of a domain with the root that another domain holds of it, if that domain is open. */
function unlockHeld(holder: Domain, domain: Domain): boolean {
  const by = awayBecause(holder) === null ? holder.root() : null;
  const held = by === null ? [] : (readHeld(holder.folder, by) ?? []);
  const opens = held.some((root) => root.domain === domain.name && domain.unlockBy(root));
  for (const { key } of held) key.fill(0);
  return opens;
}

/** Runs work that changes the keyring under the keyring's lock. Waits for other runs. @throws LongplayError A105 if the wait exceeds `limits.keyringWaitMs` */
export async function locked<Result>(session: KeyringSession, work: () => Promise<Result>): Promise<Result> {
  await using _lock = await waitForLock(session.folder, session.signal);
  return await work();
}

async function waitForLock(folder: string, signal: AbortSignal): Promise<ArchiveLock> {
  for (const endMs = Date.now() + limits.keyringWaitMs; ; ) {
    try {
      return await acquireLock(folder, signal);
    } catch (error) {
      if (!(error instanceof LongplayError) || error.code !== 'A105' || Date.now() > endMs) throw error;
      await sleep(20, undefined, { signal });
    }
  }
}
