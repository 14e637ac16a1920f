import type { Archive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { Sureness } from '../../core/identity/likeness.ts';
import type { Person } from '../../core/identity/person.ts';
import { UnsoundMessages } from '../../tables/unsound-messages.ts';
import { vconTexts } from '../messages/vcon-texts.ts';
import { originalOf } from '../store/erase-messages.ts';
import { type FoundCase, readCaseFile } from '../store/open-case.ts';
import { caseIds, findCase } from '../store/store.ts';
import { surenessOf } from './find-person.ts';
import { decodeByteText, type Hit, likeLines, textJudge } from './text-hits.ts';

/** What a case itself says of a person, apart from its messages and recordings. */
export interface CaseHits {
  readonly case: string;
  readonly sureness: Sureness;
  /** Places in case.json and in its comparisons, certain ones first, e.g. `subject[0]`, `searches[1].words`, `comparisons/1`. */
  readonly hits: readonly Hit[];
}

/** Largest number of hits that are kept per case. */
const mostHits = 20;

/** Members of case.json without words about a person: digests, ids, times, and lists of files under names that longplay gave. */
const wordless =
  /^(?:format|version|id|archive|sha\d+|sizeBytes|recordingId|files?|at|createdAt|importedAt|mark|request|erased|erasedMessages|erasedSets|item)$/;

/**
 * Searches what a case itself says: title, data subject, words of searches, reasons, decisions, reviews, names of files, comparisons with lists, and the parts
 * of vCons that refer to no message. A new member of case.json is searched, too. Returns null if nothing names the person.
 */
export function caseHits(found: FoundCase, person: Person): CaseHits | null {
  const { theirs, asTold } = textJudge(person, { site: null, span: null }, new Set());
  const hits: Hit[] = [];
  const judge = (text: string, field: string): void => {
    const like = text.length < 2 ? null : likeLines(theirs, text);
    if (like !== null) hits.push(asTold(like, field));
  };
  const look = (value: unknown, field: string, depth: number): void => {
    if (depth > limits.depth) return;
    if (typeof value === 'string') judge(value, field);
    else if (Array.isArray(value)) for (const [index, one] of value.entries()) look(one, `${field}[${index}]`, depth + 1);
    else if (typeof value === 'object' && value !== null)
      for (const [name, member] of Object.entries(value)) if (!wordless.test(name)) look(member, field === '' ? name : `${field}.${name}`, depth + 1);
  };
  const { document } = found;
  look(document, '', 0);
  for (const { set, file } of document.comparisons ?? [])
    judge(
      textOf(() => readCaseFile(found, file, limits.messageFileBytes)),
      `comparisons/${set}`,
    );
  for (const imported of document.messages)
    if (imported.kind === 'vcon') judge(vconTexts(textOf(() => originalOf(found, imported)))?.whole ?? '', `messages/${imported.set}`);
  const order = { certain: 0, uncertain: 1 } as const;
  hits.sort((a, b) => order[a.sureness] - order[b.sureness]);
  const sureness = surenessOf(hits);
  return sureness === null ? null : { case: document.id, sureness, hits: hits.slice(0, mostHits) };
}

/**
 * Searches all cases that can be read; `searchMessages` reports the others.
 * @param deleted cases that the log records as deleted: one that exists is not searched
 */
export function* searchCaseDocuments(archive: Archive, person: Person, deleted: ReadonlySet<string>, signal: AbortSignal): Generator<CaseHits> {
  for (const id of caseIds(archive)) {
    signal.throwIfAborted();
    if (deleted.has(id)) continue;
    const found = readable(archive, id);
    const hits = found === null ? null : caseHits(found, person);
    if (hits !== null) yield hits;
  }
}

function readable(archive: Archive, id: string): FoundCase | null {
  try {
    return findCase(archive, id);
  } catch (error) {
    if (error instanceof LongplayError) return null;
    throw error;
  }
}

/** Reads a file of a case as text; '' if it cannot be read, which the search of the messages, or a verification, reports. */
function textOf(read: () => Uint8Array): string {
  try {
    return decodeByteText(read());
  } catch (error) {
    if (error instanceof UnsoundMessages || error instanceof LongplayError || (error instanceof Error && 'code' in error)) return '';
    throw error;
  }
}
