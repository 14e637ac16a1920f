import { basename } from 'node:path';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import type { CaseMessages } from '../../archive/documents/case-json.ts';
import { nextSet } from '../../archive/documents/stored-case.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { finding } from '../../core/findings/finding.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { openBytes } from '../../sealing/stored/stored-bytes.ts';
import { zoneExists } from '../../tables/values/time.ts';
import type { GivenFile } from '../messages/message.ts';
import { type PreparedFile, type PrepareMessages, prepareMessages } from '../messages/prepare-messages.ts';
import type { MessageTimes } from '../messages/read-messages.ts';
import type { AddedFile } from '../store/case-change.ts';
import { logCaseAction } from '../store/log.ts';
import { openCaseArchive } from '../store/open-case.ts';
import { type CaseTools, changeCase } from '../store/store.ts';
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
}

/** A request to import files with messages into a case. */
export interface MessageImport<File> {
  readonly files: Iterable<File>;
  /** How the times in tables are to be read. */
  readonly times: MessageTimes;
}

/** Tools for an import of messages. */
export interface MessageTools extends CaseTools {
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
  { files, times }: MessageImport<GivenFile>,
  { prepareMessages: prepare, ...tools }: MessageTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ImportedMessages> {
  if (times.zone !== null && !zoneExists(times.zone))
    throw new LongplayError('usage', 'U106', `there is no time zone '${times.zone}'`, 'give a name such as Europe/Stockholm');
  const counts = { files: 0, messages: 0, attachments: 0, before: 0, refused: 0, leftOut: 0 };
  let id = wanted;
  for (const given of files) {
    signal.throwIfAborted();
    const { kind, messages, leftOut, attachments, files: prepared, findings } = await prepare(given, times, signal);
    for (const one of findings) yield findingEvent(one);
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
          made = { set, kind, name: given.name, importedAt: tools.now(), by: tools.user(), zone: times.zone, messages, files };
          return { ...before, messages: [...before.messages, made] };
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
    const refusal = await logCaseAction(
      archive,
      'case-messages',
      // The digest is not logged for a sealed case, because it would confirm a guess at a message; there, case.json has a commitment.
      { case: id, set: done.set, messages: done.messages, ...(archive.page === null ? { sha256: original.sha256 } : {}) },
      tools,
    );
    if (refusal !== null) yield findingEvent(finding('C114', 'log', refusal.reason));
  }
  return { id, ...counts };
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
