import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import type { ErasedLookup } from '../../log/erasure/erased-recordings.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import type { SecretsOfBag } from '../../sealing/stored/secrets-of.ts';

/** What the log says of erasures; null: this machine lacks the secret of the erasure ledger, so nothing can be looked up. */
export type LoggedErasures = {
  /** Looks up a recording that was erased, or whose erasure was announced. */
  readonly erased: ErasedLookup;
  readonly intended: ErasedLookup;
} | null;

/** What is known of the recordings of some files of a sealed bag. */
export interface ErasedOrNot {
  /** Secrets of those that are opened; absent: none is. */
  readonly secrets?: Readonly<Record<string, FileSecrets>>;
  /** Ids of erased recordings. */
  readonly erased: readonly string[];
  /** E114, E115, E110. */
  readonly verdicts: readonly Verdict[];
}

/**
 * Compares what the keyring says of recordings with what the log says: erased by both is well, erased by one alone is an alarm.
 * @param place name of the bag in verdicts @param found what the keyring says; null: without any key @param logged absent: nothing is known of the log
 */
export function erasedOrNot(place: string, ids: Iterable<string>, found: SecretsOfBag | null, logged: LoggedErasures = null): ErasedOrNot {
  const secrets: Record<string, FileSecrets> = {};
  const erased: string[] = [];
  const verdicts: Verdict[] = [];
  const destroyed = new Set(found?.erased);
  for (const id of ids) {
    const path = `${place}/data/${id}`;
    const own = found?.secrets[id];
    const entry = logged?.erased(id) ?? null;
    const isAnnounced = (logged?.intended(id) ?? null) !== null;
    if (destroyed.has(id) && logged !== null && entry === null && !isAnnounced)
      verdicts.push(errorVerdict('unexpected', 'E114', path, 'the keyring says that it was erased, and the log has no entry of it'));
    if (own !== undefined && entry !== null)
      verdicts.push(
        errorVerdict('unexpected', 'E115', path, `was erased on ${entry.at.slice(0, 10)} (request ${entry.request}), and the keyring opens it`),
      );
    if (isAnnounced) {
      const message = 'is being erased, or a run that did it was interrupted; to finish it: longplay erase run ARCHIVE';
      verdicts.push({ ...errorVerdict('unverifiable', 'E110', path, message), severity: 'warning' });
    }
    if (destroyed.has(id) || entry !== null) erased.push(id);
    else if (own !== undefined) secrets[id] = own;
  }
  return { ...(found === null ? {} : { secrets }), erased, verdicts };
}
