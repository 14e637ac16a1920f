import { type DecisionRequest, decide } from '../../cases/edit/decide.ts';
import { reasonText } from '../../core/base/given-reason.ts';
import { limits } from '../../core/base/limits.ts';
import { decisionOf } from '../../core/identity/decision.ts';
import { jsonAnswer, refusalAnswer } from '../answer/headers.ts';
import { createMutex } from '../answer/mutex.ts';
import type { ServerContext, SignedInRequest } from '../answer/server-context.ts';
import { idsOf } from './addition-request.ts';
import { caseArchive } from './case-archive.ts';
import { type Filling, noRequest } from './fill.ts';

/** Matches fields of a party, e.g. `parties[0]`, and roles. */
const partyPattern = /^[A-Za-z][A-Za-z0-9.[\]-]{0,99}$/;

/** Records a decision on who a party of a recording is. @param said request body */
export type DecideCase = (
  request: SignedInRequest,
  said: Readonly<Record<string, unknown>> | null,
  filling: Pick<Filling, 'document' | 'access' | 'tools' | 'page'>,
) => Promise<Response>;

/** Creates the handler. It processes one decision at a time, because each one searches the archive for persons of the same name. */
export function createCaseDecision(context: ServerContext): DecideCase {
  const { warn } = context;
  const deciding = createMutex();
  return async (request, said, { document, access, tools, page }) => {
    const decision = decisionIn(said);
    if (decision === null) return noRequest(context, request);
    if (reasonText(decision.reason) === '') return refusalAnswer(400, 'case-reason', {}, { n: limits.reasonChars });
    return await deciding(request, async () => {
      const told = ({ code, place, message }: { code: string; place: string; message: string }): void => warn(`${code} ${place}: ${message}`);
      const { decided, after } = await decide(caseArchive(context, access, document.id), document, decision, { ...tools, told }, request.signal);
      return jsonAnswer({ ...page(after), decided: decided.parties });
    });
  };
}

/** Parses a decision; returns null if the body does not contain one. */
function decisionIn(said: Readonly<Record<string, unknown>> | null): DecisionRequest | null {
  const [recording] = idsOf([said?.recording]) ?? [];
  const { decision, party = null, reason } = said ?? {};
  const made = decisionOf(decision);
  if (recording === undefined || made === null || typeof reason !== 'string') return null;
  if (made === 'concerns' && party !== null) return null;
  if (party !== null && (typeof party !== 'string' || !partyPattern.test(party))) return null;
  // What is to be erased is decided on the command line, where an erasure is requested.
  return { recording, decision: made, party, erase: null, reason };
}
