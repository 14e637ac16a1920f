import { type MarkSearch, markSearch, type XmlToken, xmlToken } from '../xml/scan.ts';
import type { TreeNode } from './tree-node.ts';

/** What takes the place of text between elements, so that later places keep their numbers. */
const emptyAside = '<!---->';

/** A start tag in a text. */
export type OpenTag = Extract<XmlToken, { kind: 'open' }>;

/** An element with what its parent needs to know. */
interface ParsedElement {
  readonly node: TreeNode;
  readonly name: string;
  readonly end: number;
  /** True if it has no elements inside. */
  readonly isText: boolean;
  /** True if it has only text, without attributes. */
  readonly isBare: boolean;
}

/**
 * Returns the place of an element whose end is known. An element that has only elements with text, each of another name, is one unit; of others, the
 * attributes, elements and texts are.
 * @param isListed true if an element of the same name is before or after it
 */
export function xmlElementNode(text: string, tag: OpenTag, around: string, isListed: boolean): TreeNode {
  return listed(parseElement(text, tag, around, markSearch()).node, isListed);
}

/** An element that is no unit of its own can be erased completely only as an element of a list. */
function listed(node: TreeNode, isListed: boolean): TreeNode {
  return node.kind === null && isListed ? { ...node, kind: 'group' } : node;
}

function parseElement(text: string, tag: OpenTag, around: string, marks: MarkSearch): ParsedElement {
  const path = `${around}/${tag.name}`;
  const put = (): string => `<${tag.name}/>`;
  const base = { from: tag.start, path, put };
  if (tag.empty)
    return {
      node: { ...base, kind: 'row', to: tag.end, inside: [], hasLists: false },
      name: tag.name,
      end: tag.end,
      isText: true,
      isBare: tag.attributes === 0,
    };
  const elements: ParsedElement[] = [];
  const parts: (TreeNode | ParsedElement)[] = [];
  let end = text.length;
  for (let at = tag.end; at < text.length; ) {
    const token = xmlToken(text, at, true, marks);
    if (token.kind === 'open') {
      const element = parseElement(text, token, path, marks);
      elements.push(element);
      parts.push(element);
      at = element.end;
      continue;
    }
    if (token.kind === 'close') {
      end = token.end;
      break;
    }
    if (token.kind === 'more' || token.kind === 'doctype' || token.kind === 'malformed') break;
    const node = xmlTextNode(text, token, path);
    if (node !== null) parts.push(node);
    at = token.end;
  }
  const counts = new Map<string, number>();
  for (const { name } of elements) counts.set(name, (counts.get(name) ?? 0) + 1);
  const isRepeated = ({ name }: ParsedElement): boolean => (counts.get(name) ?? 0) > 1;
  const isUnit = elements.every((one) => one.isText && !isRepeated(one));
  const inside = parts.map((one) => ('node' in one ? listed(one.node, isRepeated(one)) : one));
  const hasLists = elements.some((one) => one.node.hasLists || (isRepeated(one) && !one.isBare));
  const attributes = isUnit ? [] : [...xmlAttributeNodes(text, tag, path)];
  return {
    node: { ...base, kind: isUnit ? 'row' : null, to: end, inside: isUnit ? [] : [...attributes, ...inside], hasLists },
    name: tag.name,
    end,
    isText: elements.length === 0,
    isBare: elements.length === 0 && tag.attributes === 0,
  };
}

/** Returns the place of text, a comment or an instruction between elements; null if there is nothing to erase. */
export function xmlTextNode(
  text: string,
  { kind, start, end }: Extract<XmlToken, { kind: 'text' | 'aside' | 'declaration' }>,
  around: string,
): TreeNode | null {
  const raw = text.slice(start, end);
  if (kind === 'declaration' || /^<!d/i.test(raw) || raw.trim() === '' || raw === '\u001a') return null;
  const from = start + raw.length - raw.trimStart().length;
  const to = start + raw.trimEnd().length;
  return { kind: 'value', from, to, path: `${around}/text()`, put: () => emptyAside, inside: [], hasLists: false };
}

/** Yields the places of the values of attributes in a start tag. Names of namespaces are none, because other names refer to them. */
export function* xmlAttributeNodes(text: string, { start, end, name }: OpenTag, path: string): Generator<TreeNode> {
  const tag = text.slice(start, end);
  const attribute = /([^\s=<>"'/]+)\s*=\s*("[^"]*"|'[^']*')/g;
  attribute.lastIndex = 1 + name.length;
  for (const match of tag.matchAll(attribute)) {
    const [written, key = '', quoted = ''] = match;
    if (key === 'xmlns' || key.startsWith('xmlns:')) continue;
    const to = start + match.index + written.length - 1;
    yield { kind: 'value', from: to - quoted.length + 2, to, path: `${path}@${key}`, put: () => '', inside: [], hasLists: false };
  }
}
