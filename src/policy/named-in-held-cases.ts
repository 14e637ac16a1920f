import type { Archive } from '../archive/layout.ts';
import { namingFiles } from '../cases/store/naming-messages.ts';
import type { Hold } from './state/keeping-log.ts';

/**
 * Adds to each hold the recordings that messages of its case name, and that it does not cover itself: an erasure of the recording would erase the messages.
 * Messages that cannot be read now name nothing.
 * @param holds holds that are active
 * @param isMeant returns true for recordings that are added
 */
export function addNamed(
  archive: Pick<Archive, 'dir' | 'page'>,
  holds: readonly Hold[],
  isMeant: (recordingId: string) => boolean,
  signal: AbortSignal,
): void {
  for (const caseId of new Set(holds.flatMap(({ case: of }) => of ?? []))) {
    signal.throwIfAborted();
    const own = holds.filter((hold) => hold.case === caseId);
    for (const { ids } of namingFiles(archive, [caseId], isMeant))
      for (const id of ids) for (const { list, named } of own) if (!list.has(id)) named.add(id);
  }
}
