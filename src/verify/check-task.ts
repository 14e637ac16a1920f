import { basename, dirname, join } from 'node:path';
import { type HashedFile, hashFile } from '../archive/hash-file.ts';
import { parseRecordingJson } from '../archive/recording-json.ts';
import { errorText, systemCode } from '../core/error.ts';
import { limits } from '../core/limits.ts';
import type { RecordingDocument } from '../core/recording-document.ts';
import type { Verdict } from '../core/verdict.ts';
import { inspectOggOpus, type OggOpusSummary } from '../media/ogg-opus-reader.ts';
import type { MediaTools } from '../media/types.ts';
import { checkRecording, type SeenFile } from './check-recording.ts';

/** Files of one bag to be read once: digested, and looked into where they are ours. */
export interface CheckTask {
  readonly kind: 'check';
  /** Absolute path of the bag. */
  readonly bag: string;
  /** How verdicts name the bag. */
  readonly place: string;
  /** Relative to the bag; files of one folder stand together. */
  readonly files: readonly string[];
  readonly algorithms: readonly string[];
  /** Decode every access copy in full. */
  readonly play: boolean;
}

/** What reading a file gave, or why it could not be read. */
export type CheckedFile = (HashedFile & { readonly path: string }) | { readonly path: string; readonly error: string };

/** What a check found. */
export interface CheckResult {
  readonly files: readonly CheckedFile[];
  /** About recordings and copies: what digests alone do not tell. */
  readonly verdicts: readonly Verdict[];
  readonly bytes: number;
  readonly audioMs: number;
}

/** Reads the files of a task; runs in a worker. Whole recordings, that is folders, come in one task. */
export async function runCheckTask(task: CheckTask, tools: MediaTools, signal: AbortSignal): Promise<CheckResult> {
  const files: CheckedFile[] = [];
  const verdicts: Verdict[] = [];
  let bytes = 0;
  let audioMs = 0;
  let folder: SeenFile[] = [];
  let document: RecordingDocument | null = null;
  const closeFolder = async (): Promise<void> => {
    if (document !== null) {
      const result = await checkRecording(document, folder, { place: task.place, bag: task.bag, play: task.play }, tools, signal);
      verdicts.push(...result.verdicts);
      audioMs += result.audioMs;
    }
    folder = [];
    document = null;
  };
  for (const [index, path] of task.files.entries()) {
    signal.throwIfAborted();
    if (index > 0 && dirname(path) !== dirname(task.files[index - 1] ?? '')) await closeFolder();
    const inspect = path.endsWith('.opus') ? inspectOggOpus() : null;
    const pieces: Uint8Array[] = [];
    const isDocument = /^data\/[0-9a-f-]{36}\/recording\.json$/.test(path);
    let kept = 0;
    try {
      const hashed = hashFile(join(task.bag, path), task.algorithms, (chunk) => {
        inspect?.push(chunk);
        if (!isDocument || kept > limits.recordingJsonBytes) return;
        kept += chunk.length;
        pieces.push(chunk.slice());
      });
      bytes += hashed.sizeBytes;
      files.push({ path, ...hashed });
      const ogg: OggOpusSummary | null = inspect?.finish() ?? null;
      folder.push({ path, name: basename(path), sizeBytes: hashed.sizeBytes, sha256: hashed.digests.sha256 ?? null, ogg });
    } catch (error) {
      if (systemCode(error) === null) throw error;
      files.push({ path, error: systemCode(error) ?? errorText(error) });
    }
    if (!isDocument || pieces.length === 0) continue;
    const parsed = parseRecordingJson(Buffer.concat(pieces));
    ({ document } = parsed);
    for (const problem of parsed.problems) {
      verdicts.push({
        kind: 'verdict',
        verdict: 'corrupt',
        code: 'V110',
        path: `${task.place}/${path}`,
        message: `does not follow the schema: ${problem}`,
        severity: 'error',
      });
    }
  }
  await closeFolder();
  return { files, verdicts, bytes, audioMs };
}
