import { keyedUuid, sha256Hex } from '../../core/base/identifier.ts';
import type { Recording } from '../../core/model/recording.ts';
import type { Newest } from '../../store/catalog/catalog.ts';
import type { Ledger } from '../../store/jobs/ledger.ts';
import type { PlannedRecording } from '../../store/jobs/plan.ts';

/** Answers whether a recording is in the archive already: the newest of its kind, or null. */
export type Known = (recordingId: string) => Newest | null;

/** What the archive has of it, where it has exactly this. */
interface Archived {
  readonly archived: Newest;
}

/** Where a recording has its place. */
export interface Place {
  readonly identified: PlannedRecording | Archived;
  /** The key under which it is kept where its own is another's; null: its own. */
  readonly twin: string | null;
  /** It came before in this source, with the same rows and files. */
  readonly isAgain: boolean;
  /** Of the first of its states, and what ids of later ones are made of. */
  readonly base: { readonly recordingId: string; readonly identity: string };
}

/**
 * Finds each recording of a source its place in an archive: its own key, or, where another recording of this source has that, a key that ends in a digest of its
 * content. A twin is known as one at every import, whichever of the two comes first and whether both come.
 */
export function openPlaces(ledger: Ledger, salt: string, site: string, known: Known): (recording: Recording, fingerprint: string) => Place {
  return (recording, fingerprint) => {
    const { key: own, media } = recording;
    const paths = media.map(({ path }) => path);
    // A fingerprint knows names and sizes: of two files that have both alike each is kept.
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

/** What a recording is known by. */
interface Identity {
  /** Of its identity. */
  readonly recordingId: string;
  readonly identity: string;
  readonly fingerprint: string;
  /** Key of the recording ids. */
  readonly salt: string;
}

/** Compares a recording with what is known of it. */
function identify(recording: Recording, { recordingId, identity, fingerprint, salt }: Identity, known: Known): PlannedRecording | Archived {
  const newest = known(recordingId);
  if (newest === null) return { recordingId, supersedes: null, fingerprint, recording };
  // It is like this, or was when it was imported first.
  if (newest.fingerprint === fingerprint || newest.firstFingerprint === fingerprint) return { archived: newest };
  if (newest.fingerprint === salvagedFingerprint(fingerprint)) {
    const mended = keyedUuid(salt, `${identity}\n${fingerprint}\nmended`);
    return { recordingId: mended, supersedes: newest.recordingId, fingerprint, recording, mends: true };
  }
  const successor = keyedUuid(salt, `${identity}\n${fingerprint}`);
  // It was like this before and is so again: nothing new.
  const earlier = known(successor);
  if (earlier !== null) return { archived: earlier };
  return { recordingId: successor, supersedes: newest.recordingId, fingerprint, recording };
}

/**
 * The fingerprint of a recording of which only a part could be read: names and sizes of a mended source are the same, and it must
 * not pass for what the archive has already.
 */
export function salvagedFingerprint(fingerprint: string): string {
  return sha256Hex(`${fingerprint} salvaged`);
}
