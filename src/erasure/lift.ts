import { openArchive } from '../archive/layout.ts';
import { LongplayError } from '../core/base/error.ts';
import { givenReason } from '../core/base/given-reason.ts';
import { byCodePoint } from '../core/base/order.ts';
import { finding } from '../core/findings/finding.ts';
import { erasedLookup } from '../log/erasure/erased-recordings.ts';
import { erasureExecuted, type KnownErasure, liftGround, recordingsLifted } from '../log/erasure/known-erasures.ts';
import { rememberErasures } from '../log/keys/erasure-ledger.ts';
import { openErasureMarks } from '../log/keys/erasure-marks.ts';
import { openLog } from '../log/log.ts';
import { findingEvent, type PipelineEvent } from '../pipeline/events/events.ts';
import type { EntryTools } from '../pipeline/open/enter-one.ts';
import { unlockArchive } from '../sealing/stored/archive-secrets.ts';
import type { BagEraser } from './erase-bag.ts';
import { listedItems } from './find-request.ts';
import { ledgerChunks } from './ledger-entries.ts';
import { enterRequest, oneMonthAfter, type Requested } from './request.ts';

/** A request to lift erasures. */
export interface NewLift {
  /** Ids of erased recordings. */
  readonly ids: readonly string[];
  readonly why: string;
  /** Time between approval and execution. */
  readonly waitMs: number;
}

/**
 * Enters a request to lift the erasure of recordings, so that they can be imported again. Lifts nothing: a second person must approve it, like an erasure.
 * @throws LongplayError usage C117, E126; incomplete E106, and those of `openLog`
 */
export async function* requestLift(archiveDir: string, asked: NewLift, tools: EntryTools): AsyncGenerator<PipelineEvent, Requested> {
  const reason = givenReason(asked.why);
  const archive = await openArchive(archiveDir);
  await unlockArchive(archive);
  const log = await openLog(archive, tools);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  const erased = await erasedLookup(log.erasures(), archive.id, tools.keys);
  const ids = [...new Set(asked.ids.map((id) => id.toLowerCase()))].sort(byCodePoint);
  const unknown = ids.find((id) => erased(id) === null);
  if (unknown !== undefined)
    throw new LongplayError(
      'usage',
      'E126',
      `no recording with the id '${unknown}' was erased`,
      'give whole ids, e.g. from the request or from a backup',
    );
  const marks = await openErasureMarks(tools.keys, archive.id);
  const due = oneMonthAfter(tools.now());
  return yield* enterRequest(log, { ids, texts: [], reason, ground: liftGround, set: marks.ofSet(ids), due, waitMs: asked.waitMs });
}

/** Lifts the erasures named in due requests to lift: imports accept the recordings again. @returns the number of executed requests */
export async function* liftErasures(
  due: readonly KnownErasure[],
  { archive: { dir, id }, log, marks }: Pick<BagEraser, 'archive' | 'log' | 'marks'>,
  { keys, now }: Pick<EntryTools, 'keys' | 'now'>,
): AsyncGenerator<PipelineEvent, number> {
  let done = 0;
  for (const one of due) {
    const { request, recordings, ground } = one;
    if (ground !== liftGround) continue;
    try {
      const lifted = (await listedItems(dir, one, marks)).ids.map((recording) => marks.of(recording));
      for (const some of ledgerChunks(lifted)) await log.append(recordingsLifted, { request, marks: some.join(' ') });
      await rememberErasures(
        keys,
        id,
        lifted.map((mark) => ({ mark, request, at: now() })),
        'lifted',
      );
      await log.append(erasureExecuted, { request, recordings });
      done++;
      yield { type: 'result', of: 'lifted', value: { request, recordings } };
    } catch (error) {
      if (!(error instanceof LongplayError) || error.code !== 'E108') throw error;
      yield findingEvent(finding('E108', `request ${request}`, error.message));
    }
  }
  return done;
}
