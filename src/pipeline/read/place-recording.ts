import { keyedUuid, sha256Hex } from '../../core/base/identifier.ts';
import type { Recording } from '../../core/model/recording.ts';
import { isLoose } from '../../store/catalog/kept-media.ts';
import type { Newest } from '../../store/catalog/lookup.ts';
import type { Ledger } from '../../store/jobs/ledger.ts';
import type { PlannedRecording } from '../../store/jobs/plan.ts';

/** Looks up a recording in the archive: returns its newest state, or null. */
export type Known = (recordingId: string) => Newest | null;

/** The archived state, if the archive has exactly this recording. */
interface Archived {
  readonly archived: Newest;
}

/** The place of a recording in an archive. */
export interface Place {
  readonly identified: PlannedRecording | Archived;
  /** Key under which the recording was found or is stored: its own, or that of a twin. */
  readonly key: string;
  /** Key under which it is stored if its own key belongs to another recording; null: its own key. */
  readonly twin: string | null;
  /** True: the same recording, with the same rows and files, occurred before in this source. */
  readonly isAgain: boolean;
  /** Id of its first state, and the identity from which the ids of later states are derived. */
  readonly base: { readonly recordingId: string; readonly identity: string };
}

/** Begins the note about a place that `move` took: the key of the recording there is free. */
const movedMark = 'moved ';

/** Finds recordings in an archive by importer, site and key. */
export interface Places {
  /** Returns the place of a recording, and takes it, so that no other recording of this source gets it. */
  place(recording: Recording, fingerprint: string): Place;
  /**
   * Takes the place of an archived recording for one that the source identifies differently.
   * @returns the key under which the recording is found from now on; null if the place is already taken
   */
  move(recording: Recording, fingerprint: string, archived: Newest): string | null;
  /** Returns true if `move` gave the key of an archived recording to another one of this source. */
  isGivenAway(archived: Newest): boolean;
  /** Returns the latest archived recording with the key of a recording; null: none has the key. Takes no place. */
  keyHolder(recording: Recording, fingerprint: string): Newest | null;
  /**
   * Returns what the archive has of a recording: exactly this recording or an incomplete state of it (`same`), another state of a recording with its
   * key (`key`), or neither (`new`). Takes no place.
   */
  standing(recording: Recording, fingerprint: string): 'same' | 'key' | 'new';
  /** Returns true if `standing` is `same` because of the recording's own key: the usual case of an unchanged source, at the cost of one look-up. */
  isSame(recording: Recording, fingerprint: string): boolean;
}

/** What the archive has under a key of a recording. */
type Found = Omit<Place, 'twin' | 'isAgain'>;

/** What finding places needs. */
export interface PlaceTools {
  readonly ledger: Ledger;
  /** Key of the recording ids. */
  readonly salt: string;
  readonly site: string;
  readonly known: Known;
  /** Returns recordings whose newest description has a key: see `Lookup`. */
  readonly withKey: (key: string) => readonly Newest[];
}

/** Returns the identity from which the id of a recording follows. */
export function identityOf({ importer }: Pick<Recording, 'importer'>, site: string, key: string): string {
  return `${importer}\n${site}\n${key}`;
}

/** Finds what an archive has under the keys of a recording. Takes no place. */
function archivedByKey({ salt, site, known, withKey }: Omit<PlaceTools, 'ledger'>) {
  const identityIn = (recording: Recording, key: string): string => identityOf(recording, site, key);
  const byContent = ({ key }: Recording, fingerprint: string): string => `${key}#${fingerprint.slice(0, 8)}`;
  /** Yields the keys under which a recording may be stored, its own first. */
  function* keysOf(recording: Recording, fingerprint: string): Generator<string> {
    yield recording.key;
    yield byContent(recording, fingerprint);
    yield `${recording.key}#${sha256Hex([fingerprint, ...recording.media.map(({ path }) => path)].join('\n')).slice(0, 16)}`;
  }
  /** Finds the recording that has a key. An amendment may have given the key to a recording whose id was derived from another key. */
  const holderOf = ({ importer }: Recording, key: string, recordingId: string): Newest | null => {
    const own = known(recordingId);
    if (own !== null && own.importer === importer && own.key === key) return own;
    const others = withKey(key).filter((one) => one.importer === importer && one.site === site && one.firstId !== recordingId);
    return others.length === 1 ? (others[0] ?? null) : own;
  };
  /** Returns the place of a recording under a key; null if the recording of that key has had another key since, and is another recording. */
  const readUnder = (recording: Recording, key: string, fingerprint: string): Found | null => {
    const identity = identityIn(recording, key);
    const recordingId = keyedUuid(salt, identity);
    const holder = holderOf(recording, key, recordingId);
    const identified = identify(
      key === recording.key ? recording : { ...recording, key },
      { recordingId, identity, fingerprint, salt },
      holder,
      known,
    );
    const isMoved = holder !== null && !isLoose(recording) && (holder.key !== key || holder.importer !== recording.importer);
    if (isMoved && !('archived' in identified)) return null;
    return { identified, key, base: { recordingId: holder?.firstId ?? recordingId, identity } };
  };
  /** The result for the last recording under its own key, which is requested by `isSame`, then by `place`; the archive stays the same meanwhile. */
  let last: { readonly recording: Recording; readonly fingerprint: string; readonly found: Found | null } | null = null;
  const under = (recording: Recording, key: string, fingerprint: string): Found | null => {
    if (key !== recording.key) return readUnder(recording, key, fingerprint);
    if (last?.recording !== recording || last.fingerprint !== fingerprint)
      last = { recording, fingerprint, found: readUnder(recording, key, fingerprint) };
    return last.found;
  };
  const isSameUnder = (recording: Recording, key: string, fingerprint: string): boolean => {
    const found = under(recording, key, fingerprint);
    return found !== null && ('archived' in found.identified || found.identified.mends === true);
  };
  return { identityOf: identityIn, byContent, keysOf, under, isSameUnder };
}

/**
 * Finds the place of each recording in an archive: under its own key or, if another recording of this source has that key, under a key that ends in a
 * digest of its content. Such a twin gets the same key in every import, whichever of the two comes first, and whether or not both come.
 */
export function openPlaces({ ledger, ...tools }: PlaceTools): Places {
  const { salt, known } = tools;
  /** Returns the name of the note about the recording to which a key was moved. */
  const keyMark = ({ importer, key }: Pick<Recording, 'importer' | 'key'>): string => `key ${importer}\n${key}`;
  const { identityOf, byContent, keysOf, under, isSameUnder } = archivedByKey(tools);
  return {
    place: (recording, fingerprint) => {
      // A fingerprint contains only names and sizes: two files with equal fingerprints are both kept.
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
        if (taken !== null) continue;
        const mayBeTwin = !isTwin && !('archived' in identified);
        if (mayBeTwin && known(keyedUuid(salt, identityOf(recording, byContent(recording, fingerprint)))) !== null) continue;
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
      for (const key of keysOf(recording, fingerprint)) if (isSameUnder(recording, key, fingerprint)) return 'same';
      const own = under(recording, recording.key, fingerprint);
      return own !== null && 'supersedes' in own.identified && own.identified.supersedes !== null ? 'key' : 'new';
    },
    isSame: (recording, fingerprint) => isSameUnder(recording, recording.key, fingerprint),
  };
}

/** The identity of a recording. */
interface Identity {
  /** Id that is derived from `identity`. */
  readonly recordingId: string;
  readonly identity: string;
  readonly fingerprint: string;
  /** Key of the recording ids. */
  readonly salt: string;
}

/** Compares a recording with its archived state. @param newest newest archived state; null: there is none */
function identify(
  recording: Recording,
  { recordingId, identity, fingerprint, salt }: Identity,
  newest: Newest | null,
  known: Known,
): PlannedRecording | Archived {
  if (newest === null) return { recordingId, supersedes: null, fingerprint, recording };
  // Unchanged since the last import, or back in the state of an earlier import.
  const isEarlier = newest.firstFingerprint === fingerprint || newest.earlier.some((earlier) => earlier.fingerprint === fingerprint);
  if (newest.fingerprint === fingerprint || isEarlier) return { archived: newest };
  if (newest.fingerprint === salvagedFingerprint(fingerprint)) {
    const mended = keyedUuid(salt, `${identity}\n${fingerprint}\nmended`);
    return { recordingId: mended, supersedes: newest.recordingId, fingerprint, recording, mends: true };
  }
  const successor = keyedUuid(salt, `${identity}\n${fingerprint}`);
  // The recording has returned to an earlier state, which is nothing new.
  const earlier = known(successor);
  if (earlier !== null) return { archived: earlier };
  return { recordingId: successor, supersedes: newest.recordingId, fingerprint, recording };
}

/**
 * Returns another fingerprint for a recording that was read incompletely. The repaired source will have the same names and sizes, and must not count
 * as archived already.
 */
export function salvagedFingerprint(fingerprint: string): string {
  return sha256Hex(`${fingerprint} salvaged`);
}
