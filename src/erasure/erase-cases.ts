import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { caseIdPattern, casesFolder } from '../archive/documents/case-json.ts';
import { mentions, mentionsOne } from '../archive/files/mentions.ts';
import type { Archive } from '../archive/layout.ts';
import { caseMentions } from '../cases/store/case-mentions.ts';
import { eraseFromCase, messagesNaming } from '../cases/store/erase-from-case.ts';
import type { CaseLogTools } from '../cases/store/log.ts';
import { readCase } from '../cases/store/open-case.ts';
import { agree } from '../core/base/agree.ts';
import { LongplayError } from '../core/base/error.ts';
import { finding } from '../core/findings/finding.ts';
import type { LogEntry } from '../log/entries/log-entry.ts';
import { createDetailsReader } from '../log/who/entry-details.ts';
import { findingEvent, type PipelineEvent } from '../pipeline/events/events.ts';
import type { EntryTools } from '../pipeline/open/enter-one.ts';
import type { BagEraser } from './erase-bag.ts';

/** Returns true for a recording that was erased or is to be erased. */
type IsMeant = (recordingId: string) => boolean;

/**
 * Returns words that say why recordings cannot be erased from the cases; null if they can. No part of a damaged case, or of messages that name a recording,
 * can be erased alone.
 */
export function obstacleInCases(archive: Pick<Archive, 'dir'>, isMeant: IsMeant): string | null {
  for (const name of namesOf(join(archive.dir, casesFolder))) {
    const folder = join(archive.dir, casesFolder, name);
    if (!caseMentions(folder, isMeant)) continue;
    // A case that is being created, or the remains of one whose creation was stopped.
    if (!caseIdPattern.test(name)) return `${casesFolder}/${name}, a case that is being created, names recordings that are to be erased`;
    try {
      const [messages] = messagesNaming(readCase(folder), isMeant);
      if (messages !== undefined) return `${casesFolder}/${name}/${messages} names recordings that are to be erased`;
    } catch (error) {
      if (!(error instanceof LongplayError) || !['C101', 'C102'].includes(error.code)) throw error;
      if (mentionsOne(folder, isMeant)) return `${casesFolder}/${name} names recordings that are to be erased, and is damaged`;
    }
  }
  return null;
}

/** Erases the data of erased recordings from all cases. */
export async function* eraseFromCases(
  isGone: IsMeant,
  { archive, marks, requestOf, enter }: BagEraser,
  tools: EntryTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent> {
  const at = tools.now();
  const erasureOf = (id: string) => ({ mark: marks.of(id), at, request: requestOf(id) ?? '' });
  const logTools: CaseLogTools = {
    ...tools,
    enter: async (type, detail, details) => {
      await enter([{ type, detail, ...(details === undefined ? {} : { details }) }]);
      return null;
    },
  };
  for (const id of namesOf(join(archive.dir, casesFolder))) {
    signal.throwIfAborted();
    if (!caseIdPattern.test(id) || !caseMentions(join(archive.dir, casesFolder, id), isGone)) continue;
    const recordings = await eraseFromCase(archive, id, { isGone, erasureOf }, logTools, signal);
    yield { type: 'result', of: 'case-erased', value: { case: id, recordings } };
  }
}

/**
 * Reports exports and hand-overs with erased recordings, because this program cannot reach those copies. Reads the details of their log entries, which are
 * erased afterwards.
 */
export async function* exportsNaming(dir: string, entries: () => AsyncIterable<LogEntry>, isGone: IsMeant): AsyncGenerator<PipelineEvent> {
  const beside = createDetailsReader(dir);
  for await (const entry of entries()) {
    if (entry.type !== 'exported' && entry.type !== 'export-begun') continue;
    const list = (await beside.of(entry))?.recordings;
    const named = Array.isArray(list) ? list.filter((id: unknown) => typeof id === 'string' && mentions(id, isGone)).length : 0;
    if (named === 0) continue;
    const { case: id, handOver } = entry.detail;
    const what = typeof id !== 'string' ? 'an export' : `${typeof handOver === 'number' ? `hand-over ${handOver}` : 'a hand-over'} of case ${id}`;
    const message = agree`${what} of ${entry.time.slice(0, 10)} has ${named} erased recording[s]: ask whoever has it to destroy [it|them]`;
    yield findingEvent(finding('E129', `log entry ${entry.seq}`, message));
  }
}

function namesOf(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}
