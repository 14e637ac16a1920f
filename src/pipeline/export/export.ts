import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { storedPlace } from '../../archive/documents/stored-path.ts';
import { syncFolder } from '../../archive/files/durable.ts';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { canonicalJson } from '../../core/base/canonical-json.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { finding } from '../../core/findings/finding.ts';
import { isMachineFinding } from '../../core/findings/finding-table.ts';
import type { RecordingDocument, StoredFile, StoredMedium } from '../../core/model/recording-document.ts';
import type { WindowCounts } from '../../core/time/time-span.ts';
import { createLandedRecordings, type LandedRecordings } from '../../log/entries/landed-recordings.ts';
import { isErasedAlone, openStoredFile } from '../../sealing/stored/stored-bytes.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import { unknownDirectionOf, windowCountsOf } from '../../store/catalog/window-counts.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { type Checksums, writeChecksums } from '../files/checksum-file.ts';
import { copyChecked, createDigestedFile, type DigestedFile, removePartials } from '../files/digested-file.ts';
import { isEmptyFolder, keepApart, refuseFile } from '../files/target-folder.ts';
import { type ArchiveQuery, catalogQuery } from '../open/bag-verification.ts';
import { createEntering, type EntryTools, type NotEntered, notEnteredFinding } from '../open/enter-one.ts';
import { noSuchRecording } from '../open/erased.ts';
import { landedBagsOf } from '../open/landed-bags.ts';
import { openForReading } from '../open/open-archive.ts';
import { tryRecording, unreadFinding } from '../open/query.ts';
import { exportVcon, type VconRequest } from './export-vcon.ts';
import { checkTemplate, freeStem, nameOf } from './names.ts';
import type { VconFile } from './vcon.ts';

/** What is exported, and under which names. */
export interface ExportRequest {
  readonly query: ArchiveQuery;
  /** `access`: access copies, or the original if there is none; `original`; `both`. */
  readonly take: 'access' | 'original' | 'both';
  /** Template for the names of each recording's files, without extension; fields of `export-names.ts` are in braces. */
  readonly nameTemplate: string;
  /** A vCon beside the files of each recording; null: none. */
  readonly vcon: VconRequest | null;
}

/** Result of an export. */
export interface ExportOutcome {
  readonly recordings: number;
  readonly files: number;
  readonly bytes: number;
  /** Number of files that differ from their recorded digest; none of them is exported. */
  readonly corrupt: number;
  /** Number of files that the system could not read: their state is unknown. */
  readonly unreachable: number;
  /** Number of recordings without such a file. */
  readonly empty: number;
  /** Number of files that were erased while their recordings stayed. */
  readonly erased: number;
  /** How the recordings relate to the requested time range; null: no range was requested. */
  readonly window: WindowCounts | null;
  /** Number of calls that match except that their direction is unknown; null: no direction was requested. */
  readonly unknownDirection: number | null;
  readonly vcons: number;
}

/** Tools of an export. */
export interface ExportTools extends EntryTools {
  /** Folder for temporary files. */
  readonly temporary: string;
}

/**
 * Exports recordings as plain files with readable names. Each is checked against its digest while it is copied. Also writes a manifest for
 * `sha256sum -c`, and the metadata as JSON lines. The log records which recordings will be exported before any is, and their number afterwards, also
 * after an interruption.
 */
export async function* exportRecordings(
  archiveDir: string,
  request: ExportRequest,
  out: string,
  { temporary, ...tools }: ExportTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ExportOutcome> {
  checkTemplate(request.nameTemplate);
  refuseFile(out, 'U133');
  keepApart([archiveDir], out);
  using opened = yield* openForReading(archiveDir, temporary, signal);
  const { archive, catalog } = opened;
  const query = yield* catalogQuery(archive, catalog, request.query, signal);
  const total = catalog.totals(query).recordings;
  const window = windowCountsOf(catalog.count, query, total);
  const unknownDirection = unknownDirectionOf(catalog.count, query);
  if (total === 0) {
    const { recordingId } = request.query;
    const gone = recordingId === undefined ? null : await noSuchRecording(archive, recordingId, tools.keys, signal);
    if (gone?.code === 'K204') throw gone;
    throw new LongplayError('usage', 'U132', `no recording matches${timelessText(window)}`, `list the recordings with: longplay list ${archiveDir}`);
  }
  if (request.query.recordingId !== undefined && total > 1)
    throw new LongplayError('usage', 'U131', agree`${total} id[s] [begins|begin] with '${request.query.recordingId}'`, 'give more of the id');
  if (!isEmptyFolder(out) && !isUnfinished(out))
    throw new LongplayError('usage', 'U133', `${out} is not empty`, 'name a new or empty folder with --out');
  mkdirSync(out, { recursive: true });
  const manifest: Checksums = new Map();
  // The manifest is empty until all files are written: an interrupted run is recognised by this, and `sha256sum -c` does not accept it as complete.
  await writeChecksums(join(out, manifestName), manifest);
  removePartials(out);
  const metadata = createDigestedFile(join(out, metadataName));
  const landed = createLandedRecordings(archive.dir, await landedBagsOf(archive, tools.keys, signal));
  const exporting = new RecordingsExport({ archive, landed, request, out, manifest, metadata });
  const entering = createEntering(archive, tools);
  let complete = false;
  let refusal: NotEntered | null = null;
  const announce = async (part: readonly Found[]): Promise<void> => {
    const detail = { recordings: part.length, take: request.take };
    refusal ??= await entering.enter('export-begun', detail, { recordings: part.map(({ recordingId }) => recordingId) });
  };
  try {
    for await (const found of announced(catalog.search(query), announce)) {
      signal.throwIfAborted();
      if (!(yield* exporting.one(found))) continue;
      const { recordings: done, bytes } = exporting.counts;
      yield { type: 'progress', phase: 'exporting', done, total, unit: 'recordings', bytes, bytesTotal: null, audioMs: 0 };
    }
    manifest.set(metadataName, metadata.finish());
    complete = true;
  } finally {
    metadata.discard();
    const { recordings, files, bytes } = exporting.counts;
    // Entered after an interruption as well, because the files so far were exported.
    refusal ??= await entering.enter('exported', { recordings, files, bytes, complete });
    await entering.close();
    if (refusal !== null) yield findingEvent(notEnteredFinding('P172', refusal));
  }
  // Written after the entry: an export with a manifest is then in the log, unless a finding says otherwise.
  await writeChecksums(join(out, manifestName), manifest);
  await syncFolder(out);
  return { ...exporting.counts, window, unknownDirection };
}

/** Name of the file with the metadata of all recordings. */
const metadataName = 'recordings.jsonl';

/** Input and output of an export. */
interface ExportPlace {
  readonly archive: Archive;
  readonly landed: LandedRecordings;
  readonly request: ExportRequest;
  readonly out: string;
  readonly manifest: Checksums;
  readonly metadata: DigestedFile;
}

/** Exports the recordings of one export. A file is added to the manifest only after a copy of it had the recorded digest. */
class RecordingsExport {
  readonly counts = { recordings: 0, files: 0, bytes: 0, corrupt: 0, unreachable: 0, empty: 0, erased: 0, vcons: 0 };
  readonly #place: ExportPlace;
  readonly #taken = new Set([manifestName, metadataName]);

  constructor(place: ExportPlace) {
    this.#place = place;
  }

  /** Exports one recording. @returns false if its document cannot be read */
  *one(found: Found): Generator<PipelineEvent, boolean> {
    const { archive, landed, request, metadata } = this.#place;
    const shown = tryRecording(archive.dir, found, landed);
    if ('refused' in shown) {
      if (shown.refused === null) this.counts.corrupt++;
      else this.counts.unreachable++;
      yield findingEvent(unreadFinding(found, shown, 'its recording was not exported'));
      return false;
    }
    const { document, folder } = shown;
    const chosen = chosenFiles(document, request.take);
    const endings = [...chosen.map(({ ending }) => ending), ...(request.vcon === null ? [] : ['.vcon'])];
    const stem = freeStem(nameOf(document, found.bag, request.nameTemplate), endings, this.#taken);
    if (chosen.length === 0) {
      this.counts.empty++;
      yield findingEvent(finding('P170', found.recordingId, 'has no audio to export; its metadata is in recordings.jsonl'));
    }
    const exported: VconFile[] = [];
    for (const one of chosen) {
      const name = stem + one.ending;
      if (yield* this.#copy(found, one.file, folder, name)) exported.push({ name, file: one.file, medium: one.medium, isCopy: one.isCopy });
    }
    const files = exported.map(({ name, file }) => ({ file: name, sha256: file.sha256 }));
    metadata.write(Buffer.from(`${canonicalJson({ files, document })}\n`, 'utf8'));
    if (request.vcon !== null) yield* this.#vcon(request.vcon, found, document, { exported, name: `${stem}.vcon` });
    this.counts.recordings++;
    return true;
  }

  /** Copies a file and adds it to the manifest. @returns false if the file could not be read, or differs from its recorded digest */
  *#copy(found: Found, file: StoredFile, folder: string, name: string): Generator<PipelineEvent, boolean> {
    const { out, request, manifest } = this.#place;
    if (isErasedAlone(folder, file)) {
      this.counts.erased++;
      yield findingEvent(finding('E128', storedPlace(found.bag, found.recordingId, file), 'was erased; it was not exported'));
      return false;
    }
    // A vCon contains the SHA-512 of a file, which is then checked as well.
    const wrong = copyChecked(() => openStoredFile(folder, file), join(out, name), request.vcon === null ? { sha256: file.sha256 } : file);
    if (wrong !== null) {
      const place = storedPlace(found.bag, found.recordingId, file);
      if (wrong.refused) {
        this.counts.unreachable++;
        yield findingEvent(finding('P175', place, `it cannot be read (${wrong.found}); it was not exported`));
      } else {
        this.counts.corrupt++;
        yield findingEvent(finding('P171', place, `was not exported: ${wrong.found.slice(0, 16)} instead of SHA-256 ${file.sha256.slice(0, 16)}…`));
      }
      return false;
    }
    manifest.set(name, file.sha256);
    this.counts.files++;
    this.counts.bytes += file.sizeBytes;
    yield { type: 'result', of: 'exported', value: { recordingId: found.recordingId, file: name, sizeBytes: file.sizeBytes, sha256: file.sha256 } };
    return true;
  }

  /** Writes the vCon of a recording and adds it to the manifest. */
  *#vcon(
    request: VconRequest,
    found: Found,
    document: RecordingDocument,
    { exported, name }: { readonly exported: readonly VconFile[]; readonly name: string },
  ): Generator<PipelineEvent, void> {
    const { archive, out, manifest } = this.#place;
    const made = exportVcon(request, document, exported, { archive: archive.id, bag: join(archive.dir, 'bags', found.bag), out, name });
    for (const said of made.findings) yield findingEvent(said);
    if (made.vcon === null) {
      if (made.findings.some(({ code }) => isMachineFinding(code))) this.counts.unreachable++;
      else this.counts.corrupt++;
      return;
    }
    manifest.set(made.vcon.file, made.vcon.sha256);
    this.counts.vcons++;
    yield { type: 'result', of: 'exported', value: { recordingId: found.recordingId, ...made.vcon } };
  }
}

/**
 * Yields recordings in parts, each after the log has announced it, so that even a killed run has entered every recording that it may have exported.
 */
async function* announced(all: Iterable<Found>, announce: (part: readonly Found[]) => Promise<void>): AsyncGenerator<Found> {
  let part: Found[] = [];
  for (const found of all) {
    part.push(found);
    if (part.length < limits.logDetailRecordings) continue;
    await announce(part);
    yield* part;
    part = [];
  }
  if (part.length > 0) await announce(part);
  yield* part;
}

const manifestName = 'manifest-sha256.txt';

/** Returns true for the folder of an interrupted export; another run overwrites its files with the same bytes. */
function isUnfinished(out: string): boolean {
  return statSync(join(out, manifestName), { throwIfNoEntry: false })?.size === 0;
}

/**
 * A file to export. `ending` is the end of its exported name: the number of the medium if there are several, a mark for an original that is exported
 * beside its copy, and the extension.
 */
export interface ChosenFile extends Omit<VconFile, 'name'> {
  readonly ending: string;
}

/** Returns the files of a recording that belong to an export. */
export function chosenFiles(document: RecordingDocument, take: ExportRequest['take']): ChosenFile[] {
  const files: ChosenFile[] = [];
  const choose = (file: StoredFile, medium: StoredMedium | null, isCopy: boolean, label: string): void => {
    files.push({ file, medium, isCopy, ending: label + file.path.slice(file.path.lastIndexOf('.')) });
  };
  let isHeard = false;
  for (const [index, medium] of document.media.entries()) {
    // Further pieces of a file belong to the first piece.
    if (medium.continues !== true) isHeard = medium.access !== null;
    const number = document.media.length === 1 ? '' : `-${index + 1}`;
    if (take !== 'original' && medium.access !== null) choose(medium.access, medium, true, number);
    if (take !== 'access' || !isHeard) choose(medium.original, medium, false, `${number}${take === 'both' ? '-original' : ''}`);
  }
  if (take !== 'original' && document.joined !== null) choose(document.joined, null, true, '-both-sides');
  return files;
}

/** Returns the message about calls without a time, which are in no time range. */
function timelessText(window: WindowCounts | null): string {
  return window === null || window.withoutTime === 0 ? '' : `; ${window.withoutTime} that otherwise match have no time, so no range contains them`;
}
