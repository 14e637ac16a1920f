import { join } from 'node:path';
import { writeDurable } from '../archive/files/durable.ts';
import { type Archive, markerName, openArchive, sealedMarkerText } from '../archive/layout.ts';
import { LongplayError } from '../core/base/error.ts';
import { sha256Hex } from '../core/base/identifier.ts';
import type { SealingRecord } from '../core/model/sealing.ts';
import { shellWord } from '../core/words/shell-word.ts';
import { unlockArchive } from '../sealing/stored/archive-secrets.ts';

/**
 * Writes longplay.json of a sealed archive again if somebody put the one of before the sealing back. Everything in the right file is known: it has the digest
 * that the log records.
 * @throws LongplayError incomplete A104: the file differs in more than the sealing; usage K201: another keyring
 */
export async function restoreMarker(archive: Archive, record: SealingRecord): Promise<Archive> {
  const page = record.page();
  const recorded = record.markers().at(-1);
  const text = page === null ? '' : sealedMarkerText(archive, page, 'done');
  if (page === null || sha256Hex(text) !== recorded) throw otherMarker(archive);
  await unlockArchive({ page });
  await writeDurable(join(archive.dir, markerName), text);
  return await openArchive(archive.dir, 'any-stage');
}

/** Returns the error for a longplay.json that is neither the one that the log records nor the one of before the sealing. */
export function otherMarker({ dir }: Archive): LongplayError {
  return new LongplayError(
    'incomplete',
    'A104',
    `${join(dir, markerName)} is not the file that the log of the archive records`,
    `bring the file back: longplay replica repair ${shellWord(dir)}, or from a backup of after the sealing`,
  );
}
