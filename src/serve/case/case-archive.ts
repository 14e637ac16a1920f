import type { SearchedArchive } from '../../cases/store/searched-archive.ts';
import type { ServerContext } from '../answer/server-context.ts';
import type { CaseAccess } from './case-keys.ts';

/**
 * Returns the served archive in the form in which work on a case searches it. It is searched as a whole, because a role that sees only a part of the archive
 * has no cases.
 */
export function caseArchive(
  { archive, finder }: ServerContext,
  access: Pick<CaseAccess, 'reading'>,
  caseId: string,
): SearchedArchive & Pick<ServerContext, 'archive'> {
  return { archive, catalog: { search: (query) => finder.all(query, null) }, ...access.reading(caseId) };
}
