import { casesFolder, messageKeyPattern } from '../../archive/documents/case-json.ts';
import type { Archive } from '../../archive/layout.ts';
import { messageDigest } from '../../cases/messages/message-digest.ts';
import { caseMessages } from '../../cases/store/read-case.ts';
import { openCase } from '../../cases/store/store.ts';
import { LongplayError } from '../../core/base/error.ts';
import type { ErasurePart } from './parts.ts';

/** A message of a case, as a part to be erased. */
export type MessagePart = ErasurePart & { readonly kind: 'message' };

/** Matches `CASE:m1-3`, a message, and `CASE:m1`, all messages of a file. */
const named = /^(?:cases\/)?([0-9a-f-]+):(m[1-9]\d{0,8})(-\d+)?$/i;

/**
 * Finds messages of cases by name: `20260301-1f0c2a9e:m1-3` as `longplay case timeline` prints the key, `…:m1` for all messages of a file.
 * @throws LongplayError usage E132, C100; those of `openCase`
 */
export async function selectMessages(archive: Archive, texts: readonly string[], keys: string, signal: AbortSignal): Promise<MessagePart[]> {
  const parts = new Map<string, MessagePart>();
  for (const text of texts) {
    signal.throwIfAborted();
    const [, wanted = '', item = '', number] = named.exec(text) ?? [];
    const key = `${item.toLowerCase()}${number ?? ''}`;
    if (wanted === '' || (number !== undefined && !messageKeyPattern.test(key))) throw unknown(text, 'is not a message, e.g. 20260301-1f0c2a9e:m1-3');
    const found = await openCase(archive, wanted, keys, signal);
    const { id, messages } = found.document;
    const imported = messages.find(({ set }) => `m${set}` === item.toLowerCase());
    if (imported === undefined) throw unknown(text, `names a file of messages that case ${id} does not have`);
    const list = caseMessages(found, imported);
    if ('kind' in list) throw unknown(text, `cannot be found: ${casesFolder}/${id}/messages/${imported.set} is damaged, or cannot be opened`);
    const chosen = list.messages.filter((one) => number === undefined || `-${one.number}` === number);
    if (chosen.length === 0) throw unknown(text, `names a message that case ${id} does not have`);
    for (const one of chosen) {
      const part: MessagePart = { kind: 'message', caseId: id, digest: messageDigest(one), key: `m${imported.set}-${one.number}` };
      // The same message may be twice in a case, and is then erased twice.
      parts.set(`${id} ${part.digest}`, part);
    }
  }
  return [...parts.values()];
}

function unknown(text: string, why: string): LongplayError {
  return new LongplayError('usage', 'E132', `'${text}' ${why}`, 'print the keys of messages with: longplay case timeline ARCHIVE CASE');
}
