import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { emptyRecording, type Recording } from '../../core/model/recording.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import type { Lookup, Newest } from '../../store/catalog/lookup.ts';
import type { Ledger } from '../../store/jobs/ledger.ts';
import type { PlannedAmendment } from '../../store/jobs/plan.ts';
import type { AmendmentTools, Difference } from './amend-archived.ts';
import type { FileComparison } from './compare-archived.ts';
import type { Places } from './place-recording.ts';

/** Name of the tag of a recording whose row is no longer in the recorder's table. Its value is the day on which an import noticed that. */
export const withdrawnTag = 'row-withdrawn';

/** An archived recording whose rows are no longer in the tables that were read. */
export interface Withdrawn {
  readonly archived: Newest;
  readonly document: RecordingDocument;
}

/** Finds archived recordings whose rows a later export no longer contains. */
export interface WithdrawnRows {
  /** Takes a recording of the source. */
  take(recording: Recording): void;
  /**
   * Returns the archived recordings that do not occur in the source although it has their table, i.e. the source has the same name and the table the
   * same path. Call it after all recordings were taken.
   */
  found(): Generator<Withdrawn>;
}

/** What the search needs. */
export interface WithdrawnTools extends Pick<AmendmentTools, 'documentOf'> {
  readonly site: string;
  readonly sourceName: string;
  readonly ledger: Pick<Ledger, 'takenBy' | 'hasPlanned'>;
  readonly lookup: Pick<Lookup, 'since' | 'latestOf'>;
  readonly places: Pick<Places, 'isGivenAway'>;
  readonly comparison: Pick<FileComparison, 'hasKeptFiles'>;
}

/**
 * Creates the search. An archived row that is older than the first row of a table is not missed: recorders drop their oldest rows, and begin new
 * tables under old names. Memory therefore grows only with the number of tables.
 */
export function createWithdrawnRows({ site, sourceName, ledger, lookup, places, comparison, documentOf }: WithdrawnTools): WithdrawnRows {
  /** Start of the earliest call in each table. */
  const begins = new Map<string, string>();
  const importers = new Set<string>();
  const isTaken = (id: string): boolean => ledger.takenBy(id) !== null || ledger.hasPlanned(id);
  const isOfTable = ({ source, recording }: RecordingDocument): boolean => {
    const { callStart, provenance, tags } = recording;
    if (source !== sourceName || callStart?.utc == null || tags.some(({ name }) => name === withdrawnTag)) return false;
    const utc = callStart.utc;
    return provenance.some(({ kind, path }) => kind === 'row' && (begins.get(path) ?? '~') <= utc);
  };
  return {
    take: ({ importer, callStart, provenance }) => {
      if (callStart?.utc == null) return;
      importers.add(importer);
      for (const { kind, path } of provenance) {
        const before = begins.get(path);
        if (kind === 'row' && (before === undefined || callStart.utc < before)) begins.set(path, callStart.utc);
      }
    },
    found: function* () {
      const from = [...begins.values()].reduce<string | null>((least, one) => (least === null || one < least ? one : least), null);
      if (from === null) return;
      for (const id of lookup.since(from, site)) {
        if (isTaken(id)) continue;
        const archived = lookup.latestOf(id);
        if (archived === null || archived.recordingId !== id || isTaken(archived.firstId) || !importers.has(archived.importer)) continue;
        // Its row describes another recording now, and it has no files.
        if (places.isGivenAway(archived) && !comparison.hasKeptFiles(id)) continue;
        const document = documentOf(archived);
        if (document !== null && isOfTable(document)) yield { archived, document };
      }
    },
  };
}

/** Number of recordings that are named as examples. */
export const withdrawnExamples = 3;

/** Returns the finding about all such recordings; nothing if there are none. @param keys keys of the first ones */
export function withdrawnFindings(recordings: number, keys: readonly string[]): Finding[] {
  const [first] = keys;
  if (first === undefined) return [];
  const message = agree`${recordings} archived recording[s] [has|have] no row in [its|their] table any more, e.g. ${keys.join(', ')}; nothing was removed`;
  return [finding('P299', first, message, recordings)];
}

/** Returns the amendment that marks such a recording. @param day ISO day */
export function withdrawnMark({ archived, document }: Withdrawn, day: string): Difference {
  const { recording } = document;
  const amendment: PlannedAmendment = {
    bag: archived.bag,
    revision: archived.revision,
    cause: 'rows',
    changed: ['tags'],
    decodes: false,
    isWithdrawn: true,
  };
  const tags = [...recording.tags, { name: withdrawnTag, value: day }];
  return { archived, before: { tags: recording.tags }, after: { tags }, recording: { ...archivedRecording(document), tags }, amendment };
}

/** Returns an archived recording as an importer would have described it. */
export function archivedRecording({ recording, media }: RecordingDocument): Recording {
  const { importer, grade, key, reconciliation } = recording;
  return {
    ...emptyRecording(importer, grade, key),
    ...recording,
    kind: 'recording',
    media,
    findings: [],
    reconciliation: { status: reconciliation.joined ?? reconciliation.status, rule: reconciliation.rule },
  };
}
