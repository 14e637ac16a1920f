import { canonicalJson } from '../../core/base/canonical-json.ts';
import { limits } from '../../core/base/limits.ts';
import type { CaseMessage } from './message.ts';

/** Characters that are gathered before they become bytes, which lie outside of the heap. */
const gathered = 1024 * 1024;

/** `messages.json` while its messages come one by one: memory holds its bytes and no message. */
export interface MessageListWriter {
  /** False: the list is full (`limits.messagesPerFile`, `limits.messageListBytes`), and the message is not in it. */
  add(message: CaseMessage): boolean;
  readonly count: number;
  /** The bytes of the file, the same as those of `canonicalJson` of a `MessageList` with an indent of 2. */
  finish(): Uint8Array;
}

/** An empty list. */
export function createMessageList(): MessageListWriter {
  const pieces: Buffer[] = [];
  let text = '{\n  "format": "longplay-messages",\n  "messages": [';
  let bytes = 0;
  let count = 0;
  const flush = (): void => {
    const piece = Buffer.from(text, 'utf8');
    pieces.push(piece);
    bytes += piece.length;
    text = '';
  };
  return {
    add: (message) => {
      if (count >= limits.messagesPerFile) return false;
      // Line ends stand in no string of JSON: each is one of the indentation.
      const item = canonicalJson(message, 2).replaceAll('\n', '\n    ');
      if (bytes + text.length + 3 * item.length > limits.messageListBytes) return false;
      text += `${count === 0 ? '' : ','}\n    ${item}`;
      count++;
      if (text.length >= gathered) flush();
      return true;
    },
    get count() {
      return count;
    },
    finish: () => {
      text += `${count === 0 ? '' : '\n  '}],\n  "version": 1\n}\n`;
      flush();
      return Buffer.concat(pieces);
    },
  };
}
