import { type CaseMessages, caseFolder } from '../../archive/documents/case-json.ts';
import type { Archive } from '../../archive/layout.ts';
import { memoryReader } from '../../core/base/bytes.ts';
import { LongplayError, refusalOf } from '../../core/base/error.ts';
import { createTurns } from '../../core/base/turns.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { isName, judgeParty } from '../../core/identity/judge-party.ts';
import type { Sureness } from '../../core/identity/likeness.ts';
import type { Person, Spelling } from '../../core/identity/person.ts';
import { spanOf } from '../../core/time/time-span.ts';
import { rowReplacements } from '../../tables/keep/row-replacements.ts';
import type { CaseMessage } from '../messages/message.ts';
import { partyOfAddress } from '../messages/party-marks.ts';
import { UnsoundMessages } from '../messages/unsound-messages.ts';
import { originalOf } from '../store/erase-messages.ts';
import { type FoundCase, readCase } from '../store/open-case.ts';
import { caseMessages } from '../store/read-case.ts';
import { caseIds } from '../store/store.ts';
import { type Hit, likeLines, textJudge } from './text-hits.ts';

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
  /** True: its files are damaged; false: they cannot be opened now, e.g. because the keyring lacks their secrets. */
  readonly isDamaged: boolean;
  readonly why: Finding;
}

/** Largest number of hits that are kept per message. */
const mostHits = 20;

/**
 * Searches the messages of all cases for a person: senders, recipients, subjects, texts, names of attachments, and all cells of a table's row. Yields each file
 * of messages that was searched, and each case or file that could not be. What was erased is not there any more, and is not reported.
 */
export async function* searchMessages(archive: Archive, person: Person, signal: AbortSignal): AsyncGenerator<SearchedMessages | UnsearchedMessages> {
  const turns = createTurns();
  for (const id of caseIds(archive)) {
    signal.throwIfAborted();
    const found = openedCase(archive, id);
    if (found === null) continue;
    if ('why' in found) {
      yield found;
      continue;
    }
    for (const imported of found.document.messages) {
      if (turns.isDue()) await turns.take(signal);
      const list = caseMessages(found, imported);
      if (!('kind' in list)) yield await searchFile(found, { imported, messages: list.messages }, person, signal);
      else if (list.code !== 'K204') yield { isDamaged: list.code === 'C121', why: list };
    }
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
    if (refused !== null) return { isDamaged: false, why: finding('P175', place, `it cannot be read (${refused}); its messages were not searched`) };
    // Codes of a case that is damaged, of a later version, or not the one that the log names.
    return { isDamaged: /^C1\d\d$/.test(error.code), why: finding(error.code, place, `its messages were not searched: ${error.message}`) };
  }
}

async function searchFile(
  found: FoundCase,
  { imported, messages }: { readonly imported: CaseMessages; readonly messages: readonly CaseMessage[] },
  person: Person,
  signal: AbortSignal,
): Promise<SearchedMessages> {
  const rows = imported.kind === 'csv' ? await rowsOf(found, imported, signal) : new Map<number, string>();
  const hit = messages.flatMap((message): FoundMessage[] => {
    const hits = hitsIn(message, rows.get(message.number) ?? '', person);
    const [first] = hits;
    return first === undefined ? [] : [{ message, sureness: first.sureness, hits }];
  });
  return { found, imported, searched: messages.length, messages: hit };
}

/** Returns the rows of a table by number; none if its rows cannot be told apart, or if the table is damaged, which a verification reports. */
async function rowsOf(found: FoundCase, imported: CaseMessages, signal: AbortSignal): Promise<ReadonlyMap<number, string>> {
  const rows = new Map<number, string>();
  const take = ({ number, raws }: { readonly number: number; readonly raws: readonly string[] }): boolean => {
    rows.set(number, raws.join('\n'));
    return false;
  };
  try {
    const reader = memoryReader(originalOf(found, imported), 'messages');
    for await (const _none of rowReplacements(reader, { kind: 'csv', form: 'file' }, take, signal));
  } catch (error) {
    if (!(error instanceof UnsoundMessages) && !(error instanceof RangeError)) throw error;
  }
  return rows;
}

/** Finds the places of a message that name the person, certain ones first. A name alone is never certain: other persons may have it in messages. */
function hitsIn({ time, from, to, subject, text, attachments }: CaseMessage, row: string, person: Person): Hit[] {
  const place = { recordingId: null, site: null, span: spanOf(time) };
  const hits: Hit[] = [];
  const doubtful = new Set<Spelling>();
  for (const [field, address] of [['from', from] as const, ...to.map((one, index) => [`to[${index}]`, one] as const)]) {
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
  const texts = [['subject', subject ?? ''], ['text', text], ...attachments.map(({ name }) => ['attachment', name ?? '']), ['row', row]] as const;
  for (const [field = '', value = ''] of texts) {
    const like = value.length < 2 ? null : likeLines(theirs, value);
    if (like !== null) hits.push(asTold(like, field));
  }
  const order = { certain: 0, uncertain: 1 } as const;
  return hits.sort((a, b) => order[a.sureness] - order[b.sureness]).slice(0, mostHits);
}
