import type { SearchedArchive } from '../../cases/store/searched-archive.ts';
import type { ServerContext } from '../answer/server-context.ts';

/**
 * Returns the served archive in the form in which work on cases searches it. It is searched as a whole, because a role that sees only a part of the archive has
 * no cases.
 */
export function caseArchive({ archive, finder }: ServerContext): SearchedArchive & Pick<ServerContext, 'archive'> {
  return { archive, catalog: { search: (query) => finder.all(query, null) } };
}
