import { existsSync } from 'node:fs';
import { caseFolder } from '../../archive/documents/case-json.ts';
import type { Archive } from '../../archive/layout.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { recordingsNamed } from './erase-messages.ts';
import { readCase } from './open-case.ts';

/** Yields the files of messages that name recordings. Leaves out cases and files that cannot be opened: a run reports them. */
export function* namingFiles(
  archive: Pick<Archive, 'dir' | 'page'>,
  cases: Iterable<string>,
  isMeant: (recordingId: string) => boolean,
): Generator<{ readonly caseId: string; readonly set: number; readonly ids: ReadonlySet<string> }> {
  for (const caseId of cases) {
    const folder = caseFolder(archive.dir, caseId);
    if (!existsSync(folder)) continue;
    try {
      const found = readCase(archive, folder);
      for (const imported of found.document.messages) {
        const ids = recordingsNamed(found, imported, isMeant);
        if (ids.size > 0) yield { caseId, set: imported.set, ids };
      }
    } catch (error) {
      if (!(error instanceof LongplayError) && systemCode(error) === null) throw error;
    }
  }
}
