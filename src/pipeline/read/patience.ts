import type { Recording } from '../../core/model/recording.ts';
import type { Ledger } from '../../store/jobs/ledger.ts';
import type { FileComparison } from './compare-archived.ts';
import type { ComparedPlace } from './compare-places.ts';
import type { Known } from './place-recording.ts';

/** Decides which recordings of a source that is still being written are complete. */
export interface Patience {
  /** Returns true if a recording is not imported yet, because one of its files is not finished, or its row or its audio is still to come. */
  waits(recording: Recording, place: ComparedPlace): boolean;
}

/** What `withoutLosses` needs. */
interface Losses {
  readonly known: Known;
  readonly comparison: FileComparison | null;
  readonly ledger: Pick<Ledger, 'sizeOf'>;
}

/**
 * Returns the place of a recording of a running recorder, which deletes old files and rotates its tables. A recording that has fewer files or rows
 * than the archive has of it counts as archived: the archive keeps what it has, and the call has one entry.
 */
export function withoutLosses(recording: Recording, place: ComparedPlace, { known, comparison, ledger }: Losses): ComparedPlace {
  const { identified } = place;
  if ('archived' in identified || identified.supersedes === null || place.isChanged) return place;
  const archived = known(identified.supersedes);
  if (archived === null) return place;
  const bytes = recording.media.reduce((sum, { path }) => sum + (ledger.sizeOf(path) ?? 0), 0);
  const hasLostFiles = bytes < (comparison?.keptBytes(identified.supersedes) ?? 0);
  const hasLostRows = isWithoutRow(recording.reconciliation.status) && !isWithoutRow(archived.joined);
  return hasLostFiles || hasLostRows ? { ...place, identified: { archived } } : place;
}

function isWithoutRow(status: string): boolean {
  return status === 'audio-without-row';
}
