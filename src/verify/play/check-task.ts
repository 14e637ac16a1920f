import { basename, join } from 'node:path';
import { recordingFolder } from '../../archive/bag/names.ts';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { type BatchAnswer, batchAlgorithms, batchBytes, createComparison, type FileBatch } from '../../archive/files/file-batch.ts';
import { hashAnswer } from '../../archive/files/hash-file.ts';
import { systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { MeterSide } from '../../core/base/meter.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import type { MediaTools } from '../../media/tools/types.ts';
import type { SeenFile } from './check-recording.ts';
import type { RecordingPart } from './parted-recordings.ts';
import type { PlayLevel } from './play-recording.ts';
import { createRecordingExaminer, type ExaminedRecordings } from './recording-examiner.ts';

/** Files of one bag to be read once: digested, and examined if they are longplay's own. */
export interface CheckTask extends FileBatch {
  readonly kind: 'check';
  /** Name of the bag in verdicts. */
  readonly place: string;
  readonly play: PlayLevel;
  /** Year of the bag's import, for recordings of unknown year; null if that is unknown too. Needed only for decoding. */
  readonly importYear: string | null;
  /** A recording whose files were all read by other tasks, to be examined; absent: there is none. */
  readonly whole?: RecordingPart;
}

/** Results of a check. */
export interface CheckResult extends BatchAnswer, ExaminedRecordings {
  /** What was read of recordings whose files are split over tasks; absent: nothing. */
  readonly parts?: readonly RecordingPart[];
}

/** Loads the readers of longplay's own files. */
async function loadReaders() {
  const [{ parseRecordingJson }, { inspectOggOpus }] = await Promise.all([
    import('../../archive/documents/recording-json.ts'),
    import('../../ogg/opus-reader.ts'),
  ]);
  return { parseRecordingJson, inspectOggOpus };
}

/** Loaded for the first recording: bags of other programs do not need them. */
let readers: Awaited<ReturnType<typeof loadReaders>> | null = null;

async function loaded(): Promise<Awaited<ReturnType<typeof loadReaders>>> {
  readers ??= await loadReaders();
  return readers;
}

/**
 * Reads the files of a task; runs in a worker. Whole recordings (folders) come in one task; after enough bytes the rest is
 * returned. `tools` is called only for decoding.
 * @param meter receives progress; absent: not needed
 */
export async function runCheckTask(task: CheckTask, tools: () => Promise<MediaTools>, signal: AbortSignal, meter?: MeterSide): Promise<CheckResult> {
  const comparison = createComparison(task);
  const algorithms = batchAlgorithms(task);
  await using looking = createRecordingExaminer({ place: task.place, bag: task.bag, play: task.play }, task.importYear, tools, signal);
  let bytes = 0;
  const parts: RecordingPart[] = [];
  let folder: SeenFile[] = [];
  let unread: string[] = [];
  let document: RecordingDocument | null = null;
  let last: string | null = null;
  const closeFolder = async (): Promise<void> => {
    if (last !== null && task.parted?.includes(last) === true) parts.push({ folder: last, files: folder, unread });
    else if (document !== null) await looking.take(document, folder, unread);
    folder = [];
    unread = [];
    document = null;
  };
  for (const [id, name] of task.names.entries()) {
    signal.throwIfAborted();
    const parent = name.slice(0, name.lastIndexOf('/') + 1);
    const own = recordingFolder(name);
    const group = own ?? parent;
    if (last !== null && group !== last) await closeFolder();
    if (bytes >= batchBytes && (group !== last || own === null)) {
      last = null;
      break;
    }
    last = group;
    const inside = own === parent ? await loaded() : null;
    const inspect = name.endsWith('.opus') ? (inside?.inspectOggOpus() ?? null) : null;
    const text = inside !== null && name === `${own}recording.json` ? keepBytes(limits.recordingJsonBytes) : null;
    const answer = hashAnswer({ id, path: `${task.bag}/${name}`, algorithms }, (chunk) => {
      meter?.addBytes(chunk.length);
      inspect?.push(chunk);
      text?.push(chunk);
    });
    comparison.put(answer);
    if (answer.error !== null) {
      if (inside !== null) unread.push(basename(name));
      continue;
    }
    bytes += answer.sizeBytes;
    if (inside === null) continue;
    folder.push({
      path: name,
      name: basename(name),
      sizeBytes: answer.sizeBytes,
      sha256: answer.digests.sha256 ?? null,
      ogg: inspect?.finish() ?? null,
    });
    if (text === null) continue;
    const parsed = inside.parseRecordingJson(text.bytes());
    ({ document } = parsed);
    for (const problem of parsed.problems) {
      looking.say({
        kind: 'verdict',
        verdict: 'corrupt',
        code: 'V110',
        path: `${task.place}/${name}`,
        message: `does not follow the schema: ${problem}`,
        severity: 'error',
      });
    }
  }
  await closeFolder();
  if (task.whole !== undefined) {
    const whole = await documentOf(task.bag, task.whole);
    if (whole !== null) await looking.take(whole, task.whole.files, task.whole.unread);
  }
  return { ...comparison.finish(), ...(await looking.finish()), ...(parts.length === 0 ? {} : { parts }) };
}

/** Reads the document of a split recording; null if it is missing or invalid, which the task that read it has reported. */
async function documentOf(bag: string, { folder, files }: RecordingPart): Promise<RecordingDocument | null> {
  if (!files.some(({ name }) => name === 'recording.json')) return null;
  const { parseRecordingJson } = await loaded();
  try {
    return parseRecordingJson(readTagFile(join(bag, folder, 'recording.json'), limits.recordingJsonBytes)).document;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}

// One per thread: a document is parsed before the next one is read.
let kept = new Uint8Array(limits.readChunkBytes);

/** Keeps bytes up to a limit; a truncated document fails its schema. Valid until the next file. */
function keepBytes(most: number): { push(chunk: Uint8Array): void; bytes(): Uint8Array } {
  let size = 0;
  return {
    push: (chunk) => {
      if (size > most) return;
      if (size + chunk.length > kept.length) {
        const longer = new Uint8Array(2 * (size + chunk.length));
        longer.set(kept.subarray(0, size));
        kept = longer;
      }
      kept.set(chunk, size);
      size += chunk.length;
    },
    bytes: () => kept.subarray(0, size),
  };
}
