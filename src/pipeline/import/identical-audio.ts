import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { agree } from '../../core/base/agree.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { IdenticalAudio } from '../../store/catalog/identical-files.ts';

/** Number of groups after which the event loop runs, so that an interrupt is handled: each group takes two catalog queries. */
const groupsOfTurn = 500;

/** Largest number of characters of a key that are shown: recorders' keys may be whole paths. */
const keyChars = 80;

/**
 * Yields findings about audio that several calls share: one per audio file, with the first of its calls. A last finding counts the files beyond the
 * limit.
 */
export async function* identicalAudioFindings(groups: Iterable<IdenticalAudio>, signal: AbortSignal): AsyncGenerator<Finding> {
  let told = 0;
  let beyond = 0;
  let last = '';
  let seen = 0;
  for (const { calls, files, sizeBytes, shown } of groups) {
    last = shown[0]?.path ?? last;
    if (++seen % groupsOfTurn === 0) {
      await turnOfTheLoop();
      signal.throwIfAborted();
    }
    if (told >= limits.identicalAudio) {
      beyond++;
      continue;
    }
    told++;
    const names = shown.map(({ key, recordingId }) => `${key.length > keyChars ? `${key.slice(0, keyChars)}…` : key} (${recordingId})`);
    const more = calls > shown.length ? `, and ${calls - shown.length} more` : '';
    const what = agree`the same ${sizeBytes} byte[s] [is|are] the audio of ${calls} different call[s], in ${files} file[s]`;
    yield finding('P261', last, `${what}: ${names.join(', ')}${more}`, calls);
  }
  if (beyond > 0) yield finding('P261', last, agree`${beyond} further audio file[s] [belongs|belong] to several calls and [is|are] not listed`);
}
