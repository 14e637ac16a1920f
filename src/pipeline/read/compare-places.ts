import { keyedUuid, sha256Hex } from '../../core/base/identifier.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Recording } from '../../core/model/recording.ts';
import type { Ledger } from '../../store/jobs/ledger.ts';
import type { FileComparison } from './compare-archived.ts';
import { identityOf, type Known, type Place, type Places } from './place-recording.ts';

/** The place of a recording after its files were compared with the archive's. */
export interface ComparedPlace extends Omit<Place, 'base'> {
  /** True: the archive has the recording, and its bytes were compared. */
  readonly isRead: boolean;
  /** True: the archive has the recording with other bytes under the same names and sizes. */
  readonly isChanged: boolean;
  readonly findings: readonly Finding[];
}

/** What comparing places needs. */
interface ComparePlaces {
  readonly ledger: Ledger;
  readonly salt: string;
  readonly site: string;
  readonly known: Known;
  /** Comparison with archived files; null if there is no archive. */
  readonly comparison: FileComparison | null;
}

/**
 * Returns a function that finds places and also compares bytes. A recording whose files have other bytes under the same names and sizes is planned in
 * addition to the archived one. A loose file that the archive has from another root is that recording; one with the same name but other bytes or
 * another size is a call of its own. Files count as the same only if their bytes are equal, or their source, path, size and time stamp.
 */
export function comparePlaces(
  { place: placed }: Pick<Places, 'place'>,
  { ledger, salt, site, known, comparison }: ComparePlaces,
): (recording: Recording, fingerprint: string) => Promise<ComparedPlace> {
  const unread = { isRead: false, isChanged: false, findings: [] };

  /** Compares the bytes of a recording that the archive has with the same rows, names and sizes, and returns its place. */
  const compared = async (recording: Recording, fingerprint: string, place: Place): Promise<ComparedPlace> => {
    if (comparison === null || place.isAgain || !('archived' in place.identified)) return { ...place, ...unread };
    const { recordingId, identity } = place.base;
    const result = await comparison.compare(recording, recordingId);
    if (result.kind === 'same') return { ...place, ...unread, isRead: result.read };
    if (result.kind === 'unknown')
      return { ...place, ...unread, findings: [finding('P262', result.path, `could not be compared with the archive: ${result.reason}`)] };
    // Changed bytes lead to another id, as a changed row does through the fingerprint.
    const contents = sha256Hex(`${fingerprint} ${result.contents}`);
    const successor = keyedUuid(salt, `${identity}\n${contents}`);
    const { archived } = place.identified;
    const there = known(successor);
    if (there !== null) return { ...place, ...unread, identified: { archived: there }, isRead: true };
    const planned = { recordingId: successor, supersedes: archived.recordingId, fingerprint: contents, recording: { ...recording, key: place.key } };
    const findings = result.paths.map((path) =>
      finding('P260', path, 'its bytes differ from those of the archived file with the same name and size; it is imported in addition'),
    );
    return { ...place, ...unread, identified: planned, isChanged: true, findings };
  };

  return async (recording, fingerprint) => {
    if (comparison === null) return { ...placed(recording, fingerprint), ...unread };
    const loose = await comparison.placeLoose(recording, () => keyedUuid(salt, identityOf(recording, site, recording.key)), site, fingerprint);
    if (loose.kind === 'archived') {
      ledger.take(loose.file.recordingId, fingerprint);
      return { identified: { archived: loose.file }, key: loose.file.key, twin: null, isAgain: false, ...unread, isRead: loose.read };
    }
    if (loose.kind === 'by-key') return await compared(recording, fingerprint, placed(recording, fingerprint));
    const key = `${recording.key}#${loose.contents.slice(0, 8)}`;
    const told = finding('P263', recording.key, `is in the archive from another source, as another file; this one is stored as ${key}`);
    return { ...placed({ ...recording, key }, fingerprint), ...unread, findings: [told] };
  };
}
