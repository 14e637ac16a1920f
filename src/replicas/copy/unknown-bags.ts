import { listBags } from '../../archive/bag-folders.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { CopiesMemory } from '../place/memory.ts';
import type { Copy } from '../place/place.ts';
import { bagPlace } from './bag.ts';
import { erasedFinding } from './erased.ts';

/**
 * Finds bags on the replica that the primary no longer has or never had.
 * @param confirm checks that a copy is still reachable; otherwise everything would seem missing
 */
export async function* unknownBags(primary: Copy, replica: Copy, memory: CopiesMemory, confirm: (copy: Copy) => void): AsyncGenerator<Finding> {
  for await (const { name, folder } of listBags(replica)) {
    const history = memory.histories.bags.get(name);
    const where = `${replica.name}:${folder}`;
    const lost = bagPlace(primary, name).is === 'absent';
    if (lost) confirm(primary);
    if (history?.erased === true) yield erasedFinding(replica, name, memory);
    else if (history?.deleted === true) yield finding('R113', where, 'was deleted from the archive on purpose and is still here');
    else if (lost && history?.erasing === true)
      yield history.sealing === true
        ? finding('K216', folder, 'is absent: it is being sealed, or the sealing was interrupted; to finish it: longplay seal ARCHIVE')
        : finding(
            'E110',
            folder,
            'is absent: its recordings are being erased, or the erasure was interrupted; to finish it: longplay erase run ARCHIVE',
          );
    else if (lost && history !== undefined) yield finding('R112', folder, `is missing in the archive, but ${replica.name} has it`);
    else if (lost) yield finding('R116', where, 'is not in the log and not in the archive');
  }
}
