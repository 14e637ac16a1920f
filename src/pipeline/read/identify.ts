import { errorText, isFault } from '../../core/base/error.ts';
import { baseName } from '../../core/base/safe-path.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { type Declaration, declarationOf } from '../../core/model/declaration.ts';
import type { Codec, Format, Identification } from '../../core/model/format.ts';
import { lengthOf } from '../../core/model/track-length.ts';
import { identificationStopped, identifyAs } from '../../media/declared-medium.ts';
import { lockOf, whyUndecodable } from '../../media/decode/usable-codec.ts';
import { gradeOf } from '../../media/identify/identify-medium.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { isUnreadable } from '../files/unreadable.ts';
import { openSources } from './open-sources.ts';
import { followSource } from './source-notes.ts';

/** What an identification needs. */
export interface IdentifyTools {
  readonly formats: readonly Format[];
  readonly codecs: ReadonlyMap<string, Codec>;
  /** As in `MediaTools.passwords`. */
  readonly passwords?: readonly Uint8Array[];
  readonly temporary: string;
  readonly declarations?: readonly Declaration[];
}

/** Number of identified files; number of playable ones. */
export interface IdentifyOutcome {
  readonly files: number;
  readonly identified: number;
  readonly decodable: number;
  /** Number of files and folders that could not be read. */
  readonly unreadable: number;
}

/** Identifies each file, with the evidence and whether it can be played. Descends into folders and containers. */
export async function* identify(paths: readonly string[], tools: IdentifyTools, signal: AbortSignal): AsyncGenerator<PipelineEvent, IdentifyOutcome> {
  await using opened = await openSources(paths, tools.temporary, signal, { passOver: true });
  const { source } = opened;
  let files = 0;
  let identified = 0;
  let decodable = 0;
  let unreadable = 0;
  for await (const entry of source.entries(signal)) {
    files++;
    let answer: Identification | null;
    try {
      const declared = declarationOf(entry.path, tools.declarations);
      answer = await identifyAs(await source.open(entry, signal), { name: baseName(entry.path) }, tools.formats, declared, signal);
    } catch (error) {
      if (signal.aborted || (!isUnreadable(error) && !isFault(error))) throw error;
      unreadable++;
      yield findingEvent(isUnreadable(error) ? finding('P143', entry.path, errorText(error)) : identificationStopped(error, entry.path));
      continue;
    }
    const locks: Finding[] = [];
    const tracks = (answer?.tracks ?? []).map((track) => {
      const codec = tools.codecs.get(track.codec);
      const lock = lockOf(track, codec, tools.passwords);
      if (lock !== null) locks.push(finding(lock[0], entry.path, lock[1]));
      const reason = lock?.[1] ?? whyUndecodable(track, codec);
      const frames = lengthOf(track, codec);
      return {
        codec: track.codec,
        name: track.codecName,
        sampleRateHz: track.sampleRateHz,
        channels: track.channels,
        frames,
        decodedBy: reason !== null || codec === undefined ? ('nobody' as const) : codec.decode.by,
        reason,
      };
    });
    if (answer !== null) identified++;
    if (tracks.length > 0 && tracks.every((track) => track.decodedBy !== 'nobody')) decodable++;
    yield {
      type: 'result',
      of: 'identified',
      value: {
        path: entry.path,
        sizeBytes: entry.size,
        format: answer?.format ?? null,
        grade: gradeOf(answer?.format ?? null, tools.formats),
        confidence: answer?.confidence ?? null,
        basis: answer?.basis ?? (entry.size === 0 ? 'the file is empty' : 'no format recognises it'),
        state: answer?.state ?? 'unknown',
        tracks,
      },
    };
    for (const found of [...(answer?.findings ?? []), ...locks]) yield findingEvent(found);
  }
  const notes = followSource(source);
  for (const found of notes.take()) yield findingEvent(found);
  if (files === 0) yield findingEvent(finding('P142', source.name, 'contains no files'));
  return { files, identified, decodable, unreadable: unreadable + notes.unread };
}
