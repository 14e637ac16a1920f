import type { CallRow, PageOverview, PageResult } from '../../core/page/data.ts';
import type { ShownRecording } from '../../pipeline/open/query.ts';
import type { SecretsOf } from '../../sealing/stored/secrets-of.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import type { CatalogQuery, CatalogScope } from '../../store/catalog/catalog-query.ts';

/** Parts of the archive that a user may know of; null: all. */
export type Within = readonly CatalogScope[] | null;

/** Some rows of an answer. */
export interface FoundPage {
  readonly rows: readonly CallRow[];
  /** Position of the last of these rows, behind which the next page starts; null: no further rows. */
  readonly last: number | null;
}

/** Answers the page's queries. No answer contains anything outside `within`. */
export interface Finder {
  /** Looks up one recording. `not-there`: none exists; `outside-role`: one exists, and the user must not learn it. Both take the same queries. */
  one(recordingId: string, within: Within): { readonly kind: 'found'; readonly row: Found } | { readonly kind: 'not-there' | 'outside-role' };
  /** Reads the document of a recording from its bag. @throws LongplayError P131 if it is damaged; P171 if it is not the archived one; K202 to K204 */
  document(row: Found, secretsOf: SecretsOf): ShownRecording;
  /** Returns rows without counting all matches: those behind a position (`after`) or from a row number on (`offset`). */
  page(query: CatalogQuery, within: Within, signal: AbortSignal): Promise<FoundPage>;
  /** Counts month by month, so that other requests get a turn in between. */
  counts(query: CatalogQuery, within: Within, signal: AbortSignal): AsyncIterable<Omit<PageResult, 'rows'>>;
  overview(within: Within, signal: AbortSignal): Promise<Pick<PageOverview, 'recordings' | 'durationMs' | 'months' | 'choices'>>;
  /** Returns true if the user may know of at least one of these recordings. */
  reachesAny(recordings: readonly string[], within: Within): Promise<boolean>;
  /** Yields all matches in order, for an export. */
  all(query: CatalogQuery, within: Within): Iterable<Found>;
  close(): void;
}
