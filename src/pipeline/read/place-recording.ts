import { keyedUuid, sha256Hex } from '../../core/base/identifier.ts';
import type { Recording } from '../../core/model/recording.ts';
import type { Newest } from '../../store/catalog/lookup.ts';
import type { Ledger } from '../../store/jobs/ledger.ts';
import type { PlannedRecording } from '../../store/jobs/plan.ts';

/** Looks up a recording in the archive: its newest state, or null. */
export type Known = (recordingId: string) => Newest | null;

/** The archived state, if the archive has exactly this recording. */
interface Archived {
  readonly archived: Newest;
}

/** The place of a recording in an archive. */
export interface Place {
  readonly identified: PlannedRecording | Archived;
  /** The key under which it is stored if its own belongs to another recording; null: its own. */
  readonly twin: string | null;
  /** True: it occurred before in this source, with the same rows and files. */
  readonly isAgain: boolean;
  /** Id of its first state, and the identity from which ids of later states are derived. */
  readonly base: { readonly recordingId: string; readonly identity: string };
}

/**
 * Finds the place of each recording in an archive: under its own key, or, if another recording of this source has that key, under a key that ends in a digest of its
 * content. Such a twin gets the same key in every import, whichever of the two comes first and whether both come.
 */
export function openPlaces(ledger: Ledger, salt: string, site: string, known: Known): (recording: Recording, fingerprint: string) => Place {
  return (recording, fingerprint) => {
    const { key: own, media } = recording;
    const paths = media.map(({ path }) => path);
    // A fingerprint contains names and sizes: of two files with equal ones both are kept.
    const bringsFiles = paths.some((path) => ledger.isFree(path));
    const identityOf = (key: string): string => `${recording.importer}\n${site}\n${key}`;
    const byContent = `${own}#${fingerprint.slice(0, 8)}`;
    const byPlace = `${own}#${sha256Hex([fingerprint, ...paths].join('\n')).slice(0, 16)}`;
    for (const key of [own, byContent, byPlace]) {
      const identity = identityOf(key);
      const id = keyedUuid(salt, identity);
      const taken = ledger.takenBy(id);
      const isTwin = key !== own;
      const identified = identify({ ...recording, key }, { recordingId: id, identity, fingerprint, salt }, known);
      const base = { recordingId: id, identity };
      if (taken === fingerprint && !bringsFiles) return { identified, twin: null, isAgain: true, base };
      if (!isTwin && 'archived' in identified && taken !== fingerprint) {
        ledger.take(id, fingerprint);
        return { identified, twin: null, isAgain: false, base };
      }
      const wasTwin = !isTwin && !('archived' in identified) && known(keyedUuid(salt, identityOf(byContent))) !== null;
      if (taken !== null || wasTwin) continue;
      ledger.take(id, fingerprint);
      return { identified, twin: isTwin ? key : null, isAgain: false, base };
    }
    throw new Error('two recordings with the same rows and files, and both have files of their own');
  };
}

/** The identity of a recording. */
interface Identity {
  /** Id derived from its identity. */
  readonly recordingId: string;
  readonly identity: string;
  readonly fingerprint: string;
  /** Key of the recording ids. */
  readonly salt: string;
}

/** Compares a recording with its archived state. */
function identify(recording: Recording, { recordingId, identity, fingerprint, salt }: Identity, known: Known): PlannedRecording | Archived {
  const newest = known(recordingId);
  if (newest === null) return { recordingId, supersedes: null, fingerprint, recording };
  // Unchanged since the last import, or as it was in an earlier one.
  const isEarlier = newest.firstFingerprint === fingerprint || newest.earlier.some((earlier) => earlier.fingerprint === fingerprint);
  if (newest.fingerprint === fingerprint || isEarlier) return { archived: newest };
  if (newest.fingerprint === salvagedFingerprint(fingerprint)) {
    const mended = keyedUuid(salt, `${identity}\n${fingerprint}\nmended`);
    return { recordingId: mended, supersedes: newest.recordingId, fingerprint, recording, mends: true };
  }
  const successor = keyedUuid(salt, `${identity}\n${fingerprint}`);
  // It returned to an earlier state: nothing new.
  const earlier = known(successor);
  if (earlier !== null) return { archived: earlier };
  return { recordingId: successor, supersedes: newest.recordingId, fingerprint, recording };
}

/**
 * Returns the fingerprint of an incompletely read recording: names and sizes of a repaired source are the same, and it must
 * not count as archived already.
 */
export function salvagedFingerprint(fingerprint: string): string {
  return sha256Hex(`${fingerprint} salvaged`);
}
