import { limits } from '../../core/base/limits.ts';
import { createDecodeTogether } from '../ffmpeg/decode-together.ts';
import type { MediaTools } from '../tools/types.ts';
import { createTurns } from './turns.ts';

/**
 * Runs parts of one task in turns. While some parts wait for FFmpeg, which decodes for all of them in one process, the next part is begun. Disposing waits
 * until no part is running, so that none runs beside the thread's next task.
 */
export interface ByTurns extends AsyncDisposable {
  /** Begins another part, with tools of its own. Returns once the part has ended or waits. @throws the error of an earlier part */
  begin(work: (tools: MediaTools) => Promise<void>): Promise<void>;
  /** Waits for all parts. @throws the error of the first part that failed */
  end(): Promise<void>;
}

/** Largest number of open parts: enough for two processes, so that the samples of one are measured while the other decodes. */
const mostOpen = 2 * limits.togetherMedia;

/** Creates turns for a task that has its thread to itself. @param signal ends FFmpeg */
export function createByTurns(tools: MediaTools, signal: AbortSignal): ByTurns {
  const asked = tools.ffmpeg === null ? null : createDecodeTogether(tools.ffmpeg.launch, signal);
  const open = new Set<Promise<void>>();
  let failed: { readonly error: unknown } | null = null;
  let ending = false;
  const turns = createTurns(() => {
    // No further request will come.
    if (ending) asked?.flush();
  });

  const all = async (): Promise<void> => {
    ending = true;
    if (turns.idle) asked?.flush();
    await Promise.all(open);
  };

  return {
    async begin(work) {
      // With this many parts, at least one batch is full, so none waits for others.
      while (open.size >= mostOpen) await Promise.race(open);
      if (failed !== null) throw failed.error;
      let tellWaits = (): void => {};
      const waits = new Promise<void>((resolve) => {
        tellWaits = resolve;
      });
      const together: MediaTools['together'] =
        asked === null
          ? undefined
          : (ask) => {
              const made = asked.decode(ask);
              tellWaits();
              return turns.without(made);
            };
      const one = turns
        .run(() => work({ ...tools, together }))
        .catch((error: unknown) => {
          failed ??= { error };
        })
        .finally(() => open.delete(one));
      open.add(one);
      await Promise.race([waits, one]);
    },
    async end() {
      await all();
      if (failed !== null) throw failed.error;
    },
    [Symbol.asyncDispose]: all,
  };
}
