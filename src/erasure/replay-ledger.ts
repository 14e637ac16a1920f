import type { EntryType } from '../log/entries/entry-types.ts';
import type { NewEntry } from '../log/entries/log-entry.ts';
import type { KnownErasures } from '../log/erasure/known-erasures.ts';
import { ledgerKinds, loggedOf, lostErasures } from '../log/erasure/lost-erasures.ts';
import { type RememberedErasure, rememberErasures, rememberedErasures } from '../log/keys/erasure-ledger.ts';
import { ledgerEntries } from './execute/ledger-entries.ts';

/** Updates this machine's copy of the ledger. @returns entries of the erasures that are only in this copy, because an older log was restored */
export async function replayLedger(archiveId: string, logged: KnownErasures, keys: string): Promise<NewEntry[]> {
  const lost = await lostErasures(archiveId, logged, keys);
  for (const { what } of ledgerKinds) {
    const known = await rememberedErasures(keys, archiveId, what);
    const unknown = [...loggedOf(logged, what)].flatMap(([mark, one]) => (known.has(mark) ? [] : [{ mark, ...one }]));
    await rememberErasures(keys, archiveId, unknown, what);
  }
  return lost.flatMap((one) => entriesOf(one.lost, one.type));
}

/** Adds erasures in log entries to this machine's copy of the ledger. */
export async function rememberEntries(
  entries: readonly NewEntry[],
  archiveId: string,
  { keys, now }: { readonly keys: string; readonly now: () => string },
): Promise<void> {
  for (const { type, what } of ledgerKinds) await rememberErasures(keys, archiveId, erasuresIn(entries, type, now()), what);
}

/** Returns the erasures that entries of a type add to the ledger. */
function erasuresIn(entries: readonly NewEntry[], of: EntryType, at: string): RememberedErasure[] {
  return entries.flatMap(({ type, detail }) =>
    type === of
      ? String(detail.marks)
          .split(' ')
          .map((mark) => ({ mark, request: String(detail.request), at }))
      : [],
  );
}

/** Returns the entries of a ledger that the log has lost. */
function entriesOf(remembered: readonly RememberedErasure[], type: EntryType): NewEntry[] {
  const byRequest = new Map<string, string[]>();
  for (const { request, mark } of remembered) byRequest.set(request, [...(byRequest.get(request) ?? []), mark]);
  return [...byRequest].flatMap(([request, marks]) => ledgerEntries(request, null, marks, type));
}
