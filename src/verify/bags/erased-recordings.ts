import { sealedEnding } from '../../core/model/recording-document.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import type { ErasedFileLookup, ErasedLookup } from '../../log/erasure/erased-recordings.ts';
import type { ErasedRecording } from '../../log/erasure/known-erasures.ts';
import type { KeyringLists } from '../../sealing/keyring/lists.ts';
import { erasedSecret, type FileSecrets } from '../../sealing/keyring/page.ts';
import type { SecretsOfBag } from '../../sealing/stored/secrets-of.ts';

/** What the log says of erasures; null: this machine lacks the secret of the erasure ledger, so nothing can be looked up. */
export type LoggedErasures = {
  /** Looks up a recording that was erased, or whose erasure was announced. */
  readonly erased: ErasedLookup;
  readonly intended: ErasedLookup;
  /** Returns true for a recording whose erasure was lifted: its earlier bag stays unreadable. */
  readonly lifted: (recordingId: string) => boolean;
  /** The same lookups for single files that were erased alone; null: there are none. */
  readonly files: { readonly erased: ErasedFileLookup; readonly intended: ErasedFileLookup } | null;
} | null;

/** What is known of the recordings to which some files of a sealed bag belong. */
export interface ErasedOrNot {
  /** Secrets of the recordings that can be opened, with `erasedSecret` for each file that was erased alone; absent: none can be opened. */
  readonly secrets?: Readonly<Record<string, FileSecrets>>;
  /** Ids of erased recordings. */
  readonly erased: readonly string[];
  /** Files that were erased alone, each as `recordingId/original-1.wav`; absent: none. */
  readonly erasedFiles?: readonly string[];
  /** Verdicts E110, E114 and E115. */
  readonly verdicts: readonly Verdict[];
}

/**
 * Compares the keyring's statements about recordings with the log's. A recording that is erased in both is correct; one that is erased in only one of them
 * raises an alarm. Files that were erased alone are compared in the same way.
 * @param place name of the bag in verdicts
 * @param stored names of stored files, by recording id
 * @param found the keyring's answers; null: no key is available
 * @param logged the log's statements; absent: unknown
 */
export function erasedOrNot(
  place: string,
  stored: ReadonlyMap<string, readonly string[]>,
  found: SecretsOfBag | ListedSecrets | null,
  logged: LoggedErasures = null,
): ErasedOrNot {
  const secrets: Record<string, FileSecrets> = {};
  const erased: string[] = [];
  const erasedFiles: string[] = [];
  const verdicts: Verdict[] = [];
  const destroyed = new Set(found?.erased);
  const isListed = found !== null && 'isListed' in found;
  const how = isListed ? 'no reachable copy of the keyring lists it as erased' : 'the keyring opens it';
  for (const [id, names] of stored) {
    const path = `${place}/data/${id}`;
    const own = found?.secrets[id];
    const entry = logged?.erased(id) ?? null;
    const said = { isDestroyed: destroyed.has(id), isOpened: own !== undefined, entry, isAnnounced: (logged?.intended(id) ?? null) !== null };
    // Without an entry of its own, what was lifted is unreadable in its earlier bag and readable in a later one.
    if (entry !== null || logged?.lifted(id) !== true) verdicts.push(...differences(path, said, logged !== null, how));
    if (destroyed.has(id) || entry !== null) erased.push(id);
    else {
      const files = erasedIn(id, plainNames(names, own), own, logged);
      for (const file of files) verdicts.push(...differences(`${path}/${file.name}${sealedEnding}`, file, logged !== null, how));
      const gone = files.filter(({ isDestroyed, entry: one }) => isDestroyed || one !== null).map(({ name }) => name);
      erasedFiles.push(...gone.map((name) => `${id}/${name}`));
      if (own !== undefined) secrets[id] = gone.length === 0 ? own : { ...own, ...Object.fromEntries(gone.map((name) => [name, erasedSecret])) };
    }
  }
  const all = erasedFiles.length === 0 ? {} : { erasedFiles };
  return { ...(found === null || isListed ? {} : { secrets }), erased, ...all, verdicts };
}

/** Secrets of a bag according to the lists of a keyring; they open nothing. */
export type ListedSecrets = SecretsOfBag & { readonly isListed: true };

/** Stands for a secret that is known only from the lists. */
const listed = 'listed';

/**
 * Returns the secrets of a bag's recordings according to the lists of the keyring.
 * @param making page of the bag
 * @param stored names of stored files, by recording id
 */
export function listedSecrets({ has, erasedOf }: KeyringLists, making: string, stored: ReadonlyMap<string, readonly string[]>): ListedSecrets {
  const secrets: Record<string, FileSecrets> = {};
  const erased: string[] = [];
  for (const [id, names] of stored) {
    const gone = erasedOf(making, id);
    if (gone === 'all') erased.push(id);
    else if (has(making))
      secrets[id] = Object.fromEntries([...plainNames(names, undefined)].map((name) => [name, gone?.has(name) === true ? erasedSecret : listed]));
  }
  return { secrets, erased, isListed: true };
}

/** What the keyring and the log say of a recording or of a single file. */
interface Said {
  /** The keyring says that the secret was destroyed. */
  readonly isDestroyed: boolean;
  /** The keyring has the secret. */
  readonly isOpened: boolean;
  readonly entry: ErasedRecording | null;
  /** The log has announced the erasure. */
  readonly isAnnounced: boolean;
}

function* differences(path: string, { isDestroyed, isOpened, entry, isAnnounced }: Said, isLogged: boolean, how: string): Generator<Verdict> {
  if (isDestroyed && isLogged && entry === null && !isAnnounced)
    yield errorVerdict('unexpected', 'E114', path, 'the keyring says that it was erased, but the log has no entry of the erasure');
  if (isOpened && entry !== null)
    yield errorVerdict('unexpected', 'E115', path, `was erased on ${entry.at.slice(0, 10)} (request ${entry.request}), but ${how}`);
  if (isAnnounced) {
    const message = 'is being erased, or the erasure was interrupted; to finish it: longplay erase run ARCHIVE';
    yield { ...errorVerdict('unverifiable', 'E110', path, message), severity: 'warning' };
  }
}

function plainNames(stored: readonly string[], secrets: FileSecrets | undefined): ReadonlySet<string> {
  const sealed = stored.filter((name) => name.endsWith(sealedEnding)).map((name) => name.slice(0, -sealedEnding.length));
  return new Set([...sealed, ...Object.keys(secrets ?? {})]);
}

/** Returns what keyring and log say of the single files of a recording; leaves out files of which neither says anything. */
function erasedIn(
  id: string,
  names: ReadonlySet<string>,
  secrets: FileSecrets | undefined,
  logged: LoggedErasures,
): readonly (Said & { readonly name: string })[] {
  const files = logged?.files ?? null;
  return [...names].flatMap((name) => {
    const secret = secrets?.[name];
    const entry = files?.erased(id, name) ?? null;
    const isAnnounced = (files?.intended(id, name) ?? null) !== null;
    const isDestroyed = secret === erasedSecret;
    const isOpened = secret !== undefined && !isDestroyed;
    return isDestroyed || entry !== null || isAnnounced ? [{ name, isDestroyed, isOpened, entry, isAnnounced }] : [];
  });
}
