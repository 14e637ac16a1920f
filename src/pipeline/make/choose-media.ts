import { LongplayError } from '../../core/base/error.ts';
import type { ContentVerdict, MediaJudge } from '../../core/base/media-judge.ts';
import type { Entry, Source } from '../../core/model/source.ts';
import { isUnreadable } from '../files/unreadable.ts';

/** An entry of a source, and why it is left out of a conversion; `null`: it is converted. */
export interface Choice {
  readonly entry: Entry;
  readonly leftOut: Exclude<ContentVerdict, { readonly is: 'medium' }> | null;
}

/**
 * Yields all entries of a source in order, with whether each is converted: entries that `isWanted` accepts by path and those with the extension of a
 * format without examining their content, all others by content. An entry that cannot be read or judged is converted, so that the attempt reports the
 * problem. Keeps nothing in memory.
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

/** Returns null if the content could not be judged. */
async function verdictOn(source: Source, entry: Entry, judge: MediaJudge, signal: AbortSignal): Promise<ContentVerdict | null> {
  try {
    return await judge.judgeContent(await source.open(entry, signal), entry.path, signal);
  } catch (error) {
    // A full disk or a missing program does not concern one file.
    if (signal.aborted || (error instanceof LongplayError && !isUnreadable(error))) throw error;
    return null;
  }
}
