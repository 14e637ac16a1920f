import { createProver } from '../../pipeline/log/prove-recording.ts';
import { proofName } from '../accounts/routes.ts';
import { goneAnswer, missingAnswer } from './gone-answer.ts';
import { refusalAnswer } from './headers.ts';
import { createMutex } from './mutex.ts';
import { logAction, logUnavailable, refuse, type ServerContext, type SignedInRequest } from './server-context.ts';

/**
 * Creates the handler that proves, with the current log, that a recording was in the archive when its bag landed. Each proof is verified before it is sent. One
 * proof is made at a time, because it needs the whole log.
 */
export function createProofAnswer(context: ServerContext): (request: SignedInRequest) => Promise<Response> {
  const { archive, caseTools } = context;
  const mutex = createMutex();
  return async (request) => {
    const { id = '' } = request.params;
    const { session } = request;
    const found = context.finder.one(id, session.account.within);
    if (found.kind !== 'found') return await missingAnswer(context, request, id, found.kind);
    const erased = await context.erasures.recording(id);
    if (erased !== null) return goneAnswer(erased);
    // The body of a HEAD answer is discarded, so the proof would be made in vain.
    if (request.raw.method === 'HEAD') return refuse(context, request, 'method', refusalAnswer(405, 'size'));
    return await mutex(request, async () => {
      const prover = await createProver(archive, caseTools.keys, request.signal);
      const proved = await prover.prove(found.row.bag, id);
      if ('problem' in proved) {
        context.warn(`L113 ${proved.problem}; ${proved.hint}`);
        return refusalAnswer(409, 'proof');
      }
      const bytes = Buffer.from(proved.text, 'utf8');
      const refusal = await logAction(context, request, 'recording-taken', { recording: id, file: proofName, bytes: bytes.length });
      if (refusal !== null) return logUnavailable(context, refusal);
      return new Response(bytes, {
        headers: {
          'Content-Type': 'application/octet-stream',
          'Content-Length': String(bytes.length),
          'Content-Disposition': `attachment; filename="${id}.tlog-proof"`,
        },
      });
    });
  };
}
