import type { ErasedRecording } from '../../log/erasure/known-erasures.ts';
import type { OfferedFile } from '../archive/stored-file.ts';
import { notThere, refusalAnswer } from './headers.ts';
import { refuse, type ServerContext, type SignedInRequest } from './server-context.ts';

/** Returns the answer for an erased recording or file: 410, with date and request also in a header, because the answer to HEAD has no body. @param erased null: the log of this machine does not say when */
export function goneAnswer(erased: Pick<ErasedRecording, 'at' | 'request'> | null): Response {
  if (erased === null) return refusalAnswer(410, 'erased');
  const { at, request } = erased;
  return refusalAnswer(410, 'erased-on', { 'Longplay-Erased': `${at}; request=${request}` }, {}, { date: at.slice(0, 10), request });
}

/** Returns when, and on which request, a file of a recording was erased alone; null: it was not. @param file as the description names it; undefined: not at all */
export async function erasedAlone(
  { erasures }: ServerContext,
  { id, name, file }: { readonly id: string; readonly name: string; readonly file: Pick<OfferedFile, 'erased'> | undefined },
): Promise<Pick<ErasedRecording, 'at' | 'request'> | null> {
  const mark = file?.erased;
  return (await erasures.file(id, name)) ?? (mark === undefined ? null : { at: mark.on, request: mark.request });
}

/**
 * Returns the answer for a recording that the finder did not find for this user: 410 if it was erased, otherwise 404. A user who sees a part of the archive
 * gets 404 for an erased recording too, because nothing is left that would show whether it was in that part.
 */
export async function missingAnswer(
  context: ServerContext,
  request: SignedInRequest,
  recordingId: string,
  kind: 'not-there' | 'outside-role',
): Promise<Response> {
  const erased = request.session.account.within === null ? await context.erasures.recording(recordingId) : null;
  return erased === null ? refuse(context, request, kind, notThere(), kind === 'outside-role' ? recordingId : null) : goneAnswer(erased);
}
