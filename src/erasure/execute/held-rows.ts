import type { BagFolder } from '../../archive/bag-folders.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { finding } from '../../core/findings/finding.ts';
import { type ErasureGround, type KnownErasure, liftGround } from '../../log/erasure/known-erasures.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import { chosenRows, tableChains, tableParts } from '../../pipeline/keep/erase-rows.ts';
import type { ListedItems } from '../request/find.ts';
import { type JudgedRow, rowProtections } from '../request/held-rows.ts';
import type { ErasureTools } from '../request/request.ts';
import type { BagEraser } from './bag.ts';

/** Rows of due requests that stay in this run. */
export interface HeldRows {
  /** SHA-256 of their texts. */
  readonly digests: ReadonlySet<string>;
  /** Ids of the requests that name them. */
  readonly requests: ReadonlySet<string>;
}

/** A row as a due request names it. */
interface DueRow {
  readonly request: string;
  readonly ground: ErasureGround;
  readonly place: string;
}

/**
 * Reports the rows that due requests name and that must not be erased now (E111). A row that was erased before, or whose erasure is announced, is not asked
 * about again.
 * @param bags bags of the kept tables
 * @throws UnsoundTable; the system's error
 */
export async function* leaveHeldRows(
  bags: readonly BagFolder[],
  items: ReadonlyMap<KnownErasure, ListedItems>,
  eraser: BagEraser,
  tools: ErasureTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, HeldRows> {
  const held = { digests: new Set<string>(), requests: new Set<string>() };
  const due = dueRows(items, eraser);
  if (due.size === 0) return held;
  const judged: (JudgedRow & DueRow & { readonly sha256: string })[] = [];
  for (const chain of tableChains(bags.flatMap(tableParts))) {
    const path = chain[0]?.table.source.path ?? '';
    await chosenRows(
      chain,
      ({ table, number, raws }) => {
        for (const sha256 of raws.map(sha256Hex))
          for (const one of due.get(sha256) ?? []) judged.push({ ...one, sha256, row: { table, number, raws, path } });
        return false;
      },
      signal,
    );
  }
  const said = new Set<string>();
  for (const [at, why] of (await rowProtections(eraser, judged, tools, signal)).entries()) {
    const one = judged[at];
    if (why === null || one === undefined) continue;
    held.digests.add(one.sha256);
    held.requests.add(one.request);
    const message = `request ${one.request}: the row stays: ${why}`;
    if (!said.has(`${one.place} ${message}`)) yield findingEvent(finding('E111', one.place, message));
    said.add(`${one.place} ${message}`);
  }
  return held;
}

/** Returns the rows of due requests by the SHA-256 of their texts. */
function dueRows(items: ReadonlyMap<KnownErasure, ListedItems>, { log, marks }: BagEraser): ReadonlyMap<string, readonly DueRow[]> {
  const due = new Map<string, DueRow[]>();
  const { rows } = log.erasures();
  for (const [{ request, ground }, { parts }] of items)
    for (const part of parts) {
      if (part.kind !== 'row' || ground === liftGround || rows.has(marks.ofRow(part.sha256))) continue;
      due.set(part.sha256, [...(due.get(part.sha256) ?? []), { request, ground, place: part.place }]);
    }
  return due;
}
