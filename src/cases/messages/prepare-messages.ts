import { createHash } from 'node:crypto';
import type { CaseMessages } from '../../archive/documents/case-json.ts';
import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { GivenFile } from './message.ts';
import { createMessageList } from './message-list.ts';
import { readMail } from './read-mail.ts';
import { type MessageTimes, readMessageTable, readMessageVcon } from './read-messages.ts';

/** A file from an import of messages, as the case will keep it. */
export interface PreparedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly sha512: string;
}

/** Content of a file with messages. It can be sent between threads. */
export interface PreparedMessages {
  readonly kind: CaseMessages['kind'];
  readonly messages: number;
  /** Number of messages that exceed the limit. Only the original contains them. */
  readonly leftOut: number;
  readonly attachments: number;
  /** The original first, then `messages.json`, then attachments; empty if the file contains no message. */
  readonly files: readonly PreparedFile[];
  readonly findings: readonly Finding[];
}

/** Parses a file with messages: in this thread, or in another one if this thread must stay responsive. */
export type PrepareMessages = (given: GivenFile, times: MessageTimes, signal: AbortSignal) => Promise<PreparedMessages>;

/** Task for a worker thread. */
export interface MessagesTask {
  readonly kind: 'messages';
  readonly given: GivenFile;
  readonly times: MessageTimes;
  /** Folder for temporary files. */
  readonly scratch: string;
}

/** Parses a file with messages and creates the files that a case keeps. Takes seconds for a large file. */
export async function prepareMessages({ given, times, scratch }: MessagesTask, signal: AbortSignal): Promise<PreparedMessages> {
  const { name, bytes } = given;
  const kind = kindOf(name, bytes);
  const list = createMessageList();
  let leftOut = 0;
  const take = (message: Parameters<typeof list.add>[0]): void => {
    if (!list.add(message)) leftOut++;
  };
  const { attachments, findings } =
    kind === 'eml'
      ? await readMail(given, take)
      : kind === 'csv'
        ? await readMessageTable(given, times, scratch, take, signal)
        : readMessageVcon(given, times.zone, take);
  const told = [...findings];
  if (leftOut > 0)
    told.push(
      finding(
        'C131',
        name,
        agree`${leftOut} of ${list.count + leftOut} message[s] [was|were] left out: a file may have ${limits.messagesPerFile}, with ${limits.messageListBytes} bytes together`,
      ),
    );
  const contents = list.count === 0 ? [] : [{ path: `original.${kind}`, bytes }, { path: 'messages.json', bytes: list.finish() }, ...attachments];
  const files = contents.map(({ path, bytes: content }) => preparedFile(path, content));
  return { kind, messages: list.count, leftOut, attachments: attachments.length, files, findings: told };
}

/** Recognises the kind of a file by its name, else by its beginning. */
function kindOf(name: string, bytes: Uint8Array): CaseMessages['kind'] {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (ending === 'eml' || ending === 'csv') return ending;
  if (ending === 'vcon' || ending === 'json') return 'vcon';
  const head = Buffer.from(bytes.subarray(0, 512)).toString('latin1').trimStart();
  return head.startsWith('{') ? 'vcon' : /^[\w-]+:\s/.test(head) ? 'eml' : 'csv';
}

/** Returns a file with its digests. */
export function preparedFile(path: string, bytes: Uint8Array): PreparedFile {
  return { path, bytes, sha256: createHash('sha256').update(bytes).digest('hex'), sha512: createHash('sha512').update(bytes).digest('hex') };
}
