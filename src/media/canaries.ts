import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { agree } from '../core/base/agree.ts';
import { errorText, kindOfTrouble } from '../core/base/error.ts';
import { sha256Hex } from '../core/base/identifier.ts';
import type { Declaration } from '../core/model/declaration.ts';
import { createByTurns } from './decode/by-turns.ts';
import { decoderCrashed } from './decode/through-ffmpeg.ts';
import { differences, isOurs, type Likeness, likenessOf, nearBounds } from './measure/likeness.ts';
import { processMedium } from './process-medium.ts';
import { qualities } from './tools/quality.ts';
import type { MediaTools, MediumResult } from './tools/types.ts';

/** A small file and its expected samples, by which changes of decoders are detected. */
export interface Canary extends Likeness {
  /** Path relative to the folder of samples. */
  readonly file: string;
  /** SHA-256 of the file itself, because a damaged canary says nothing about decoders. */
  readonly sha256: string;
  readonly format: string;
  /** True if the file has no header, so that its coding is declared as by `--declare`. */
  readonly declared?: true;
  readonly codec: string;
  /** The decoder that gave the expected samples, with version. */
  readonly decoder: string;
}

/** Results for one canary or many. */
export interface CanaryCounts {
  /** Number of canaries with samples of equal digest. */
  readonly same: number;
  /** Number of canaries that a third-party program decoded with differences within the tolerance. */
  readonly near: number;
  /** Number of canaries that were not decoded because a program is missing. */
  readonly notDecoded: number;
  readonly different: number;
}

/** Result of one canary. */
export interface JudgedCanary {
  readonly verdict: keyof CanaryCounts;
  /** Explanation in words with numbers. */
  readonly message: string;
  /** The decoder, with version; null if there was none. */
  readonly decoder: string | null;
  /** True if the machine prevented decoding, so that the decoder was not tested. The canary then counts as not decoded. */
  readonly troubled: boolean;
}

/** Reads the canaries that are shipped in a folder of samples. */
export function readCanaries(samples: string): readonly Canary[] {
  // longplay wrote this file; a test compares it with the decoded samples.
  return JSON.parse(readFileSync(join(samples, 'canaries.json'), 'utf8')) as readonly Canary[];
}

/**
 * Decodes canaries with the installed decoders and compares the samples with the stored ones. One FFmpeg process decodes up to `limits.togetherMedia` of them.
 * @returns the results in the order of the canaries
 * @throws the signal's reason
 */
export async function judgeCanaries(samples: string, canaries: readonly Canary[], tools: MediaTools, signal: AbortSignal): Promise<JudgedCanary[]> {
  const judged = new Map<Canary, JudgedCanary>();
  await using byTurns = createByTurns(tools, signal);
  for (const canary of canaries)
    await byTurns.begin(async (own) => void judged.set(canary, await judgeCanary(samples, canary, heedless(own), signal)));
  await byTurns.end();
  return canaries.flatMap((canary) => judged.get(canary) ?? []);
}

/**
 * Returns tools that ignore FFmpeg's messages in a process for several canaries: samples are the result of a canary, and some canaries are files about which FFmpeg always prints a
 * message, which would cancel the other canaries of the process.
 */
function heedless({ together, ...tools }: MediaTools): MediaTools {
  return { ...tools, together: together === undefined ? undefined : (ask) => together({ ...ask, heedless: true }) };
}

async function judgeCanary(samples: string, canary: Canary, tools: MediaTools, signal: AbortSignal): Promise<JudgedCanary> {
  signal.throwIfAborted();
  try {
    const bytes = readFileSync(join(samples, canary.file));
    if (sha256Hex(bytes) !== canary.sha256) throw new Error(agree`its ${bytes.length} byte[s] [differs|differ] from the shipped file`);
    const { codec, sampleRateHz, channels } = canary;
    const declared = canary.declared === true ? { codec, sampleRateHz, channels } : null;
    const result = await decodeCanary(bytes, canary.file, tools, signal, declared);
    const crash = result.findings.find(({ code }) => code === decoderCrashed);
    if (crash !== undefined) return { verdict: 'notDecoded', message: crash.message, decoder: null, troubled: true };
    const [verdict, message] = judge(canary, result);
    return { verdict, message, decoder: result.decoder, troubled: false };
  } catch (error) {
    signal.throwIfAborted();
    const troubled = kindOfTrouble(error) !== 'bug';
    return { verdict: troubled ? 'notDecoded' : 'different', message: errorText(error), decoder: null, troubled };
  }
}

/** Processes a medium as an import does, but without making a copy. */
export async function decodeCanary(
  bytes: Uint8Array,
  file: string,
  tools: MediaTools,
  signal: AbortSignal,
  coding: Pick<Declaration, 'codec' | 'sampleRateHz' | 'channels'> | null = null,
): Promise<MediumResult> {
  const declared = coding === null ? null : { ...coding, glob: '*', codecName: tools.codecs.get(coding.codec)?.title ?? coding.codec };
  const access = { format: 'opus', ...qualities.standard } as const;
  const name = file.slice(file.lastIndexOf('/') + 1);
  const task = { location: { kind: 'bytes', bytes }, name, place: file, originalBase: null, accessBase: null, access, declared } as const;
  return await processMedium(task, tools, signal);
}

/** Returns the stored facts of a canary; null if the medium decodes to no samples. */
export function canaryOf(file: string, { original, format, codec, measurement, decoder }: MediumResult): Canary | null {
  if (format === null || codec === null || measurement === null || decoder === null) return null;
  const { sampleRateHz, channels, samples, pcmSha256, rmsDb, peaks } = likenessOf(measurement);
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
    rmsDb,
    peaks,
  };
}

function judge(canary: Canary, result: MediumResult): [JudgedCanary['verdict'], string] {
  const { codec, measurement, accessReason, decoder } = result;
  if (codec === null || codec.id !== canary.codec) return ['different', `identified as ${codec?.id ?? 'nothing known'} instead of ${canary.codec}`];
  if (measurement === null || decoder === null) {
    const why = result.findings[0]?.message ?? accessReason ?? '';
    return accessReason === 'no FFmpeg' ? ['notDecoded', why] : ['different', `decodes to nothing: ${why}`];
  }
  if (measurement.pcmSha256 === canary.pcmSha256) return ['same', agree`${measurement.samples} sample[s] with the same digest`];
  const decoders = `decoded by ${decoder}, recorded with ${canary.decoder}`;
  const reasons = differences(canary, measurement, nearBounds);
  // longplay's own decoders are exact: any difference is a change.
  if (isOurs(decoder) || reasons.length > 0) return ['different', [decoders, ...reasons].join('; ')];
  return ['near', agree`${decoders}: other samples, within ${nearBounds.db} dB and ${nearBounds.samples} sample[s]`];
}
