import { agree } from '../../core/base/agree.ts';
import { finding } from '../../core/findings/finding.ts';
import type { ErasureGround } from '../../log/erasure/known-erasures.ts';
import { findingEvent, type PipelineEvent } from '../../pipeline/events/events.ts';
import type { OpenedArchive } from '../../pipeline/open/open-archive.ts';
import { heldEverything } from '../../policy/held-everything.ts';
import { protectionWords, readProtections } from '../../policy/protection.ts';
import type { KeepingTools } from '../../policy/read-keeping.ts';
import { type AskedRow, ownersOf } from './row-owners.ts';
import type { SelectedRow } from './rows.ts';

/** A row that a request names, and the ground of the request. */
export interface JudgedRow {
  readonly row: AskedRow;
  readonly ground: ErasureGround;
}

/**
 * Returns why rows must not be erased now, in their order; null: nothing forbids it. A row is protected if a recording is to which it belongs. If no recording
 * of it is known, a hold on everything protects it, and so does a description that cannot be read while holds or rules protect recordings.
 */
export async function rowProtections(
  opened: Pick<OpenedArchive, 'archive' | 'catalog'>,
  rows: readonly JudgedRow[],
  tools: KeepingTools,
  signal: AbortSignal,
): Promise<readonly (string | null)[]> {
  if (rows.length === 0) return [];
  const { owners, unread } = await ownersOf(
    opened.archive,
    rows.map(({ row }) => row),
    signal,
  );
  const everything = await heldEverything(opened.archive, tools, signal);
  const unknown = unread > 0 && everything.protectsSome ? unreadWords(unread) : null;
  const reasons = new Map<string, string | null>();
  for (const ground of new Set(rows.map((one) => one.ground))) {
    const ids = new Set(rows.flatMap((one, at) => (one.ground === ground ? [...(owners[at] ?? [])] : [])));
    for (const [id, protection] of await readProtections(opened, ids, ground, tools, signal))
      reasons.set(`${ground} ${id}`, protectionWords(protection));
  }
  return rows.map(({ ground }, at) => {
    const own = [...(owners[at] ?? [])];
    const words = own.flatMap((id) => {
      const why = reasons.get(`${ground} ${id}`) ?? null;
      return why === null ? [] : [`it belongs to recording ${id}: ${why}`];
    });
    if (words.length > 0) return words.length > mostNamed ? `${words.slice(0, mostNamed).join('; ')}; …` : words.join('; ');
    return own.length > 0 ? null : (everything.stay?.why ?? unknown);
  });
}

/** Largest number of recordings that a message about a row names. */
const mostNamed = 3;

function unreadWords(unread: number): string {
  return agree`${unread} description[s] of recordings cannot be read, so it is unknown whether it belongs to a protected one`;
}

/** Reports the rows of a request that must not be erased now (E111). @returns their number */
export async function* reportHeldRows(
  opened: Pick<OpenedArchive, 'archive' | 'catalog'>,
  selected: readonly SelectedRow[],
  ground: ErasureGround,
  tools: KeepingTools,
  signal: AbortSignal,
): AsyncGenerator<PipelineEvent, number> {
  const rows = selected.map(({ row }) => ({ row, ground }));
  let found = 0;
  for (const [at, why] of (await rowProtections(opened, rows, tools, signal)).entries()) {
    const part = selected[at]?.part;
    if (why === null || part === undefined) continue;
    found++;
    yield findingEvent(finding('E111', part.place, `the row is kept until nothing forbids its erasure: ${why}`));
  }
  return found;
}
