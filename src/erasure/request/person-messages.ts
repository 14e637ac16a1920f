import { casesFolder } from '../../archive/documents/case-json.ts';
import type { Archive } from '../../archive/layout.ts';
import { messageDigest } from '../../cases/messages/message-digest.ts';
import type { FoundCase } from '../../cases/store/open-case.ts';
import { allMessages } from '../../cases/store/read-case.ts';
import { messagesItem, reviewOf, withheldAs } from '../../cases/store/review-state.ts';
import { caseIds, findCase } from '../../cases/store/store.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import type { MessagePart } from './messages.ts';

/** Messages about the data subject of a case. */
export interface PersonMessages {
  readonly parts: readonly MessagePart[];
  /** Number of files of messages, and of cases, that could not be searched for them. */
  readonly unsearched: number;
}

/**
 * Finds the messages that `longplay subject` copied into a case, in that case and in every other case that has them. Messages that a user added to the case, and
 * those reviewed as not relevant, are left out (E135).
 * @throws LongplayError C100; those of `findCase`
 */
export function* personMessages(archive: Archive, wanted: string, signal: AbortSignal): Generator<PipelineEvent, PersonMessages> {
  const found = findCase(archive, wanted);
  const { id, reviews } = found.document;
  const digests = new Set<string>();
  const unread = new Map<string, Finding>();
  const reviewed = reviewOf(reviews);
  for (const { imported, messages } of read(found, unread)) {
    const item = messagesItem(imported.set);
    const isCopied = imported.copiedFrom !== undefined;
    if (isCopied && withheldAs(reviewed.get(item))?.as !== 'not-relevant') for (const one of messages) digests.add(messageDigest(one));
    else yield findingEvent(leftOut(id, item, messages.length, isCopied));
  }
  const parts: MessagePart[] = [];
  if (digests.size > 0)
    for (const caseId of caseIds(archive)) {
      signal.throwIfAborted();
      const one = caseId === id ? found : opened(archive, caseId, unread);
      if (one === null) continue;
      const known = new Set<string>();
      for (const { imported, messages } of read(one, unread))
        for (const message of messages) {
          const digest = messageDigest(message);
          // The same message may be twice in a case, and is then erased twice.
          if (!digests.has(digest) || known.has(digest)) continue;
          known.add(digest);
          parts.push({ kind: 'message', caseId, digest, key: `${messagesItem(imported.set)}-${message.number}` });
        }
    }
  for (const one of unread.values()) yield findingEvent(one);
  return { parts, unsearched: unread.size };
}

function leftOut(id: string, item: string, messages: number, isCopied: boolean): Finding {
  const why = isCopied ? 'it was reviewed as not relevant' : 'a user added it to the case';
  return finding(
    'E135',
    `${casesFolder}/${id}`,
    agree`${messages} message[s] of ${item} [is|are] not part of the request: ${why}; --message ${id}:${item}`,
  );
}

/** Reads a case; null if it was erased or cannot be read. */
function opened(archive: Archive, id: string, unread: Map<string, Finding>): FoundCase | null {
  try {
    return findCase(archive, id);
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    if (error.code !== 'K204') unread.set(id, finding(error.code, `${casesFolder}/${id}`, `its messages were not compared: ${error.message}`));
    return null;
  }
}

/** Reads the messages of a case, and adds the files that cannot be read. */
function read(found: FoundCase, unread: Map<string, Finding>): ReturnType<typeof allMessages>['lists'] {
  const { lists, unread: closed } = allMessages(found);
  for (const { set, why } of closed) if (why.code !== 'K204') unread.set(`${found.document.id} ${set}`, why);
  return lists;
}
