import { limits } from '../base/limits.ts';
import type { Verdict } from './verdict.ts';

/** Recordings of a bag with faults, by what is wrong, in the order in which they were found. */
export interface DamagedCalls {
  take(verdict: Verdict): void;
  /** How many recordings have a fault. */
  readonly size: number;
  /** Ids of those with files that are altered, unreadable or in a wrong place. */
  damaged(): readonly string[];
  /** Ids of those with files that are gone, and none that is altered. */
  lost(): readonly string[];
}

/** The folder of a recording in a bag: see `docs/archive-format.md`. */
const inRecording = /(?:^|\/)data\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/|$)/;

/** Collects them from the verdicts over a bag. What the system would not give now may be well. */
export function createDamagedCalls(): DamagedCalls {
  const calls = new Map<string, 'damaged' | 'lost'>();
  const those = (kind: 'damaged' | 'lost'): readonly string[] => [...calls].filter(([, is]) => is === kind).map(([id]) => id);
  return {
    take: ({ severity, verdict, code, path }) => {
      const id = inRecording.exec(path)?.[1];
      // The catalog is derived (V106).
      if (id === undefined || severity !== 'error' || verdict === 'unreachable' || verdict === 'unverifiable' || code === 'V106') return;
      if (verdict !== 'missing') calls.set(id, 'damaged');
      else if (!calls.has(id)) calls.set(id, 'lost');
    },
    get size() {
      return calls.size;
    },
    damaged: () => those('damaged'),
    lost: () => those('lost'),
  };
}

/** Ids as an entry of the log names them: joined by blanks, as many as are named of one bag. */
export function namedIds(ids: readonly string[]): string {
  return ids.slice(0, limits.namedRecordings).join(' ');
}

/** The same read. */
export function idsNamed(text: unknown): readonly string[] {
  return typeof text === 'string'
    ? text
        .split(' ')
        .filter((id) => id !== '')
        .slice(0, limits.namedRecordings)
    : [];
}
