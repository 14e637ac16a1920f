import { errorText, isResourceShortage, LongplayError } from '../core/base/error.ts';
import type { Finding } from '../core/findings/finding.ts';
import type { Identification } from '../core/model/format.ts';
import { openMedium, withFurther } from './bytes/medium-bytes.ts';
import { soundingBytes } from './bytes/sounding-bytes.ts';
import { identifyAs } from './declared-medium.ts';
import { decodeMedium, playable, togetherFor } from './decode/decode-medium.ts';
import type { SampleSink } from './decode/decode-track.ts';
import type { DecodedMedium, Playable } from './decode/playable.ts';
import { decoderCrashed } from './decode/through-ffmpeg.ts';
import type { Decoded } from './measure/likeness.ts';
import { createLateListener, type Listen, type Listener } from './measure/sample-digest.ts';
import type { MediaTools, MediumTask } from './tools/types.ts';

/** An original that is to be decoded again as in the import. */
export type ReplayTask = Pick<MediumTask, 'location' | 'further' | 'name' | 'durationMs' | 'declared' | 'place'>;

/** Why an original gave no samples: something is missing here, a decoder was ended (by a crash), or the bytes can no longer be decoded. */
export interface NotReplayed {
  readonly why: 'no FFmpeg' | 'encrypted' | 'undecodable' | 'decoder failed';
  /** Reason in words. */
  readonly reason: string;
}

/** Result for an original, with the findings of its decoder; or why there is none. */
export type Replayed<Heard> = (Decoded<Heard> & { readonly codec: string; readonly findings: readonly Finding[] }) | NotReplayed;

/**
 * Decodes an original and passes the samples to a listener. Writes no file.
 * @throws LongplayError `M110` if the original cannot be read, others if a tool is missing; the signal's reason
 */
export async function replay<Heard>(task: ReplayTask, tools: MediaTools, listen: Listen<Heard>, signal: AbortSignal): Promise<Replayed<Heard>> {
  let heard: Listener<Heard | null> | null = null;
  const hear = ({ sampleRateHz, channels }: Pick<Playable, 'sampleRateHz' | 'channels'>): SampleSink => {
    const listener = createLateListener(listen, sampleRateHz, channels);
    heard = listener;
    return (samples) => {
      tools.meter?.addAudio((samples.length / channels / sampleRateHz) * 1_000);
      listener.push(samples);
    };
  };
  const decoded = await decodeOriginal(task, tools, hear, signal);
  if ('why' in decoded) return decoded;
  // `hear` sets it before the first samples come.
  const result = (heard as Listener<Heard | null> | null)?.finish() ?? null;
  return result === null ? undecodable(`it decodes to 0 samples${firstOf(decoded.findings)}`) : { ...decoded, heard: result };
}

/** Result of decoding an original. */
export type DecodedOriginal = Pick<DecodedMedium, 'decoder' | 'findings'> & { readonly codec: string };

/**
 * Decodes an original as in the import.
 * @param hear creates the receiver of the samples when their kind is known
 * @throws the sink's errors; LongplayError `M110` if the original cannot be read, others if a tool is missing; the signal's reason
 */
export async function decodeOriginal(
  task: ReplayTask,
  tools: MediaTools,
  hear: (play: Pick<Playable, 'sampleRateHz' | 'channels'>) => SampleSink,
  signal: AbortSignal,
): Promise<DecodedOriginal | NotReplayed> {
  signal.throwIfAborted();
  const own = openMedium(task.location, task.place);
  let bytes = own;
  try {
    bytes = withFurther(own, task.further ?? [], task.place);
    const hint = { name: task.name, durationMs: task.durationMs ?? null };
    const answer = await orNothing(() => identifyAs(bytes.reader, hint, tools.formats, task.declared ?? null, signal), signal);
    if (answer === null || typeof answer === 'string') return undecodable(answer ?? 'no format recognises it any more');
    const play = playable(answer, tools, task.place);
    if ('reason' in play) return unplayed(play.reason, play.findings, answer);
    const sounding = soundingBytes(bytes, answer);
    const decoded = await decodeMedium(play, { bytes: sounding, place: task.place, together: togetherFor(bytes, tools) }, hear(play), signal);
    bytes.assertUnchanged();
    const crash = decoded.findings.find(({ code }) => code === decoderCrashed);
    if (crash !== undefined) return { why: 'decoder failed', reason: crash.message };
    const codec = [...new Set(play.parts.map(({ codec: { id } }) => id))].join(', ');
    return { decoder: decoded.decoder, codec, findings: decoded.findings };
  } finally {
    bytes.close();
  }
}

/** Runs work; an error in reading one file is a fact about that file and is returned as a text. */
async function orNothing(work: () => Promise<Identification | null>, signal: AbortSignal): Promise<Identification | null | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LongplayError || isResourceShortage(error) || signal.aborted) throw error;
    return `identification stopped: ${errorText(error)}`;
  }
}

function undecodable(reason: string): NotReplayed {
  return { why: 'undecodable', reason };
}

function unplayed(reason: string, findings: readonly Finding[], answer: Identification): NotReplayed {
  const why = reason === 'no FFmpeg' || reason === 'encrypted' ? reason : 'undecodable';
  return { why, reason: findings[0]?.message ?? `${reason}: ${answer.basis}` };
}

function firstOf([first]: readonly Finding[]): string {
  return first === undefined ? '' : `: ${first.message}`;
}
