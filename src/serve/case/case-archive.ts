import type { SearchedArchive } from '../../cases/store/searched-archive.ts';
import type { ServerContext } from '../answer/server-context.ts';

/** Returns the served archive as the work on cases searches it: as a whole, since a role that sees a part of the archive has no cases. */
export function caseArchive({ archive, finder }: ServerContext): SearchedArchive & Pick<ServerContext, 'archive'> {
  return { archive, catalog: { search: (query) => finder.all(query, null) } };
}
