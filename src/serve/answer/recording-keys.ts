import { join } from 'node:path';
import { LongplayError } from '../../core/base/error.ts';
import type { ShownRecording } from '../../pipeline/open/query.ts';
import { keyringSecrets, type SecretsOf } from '../../sealing/stored/secrets-of.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import type { KeyRequest } from '../keys/key-request.ts';
import { goneAnswer } from './gone-answer.ts';
import { refusalAnswer } from './headers.ts';
import { logAction, logUnavailable, type ServerContext, type SignedInRequest } from './server-context.ts';
import { documentOr } from './unavailable-file.ts';

/**
 * Asks the key agent for the secrets of a recording, after the access was logged. An open archive has none.
 * @param asked `action` and `file` as in the log entry
 * @returns a refusal if the agent gives none
 */
export async function keysFor(
  context: ServerContext,
  { session }: Pick<SignedInRequest, 'session'>,
  asked: Omit<KeyRequest, 'session'>,
): Promise<SecretsOf | Response> {
  const { archive, keyAgent } = context;
  // No bag of an open archive is sealed, so the keyring, which this process does not have, is never asked.
  if (keyAgent === null) return keyringSecrets;
  try {
    const keys = await keyAgent.keysFor({ ...asked, session: session.name });
    const byFolder = new Map(Object.entries(keys).map(([bag, secrets]) => [join(archive.dir, 'bags', bag, 'data', asked.recordingId), secrets]));
    return (folder) => byFolder.get(folder) ?? null;
  } catch (error) {
    if (!(error instanceof LongplayError)) throw error;
    const { code, message, hint } = error;
    if (code === 'K204') return goneAnswer(await context.erasures.recording(asked.recordingId));
    context.warn(`${code} ${message}; ${hint}`);
    return refusalAnswer(503, code === 'K210' ? 'log' : 'sealed', { 'Retry-After': '5' });
  }
}

/**
 * Reads the document of a recording for a request. In a sealed archive this is an access of its own: it is logged as `shown`, once per session and hour, before
 * the agent is asked for the key.
 * @returns an answer instead of the document if the document is not available
 */
export async function shownOr(context: ServerContext, request: SignedInRequest, row: Found): Promise<ShownRecording | Response> {
  const { bag, recordingId } = row;
  const erased = await context.erasures.recording(recordingId);
  if (erased !== null) return goneAnswer(erased);
  if (context.keyAgent !== null) {
    const enter = (): Promise<string | null> => logAction(context, request, 'recording-shown', { recording: recordingId });
    const refusal = await request.session.loggedActions.once(`shown ${recordingId}`, enter);
    if (refusal !== null) return logUnavailable(context, refusal);
  }
  const secretsOf = await keysFor(context, request, { recordingId, action: 'shown', file: null, bags: [bag] });
  return secretsOf instanceof Response ? secretsOf : documentOr(context, row, secretsOf);
}
