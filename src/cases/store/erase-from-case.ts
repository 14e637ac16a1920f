import type { CaseDocument, CaseErasure, CaseMessages, CaseReason, CaseRecording } from '../../archive/documents/case-json.ts';
import { mentionsIn } from '../../archive/files/mentions.ts';
import type { Archive } from '../../archive/layout.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { piecesOf } from '../../sealing/stored/stored-bytes.ts';
import type { CaseAdditions } from './case-change.ts';
import { changedMessages, type ErasedMessages, withoutErasedMessages } from './erase-messages.ts';
import { type CaseAction, type CaseLogTools, logMessages } from './log.ts';
import { type FoundCase, openCaseFile, readCase } from './open-case.ts';
import { changeCase } from './store.ts';

/** What is erased from a case: recordings that were erased from the archive, and messages. */
export interface ErasedFromCase {
  readonly isGone: (recordingId: string) => boolean;
  /** Returns what the case keeps of a recording. */
  readonly erasureOf: (recordingId: string) => CaseErasure;
  readonly messages: ErasedMessages;
}

/** Number of recordings and messages that a case newly counts as erased. */
export interface ErasedCounts {
  readonly recordings: number;
  readonly messages: number;
}

function fileMentions(found: FoundCase, file: Parameters<typeof openCaseFile>[1], isGone: (recordingId: string) => boolean): boolean {
  return mentionsIn(
    piecesOf(() => openCaseFile(found, file)),
    isGone,
  );
}

/**
 * Erases from a case what it has of erased recordings: reasons, decisions, reviews, and the comparisons and messages that name them; and messages that are
 * erased by themselves. The case keeps keyed digests of them.
 * @param action the change as the log names it
 * @throws UnsoundMessages if messages cannot be removed from their file; as `changeCase`
 */
export async function eraseFromCase(
  archive: Archive,
  { id, action }: { readonly id: string; readonly action: CaseAction & `${string}-erased` },
  erased: ErasedFromCase,
  tools: CaseLogTools,
  signal: AbortSignal,
): Promise<ErasedCounts> {
  let counts: ErasedCounts = { recordings: 0, messages: 0 };
  const enterFile = async (file: CaseMessages): Promise<void> => {
    await logMessages(archive, id, file, tools);
  };
  const change = async (document: CaseDocument, additions: CaseAdditions, folder: string): Promise<CaseDocument> => {
    const found = readCase(archive, folder);
    const messages = await changedMessages(found, erased.messages, signal);
    const gone = messages.flatMap((one) => one.gone);
    if (gone.length > 0) await erased.messages.enter(id, gone);
    const named = (document.comparisons ?? []).filter(({ file }) => fileMentions(found, file, erased.isGone));
    const { changed, fresh } = withoutErased(document, new Set(named.map(({ set }) => set)), erased);
    counts = { recordings: fresh, messages: gone.length };
    return await withoutErasedMessages(changed, messages, additions, enterFile);
  };
  await changeCase(archive, id, { action, change }, tools, signal);
  return counts;
}

/** Returns the document without what it has of erased recordings; the same document if it has nothing. @param comparisons numbers of those that name them */
function withoutErased(
  document: CaseDocument,
  comparisons: ReadonlySet<number>,
  { isGone, erasureOf }: ErasedFromCase,
): { readonly changed: CaseDocument; readonly fresh: number } {
  const { recordings, removed, decisions = [], reviews = [], erased = [], erasedSets = [] } = document;
  const ids = new Set([...recordings, ...removed, ...decisions].map(({ recordingId }) => recordingId));
  for (const { item } of reviews) ids.add(item);
  const gone = [...ids].filter(isGone).sort(byCodePoint);
  if (gone.length + comparisons.size === 0) return { changed: document, fresh: 0 };
  const known = new Set(erased.map(({ mark }) => mark));
  const fresh = gone.map(erasureOf).filter(({ mark }) => !known.has(mark));
  // Words of a search that found an erased recording may name its people.
  const queries = new Set(recordings.flatMap((one) => (isGone(one.recordingId) ? one.reasons.flatMap(queryWords) : [])));
  const isKept = ({ recordingId }: { readonly recordingId: string }): boolean => !isGone(recordingId);
  const changed: CaseDocument = {
    ...document,
    recordings: recordings.filter(isKept).map((one) => withoutWords(one, queries)),
    removed: removed.filter(isKept),
    ...(document.searches === undefined
      ? {}
      : { searches: document.searches.map((one) => (queries.has(one.words) ? { ...one, words: erasedWords } : one)) }),
    ...(document.decisions === undefined ? {} : { decisions: decisions.filter(isKept) }),
    ...(document.reviews === undefined ? {} : { reviews: reviews.filter(({ item }) => !isGone(item)) }),
    ...(document.comparisons === undefined ? {} : { comparisons: document.comparisons.filter(({ set }) => !comparisons.has(set)) }),
    erased: [...erased, ...fresh],
    ...(comparisons.size === 0 && document.erasedSets === undefined
      ? {}
      : { erasedSets: [...erasedSets, ...[...comparisons].map((set) => `comparisons/${set}`)] }),
  };
  return { changed, fresh: fresh.length };
}

/** Stands for the words of a search that were erased. */
const erasedWords = 'erased';

/** Returns the words of the search by which a recording came into the case, without the certainty that the reason adds to them. */
function queryWords({ kind, detail }: CaseReason): string[] {
  if (kind === 'query') return [detail.replace(/; perhaps: its time is not certain$/, '')];
  return kind === 'party' ? [detail.replace(/ \((?:un)?certain(?:; perhaps: its time is not certain)?\)$/, '')] : [];
}

function withoutWords({ recordingId, reasons }: CaseRecording, queries: ReadonlySet<string>): CaseRecording {
  return {
    recordingId,
    reasons: reasons.map((one) => (queryWords(one).some((words) => queries.has(words)) ? { ...one, detail: erasedWords } : one)),
  };
}
