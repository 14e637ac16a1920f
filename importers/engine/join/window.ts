import { agree } from '../../../src/core/base/agree.ts';
import { createTurns } from '../../../src/core/base/turns.ts';
import type { Stage } from '../../../src/tables/text/types.ts';
import type { KeyedFile, OrphanReason, Ownership } from '../records/claimed-file.ts';
import type { Moment, WindowJoin } from '../records/family.ts';

/** A call (by its group) or a file that no claim joins. */
type Alone = { readonly group: string } | { readonly file: KeyedFile };

/** The partners that the window found for one item, at most `partnersMax`. */
interface Decided {
  readonly item: Alone;
  readonly partners: readonly Alone[];
  /** True if its partners have no other partner. */
  readonly mutual: boolean;
}

/** Stages calls and files on disk, in the order of their start. */
export interface Timed {
  put(item: Alone, moment: Moment): void;
  /** Yields each item once, as soon as nothing more can match it. Nothing may be added after this call. */
  decided(widthMs: number, byParty: boolean): Generator<Decided>;
}

/** Largest number of partners that are remembered; a call with so many is ambiguous anyway. */
const partnersMax = 16;
/**
 * Largest number of neighbours with which one item is compared. Without this limit, a million calls in one second would need a million times a million
 * comparisons.
 */
const neighboursMax = 1_000;

interface StagedAlone {
  readonly id: number;
  readonly item: Alone;
  readonly moment: Moment;
}

interface Node extends StagedAlone {
  readonly last: number;
  readonly partners: Node[];
}

/** Opens the join by time. @param stage an empty stage; the caller closes it */
export function openTimed(stage: Stage): Timed {
  let count = 0;
  return {
    put: (item, moment) => {
      const staged: StagedAlone = { id: count++, item, moment };
      for (const at of moment.at) stage.put(sortable(at), '', staged);
    },
    decided: (widthMs, byParty) => joinByWindow(inOrder(stage), widthMs, byParty),
  };
}

/**
 * Joins a call and a file that match each other and nothing else. Puts joined files, and files that are ambiguous, into `late` by the group of their call; passes a
 * file that no call gets to `orphan`.
 */
export async function joinByTime(
  timed: Timed,
  { widthMs, byParty, by }: WindowJoin,
  late: Stage,
  orphan: (file: KeyedFile, why: OrphanReason) => void,
  signal: AbortSignal,
): Promise<void> {
  const turns = createTurns();
  const put = (group: string, path: string, owned: Ownership): void => late.put(group, path, owned);
  for (const { item, partners, mutual } of timed.decided(widthMs, byParty)) {
    if (turns.isDue()) await turns.take(signal);
    const isOne = partners.length === 1 && mutual;
    if ('file' in item) {
      if (partners.length === 0) orphan(item.file, { doubt: null, copyOf: null });
      else if (!isOne)
        orphan(item.file, {
          doubt: agree`${partners.length} call[s] or more [matches|match] it, or other files [matches|match] them equally well`,
          by: [by],
          copyOf: null,
        });
      continue;
    }
    for (const partner of partners) {
      if (!('file' in partner)) continue;
      const { path, kind, size } = partner.file;
      put(item.group, path, isOne ? { path, kind, size, side: 'unknown', by: [by], window: true, sharers: 1 } : { doubted: path, by: [by] });
    }
  }
}

/** Returns milliseconds as text that sorts like the number. Times before 1970 become equal; no recorder is that old. */
function sortable(ms: number): string {
  return String(Math.max(0, ms)).padStart(16, '0');
}

function* inOrder(stage: Stage): Generator<StagedAlone & { readonly at: number }> {
  for (const { group, values } of stage.groups()) {
    for (const value of values as readonly StagedAlone[]) yield { at: Number(group), ...value }; // Put by `openTimed`.
  }
}

/**
 * Finds calls and files that began within `widthMs` of each other, with the same party if `byParty`. Items arrive in the order of their staged moments (an item
 * with two moments arrives twice). Memory holds at most the items of two windows and one clock change.
 */
function* joinByWindow(items: Iterable<StagedAlone & { readonly at: number }>, widthMs: number, byParty: boolean): Generator<Decided> {
  const nodes = new Map<number, Node>();
  /** Nodes within the window by side and party, oldest first. */
  const recent = new Map<string, { readonly at: number; readonly node: Node }[]>();
  let swept = Number.NEGATIVE_INFINITY;
  for (const { at, id, item, moment } of items) {
    if (at - swept > widthMs) {
      yield* close(nodes, at - widthMs);
      for (const [key, list] of recent) {
        const from = list.findIndex((each) => each.at >= at - widthMs);
        if (from < 0) recent.delete(key);
        else list.splice(0, from);
      }
      swept = at;
    }
    const node = nodes.get(id) ?? { id, item, moment, last: Math.max(...moment.at), partners: [] };
    nodes.set(id, node);
    if (byParty && moment.party === null) continue; // Without a party there is no partner.
    const party = byParty ? moment.party : '';
    const [own, other] = 'group' in item ? ['call', 'file'] : ['file', 'call'];
    findPartners(node, recent.get(`${other} ${party}`) ?? [], at - widthMs);
    const list = recent.get(`${own} ${party}`);
    if (list === undefined) recent.set(`${own} ${party}`, [{ at, node }]);
    else list.push({ at, node });
  }
  yield* close(nodes, Number.POSITIVE_INFINITY);
}

/** Searches for partners from the youngest node back to the start of the window. */
function findPartners(node: Node, others: readonly { readonly at: number; readonly node: Node }[], from: number): void {
  for (let i = others.length - 1; i >= Math.max(0, others.length - neighboursMax); i--) {
    const other = others[i];
    if (other === undefined || other.at < from) return;
    if (node.partners.length >= partnersMax && other.node.partners.length >= partnersMax) continue;
    if (node.partners.includes(other.node)) continue;
    if (node.partners.length < partnersMax) node.partners.push(other.node);
    if (other.node.partners.length < partnersMax) other.node.partners.push(node);
  }
}

/** Decides every node that can find no more partners and whose partners cannot find any either. */
function* close(nodes: Map<number, Node>, before: number): Generator<Decided> {
  for (const [id, node] of nodes) {
    if (node.last >= before || node.partners.some((partner) => partner.last >= before)) continue;
    nodes.delete(id);
    yield {
      item: node.item,
      partners: node.partners.map((partner) => partner.item),
      mutual: node.partners.every((partner) => partner.partners.length === 1),
    };
  }
}
