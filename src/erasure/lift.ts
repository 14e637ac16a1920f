import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { listBags } from '../archive/bag-folders.ts';
import { type Archive, openArchive } from '../archive/layout.ts';
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
import type { BagEraser } from './execute/bag.ts';
import { ledgerChunks } from './execute/ledger-entries.ts';
import { listedItems } from './request/find.ts';
import { enterRequest, oneMonthAfter, type Requested } from './request/request.ts';

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
  if (unknown !== undefined) throw await notLifted(archive, unknown);
  const marks = await openErasureMarks(tools.keys, archive.id, log.erasures());
  const due = oneMonthAfter(tools.now());
  return yield* enterRequest(log, { ids, texts: [], reason, ground: liftGround, marks, due, waitMs: asked.waitMs });
}

/** Returns the error for something whose erasure is not lifted, with the way to have it again. */
async function notLifted(archive: Archive, wanted: string): Promise<LongplayError> {
  const refusal = (why: string, next: string): LongplayError => new LongplayError('usage', 'E126', why, next);
  if (/:m\d+(?:-\d+)?$/.test(wanted))
    return refusal(`'${wanted}' is a message, and only erasures of recordings are lifted`, 'make a new case, and add the file of the message to it');
  if (/^(?:bags\/)?tables\//.test(wanted))
    return refusal(
      `'${wanted}' is a row of a table, and only erasures of recordings are lifted: an import keeps no table again`,
      'keep the table outside of the archive',
    );
  for await (const { path } of listBags(archive))
    if (/^[0-9a-f-]{36}$/.test(wanted) && existsSync(join(path, 'data', wanted)))
      return refusal(
        `recording ${wanted} is in the archive: an import takes nothing of it, so the erasure of single files of it is not lifted`,
        'to have them again, erase the whole recording, lift that, then import it',
      );
  return refusal(`no recording with the id '${wanted}' was erased`, 'give whole ids, e.g. from the request or from a backup');
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
