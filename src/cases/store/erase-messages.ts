import { hash } from 'node:crypto';
import type { CaseDocument, CaseErasure, CaseMessageErasure, CaseMessages } from '../../archive/documents/case-json.ts';
import { nextSet } from '../../archive/documents/stored-case.ts';
import { mentions, mentionsIn } from '../../archive/files/mentions.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import { openBytes, piecesOf } from '../../sealing/stored/stored-bytes.ts';
import { UnsoundMessages } from '../../tables/unsound-messages.ts';
import type { CaseMessage } from '../messages/message.ts';
import { messageDigest } from '../messages/message-digest.ts';
import { type WithoutMessages, withoutMessages } from '../messages/without-messages.ts';
import type { AddedFile, CaseAdditions } from './case-change.ts';
import { type FoundCase, openCaseFile, readCaseFile } from './open-case.ts';
import { caseMessages } from './read-case.ts';
import { messagesItem } from './review-state.ts';

/** Messages that are erased from cases. */
export interface ErasedMessages {
  /** Returns what the case keeps of a message that is erased on a request of its own, by the digest of the message; null: it stays. */
  readonly erasureOf: (caseId: string, digest: string) => CaseErasure | null;
  /** Cases for which `erasureOf` may return something. */
  readonly cases: ReadonlySet<string>;
  /** Returns what the case keeps of a message that names an erased recording. */
  readonly naming: (caseId: string, digest: string, recordingId: string) => CaseErasure;
  /** Returns true for erased recordings. */
  readonly isGone: (recordingId: string) => boolean;
  /** Enters messages in the ledger, before the case changes: from then on every run erases them. */
  readonly enter: (caseId: string, gone: readonly GoneMessage[]) => Promise<void>;
  /** Pages of the keyring whose loss two persons acknowledged. */
  readonly lostPages: ReadonlySet<string>;
  /** Ids of cases that the log records as deleted. Nothing is erased from one that exists again: it is deleted as a whole. */
  readonly deletedCases: ReadonlySet<string>;
  /** Folder for temporary files. */
  readonly scratch: string;
}

/** A message that is erased. */
export interface GoneMessage extends CaseMessageErasure {
  /** False: no request names the message, but the message names an erased recording. */
  readonly isAsked: boolean;
}

/** How a file of messages changes. */
export interface ChangedMessages {
  readonly imported: CaseMessages;
  readonly gone: readonly GoneMessage[];
  /** The file without these messages, and its list; null: no message is left. */
  readonly left: Exclude<WithoutMessages['left'], 'same'>;
}

/**
 * Finds the messages of a case that are erased, and how their files change. Changes nothing.
 * @throws UnsoundMessages if a file is damaged or messages in it cannot be told apart; LongplayError K203: the keyring has no secrets of a file
 */
export async function changedMessages(found: FoundCase, erased: ErasedMessages, signal: AbortSignal): Promise<ChangedMessages[]> {
  const { document } = found;
  const changes: ChangedMessages[] = [];
  for (const imported of document.messages) {
    signal.throwIfAborted();
    const named = unlessDestroyed(() => [...recordingsNamed(found, imported, erased.isGone)][0] ?? null);
    if (named === undefined || (named === null && !erased.cases.has(document.id))) continue;
    const list = caseMessages(found, imported);
    if ('kind' in list) {
      if (list.code === 'K204') continue;
      throw new UnsoundMessages(`${list.place}: ${list.message}`);
    }
    const gone = new Map<number, GoneMessage>();
    const take = (message: CaseMessage): boolean => {
      const digest = messageDigest(message);
      const key = `m${imported.set}-${message.number}`;
      const asked = erased.erasureOf(document.id, digest);
      const recording = namedIn(JSON.stringify(message), erased.isGone) ?? (imported.kind === 'eml' ? named : null);
      if (asked !== null) gone.set(message.number, { ...asked, key, isAsked: true });
      else if (recording !== null) gone.set(message.number, { ...erased.naming(document.id, digest, recording), key, isAsked: false });
      return asked !== null || recording !== null;
    };
    const isNamed = (text: string): boolean => mentions(text, erased.isGone);
    const file = { ...imported, original: originalOf(found, imported), messages: list.messages };
    const { gone: removed, left } = await inPlace(found, imported, () => withoutMessages(file, { isChosen: take, isNamed }, erased.scratch, signal));
    if (left === 'same') continue;
    // A row may name a recording in a column that its message does not have.
    for (const message of removed)
      if (!gone.has(message.number) && named !== null)
        gone.set(message.number, {
          ...erased.naming(document.id, messageDigest(message), named),
          key: `m${imported.set}-${message.number}`,
          isAsked: false,
        });
    changes.push({ imported, gone: removed.flatMap(({ number }) => gone.get(number) ?? []), left });
  }
  return changes;
}

/** Returns the case without erased messages. Files with other messages get a new number. @param enterFile enters a file that takes the place of another one */
export async function withoutErasedMessages(
  document: CaseDocument,
  changes: readonly ChangedMessages[],
  additions: CaseAdditions,
  enterFile: (file: CaseMessages) => Promise<void>,
): Promise<CaseDocument> {
  let changed = document;
  for (const { imported, gone, left } of changes) {
    const own = messagesItem(imported.set);
    changed = {
      ...changed,
      messages: changed.messages.filter(({ set }) => set !== imported.set),
      erasedSets: [...(changed.erasedSets ?? []), `messages/${imported.set}`],
      erasedMessages: [...(changed.erasedMessages ?? []), ...gone.map(({ key, mark, at, request }) => ({ key, mark, at, request }))],
    };
    let put: string | null = null;
    if (left !== null) {
      const set = nextSet('messages', changed);
      const files = await additions.addSet('messages', set, [
        addedFile(`original.${imported.kind}`, left.original),
        addedFile('messages.json', left.list),
      ]);
      const file = { ...imported, set, messages: left.messages, files };
      await enterFile(file);
      changed = { ...changed, messages: [...changed.messages, file] };
      put = messagesItem(set);
    }
    if (changed.reviews === undefined) continue;
    const reviews = changed.reviews.flatMap((one) => (one.item !== own ? [one] : put === null ? [] : [{ ...one, item: put }]));
    changed = { ...changed, reviews };
  }
  return changed;
}

/** Returns the recordings, of those for which `isMeant` returns true, that files of messages name. @throws as `openCaseFile` */
export function recordingsNamed(found: FoundCase, { files }: CaseMessages, isMeant: (recordingId: string) => boolean): ReadonlySet<string> {
  const named = new Set<string>();
  const take = (id: string): boolean => {
    if (isMeant(id)) named.add(id);
    return false;
  };
  for (const file of files)
    mentionsIn(
      piecesOf(() => openCaseFile(found, file)),
      take,
    );
  return named;
}

function namedIn(text: string, isGone: (recordingId: string) => boolean): string | null {
  let named: string | null = null;
  mentions(text, (id) => {
    if (!isGone(id)) return false;
    named = id;
    return true;
  });
  return named;
}

/** Returns the bytes of the original of an import of messages. @throws UnsoundMessages if they differ from its digest: new digests would hide the damage */
export function originalOf(found: FoundCase, imported: CaseMessages): Uint8Array {
  const [original] = imported.files;
  if (original === undefined) throw new UnsoundMessages(`${placeOf(found, imported)} has no original`);
  let bytes: Buffer;
  try {
    bytes = readCaseFile(found, original, limits.messageFileBytes);
  } catch (error) {
    const code = error instanceof LongplayError && error.code === 'K202' ? 'it does not open' : systemCode(error);
    if (code === null) throw error;
    throw new UnsoundMessages(`cases/${found.document.id}/${original.path} cannot be read: ${code}`);
  }
  if (sha256Hex(bytes) !== original.sha256) throw new UnsoundMessages(`cases/${found.document.id}/${original.path} is damaged`);
  return bytes;
}

/** Adds the place of an import to the message of an UnsoundMessages. */
async function inPlace<Result>(found: FoundCase, imported: CaseMessages, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnsoundMessages) throw new UnsoundMessages(`${placeOf(found, imported)}: ${error.message}`);
    throw error;
  }
}

function placeOf({ document }: FoundCase, { set }: CaseMessages): string {
  return `cases/${document.id}/messages/${set}`;
}

/** Calls a function; returns undefined if the secrets of what it opens were destroyed. */
function unlessDestroyed<Result>(look: () => Result): Result | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof LongplayError && error.code === 'K204') return undefined;
    throw error;
  }
}

function addedFile(name: string, bytes: Uint8Array): AddedFile {
  return { name, open: () => openBytes(bytes), sizeBytes: bytes.length, sha256: sha256Hex(bytes), sha512: hash('sha512', bytes, 'hex') };
}
