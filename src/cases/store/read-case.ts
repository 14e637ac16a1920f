import type { CaseDocument, CaseMessages } from '../../archive/documents/case-json.ts';
import { errorText, LongplayError, refusalOf, systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import type { LandedRecordings } from '../../log/entries/landed-recordings.ts';
import { leftOutBagWith } from '../../pipeline/open/left-out-bags.ts';
import { tryRecording, unreadFinding } from '../../pipeline/open/query.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import type { CaseMessage, MessageList } from '../messages/message.ts';
import { type FoundCase, readCaseFile } from './open-case.ts';
import type { SearchedArchive } from './searched-archive.ts';

/** A recording of a case that is in the archive. */
export interface CaseRecordingHere {
  readonly found: Found;
  /** Absolute path. */
  readonly folder: string;
  readonly document: RecordingDocument;
}

/**
 * Yields the recordings of a case in the order of their ids. Yields a finding in place of a recording that cannot be read.
 * @param landed for exports: an altered recording is a finding, too
 */
export function* caseRecordings(
  searched: SearchedArchive,
  document: CaseDocument,
  signal: AbortSignal,
  landed: LandedRecordings | null = null,
): Generator<CaseRecordingHere | Finding> {
  for (const { recordingId } of document.recordings) {
    signal.throwIfAborted();
    yield caseRecording(searched, recordingId, landed);
  }
}

/** Reads one recording of a case. Returns a finding if it cannot be read. @param landed for exports: an altered recording is a finding, too */
export function caseRecording(
  { archive, catalog }: SearchedArchive,
  recordingId: string,
  landed: LandedRecordings | null = null,
): CaseRecordingHere | Finding {
  const [found] = [...catalog.search({ recordingId, limit: 1 })];
  if (found === undefined) {
    const indexed = catalog.bags?.();
    const bag = indexed === undefined ? null : leftOutBagWith(archive, indexed, recordingId);
    return bag === null
      ? finding('C120', recordingId, 'is in the case, but not in the archive')
      : finding('C199', recordingId, `is in the case; bags/${bag} has it, is in an earlier state (E109, K217), and was left out`);
  }
  const here = tryRecording(archive.dir, found, landed);
  if ('refused' in here) return unreadFinding(found, here, 'the case continues without it');
  return { found, folder: here.folder, document: here.document };
}

/** Reads the messages of one import of a case. Returns a finding if their file is damaged. */
export function caseMessages(found: FoundCase, imported: CaseMessages): MessageList | Finding {
  const stored = imported.files.find(({ path }) => path.endsWith('/messages.json'));
  const place = `cases/${found.document.id}/messages/${imported.set}/messages.json`;
  if (stored === undefined) return finding('C121', place, 'is not named in case.json');
  let bytes: Buffer;
  try {
    bytes = readCaseFile(found, stored, limits.messageListBytes);
  } catch (error) {
    if (error instanceof LongplayError && closedCodes.includes(error.code))
      return error.code === 'K202' ? finding('C121', place, 'does not open') : finding(error.code, place, 'the case continues without it');
    if (systemCode(error) === null && !(error instanceof Error && 'code' in error)) throw error;
    const refused = refusalOf(error);
    return refused === null
      ? finding('C121', place, `cannot be read: ${systemCode(error) ?? errorText(error)}`)
      : finding('P175', place, `it cannot be read (${refused}); the case continues without it`);
  }
  const sha256 = sha256Hex(bytes);
  if (sha256 !== stored.sha256) return finding('C121', place, `has SHA-256 ${sha256.slice(0, 16)}… instead of ${stored.sha256.slice(0, 16)}…`);
  // Its digest shows that longplay wrote this file.
  return JSON.parse(bytes.toString('utf8')) as MessageList;
}

/** Codes for a sealed file that cannot be decrypted, that has no secret in the keyring, or that was erased. */
const closedCodes: readonly string[] = ['K202', 'K203', 'K204'];

/** Messages of a case, and findings on its unreadable files. */
export interface ListedMessages {
  readonly lists: readonly { readonly imported: CaseMessages; readonly messages: readonly CaseMessage[] }[];
  readonly unread: readonly { readonly set: number; readonly why: Finding }[];
}

/** Reads all messages of a case by file, and lists the unreadable files. */
export function allMessages(found: FoundCase): ListedMessages {
  const lists: ListedMessages['lists'][number][] = [];
  const unread: ListedMessages['unread'][number][] = [];
  for (const imported of found.document.messages) {
    const list = caseMessages(found, imported);
    if ('kind' in list) unread.push({ set: imported.set, why: list });
    else lists.push({ imported, messages: list.messages });
  }
  return { lists, unread };
}
