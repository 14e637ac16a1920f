import { type CaseMessages, caseFolder } from '../../archive/documents/case-json.ts';
import type { Archive } from '../../archive/layout.ts';
import { LongplayError, refusalOf } from '../../core/base/error.ts';
import { createTurns } from '../../core/base/turns.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { isName, judgeParty } from '../../core/identity/judge-party.ts';
import type { Sureness } from '../../core/identity/likeness.ts';
import type { Person, Spelling } from '../../core/identity/person.ts';
import { spanOf } from '../../core/time/time-span.ts';
import { UnsoundMessages } from '../../tables/unsound-messages.ts';
import type { CaseMessage } from '../messages/message.ts';
import { partyOfAddress } from '../messages/party-marks.ts';
import { returnedFinding } from '../store/case-state.ts';
import { type FoundCase, readCase } from '../store/open-case.ts';
import { caseMessages } from '../store/read-case.ts';
import { caseIds } from '../store/store.ts';
import { type FurtherTexts, furtherTexts } from './message-texts.ts';
import { likeRow } from './rows-of.ts';
import { type Hit, likeLines, mentioned, textJudge } from './text-hits.ts';

/** A message of a case that names the person. */
export interface FoundMessage {
  readonly message: CaseMessage;
  readonly sureness: Sureness;
  /** Where it names the person, certain hits first. */
  readonly hits: readonly Hit[];
}

/** One file of messages of a case, searched for a person. */
export interface SearchedMessages {
  readonly found: FoundCase;
  readonly imported: CaseMessages;
  /** Number of messages that were searched. */
  readonly searched: number;
  readonly messages: readonly FoundMessage[];
}

/** Messages that could not be searched: a case, or a file of one. */
export interface UnsearchedMessages {
  /** `closed`: its files cannot be opened now, e.g. because the keyring lacks their secrets; `deleted`: the log records that the case was deleted. */
  readonly state: 'damaged' | 'closed' | 'deleted';
  readonly why: Finding;
}

/** Largest number of hits that are kept per message. */
const mostHits = 20;

/**
 * Searches the messages of all cases for a person: senders, recipients, subjects, texts, names of attachments, and what else the file says of
 * the message: all cells of a row, all header fields and the HTML of a mail, analyses and attachments of a vCon. Yields each file
 * of messages that was searched, and each case or file that could not be. What was erased is not there any more, and is not reported.
 * @param deleted cases that the log records as deleted: one that exists is not searched, and reported
 */
export async function* searchMessages(
  archive: Archive,
  person: Person,
  deleted: ReadonlySet<string>,
  signal: AbortSignal,
): AsyncGenerator<SearchedMessages | UnsearchedMessages> {
  const turns = createTurns();
  for (const id of caseIds(archive)) {
    signal.throwIfAborted();
    if (deleted.has(id)) {
      yield { state: 'deleted', why: returnedFinding(id, 'its messages were not searched') };
      continue;
    }
    const found = openedCase(archive, id);
    if (found === null) continue;
    if ('why' in found) {
      yield found;
      continue;
    }
    for (const imported of found.document.messages) {
      if (turns.isDue()) await turns.take(signal);
      const list = caseMessages(found, imported);
      if ('kind' in list) {
        if (list.code !== 'K204') yield { state: list.code === 'C121' ? 'damaged' : 'closed', why: list };
        continue;
      }
      const further = await furtherOf(found, imported, signal);
      if ('why' in further) yield further;
      yield searchFile(found, { imported, messages: list.messages }, person, 'why' in further ? noFurther : further.of);
    }
  }
}

const noFurther = (): FurtherTexts => ({ addresses: [], texts: [] });

/** Reads what a file says besides its list of messages; why it cannot be read, if only the list could be searched. */
async function furtherOf(
  found: FoundCase,
  imported: CaseMessages,
  signal: AbortSignal,
): Promise<{ readonly of: (message: CaseMessage) => FurtherTexts } | UnsearchedMessages> {
  const place = `cases/${found.document.id}/messages/${imported.set}`;
  try {
    return { of: await furtherTexts(found, imported, signal) };
  } catch (error) {
    if (error instanceof UnsoundMessages)
      return { state: 'damaged', why: finding('C121', place, `only the list of its messages was searched: ${error.message}`) };
    if (!(error instanceof LongplayError)) throw error;
    return { state: 'closed', why: finding(error.code, place, `only the list of its messages was searched: ${error.message}`) };
  }
}

/** Reads a case; null if its secrets were destroyed by an erasure. */
function openedCase(archive: Archive, id: string): FoundCase | UnsearchedMessages | null {
  const place = `cases/${id}`;
  try {
    return readCase(archive, caseFolder(archive.dir, id));
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    if (error.code === 'K204') return null;
    const refused = refusalOf(error.cause);
    if (refused !== null) return { state: 'closed', why: finding('P175', place, `it cannot be read (${refused}); its messages were not searched`) };
    // Codes of a case that is damaged, of a later version, or not the one that the log names.
    return {
      state: /^C1\d\d$/.test(error.code) ? 'damaged' : 'closed',
      why: finding(error.code, place, `its messages were not searched: ${error.message}`),
    };
  }
}

function searchFile(
  found: FoundCase,
  { imported, messages }: { readonly imported: CaseMessages; readonly messages: readonly CaseMessage[] },
  person: Person,
  further: (message: CaseMessage) => FurtherTexts,
): SearchedMessages {
  const hit = messages.flatMap((message): FoundMessage[] => {
    const hits = hitsIn(message, further(message), person);
    const [first] = hits;
    return first === undefined ? [] : [{ message, sureness: first.sureness, hits }];
  });
  return { found, imported, searched: messages.length, messages: hit };
}

/** Further texts that are the values of one row, or of one party of a vCon. */
const rowFields: ReadonlySet<string> = new Set(['row', 'party']);

/**
 * Finds the places of a message that name the person, certain ones first. Only a sender, a recipient or another address of the header is certain, and a name
 * alone never is: other persons may have it in messages.
 */
function hitsIn({ time, from, to, subject, text, attachments }: CaseMessage, further: FurtherTexts, person: Person): Hit[] {
  const place = { recordingId: null, site: null, span: spanOf(time) };
  const hits: Hit[] = [];
  const doubtful = new Set<Spelling>();
  for (const [field, address] of [['from', from] as const, ...to.map((one, index) => [`to[${index}]`, one] as const), ...further.addresses]) {
    const judgement = address === null ? null : judgeParty(person, partyOfAddress(address), place);
    if (judgement === null) continue;
    if (judgement.against.length > 0) for (const by of judgement.by) doubtful.add(by);
    const isByName = judgement.sureness === 'certain' && judgement.by.length > 0 && judgement.by.every(isName);
    hits.push({
      field,
      sureness: isByName ? 'uncertain' : judgement.sureness,
      why: isByName ? `${judgement.why}; but others may have the same name` : judgement.why,
    });
  }
  const { theirs, asTold } = textJudge(person, place, doubtful);
  const texts = [['subject', subject ?? ''], ['text', text], ...attachments.map(({ name }) => ['attachment', name ?? '']), ...further.texts] as const;
  for (const [field = '', value = ''] of texts) {
    const like = value.length < 2 ? null : rowFields.has(field) ? likeRow(theirs, value) : likeLines(theirs, value);
    if (like !== null) hits.push(mentioned(asTold(like, field)));
  }
  const order = { certain: 0, uncertain: 1 } as const;
  return hits.sort((a, b) => order[a.sureness] - order[b.sureness]).slice(0, mostHits);
}
