import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { PageNote } from '../../core/page/data.ts';
import type { SoundSpan } from '../../core/time/wave-span.ts';
import { createDetailsReader } from '../../log/who/entry-details.ts';
import { noteIdPattern, noteKinds } from '../../log/who/notes.ts';
import { type NewNote, noteEntry, shownNote, withdrawalEntry } from '../../pipeline/notes/notes.ts';
import { missingAnswer } from '../answer/gone-answer.ts';
import { jsonAnswer, notThere, refusalAnswer } from '../answer/headers.ts';
import { jsonBody } from '../answer/json-body.ts';
import { hasRight, logAction, logUnavailable, refuse, type ServerContext, type SignedInRequest } from '../answer/server-context.ts';
import { noRequest } from '../case/fill.ts';

/** Request handlers for notes and tags. Each answer contains all current notes of the recording. */
export interface NoteAnswers {
  add(request: SignedInRequest): Promise<Response>;
  withdraw(request: SignedInRequest): Promise<Response>;
}

/** Largest request body in bytes: a note of the largest length in escaped four-byte characters. */
const bodyBytes = 32 * 1024;

/** Returns the notes and tags of a recording, oldest first. */
export async function notesOf({ archive, notes }: ServerContext, recording: string): Promise<readonly PageNote[]> {
  const beside = createDetailsReader(archive.dir);
  const shown: PageNote[] = [];
  for (const note of notes().of(recording)) shown.push(await shownNote(note, beside));
  return shown;
}

/** Creates the handlers for the notes of an archive. */
export function createNoteAnswers(context: ServerContext): NoteAnswers {
  /** Runs an action on a recording, if the user's role may know of the recording. */
  const about = async (
    request: SignedInRequest,
    work: (recording: string, durationMs: number | null) => Promise<Response | null>,
  ): Promise<Response> => {
    const { id = '' } = request.params;
    const found = context.finder.one(id, request.session.account.within);
    if (found.kind !== 'found') return await missingAnswer(context, request, id, found.kind);
    try {
      return (await work(id, found.row.durationMs)) ?? jsonAnswer({ notes: await notesOf(context, id) });
    } catch (error) {
      const answer = error instanceof LongplayError ? refusalFor(error) : null;
      if (answer === null) throw error;
      return answer;
    }
  };
  return {
    add: (request) =>
      about(request, async (recording, durationMs) => {
        const note = noteIn(await jsonBody(request, bodyBytes));
        if (note === null) return noRequest(context, request);
        const { type, detail, details } = noteEntry(recording, note, durationMs, context.notes().of(recording));
        const refusal = await logAction(context, request, type, detail, details);
        return refusal === null ? null : logUnavailable(context, refusal);
      }),
    withdraw: (request) =>
      about(request, async (recording) => {
        const { note = '' } = request.params;
        const said = await jsonBody(request, bodyBytes);
        const reason = typeof said?.reason === 'string' ? said.reason.replace(/\s+/gu, ' ').trim() : '';
        if (reason === '' || reason.length > limits.reasonChars) return refusalAnswer(400, 'case-reason', {}, { n: limits.reasonChars });
        const found = noteIdPattern.test(note) ? context.notes().one(note) : null;
        if (found === null || found.recording !== recording) return refuse(context, request, 'not-there', notThere());
        const { by } = await shownNote(found, createDetailsReader(context.archive.dir));
        // Withdrawing a note of another user needs the right `administer`.
        if (by !== request.session.account.user && !hasRight(request, 'administer'))
          return refuse(context, request, 'right', refusalAnswer(403, 'right-note'), recording);
        const { type, detail, details } = withdrawalEntry(found, reason);
        const refusal = await logAction(context, request, type, detail, details);
        return refusal === null ? null : logUnavailable(context, refusal);
      }),
  };
}

/** Parses a note; returns null if the body does not contain one. */
function noteIn(said: Readonly<Record<string, unknown>> | null): NewNote | null {
  const kind = noteKinds.find((one) => one === said?.kind);
  if (said === null || kind === undefined || typeof said.text !== 'string') return null;
  const { fromMs, toMs, file } = said;
  if (fromMs === undefined && toMs === undefined) return { kind, text: said.text, span: null, file: null };
  const span = spanOf(fromMs, toMs);
  const name = file === undefined ? null : typeof file === 'string' && /^[a-z0-9][a-z0-9.-]{0,119}$/.test(file) ? file : undefined;
  return span === null || name === undefined ? null : { kind, text: said.text, span, file: name };
}

function spanOf(fromMs: unknown, toMs: unknown): SoundSpan | null {
  if (typeof fromMs !== 'number' || typeof toMs !== 'number') return null;
  return Number.isSafeInteger(fromMs) && Number.isSafeInteger(toMs) && fromMs >= 0 ? { fromMs, toMs } : null;
}

/** Returns a refusal for an error that the user can act on; null if only the operator can. */
function refusalFor({ code }: LongplayError): Response | null {
  if (code === 'N100') return refusalAnswer(400, 'note-text', {}, { n: limits.noteChars, tag: limits.tagChars });
  if (code === 'N101') return refusalAnswer(400, 'span');
  if (code === 'N102') return refusalAnswer(409, 'note-gone');
  if (code === 'N104') return refusalAnswer(400, 'note-full', {}, { n: limits.notesPerRecording });
  return null;
}
