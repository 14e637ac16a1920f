import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { bagType } from '../../archive/bag/info.ts';
import { type BagFolder, listBags } from '../../archive/bag-folders.ts';
import { agree } from '../../core/base/agree.ts';
import { finding } from '../../core/findings/finding.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { type BagEraser, eraseFromBag, type GoneFromBag, idsOf, isEarlier } from './bag.ts';
import type { DueFiles } from './files.ts';
import { type Redactions, redactionsIn } from './redact.ts';
import { UnsoundBag } from './rewrite-bag.ts';

/** Result of erasing from open bags. */
export interface FromBags {
  readonly erased: ReadonlySet<string>;
  /** Recordings in bags that cannot be written again. */
  readonly kept: ReadonlySet<string>;
  /** Number of files that were erased alone. */
  readonly files: number;
  /** Number of changed bags. */
  readonly bags: number;
}

/** Files that requests erase from open bags, besides whole recordings. */
export interface AskedFiles {
  readonly due: DueFiles;
  /** True: the log lacked erasures that this machine remembers, so every description is read. */
  readonly isRolledBack: boolean;
}

/**
 * Erases from every open bag of recordings what a request or the ledger names. Bags that landed later go first, because a later description names files and the description of an earlier bag: a stop between
 * two bags leaves no description of something that is missing.
 */
export async function* eraseFromBags(asked: AskedFiles, eraser: BagEraser, signal: AbortSignal): AsyncGenerator<PipelineEvent, FromBags> {
  const total = { erased: new Set<string>(), kept: new Set<string>(), files: 0, bags: 0 };
  for (const bag of await latestFirst(eraser)) {
    signal.throwIfAborted();
    if (bagType(bag.path) === 'tables') continue;
    let gone: GoneFromBag = { recordings: new Set(), redactions: new Map() };
    try {
      gone = goneFrom(bag, asked, eraser);
      if (gone.recordings.size + gone.redactions.size === 0) continue;
      await eraseFromBag(bag, gone, eraser, signal);
      for (const id of gone.recordings) total.erased.add(id);
      const files = filesOf(gone.redactions);
      total.files += files;
      total.bags++;
      yield { type: 'result', of: 'erased', value: { bag: bag.name, recordings: gone.recordings.size, ...(files > 0 ? { files } : {}) } };
    } catch (error) {
      if (!(error instanceof UnsoundBag)) throw error;
      const ids = new Set([...gone.recordings, ...idsOf(bag.path).filter((id) => gone.redactions.has(id) || asked.due.has(id))]);
      for (const id of ids) total.kept.add(id);
      yield findingEvent(
        finding('E107', bag.folder, agree`${error.message}; ${ids.size} recording[s] in it could not be erased, and the bag is unchanged`),
      );
    }
  }
  return total;
}

/** Returns the bags of the archive, those first that landed last according to the log. */
async function latestFirst({ archive, landed }: Pick<BagEraser, 'archive' | 'landed'>): Promise<BagFolder[]> {
  const order = new Map([...landed.keys()].map((name, at) => [name, at]));
  const bags: BagFolder[] = [];
  for await (const bag of listBags(archive)) bags.push(bag);
  return bags.sort((a, b) => (order.get(b.name) ?? -1) - (order.get(a.name) ?? -1));
}

function filesOf(redactions: Redactions): number {
  return [...redactions.values()].reduce((sum, { files }) => sum + files.size, 0);
}

/** Returns the recordings and files to be erased from a bag. @throws UnsoundBag if a description cannot be read */
function goneFrom(bag: BagFolder, { due, isRolledBack }: AskedFiles, eraser: BagEraser): GoneFromBag {
  const { requestOf, fileMark, log } = eraser;
  const ids = idsOf(bag.path);
  const recordings = new Set(ids.filter((id) => requestOf(id) !== null));
  const isKnown = log.erasures().files.size > 0;
  const isBack = isKnown && (isRolledBack || isEarlier(bag, eraser));
  // If a bag is in its current state, only the names of its files can show that an erased file came back.
  const isMeant = (id: string): boolean =>
    !recordings.has(id) &&
    (isBack || due.has(id) || (isKnown && readdirSync(join(bag.path, 'data', id)).some((file) => fileMark(id, file) !== null)));
  return { recordings, redactions: redactionsIn(bag, ids.filter(isMeant), fileMark) };
}
