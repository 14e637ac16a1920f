import { errorText, isLacking, LongplayError } from '../core/error.ts';
import type { Finding } from '../core/finding.ts';
import type { Identification, Samples } from '../core/format.ts';
import { identifyAs } from './declared-medium.ts';
import { decodeMedium, playable, togetherFor } from './decode-medium.ts';
import type { Decoded } from './likeness.ts';
import { openMedium, withFurther } from './medium-bytes.ts';
import { type Listen, whenHeard } from './sample-digest.ts';
import { soundingBytes } from './sounding-bytes.ts';
import { decoderCrashed } from './through-ffmpeg.ts';
import type { MediaTools, MediumTask } from './types.ts';

/** An original that is decoded once more, in the way that the import decoded it. */
export type ReplayTask = Pick<MediumTask, 'location' | 'further' | 'name' | 'durationMs' | 'declared' | 'place'>;

/** Why an original gave no samples: what is missing here, a decoder that was ended (by a crash), or that its bytes no longer decode. */
export interface NotReplayed {
  readonly why: 'no FFmpeg' | 'encrypted' | 'undecodable' | 'decoder failed';
  /** In words. */
  readonly reason: string;
}

/** What an original gave, with the complaints of its decoder; or why it gave nothing. */
export type Replayed<Heard> = (Decoded<Heard> & { readonly codec: string; readonly findings: readonly Finding[] }) | NotReplayed;

/**
 * Decodes an original and lets a listener hear it. Nothing is written, nothing copied.
 * @throws LongplayError `M110` where it cannot be read, others when a tool is gone; the signal's reason
 */
export async function replay<Heard>(task: ReplayTask, tools: MediaTools, listen: Listen<Heard>, signal: AbortSignal): Promise<Replayed<Heard>> {
  signal.throwIfAborted();
  const own = openMedium(task.location, task.place);
  let bytes = own;
  try {
    bytes = withFurther(own, task.further ?? [], task.place);
    const hint = { name: task.name, durationMs: task.durationMs ?? null };
    const answer = await orNothing(() => identifyAs(bytes.reader, hint, tools.formats, task.declared ?? null, signal), signal);
    if (answer === null || typeof answer === 'string') return undecodable(answer ?? 'no format knows it any more');
    const play = playable(answer, tools, task.place);
    if ('reason' in play) return unplayed(play.reason, play.findings, answer);
    const heard = whenHeard(listen, play.sampleRateHz, play.channels);
    const sounding = soundingBytes(bytes, answer);
    const hear = (samples: Samples): void => {
      tools.meter?.addAudio((samples.length / play.channels / play.sampleRateHz) * 1_000);
      heard.push(samples);
    };
    const decoded = await decodeMedium(play, sounding, task.place, hear, signal, togetherFor(bytes, tools));
    bytes.assertUnchanged();
    const crash = decoded.findings.find(({ code }) => code === decoderCrashed);
    if (crash !== undefined) return { why: 'decoder failed', reason: crash.message };
    const result = heard.finish();
    if (result === null) return undecodable(`it decodes to 0 samples${firstOf(decoded.findings)}`);
    const codec = [...new Set(play.parts.map(({ codec: { id } }) => id))].join(', ');
    return { decoder: decoded.decoder, heard: result, codec, findings: decoded.findings };
  } finally {
    bytes.close();
  }
}

/** A fault in reading one file is a fact about that file. */
async function orNothing(work: () => Promise<Identification | null>, signal: AbortSignal): Promise<Identification | null | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LongplayError || isLacking(error) || signal.aborted) throw error;
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
