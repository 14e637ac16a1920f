import { join } from 'node:path';
import { hashFile } from '../archive/hash-file.ts';
import { parseRecordingJson } from '../archive/recording-json.ts';
import { readTagFile } from '../archive/tag-file.ts';
import { errorText, systemCode } from '../core/error.ts';
import { limits } from '../core/limits.ts';
import type { RecordingDocument } from '../core/recording-document.ts';
import type { MediaTools } from '../media/types.ts';
import { type PlayableFile, type PlayChoice, type PlayedFile, playRecording } from './play-recording.ts';

/** Recordings of one bag to be played and nothing else. */
export interface PlayTask {
  readonly kind: 'play';
  /** Absolute path of the bag. */
  readonly bag: string;
  readonly recordings: readonly (PlayChoice & { readonly recordingId: string })[];
}

/** What became of one of them. */
export interface TriedRecording {
  readonly recordingId: string;
  readonly files: readonly PlayedFile[];
  /** Why it was not tried, or not in full, where its own files are the reason: gone, altered, without a document; null where they are not. */
  readonly trouble: string | null;
}

/** Plays the recordings of a task; runs in a worker. Files that are not those that were imported are not played: they say nothing of a decoder. */
export async function runPlayTask(task: PlayTask, tools: MediaTools, signal: AbortSignal): Promise<TriedRecording[]> {
  const tried: TriedRecording[] = [];
  for (const { recordingId, ...choice } of task.recordings) {
    signal.throwIfAborted();
    const folder = join(task.bag, 'data', recordingId);
    const document = documentIn(folder);
    if (typeof document === 'string') {
      tried.push({ recordingId, files: [], trouble: document });
      continue;
    }
    const { files, troubles } = soundFiles(document, folder);
    const played = await playRecording(document, files, choice, tools, signal);
    tried.push({ recordingId, files: played.files, trouble: played.complete ? null : (troubles[0] ?? 'a file of it is missing') });
  }
  return tried;
}

function documentIn(folder: string): RecordingDocument | string {
  const file = join(folder, 'recording.json');
  try {
    const { document, problems } = parseRecordingJson(readTagFile(file, limits.recordingJsonBytes));
    return document ?? `recording.json: ${problems[0] ?? 'it is damaged'}`;
  } catch (error) {
    return `recording.json: ${systemCode(error) ?? errorText(error)}`;
  }
}

/** The media files that are there and have the digests that the document says. Their names are plain ones, by the document's schema. */
function soundFiles(
  document: RecordingDocument,
  folder: string,
): { readonly files: ReadonlyMap<string, PlayableFile>; readonly troubles: readonly string[] } {
  const files = new Map<string, PlayableFile>();
  const troubles: string[] = [];
  const copies = [...document.media.flatMap(({ access }) => access ?? []), ...(document.joined === null ? [] : [document.joined])];
  for (const { path, sha256 } of [...document.media.map(({ original }) => original), ...copies]) {
    try {
      const { sizeBytes, digests } = hashFile(join(folder, path), ['sha256']);
      if (digests.sha256 === sha256) files.set(path, { path: join(folder, path), sizeBytes });
      else troubles.push(`${path} is not the file that was imported`);
    } catch (error) {
      if (systemCode(error) === null) throw error;
      troubles.push(`${path}: ${systemCode(error)}`);
    }
  }
  return { files, troubles };
}
