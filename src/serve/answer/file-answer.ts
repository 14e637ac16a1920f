import { storedPath, storedPlace } from '../../archive/documents/stored-path.ts';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import { secretFor } from '../../sealing/stored/stored-bytes.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import { withheldFiles } from '../archive/shared-files.ts';
import {
  documentName,
  isSoundName,
  mediaType,
  type NotOpened,
  type OfferedFile,
  type OpenedFile,
  offeredDocument,
  offeredFiles,
  openStored,
  type PlainFile,
} from '../archive/stored-file.ts';
import { bodyOf } from './body-stream.ts';
import { namesTag, rangeHolds, wantedBytes } from './byte-range.ts';
import { erasedAlone, goneAnswer, missingAnswer } from './gone-answer.ts';
import { notThere, refusalAnswer } from './headers.ts';
import { checkQuota } from './over-quota.ts';
import { keysFor, shownOr } from './recording-keys.ts';
import { hasRight, logAction, logUnavailable, refuse, type ServerContext, type SignedInRequest } from './server-context.ts';
import { unavailableAnswer } from './unavailable-file.ts';

/**
 * Serves a file of a recording: for playing (`/files/ID/NAME`) or as a download (`?take`). Checks in this order: the file exists for this role; the role has
 * the right; the range is valid; the file can be opened; its bytes are those that were archived; the access is logged. Then sends the bytes.
 */
export async function fileAnswer(context: ServerContext, request: SignedInRequest): Promise<Response> {
  const { id = '', name = '' } = request.params;
  const { session, raw } = request;
  const found = context.finder.one(id, session.account.within);
  if (found.kind !== 'found') return await missingAnswer(context, request, id, found.kind);
  const shown = await shownOr(context, request, found.row);
  if (shown instanceof Response) return shown;
  const { document, folder } = shown;
  const { bag } = found.row;
  const file = name === documentName ? await documentFile(context, request, { id, bag, folder }) : offeredFiles(document).get(name);
  if (file instanceof Response) return file;
  const erased = await erasedAlone(context, { id, name, file });
  if (file === undefined && erased !== null) return goneAnswer(erased);
  if (file === undefined) return refuse(context, request, 'path', notThere());
  const isTaken = request.url.searchParams.has('take');
  if (!hasRight(request, file.right) || (isTaken && !hasRight(request, 'export')))
    return refuse(context, request, 'right', refusalAnswer(403, 'right-file'), id);
  if (erased !== null) return goneAnswer(erased);
  if (withheldFiles(document, session.account.within).has(name)) return refuse(context, request, 'right', refusalAnswer(403, 'shared-file'), id);

  const tag = `"sha256-${file.sha256}"`;
  const conditions = requestHeaders(raw.rawHeaders);
  if (conditions.ifMatch !== null && !namesTag(conditions.ifMatch, tag, false)) return refusalAnswer(412, 'other-file', { ETag: tag });
  if (conditions.ifNoneMatch !== null && namesTag(conditions.ifNoneMatch, tag, true))
    return new Response(null, { status: 304, headers: { ETag: tag } });
  const isHead = raw.method === 'HEAD';
  const wanted = isHead || !rangeHolds(conditions.ifRange, tag) ? ({ kind: 'whole' } as const) : wantedBytes(conditions.range, file.sizeBytes);
  if (wanted.kind === 'none')
    return refuse(context, request, 'range', refusalAnswer(416, 'no-part', { 'Content-Range': `bytes */${file.sizeBytes}`, ETag: tag }));

  // A HEAD request is logged and counted like a GET.
  const over = isSoundName(name) ? checkQuota(context, request, [found.row]) : null;
  if (over !== null) return over;
  const opened = openStored(storedPath(folder, { path: name, bag: file.bag, sealed: file.sealed }), file);
  if ('is' in opened) return unavailableAnswer(context, found.row, name, opened);
  // A document was compared when it was read just before. A complete download is compared while it is sent, and its last piece is held back.
  if (!isHead && name !== documentName && !(isTaken && wanted.kind === 'whole')) {
    const other = await notLanded(context, { id, bag, file }, opened);
    if (other !== null) return unavailableAnswer(context, found.row, name, other);
  }
  const kind = isTaken || file.right === 'export' ? 'taken' : file.name === documentName ? 'shown' : 'listened';
  const refusal = await entered(context, request, id, file, kind, kind === 'taken' && !isHead && wanted.kind === 'whole');
  if (refusal !== null) {
    opened.close();
    return logUnavailable(context, refusal);
  }
  // A sealed file is opened for HEAD as well: its secret may have been destroyed.
  const plain = isHead && file.sealed === undefined ? null : await plainOr(context, request, { row: found.row, folder, file, kind }, opened);
  if (plain instanceof Response) return plain;
  const [start, end] = wanted.kind === 'part' ? [wanted.start, wanted.end] : [0, file.sizeBytes];
  const headers: Record<string, string> = {
    'Content-Type': mediaType(name),
    'Content-Length': String(end - start),
    'Accept-Ranges': 'bytes',
    ETag: tag,
    // The names are generated and contain only letters, digits, hyphens and dots.
    'Content-Disposition': isTaken ? `attachment; filename="${id}-${name}"` : 'inline',
    ...(wanted.kind === 'part' ? { 'Content-Range': `bytes ${start}-${end - 1}/${file.sizeBytes}` } : {}),
  };
  if (plain === null || isHead) {
    opened.close();
    return new Response(null, { status: 200, headers });
  }
  const pieces = plain.bytes(start, end, isTaken && wanted.kind === 'whole');
  return new Response(bodyOf(pieces, { failed: context.reportFailure, cut: request.abortConnection, gone: request.signal, ended: opened.close }), {
    status: wanted.kind === 'part' ? 206 : 200,
    headers,
  });
}

/** Serves the document itself as a file. */
async function documentFile(
  context: ServerContext,
  request: SignedInRequest,
  { id, bag, folder }: { readonly id: string; readonly bag: string; readonly folder: string },
): Promise<OfferedFile | Response> {
  const secretsOf = await keysFor(context, request, { recordingId: id, action: 'shown', file: null, bags: [bag] });
  return secretsOf instanceof Response ? secretsOf : offeredDocument(folder, secretsOf);
}

/** Opens the unencrypted content of a file, after its access was logged. If that fails, closes the file and returns a refusal. */
export async function plainOr(
  context: ServerContext,
  request: SignedInRequest,
  {
    row,
    folder,
    file,
    kind,
  }: { readonly row: Found; readonly folder: string; readonly file: OfferedFile; readonly kind: 'listened' | 'shown' | 'taken' },
  opened: OpenedFile,
): Promise<PlainFile | Response> {
  let isOpen = false;
  try {
    if (file.sealed === undefined) {
      isOpen = true;
      return await opened.plain(null);
    }
    const { recordingId, bag } = row;
    const asked = { recordingId, action: kind, file: kind === 'shown' ? null : file.name, bags: [file.bag ?? bag] };
    const secretsOf = await keysFor(context, request, asked);
    if (secretsOf instanceof Response) return secretsOf;
    const plain = await opened.plain(secretFor(storedPath(folder, { path: file.name, bag: file.bag, sealed: file.sealed }), file.name, secretsOf));
    isOpen = true;
    return plain;
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    if (error.code === 'K204') return goneAnswer(await context.erasures.file(row.recordingId, file.name));
    return unavailableAnswer(context, row, file.name, { is: 'unreadable', why: `${error.code} ${error.message}` });
  } finally {
    if (!isOpen) opened.close();
  }
}

/** Compares the stored bytes with the archived digest. If they differ, closes the file and returns a refusal; otherwise returns null. */
export async function notLanded(
  context: ServerContext,
  { id, bag, file }: { readonly id: string; readonly bag: string; readonly file: OfferedFile },
  opened: OpenedFile,
): Promise<NotOpened | null> {
  try {
    if (await context.servedFiles.isAsLanded(id, storedPlace(bag, id, { path: file.name, bag: file.bag, sealed: file.sealed }), file, opened))
      return null;
    opened.close();
    return { is: 'altered', why: 'its bytes are not those that were archived' };
  } catch (error) {
    opened.close();
    if (systemCode(error) === null && !(error instanceof LongplayError)) throw error;
    return { is: 'unreadable', why: errorText(error) };
  }
}

/**
 * Logs an access. Playing is logged once per session and recording, however often the user seeks. Originals, source rows and downloads are logged by name:
 * complete ones each time, parts once per hour.
 */
async function entered(
  context: ServerContext,
  request: SignedInRequest,
  recording: string,
  { name, sizeBytes }: OfferedFile,
  kind: 'listened' | 'shown' | 'taken',
  isEach: boolean,
): Promise<string | null> {
  const taken: LogDetail = kind === 'taken' ? { file: name, bytes: sizeBytes } : {};
  const enter = (): Promise<string | null> => logAction(context, request, `recording-${kind}`, { recording, ...taken });
  if (isEach) return await enter();
  return await request.session.loggedActions.once(kind === 'taken' ? `taken ${recording} ${name}` : `${kind} ${recording}`, enter);
}

function requestHeaders(rawHeaders: readonly string[]): Record<'range' | 'ifRange' | 'ifMatch' | 'ifNoneMatch', string | null> {
  const all = (name: string): string | null => {
    const values: string[] = [];
    for (let at = 0; at + 1 < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === name) values.push(rawHeaders[at + 1] ?? '');
    return values.length === 0 ? null : values.join(', ');
  };
  return { range: all('range'), ifRange: all('if-range'), ifMatch: all('if-match'), ifNoneMatch: all('if-none-match') };
}
