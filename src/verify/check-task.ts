import { basename } from 'node:path';
import { type BatchAnswer, batchAlgorithms, batchBytes, createComparison, type FileBatch } from '../archive/file-batch.ts';
import { hashAnswer } from '../archive/hash-file.ts';
import type { EntryDigest } from '../catalog/catalog-entry.ts';
import { limits } from '../core/limits.ts';
import type { RecordingDocument } from '../core/recording-document.ts';
import type { Verdict } from '../core/verdict.ts';
import { createStrataTally, type PlayedStratum, stratumOf } from '../history/strata.ts';
import type { MediaTools } from '../media/types.ts';
import type { SeenFile } from './check-recording.ts';
import type { PlayLevel } from './play-recording.ts';
import type { PlayNote } from './played-verdicts.ts';

/** Files of one bag to be read once: digested, and looked into where they are ours. */
export interface CheckTask extends FileBatch {
  readonly kind: 'check';
  /** How verdicts name the bag. */
  readonly place: string;
  readonly play: PlayLevel;
  /** Year of the bag's import, for recordings whose own is not known; null where that is not known either. Asked for only to play. */
  readonly importYear: string | null;
}

/** What a check found. */
export interface CheckResult extends BatchAnswer {
  /** About recordings and copies: what digests alone do not tell. */
  readonly verdicts: readonly Verdict[];
  readonly audioMs: number;
  readonly recordings: number;
  /** What the catalog should say of them. */
  readonly entries: readonly EntryDigest[];
  /** What was played, by stratum. */
  readonly strata: readonly PlayedStratum[];
  /** Recordings that should have been played and could not be tried. */
  readonly untried: number;
  readonly notes: readonly PlayNote[];
}

/** What looks into recordings of ours. */
async function loadReaders() {
  const [{ parseRecordingJson }, { catalogEntry, entryDigest }, { inspectOggOpus }, { checkRecording }] = await Promise.all([
    import('../archive/recording-json.ts'),
    import('../catalog/catalog-entry.ts'),
    import('../media/ogg-opus-reader.ts'),
    import('./check-recording.ts'),
  ]);
  return { parseRecordingJson, catalogEntry, entryDigest, inspectOggOpus, checkRecording };
}

/** Loaded when the first recording is met: another's bag is read without it. */
let readers: Awaited<ReturnType<typeof loadReaders>> | null = null;

/**
 * Reads the files of a task; runs in a worker. Whole recordings, that is folders, come in one task; after enough bytes the rest of them is
 * left. `tools` is asked only to play.
 */
export async function runCheckTask(task: CheckTask, tools: () => Promise<MediaTools>, signal: AbortSignal): Promise<CheckResult> {
  const comparison = createComparison(task);
  const algorithms = batchAlgorithms(task);
  const verdicts: Verdict[] = [];
  let bytes = 0;
  let audioMs = 0;
  let recordings = 0;
  let untried = 0;
  const entries: EntryDigest[] = [];
  const strata = createStrataTally();
  const notes: PlayNote[] = [];
  let folder: SeenFile[] = [];
  let unread = new Set<string>();
  let document: RecordingDocument | null = null;
  const closeFolder = async (): Promise<void> => {
    if (document !== null && readers !== null) {
      const { catalogEntry, checkRecording, entryDigest } = readers;
      const result = await checkRecording(document, folder, unread, { place: task.place, bag: task.bag, play: task.play }, tools, signal);
      verdicts.push(...result.verdicts);
      audioMs += result.audioMs;
      recordings++;
      const entry = catalogEntry(document);
      entries.push(entryDigest(entry));
      if (result.played !== null) {
        strata.add(
          stratumOf(entry, () => task.importYear),
          result.played.counts,
        );
        untried += result.played.untried;
        notes.push(...result.played.notes);
      }
    }
    folder = [];
    unread = new Set();
    document = null;
  };
  let last: string | null = null;
  for (const [id, name] of task.names.entries()) {
    signal.throwIfAborted();
    const parent = name.slice(0, name.lastIndexOf('/'));
    if (last !== null && parent !== last) await closeFolder();
    if (bytes >= batchBytes && (parent !== last || !recordingFolder.test(parent))) break;
    last = parent;
    if (recordingFolder.test(parent)) readers ??= await loadReaders();
    const inspect = name.endsWith('.opus') ? (readers?.inspectOggOpus() ?? null) : null;
    const text = documentName.test(name) ? keepBytes(limits.recordingJsonBytes) : null;
    const answer = hashAnswer({ id, path: `${task.bag}/${name}`, algorithms }, (chunk) => {
      inspect?.push(chunk);
      text?.push(chunk);
    });
    comparison.put(answer);
    if (answer.error !== null) {
      unread.add(basename(name));
      continue;
    }
    bytes += answer.sizeBytes;
    folder.push({
      path: name,
      name: basename(name),
      sizeBytes: answer.sizeBytes,
      sha256: answer.digests.sha256 ?? null,
      ogg: inspect?.finish() ?? null,
    });
    if (text === null || readers === null) continue;
    const parsed = readers.parseRecordingJson(text.bytes());
    ({ document } = parsed);
    for (const problem of parsed.problems) {
      verdicts.push({
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
  return { ...comparison.finish(), verdicts, audioMs, recordings, entries, strata: strata.list(), untried, notes };
}

/** A recording's folder in a bag of ours, and its document. */
const recordingFolder = /^data\/[0-9a-f-]{36}$/;
const documentName = /^data\/[0-9a-f-]{36}\/recording\.json$/;

// One for each thread: a document is parsed before the next one is read.
let kept = new Uint8Array(limits.readChunkBytes);

/** Keeps what passes, up to a limit; what is cut off is no document any more and fails its schema. Valid until the next file. */
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
