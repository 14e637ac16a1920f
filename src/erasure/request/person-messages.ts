import { type CaseDocument, type CaseMessages, casesFolder } from '../../archive/documents/case-json.ts';
import type { Archive } from '../../archive/layout.ts';
import { uncertainOption } from '../../cases/edit/find-subject.ts';
import { messageDigest } from '../../cases/messages/message-digest.ts';
import { subjectOf } from '../../cases/person/known-person.ts';
import { searchCaseDocuments } from '../../cases/person/search-cases.ts';
import { deletedCases, returnedFinding } from '../../cases/store/case-state.ts';
import type { FoundCase } from '../../cases/store/open-case.ts';
import { allMessages } from '../../cases/store/read-case.ts';
import { messagesItem, reviewOf, withheldAs } from '../../cases/store/review-state.ts';
import { caseIds, findCase, openCase } from '../../cases/store/store.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { type Person, personOf } from '../../core/identity/person.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import type { MessagePart } from './messages.ts';

/** Messages about the data subject of a case. */
export interface PersonMessages {
  readonly parts: readonly MessagePart[];
  /** Number of files of messages, and of cases, that could not be searched for them. */
  readonly unsearched: number;
  /** Number of messages that were left out because it is not certain whom they concern, and nobody has decided. */
  readonly undecided: number;
}

/**
 * Finds the messages that `longplay subject` copied into a case, in that case and in every other case that has them. Messages that a user added to the case,
 * those reviewed as not relevant, and those about which nobody has decided, are left out (E135).
 * @throws LongplayError C100; those of `openCase`
 */
export async function* personMessages(
  archive: Archive,
  wanted: string,
  keys: string,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, PersonMessages> {
  const found = await openCase(archive, wanted, keys, signal);
  const deleted = await deletedCases(archive, keys, signal);
  const { id, reviews } = found.document;
  const digests = new Set<string>();
  let undecided = 0;
  const unread = new Map<string, Finding>();
  const reviewed = reviewOf(reviews);
  for (const { imported, messages } of read(found, unread)) {
    const item = messagesItem(imported.set);
    const review = reviewed.get(item);
    const why =
      imported.copiedFrom === undefined
        ? 'a user added it to the case'
        : withheldAs(review)?.as === 'not-relevant'
          ? 'it was reviewed as not relevant'
          : isUncertain(imported, found.document) && review?.relevance?.state !== 'relevant'
            ? undecidedWhy
            : null;
    if (why === null) for (const one of messages) digests.add(messageDigest(one));
    else {
      if (why === undecidedWhy) undecided += messages.length;
      yield findingEvent(leftOut(id, item, messages.length, why));
    }
  }
  const parts: MessagePart[] = [];
  if (digests.size > 0)
    for (const caseId of caseIds(archive)) {
      signal.throwIfAborted();
      if (deleted.has(caseId)) {
        unread.set(caseId, returnedFinding(caseId, 'its messages were not compared'));
        continue;
      }
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
  const { subject, register, country } = found.document;
  if (subject !== null || register !== undefined) {
    const { values, countries } = subjectOf(found.document);
    yield* naming(archive, personOf(values, country, countries), deleted, signal);
  }
  return { parts, unsearched: unread.size, undecided };
}

/** Reports the cases that themselves name the person: they are not part of a request. */
function* naming(archive: Archive, person: Person, deleted: ReadonlySet<string>, signal: AbortSignal): Generator<PipelineEvent> {
  for (const { case: id, hits } of searchCaseDocuments(archive, person, deleted, signal)) {
    const places = hits
      .slice(0, 5)
      .map(({ field }) => field)
      .join(', ');
    const what = `it names the person in ${places}${hits.length > 5 ? ' and more' : ''}, which is not part of the request`;
    yield findingEvent(
      finding('E138', `${casesFolder}/${id}`, `${what}; when it is no longer needed: longplay case delete ARCHIVE ${id} --reason TEXT`),
    );
  }
}

const undecidedWhy = 'it is not certain whom it concerns, and nobody has decided';

function leftOut(id: string, item: string, messages: number, why: string): Finding {
  const decide =
    why === undecidedWhy
      ? `longplay case review ARCHIVE ${id} ${item} --state relevant --reason TEXT, or --state not-relevant`
      : `--message ${id}:${item}`;
  return finding('E135', `${casesFolder}/${id}`, agree`${messages} message[s] of ${item} [is|are] not part of the request: ${why}; ${decide}`);
}

/** Returns true for copies that only possibly concern the data subject. Earlier versions did not record it: then every copy of a search with `--uncertain` may be one. */
function isUncertain({ copiedFrom }: CaseMessages, { searches = [] }: CaseDocument): boolean {
  if (copiedFrom?.sureness !== undefined) return copiedFrom.sureness === 'uncertain';
  return searches.some(({ words }) => words.endsWith(uncertainOption));
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
