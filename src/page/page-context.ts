import type { DataSource, PageOverview } from '../core/page/data.ts';
import type { Wording } from './base/wording.ts';

/** Objects that the parts of a page share. They live until another language or zone is chosen. */
export interface PageContext {
  readonly data: DataSource;
  readonly overview: PageOverview;
  readonly wording: Wording;
  /** Aborted when the page is rebuilt. */
  readonly signal: AbortSignal;
}
