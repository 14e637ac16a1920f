import { keyedUuid, sha256Hex } from '../../core/base/identifier.ts';
import type { Recording } from '../../core/model/recording.ts';
import { isLoose } from '../../store/catalog/kept-media.ts';
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
  /** The key by which it was found or is stored: its own, or that of a twin. */
  readonly key: string;
  /** The key under which it is stored if its own belongs to another recording; null: its own. */
  readonly twin: string | null;
  /** True: it occurred before in this source, with the same rows and files. */
  readonly isAgain: boolean;
  /** Id of its first state, and the identity from which ids of later states are derived. */
  readonly base: { readonly recordingId: string; readonly identity: string };
}

/** Begins the note of a place that was taken by `move`: the key of the recording there is free. */
const movedMark = 'moved ';

/** Finds recordings in an archive by importer, site and key. */
export interface Places {
  /** Finds the place of a recording, which no other recording of this source has then. */
  place(recording: Recording, fingerprint: string): Place;
  /**
   * Takes the place of an archived recording for one that the source identifies otherwise.
   * @returns the key under which it is found from then on; null if the place is taken already
   */
  move(recording: Recording, fingerprint: string, archived: Newest): string | null;
  /** Returns true if this source gives the key of an archived recording to another one, by `move`. */
  isGivenAway(archived: Newest): boolean;
  /** Returns the latest recording of the archive that has the key of a recording; null: none has. Takes no place. */
  keyHolder(recording: Recording, fingerprint: string): Newest | null;
  /** Returns whether the archive has exactly this recording or an incomplete state of it (`same`), another state of one with its key (`key`), or neither. Takes no place. */
  standing(recording: Recording, fingerprint: string): 'same' | 'key' | 'new';
}

/** What places are found by. */
export interface PlaceTools {
  readonly ledger: Ledger;
  /** Key of the recording ids. */
  readonly salt: string;
  readonly site: string;
  readonly known: Known;
  /** Recordings whose newest description has a key: see `Lookup`. */
  readonly withKey: (key: string) => readonly Newest[];
}

/**
 * Finds the place of each recording in an archive: under its own key, or, if another recording of this source has that key, under a key that ends in a digest of its
 * content. Such a twin gets the same key in every import, whichever of the two comes first and whether both come.
 */
export function openPlaces({ ledger, salt, site, known, withKey }: PlaceTools): Places {
  /** Names the note of which recording a key was moved to. */
  const keyMark = ({ importer, key }: Pick<Recording, 'importer' | 'key'>): string => `key ${importer}\n${key}`;
  const identityOf = ({ importer }: Recording, key: string): string => `${importer}\n${site}\n${key}`;
  const byContent = ({ key }: Recording, fingerprint: string): string => `${key}#${fingerprint.slice(0, 8)}`;
  /** Keys under which a recording may be stored, its own first. */
  const keysOf = (recording: Recording, fingerprint: string): string[] => {
    const paths = recording.media.map(({ path }) => path);
    const byPlace = `${recording.key}#${sha256Hex([fingerprint, ...paths].join('\n')).slice(0, 16)}`;
    return [recording.key, byContent(recording, fingerprint), byPlace];
  };
  /** Finds the recording that a key names: an amendment may have given the key to a recording whose id was made from another one. */
  const holderOf = ({ importer }: Recording, key: string, recordingId: string): Newest | null => {
    const own = known(recordingId);
    if (own !== null && own.importer === importer && own.key === key) return own;
    const others = withKey(key).filter((one) => one.importer === importer && one.site === site && one.firstId !== recordingId);
    return others.length === 1 ? (others[0] ?? null) : own;
  };
  /** Returns the place of a recording under a key; null if the key's recording has been given another key since, and is another recording. */
  const under = (recording: Recording, key: string, fingerprint: string): Omit<Place, 'twin' | 'isAgain'> | null => {
    const identity = identityOf(recording, key);
    const recordingId = keyedUuid(salt, identity);
    const holder = holderOf(recording, key, recordingId);
    const identified = identify({ ...recording, key }, { recordingId, identity, fingerprint, salt }, holder, known);
    const isMoved = holder !== null && !isLoose(recording) && (holder.key !== key || holder.importer !== recording.importer);
    if (isMoved && !('archived' in identified)) return null;
    return { identified, key, base: { recordingId: holder?.firstId ?? recordingId, identity } };
  };
  return {
    place: (recording, fingerprint) => {
      // A fingerprint contains names and sizes: of two files with equal ones both are kept.
      const bringsFiles = recording.media.some(({ path }) => ledger.isFree(path));
      for (const key of keysOf(recording, fingerprint)) {
        const found = under(recording, key, fingerprint);
        if (found === null) continue;
        const { identified, base } = found;
        const taken = ledger.takenBy(base.recordingId);
        const isTwin = key !== recording.key;
        if (taken === fingerprint && !bringsFiles) return { ...found, twin: null, isAgain: true };
        if (!isTwin && 'archived' in identified && taken !== fingerprint) {
          ledger.take(base.recordingId, fingerprint);
          return { ...found, twin: null, isAgain: false };
        }
        const twinId = keyedUuid(salt, identityOf(recording, byContent(recording, fingerprint)));
        const wasTwin = !isTwin && !('archived' in identified) && known(twinId) !== null;
        if (taken !== null || wasTwin) continue;
        ledger.take(base.recordingId, fingerprint);
        return { ...found, twin: isTwin ? key : null, isAgain: false };
      }
      throw new Error('two recordings with the same rows and files, and both have files of their own');
    },
    move: (recording, fingerprint, archived) => {
      const ids = [archived.firstId, archived.recordingId];
      if (ids.some((id) => ledger.takenBy(id) !== null)) return null;
      const own = under(recording, recording.key, fingerprint);
      const taken = own === null ? null : ledger.takenBy(own.base.recordingId);
      for (const id of ids) ledger.take(id, `${movedMark}${fingerprint}`);
      ledger.take(keyMark(recording), archived.recordingId);
      return taken === null || taken.startsWith(movedMark) ? recording.key : byContent(recording, fingerprint);
    },
    isGivenAway: (archived) => {
      const holder = ledger.takenBy(keyMark(archived));
      return holder !== null && holder !== archived.recordingId;
    },
    keyHolder: (recording, fingerprint) => {
      const own = under(recording, recording.key, fingerprint);
      return own === null ? null : known(own.base.recordingId);
    },
    standing: (recording, fingerprint) => {
      const isSame = (key: string): boolean => {
        const found = under(recording, key, fingerprint);
        return found !== null && ('archived' in found.identified || found.identified.mends === true);
      };
      if (keysOf(recording, fingerprint).some(isSame)) return 'same';
      const own = under(recording, recording.key, fingerprint);
      return own !== null && 'supersedes' in own.identified && own.identified.supersedes !== null ? 'key' : 'new';
    },
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

/** Compares a recording with its archived state. @param newest that state; null: there is none */
function identify(
  recording: Recording,
  { recordingId, identity, fingerprint, salt }: Identity,
  newest: Newest | null,
  known: Known,
): PlannedRecording | Archived {
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
