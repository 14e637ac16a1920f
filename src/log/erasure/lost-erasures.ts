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

/** Returns the erasures that this machine remembers and the log does not record, because an older log was restored. They are grouped by type of entry. */
export async function lostErasures(
  archiveId: string,
  known: LoggedErasures,
  keys: string,
): Promise<{ readonly type: (typeof ledgerKinds)[number]['type']; readonly lost: readonly RememberedErasure[] }[]> {
  return await Promise.all(
    ledgerKinds.map(async ({ type, what }) => {
      const logged = loggedOf(known, what);
      const remembered = [...(await rememberedErasures(keys, archiveId, what)).values()];
      return { type, lost: remembered.filter(({ mark }) => !logged.has(mark) && !known.lifted.has(mark)) };
    }),
  );
}
