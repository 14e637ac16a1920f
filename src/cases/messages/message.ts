import type { TimeValue } from '../../core/model/recording.ts';

/** Who wrote a message, or whom it was for. */
export interface MessageAddress {
  readonly name: string | null;
  /** Mail address, telephone number or name in a chat, as it stood. */
  readonly address: string | null;
}

/** A file that came with a message. */
export interface MessageAttachment {
  /** Relative to the folder of the import: `attachment-1.pdf`. */
  readonly path: string;
  /** What the sender called it. */
  readonly name: string | null;
  readonly mediaType: string;
  readonly sizeBytes: number;
}

/** One mail, chat message or SMS of a case. */
export interface CaseMessage {
  /** From 1 in its file. */
  readonly number: number;
  readonly time: TimeValue | null;
  readonly from: MessageAddress | null;
  readonly to: readonly MessageAddress[];
  /** `mail`, `sms`, `chat`, or as the file names it. */
  readonly channel: string;
  readonly subject: string | null;
  /** Plain text; HTML was turned into it. */
  readonly text: string;
  readonly attachments: readonly MessageAttachment[];
}

/** `messages.json` of an import, version 1. */
export interface MessageList {
  readonly format: 'longplay-messages';
  readonly version: 1;
  readonly messages: readonly CaseMessage[];
}

/** `Anna Berg <anna@example.com>`, a bare address, or a bare name. */
export function addressOf(text: string): MessageAddress | null {
  const plain = text.trim();
  if (plain === '') return null;
  const [, name = '', address = ''] = /^([^<>]{0,500})<([^<>]{1,500})>$/.exec(plain) ?? [];
  if (address !== '') return { name: unquoted(name), address: address.trim() };
  const isAddress = plain.includes('@') || /^\+?[\d\s().\-/]+$/.test(plain);
  return isAddress ? { name: null, address: plain } : { name: plain, address: null };
}

function unquoted(name: string): string | null {
  const plain = name
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .trim();
  return plain === '' ? null : plain;
}

/** How somebody is shown. */
export function addressText({ name, address }: MessageAddress): string {
  return name === null ? (address ?? '') : address === null ? name : `${name} <${address}>`;
}
