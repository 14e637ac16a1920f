import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { caseIdPattern, casesFolder } from '../../archive/documents/case-json.ts';
import { mentions, mentionsOne } from '../../archive/files/mentions.ts';
import type { Archive } from '../../archive/layout.ts';
import { caseMentions } from '../../cases/store/case-mentions.ts';
import { eraseFromCase } from '../../cases/store/erase-from-case.ts';
import { changedMessages, type ErasedMessages } from '../../cases/store/erase-messages.ts';
import type { CaseLogTools } from '../../cases/store/log.ts';
import { readCase } from '../../cases/store/open-case.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { finding } from '../../core/findings/finding.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { returnedNext, returnedWords } from '../../log/read/case-digests.ts';
import { createDetailsReader } from '../../log/who/entry-details.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import type { EntryTools } from '../../pipeline/open/enter-one.ts';
import { UnsoundMessages } from '../../tables/unsound-messages.ts';
import type { BagEraser } from './bag.ts';
import { lossOfCase } from './lost-cases.ts';

/** Returns true for a recording that was erased or is to be erased. */
type IsMeant = (recordingId: string) => boolean;

/**
 * Returns words that say why recordings cannot be erased from the cases; null if they can. No part of a damaged case, or of a damaged file of messages, can be
 * erased alone.
 */
export async function obstacleInCases(archive: Pick<Archive, 'dir' | 'page'>, messages: ErasedMessages, signal: AbortSignal): Promise<string | null> {
  const isMeant = messages.isGone;
  for (const name of namesOf(join(archive.dir, casesFolder))) {
    const folder = join(archive.dir, casesFolder, name);
    if (!mentionsReadably(archive, folder, messages)) continue;
    if (messages.deletedCases.has(name))
      return `${casesFolder}/${name} names recordings that are to be erased, and ${returnedWords}; ${returnedNext(name)}`;
    // A case that is being created, or the remains of one whose creation was stopped.
    if (!caseIdPattern.test(name)) return `${casesFolder}/${name}, a case that is being created, names recordings that are to be erased`;
    try {
      await changedMessages(readCase(archive, folder), messages, signal);
    } catch (error) {
      if (isClosed(error) || lossOfCase(folder, error, messages.lostPages) !== null) continue;
      if (error instanceof UnsoundMessages) return `messages that name recordings that are to be erased cannot be removed: ${error.message}`;
      if (!(error instanceof LongplayError) || !['C101', 'C102', 'C125'].includes(error.code)) throw error;
      if (error.code === 'C125') return `${casesFolder}/${name} names recordings that are to be erased, and ${error.message}`;
      if (mentionsOne(folder, isMeant)) return `${casesFolder}/${name} names recordings that are to be erased, and is damaged`;
    }
  }
  return null;
}

/** Returns true if the keyring has no secrets of something: its copies were rolled back, or another copy has them. */
export function isClosed(error: unknown): boolean {
  return error instanceof LongplayError && error.code === 'K203';
}

/** Returns true if a case names such a recording; false if its secrets are not in the keyring, which the execution reports. */
function mentionsReadably(archive: Pick<Archive, 'page'>, folder: string, { isGone, lostPages }: ErasedMessages): boolean {
  try {
    return caseMentions(archive, folder, isGone);
  } catch (error) {
    if (!isClosed(error) && lossOfCase(folder, error, lostPages) === null) throw error;
    return false;
  }
}

/** Returns tools by which a change of a case is entered with the entries of an erasure. */
export function caseLogTools({ enter }: Pick<BagEraser, 'enter'>, tools: EntryTools): CaseLogTools {
  return {
    ...tools,
    enter: async (type, detail, details) => {
      await enter([{ type, detail, ...(details === undefined ? {} : { details }) }]);
      return null;
    },
  };
}

/**
 * Erases the data of erased recordings from all cases, with the messages that name them.
 * @param messages how they are erased; `isGone` says which recordings are
 * @returns the number of cases for whose current state the keyring has no secrets: they are reported (K203), and stay as they are
 */
export async function* eraseFromCases(
  messages: ErasedMessages,
  eraser: BagEraser,
  tools: EntryTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, number> {
  const { archive, marks, requestOf } = eraser;
  const { isGone } = messages;
  const at = tools.now();
  let closed = 0;
  const erased = { isGone, erasureOf: (id: string) => ({ mark: marks.of(id), at, request: requestOf(id) ?? '' }), messages };
  for (const id of namesOf(join(archive.dir, casesFolder))) {
    signal.throwIfAborted();
    try {
      // The obstacles have shown that none of these names an erased recording.
      if (messages.deletedCases.has(id) || !caseIdPattern.test(id) || !caseMentions(archive, join(archive.dir, casesFolder, id), isGone)) continue;
      const counts = await eraseFromCase(archive, { id, action: 'recordings-erased' }, erased, caseLogTools(eraser, tools), signal);
      yield { type: 'result', of: 'case-erased', value: { case: id, ...counts } };
    } catch (error) {
      const loss = lossOfCase(join(archive.dir, casesFolder, id), error, messages.lostPages);
      // Two persons acknowledged that nobody can open this case.
      if (loss === 'whole') continue;
      if (loss === null && !isClosed(error)) throw error;
      closed++;
      const next = `everything else is erased. If no copy of the keyring has these secrets, nobody can open the case any more; delete it with: longplay case delete ARCHIVE ${id} --reason TEXT`;
      yield findingEvent(finding('K203', `${casesFolder}/${id}`, `the keyring has no secrets of its current state: ${next}`));
    }
  }
  return closed;
}

/**
 * Reports exports and hand-overs with erased recordings, or with recordings that lose some of their files in this run, because this program cannot reach those
 * copies. Reads the details of their log entries; those that name erased recordings are erased afterwards.
 * @param hasGone true for recordings of which files are erased in this run
 */
export async function* exportsNaming(
  dir: string,
  entries: () => AsyncIterable<LogEntry>,
  isGone: IsMeant,
  hasGone: IsMeant,
): AsyncGenerator<PipelineEvent> {
  const beside = createDetailsReader(dir);
  for await (const entry of entries()) {
    if (entry.type !== 'exported' && entry.type !== 'export-begun') continue;
    const list = (await beside.of(entry))?.recordings;
    const ids = Array.isArray(list) ? list.filter((id: unknown) => typeof id === 'string') : [];
    const named = ids.filter((id) => mentions(id, isGone)).length;
    const parted = ids.filter((id) => !mentions(id, isGone) && mentions(id, hasGone)).length;
    if (named + parted === 0) continue;
    const { case: id, handOver } = entry.detail;
    const what = typeof id !== 'string' ? 'an export' : `${typeof handOver === 'number' ? `hand-over ${handOver}` : 'a hand-over'} of case ${id}`;
    const of = `${what} of ${entry.time.slice(0, 10)}`;
    const place = `log entry ${entry.seq}`;
    if (named > 0) yield findingEvent(finding('E129', place, agree`${of} has ${named} erased recording[s]: ask whoever has it to destroy [it|them]`));
    if (parted > 0)
      yield findingEvent(
        finding(
          'E129',
          place,
          agree`files of ${parted} recording[s] in ${of} were erased alone: ask whoever has it to destroy its copies of these files`,
        ),
      );
  }
}

function namesOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
