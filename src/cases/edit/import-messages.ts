import { basename } from 'node:path';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import type { CaseMessages } from '../../archive/documents/case-json.ts';
import type { CaseReview } from '../../archive/documents/case-progress.ts';
import { nextSet } from '../../archive/documents/stored-case.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { finding } from '../../core/findings/finding.ts';
import { readErasures } from '../../log/erasure/erased-recordings.ts';
import { rememberedErasures } from '../../log/keys/erasure-ledger.ts';
import { erasuresMissing, knownErasureMarks } from '../../log/keys/erasure-marks.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { openBytes } from '../../sealing/stored/stored-bytes.ts';
import { UnsoundMessages } from '../../tables/unsound-messages.ts';
import { zoneExists } from '../../tables/values/time.ts';
import type { CaseMessage, GivenFile, MessageList } from '../messages/message.ts';
import { messageDigest } from '../messages/message-digest.ts';
import { type PreparedFile, type PreparedMessages, type PrepareMessages, preparedFile, prepareMessages } from '../messages/prepare-messages.ts';
import type { MessageTimes } from '../messages/read-messages.ts';
import { withoutMessages } from '../messages/without-messages.ts';
import type { AddedFile } from '../store/case-change.ts';
import { logMessages } from '../store/log.ts';
import { openCaseArchive } from '../store/open-case.ts';
import { messagesItem } from '../store/review-state.ts';
import { type CaseTools, changeCase, findCaseId } from '../store/store.ts';
import type { CaseWork } from './edit-case.ts';

/** Result of importing files with messages. */
export interface ImportedMessages {
  readonly id: string;
  readonly files: number;
  readonly messages: number;
  readonly attachments: number;
  /** Number of files that were already in the case, byte for byte. */
  readonly before: number;
  /** Number of files without a readable message. */
  readonly refused: number;
  /** Number of messages that were left out because their file exceeds the limit. */
  readonly leftOut: number;
  /** Number of messages that were left out because they were erased from the case. */
  readonly erased: number;
}

/** A request to import files with messages into a case. */
export interface MessageImport<File> {
  readonly files: Iterable<File>;
  /** How the times in tables are to be read. */
  readonly times: MessageTimes;
  /** Case from which the messages were copied; absent: a user gave the files. */
  readonly copied?: {
    readonly from: NonNullable<CaseMessages['copiedFrom']>;
    /** Review that withholds them there as privileged, and therefore here; null: none. */
    readonly privilege: CaseReview | null;
  };
}

/** Tools for an import of messages. */
export interface MessageTools extends CaseTools {
  /** Folder for temporary files. */
  readonly temporary: string;
  readonly prepareMessages: PrepareMessages;
}

/**
 * Imports mails (.eml), tables (.csv) and vCons (.vcon, .json) into a case. The case gets the file unchanged, its messages as JSON, and attachments as files.
 * The log of the archive gets the digest of the file, as proof that the file has not changed since.
 * @throws LongplayError usage U106, C107
 */
export async function* importMessages(
  archiveDir: string,
  wanted: string,
  { files, times }: MessageImport<string>,
  tools: CaseWork,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ImportedMessages> {
  const archive = await openCaseArchive(archiveDir);
  const given = function* (): Generator<GivenFile> {
    for (const file of files) yield { name: basename(file), bytes: readBytes(file) };
  };
  const prepare: PrepareMessages = (one, at, stop) => prepareMessages({ kind: 'messages', given: one, times: at, scratch: tools.temporary }, stop);
  return yield* takeMessages(archive, wanted, { files: given(), times }, { ...tools, prepareMessages: prepare }, signal);
}

/** Imports messages from files in memory, like `importMessages`. @throws LongplayError usage U106, C103 */
export async function* takeMessages(
  archive: Archive,
  wanted: string,
  { files, times, copied }: MessageImport<GivenFile>,
  { prepareMessages: prepare, ...tools }: MessageTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ImportedMessages> {
  if (times.zone !== null && !zoneExists(times.zone))
    throw new LongplayError('usage', 'U106', `there is no time zone '${times.zone}'`, 'give a name such as Europe/Stockholm');
  const counts = { files: 0, messages: 0, attachments: 0, before: 0, refused: 0, leftOut: 0, erased: 0 };
  let id = findCaseId(archive, wanted);
  const isErased = await erasedFrom(archive, id, tools.keys, signal);
  for (const given of files) {
    signal.throwIfAborted();
    const all = await prepare(given, times, signal);
    const { prepared: kept, erased } = await withoutErased(all, { isErased, zone: times.zone, scratch: tools.temporary }, signal);
    const { kind, messages, leftOut, attachments, files: prepared, findings } = kept;
    for (const one of findings) yield findingEvent(one);
    if (erased > 0) {
      counts.erased += erased;
      yield findingEvent(finding('E134', given.name, agree`${erased} message[s] [was|were] left out: [it was|they were] erased from the case`));
      if (messages === 0) continue;
    }
    counts.leftOut += leftOut;
    const [original] = prepared;
    if (original === undefined) {
      counts.refused++;
      continue;
    }
    let made: CaseMessages | null = null;
    const document = await changeCase(
      archive,
      wanted,
      {
        action: 'messages-added',
        change: async (before, additions) => {
          if (before.messages.some(({ files: [first] }) => first?.sha256 === original.sha256)) return before;
          if (before.messages.length >= limits.caseMessageFiles)
            throw new LongplayError(
              'usage',
              'C103',
              agree`the case already holds ${before.messages.length} file[s] of messages`,
              'make another case',
            );
          const set = nextSet('messages', before);
          const files = await additions.addSet('messages', set, prepared.map(addedFile));
          const from = copied === undefined ? {} : { copiedFrom: copied.from };
          made = { set, kind, name: given.name, importedAt: tools.now(), by: tools.user(), zone: times.zone, messages, ...from, files };
          const privilege = copied?.privilege ?? null;
          const reviews = privilege === null ? {} : { reviews: [...(before.reviews ?? []), { ...privilege, item: messagesItem(set) }] };
          return { ...before, messages: [...before.messages, made], ...reviews };
        },
      },
      tools,
      signal,
    );
    id = document.id;
    // The closure above has set it.
    const done = made as CaseMessages | null;
    if (done === null) {
      counts.before++;
      continue;
    }
    counts.files++;
    counts.messages += done.messages;
    counts.attachments += attachments;
    yield {
      type: 'result',
      of: 'messages',
      value: { case: id, set: done.set, kind, messages: done.messages, attachments, sha256: original.sha256 },
    };
    const refusal = await logMessages(archive, id, done, tools);
    if (refusal !== null) yield findingEvent(finding('C114', 'log', refusal.reason));
  }
  return { id, ...counts };
}

/** Tells whether a message was erased from a case. */
type IsErased = (message: CaseMessage) => boolean;

/** Returns a test for messages that were erased from a case. @throws LongplayError incomplete E106: this machine lacks the secret of the erasure ledger */
async function erasedFrom(archive: Archive, id: string, keys: string, signal: AbortSignal): Promise<IsErased | null> {
  const { messages, ledgerKeys } = await readErasures(archive, keys, signal);
  const remembered = await rememberedErasures(keys, archive.id, 'message');
  if (messages.size + remembered.size === 0) return null;
  const marks = await knownErasureMarks(keys, archive.id, { ledgerKeys });
  if (marks === null) throw erasuresMissing(keys, archive.id);
  return (message) => {
    const mark = marks.ofMessage(id, messageDigest(message));
    return messages.has(mark) || remembered.has(mark);
  };
}

/** Removes erased messages from a file that is added to a case. @returns the file without them, and their number */
async function withoutErased(
  prepared: PreparedMessages,
  { isErased, zone, scratch }: { readonly isErased: IsErased | null; readonly zone: string | null; readonly scratch: string },
  signal: AbortSignal,
): Promise<{ readonly prepared: PreparedMessages; readonly erased: number }> {
  const [original, list] = prepared.files;
  if (isErased === null || original === undefined || list === undefined) return { prepared, erased: 0 };
  // This program wrote the list.
  const { messages } = JSON.parse(Buffer.from(list.bytes).toString('utf8')) as MessageList;
  if (!messages.some(isErased)) return { prepared, erased: 0 };
  const file = { kind: prepared.kind, zone, original: original.bytes, messages };
  let without: Awaited<ReturnType<typeof withoutMessages>>;
  try {
    without = await withoutMessages(file, { isChosen: isErased, isNamed: () => false }, scratch, signal);
  } catch (error) {
    if (!(error instanceof UnsoundMessages)) throw error;
    throw new LongplayError(
      'incomplete',
      'E131',
      `the file has erased messages, which cannot be removed from it: ${error.message}`,
      'remove them from the file, then add it again',
    );
  }
  const { gone, left } = without;
  if (left === 'same') return { prepared, erased: 0 };
  const files = left === null ? [] : [preparedFile(original.path, left.original), preparedFile(list.path, left.list)];
  return { prepared: { ...prepared, messages: left?.messages ?? 0, attachments: 0, files }, erased: gone.length };
}

function readBytes(file: string): Uint8Array {
  try {
    return readTagFile(file, limits.messageFileBytes);
  } catch (error) {
    throw new LongplayError(
      'usage',
      'C107',
      `${file} cannot be read: ${systemCode(error) ?? errorText(error)}`,
      `name a file of up to ${limits.messageFileBytes / 1024 / 1024} MB`,
      error,
    );
  }
}

function addedFile({ path: name, bytes, sha256, sha512 }: PreparedFile): AddedFile {
  return { name, open: () => openBytes(bytes), sizeBytes: bytes.length, sha256, sha512 };
}
