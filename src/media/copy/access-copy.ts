import { rmSync } from 'node:fs';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { opusRatesHz } from '../ogg/libopus.ts';
import type { AccessOptions, MediaTools } from '../tools/types.ts';
import { createOpusCopy } from './access-opus.ts';
import { createWavCopy } from './access-wav.ts';
import type { AccessStream, AccessWriter } from './access-writer.ts';

/** How a copy of samples like these is made: not every rate and number of channels goes into Opus. */
export interface AccessPlan {
  readonly format: AccessOptions['format'];
  /** Rate of the copy. */
  readonly rateHz: number;
  readonly findings: readonly Finding[];
}

/** Opus where it can carry the samples, if need be at the next higher of its rates; else WAV with a finding. */
export function planAccess(
  { sampleRateHz, channels }: Pick<AccessStream, 'sampleRateHz' | 'channels'>,
  access: AccessOptions,
  ffmpeg: MediaTools['ffmpeg'],
  place: string,
): AccessPlan {
  const wav = (...findings: Finding[]): AccessPlan => ({ format: 'wav', rateHz: sampleRateHz, findings });
  if (access.format === 'wav') return wav();
  if (channels > 2) return wav(finding('M116', place, `${channels} channels: the copy is WAV`));
  if (opusRatesHz.includes(sampleRateHz)) return { format: 'opus', rateHz: sampleRateHz, findings: [] };
  const rateHz = opusRatesHz.find((rate) => rate > sampleRateHz) ?? Math.max(...opusRatesHz);
  if (ffmpeg === null) return wav(finding('M118', place, `${sampleRateHz} Hz: Opus would need FFmpeg to resample, the copy is WAV`));
  return { format: 'opus', rateHz, findings: [finding('M117', place, `${sampleRateHz} Hz: the copy is made at ${rateHz} Hz`)] };
}

/** Deletes the copies that an attempt left whose thread died. */
export function removeAccessCopies(base: string): void {
  for (const format of ['opus', 'wav'] satisfies AccessOptions['format'][]) rmSync(`${base}.${format}`, { force: true });
}

/** A writer for a planned copy; its file must not exist. @throws LongplayError `M111`, and `M151` or `M152` where Opus cannot be made here */
export function createAccessWriter(
  plan: AccessPlan,
  stream: AccessStream,
  access: AccessOptions,
  tools: Pick<MediaTools, 'opus' | 'ffmpeg'>,
  signal: AbortSignal,
): AccessWriter {
  return plan.format === 'wav' ? createWavCopy(stream, access, tools) : createOpusCopy(stream, plan.rateHz, access, tools, signal);
}
