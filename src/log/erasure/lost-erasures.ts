import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { logFolder } from '../entries/log-entry.ts';
import { type RememberedErasure, rememberedErasures } from '../keys/erasure-ledger.ts';
import { type ErasedRecording, filesErased, type KnownErasures, messagesErased, recordingsErased } from './known-erasures.ts';

/** The parts of the ledger, by the type of their entries. */
export const ledgerKinds = [
  { type: recordingsErased, what: 'erased' },
  { type: filesErased, what: 'file' },
  { type: messagesErased, what: 'message' },
] as const;

type LoggedErasures = Pick<KnownErasures, 'erased' | 'files' | 'messages' | 'lifted'>;

/** Returns the erasures of one kind that the log records, by mark. */
export function loggedOf(
  { erased, files, messages }: LoggedErasures,
  what: (typeof ledgerKinds)[number]['what'],
): ReadonlyMap<string, ErasedRecording> {
  return { erased, file: files, message: messages }[what];
}

/** Erasures of one type of entry that the log lacks. */
interface LostErasures {
  readonly type: (typeof ledgerKinds)[number]['type'];
  readonly lost: readonly RememberedErasure[];
}

/** Returns E109 if the log lacks erasures that this machine remembers: what was erased may be there again; null if it lacks none. */
export function forgottenFinding(erasures: readonly LostErasures[]): Finding | null {
  const lost = erasures.reduce((sum, one) => sum + one.lost.length, 0);
  if (lost === 0) return null;
  const message = agree`lacks ${lost} erasure[s] that this machine remembers: what was erased may be there again; to erase it again: longplay erase run ARCHIVE`;
  return finding('E109', logFolder, message);
}

/** Returns the erasures that this machine remembers and the log does not record, because an older log was restored. They are grouped by type of entry. */
export async function lostErasures(archiveId: string, known: LoggedErasures, keys: string): Promise<LostErasures[]> {
  return await Promise.all(
    ledgerKinds.map(async ({ type, what }) => {
      const logged = loggedOf(known, what);
      const remembered = [...(await rememberedErasures(keys, archiveId, what)).values()];
      return { type, lost: remembered.filter(({ mark }) => !logged.has(mark) && !known.lifted.has(mark)) };
    }),
  );
}

/** Says of a sealed bag that a backup brought its state from before an erasure back. `erase run` can write it again only if the keyring was rolled back, too. */
export const sealedBefore =
  'is again in its state before rows were erased from it, whose secrets were destroyed; to bring its present state back: longplay replica repair ARCHIVE, then longplay erase run ARCHIVE';
