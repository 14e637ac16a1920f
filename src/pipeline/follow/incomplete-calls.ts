import type { Recording } from '../../core/model/recording.ts';
import type { ComparedPlace } from '../read/compare-places.ts';
import type { Patience } from '../read/patience.ts';
import type { SettledFiles } from './settled-files.ts';

/** Decides which recordings of a running recorder are complete, and remembers since when the others wait for their other half. */
export interface IncompleteCalls {
  /** Begins a round. @param atMs time on the clock of the scans */
  begin(atMs: number): void;
  /** Ends a round that read the whole source: recordings that it did not see no longer wait. */
  finish(): void;
  readonly patience: Patience;
  /** Returns the number of recordings that waited in the last round for their row or audio. */
  waiting(): number;
  /** Returns the time at which the first of them has waited long enough; null if none waits. */
  nextMs(): number | null;
}

/** How long recordings wait, and for what. */
export interface WaitOptions {
  readonly files: Pick<SettledFiles, 'isUnfinished'>;
  /** How long audio waits for its row, and a row for its audio. */
  readonly waitMs: number;
  /** Ids of importers that know only files, so that their recordings never have rows. */
  readonly withoutRows: ReadonlySet<string>;
}

/** Creates the memory of incomplete calls, which stores one time for each recording that waits. */
export function createIncompleteCalls({ files, waitMs, withoutRows }: WaitOptions): IncompleteCalls {
  let before = new Map<string, number>();
  let now = new Map<string, number>();
  let nowMs = 0;

  const lacksHalf = ({ importer, media, reconciliation }: Recording): boolean =>
    !withoutRows.has(importer) && (media.length === 0 || reconciliation.status === 'audio-without-row');

  const waits = (recording: Recording, { identified, isAgain }: ComparedPlace): boolean => {
    const used = [...recording.media.map(({ path }) => path), ...recording.provenance.map(({ path }) => path)];
    if (used.some((path) => files.isUnfinished(path))) return true;
    if ('archived' in identified || isAgain || !lacksHalf(recording)) return false;
    const since = before.get(identified.recordingId) ?? nowMs;
    if (nowMs - since >= waitMs) return false;
    now.set(identified.recordingId, since);
    return true;
  };

  return {
    begin: (atMs) => {
      now = new Map();
      nowMs = atMs;
    },
    finish: () => {
      before = now;
    },
    patience: { waits },
    waiting: () => before.size,
    nextMs: () => (before.size === 0 ? null : [...before.values()].reduce((a, b) => Math.min(a, b)) + waitMs),
  };
}
