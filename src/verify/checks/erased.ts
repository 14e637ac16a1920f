import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makingOf } from '../../archive/bag/info.ts';
import type { LandingHistory } from '../../archive/bag/landing.ts';
import { readablePayloadFolders } from '../../archive/bag/payload-folders.ts';
import type { BagFolder } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { systemCode } from '../../core/base/error.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { createKnownErasures } from '../../log/erasure/known-erasures.ts';
import { rememberedErasures } from '../../log/keys/erasure-ledger.ts';
import { readableErasureMarks } from '../../log/keys/erasure-marks.ts';

/** Finds open bags that hold erased recordings, by means of the erasure ledger. A bag in a state from before an erasure is found by its landing. */
export interface ErasedCheck {
  /** Processes each entry of the log, in order. */
  take(entry: LogEntry): void;
  /**
   * Yields E109 for each such bag. If the log lacks erasures that this machine remembers, an older state of the log was restored, and every bag is searched;
   * otherwise only bags that the log does not name are searched.
   * @param keys folder of this machine's keys; null: nothing is remembered
   */
  look(bags: readonly BagFolder[], landed: ReadonlyMap<string, LandingHistory>, keys: string | null): AsyncGenerator<Verdict>;
}

/** Creates this check. @param archiveId null if unknown: nothing is remembered about such an archive */
export function createErasedCheck(archiveId: string | null): ErasedCheck {
  const known = createKnownErasures(archiveId);
  return {
    take: (entry) => known.take(entry),
    look: async function* (bags, landed, keys) {
      const marks = keys === null || archiveId === null ? null : await readableErasureMarks(keys, archiveId);
      if (keys === null || archiveId === null || marks === null) return;
      const remembered = await rememberedErasures(keys, archiveId);
      const isRolledBack = [...remembered.keys()].some((mark) => !known.erased.has(mark) && !known.lifted.has(mark));
      const lostFiles = new Set([...(await rememberedErasures(keys, archiveId, 'file')).keys()].filter((mark) => !known.files.has(mark)));
      if (!isRolledBack && lostFiles.size === 0 && known.erased.size === 0) return;
      for (const bag of bags) {
        if (makingOf(bag.path) !== null) continue;
        const files = lostFiles.size === 0 ? 0 : filesAmong(bag, (id, file) => lostFiles.has(marks.ofFile(id, file)));
        if (files > 0)
          yield errorVerdict(
            'unexpected',
            'E109',
            bag.folder,
            agree`holds ${files} erased file[s] again; to erase them again: longplay erase run ARCHIVE`,
          );
        if (!isRolledBack && landed.has(bag.name)) continue;
        const gone = readablePayloadFolders(bag.path).filter((id) => {
          const mark = marks.of(id);
          return known.erased.has(mark) || (remembered.has(mark) && !known.lifted.has(mark));
        }).length;
        if (gone === 0) continue;
        const next = landed.has(bag.name) ? 'to erase them again: longplay erase run ARCHIVE' : 'look what the folder is, and remove it';
        yield errorVerdict('unexpected', 'E109', bag.folder, agree`holds ${gone} erased recording[s] again; ${next}`);
      }
    },
  };
}

/** Returns the number of files of recordings in a bag for which `isMeant` is true. The verification of the bag reports what cannot be read. */
function filesAmong({ path }: Pick<BagFolder, 'path'>, isMeant: (recordingId: string, file: string) => boolean): number {
  let files = 0;
  for (const id of readablePayloadFolders(path)) for (const name of namesIn(join(path, 'data', id))) if (isMeant(id, name)) files++;
  return files;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return [];
  }
}
