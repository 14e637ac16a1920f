import { canonicalJson } from '../../core/base/canonical-json.ts';
import { limits } from '../../core/base/limits.ts';
import type { CaseMessage } from './message.ts';

/** Number of characters that are collected before they are converted to bytes, which are stored outside the heap. */
const gathered = 1024 * 1024;

/** Writes `messages.json` message by message. Memory holds the bytes of the file, but no messages. */
export interface MessageListWriter {
  /** Adds a message. Returns false, and leaves the message out, if the list is full (`limits.messagesPerFile`, `limits.messageListBytes`). */
  add(message: CaseMessage): boolean;
  readonly count: number;
  /** Returns the bytes of the file, which equal `canonicalJson` of a `MessageList` with an indent of 2. */
  finish(): Uint8Array;
}

/** Creates an empty list. */
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
      // JSON strings contain no line ends, so each line end precedes an indent.
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
