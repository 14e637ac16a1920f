import { errorText, faultText, isFault } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { Samples } from '../../core/model/format.ts';
import type { AccessCopy } from '../../core/model/recording-document.ts';
import type { Playable } from '../decode/playable.ts';
import { FfmpegError } from '../ffmpeg/ffmpeg.ts';
import { settingsFor } from '../tools/quality.ts';
import type { MediaTools, MediumTask } from '../tools/types.ts';
import { createAccessWriter, planAccess } from './access-copy.ts';
import type { AccessWriter } from './access-writer.ts';

/** Reason for a missing copy: it was made and did not match the original. */
export const failedComparison = 'copy failed the comparison';

/** A copy, or the reason why there is none. */
export interface MadeCopy {
  readonly access: AccessCopy | null;
  readonly accessReason: string | null;
  readonly findings: readonly Finding[];
}

/** A copy that is being made, or the reason why there will be none. */
export interface Copying {
  push(samples: Samples): Promise<void>;
  finish(): Promise<MadeCopy>;
  /** Deletes the copy and ends running processes. May be called at any time. */
  discard(): void;
}

/** Returns no copy, for a reason known beforehand. */
export function noCopy(reason: string): Copying {
  return { push: async () => {}, finish: async () => ({ access: null, accessReason: reason, findings: [] }), discard: () => {} };
}

/** Makes a copy as soon as there are samples. Deletes it if it does not match its source. */
export function copyTo(
  base: string,
  { place, access: asked }: Pick<MediumTask, 'place' | 'access'>,
  { sampleRateHz, channels }: Pick<Playable, 'sampleRateHz' | 'channels'>,
  tools: MediaTools,
  signal: AbortSignal,
): Copying {
  const stream = { sampleRateHz, channels, base };
  const access = settingsFor(asked, sampleRateHz);
  const plan = planAccess(stream, access, tools.ffmpeg, place);
  let writer: AccessWriter | null = null;
  let failure: { readonly error: unknown } | null = null;
  const discard = (): void => writer?.discard();
  /** Runs a step. If FFmpeg fails to resample, or an encoder fails, only the copy is lost and not the recording. */
  const attempt = async <Result>(work: () => Promise<Result>): Promise<Result | null> => {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !(error instanceof FfmpegError || isFault(error))) throw error;
      failure = { error };
      discard();
      return null;
    }
  };
  return {
    async push(samples) {
      if (failure !== null) return;
      await attempt(async () => {
        writer ??= createAccessWriter(plan, stream, access, tools, signal);
        await writer.push(samples);
      });
    },
    async finish() {
      const target = writer;
      if (target === null && failure === null) return { access: null, accessReason: 'no samples', findings: [] };
      const made = failure === null && target !== null ? await attempt(() => target.finish()) : null;
      if (made === null) {
        const what = failure?.error;
        const told =
          what instanceof FfmpegError
            ? finding('M124', place, errorText(what))
            : finding('M141', place, `while the copy was made: ${faultText(what)}`);
        return { access: null, accessReason: 'copy could not be made', findings: [...plan.findings, told] };
      }
      if (made.comparison.passed) return { access: made.copy, accessReason: null, findings: plan.findings };
      discard();
      const failed = finding('M119', place, made.comparison.reasons.join('; '));
      return { access: null, accessReason: failedComparison, findings: [...plan.findings, failed] };
    },
    discard,
  };
}
