import type { ByteScale } from '../text/text-window.ts';
import type { KeptRow, OutsideKind, RowReplacement } from './kept-row.ts';

/** A place in a tree, with places inside. */
export interface TreeNode {
  /** Null: it can only be erased by the places inside. */
  readonly kind: OutsideKind | null;
  /** Positions in the text. */
  readonly from: number;
  readonly to: number;
  /** Names of the members or elements around it, and its own. */
  readonly path: string;
  /** Returns ASCII text that takes its place, and that keeps the numbers of later places. @param id identifies the place in its table */
  put(id: string): string;
  /** Places inside, in order. */
  readonly inside: readonly TreeNode[];
  /** True if lists inside have elements with several values, e.g. the persons of a group. */
  readonly hasLists: boolean;
}

/** Name of the table of places outside of the records, in place of the name of a table in a database. Places inside the third one are in `outside-3`. */
export const outsideTable = 'outside';

/** A place in the text of a window. */
export interface PlacedNode {
  readonly node: TreeNode;
  /** Number of the place among those outside of the records, from 1. */
  readonly number: number;
  /** Text in which the positions are. */
  readonly text: string;
  /** Byte of the table at which the place begins. */
  readonly offset: number;
}

/** Tools for choosing places. */
export interface NodeTools {
  readonly scale: ByteScale;
  isChosen(row: KeptRow): boolean;
  encode(text: string): Uint8Array;
}

/** Matches what `put` left of a member. */
const erased = /^(?:"erased [\d-]+"(?:\s*:\s*(?:null|\{\}))?|<!---->|)$/;

/** Yields the replacements of a place, or of the places inside that are chosen, in order. */
export function* nodeReplacements(placed: PlacedNode, tools: NodeTools): Generator<RowReplacement> {
  const { text, offset } = placed;
  const { scale, isChosen, encode } = tools;
  let measured = { at: placed.node.from, byte: offset };
  const visit = function* (node: TreeNode, table: string, number: number, inRow: boolean): Generator<RowReplacement> {
    measured = { at: node.from, byte: measured.byte + scale.measure(text.slice(measured.at, node.from)) };
    const { byte } = measured;
    const id = `${table}-${number}`.slice(outsideTable.length + 1);
    if (node.kind !== null) {
      const raw = text.slice(node.from, node.to);
      const put = node.put(id);
      if (raw !== put && !erased.test(raw)) {
        const span = { offset: byte, bytes: scale.measure(raw) };
        const outside = { kind: node.kind, inRow, hasLists: node.hasLists, own: ownText(node, text) };
        if (isChosen({ table, number, raws: [`${node.path} ${raw}`, raw], span, outside })) {
          yield { ...span, put: encode(put), row: { table, number } };
          return;
        }
      }
    }
    const isRow = inRow || node.kind === 'row' || node.kind === 'group';
    for (const [index, inner] of node.inside.entries()) yield* visit(inner, `${table}-${number}`, index + 1, isRow);
  };
  yield* visit(placed.node, outsideTable, placed.number, false);
}

/** Returns the text of a place without the rows inside. */
function ownText(node: TreeNode, text: string): string {
  const parts: string[] = [];
  let at = node.from;
  const leave = (inner: readonly TreeNode[]): void => {
    for (const one of inner)
      if (one.kind === 'row' || one.kind === 'group') {
        parts.push(text.slice(at, one.from));
        at = one.to;
      } else leave(one.inside);
  };
  leave(node.inside);
  return parts.length === 0 ? text.slice(node.from, node.to) : [...parts, text.slice(at, node.to)].join(' ');
}

/** Returns the number of characters at the beginning of a text that occupy a number of bytes. */
export function charsIn(text: string, bytes: number, { measure }: ByteScale): number {
  if (measure('a') === 2) return bytes / 2;
  if (measure('\u00e9') === 1) return bytes;
  return Buffer.from(text.slice(0, bytes), 'utf8').subarray(0, bytes).toString('utf8').length;
}
