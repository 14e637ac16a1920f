import type { TimeValue } from '../../core/model/recording.ts';

/** A file with messages, from any source. */
export interface GivenFile {
  /** Name given by the owner of the file. Never used as the name of a written file. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Sender or recipient of a message. */
export interface MessageAddress {
  readonly name: string | null;
  /** Mail address, telephone number or chat name, as in the source. */
  readonly address: string | null;
}

/** A file attached to a message. */
export interface MessageAttachment {
  /** Path relative to the folder of the import, e.g. `attachment-1.pdf`. */
  readonly path: string;
  /** Name given by the sender. */
  readonly name: string | null;
  readonly mediaType: string;
  readonly sizeBytes: number;
}

/** A mail, chat message or SMS of a case. */
export interface CaseMessage {
  /** Number of the message within its file, from 1. */
  readonly number: number;
  readonly time: TimeValue | null;
  readonly from: MessageAddress | null;
  readonly to: readonly MessageAddress[];
  /** `mail`, `sms`, `chat`, or the file's own name for the channel. */
  readonly channel: string;
  readonly subject: string | null;
  /** Plain text; HTML is converted. */
  readonly text: string;
  readonly attachments: readonly MessageAttachment[];
}

/** `messages.json` of an import, version 1. */
export interface MessageList {
  readonly format: 'longplay-messages';
  readonly version: 1;
  readonly messages: readonly CaseMessage[];
}

/** Parses `Anna Berg <anna@example.com>`, a bare address, or a bare name. */
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

/** Formats a person for display. */
export function addressText({ name, address }: MessageAddress): string {
  return name === null ? (address ?? '') : address === null ? name : `${name} <${address}>`;
}
