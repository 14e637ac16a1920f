import { dirname, join } from 'node:path';
import { bagType, makingOf } from '../../archive/bag/info.ts';
import { parseRecordingJson } from '../../archive/documents/recording-json.ts';
import { storedPath } from '../../archive/documents/stored-path.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { byCodePoint } from '../../core/base/order.ts';
import { type StoredFile, storedFilesOf } from '../../core/model/recording-document.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import { WorkerCrash, type WorkerPool } from '../../media/workers/worker-pool.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import { unlockKeys } from '../../sealing/open-keys.ts';
import { secretsOfRecordings } from '../../sealing/stored/secrets-of.ts';
import { readDocumentBytes } from '../../sealing/stored/stored-bytes.ts';
import type { CatalogPlace } from '../../store/catalog/catalog.ts';
import type { PlayChoice, PlayedFile } from './play-recording.ts';
import type { PlayTask, TriedRecording } from './play-task.ts';
import { type PlayNote, playedVerdicts, untriedOutcomes } from './played-verdicts.ts';

/** A drawn recording, and which of its files are decoded. */
export interface DrawnRecording<Of> {
  readonly place: Pick<CatalogPlace, 'bag' | 'recordingId'>;
  readonly choice: PlayChoice;
  /** The draw to which the recording belongs, in the caller's terms. */
  readonly of: Of;
}

/** Result of decoding a drawn recording. */
export interface PlayedDrawn<Of> {
  readonly of: Of;
  /** `undecodable`: a file does not decode. `untried`: a program, a password or a file is missing, or there is nothing to decode. */
  readonly outcome: 'same' | 'near' | 'different' | 'undecodable' | 'untried';
  readonly verdicts: readonly Verdict[];
  readonly notes: readonly PlayNote[];
  readonly audioMs: number;
  /** 1 if a file should have been decoded and could not be tried; 0 otherwise, also if the recording was never decodable. */
  readonly lacking: number;
}

/** Returns true for the place of a recording below bags/. A catalog is derived data, and its content is not trusted. */
export function isPlace({ bag, recordingId }: Pick<CatalogPlace, 'bag' | 'recordingId'>): boolean {
  return /^[^/\\.][^/\\]*\/[^/\\.][^/\\]*$/.test(bag) && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(recordingId);
}

/** Tools for decoding drawn recordings. */
interface DrawnTools {
  readonly pool: WorkerPool;
  /** Pages of the keyring that are lost for good, as two persons acknowledged. */
  readonly lostPages: ReadonlySet<string>;
}

/** Decodes drawn recordings, bag by bag, in the order on disk; yields results in that order. */
export async function* playDrawn<Of>(
  dir: string,
  all: readonly DrawnRecording<Of>[],
  { pool, lostPages }: DrawnTools,
  signal: AbortSignal,
): AsyncGenerator<PlayedDrawn<Of>> {
  const running: { readonly work: WorkOfBag<Of>; readonly tried: Promise<Tried[]> }[] = [];
  if (all.some(({ place }) => makingOf(join(dir, 'bags', place.bag)) !== null)) await unlockKeys();
  const next = tasksOf(dir, all);
  for (;;) {
    while (running.length < pool.size * 2) {
      const work = next.next();
      if (work.done === true) break;
      const tried = runTried(pool, work.value.task);
      // Awaited in order below; until then a rejection must not count as unhandled.
      tried.catch(() => undefined);
      running.push({ work: work.value, tried });
    }
    const first = running.shift();
    if (first === undefined) return;
    for (const [index, recording] of (await first.tried).entries()) {
      const drawn = first.work.drawn[index];
      if (drawn === undefined) throw new Error('more answers than recordings');
      const folder = `${first.work.folder}/data/${recording.recordingId}`;
      const { verdicts, notes, audioMs, untried: lacking } = playedVerdicts({ files: recording.files, complete: recording.trouble === null }, folder);
      const crash = recording.crash === null ? [] : [errorVerdict('unreachable', 'V208', folder, recording.crash)];
      const { task, erased } = first.work;
      const isErased = erased.includes(recording.recordingId);
      const isClosed = !isErased && task.secrets !== undefined && task.secrets[recording.recordingId] === undefined;
      const isLost = isClosed && lostPages.has(makingOf(join(dir, first.work.folder)) ?? '');
      const closed: PlayNote[] = isClosed ? [{ code: isLost ? 'K132' : 'K203', what: 'recording', files: 1, first: folder }] : [];
      yield {
        of: drawn.of,
        outcome: outcomeOf(recording),
        verdicts: [...verdicts, ...crash],
        notes: [...notes, ...closed],
        audioMs,
        lacking: isErased || isLost ? 0 : lacking,
      };
    }
    signal.throwIfAborted();
  }
}

/** Recordings of one bag that go to a thread together. */
interface WorkOfBag<Of> {
  /** Path relative to the archive. */
  readonly folder: string;
  readonly task: PlayTask;
  /** Ids of the recordings whose secrets were destroyed. */
  readonly erased: readonly string[];
  readonly drawn: readonly DrawnRecording<Of>[];
}

const recordingsPerTask = 8;

function* tasksOf<Of>(dir: string, drawn: readonly DrawnRecording<Of>[]): Generator<WorkOfBag<Of>> {
  const all = [...drawn].sort((a, b) => byCodePoint(`${a.place.bag} ${a.place.recordingId}`, `${b.place.bag} ${b.place.recordingId}`));
  const parts: DrawnRecording<Of>[][] = [];
  for (const one of all) {
    const part = parts.at(-1);
    if (part !== undefined && part.length < recordingsPerTask && part[0]?.place.bag === one.place.bag) part.push(one);
    else parts.push([one]);
  }
  for (const part of parts) {
    const bag = part[0]?.place.bag ?? '';
    const recordings = part.map(({ choice, place }) => ({ ...choice, recordingId: place.recordingId }));
    yield { folder: `bags/${bag}`, ...playTask(join(dir, 'bags', bag), recordings), drawn: part };
  }
}

function playTask(bag: string, recordings: PlayTask['recordings']): Pick<WorkOfBag<unknown>, 'task' | 'erased'> {
  const task: PlayTask = { kind: 'play', bag, recordings };
  if (makingOf(bag) === null) return { task, erased: [] };
  const ids = recordings.map(({ recordingId }) => recordingId);
  const { secrets, erased } = secretsOfRecordings(bag, ids);
  const elsewhere = bagType(bag) === 'amendment' ? secretsElsewhere(bag, Object.keys(secrets)) : {};
  return { task: { ...task, secrets, ...(Object.keys(elsewhere).length === 0 ? {} : { elsewhere }) }, erased };
}

/** Returns the secrets of files in other bags to which descriptions refer, by path of the recording's folder there. The task reports what cannot be read. */
function secretsElsewhere(bag: string, ids: readonly string[]): Record<string, FileSecrets> {
  const found: Record<string, FileSecrets> = {};
  for (const id of ids) {
    const folder = join(bag, 'data', id);
    const files = storedFilesIn(folder).filter((file) => file.bag !== undefined && file.sealed !== undefined);
    for (const own of new Set(files.map((file) => dirname(storedPath(folder, file))))) {
      const { secrets } = secretsOfRecordings(join(own, '../..'), [id]);
      if (secrets[id] !== undefined) found[own] = secrets[id];
    }
  }
  return found;
}

function storedFilesIn(folder: string): readonly StoredFile[] {
  try {
    const { document } = parseRecordingJson(readDocumentBytes(folder).plain);
    return document === null ? [] : storedFilesOf(document);
  } catch (error) {
    if (!(error instanceof LongplayError) && systemCode(error) === null) throw error;
    return [];
  }
}

type Tried = TriedRecording & { readonly crash: string | null };

/** Runs a task. If threads crash during a task of several recordings, tries each recording alone. */
async function runTried(pool: WorkerPool, task: PlayTask): Promise<Tried[]> {
  try {
    return (await pool.run<TriedRecording[]>(task)).map((tried) => ({ ...tried, crash: null }));
  } catch (error) {
    if (!(error instanceof WorkerCrash)) throw error;
    const [only, ...others] = task.recordings;
    if (only === undefined) throw error;
    const crash = `two threads crashed while decoding it (${error.message})`;
    if (others.length === 0) return [{ recordingId: only.recordingId, files: [], trouble: crash, crash }];
    const tried: Tried[] = [];
    for (const one of task.recordings) tried.push(...(await runTried(pool, { ...task, recordings: [one] })));
    return tried;
  }
}

function outcomeOf({ files, trouble, crash }: Tried): PlayedDrawn<unknown>['outcome'] {
  const has = (wanted: PlayedFile['outcome']): boolean => files.some(({ outcome }) => outcome === wanted);
  if (has('broken')) return 'undecodable';
  if (has('different')) return 'different';
  if (crash !== null || files.length === 0 || trouble !== null || files.some(({ outcome }) => untriedOutcomes.has(outcome))) return 'untried';
  return has('near') ? 'near' : 'same';
}
