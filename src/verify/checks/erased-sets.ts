import type { StoredCase } from '../../archive/documents/stored-case.ts';
import type { KnownErasures } from '../../log/erasure/known-erasures.ts';

/**
 * Returns the folders of a case whose files were erased for good. Returns none while a request that concerns the case is under way: its files may be there until
 * the run that executes the request has ended, or the next one if that was stopped.
 */
export function goneSets(stored: StoredCase, { requests, messages }: Pick<KnownErasures, 'requests' | 'messages'>): readonly string[] {
  const { id, erasedSets = [] } = stored;
  if (erasedSets.length === 0) return [];
  const { erased = [], erasedMessages = [] } = stored.version === 1 ? stored : {};
  const concerned = [...erased, ...erasedMessages, ...[...messages.values()].filter(({ caseId }) => caseId === id)];
  const isUnderWay = concerned.some(({ request }) => {
    const known = requests.get(request);
    return known !== undefined && known.executedAt === null && known.withdrawnAt === null;
  });
  return isUnderWay ? [] : erasedSets;
}
