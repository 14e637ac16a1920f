import { join } from 'node:path';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
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
} from '../archive/stored-file.ts';
import { bodyOf } from './body-stream.ts';
import { namesTag, rangeHolds, wantedBytes } from './byte-range.ts';
import { notThere, refusalAnswer } from './headers.ts';
import { checkQuota } from './over-quota.ts';
import { hasRight, logAction, logUnavailable, refuse, type ServerContext, type SignedInRequest } from './server-context.ts';
import { documentOr, unavailableAnswer } from './unavailable-file.ts';

/**
 * A file of a recording: to be heard (`/files/ID/NAME`), or to be taken along (`?take`). In order: is it there for this role; may the role have it; what of it
 * is wanted; does it open; are its bytes those that landed; is it in the log; then the bytes.
 */
export async function fileAnswer(context: ServerContext, request: SignedInRequest): Promise<Response> {
  const { id = '', name = '' } = request.params;
  const { session, raw } = request;
  const found = context.finder.one(id, session.account.within);
  if (found.kind !== 'found') return refuse(context, request, found.kind, notThere(), found.kind === 'outside-role' ? id : null);
  const shown = documentOr(context, found.row);
  if (shown instanceof Response) return shown;
  const { document, folder } = shown;
  const file = name === documentName ? offeredDocument(folder) : offeredFiles(document).get(name);
  if (file === undefined) return refuse(context, request, 'path', notThere());
  const isTaken = request.url.searchParams.has('take');
  if (!hasRight(request, file.right) || (isTaken && !hasRight(request, 'export')))
    return refuse(context, request, 'right', refusalAnswer(403, 'right-file'), id);

  const tag = `"sha256-${file.sha256}"`;
  const conditions = requestHeaders(raw.rawHeaders);
  if (conditions.ifMatch !== null && !namesTag(conditions.ifMatch, tag, false)) return refusalAnswer(412, 'other-file', { ETag: tag });
  if (conditions.ifNoneMatch !== null && namesTag(conditions.ifNoneMatch, tag, true))
    return new Response(null, { status: 304, headers: { ETag: tag } });
  const isHead = raw.method === 'HEAD';
  const wanted = isHead || !rangeHolds(conditions.ifRange, tag) ? ({ kind: 'whole' } as const) : wantedBytes(conditions.range, file.sizeBytes);
  if (wanted.kind === 'none')
    return refuse(context, request, 'range', refusalAnswer(416, 'no-part', { 'Content-Range': `bytes */${file.sizeBytes}`, ETag: tag }));

  // A HEAD is entered as the bytes are, and so it counts as they do.
  const over = isSoundName(name) ? checkQuota(context, request, [found.row]) : null;
  if (over !== null) return over;
  const opened = openStored(join(folder, name), file);
  const { bag } = found.row;
  if ('is' in opened) return unavailableAnswer(context, found.row, name, opened);
  // A document is what it was read as a moment ago; what is taken along whole is compared on its way, and its end held back.
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
  const [start, end] = wanted.kind === 'part' ? [wanted.start, wanted.end] : [0, file.sizeBytes];
  const headers: Record<string, string> = {
    'Content-Type': mediaType(name),
    'Content-Length': String(end - start),
    'Accept-Ranges': 'bytes',
    ETag: tag,
    // The names are ours: letters, digits, hyphen, dot.
    'Content-Disposition': isTaken ? `attachment; filename="${id}-${name}"` : 'inline',
    ...(wanted.kind === 'part' ? { 'Content-Range': `bytes ${start}-${end - 1}/${file.sizeBytes}` } : {}),
  };
  if (isHead) {
    opened.close();
    return new Response(null, { status: 200, headers });
  }
  const pieces = opened.bytes(start, end, isTaken && wanted.kind === 'whole');
  return new Response(bodyOf(pieces, { failed: context.reportFailure, cut: request.abortConnection, gone: request.signal, ended: opened.close }), {
    status: wanted.kind === 'part' ? 206 : 200,
    headers,
  });
}

/** Why bytes are not handed out after they were read; then the file is closed. Null: they are those that landed. */
export async function notLanded(
  context: ServerContext,
  { id, bag, file }: { readonly id: string; readonly bag: string; readonly file: OfferedFile },
  opened: OpenedFile,
): Promise<NotOpened | null> {
  try {
    if (await context.servedFiles.isAsLanded(id, `bags/${bag}/data/${id}/${file.name}`, file, opened)) return null;
    opened.close();
    return { is: 'altered', why: 'its bytes are not those that landed' };
  } catch (error) {
    opened.close();
    if (systemCode(error) === null && !(error instanceof LongplayError)) throw error;
    return { is: 'unreadable', why: errorText(error) };
  }
}

/**
 * What is heard is one entry for a session and a recording, however often somebody seeks in it. An original, a row of the recorder and whatever is taken along is named:
 * each time that it leaves whole, and for its parts once an hour.
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
