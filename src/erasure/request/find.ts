import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import type { KnownErasure, KnownErasures } from '../../log/erasure/known-erasures.ts';
import type { ErasureMarks } from '../../log/keys/erasure-marks.ts';
import { createDetailsReader } from '../../log/who/entry-details.ts';
import { type ErasurePart, parsePart } from './parts.ts';

/** State of a request. */
export type ErasureState = 'requested' | 'approved' | 'due' | 'withdrawn' | 'executed';

/** Returns the state of a request at an ISO time. */
export function stateOf({ withdrawnAt, executedAt, from }: Pick<KnownErasure, 'withdrawnAt' | 'executedAt' | 'from'>, now: string): ErasureState {
  if (executedAt !== null) return 'executed';
  if (withdrawnAt !== null) return 'withdrawn';
  if (from === null) return 'requested';
  return from <= now ? 'due' : 'approved';
}

/** Finds a request by its id or a prefix of it. @throws LongplayError usage E100 */
export function findRequest({ requests }: Pick<KnownErasures, 'requests'>, wanted: string): KnownErasure {
  const found = [...requests.values()].filter(({ request }) => wanted !== '' && request.startsWith(wanted.toLowerCase()));
  const [one] = found;
  if (one !== undefined && found.length === 1) return one;
  throw new LongplayError(
    'usage',
    'E100',
    one === undefined ? `no request to erase has an id that begins with '${wanted}'` : `several requests have ids that begin with '${wanted}'`,
    'list them with: longplay erase status ARCHIVE',
  );
}

/** Returns the error for a step that the state of a request does not permit. */
export function wrongState({ request }: KnownErasure, state: ErasureState): LongplayError {
  const why = {
    requested: 'is not approved',
    approved: 'was approved already',
    due: 'was approved already',
    withdrawn: 'was withdrawn',
    executed: 'was executed',
  };
  return new LongplayError('usage', 'E100', `request ${request} ${why[state]}`, 'see it with: longplay erase status ARCHIVE');
}

/** Returns the error for a step that needs an executed request. */
export function notExecuted(request: KnownErasure, state: ErasureState): LongplayError {
  if (state !== 'approved' && state !== 'due') return wrongState(request, state);
  const hint =
    state === 'due' ? 'execute it with: longplay erase run ARCHIVE' : `it can be executed from ${request.from ?? ''} on: longplay erase run ARCHIVE`;
  return new LongplayError('usage', 'E100', `request ${request.request} is approved and was not executed yet`, hint);
}

/** The recordings and parts to which a request refers. */
export interface ListedItems {
  readonly ids: readonly string[];
  readonly parts: readonly ErasurePart[];
}

/**
 * Reads from the details beside the log the recordings and parts to which a request refers.
 * @throws LongplayError incomplete E108: the details differ from what was entered
 */
export async function listedItems(dir: string, { request, set, recordings, parts, lists }: KnownErasure, marks: ErasureMarks): Promise<ListedItems> {
  const beside = createDetailsReader(dir);
  const ids: string[] = [];
  const texts: string[] = [];
  const textsIn = (list: unknown): string[] => (Array.isArray(list) ? list.filter((one: unknown) => typeof one === 'string') : []);
  for (const entry of lists) {
    const details = await beside.of(entry);
    ids.push(...textsIn(details?.recordings));
    texts.push(...textsIn(details?.parts));
  }
  const known = texts.flatMap((text) => parsePart(text) ?? []);
  if (marks.ofSet([...ids, ...texts]) === set && known.length === texts.length) return { ids, parts: known };
  throw new LongplayError(
    'incomplete',
    'E108',
    agree`the list of request ${request} has ${ids.length + texts.length} of ${recordings + parts} item[s], or not those that were requested`,
    'restore log/details from a replica or a backup, then run again; or withdraw the request and make it again',
  );
}
