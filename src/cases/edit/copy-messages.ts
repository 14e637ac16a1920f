import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError, refusalOf } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { UnsoundMessages } from '../../tables/unsound-messages.ts';
import type { CaseMessage } from '../messages/message.ts';
import { messageDigest } from '../messages/message-digest.ts';
import { createMessageList } from '../messages/message-list.ts';
import { type PreparedMessages, preparedFile } from '../messages/prepare-messages.ts';
import { withoutMessages } from '../messages/without-messages.ts';
import type { SearchedMessages } from '../person/search-messages.ts';
import { originalOf } from '../store/erase-messages.ts';
import { readCaseFile } from '../store/open-case.ts';
import { caseMessages } from '../store/read-case.ts';
import { messagesItem, reviewOf } from '../store/review-state.ts';
import type { CaseWork } from './edit-case.ts';
import { takeMessages } from './import-messages.ts';

/** Messages of one file that are to be copied. */
export interface MessagesToCopy extends Pick<SearchedMessages, 'found' | 'imported'> {
  /** Messages that are copied; all are certain, or all are uncertain. */
  readonly messages: SearchedMessages['messages'];
}

/**
 * Copies messages from other cases into a case: the file of the messages without anything else, with their numbers in it. What is in the case already is not
 * copied again. Messages that are withheld as privileged there are withheld here.
 * @returns number of copied messages
 */
export async function* copyMessages(
  archive: Archive,
  caseId: string,
  wanted: readonly MessagesToCopy[],
  tools: CaseWork,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, number> {
  const copied = new Set<string>();
  let count = 0;
  for (const { found, imported, messages } of wanted) {
    const fresh = messages.filter(({ message }) => !copied.has(messageDigest(message)));
    const [first] = fresh;
    if (first === undefined) continue;
    const { sureness } = first;
    const numbers = new Set(fresh.map(({ message }) => message.number));
    const prepared = await preparedCopy({ found, imported }, numbers, tools.temporary, signal);
    if ('place' in prepared) {
      yield findingEvent(prepared);
      continue;
    }
    for (const { message } of fresh) copied.add(messageDigest(message));
    const { privilege } = reviewOf(found.document.reviews).get(messagesItem(imported.set)) ?? { privilege: null };
    const source = {
      files: [{ name: imported.name, bytes: new Uint8Array() }],
      times: { zone: imported.zone, format: 'iso' },
      copied: { from: { case: found.document.id, set: imported.set, sureness }, privilege: privilege?.state === 'privileged' ? privilege : null },
    } as const;
    const done = yield* takeMessages(archive, caseId, source, { ...tools, prepareMessages: async () => prepared }, signal);
    count += done.messages;
  }
  return count;
}

/** Returns the files of some messages of a case, without its other messages; a finding if they cannot be separated. */
async function preparedCopy(
  { found, imported }: Pick<MessagesToCopy, 'found' | 'imported'>,
  numbers: ReadonlySet<number>,
  scratch: string,
  signal: AbortSignal,
): Promise<PreparedMessages | Finding> {
  const { kind, zone } = imported;
  const place = `cases/${found.document.id}/messages/${imported.set}`;
  const refuse = (why: string): Finding => finding('C198', place, agree`${numbers.size} message[s] of it [was|were] not copied: ${why}`);
  const head = { kind, messages: numbers.size, leftOut: 0, findings: [] };
  try {
    const original = originalOf(found, imported);
    if (kind === 'eml') {
      const files = imported.files.map((file, index) => {
        const bytes = index === 0 ? original : readCaseFile(found, file, limits.messageFileBytes);
        return preparedFile(file.path.slice(file.path.lastIndexOf('/') + 1), bytes);
      });
      return { ...head, attachments: Math.max(0, files.length - 2), files };
    }
    const list = caseMessages(found, imported);
    if ('kind' in list) return refuse(list.message);
    const file = { kind, zone, original, messages: list.messages };
    const chosen = { isChosen: ({ number }: CaseMessage) => !numbers.has(number), isNamed: () => false, messagesOnly: true };
    const { left } = await withoutMessages(file, chosen, scratch, signal);
    if (left === null) return refuse('its messages cannot be told apart by their bytes');
    const files =
      left === 'same'
        ? [preparedFile(`original.${kind}`, original), preparedFile('messages.json', listed(list.messages))]
        : [preparedFile(`original.${kind}`, left.original), preparedFile('messages.json', left.list)];
    return { ...head, attachments: 0, files };
  } catch (error) {
    if (error instanceof UnsoundMessages) return refuse(error.message);
    const code = error instanceof LongplayError ? error.code : refusalOf(error);
    if (code === null) throw error;
    return refuse(`it cannot be opened (${code})`);
  }
}

function listed(messages: readonly CaseMessage[]): Uint8Array {
  const list = createMessageList();
  for (const one of messages) list.add(one);
  return list.finish();
}
