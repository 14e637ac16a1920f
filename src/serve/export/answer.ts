import { storedPath, storedPlace } from '../../archive/documents/stored-path.ts';
import { memoryReader } from '../../core/base/bytes.ts';
import { isTrouble, LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { chosenFiles, type ExportRequest } from '../../pipeline/export/export.ts';
import { freeStem, nameOf } from '../../pipeline/export/names.ts';
import { checksumText } from '../../pipeline/files/checksum-file.ts';
import type { ShownRecording } from '../../pipeline/open/query.ts';
import type { SecretsOf } from '../../sealing/stored/secrets-of.ts';
import { isErasedAlone, secretFor } from '../../sealing/stored/stored-bytes.ts';
import { type ZipMember, zipStream } from '../../source/zip/library.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import type { RequestedExport } from '../accounts/export-requests.ts';
import { bodyOf } from '../answer/body-stream.ts';
import { permitExport, requestedExportOf, requestSecondPerson } from '../answer/export-permission.ts';
import { refusalAnswer } from '../answer/headers.ts';
import { keysFor } from '../answer/recording-keys.ts';
import { parseQuery } from '../answer/requested-query.ts';
import { logAction, logUnavailable, refuse, type ServerContext, type SignedInRequest } from '../answer/server-context.ts';
import { besideCatalog } from '../answer/tag-answer.ts';
import { demandArchive } from '../answer/unavailable-file.ts';
import { openStored } from '../archive/stored-file.ts';
import { createExportSelections, type ExportSelections } from './selection.ts';

/** Largest number of recordings in one zip. The command line and cases have higher limits. */
const mostRecordings = 2_000;
const template = '{date}_{time}_{direction}_{from}_{to}_{id}';

interface Counts {
  recordings: number;
  files: number;
  bytes: number;
  /** Number of files and documents that were altered and therefore left out. */
  corrupt: number;
}

/** Request handlers for exports. */
export interface ExportAnswers {
  /** Keeps a selection of single calls. */
  choose(request: SignedInRequest): Promise<Response>;
  zip(request: SignedInRequest): Promise<Response>;
  /** Requests a second person's permission for the export that `zip` would make. */
  ask(request: SignedInRequest): Promise<Response>;
}

/** Creates the handlers. */
export function createExportAnswers(context: ServerContext): ExportAnswers {
  const selections = createExportSelections(context, mostRecordings);
  return {
    choose: (request) => selections.choose(request),
    zip: (request) => exportAnswer(context, request, selections),
    ask: async (request) => {
      const exported = await exportedOf(context, request, selections);
      return exported instanceof Response ? exported : await requestSecondPerson(context, request, exported.requested, exported.rows);
    },
  };
}

/** Content of an export: the calls of a query or of a selection, and the name of the export in the log. */
interface Exported {
  readonly rows: readonly Found[];
  readonly by: string;
  readonly query: string;
  readonly take: ExportRequest['take'];
  readonly requested: RequestedExport;
}

async function exportedOf(context: ServerContext, request: SignedInRequest, selections: ExportSelections): Promise<Exported | Response> {
  const { session, url } = request;
  const take = url.searchParams.get('take') ?? 'access';
  if (!isTake(take)) return refusalAnswer(400, 'question');
  const head = { case: null, masked: false, take };
  const [name, requestId] = [url.searchParams.get('selection'), url.searchParams.get('request')];
  if (name !== null || requestId !== null) {
    const chosen = name !== null ? await selections.rowsOf(request, name) : await selections.rowsOfRequest(request, requestId ?? '');
    if (chosen === null) return refusalAnswer(404, 'none-found');
    const query = '[]';
    return {
      rows: chosen,
      by: 'selection',
      query,
      take,
      requested: requestedExportOf({ ...head, kind: 'selection', said: [], query, address: null }, chosen),
    };
  }
  const question = await parseQuery(url.searchParams, besideCatalog(context, request));
  if (question === null) return refusalAnswer(400, 'question');
  const rows: Found[] = [];
  for (const row of context.finder.all(question.query, session.account.within)) {
    rows.push(row);
    if (rows.length > mostRecordings) return refusalAnswer(413, 'too-many', {}, { n: mostRecordings });
  }
  if (rows.length === 0) return refusalAnswer(404, 'none-found');
  const { by, said, text: query } = question;
  const parameters = new URLSearchParams(url.searchParams);
  parameters.delete('trial');
  const address = `/api/export.zip?${parameters.toString()}`;
  return { rows, by, query, take, requested: requestedExportOf({ ...head, kind: 'search', said, query, address }, rows) };
}

/**
 * Sends the calls of a query as a zip with files, metadata and a manifest that `sha256sum -c` accepts. The export is logged before it begins and when it ends.
 */
async function exportAnswer(context: ServerContext, request: SignedInRequest, selections: ExportSelections): Promise<Response> {
  // The body of a HEAD answer is discarded, and the log would record an export that never ended.
  if (request.raw.method === 'HEAD') return refuse(context, request, 'method', refusalAnswer(405, 'size'));
  const exported = await exportedOf(context, request, selections);
  if (exported instanceof Response) return exported;
  const { rows, by, query, take, requested } = exported;
  const leave = permitExport(context, request, requested, rows);
  if (leave instanceof Response) return leave;
  const details = { recordings: requested.recordings, query, ...leave.details };
  const refusal = await logAction(context, request, 'export-begun', { recordings: rows.length, by, take, ...leave.detail }, details, leave.of);
  if (refusal !== null) {
    leave.giveBack();
    return logUnavailable(context, refusal);
  }
  const counts: Counts = { recordings: 0, files: 0, bytes: 0, corrupt: 0 };
  const end = async (complete: boolean): Promise<void> => {
    // Logs what had been sent when the export stopped.
    const late = await logAction(context, request, 'exported', { ...counts, complete });
    if (late !== null) context.warn(`the end of an export could not be logged: ${late}`);
  };
  const zip = async function* (): AsyncGenerator<Uint8Array> {
    let complete = false;
    try {
      yield* zipStream(filesOf(context, request, { rows, take, counts }), zipTimeMs, request.signal);
      complete = true;
    } finally {
      await end(complete);
    }
  };
  const body = bodyOf(zip(), { failed: context.reportFailure, cut: request.abortConnection, gone: request.signal, ended: () => undefined });
  return new Response(body, {
    headers: { 'Content-Type': 'application/zip', 'Content-Disposition': 'attachment; filename="recordings.zip"' },
  });
}

function isTake(text: string): text is ExportRequest['take'] {
  return ['access', 'original', 'both'].includes(text);
}

async function* filesOf(
  context: ServerContext,
  request: SignedInRequest,
  { rows, take, counts }: Pick<Exported, 'rows' | 'take'> & { readonly counts: Counts },
): AsyncGenerator<ZipMember> {
  const digests = new Map<string, string>();
  const left: string[] = [];
  const taken = new Set([manifestName, leftName]);
  for (const row of rows) {
    const secretsOf = await secretsFor(context, request, row.recordingId, [row.bag]);
    if (secretsOf === 'erased') {
      left.push(`${row.recordingId}: it was erased`);
      continue;
    }
    const shown = documentOf(context, row, secretsOf);
    if (shown === null) {
      demandArchive(context, row.bag);
      counts.corrupt++;
      left.push(`${row.recordingId}: its recording.json is damaged`);
      continue;
    }
    const { document, folder } = shown;
    const chosen = chosenFiles(document, take);
    const others = [...new Set(chosen.flatMap(({ file }) => file.bag ?? []))];
    const filesSecrets = others.length === 0 ? secretsOf : await secretsFor(context, request, row.recordingId, others);
    if (filesSecrets === 'erased') {
      left.push(`${row.recordingId}: it was erased`);
      continue;
    }
    const stem = freeStem(nameOf(document, row.bag, template), [...chosen.map(({ ending }) => ending), '.json'], taken);
    for (const { file, ending } of chosen) {
      const offered = { name: file.path, sizeBytes: file.sizeBytes, sha256: file.sha256, sealed: file.sealed, right: 'export' as const };
      const path = storedPath(folder, file);
      const ownSecrets = file.bag === undefined ? secretsOf : filesSecrets;
      if (isErasedAlone(folder, file, ownSecrets)) {
        left.push(`${row.recordingId}: ${file.path} was erased`);
        continue;
      }
      const secret = file.sealed === undefined ? null : secretFor(path, file.path, ownSecrets);
      // Each file is read twice, so that nothing of an altered file is sent.
      if (!(await isWhole(path, offered, secret))) {
        demandArchive(context, row.bag);
        counts.corrupt++;
        left.push(`${row.recordingId}: ${file.path} differs from what was archived`);
        context.warn(
          `${storedPlace(row.bag, row.recordingId, file)} was left out of an export: it differs from what was archived; run longplay verify`,
        );
        continue;
      }
      const opened = openStored(path, offered);
      if ('is' in opened)
        throw new LongplayError('incomplete', 'P171', `${file.path} of ${row.recordingId}: ${opened.why}`, 'run: longplay verify ARCHIVE');
      digests.set(stem + ending, file.sha256);
      counts.files++;
      counts.bytes += file.sizeBytes;
      try {
        const plain = await opened.plain(secret);
        yield {
          name: stem + ending,
          bytes: inPieces(file.sizeBytes, (start, end) => plain.bytes(start, end, start === 0 && end === file.sizeBytes)),
        };
      } finally {
        opened.close();
      }
    }
    const metadata = Buffer.from(`${JSON.stringify(document, null, 2)}\n`, 'utf8');
    digests.set(`${stem}.json`, sha256Hex(metadata));
    yield inMemory(`${stem}.json`, metadata);
    counts.recordings++;
  }
  if (left.length > 0) yield inMemory(leftName, Buffer.from(`${left.join('\n')}\n`, 'utf8'));
  yield inMemory(manifestName, Buffer.from(checksumText(digests), 'utf8'));
}

const manifestName = 'manifest-sha256.txt';
const leftName = 'NOT-EXPORTED.txt';

/**
 * Time of all members of a zip. Recordings contain their own times, and equal files must give equal bytes. 1980-01-01 is the first date that a zip can contain.
 */
const zipTimeMs = Date.UTC(1980, 0, 1);

function inPieces(size: number, stream: (start: number, end: number) => AsyncIterable<Uint8Array>): ZipMember['bytes'] {
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const pieces: Uint8Array[] = [];
    for await (const piece of stream(offset, Math.min(size, offset + length))) pieces.push(piece);
    return Buffer.concat(pieces);
  };
  return { size, read, stream };
}

function inMemory(name: string, bytes: Buffer): ZipMember {
  return { name, bytes: memoryReader(bytes, name) };
}

/**
 * Returns access to the files of a recording in an announced export; `erased`: nothing can decrypt them any more.
 * @throws LongplayError K211 if its keys are not available
 */
async function secretsFor(
  context: ServerContext,
  request: SignedInRequest,
  recordingId: string,
  bags: readonly string[],
): Promise<SecretsOf | 'erased'> {
  const secretsOf = await keysFor(context, request, { recordingId, action: 'exported', file: null, bags });
  if (!(secretsOf instanceof Response)) return secretsOf;
  if (secretsOf.status === 410) return 'erased';
  throw new LongplayError(
    'incomplete',
    'K211',
    `the export ended at ${recordingId}: its key is not available`,
    'see the messages of the server before',
  );
}

function documentOf(context: ServerContext, row: Found, secretsOf: SecretsOf): ShownRecording | null {
  try {
    return context.finder.document(row, secretsOf);
  } catch (error) {
    if (isTrouble(error)) return null;
    throw error;
  }
}

async function isWhole(path: string, offered: Parameters<typeof openStored>[1], secret: string | null): Promise<boolean> {
  const opened = openStored(path, offered);
  if ('is' in opened) return false;
  try {
    for await (const _piece of (await opened.plain(secret)).bytes(0, offered.sizeBytes, true));
    return true;
  } catch (error) {
    if (!isTrouble(error)) throw error;
    // The file is altered or unreadable. In both cases it is left out and reported.
    return false;
  } finally {
    opened.close();
  }
}
