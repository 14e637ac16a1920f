import { scanValue, skipSpace } from '../json/scan.ts';
import type { TreeNode } from './tree-node.ts';

/** Where a value of a JSON text is. */
export interface JsonPlace {
  readonly path: string;
  /** Position of the name of the member; null: it is an element of a list, or a value of its own. */
  readonly nameAt: number | null;
}

/** Thrown for text that is not JSON. */
class OddJson extends Error {}

/**
 * Returns the places in a JSON value whose end is known. An element of a list that has only numbers, texts and the like is one unit; in other objects, the
 * members and elements are. The name of a member is part of its place, because it may be a number or a name of a person.
 */
export function jsonNode(text: string, from: number, end: number, place: JsonPlace): TreeNode {
  try {
    return parseValue(text, from, place).node;
  } catch (error) {
    if (!(error instanceof OddJson)) throw error;
    const whole = unit(place, from, end, 'group', '{}');
    return { ...whole, hasLists: true };
  }
}

/** Returns the place of the name of a member that is a container. @param name JSON text of the name */
export function jsonNameNode(from: number, to: number, path: string): TreeNode {
  return { kind: 'name', from, to, path, put: (id) => `"erased ${id}"`, inside: [], hasLists: false };
}

function unit({ path, nameAt }: JsonPlace, from: number, to: number, kind: TreeNode['kind'], put: string): TreeNode {
  const written = (id: string): string => (nameAt === null ? put : `"erased ${id}":${put}`);
  return { kind, from: nameAt ?? from, to, path, put: written, inside: [], hasLists: false };
}

interface Parsed {
  readonly node: TreeNode;
  readonly end: number;
  readonly isContainer: boolean;
}

function parseValue(text: string, from: number, place: JsonPlace): Parsed {
  const first = text[from];
  if (first === '{') return parseObject(text, from, place);
  if (first === '[') return parseList(text, from, place);
  const scan = scanValue(text, from, true);
  if (scan.kind !== 'value') throw new OddJson();
  const node = unit(place, from, scan.end, place.nameAt === null ? 'row' : 'value', 'null');
  return { node, end: scan.end, isContainer: false };
}

function parseObject(text: string, from: number, place: JsonPlace): Parsed {
  const inside: TreeNode[] = [];
  let isLeaf = true;
  for (let at = skipSpace(text, from + 1, ','); ; at = skipSpace(text, at, ',')) {
    if (text[at] === '}') {
      const isElement = place.nameAt === null;
      const kind = isLeaf && isElement ? 'row' : isLeaf || isElement ? 'group' : null;
      const node = unit(place, from, at + 1, kind, '{}');
      const hasLists = inside.some((one) => one.hasLists);
      const whole = kind === 'row' ? node : { ...node, from: kind === null ? from : node.from, inside, hasLists };
      return { node: whole, end: at + 1, isContainer: true };
    }
    const name = text[at] === '"' ? scanValue(text, at, true) : null;
    if (name?.kind !== 'value') throw new OddJson();
    const colon = skipSpace(text, name.end);
    if (text[colon] !== ':') throw new OddJson();
    const path = `${place.path}.${text.slice(at, name.end)}`;
    const member = parseValue(text, skipSpace(text, colon + 1), { path, nameAt: at });
    if (member.isContainer) isLeaf = false;
    if (member.node.kind === null) inside.push(jsonNameNode(at, name.end, path));
    inside.push(member.node);
    at = member.end;
  }
}

function parseList(text: string, from: number, place: JsonPlace): Parsed {
  const inside: TreeNode[] = [];
  let hasLists = false;
  for (let at = skipSpace(text, from + 1, ','); ; at = skipSpace(text, at, ',')) {
    if (text[at] === ']') return { node: { ...unit(place, from, at + 1, null, '[]'), from, inside, hasLists }, end: at + 1, isContainer: true };
    if (at >= text.length) throw new OddJson();
    const element = parseValue(text, at, { path: `${place.path}[]`, nameAt: null });
    hasLists ||= element.isContainer;
    inside.push(element.node);
    at = element.end;
  }
}
