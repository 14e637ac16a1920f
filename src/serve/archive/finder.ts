import type { CallRow, PageOverview, PageResult } from '../../core/page/data.ts';
import type { ShownRecording } from '../../pipeline/open/query.ts';
import type { SecretsOf } from '../../sealing/stored/secrets-of.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import type { CatalogQuery, CatalogScope } from '../../store/catalog/catalog-query.ts';

/** Parts of the archive that a user may know of; null: the whole archive. */
export type Within = readonly CatalogScope[] | null;

/** Some rows of the answer to a query. */
export interface FoundPage {
  readonly rows: readonly CallRow[];
  /** Position of the last of these rows, after which the next page starts; null: there are no further rows. */
  readonly last: number | null;
}

/** Answers the page's queries. No answer contains anything outside `within`. */
export interface Finder {
  /** Looks up one recording. `not-there`: it does not exist; `outside-role`: it exists, and the user must not learn this. Both need the same queries. */
  one(recordingId: string, within: Within): { readonly kind: 'found'; readonly row: Found } | { readonly kind: 'not-there' | 'outside-role' };
  /** Reads the document of a recording from its bag. @throws LongplayError P131 if it is damaged; P171 if it differs from the archived one; K202 to K204 */
  document(row: Found, secretsOf: SecretsOf): ShownRecording;
  /** Returns rows without counting all matches: those after a position (`after`) or from a row number on (`offset`). */
  page(query: CatalogQuery, within: Within, signal: AbortSignal): Promise<FoundPage>;
  /** Counts matches month by month, so that other requests are answered in between. */
  counts(query: CatalogQuery, within: Within, signal: AbortSignal): AsyncIterable<Omit<PageResult, 'rows'>>;
  overview(within: Within, signal: AbortSignal): Promise<Pick<PageOverview, 'recordings' | 'durationMs' | 'months' | 'choices'>>;
  /** Returns true if the user may know of at least one of these recordings. */
  reachesAny(recordings: readonly string[], within: Within): Promise<boolean>;
  /** Yields all matches in order, for an export. */
  all(query: CatalogQuery, within: Within): Iterable<Found>;
  close(): void;
}
