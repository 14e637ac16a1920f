import { finding } from '../../core/findings/finding.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import { type Canary, type CanaryCounts, judgeCanary } from '../../media/canaries.ts';
import type { MediaTools } from '../../media/tools/types.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';

const codes: Readonly<Record<keyof CanaryCounts, FindingCode | null>> = { same: null, near: 'P182', notDecoded: 'P181', different: 'P180' };

/** Result of `checkCanaries`. */
export interface CanaryOutcome extends CanaryCounts {
  readonly canaries: number;
}

/** Decodes every canary (test sample) with the installed decoders and compares the samples with the stored ones. */
export async function* checkCanaries(
  folder: string,
  canaries: readonly Canary[],
  tools: MediaTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, CanaryOutcome> {
  const counts = { same: 0, near: 0, notDecoded: 0, different: 0 };
  for (const canary of canaries) {
    const { verdict, message, decoder } = await judgeCanary(folder, canary, tools, signal);
    counts[verdict]++;
    yield {
      type: 'result',
      of: 'canary',
      value: { file: canary.file, codec: canary.codec, verdict, decoder, recordedWith: canary.decoder, message },
    };
    const code = codes[verdict];
    if (code !== null) yield findingEvent(finding(code, canary.file, message));
  }
  return { canaries: canaries.length, ...counts };
}
