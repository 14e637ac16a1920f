import { LongplayError } from '../../core/base/error.ts';
import type { ContentVerdict, MediaJudge } from '../../core/base/media-judge.ts';
import type { Entry, Source } from '../../core/model/source.ts';
import { isUnreadable } from '../files/unreadable.ts';

/** An entry of a source, and why a conversion leaves it out; null: it is converted. */
export interface Choice {
  readonly entry: Entry;
  readonly leftOut: Exclude<ContentVerdict, { readonly is: 'medium' }> | null;
}

/**
 * Yields all entries of a source in order, with the decision whether each is converted. Entries that `isWanted` accepts by path, and those with the
 * extension of a format, are converted without examining their content; all others are judged by content. An entry that cannot be read or judged is
 * converted, so that the attempt reports the problem. Keeps nothing in memory.
 */
export async function* chooseMedia(
  source: Source,
  judge: MediaJudge,
  isWanted: (path: string) => boolean,
  signal: AbortSignal,
): AsyncGenerator<Choice> {
  for await (const entry of source.entries(signal)) {
    if (isWanted(entry.path) || judge.kindOfName(entry.path) !== null) {
      yield { entry, leftOut: null };
      continue;
    }
    const verdict = await verdictOn(source, entry, judge, signal);
    yield { entry, leftOut: verdict === null || verdict.is === 'medium' ? null : verdict };
  }
}

/** Judges the content of an entry; null if that is impossible. */
async function verdictOn(source: Source, entry: Entry, judge: MediaJudge, signal: AbortSignal): Promise<ContentVerdict | null> {
  try {
    return await judge.judgeContent(await source.open(entry, signal), entry.path, signal);
  } catch (error) {
    // A full disk or a missing program does not concern one file alone.
    if (signal.aborted || (error instanceof LongplayError && !isUnreadable(error))) throw error;
    return null;
  }
}
