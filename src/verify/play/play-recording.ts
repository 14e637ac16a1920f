import { errorText, isResourceShortage, LongplayError, systemCode } from '../../core/base/error.ts';
import {
  type AccessCopy,
  alreadyOpusReason,
  type RecordingDocument,
  type StoredFile,
  type StoredMedium,
} from '../../core/model/recording-document.ts';
import type { PlayableFile } from '../../media/bytes/medium-bytes.ts';
import { playCopy } from '../../media/copy/play-copy.ts';
import { isSame, type Sameness, sameness } from '../../media/measure/likeness.ts';
import { createMeasure } from '../../media/measure/measure.ts';
import { digestSamples } from '../../media/measure/sample-digest.ts';
import { type ReplayTask, replay } from '../../media/replay.ts';
import { replayTask } from '../../media/replay-task.ts';
import type { MediaTools } from '../../media/tools/types.ts';

/** Extent of decoding: `none`; `copies`: what people listen to (copies, and originals without a copy); `all`: every original as well. */
export type PlayLevel = 'none' | 'copies' | 'all';

/** Files of a recording to be decoded. */
export interface PlayChoice {
  readonly copies: boolean;
  /** `open`: originals that people listen to because there is no copy. */
  readonly originals: 'none' | 'open' | 'all';
  /** Names of files that were erased alone and are not decoded; absent: none. */
  readonly erased?: ReadonlySet<string>;
}

/** Result for one file. */
export interface PlayedFile {
  /** Base name. */
  readonly name: string;
  readonly of: 'copy' | 'original';
  /**
   * `same`, `near`, `different`: compared with the recorded samples. `broken`: the file does not decode, or not completely. `no FFmpeg`, `encrypted`: not tried
   * because a program or a password is missing. `unreadable`: the system cannot read the file. `decoder failed`: the decoder was killed, crashed or ran out of
   * memory, and nothing is known of the file.
   */
  readonly outcome: Sameness['kind'] | 'broken' | 'no FFmpeg' | 'encrypted' | 'unreadable' | 'decoder failed';
  /** Reasons for the outcome, in words with numbers. */
  readonly reasons: readonly string[];
  /** Codec id of the audio file, as recorded; null if it is unknown, and for a copy that combines two sides. */
  readonly codec: string | null;
  /** Recorded duration of the file's audio. */
  readonly audioMs: number;
}

/** Results for a recording's files. */
export interface PlayedRecording {
  readonly files: readonly PlayedFile[];
  /** False if a file that should be decoded was not given. */
  readonly complete: boolean;
}

/** Returns what a level decodes. */
export function choiceOf(level: PlayLevel): PlayChoice {
  return { copies: level !== 'none', originals: level === 'all' ? 'all' : level === 'copies' ? 'open' : 'none' };
}

/**
 * Decodes files of a recording completely and compares the samples with its document. Files that were not decodable when imported are not tried. A file that
 * fails is tried a second time: only a second failure counts.
 * @param files existing intact files, by base name
 * @throws LongplayError M152, M100 if this machine lacks a program or library that it had; the signal's reason
 */
export async function playRecording(
  document: RecordingDocument,
  files: ReadonlyMap<string, PlayableFile>,
  choice: PlayChoice,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<PlayedRecording> {
  const played: PlayedFile[] = [];
  let complete = true;
  const add = async (file: Omit<PlayedFile, 'outcome' | 'reasons'>, play: () => Promise<Played> | null): Promise<void> => {
    if (choice.erased?.has(file.name) === true) return;
    tools.meter?.expectAudio(files.has(file.name) ? file.audioMs : 0);
    const work = orUnreadable(play);
    if (work === null) complete = false;
    else played.push({ ...file, ...(await work) });
  };
  /** A file in another bag that was not given is decoded with that bag. */
  const isElsewhere = ({ bag, path }: StoredFile): boolean => bag !== undefined && !files.has(path);
  const addCopy = async (copy: AccessCopy | null, codec: string | null): Promise<void> => {
    if (copy === null || !choice.copies || isElsewhere(copy)) return;
    const { path: name, samples, sampleRateHz } = copy;
    await add({ name, of: 'copy', codec, audioMs: (samples / sampleRateHz) * 1_000 }, () => playedCopy(copy, files, tools, signal));
  };
  for (const [index, medium] of document.media.entries()) {
    const { original, access, measurement, decoder } = medium;
    const codec = medium.codec?.id ?? null;
    await addCopy(access, codec);
    if (measurement === null || decoder === null || !isChosen(medium, choice) || isElsewhere(original)) continue;
    const then = { decoder, heard: measurement };
    await add({ name: original.path, of: 'original', codec, audioMs: measurement.durationMs }, () => {
      const task = replayTask(document, index, files, tools);
      return task === null ? null : playedOriginal(task, then, codec, tools, signal);
    });
  }
  await addCopy(document.joined, null);
  return { files: played, complete };
}

type Played = Pick<PlayedFile, 'outcome' | 'reasons'>;

function isChosen({ access, accessReason }: StoredMedium, { originals }: PlayChoice): boolean {
  return originals === 'all' || (originals === 'open' && access === null && accessReason === alreadyOpusReason);
}

/** Maps errors to outcomes: a file that disappears between two readings, or a decoder that the operating system killed, does not mean that the audio is bad. */
function orUnreadable(play: () => Promise<Played> | null): Promise<Played> | null {
  return (
    play()?.catch((error: unknown): Played => {
      const isEnded = isResourceShortage(error) || (error instanceof LongplayError && ['M161', 'M163'].includes(error.code));
      if (isEnded) return { outcome: 'decoder failed', reasons: [errorText(error)] };
      // The stored bytes match the manifest, and the secret does not fit them.
      if (error instanceof LongplayError && error.code === 'K202') return { outcome: 'broken', reasons: [error.message] };
      const isGone = systemCode(error) !== null || (error instanceof LongplayError && error.code === 'M110');
      if (!isGone) throw error;
      return { outcome: 'unreadable', reasons: [systemCode(error) ?? (error as LongplayError).message] };
    }) ?? null
  );
}

async function playedOriginal(
  task: ReplayTask,
  then: Parameters<typeof sameness>[0],
  codec: string | null,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<Played> {
  const first = await replay(task, tools, digestSamples, signal);
  if (!('why' in first) && isSame(then.heard, first.heard)) return { outcome: 'same', reasons: [] };
  if ('why' in first && first.why !== 'undecodable') return { outcome: first.why, reasons: [first.reason] };
  const now = await replay(task, tools, createMeasure, signal);
  if ('why' in now) return { outcome: now.why === 'undecodable' ? 'broken' : now.why, reasons: [now.reason] };
  const { kind, reasons } = sameness(then, now);
  if (kind !== 'different') return { outcome: kind, reasons };
  const taken = codec === null || now.codec === codec ? [] : [`identified as ${now.codec} instead of ${codec}`];
  return { outcome: kind, reasons: [...taken, ...reasons, ...now.findings.slice(0, 1).map(({ message }) => message)] };
}

function playedCopy(copy: AccessCopy, files: ReadonlyMap<string, PlayableFile>, tools: MediaTools, signal: AbortSignal): Promise<Played> | null {
  const file = files.get(copy.path);
  return file === undefined ? null : heardCopy(file, copy, tools, signal);
}

async function heardCopy(file: PlayableFile, copy: AccessCopy, tools: MediaTools, signal: AbortSignal): Promise<Played> {
  const { decoded, sampleRateHz, channels, samples } = copy;
  const first = await playCopy(file, copy, tools, digestSamples, signal);
  const isWell = first.problems.length === 0;
  // Documents of older archives lack the digest: only the number of samples can be compared.
  if (isWell && decoded === undefined) return { outcome: 'same', reasons: [] };
  if (isWell && first.heard !== null && decoded?.pcmSha256 === first.heard.pcmSha256) return { outcome: 'same', reasons: [] };
  const now = await playCopy(file, copy, tools, createMeasure, signal);
  if (now.problems.length > 0) return { outcome: 'broken', reasons: now.problems };
  if (decoded === undefined || now.heard === null) return { outcome: 'same', reasons: [] };
  const { kind, reasons } = sameness(
    { decoder: decoded.decoder, heard: { sampleRateHz, channels, samples, ...decoded } },
    { decoder: now.decoder, heard: now.heard },
  );
  return { outcome: kind, reasons };
}
