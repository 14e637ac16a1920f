import { limits } from '../base/limits.ts';
import type { Verdict } from './verdict.ts';

/** Recordings of a bag with faults, by kind of fault, in the order in which they were found. */
export interface DamagedCalls {
  take(verdict: Verdict): void;
  /** Number of recordings with a fault. */
  readonly size: number;
  /** Ids of recordings with altered, unreadable or misplaced files. */
  damaged(): readonly string[];
  /** Ids of recordings with missing files and no altered ones. */
  lost(): readonly string[];
  /** Ids of recordings with faults in the files that describe them (`recording.json`, rows, sidecars) and in no audio file. */
  described(): readonly string[];
}

/** Matches the folder of a recording in a bag: see `docs/reference/archive-format.md`. */
const inRecording = /(?:^|\/)data\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\/|$)/;
/** Matches the names of files that describe a recording, sealed or not; all other files are audio. */
const ofDescription = /\/(?:recording\.json|public\.json|(?:source|table)-\d+(?:\.[a-z0-9]+)?)(?:\.age)?$/;

/** Collects recordings from the verdicts about a bag. A file that the system refused to read does not count: it may be intact. */
export function createDamagedCalls(): DamagedCalls {
  const calls = new Map<string, 'damaged' | 'lost'>();
  const withAudio = new Set<string>();
  const those = (kind: 'damaged' | 'lost'): readonly string[] => [...calls].filter(([, is]) => is === kind).map(([id]) => id);
  return {
    take: ({ severity, verdict, code, path }) => {
      const id = inRecording.exec(path)?.[1];
      if (id === undefined || severity !== 'error' || verdict === 'unreachable' || verdict === 'unverifiable') return;
      // Faults of the catalog (V106) do not count: it is derived. An amendment that disagrees with the bag of its files (V132) adds no damaged call
      // either: the files are checked and counted in that bag, unless it is missing.
      if (code === 'V106' || (code === 'V132' && verdict !== 'missing')) return;
      if (!ofDescription.test(path)) withAudio.add(id);
      if (verdict !== 'missing') calls.set(id, 'damaged');
      else if (!calls.has(id)) calls.set(id, 'lost');
    },
    get size() {
      return calls.size;
    },
    damaged: () => those('damaged'),
    lost: () => those('lost'),
    described: () => [...calls.keys()].filter((id) => !withAudio.has(id)),
  };
}

/** Formats ids for a log entry: joined by blanks, at most `limits.namedRecordings`. */
export function namedIds(ids: readonly string[]): string {
  return ids.slice(0, limits.namedRecordings).join(' ');
}

/** Parses the result of `namedIds`. */
export function idsNamed(text: unknown): readonly string[] {
  return typeof text === 'string'
    ? text
        .split(' ')
        .filter((id) => id !== '')
        .slice(0, limits.namedRecordings)
    : [];
}
