import { readFileSync } from 'node:fs';
import { writeDurable } from '../../archive/files/durable.ts';
import { destroyFile } from './destroy.ts';
import { type Domain, intact } from './domain.ts';
import { keysFile, pageFile } from './domain-files.ts';
import { recordBytes } from './page-keys.ts';
import { awayBecause, type KeyringSession, locked, openQuietly } from './session.ts';
import { areAlike } from './sync.ts';

/**
 * Removes for good, from every copy, pages with which nothing was ever sealed. Changes nothing unless all copies are reachable, open without a person, and have
 * equal content: a copy that was away would bring the pages back. Keeps a page that does not belong to the named thing.
 * @param pages what each page belongs to, by page
 * @returns number of removed pages
 * @throws LongplayError A105, A107
 */
export async function removePages(session: KeyringSession, pages: ReadonlyMap<string, string>): Promise<number> {
  if (!isAnyThere(session, pages.keys())) return 0;
  return await locked(session, async () => {
    const { domains } = session;
    if (openQuietly(session).length < domains.length || !domains.every((domain) => awayBecause(domain) === null) || !areAlike(domains)) return 0;
    const gone = new Set(
      [...pages].filter(([page, of]) => domains.every((domain) => intact(() => domain.page(page))?.head.of === of)).map(([page]) => page),
    );
    if (gone.size > 0) for (const domain of domains) await removeFrom(domain, gone);
    return gone.size;
  });
}

/** Returns true if a reachable copy has one of the pages. */
function isAnyThere({ domains }: KeyringSession, pages: Iterable<string>): boolean {
  const reachable = domains.filter((domain) => awayBecause(domain) === null);
  return [...pages].some((page) => reachable.some((domain) => domain.keys().has(page)));
}

/** Removes pages from a domain. The wrapped keys go first: a page without its key is not read, and the next new root destroys it if a run is stopped here. */
async function removeFrom(domain: Domain, gone: ReadonlySet<string>): Promise<void> {
  const files = [...gone].map((page) => pageFile(domain.folder, page, domain.keys().get(page)?.generation ?? 0));
  const file = keysFile(domain.folder, domain.describe().root);
  const bytes = readFileSync(file);
  const kept: Buffer[] = [];
  for (let at = 0; at + recordBytes <= bytes.length; at += recordBytes) {
    const record = bytes.subarray(at, at + recordBytes);
    if (!gone.has(record.toString('hex', 0, 16))) kept.push(record);
  }
  await writeDurable(file, Buffer.concat(kept), 0o600);
  for (const one of files) await destroyFile(one);
}
