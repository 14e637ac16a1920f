import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Declaration } from '../core/declaration.ts';
import { errorText } from '../core/error.ts';
import { finding } from '../core/finding.ts';
import { sha256Hex } from '../core/identifier.ts';
import { processMedium } from '../media/process-medium.ts';
import type { MediaTools, MediumResult } from '../media/types.ts';
import { findingEvent, type PipelineEvent } from './events.ts';

/** A small file and what it decodes to: how a decoder that has changed since is noticed. */
export interface Canary {
  /** Relative to the folder of samples. */
  readonly file: string;
  /** Of the file itself: a damaged canary says nothing about decoders. */
  readonly sha256: string;
  readonly format: string;
  /** True where the file has no header and its coding is declared, as `--declare` does. */
  readonly declared?: true;
  readonly codec: string;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Per channel. */
  readonly samples: number;
  readonly pcmSha256: string;
  /** What decoded it then, with version. */
  readonly decoder: string;
  readonly rmsDb: readonly (number | null)[];
  /** Waveform of each channel: absolute peaks of equal stretches, 0 to 255, in base64. */
  readonly peaks: readonly string[];
}

/** What `checkCanaries` found. */
export interface CanaryOutcome {
  readonly canaries: number;
  /** Digest for digest as they were. */
  readonly same: number;
  /** By a program that is not ours, within the bounds. */
  readonly near: number;
  /** A program is missing. */
  readonly notDecoded: number;
  readonly different: number;
}

type Verdict = keyof Omit<CanaryOutcome, 'canaries'>;

/** Of two versions of FFmpeg's decoders of codecs that leave the last bits open. */
const nearSamples = 1_152;
const nearDb = 0.5;
const nearPeak = 8;

/** Decodes every canary with what is installed and holds the samples against what is stored. */
export async function* checkCanaries(
  folder: string,
  canaries: readonly Canary[],
  tools: MediaTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, CanaryOutcome> {
  const counts: Record<Verdict, number> = { same: 0, near: 0, notDecoded: 0, different: 0 };
  for (const canary of canaries) {
    signal.throwIfAborted();
    let verdict: Verdict;
    let message: string;
    let decoder: string | null = null;
    try {
      const bytes = readFileSync(join(folder, canary.file));
      if (sha256Hex(bytes) !== canary.sha256) throw new Error(`its ${bytes.length} bytes are not those that were shipped`);
      const { codec, sampleRateHz, channels } = canary;
      const declared = canary.declared === true ? { codec, sampleRateHz, channels } : null;
      const result = await decodeCanary(bytes, canary.file, tools, signal, declared);
      decoder = result.decoder;
      [verdict, message] = judge(canary, result);
    } catch (error) {
      signal.throwIfAborted();
      [verdict, message] = ['different', errorText(error)];
    }
    counts[verdict]++;
    yield {
      type: 'result',
      of: 'canary',
      value: { file: canary.file, codec: canary.codec, verdict, decoder, recordedWith: canary.decoder, message },
    };
    const code = { same: null, near: 'P182', notDecoded: 'P181', different: 'P180' }[verdict];
    if (code !== null) yield findingEvent(finding(code, canary.file, message));
  }
  return { canaries: canaries.length, ...counts };
}

/** The work that an import does on a medium, without a copy. */
export async function decodeCanary(
  bytes: Uint8Array,
  file: string,
  tools: MediaTools,
  signal: AbortSignal,
  coding: Pick<Declaration, 'codec' | 'sampleRateHz' | 'channels'> | null = null,
): Promise<MediumResult> {
  const declared = coding === null ? null : { ...coding, glob: '*', codecName: tools.codecs.get(coding.codec)?.title ?? coding.codec };
  const access = { format: 'opus', bitratePerChannel: 32_000, complexity: 4 } as const;
  const name = file.slice(file.lastIndexOf('/') + 1);
  const task = { location: { kind: 'bytes', bytes }, name, place: file, originalBase: null, accessBase: null, access, declared } as const;
  return await processMedium(task, tools, signal);
}

/** What is stored of a canary; null where it makes no samples. */
export function canaryOf(file: string, { original, format, codec, measurement, decoder }: MediumResult): Canary | null {
  if (format === null || codec === null || measurement === null || decoder === null) return null;
  const { sampleRateHz, channels, samples, pcmSha256, levels, peaks } = measurement;
  return {
    file,
    sha256: original.sha256,
    format,
    ...(format === 'declared' ? { declared: true as const } : {}),
    codec: codec.id,
    sampleRateHz,
    channels,
    samples,
    pcmSha256,
    decoder,
    rmsDb: levels.map((level) => level.rmsDb),
    peaks: peaks.channels.map((peak) => coarse(Buffer.from(peak, 'base64')).toString('base64')),
  };
}

const pictureWidth = 32;

/** At most 32 stretches; the loudest of each. */
function coarse(peaks: Uint8Array): Buffer {
  const step = Math.max(1, Math.ceil(peaks.length / pictureWidth));
  const out = Buffer.alloc(Math.ceil(peaks.length / step));
  for (const [index, peak] of peaks.entries()) {
    const at = Math.floor(index / step);
    out[at] = Math.max(out[at] ?? 0, peak);
  }
  return out;
}

function judge(canary: Canary, result: MediumResult): [Verdict, string] {
  const { codec, measurement, accessReason } = result;
  if (codec === null || codec.id !== canary.codec) return ['different', `taken for ${codec?.id ?? 'nothing known'} instead of ${canary.codec}`];
  if (measurement === null) {
    const why = result.findings[0]?.message ?? accessReason ?? '';
    return accessReason === 'no FFmpeg' ? ['notDecoded', why] : ['different', `decodes to nothing: ${why}`];
  }
  if (measurement.pcmSha256 === canary.pcmSha256) return ['same', `${measurement.samples} samples, digest for digest`];
  const now = canaryOf(canary.file, result);
  const reasons = now === null ? ['decodes to nothing'] : differences(canary, now);
  // Our own decoders are exact: whatever differs is a change.
  const ours = result.decoder?.startsWith('longplay ') === true;
  if (ours || reasons.length > 0) return ['different', [`decoded by ${result.decoder}, recorded with ${canary.decoder}`, ...reasons].join('; ')];
  return ['near', `decoded by ${result.decoder}, recorded with ${canary.decoder}: other samples, within ${nearDb} dB and ${nearSamples} samples`];
}

function differences(then: Canary, now: Canary): string[] {
  const reasons: string[] = [];
  if (now.sampleRateHz !== then.sampleRateHz || now.channels !== then.channels)
    return [`${now.channels} channels at ${now.sampleRateHz} Hz instead of ${then.channels} at ${then.sampleRateHz} Hz`];
  if (Math.abs(now.samples - then.samples) > nearSamples) reasons.push(`${now.samples} samples instead of ${then.samples}`);
  for (const [channel, level] of now.rmsDb.entries()) {
    const before = then.rmsDb[channel] ?? null;
    if (level === null && before === null) continue;
    if (level === null || before === null || Math.abs(level - before) > nearDb) reasons.push(`level ${level} dB instead of ${before} dB`);
    const [a, b] = [Buffer.from(now.peaks[channel] ?? '', 'base64'), Buffer.from(then.peaks[channel] ?? '', 'base64')];
    const worst = Math.max(0, ...a.map((peak, at) => Math.abs(peak - (b[at] ?? 0))));
    if (a.length !== b.length || worst > nearPeak) reasons.push(`its waveform differs by ${worst} of 255`);
  }
  return reasons;
}
