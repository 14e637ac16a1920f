import { createProver } from '../../pipeline/log/prove-recording.ts';
import { proofName } from '../accounts/routes.ts';
import { notThere, refusalAnswer } from './headers.ts';
import { type AskedInside, enterFor, type House, notEntered, turnAway } from './house.ts';
import { createTurnstile } from './turnstile.ts';

/**
 * The proof that a recording was in the archive when its bag landed, made as the log is now. Whether it holds is looked at before it leaves. One is made at a time: the
 * whole log is read for it.
 */
export function createProofAnswer(house: House): (asked: AskedInside) => Promise<Response> {
  const { archive, caseWork } = house;
  const turnstile = createTurnstile();
  return async (asked) => {
    const { id = '' } = asked.params;
    const { session } = asked;
    const found = house.finder.one(id, session.account.within);
    if (found.kind !== 'found') return turnAway(house, asked, found.kind, notThere(), found.kind === 'outside-role' ? id : null);
    // Nobody takes the body of a HEAD, and it would be made for nobody.
    if (asked.raw.method === 'HEAD') return turnAway(house, asked, 'method', refusalAnswer(405, 'size'));
    return await turnstile(asked, async () => {
      const prover = await createProver(archive, caseWork.keys, asked.signal);
      const proved = await prover.prove(found.row.bag, id);
      if ('problem' in proved) {
        house.tell(`L113 ${proved.problem}; ${proved.hint}`);
        return refusalAnswer(409, 'proof');
      }
      const bytes = Buffer.from(proved.text, 'utf8');
      const refusal = await enterFor(house, asked, 'recording-taken', { recording: id, file: proofName, bytes: bytes.length });
      if (refusal !== null) return notEntered(house, refusal);
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
