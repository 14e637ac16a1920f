import { resolve } from 'node:path';
import { LongplayError } from '../../core/base/error.ts';
import { didYouMean } from '../../core/words/nearest.ts';

/** What a replica lies on; tells a person what to expect, and changes nothing in how it is treated. */
export const media = ['disk', 'folder', 'tape', 'remote'] as const;

export type ReplicaMedium = (typeof media)[number];

/** A further copy of the archive, as the log registers it. */
export interface Replica {
  readonly name: string;
  /** Absolute path of its folder. */
  readonly path: string;
  readonly medium: ReplicaMedium;
  /** In which period all of it is to be read; null where none was set. */
  readonly everyMs: number | null;
}

/** An entry of the log, as far as it matters here. */
export interface RegisterEntry {
  readonly type: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** How the archive itself is called where replicas are named. */
export const primaryName = 'primary';

/** Words that mean something else where a replica could be named. */
const reserved: ReadonlySet<string> = new Set([primaryName, 'none', 'all']);

const namePattern = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** Why a replica may not be called so, or null where it may. The name stands in the log, in messages and in paths. */
export function nameFault(name: string): string | null {
  if (reserved.has(name)) return 'that word has a meaning of its own';
  return namePattern.test(name) ? null : 'a name is 1 to 40 lower-case letters, digits and hyphens and begins with a letter or digit';
}

/** The register of replicas as the entries of a log, taken in their order, make it. An entry that makes no sense changes nothing. */
export function createRegister(): { take(entry: RegisterEntry): void; readonly replicas: ReadonlyMap<string, Replica> } {
  const replicas = new Map<string, Replica>();
  return {
    replicas,
    take: ({ type, detail }) => {
      const { replica: name, path, medium, everyMs } = detail;
      if (typeof name !== 'string' || nameFault(name) !== null) return;
      const before = replicas.get(name);
      if (type === 'replica-removed') replicas.delete(name);
      else if (typeof path !== 'string' || path !== resolve(path)) return;
      else if (type === 'replica-moved' && before !== undefined) replicas.set(name, { ...before, path });
      else if (type === 'replica-added') {
        const every = typeof everyMs === 'number' && Number.isSafeInteger(everyMs) && everyMs > 0 ? everyMs : null;
        replicas.set(name, { name, path, medium: media.find((one) => one === medium) ?? 'folder', everyMs: every });
      }
    },
  };
}

/** The replica of a name. @throws LongplayError R104 */
export function replicaOf(replicas: ReadonlyMap<string, Replica>, name: string): Replica {
  const found = replicas.get(name);
  if (found !== undefined) return found;
  const names = [...replicas.keys()].sort();
  throw new LongplayError(
    'usage',
    'R104',
    `there is no replica '${name}'`,
    names.length === 0
      ? 'no replica is registered; `longplay replica add ARCHIVE NAME PATH` does that'
      : `${didYouMean(name, names)}there are ${names.join(', ')}`,
  );
}
