import type { Archive } from '../../archive/layout.ts';
import type { Catalog } from '../../store/catalog/catalog.ts';

/** Anything that searches recordings, e.g. a catalog or a catalog reader. */
export type Searcher = Pick<Catalog, 'search'>;

/** An archive and its index, opened for one command or shared by all requests of a server. */
export interface SearchedArchive {
  readonly archive: Pick<Archive, 'dir'>;
  readonly catalog: Searcher;
}
