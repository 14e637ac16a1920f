import { dirname, join } from 'node:path';
import { parseRecordingJson } from '../../archive/documents/recording-json.ts';
import { storedPath } from '../../archive/documents/stored-path.ts';
import { hashFile } from '../../archive/files/hash-file.ts';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import type { PlayableFile } from '../../media/bytes/medium-bytes.ts';
import { createByTurns } from '../../media/decode/by-turns.ts';
import type { MediaTools } from '../../media/tools/types.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import { givenSecrets, type SecretsOf } from '../../sealing/stored/secrets-of.ts';
import { readDocumentBytes } from '../../sealing/stored/stored-bytes.ts';
import { playableFile } from './check-recording.ts';
import { type PlayChoice, type PlayedFile, playRecording } from './play-recording.ts';

/** Recordings of one bag that are only to be decoded. */
export interface PlayTask {
  readonly kind: 'play';
  /** Absolute path of the bag. */
  readonly bag: string;
  readonly recordings: readonly (PlayChoice & { readonly recordingId: string })[];
  /** Secrets of the recordings, by id. Absent: the bag is open. */
  readonly secrets?: Readonly<Record<string, FileSecrets>>;
  /** Secrets of files in other bags, to which amendments refer, by absolute path of the recording's folder there. Absent: there are none. */
  readonly elsewhere?: Readonly<Record<string, FileSecrets>>;
}

/** Result for one recording. */
export interface TriedRecording {
  readonly recordingId: string;
  readonly files: readonly PlayedFile[];
  /** Why the recording was not tried, or not completely, because of its own files: they are missing, altered, or without a document; otherwise null. */
  readonly trouble: string | null;
}

/**
 * Decodes the recordings of a task; runs in a worker. Files that differ from the imported ones are not decoded: their results would say nothing about a
 * decoder.
 */
export async function runPlayTask(task: PlayTask, tools: MediaTools, signal: AbortSignal): Promise<TriedRecording[]> {
  const tried = new Map<string, TriedRecording>();
  await using byTurns = createByTurns(tools, signal);
  const own = givenSecrets(task.secrets);
  const secretsOf: SecretsOf = (folder) => task.elsewhere?.[folder] ?? (dirname(dirname(folder)) === task.bag ? own(folder) : null);
  for (const { recordingId, ...choice } of task.recordings) {
    signal.throwIfAborted();
    await byTurns.begin(
      async (ownTools) =>
        void tried.set(
          recordingId,
          await triedRecording({ folder: join(task.bag, 'data', recordingId), secretsOf }, recordingId, choice, ownTools, signal),
        ),
    );
  }
  await byTurns.end();
  return task.recordings.flatMap(({ recordingId }) => tried.get(recordingId) ?? []);
}

/** A recording's folder, and the secrets to open its files. */
interface TriedPlace {
  readonly folder: string;
  readonly secretsOf: SecretsOf;
}

async function triedRecording(
  place: TriedPlace,
  recordingId: string,
  choice: PlayChoice,
  tools: MediaTools,
  signal: AbortSignal,
): Promise<TriedRecording> {
  const document = documentIn(place);
  if (typeof document === 'string') return { recordingId, files: [], trouble: document };
  const { files, erased, troubles } = soundFiles(document, place);
  const played = await playRecording(document, files, { ...choice, erased }, tools, signal);
  return { recordingId, files: played.files, trouble: played.complete ? null : (troubles[0] ?? 'a file of it is missing') };
}

function documentIn({ folder, secretsOf }: TriedPlace): RecordingDocument | string {
  try {
    const { document, problems } = parseRecordingJson(readDocumentBytes(folder, secretsOf).plain);
    return document ?? `recording.json: ${problems[0] ?? 'it is damaged'}`;
  } catch (error) {
    if (error instanceof LongplayError && error.code === 'K202') return error.message;
    return `recording.json: ${systemCode(error) ?? errorText(error)}`;
  }
}

/** Returns existing audio files with the digests of the document. Their names contain no path separators, by the document's schema. */
function soundFiles(
  document: RecordingDocument,
  { folder, secretsOf }: TriedPlace,
): { readonly files: ReadonlyMap<string, PlayableFile>; readonly erased: ReadonlySet<string>; readonly troubles: readonly string[] } {
  const files = new Map<string, PlayableFile>();
  const erased = new Set<string>();
  const troubles: string[] = [];
  const copies = [...document.media.flatMap(({ access }) => access ?? []), ...(document.joined === null ? [] : [document.joined])];
  for (const file of [...document.media.map(({ original }) => original), ...copies]) {
    const { path } = file;
    const { sha256 } = file.sealed ?? file;
    const place = storedPath(folder, file);
    try {
      const { sizeBytes, digests } = hashFile(place, ['sha256']);
      const playable = digests.sha256 === sha256 ? playableFile(file, place, sizeBytes, secretsOf) : undefined;
      if (playable === null) erased.add(path);
      else if (playable !== undefined) files.set(path, playable);
      else troubles.push(`${path} differs from the imported file`);
    } catch (error) {
      const isClosed = error instanceof LongplayError && error.code === 'K203';
      if (systemCode(error) === null && !isClosed) throw error;
      troubles.push(isClosed ? error.message : `${path}: ${systemCode(error)}`);
    }
  }
  return { files, erased, troubles };
}
