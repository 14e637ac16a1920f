import { limits } from '../../core/base/limits.ts';
import { createDecodeTogether } from '../ffmpeg/decode-together.ts';
import type { MediaTools } from '../tools/types.ts';
import { createTurns } from './turns.ts';

/**
 * Runs parts of one task in turns: while some wait for FFmpeg, which decodes for all of them in one process, the next is begun. Disposing waits until
 * none is running, so that none runs beside the thread's next task.
 */
export interface ByTurns extends AsyncDisposable {
  /** Begins another part, with its own tools; returns once it has ended or waits. @throws the error of an earlier part */
  begin(work: (tools: MediaTools) => Promise<void>): Promise<void>;
  /** Waits for all. @throws the error of the first that failed */
  end(): Promise<void>;
}

/** Enough for two processes: the samples of one are measured while the other decodes. */
const mostOpen = 2 * limits.togetherMedia;

/** Creates turns for a task that is alone in its thread. @param signal ends FFmpeg */
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
      // With this many, at least one batch is full: none waits for others.
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
