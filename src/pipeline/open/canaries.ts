import { finding } from '../../core/findings/finding.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import { type Canary, type CanaryCounts, judgeCanaries } from '../../media/canaries.ts';
import type { MediaTools } from '../../media/tools/types.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';

const codes: Readonly<Record<keyof CanaryCounts, FindingCode | null>> = { same: null, near: 'P182', notDecoded: 'P181', different: 'P180' };

/** Number of canaries per task: enough for FFmpeg to decode many in one process, and few enough for results to appear while the next are decoded. */
const canariesAtOnce = 32;

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
  for (let at = 0; at < canaries.length; at += canariesAtOnce) {
    const part = canaries.slice(at, at + canariesAtOnce);
    const judged = await judgeCanaries(folder, part, tools, signal);
    for (const [index, { file, codec, decoder: recordedWith }] of part.entries()) {
      const one = judged[index];
      if (one === undefined) throw new Error('fewer answers than canaries');
      const { verdict, message, decoder } = one;
      counts[verdict]++;
      yield { type: 'result', of: 'canary', value: { file, codec, verdict, decoder, recordedWith, message } };
      const code = codes[verdict];
      if (code !== null) yield findingEvent(finding(code, file, message));
    }
  }
  return { canaries: canaries.length, ...counts };
}
