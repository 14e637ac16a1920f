import type { CallRow, PageOverview, PageResult } from '../../core/page/data.ts';
import type { ShownRecording } from '../../pipeline/open/query.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import type { CatalogQuery, CatalogScope } from '../../store/catalog/catalog-query.ts';

/** What somebody may know of; null: all. */
export type Within = readonly CatalogScope[] | null;

/** Some rows of an answer. */
export interface FoundPage {
  readonly rows: readonly CallRow[];
  /** Place of the last of them, behind which the next ones stand; null: there is none. */
  readonly last: number | null;
}

/** Answers what a page asks of an archive; nothing outside of `within` is in any answer. */
export interface Finder {
  /** `not-there`: there is none; `outside-role`: there is one, and who asks must not learn it. Both cost the same questions. */
  one(recordingId: string, within: Within): { readonly kind: 'found'; readonly row: Found } | { readonly kind: 'not-there' | 'outside-role' };
  /** From its bag. @throws LongplayError P131 where it is damaged; P171 where it is not the one that landed */
  document(row: Found): ShownRecording;
  /** Rows of an answer, without counting what matches: those behind a place (`after`), or from a number on (`offset`). */
  page(query: CatalogQuery, within: Within, signal: AbortSignal): Promise<FoundPage>;
  /** Counts month by month, so that others get their turn between. */
  counts(query: CatalogQuery, within: Within, signal: AbortSignal): AsyncIterable<Omit<PageResult, 'rows'>>;
  overview(within: Within, signal: AbortSignal): Promise<Pick<PageOverview, 'recordings' | 'durationMs' | 'months' | 'choices'>>;
  /** True where one of these recordings is there for who asks. */
  reachesAny(recordings: readonly string[], within: Within): Promise<boolean>;
  /** All that match, in order, for an export. */
  all(query: CatalogQuery, within: Within): Iterable<Found>;
  close(): void;
}
