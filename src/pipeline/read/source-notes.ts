import type { Finding } from '../../core/findings/finding.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import type { Source } from '../../core/model/source.ts';

/** Collects findings about a source as they occur; some occur only when an entry is read. */
export interface SourceNotes {
  /** Returns the findings since the last call. */
  take(): Finding[];
  /** Number of findings so far about something unreadable: a file, a folder or a part of a container. */
  readonly unread: number;
}

/** Collects the findings of an open source. */
export function followSource(source: Source): SourceNotes {
  let taken = 0;
  let unread = 0;
  return {
    take: () => {
      const fresh = source.findings.slice(taken);
      taken += fresh.length;
      unread += fresh.filter(({ code }) => findingTable.get(code)?.severity === 'error').length;
      return fresh;
    },
    get unread() {
      return unread;
    },
  };
}

/** Codes of an entry whose bytes are not those that its container or its store states; what could be read is used. */
const damageCodes = new Set(['S143', 'S144', 'S164']);

/** Returns a function that looks up the known damage of an entry; null: none. Most damage is detected when an entry is located or opened. */
export function followDamage(source: Source): (path: string) => Finding | null {
  const damaged = new Map<string, Finding>();
  let seen = 0;
  return (path) => {
    for (; seen < source.findings.length; seen++) {
      const found = source.findings[seen];
      if (found !== undefined && damageCodes.has(found.code)) damaged.set(found.place, found);
    }
    return damaged.get(path) ?? damaged.get(`${source.name}!${path}`) ?? null;
  };
}
