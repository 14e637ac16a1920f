import { resolve } from 'node:path';
import { LongplayError } from '../../core/base/error.ts';
import { didYouMean } from '../../core/words/nearest.ts';

/** Kinds of media of a replica. They inform people; longplay treats all alike. */
export const media = ['disk', 'folder', 'tape', 'remote'] as const;

export type ReplicaMedium = (typeof media)[number];

/** A replica, as registered in the log. */
export interface Replica {
  readonly name: string;
  /** Absolute path of its folder. */
  readonly path: string;
  readonly medium: ReplicaMedium;
  /** Period in which the whole replica is to be read; null: none was set. */
  readonly everyMs: number | null;
  /** Day until which nothing can be deleted from its medium, `YYYY-MM-DD`, inclusive; null: no lock was declared. */
  readonly lockedUntil: string | null;
}

/** The part of a log entry that the register reads. */
export interface RegisterEntry {
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Name of the archive itself in places where replicas are named. */
export const primaryName = 'primary';

/** Words that have a meaning of their own in places where a replica can be named. */
const reserved: ReadonlySet<string> = new Set([primaryName, 'none', 'all']);

const namePattern = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** Returns why a name is invalid for a replica, or null. The name appears in the log, in messages and in paths. */
export function nameFault(name: string): string | null {
  if (reserved.has(name)) return 'that word is reserved';
  return namePattern.test(name) ? null : 'a name is 1 to 40 lower-case letters, digits and hyphens and begins with a letter or digit';
}

/** Builds the register of replicas from the entries of a log in order. An invalid entry changes nothing. */
export function createRegister(): { take(entry: RegisterEntry): void; readonly replicas: ReadonlyMap<string, Replica> } {
  const replicas = new Map<string, Replica>();
  return {
    replicas,
    take: ({ type, detail }) => {
      const { replica: name, path, medium, everyMs, lockedUntil } = detail;
      if (typeof name !== 'string' || nameFault(name) !== null) return;
      const before = replicas.get(name);
      if (type === 'replica-removed') replicas.delete(name);
      else if (typeof path !== 'string' || path !== resolve(path)) return;
      else if (type === 'replica-moved' && before !== undefined) replicas.set(name, { ...before, path });
      else if (type === 'replica-added') {
        const every = typeof everyMs === 'number' && Number.isSafeInteger(everyMs) && everyMs > 0 ? everyMs : null;
        const lock = typeof lockedUntil === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(lockedUntil) ? lockedUntil : null;
        replicas.set(name, { name, path, medium: media.find((one) => one === medium) ?? 'folder', everyMs: every, lockedUntil: lock });
      }
    },
  };
}

/** Returns the replica with a name. @throws LongplayError R104 */
export function replicaOf(replicas: ReadonlyMap<string, Replica>, name: string): Replica {
  const found = replicas.get(name);
  if (found !== undefined) return found;
  const names = [...replicas.keys()].sort();
  throw new LongplayError(
    'usage',
    'R104',
    `there is no replica '${name}'`,
    names.length === 0
      ? 'no replica is registered; register one with `longplay replica add ARCHIVE NAME PATH`'
      : `${didYouMean(name, names)}there are ${names.join(', ')}`,
  );
}
