import type { CaseDocument, CaseErasure, CaseReason, CaseRecording } from '../../archive/documents/case-json.ts';
import { mentionsIn } from '../../archive/files/mentions.ts';
import type { Archive } from '../../archive/layout.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { piecesOf } from '../../sealing/stored/stored-bytes.ts';
import type { CaseLogTools } from './log.ts';
import { type FoundCase, openCaseFile, readCase } from './open-case.ts';
import { changeCase } from './store.ts';

/** Recordings that were erased from an archive. */
export interface ErasedFromCase {
  readonly isGone: (recordingId: string) => boolean;
  /** Returns what the case keeps of a recording. */
  readonly erasureOf: (recordingId: string) => CaseErasure;
}

/** Returns the folders of message files that have the id of one of the recordings. Such files cannot be erased in parts. */
export function messagesNaming(found: FoundCase, isGone: (recordingId: string) => boolean): readonly string[] {
  return found.document.messages.flatMap(({ set, files }) => (files.some((file) => fileMentions(found, file, isGone)) ? [`messages/${set}`] : []));
}

function fileMentions(found: FoundCase, file: Parameters<typeof openCaseFile>[1], isGone: (recordingId: string) => boolean): boolean {
  return mentionsIn(
    piecesOf(() => openCaseFile(found, file)),
    isGone,
  );
}

/**
 * Erases from a case what it has of erased recordings: reasons, decisions, reviews, and comparisons that name them. The case keeps keyed digests of their ids.
 * @returns the number of recordings that it newly counts as erased @throws as `changeCase`
 */
export async function eraseFromCase(archive: Archive, id: string, erased: ErasedFromCase, tools: CaseLogTools, signal: AbortSignal): Promise<number> {
  let count = 0;
  const change = async (document: CaseDocument, folder: string): Promise<CaseDocument> => {
    const found = readCase(folder);
    const named = (document.comparisons ?? []).filter(({ file }) => fileMentions(found, file, erased.isGone));
    const { changed, fresh } = withoutErased(document, new Set(named.map(({ set }) => set)), erased);
    count = fresh;
    return changed;
  };
  await changeCase(archive, id, { action: 'recordings-erased', change: (document, _additions, folder) => change(document, folder) }, tools, signal);
  return count;
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

function queryWords({ kind, detail }: CaseReason): string[] {
  return kind === 'query' ? [detail] : [];
}

function withoutWords({ recordingId, reasons }: CaseRecording, queries: ReadonlySet<string>): CaseRecording {
  return { recordingId, reasons: reasons.map((one) => (one.kind === 'query' && queries.has(one.detail) ? { ...one, detail: erasedWords } : one)) };
}
