import type { KeyringDescription } from './description.ts';
import type { Domain } from './domain.ts';

/**
 * Returns the pages that a copy lacks: those of which it has a key but no file, and those of other copies that it does not know or has in an older generation.
 * No root is needed.
 * @throws LongplayError K104, K103
 */
export function lackedPages(domain: Domain, others: readonly Domain[]): Set<string> {
  const own = domain.keys();
  const lacked = new Set(domain.absent());
  for (const other of others) for (const [page, { generation }] of other.keys()) if ((own.get(page)?.generation ?? -1) < generation) lacked.add(page);
  return lacked;
}

/** Returns the pages that nobody misses and that none of these copies has. @throws LongplayError K104, K103 */
export function gonePages({ lost = [] }: Pick<KeyringDescription, 'lost'>, reachable: readonly Domain[]): ReadonlySet<string> {
  if (lost.length === 0) return new Set();
  const having = reachable.map((domain) => ({ keys: domain.keys(), absent: domain.absent() }));
  return new Set(lost.filter((page) => !having.some(({ keys, absent }) => keys.has(page) && !absent.has(page))));
}
