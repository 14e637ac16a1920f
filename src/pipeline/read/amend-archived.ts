import { baseName } from '../../core/base/safe-path.ts';
import { sidesAfterDecoding } from '../../core/model/channel-roles.ts';
import { type Declaration, declarationOf } from '../../core/model/declaration.ts';
import { changedMembers, type Description, descriptionDigest, descriptionOf } from '../../core/model/description.ts';
import { isOfLaterTable, type Recording } from '../../core/model/recording.ts';
import type { RecordingDocument, StoredMedium } from '../../core/model/recording-document.ts';
import type { Newest } from '../../store/catalog/lookup.ts';
import type { PlannedAmendment } from '../../store/jobs/plan.ts';

/** Name, among the members that differ, for a changed identity of a recording, i.e. importer and key. */
export const identityMember = 'identity';

/** A difference between the archive's description of a recording and the one that the import would give it. */
export interface Difference {
  readonly archived: Newest;
  readonly before: Description;
  readonly after: Description;
  /** The recording with its files in the order of the archived ones. */
  readonly recording: Recording;
  /** The amendment that would make the import's description the newest one. */
  readonly amendment: PlannedAmendment;
}

/** Compares the descriptions of archived recordings with those of an import. */
export interface Amendments {
  /** True: differences become amendments; false: differences are only counted. */
  readonly amends: boolean;
  /**
   * Compares a recording with its archived description. Returns null if both are equal, or if the archived one cannot be read, which verification
   * reports.
   * @param otherKey key under which the import identifies the recording, if its importer or key differs from that of the archived description; null:
   * they are the same
   * @param isReleased true: the import gives the rows of the archived description to other files, so that files without rows are a difference
   */
  compare(recording: Recording, archived: Newest, otherKey: string | null, isReleased?: boolean): Difference | null;
}

/** What the comparison needs. */
export interface AmendmentTools {
  readonly amends: boolean;
  readonly declarations: readonly Declaration[];
  readonly sizeOf: (path: string) => number | null;
  /** Reads the newest document of an archived recording; null if it cannot be read. */
  readonly documentOf: (archived: Pick<Newest, 'bag' | 'recordingId'>) => RecordingDocument | null;
}

/** Creates the comparison. The digests in the catalog decide for most recordings; documents are read only if the digests differ. */
export function createAmendments({ amends, declarations, sizeOf, documentOf }: AmendmentTools): Amendments {
  const declaredFor = (path: string): StoredMedium['declared'] => {
    const declaration = declarationOf(path, declarations);
    if (declaration === null) return null;
    const { codec, sampleRateHz, channels } = declaration;
    return { codec, sampleRateHz, channels };
  };
  const described = (recording: Recording, stored: readonly (StoredMedium | null)[]): Description => {
    const media = recording.media.map((ref, index) => ({
      ...ref,
      ...sidesAfterDecoding(ref, stored[index]?.measurement?.channels ?? null),
      declared: declaredFor(ref.path),
    }));
    return descriptionOf(recording, media);
  };
  return {
    amends,
    compare: (recording, archived, otherKey, isReleased = false) => {
      const unpaired = descriptionDigest(described(recording, []));
      if (unpaired === archived.described && otherKey === null) return null;
      // The same files without their rows: the archive knows more about them than this source.
      const isWithoutRows = recording.reconciliation.status === 'audio-without-row' && archived.joined !== 'audio-without-row';
      if (isWithoutRows && !isReleased && (otherKey !== null || archived.earlier.some((earlier) => earlier.described === unpaired))) return null;
      const document = documentOf(archived);
      const pairs = document === null ? null : pairMedia(recording, document.media, sizeOf);
      if (document === null || pairs === null) return null;
      const stored = pairs.map((index) => document.media[index] ?? null);
      const { importer, key } = document.recording;
      const before = { ...descriptionOf(document.recording, document.media), [identityMember]: { importer, key } };
      const identity = otherKey === null ? { importer, key } : { importer: recording.importer, key: otherKey };
      const after = { ...described(recording, stored), [identityMember]: identity };
      const changed = changedMembers(before, after);
      if (changed.length === 0) return null;
      const decodes = recording.media.some(({ path }, index) => isOther(stored[index]?.declared ?? null, declaredFor(path) ?? null));
      const cause = changed.includes('rows') ? 'rows' : 'options';
      const amendment = { bag: archived.bag, revision: archived.revision, cause, changed, decodes } as const;
      const order = recording.media.map((medium, at) => ({ medium, index: pairs[at] ?? at })).sort((a, b) => a.index - b.index);
      const later = (document.recording.accounts ?? []).filter(isOfLaterTable);
      const again = { ...recording, key: otherKey ?? key, media: order.map(({ medium }) => medium), accounts: [...recording.accounts, ...later] };
      return { archived, before, after, recording: again, amendment };
    },
  };
}

/** Returns, for each file of a recording, the index of the archived medium with its name and size; null unless each has a partner of its own. */
function pairMedia(recording: Recording, media: readonly StoredMedium[], sizeOf: AmendmentTools['sizeOf']): number[] | null {
  if (media.length !== recording.media.length) return null;
  const free = new Set(media.keys());
  const pairs: number[] = [];
  for (const { path } of recording.media) {
    const size = sizeOf(path);
    const alike = [...free].filter((index) => {
      const { path: known, original } = media[index] as StoredMedium;
      return baseName(known) === baseName(path) && original.sizeBytes === size;
    });
    const found = alike.find((index) => media[index]?.path === path) ?? alike[0];
    if (found === undefined) return null;
    free.delete(found);
    pairs.push(found);
  }
  return pairs;
}

function isOther(before: StoredMedium['declared'] | null, after: StoredMedium['declared'] | null): boolean {
  return before?.codec !== after?.codec || before?.sampleRateHz !== after?.sampleRateHz || before?.channels !== after?.channels;
}
