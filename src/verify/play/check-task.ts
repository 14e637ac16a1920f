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
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import { givenSecrets } from '../../sealing/stored/secrets-of.ts';
import type { SeenFile } from './check-recording.ts';
import type { RecordingPart } from './parted-recordings.ts';
import type { PlayLevel } from './play-recording.ts';
import { createRecordingExaminer, type ExaminedRecordings } from './recording-examiner.ts';
import type { Stated, StatingFile } from './stated.ts';

/** Files of one bag to be read once. All are digested; those of longplay's recordings are also examined. */
export interface CheckTask extends FileBatch {
  readonly kind: 'check';
  /** Name of the bag in verdicts. */
  readonly place: string;
  readonly play: PlayLevel;
  /** Year of the bag's import, used for recordings whose own year is unknown; null if it is unknown, too. Needed only for decoding. */
  readonly importYear: string | null;
  /** A recording whose files were all read by other tasks, to be examined; absent: there is none. */
  readonly whole?: RecordingPart;
  /** Secrets of the task's sealed recordings, by recording id. Absent: sealed files are not opened. */
  readonly secrets?: Readonly<Record<string, FileSecrets>>;
  /**
   * Secrets of the documents of sealed recordings, by recording id: these documents are opened for their catalog entries, and nothing else of the recordings.
   * Absent: none is.
   */
  readonly documents?: Readonly<Record<string, string>>;
  /** Ids of recordings of the task that were erased. Absent: none. */
  readonly erased?: readonly string[];
  /** Files that were erased alone, each as `recordingId/original-1.wav`. Absent: none. */
  readonly erasedFiles?: readonly string[];
  /** True: an earlier run examined recordings and copies with the same bytes, so that the files are only digested. Absent: they are examined. */
  readonly isExamined?: boolean;
}

/** Results of a check. */
export interface CheckResult extends BatchAnswer, ExaminedRecordings {
  /** Read parts of recordings whose files are split over tasks; absent: none. */
  readonly parts?: readonly RecordingPart[];
}

/** Loads the readers of longplay's own files. */
async function loadReaders() {
  const [{ describingFile, parseStated, sealedDocumentName, statingFile, statingFileBytes, statingName }, { inspectOggOpus }] = await Promise.all([
    import('./stated.ts'),
    import('../../ogg/opus-reader.ts'),
  ]);
  return { describingFile, parseStated, sealedDocumentName, statingFile, statingFileBytes, statingName, inspectOggOpus };
}

/** Loaded for the first recording: bags of other programs do not need them. */
let readers: Awaited<ReturnType<typeof loadReaders>> | null = null;

async function loaded(): Promise<Awaited<ReturnType<typeof loadReaders>>> {
  readers ??= await loadReaders();
  return readers;
}

/**
 * Reads the files of a task; runs in a worker. Whole recordings (folders) come in one task. After enough bytes the task ends, and the names of the remaining
 * files are returned. `tools` is called only for decoding.
 * @param meter receives progress; absent: not needed
 */
export async function runCheckTask(task: CheckTask, tools: () => Promise<MediaTools>, signal: AbortSignal, meter?: MeterSide): Promise<CheckResult> {
  const comparison = createComparison(task);
  const algorithms = batchAlgorithms(task);
  await using looking = createRecordingExaminer(placeOf(task), task.importYear, tools, signal);
  let bytes = 0;
  const parts: RecordingPart[] = [];
  let folder: SeenFile[] = [];
  let unread: string[] = [];
  let stated: Stated | null = null;
  let described: RecordingDocument | null = null;
  let last: string | null = null;
  const closeFolder = async (): Promise<void> => {
    if (task.isExamined === true) return;
    if (last !== null && task.parted?.includes(last) === true) parts.push({ folder: last, files: folder, unread });
    else if (stated !== null) await looking.take(stated, { seen: folder, unread, described });
    folder = [];
    unread = [];
    stated = null;
    described = null;
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
    const inside = own === parent && task.isExamined !== true ? await loaded() : null;
    const inspect = name.endsWith('.opus') ? (inside?.inspectOggOpus() ?? null) : null;
    const at = inside === null || own === null ? null : { inside, id: basename(own), name: name.slice(own.length) };
    const stating = at === null ? null : at.inside.statingFile(at.name, task.secrets?.[at.id]);
    const describing = at === null ? null : at.inside.describingFile(at.name, task.documents?.[at.id]);
    const parsing = stating ?? describing;
    const text = inside === null || parsing === null ? null : keepBytes(inside.statingFileBytes);
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
    if (text === null || parsing === null) continue;
    const parsed = inside.parseStated(parsing, text.bytes());
    if (stating !== null) ({ stated } = parsed);
    else if (parsed.stated?.of === 'document') described = parsed.stated.document;
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
    const whole = await statedOf(task, task.whole);
    if (whole !== null) await looking.take(whole.stated, { seen: task.whole.files, unread: task.whole.unread, described: whole.described });
  }
  return { ...comparison.finish(), ...(await looking.finish()), ...(parts.length === 0 ? {} : { parts }) };
}

function placeOf({ place, bag, play, secrets, erased, erasedFiles }: CheckTask): Parameters<typeof createRecordingExaminer>[0] {
  return { place, bag, play, secretsOf: givenSecrets(secrets), erased: new Set(erased), erasedFiles: new Set(erasedFiles) };
}

/** Reads what the folder of a split recording says of its files. Null if the document is missing or invalid; the task that read it has reported this. */
async function statedOf(
  task: Pick<CheckTask, 'bag' | 'secrets' | 'documents'>,
  { folder, files }: RecordingPart,
): Promise<{ readonly stated: Stated; readonly described: RecordingDocument | null } | null> {
  const { describingFile, parseStated, sealedDocumentName, statingFile, statingFileBytes, statingName } = await loaded();
  const id = basename(folder);
  const read = (name: string, how: StatingFile): Stated | null => {
    try {
      return parseStated(how, readTagFile(join(task.bag, folder, name), statingFileBytes)).stated;
    } catch (error) {
      if (systemCode(error) === null) throw error;
      return null;
    }
  };
  const secrets = task.secrets?.[id];
  const name = statingName(
    files.map((file) => file.name),
    secrets,
  );
  const stating = name === null ? null : statingFile(name, secrets);
  const stated = name === null || stating === null ? null : read(name, stating);
  if (stated === null) return null;
  const describing = describingFile(sealedDocumentName, task.documents?.[id]);
  const described = describing === null ? null : read(sealedDocumentName, describing);
  return { stated, described: described?.of === 'document' ? described.document : null };
}

// One buffer per thread: a document is parsed before the next one is read.
let kept = new Uint8Array(limits.readChunkBytes);

/** Keeps bytes up to a limit. A document cut off at the limit fails its schema. The bytes are valid until the next file. */
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
