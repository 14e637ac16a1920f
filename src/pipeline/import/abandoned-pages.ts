import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makingOf } from '../../archive/bag/info.ts';
import { removeAbandoned } from '../../archive/files/durable.ts';
import type { Archive } from '../../archive/layout.ts';
import type { ArchiveLog } from '../../log/log.ts';
import { pagesFolder } from '../../sealing/keyring/domain-files.ts';
import { removePages } from '../../sealing/keyring/remove-pages.ts';
import { openKeys } from '../../sealing/open-keys.ts';

/**
 * Removes pages of the keyring that a killed import announced for bags which were then made again with other pages, or never made. The caller holds
 * the archive's lock. A removed page is lost for good, so nothing is removed if the log has a fault, if a replica is unreachable, or if a bag of the
 * archive or of a replica names the page. Pages of other archives in the same keyring are not in this log. Pages that stay are harmless, and the next
 * import tries again. Temporary files of killed runs beside the pages go as well.
 */
export async function removeAbandonedPages(archive: Archive, log: ArchiveLog): Promise<void> {
  const { session } = archive.page === null ? { session: null } : openKeys();
  if (session === null) return;
  for (const { folder } of session.domains) await removeAbandoned(pagesFolder(folder));
  if (log.abandonedPages().size === 0 || log.findings.length > 0) return;
  const places = [archive.dir, ...[...log.replicas().values()].map(({ path }) => path)];
  if (!places.every((place) => existsSync(join(place, 'bags')))) return;
  const unused = [...log.abandonedPages()].filter(([page, bag]) => places.every((place) => isOfAnother(join(place, 'bags', bag), page)));
  await removePages(session, new Map(unused.map(([page, bag]) => [page, `bag ${bag}`])));
}

/** Returns true if there is no such bag, or its tag file names another page. A bag that cannot be read may name this page. */
function isOfAnother(bag: string, page: string): boolean {
  if (!existsSync(bag)) return true;
  const making = makingOf(bag);
  return making !== null && making !== page;
}
