import { rmSync } from 'node:fs';
import { agree } from '../../core/base/agree.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { sealedEnding } from '../../core/model/recording-document.ts';
import { opusRatesHz } from '../libopus/libopus.ts';
import type { AccessOptions, MediaTools } from '../tools/types.ts';
import { createOpusCopy } from './access-opus.ts';
import { createWavCopy } from './access-wav.ts';
import type { AccessStream, AccessWriter } from './access-writer.ts';

/** How to make a copy of given samples: Opus does not support every rate and number of channels. */
export interface AccessPlan {
  readonly format: AccessOptions['format'];
  /** Rate of the copy. */
  readonly rateHz: number;
  readonly findings: readonly Finding[];
}

/** Chooses Opus if it supports the samples, if necessary at the next higher rate that Opus supports; else WAV, with a finding. */
export function planAccess(
  { sampleRateHz, channels }: Pick<AccessStream, 'sampleRateHz' | 'channels'>,
  access: AccessOptions,
  ffmpeg: MediaTools['ffmpeg'],
  place: string,
): AccessPlan {
  const wav = (...findings: Finding[]): AccessPlan => ({ format: 'wav', rateHz: sampleRateHz, findings });
  if (access.format === 'wav') return wav();
  if (channels > 2) return wav(finding('M116', place, agree`${channels} channel[s]: the copy is WAV`));
  if (opusRatesHz.includes(sampleRateHz)) return { format: 'opus', rateHz: sampleRateHz, findings: [] };
  const rateHz = opusRatesHz.find((rate) => rate > sampleRateHz) ?? Math.max(...opusRatesHz);
  if (ffmpeg === null) return wav(finding('M118', place, `${sampleRateHz} Hz: resampling for Opus needs FFmpeg; the copy is WAV`));
  return { format: 'opus', rateHz, findings: [finding('M117', place, `${sampleRateHz} Hz: the copy is made at ${rateHz} Hz`)] };
}

/** Deletes the copies that an attempt in a crashed thread left. */
export function removeAccessCopies(base: string): void {
  for (const format of ['opus', 'wav'] satisfies AccessOptions['format'][])
    for (const ending of ['', sealedEnding]) rmSync(`${base}.${format}${ending}`, { force: true });
}

/** Creates a writer for a planned copy, whose file must not exist. @throws LongplayError `M111`; `M151` or `M152` if Opus cannot be encoded here */
export function createAccessWriter(
  plan: AccessPlan,
  stream: AccessStream,
  access: AccessOptions,
  tools: Pick<MediaTools, 'opus' | 'ffmpeg' | 'sealer'>,
  signal: AbortSignal,
): AccessWriter {
  return plan.format === 'wav' ? createWavCopy(stream, access, tools) : createOpusCopy(stream, plan.rateHz, access, tools, signal);
}
