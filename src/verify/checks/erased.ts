import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makingOf } from '../../archive/bag/info.ts';
import { isBeforeErasure, isBeforeSealing, type LandingHistory } from '../../archive/bag/landing.ts';
import { readablePayloadFolders } from '../../archive/bag/payload-folders.ts';
import type { BagFolder } from '../../archive/bag-folders.ts';
import { agree } from '../../core/base/agree.ts';
import { systemCode } from '../../core/base/error.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { createKnownErasures, type ErasedRecording } from '../../log/erasure/known-erasures.ts';
import { rememberedErasures } from '../../log/keys/erasure-ledger.ts';
import { readableErasureMarks } from '../../log/keys/erasure-marks.ts';
import type { CasesState } from './cases.ts';
import { goneSets } from './erased-sets.ts';
import { exchangeClear, isStateBefore } from './landing.ts';

/** Finds open bags that hold erased recordings, by means of the erasure ledger. A bag in a state from before an erasure is found by its landing. */
export interface ErasedCheck {
  /** Processes each entry of the log, in order. */
  take(entry: LogEntry): void;
  /** How files that were erased from cases are found; complete once all entries were processed. */
  readonly ofCases: Pick<CasesState, 'goneSets' | 'again'>;
  /**
   * Yields E109 for each such bag: it has the folder of an erased recording, or a file that was erased alone. Also searches for erasures that the log lacks
   * and this machine remembers, because an older state of the log was restored.
   * @param keys folder of this machine's keys; null: nothing is remembered
   */
  look(bags: readonly BagFolder[], landed: ReadonlyMap<string, LandingHistory>, keys: string | null): AsyncGenerator<Verdict>;
}

/** Creates this check. @param archiveId null if unknown: nothing is remembered about such an archive */
export function createErasedCheck(archiveId: string | null): ErasedCheck {
  const known = createKnownErasures(archiveId);
  return {
    take: (entry) => known.take(entry),
    ofCases: { goneSets: (stored) => goneSets(stored, known), again: 'longplay erase run ARCHIVE' },
    look: async function* (bags, landed, keys) {
      const marks = keys === null || archiveId === null ? null : await readableErasureMarks(keys, archiveId, known);
      if (keys === null || archiveId === null || marks === null) return;
      const remembered = await rememberedErasures(keys, archiveId);
      const lostFiles = new Set([...(await rememberedErasures(keys, archiveId, 'file')).keys()].filter((mark) => !known.files.has(mark)));
      if (remembered.size + lostFiles.size + known.erased.size + known.files.size === 0) return;
      // While a request is being executed, other bags may still have what the first ones no longer have.
      const isExecuted = (one: ErasedRecording | undefined): boolean => one !== undefined && known.requests.get(one.request)?.executedAt !== null;
      for (const bag of bags) {
        if (makingOf(bag.path) !== null) continue;
        // Of a bag in clear that was sealed since, the check of the landing says nothing about erasures. It does report a bag from before an erasure.
        const isClear = isStateBefore(bag.path, landed.get(bag.name), isBeforeSealing);
        if (!isClear && isStateBefore(bag.path, landed.get(bag.name), isBeforeErasure)) continue;
        const again = isClear ? exchangeClear : 'to erase them again: longplay erase run ARCHIVE';
        const files =
          lostFiles.size + known.files.size === 0
            ? 0
            : filesAmong(bag, (id, file) => {
                const mark = marks.ofFile(id, file);
                return lostFiles.has(mark) || isExecuted(known.files.get(mark));
              });
        if (files > 0) yield errorVerdict('unexpected', 'E109', bag.folder, agree`holds ${files} erased file[s] again; ${again}`);
        const gone = readablePayloadFolders(bag.path).filter((id) => {
          const mark = marks.of(id);
          const logged = known.erased.get(mark);
          if (logged !== undefined) return !landed.has(bag.name) || isExecuted(logged);
          return remembered.has(mark) && !known.lifted.has(mark);
        }).length;
        if (gone === 0) continue;
        const next = landed.has(bag.name) ? again : 'look what the folder is, and remove it';
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
