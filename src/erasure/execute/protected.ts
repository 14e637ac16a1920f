import { join } from 'node:path';
import { bagType } from '../../archive/bag/info.ts';
import { listBags } from '../../archive/bag-folders.ts';
import { LongplayError } from '../../core/base/error.ts';
import { finding } from '../../core/findings/finding.ts';
import { type KnownErasure, liftGround } from '../../log/erasure/known-erasures.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { protectionWords, readProtections } from '../../policy/protection.ts';
import { readDocumentBytes } from '../../sealing/stored/stored-bytes.ts';
import type { ErasureTools } from '../request/request.ts';
import { type BagEraser, idsOf } from './bag.ts';

/**
 * Reports recordings of due requests that must not be erased now, with the reasons (E111). So are those of which the catalog lacks a description that is in
 * a bag: only the description tells whether a rule, or a hold by a query, protects them.
 * @returns their ids
 */
export async function* leaveProtected(
  lists: ReadonlyMap<KnownErasure, readonly string[]>,
  eraser: BagEraser,
  tools: ErasureTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, ReadonlySet<string>> {
  const found = new Set<string>();
  const due = [...lists].flatMap(([{ request, ground }, ids]) => (ground === liftGround ? [] : [{ request, ground, ids }]));
  const unread = await unreadDescriptions(eraser, new Set(due.flatMap(({ ids }) => ids)), signal);
  for (const { request, ground, ids } of due) {
    const protections = await readProtections(eraser, ids, ground, tools, signal);
    for (const id of new Set(ids)) {
      const protection = protections.get(id);
      const why = (protection === undefined ? null : protectionWords(protection)) ?? unread.get(id) ?? null;
      if (why === null) continue;
      found.add(id);
      yield findingEvent(finding('E111', id, `request ${request}: ${why}`));
    }
  }
  return found;
}

/**
 * Finds descriptions of recordings in bags from which the catalog was not filled, e.g. because a backup brought the bag back in an earlier state. Leaves out
 * descriptions whose secrets were destroyed, and recordings that a stopped run announced.
 * @returns why it is unknown whether the recording may be erased, by id
 */
async function unreadDescriptions(
  { archive, catalog, log, marks }: BagEraser,
  ids: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const unread = new Map<string, string>();
  if (ids.size === 0) return unread;
  const known = new Map<string, ReadonlySet<string>>();
  for (const { recordingId, bag } of catalog.keepingRows(ids))
    known.set(recordingId, new Set([bag, ...catalog.earlier(recordingId).map((one) => one.bag)]));
  for await (const { name, folder, path } of listBags(archive)) {
    signal.throwIfAborted();
    const some = idsOf(path).filter((id) => ids.has(id) && known.get(id)?.has(name) !== true && !log.erasures().intended.has(marks.of(id)));
    if (some.length === 0 || bagType(path) === 'tables') continue;
    for (const id of some)
      if (!isDestroyed(join(path, 'data', id)))
        unread.set(id, `the catalog does not have its description in ${folder}, so it is unknown whether a rule or a hold protects it`);
  }
  return unread;
}

/** Returns true if the secrets of a description were destroyed. */
function isDestroyed(folder: string): boolean {
  try {
    readDocumentBytes(folder);
    return false;
  } catch (error) {
    return error instanceof LongplayError && error.code === 'K204';
  }
}
